"""The pages, for members, operators and advertisers."""
