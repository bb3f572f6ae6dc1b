"""Invented worlds: the demo community, with its people, posts, advertisers and pictures."""
