"""What all readings of a run say together: counts a person can take in at a glance."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adtailor.cli.readings_table import LEAST_EMOTION, SENTIMENT_STYLES
from adtailor.domain.reading import Reading

MOST_NAMES = 5
ENOUGH_TO_TIME = 20
"""Posts from which a speed says more than the first batch does, which warms everything up."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts as readings come in."""

    loading: float = 0.0
    """Seconds that went into loading models: once, however much is read."""
    read: int = 0
    photos: int = 0
    broken: int = 0
    already: int = 0
    incomplete: int = 0
    """Of those read: in which some part failed."""
    without_photos: int = 0
    languages: Counter[str] = field(default_factory=Counter[str])
    sentiments: Counter[str] = field(default_factory=Counter[str])
    emotions: Counter[str] = field(default_factory=Counter[str])
    topics: Counter[str] = field(default_factory=Counter[str])
    garments: Counter[str] = field(default_factory=Counter[str])
    models: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, reading: Reading) -> None:
        """Count one reading."""
        self.read += 1
        self.incomplete += bool(reading.errors)
        self.photos += len(reading.look or ())
        if reading.language:
            self.languages[reading.language] += 1
        if reading.sentiment:
            self.sentiments[reading.sentiment.label] += 1
        self.emotions.update(
            name for name, share in (reading.emotions or {}).items() if share >= LEAST_EMOTION and name != "neutral"
        )
        self.topics.update(topic.name for topic in reading.topics[:1])
        self.garments.update(garment.type for one in reading.look or () for garment in one.garments)
        self.models.update(reading.models)


def outcome(tally: Tally, *, seconds: float) -> str:
    """One sentence: what was read, how fast once the models were there, and what was not read.

    >>> outcome(Tally(read=2, broken=1, already=3), seconds=0.5)
    '2 posts read in 0.5 s, 1 broken, 3 read before'
    """
    reading = seconds - tally.loading
    speed = f" ({tally.read / reading:.0f}/s)" if reading > 0 and tally.read >= ENOUGH_TO_TIME else ""
    parts = [f"{_counted(tally.read, 'post')} read in {seconds:.1f} s{speed}"]
    if tally.broken:
        parts.append(f"{tally.broken:,} broken")
    if tally.incomplete:
        parts.append(f"{tally.incomplete:,} read in part")
    if tally.already:
        parts.append(f"{tally.already:,} read before")
    if tally.without_photos:
        parts.append(f"{tally.without_photos:,} without photos left out")
    return ", ".join(parts)


def print_summary(console: Console, tally: Tally) -> None:
    """The commonest values of each kind, and the models that said so."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, counts in (
        ("languages", tally.languages),
        ("emotions", tally.emotions),
        ("topics", tally.topics),
        ("clothes", tally.garments),
    ):
        if name == "emotions" and tally.sentiments:
            grid.add_row("sentiment", _bar(tally.sentiments))
        if counts:
            grid.add_row(name, _commonest(counts))
    if tally.models:
        grid.add_row("models", Text(", ".join(sorted(set(tally.models.values()))), style="dim"))
    if grid.row_count:
        console.print(grid)


def _bar(sentiments: Mapping[str, int], width: int = 24) -> Text:
    """Shares as a bar, with the counts beside it."""
    total = sum(sentiments.values())
    ends = 0
    bar = Text()
    for label, style in SENTIMENT_STYLES.items():
        begins, ends = ends, ends + sentiments.get(label, 0)
        bar.append("█" * (round(width * ends / total) - round(width * begins / total)), style=style)
    words = Text(", ").join(
        Text.assemble((label, style), f" {sentiments.get(label, 0):,}") for label, style in SENTIMENT_STYLES.items()
    )
    return Text.assemble(bar, "  ", words)


def _commonest(counts: Counter[str]) -> Text:
    named = [Text.assemble(name, (f" {count:,}", "dim")) for name, count in counts.most_common(MOST_NAMES)]
    more = len(counts) - len(named)
    return Text.assemble(Text(", ").join(named), (f" and {more} more", "dim") if more > 0 else "")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
