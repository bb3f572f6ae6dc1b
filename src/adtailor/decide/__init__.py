"""One request becomes one explained decision."""
