"""Arrays in, numbers out: scoring, auction, decay; nothing here knows what an ad is."""
