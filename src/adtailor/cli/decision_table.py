"""Decisions as a table: post, what was read, which ad won, at what price, why, and who lost and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from adtailor.cli.shown import shown
from adtailor.domain.buying import Advertiser, Inventory
from adtailor.domain.creative import Creative
from adtailor.domain.decision import Account, Decision, Filled
from adtailor.domain.ids import AdId, AdvertiserId
from adtailor.domain.money import Micros
from adtailor.domain.post import Post
from adtailor.domain.reading import Reading
from adtailor.domain.wellbeing import RestSuggestion

WIDE = 110
"""Columns from which a table reads better than blocks."""
LONGEST_POST = 110
LONGEST_HEADLINE = 60
PER = {"cpc": "a click", "cpm": "per 1000", "cpa": "a conversion"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One decision beside one post."""

    viewer: str
    consents: str
    author: str
    post: Post
    reading: Reading | None
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What ads and advertisers are called."""

    creatives: Mapping[AdId, Creative]
    advertisers: Mapping[AdvertiserId, Advertiser]
    currency: str

    @staticmethod
    def of(inventory: Inventory, currency: str) -> "Names":
        """The names that a buying side gives its ads."""
        by_id = {creative.id: creative for creative in inventory.creatives}
        return Names(
            creatives={ad.id: by_id[ad.creative_id] for ad in inventory.ads if ad.creative_id in by_id},
            advertisers={advertiser.id: advertiser for advertiser in inventory.advertisers},
            currency=currency,
        )

    def ad(self, ad_id: AdId) -> str:
        """The headline of an ad."""
        creative = self.creatives.get(ad_id)
        return shown(creative.headline, LONGEST_HEADLINE) if creative else ad_id


def print_rows(console: Console, rows: Sequence[Row], names: Names) -> None:
    """A table where there is room, else a block for each decision."""
    if console.width >= WIDE:
        console.print(_table(rows, names))
    else:
        for row in rows:
            console.print(_block(row, names))


def print_decision(console: Console, decision: Decision, names: Names) -> None:
    """One decision, a block for each placement."""
    for filled in decision.placements:
        console.print(Text(filled.placement_id, style="bold"))
        console.print(_grid(None, decision.account, filled, names))
    if decision.rest_suggestion is not None:
        console.print(card(decision.rest_suggestion, "the viewer"))


def card(suggestion: RestSuggestion, whose: str) -> RenderableType:
    """The rest suggestion or support card as its person sees it."""
    lines: list[RenderableType] = [Text(suggestion.body)]
    lines.extend(Text(f"{line.name}: {line.phone or line.url}", style="bold") for line in suggestion.helplines)
    if suggestion.emergency_number:
        lines.append(Text(f"In an emergency: {suggestion.emergency_number}", style="bold"))
    lines.append(Text("  ".join(f"[ {option.label} ]" for option in suggestion.options), style="cyan"))
    return Panel(
        Group(*lines),
        title=Text(suggestion.title, style="bold"),
        subtitle=Text(f"only {whose} sees this", style="dim"),
        border_style="blue",
        padding=(0, 2),
    )


def read_in_words(reading: Reading | None, *, most_emotions: int = 2) -> Text:
    """A reading in a few words.

    >>> from adtailor.domain.ids import PostId
    >>> str(read_in_words(Reading(post_id=PostId("p"), language="de", withheld=("emotions",))))
    'de\\nnot read: emotions'
    """
    if reading is None:
        return Text("not read yet", style="dim")
    words = Text()
    if reading.sentiment is not None:
        colour = {"positive": "green", "negative": "red", "neutral": "default"}[reading.sentiment.label]
        words.append(f"{reading.sentiment.label} {reading.sentiment.valence:+.2f}", style=colour)
    if reading.language not in {None, "en"}:
        words.append(f"{' ' if words else ''}{reading.language}")
    tones = [name for name, value in sorted((reading.tone or {}).items(), key=lambda i: -i[1]) if value >= 0.5]
    felt = sorted((reading.emotions or {}).items(), key=lambda item: -item[1])
    feelings = [name for name, value in felt[:most_emotions] if value >= 0.3 and name != "neutral"]
    if tones or feelings:
        words.append("\n" + ", ".join([*feelings, *tones]))
    if reading.topics:
        words.append("\n" + ", ".join(topic.name for topic in reading.topics[:2]), style="cyan")
    worn = [
        " ".join((*g.colours[:1], *((g.pattern,) if g.pattern and g.pattern != "plain" else ()), g.type))
        for photo in reading.look or ()
        for g in photo.garments
    ]
    if worn:
        words.append("\n" + ", ".join(worn), style="magenta")
    if reading.withheld:
        words.append("\nnot read: " + ", ".join(reading.withheld), style="dim")
    return words


def _table(rows: Sequence[Row], names: Names) -> Table:
    table = Table(box=SIMPLE_HEAD, show_lines=False, expand=True, leading=1, header_style="bold", pad_edge=False)
    table.add_column("Post, and who reads it", ratio=26)
    table.add_column("What was read", ratio=20)
    table.add_column("Which ad won, at what price", ratio=24)
    table.add_column("Why", ratio=20)
    table.add_column("Who lost, and why", ratio=28)
    for row in rows:
        for filled in row.decision.placements:
            table.add_row(
                _who(row),
                read_in_words(row.reading),
                _won(filled, names),
                _why(filled),
                _lost(row.decision.account, filled, names),
            )
    return table


def _block(row: Row, names: Names) -> RenderableType:
    lines: list[RenderableType] = [_who(row)]
    lines.extend(_grid(row, row.decision.account, filled, names) for filled in row.decision.placements)
    return Group(*lines, Text())


def _grid(row: Row | None, account: Account, filled: Filled, names: Names) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    if row is not None:
        grid.add_row("read", read_in_words(row.reading))
    grid.add_row("ad", _won(filled, names))
    if filled.why is not None:
        grid.add_row("why", _why(filled))
    grid.add_row("lost", _lost(account, filled, names))
    return grid


def _who(row: Row) -> Text:
    said = shown(row.post.text, LONGEST_POST)
    if not said and row.post.photos:
        said = "(a photo)"
    return Text.assemble(
        (row.author, "bold"), ": ", said, "\n", ("read by ", "dim"), row.viewer, (f" ({row.consents})", "dim")
    )


def _won(filled: Filled, names: Names) -> Text:
    if filled.won is None:
        code = filled.no_fill.code if filled.no_fill else "none"
        return Text.assemble(("no ad", "yellow"), f": {code}")
    won = filled.won
    advertiser = names.advertisers.get(won.advertiser_id)
    return Text.assemble(
        (names.ad(won.ad_id), "bold green"),
        "\n",
        (advertiser.name if advertiser else won.advertiser_id, "dim"),
        "\n",
        f"{names.currency} {_short(won.price)} {PER[won.bid_kind]}",
        (f"\nbid {_short(won.bid)}, clicks {won.click_rate:.2%}", "dim"),
    )


def _short(amount: Micros) -> str:
    """To a tenth of a cent: what is charged is exact, what is read is short."""
    return f"{amount / 1_000_000:.3f}"


def _why(filled: Filled) -> Text:
    if filled.why is None:
        return Text("")
    named = ", ".join(filled.why.signals) or "the page"
    return Text.assemble((named, "bold"), "\n", filled.why.sentence)


def _lost(account: Account, filled: Filled, names: Names) -> Text:
    words = Text()
    if filled.won is not None and filled.won.runner_up is not None:
        behind = 100 * (1 - filled.won.runner_up_value / filled.won.value) if filled.won.value else 0.0
        words.append(f"{names.ad(filled.won.runner_up)}: next, worth {behind:.0f} % less")
    if not account.ranked and account.turned_away_counts:
        reason, count = max(account.turned_away_counts.items(), key=lambda item: item[1])
        return Text(f"{count} ads: {reason}", style="dim")
    for ad, reason in _telling(account):
        words.append("\n" if words else "")
        words.append(f"{names.ad(ad)}: {reason}", style="dim")
    return words


def _telling(account: Account, most: int = 2) -> list[tuple[AdId, str]]:
    """A few turned-away ads, each for another reason, those with the most particular reasons first."""
    told: dict[str, AdId] = {}
    for away in reversed(account.turned_away):
        if len(away.reasons) == 1:
            told.setdefault(away.reasons[0].partition(" ")[0], away.ad_id)
    by_ad = {away.ad_id: away.reasons[0] for away in account.turned_away}
    return [(ad, by_ad[ad]) for ad in (list(told.values()) or list(by_ad))[:most]]


def consent_words(given: Iterable[str]) -> str:
    """Which consents someone gave.

    >>> consent_words(["look"]), consent_words([])
    ('look', 'no consents')
    """
    return ", ".join(given) or "no consents"
