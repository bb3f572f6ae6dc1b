"""Trials: planned, registered, read; every figure by person, never by impression."""
