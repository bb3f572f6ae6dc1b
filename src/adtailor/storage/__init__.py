"""Where things are kept: memory and SQLite, behind the same ports."""
