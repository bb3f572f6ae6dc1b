"""The statistics of trials held against libraries that others keep: each in an environment of its own."""
