"""Test suites for ports, and toy worlds, for those who write plug-ins.

A suite is three lines: inherit it, say how to make the store, run pytest.
"""
