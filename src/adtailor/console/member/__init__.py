"""The member's own page: what is known, and a switch for each part of it."""
