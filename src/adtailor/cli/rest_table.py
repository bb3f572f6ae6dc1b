"""What became of suggestions to rest, at a prompt."""

from rich.console import Console
from rich.table import Table

from adtailor.measure.rest import RestReport, RestRow, Share
from adtailor.service.wire.decoding import encode
from adtailor.service.wire.rest import rest_report_to_wire


def print_rest(report: RestReport, *, as_json: bool) -> None:
    """A table, or one line of JSON."""
    if as_json:
        print(encode(rest_report_to_wire(report)).decode())
        return
    if not report.rows:
        print("No rest was suggested yet.")
        return
    table = Table(title="Suggestions to rest")
    for name in ("week", "people", "shown", "taken", "switched off", "ended early"):
        table.add_column(name, justify="left" if name == "week" else "right")
    for row in report.rows:
        table.add_row(*_cells(row, str(row.week), report.least_people))
    table.add_section()
    table.add_row(*_cells(report.total, "all told", report.least_people))
    Console(width=None if Console().is_terminal else 120).print(table)


def _cells(row: RestRow, label: str, least: int) -> list[str]:
    if row.counts is None:
        return [label, f"fewer than {least}", "", "", "", ""]
    counts = row.counts
    return [label, f"{counts.people:,}", f"{counts.shown:,}", *map(_share, (row.taken, row.off, row.regretted))]


def _share(share: Share) -> str:
    if share.share is None or share.interval is None:
        return ""
    low, high = share.interval
    return f"{100 * share.share:.0f} % ({100 * low:.0f} to {100 * high:.0f})"
