"""Worlds whose truth is known: people, posts, advertisers and days, of which an engine sees what a site would see."""
