"""Test suites for ports, and toy worlds, for those who write plug-ins."""
