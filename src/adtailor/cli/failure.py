"""How a failure is told at a prompt: what, where, and what to do; never a traceback, never the text of a post."""

import traceback
from pathlib import Path

from rich.console import Console
from rich.text import Text

from adtailor.errors import AdtailorError

HERE = Path(__file__).parents[2]


def report(error: AdtailorError, code: int) -> int:
    """Print an error that the caller can mend, with its hint; the exit code."""
    where = f"{error.field}: " if error.field else ""
    _print(f"{where}{error.message}", error.hint)
    return code


def report_unexpected(error: Exception) -> int:
    """Print a fault of ours by its kind and place: its message could quote a post."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(HERE)]
    place = f" in {Path(frames[-1].filename).relative_to(HERE)}, line {frames[-1].lineno}" if frames else ""
    _print(
        f"something went wrong that should not have ({type(error).__name__}{place})",
        "this is a fault of adtailor; ADTAILOR_DEBUG=1 shows the traceback",
    )
    return 1


def _print(message: str, hint: str) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(Text.assemble(("error: ", "bold red"), message))
    console.print(Text.assemble(("hint: ", "cyan"), hint))
