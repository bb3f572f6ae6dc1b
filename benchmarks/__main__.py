"""make bench: the figures, each beside what it is meant to reach. Name some to run only those."""

import sys
from importlib import import_module

from rich.console import Console
from rich.table import Table

PARTS = ("decision", "request", "reading", "photos", "http", "events", "growth", "setup", "states", "serving", "pacing")
WHEN_NAMED = ("levels", "reach", "trials", "worlds")
"""These take minutes: for whoever sets the levels, counts many people, or doubts how trials are read."""
PEERS = ("learn", "oracles")
"""Other people's libraries, in environments of their own."""
SIZED = ("growth", "reach", "request", "worlds")
"""Numbers after their name say how large."""


def main(wanted: list[str]) -> int:
    """Run the parts named, or all; print one table. Those of PEERS install what others made: only when named."""
    if wanted and wanted[0] in PEERS:
        return import_module(f"benchmarks.{wanted[0]}.command").main(wanted[1:])
    sizes = [int(size) for size in wanted[1:]] if wanted and wanted[0] in SIZED else []
    wanted = wanted[:1] if sizes else wanted
    unknown = set(wanted) - {*PARTS, *WHEN_NAMED}
    if unknown:
        print(
            f"there is no {', '.join(sorted(unknown))}: one of {', '.join((*PARTS, *WHEN_NAMED, *PEERS))}",
            file=sys.stderr,
        )
        return 2
    talk = Console(stderr=True)
    table = Table("figure", "measured", "goal", title="Measured here, now; machines that are shared are noisy")
    for part in wanted or PARTS:
        with talk.status(f"measuring {part}"):
            for row in import_module(f"benchmarks.{part}").run(*([sizes] if sizes else [])):
                table.add_row(*row)
        table.add_section()
    Console(width=None if Console().is_terminal else 110).print(table)
    return 0


sys.exit(main(sys.argv[1:]))
