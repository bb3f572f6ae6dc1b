"""Learning from a larger model on one's own posts: new heads on the vectors that are there, promoted by evidence."""
