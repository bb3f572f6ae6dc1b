"""Invented worlds: the demo community, and members who visit and click by a truth that only the world knows."""
