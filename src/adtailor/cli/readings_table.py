"""Readings as a table: a row a post, what was said beside what was read in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from adtailor.cli.shown import shown
from adtailor.domain.post import Post
from adtailor.domain.reading import Garment, PhotoLook, Reading, Stress

WIDE = 130
"""Columns from which every value has a column of its own."""
NARROW = 64
"""Columns below which values stand under their post instead of beside it."""
LONGEST_POST = 150
MOST_EMOTIONS = 3
LEAST_EMOTION = 0.2
LEAST_TONE = 0.5
NOTHING = Text("-", style="dim")
SENTIMENT_STYLES = {"positive": "green", "neutral": "dim", "negative": "red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is shown of one post; kept instead of the post, whose photos may be large."""

    post: Text
    language: Text
    sentiment: Text
    emotions: tuple[Text, ...]
    stress: Text
    tone: tuple[Text, ...]
    topics: tuple[Text, ...]
    clothes: tuple[Text, ...]
    failed: Text


def row_of(post: Post, reading: Reading) -> Row:
    """The words for one reading; what was not read is a dash."""
    return Row(
        post=_post(post),
        language=Text(reading.language or "-", style="" if reading.language else "dim"),
        sentiment=_sentiment(reading, has_words=bool(post.text.strip())),
        emotions=_emotions(reading),
        stress=_stress(reading.stress, crisis=reading.crisis),
        tone=_listed(
            [(name, value) for name, value in (reading.tone or {}).items() if value >= LEAST_TONE], most=2, style=""
        ),
        topics=_listed([(topic.name, topic.confidence) for topic in reading.topics], most=2, style="cyan"),
        clothes=_clothes(reading.look or ()),
        failed=Text(
            "; ".join(f"{error.part} not read: {shown(error.reason, 60)}" for error in reading.errors), style="yellow"
        ),
    )


def print_rows(console: Console, rows: Sequence[Row]) -> None:
    """As wide as there is room: columns, post and values side by side, or one under the other."""
    if console.width >= WIDE:
        console.print(_columns(rows))
    elif console.width >= NARROW:
        console.print(_beside(rows))
    else:
        for row in rows:
            console.print(row.post)
            console.print(Padding(_values(row), (0, 0, 1, 2)))


def _columns(rows: Sequence[Row]) -> Table:
    fields: list[tuple[str, str, int | None, int]] = [
        ("Post", "post", 5, 24),
        ("Lang", "language", None, 4),
        ("Sentiment", "sentiment", None, 13),
        ("Emotions", "emotions", None, 18),
        ("Stress", "stress", None, 6),
        ("Tone", "tone", None, 13),
        ("Topics", "topics", 3, 16),
        ("Clothes", "clothes", 3, 12),
    ]
    used = [field for field in fields if any(_said(getattr(row, field[1])) for row in rows) or field[1] == "post"]
    table = _table()
    for title, _, ratio, least in used:
        table.add_column(title, ratio=ratio, min_width=least, overflow="fold")
    for row in rows:
        said = Text("\n").join(part for part in (row.post, row.failed) if part)
        table.add_row(said, *(_stacked(getattr(row, name)) for _, name, _, _ in used[1:]))
    return table


def _beside(rows: Sequence[Row]) -> Table:
    table = _table()
    table.add_column("Post", ratio=4, overflow="fold")
    table.add_column("Read in it", ratio=5, overflow="fold")
    for row in rows:
        table.add_row(row.post, _values(row))
    return table


def _table() -> Table:
    return Table(
        box=SIMPLE_HEAD,
        expand=True,
        header_style="bold",
        border_style="dim",
        pad_edge=False,
        show_edge=False,
        leading=1,
    )


def _stacked(value: Text | tuple[Text, ...]) -> Text:
    return Text("\n").join(value) if isinstance(value, tuple) else value


def _joined(values: tuple[Text, ...], by: str = ", ") -> Text:
    return Text(by).join(values)


def _values(row: Row) -> RenderableType:
    """The values of one post, those that belong together on a line."""
    named = [
        [row.language, row.sentiment, _joined(row.emotions)],
        [_named("stress", row.stress), _named("tone", _joined(row.tone))],
        [_named("topics", _joined(row.topics))],
        [_named("clothes", _joined(row.clothes, by="; "))],
        [row.failed],
    ]
    lines = [Text.assemble((" · ", "dim")).join(part for part in line if _said(part)) for line in named]
    return Text("\n").join(line for line in lines if line.plain) or NOTHING


def _named(name: str, value: Text) -> Text:
    return Text.assemble((f"{name} ", "dim"), value) if _said(value) else Text()


def _said(value: Text | tuple[Text, ...]) -> bool:
    return any(one.plain not in {"", "-"} for one in (value if isinstance(value, tuple) else (value,)))


def _post(post: Post) -> Text:
    pictures = f"{len(post.photos)} photos" if len(post.photos) > 1 else "photo" if post.photos else ""
    words = shown(post.text, LONGEST_POST)
    if not words:
        return Text(f"boost {post.id}" if post.is_repost else f"{pictures or 'post'} {post.id}", style="dim")
    marks = [mark for mark in ("boost" if post.is_repost else "", pictures) if mark]
    return Text.assemble(words, (f" [{', '.join(marks)}]", "dim") if marks else "")


def _sentiment(reading: Reading, *, has_words: bool) -> Text:
    if reading.sentiment is None:
        return Text("abstained", style="dim") if has_words and "sentiment" in reading.abstained else NOTHING
    label, valence = reading.sentiment.label, reading.sentiment.valence
    return Text(f"{label} {valence:+.1f}" if label != "neutral" else label, style=SENTIMENT_STYLES[label])


def _emotions(reading: Reading) -> tuple[Text, ...]:
    felt = [(name, value) for name, value in (reading.emotions or {}).items() if name != "neutral"]
    return _listed([one for one in felt if one[1] >= LEAST_EMOTION], most=MOST_EMOTIONS, style="magenta")


def _stress(stress: Stress | None, *, crisis: bool | None) -> Text:
    if crisis:
        return Text("crisis language", style="bold yellow")
    if stress is None:
        return NOTHING
    style = "dim" if stress.probability < 0.3 else "" if stress.probability < 0.6 else "yellow"
    return Text(_percent(stress.probability), style=style)


def _clothes(look: Sequence[PhotoLook]) -> tuple[Text, ...]:
    return tuple(_garment(garment) for one in look for garment in one.garments) or (NOTHING,)


def _garment(garment: Garment) -> Text:
    """`shirt light blue, checked (casual; everyday; mid price)`: type and looks were read, the rest are estimates."""
    looks = ", ".join(
        [*garment.colours, *([garment.pattern] if garment.pattern and garment.pattern != "plain" else [])]
    )
    notes = [max(shares, key=lambda name: shares[name]) for shares in (garment.style, garment.occasion) if shares]
    if garment.price_tier is not None:
        notes.append(f"{garment.price_tier} price")
    return Text.assemble(
        garment.type, (f" {looks}", "dim") if looks else "", (f" ({'; '.join(notes)})", "dim italic") if notes else ""
    )


def _listed(values: Sequence[tuple[str, float]], *, most: int, style: str) -> tuple[Text, ...]:
    best = sorted(values, key=lambda one: -one[1])[:most]
    return tuple(Text.assemble((name, style), (f" {_percent(value)}", "dim")) for name, value in best) or (NOTHING,)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"
