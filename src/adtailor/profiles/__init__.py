"""Readings and events become a profile, by consent, and it fades."""
