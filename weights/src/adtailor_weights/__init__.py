"""The trained weights that adtailor serves with, and where they lie."""

from pathlib import Path

FOLDER = Path(__file__).parent
"""Each model has a folder of its own: its files, `card.md`, and `manifest.json` with the sha256 of each file."""
