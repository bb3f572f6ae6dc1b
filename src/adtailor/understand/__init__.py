"""A post becomes a reading: words, topics, suitability, clothes."""
