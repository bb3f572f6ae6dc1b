"""Campaigns as a table for spreadsheets: a row an ad, or an ad set or a campaign that has none yet.

What programs do to tables is undone (byte order marks, semicolons or tabs for commas), or refused with the cell that is
meant (decimal commas, dates without a zone). On the way out no cell can be taken for a formula: it gets an apostrophe
in front, which the way in takes off again.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

import msgspec

from adtailor.domain.buying import Inventory
from adtailor.domain.managed import PARENT, Item, Kind
from adtailor.domain.money import Micros, micros, written
from adtailor.errors import AdtailorError, InvalidInput
from adtailor.service.wire.decoding import decode, encode
from adtailor.service.wire.items import WIRINGS, item_from_wire
from adtailor.service.wire.merging import merged

MOST_ROWS = 100_000
Cell = tuple[Callable[[str], Any], Callable[[Any], str]]
"""From a cell to a value of the wire, and back."""


def _words(cell: str) -> str:
    return cell


def _number(cell: str) -> int:
    cell = cell.strip()
    if not re.fullmatch(r"\d{1,18}", cell):
        raise InvalidInput(f"{_shown(cell)} is no whole number", hint="digits alone, as 3")
    return int(cell)


def _money(cell: str) -> int:
    if "," in cell:
        raise InvalidInput(f"{_shown(cell)} has a comma", hint="write money with a point, as 12.50")
    return micros(cell.strip())


def _yes(cell: str) -> bool:
    cell = cell.strip()
    if cell.casefold() not in {"yes", "no", "true", "false"}:
        raise InvalidInput(f"{_shown(cell)} is neither yes nor no", hint="yes or no")
    return cell.casefold() in {"yes", "true"}


def _several(cell: str) -> list[str]:
    """Parts with bars between them; a backslash makes a bar, or itself, part of a part."""
    parts = re.findall(r"((?:[^\\|]|\\.)*)(?:\||$)", cell)
    return [told for part in parts if (told := re.sub(r"\\(.)", r"\1", part).strip())]


def _joined(values: Sequence[str]) -> str:
    return "|".join(value.replace("\\", "\\\\").replace("|", "\\|") for value in values)


TEXT: Cell = (str.strip, str)
WORDS: Cell = (_words, str)
"""What people read keeps its spaces."""
NUMBER: Cell = (_number, str)
MONEY: Cell = (_money, lambda amount: written(Micros(amount)))
YES: Cell = (_yes, lambda value: "yes" if value else "no")
SEVERAL: Cell = (_several, _joined)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: of which item it tells, and where in it."""

    name: str
    kind: Kind
    path: str
    """Its place on the wire, as `bid.amount_micros`."""
    cell: Cell = TEXT


def _columns(kind: Kind, **columns: str | tuple[str, Cell]) -> list[Column]:
    found: list[Column] = []
    for name, told in columns.items():
        path, cell = (told, TEXT) if isinstance(told, str) else told
        found.append(Column(name=name, kind=kind, path=path, cell=cell))
    return found


COLUMNS: tuple[Column, ...] = (
    *_columns(
        "campaigns",
        campaign_id="id",
        advertiser_id="advertiser_id",
        campaign_name=("name", WORDS),
        campaign_status="status",
        objective="objective",
        daily_budget=("daily_budget_micros", MONEY),
        lifetime_budget=("lifetime_budget_micros", MONEY),
        starts_at="starts_at",
        ends_at="ends_at",
        zone="zone",
    ),
    *_columns(
        "adsets",
        adset_id="id",
        adset_name=("name", WORDS),
        adset_status="status",
        bid_kind="bid.kind",
        bid=("bid.amount_micros", MONEY),
        countries=("targeting.countries", SEVERAL),
        languages=("targeting.languages", SEVERAL),
        devices=("targeting.devices", SEVERAL),
        keywords=("targeting.keywords", SEVERAL),
        topics=("targeting.topics", SEVERAL),
        interests=("targeting.interests", SEVERAL),
        look=("targeting.look", SEVERAL),
        excluded_topics=("exclusions.topics", SEVERAL),
        daily_cap=("daily_cap", NUMBER),
        session_cap=("session_cap", NUMBER),
    ),
    *_columns("ads", ad_id="id", ad_status="status"),
    *_columns(
        "creatives",
        creative_id="id",
        creative_status="status",
        format="format",
        headline=("headline", WORDS),
        body=("body", WORDS),
        call_to_action=("call_to_action", WORDS),
        image="image",
        landing_url="landing_url",
        creative_language="language",
        products=("products", SEVERAL),
        is_urgent=("is_urgent", YES),
    ),
)
_BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}
_ORDER: tuple[Kind, ...] = ("campaigns", "adsets", "creatives", "ads")
"""What is referred to comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the table says of one item: a merge patch, from the rows that name it."""

    kind: Kind
    item_id: str
    row: int
    patch: Mapping[str, Any]

    def applied(self, item: Item | None) -> Item:
        """The item with it, or a new one; the field of an error is `row 3.daily_budget`."""
        wiring = WIRINGS[self.kind]
        try:
            before: object = {} if item is None else wiring.to_wire(item)
            return item_from_wire(self.kind, decode(encode(merged(before, self.patch)), wiring.wire))
        except AdtailorError as error:
            error.field = self.where(error.field)
            raise

    def where(self, field: str | None) -> str:
        """A field of the wire as the row and the column that tell of it."""
        names = {column.path: column.name for column in COLUMNS if column.kind == self.kind}
        return f"row {self.row}.{names.get(field or '', field or self.kind)}"


def read_sheet(raw: bytes) -> list[Entry]:
    """Every item that a table tells of, in an order in which they can be made; InvalidInput names row and column."""
    table = csv.reader(StringIO(_decoded(raw), newline=""), delimiter=_separator(raw), strict=True)
    try:
        rows = [(table.line_num, row) for row in table if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InvalidInput(f"no table: {error}", hint="save it as CSV", field=f"row {table.line_num}") from None
    if not rows:
        raise InvalidInput("an empty table", hint="adtailor campaigns export writes one to begin with")
    (_, head), *body = rows
    if len(body) > MOST_ROWS:
        raise InvalidInput(f"{len(body):,} rows", hint=f"at most {MOST_ROWS:,} at a time")
    names = [name.strip() for name in head]
    _checked_head(names)
    held: dict[tuple[Kind, str], Entry] = {}
    for number, row in body:
        if len(row) > len(names):
            raise InvalidInput(
                f"{len(row)} cells under {len(names)} columns",
                hint="quote a cell that holds the separator",
                field=f"row {number}",
            )
        _take(held, number, dict(zip(names, row, strict=False)))
    return [entry for kind in _ORDER for entry in held.values() if entry.kind == kind]


def write_sheet(inventory: Inventory) -> str:
    """The campaigns of a buying side as a table, in its order."""
    out = StringIO(newline="")
    table = csv.writer(out)
    table.writerow(column.name for column in COLUMNS)
    table.writerows(_rows(inventory))
    return out.getvalue()


def _rows(inventory: Inventory) -> Iterator[list[str]]:
    creatives = {one.id: one for one in inventory.creatives}
    adsets = _grouped(inventory.adsets, "campaign_id")
    ads = _grouped(inventory.ads, "adset_id")
    for campaign in inventory.campaigns:
        for adset in adsets.get(campaign.id, [None]):
            for ad in ads.get(adset.id, [None]) if adset is not None else [None]:
                here: dict[Kind, Any] = {"campaigns": campaign}
                if adset is not None:
                    here["adsets"] = adset
                if ad is not None:
                    here |= {"ads": ad, "creatives": creatives[ad.creative_id]}
                told = {kind: msgspec.to_builtins(WIRINGS[kind].to_wire(item)) for kind, item in here.items()}
                yield [_cell(column, told.get(column.kind)) for column in COLUMNS]


def _grouped(items: Iterable[Any], by: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for item in items:
        found.setdefault(getattr(item, by), []).append(item)
    return found


def _cell(column: Column, wire: Any) -> str:
    value = wire
    for step in column.path.split("."):
        value = None if value is None else value.get(step)
    return "" if value is None else harmless(column.cell[1](value))


_FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection).

    >>> harmless("=HYPERLINK(1)"), harmless("Boots")
    ("'=HYPERLINK(1)", 'Boots')
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def as_meant(cell: str) -> str:
    """A cell without the apostrophe that `harmless` put there.

    >>> as_meant("'=HYPERLINK(1)"), as_meant("'tis the season")
    ('=HYPERLINK(1)', "'tis the season")
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _decoded(raw: bytes) -> str:
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise InvalidInput("the file is not UTF-8", hint="save it as CSV UTF-8") from None


def _separator(raw: bytes) -> str:
    """What stands most often in the first line: no column's name holds any of them."""
    head = _decoded(raw).lstrip().partition("\n")[0]
    return max(",;\t", key=head.count)


def _checked_head(names: Sequence[str]) -> None:
    for name in names:
        if name not in _BY_NAME:
            raise InvalidInput(f"no column {_shown(name)}", hint=f"of {', '.join(_BY_NAME)}", field="row 1")
    if len(set(names)) < len(names):
        raise InvalidInput("a column is there twice", hint="name each once", field="row 1")
    if "campaign_id" not in names:
        raise InvalidInput("no column campaign_id", hint="every row names its campaign", field="row 1")


def _take(held: dict[tuple[Kind, str], Entry], number: int, row: Mapping[str, str]) -> None:
    ids = {kind: as_meant(row.get(_ID[kind], "").strip()) for kind in _ORDER}
    if not ids["campaigns"]:
        raise InvalidInput(
            "a row without a campaign", hint="every row names its campaign", field=f"row {number}.campaign_id"
        )
    if ids["ads"] and not ids["adsets"]:
        raise InvalidInput("an ad without an ad set", hint="name its ad set", field=f"row {number}.adset_id")
    if ids["ads"] and not ids["creatives"]:
        raise InvalidInput("an ad without a creative", hint="name its creative", field=f"row {number}.creative_id")
    if ids["creatives"] and not ids["ads"]:
        raise InvalidInput("a creative without an ad", hint="name its ad", field=f"row {number}.ad_id")
    for kind in _ORDER:
        if not ids[kind]:
            _empty(kind, number, row)
            continue
        patch = _patch(kind, number, row)
        patch["id"] = ids[kind]
        if kind == "creatives" and "advertiser_id" in row:
            patch["advertiser_id"] = as_meant(row["advertiser_id"].strip())
        if kind in {"adsets", "ads"}:
            above, field = PARENT[kind]
            patch[field] = ids[above]
        if kind == "ads":
            patch["creative_id"] = ids["creatives"]
        entry = Entry(kind=kind, item_id=ids[kind], row=number, patch=patch)
        before = held.setdefault((kind, ids[kind]), entry)
        if before.patch != patch:
            field = next(name for name in patch if before.patch.get(name) != patch.get(name))
            raise InvalidInput(
                f"row {before.row} says something else of {ids[kind]!r}",
                hint="rows that tell of the same say the same",
                field=entry.where(field),
            )


_ID: Mapping[Kind, str] = {
    "campaigns": "campaign_id",
    "adsets": "adset_id",
    "creatives": "creative_id",
    "ads": "ad_id",
}


def _empty(kind: Kind, number: int, row: Mapping[str, str]) -> None:
    """Cells of an item that is not named would be lost."""
    for name, cell in row.items():
        if _BY_NAME[name].kind == kind and cell.strip():
            raise InvalidInput(
                f"{_shown(cell)} belongs to nothing", hint=f"name its {_ID[kind]}", field=f"row {number}.{name}"
            )


def _patch(kind: Kind, number: int, row: Mapping[str, str]) -> dict[str, Any]:
    patch: dict[str, Any] = {}
    for name, cell in row.items():
        column = _BY_NAME[name]
        if column.kind != kind or column.path == "id":
            continue
        try:
            value = column.cell[0](as_meant(cell)) if cell.strip() else None
        except AdtailorError as error:
            error.field = f"row {number}.{name}"
            raise
        target = patch
        *steps, last = column.path.split(".")
        for step in steps:
            target = target.setdefault(step, {})
        target[last] = value
    return patch


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else f"{cell[:40]}...")
