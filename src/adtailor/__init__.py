"""Ads that fit the person and the moment, from open models you host yourself."""

__version__ = "0.1.0"
