"""Where labelled sets lie: as named, or as the environment says."""

import os
from pathlib import Path

from adtailor.errors import InvalidInput


def data_folder(given: Path | None) -> Path:
    """The folder; InvalidInput says how to name it where none is, or it is no folder."""
    named = given or (Path(value) if (value := os.environ.get("ADTAILOR_TEST_DATA")) else None)
    if named is None:
        raise InvalidInput(
            "no data to train from", hint="name its folder with --data or ADTAILOR_TEST_DATA", field="data"
        )
    if not named.is_dir():
        raise InvalidInput(f"{named} is no folder", hint="name the folder of the labelled sets", field="data")
    return named
