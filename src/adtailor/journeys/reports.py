"""Reports of delivery: what is asked for is read from the ledger, and summed for whoever may see it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, cast, get_args

from adtailor.domain.ids import AdvertiserId, CampaignId, OrganizationId
from adtailor.domain.ledger import Cell
from adtailor.errors import InvalidInput
from adtailor.measure.anonymity import LEAST_PEOPLE, Breakdown, for_advertiser
from adtailor.measure.delivery import DIMENSIONS, Dimension, Report, deliver
from adtailor.ports import CatalogueSource, LedgerStore

Audience = Literal["operator", "advertiser"]
"""Who reads it: the operator sees everything, an advertiser no line of fewer than k people."""
_FIELDS: dict[Dimension, tuple[str, ...]] = {
    "advertiser": (),
    "campaign": (),
    "adset": ("adset_id",),
    "ad": ("adset_id", "ad_id"),
    "site": ("site_id",),
    "placement": ("site_id", "placement_id"),
    "day": ("quarter",),
    "hour": ("quarter",),
}
_FARTHEST = timedelta(hours=15)
"""No zone is farther than this from UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """What to sum up. Days are those of each campaign's own zone, the first and the last included."""

    by: tuple[Dimension, ...] = ("campaign",)
    since: date | None = None
    until: date | None = None
    organization_id: OrganizationId | None = None
    """Whose advertisers alone are summed up; None for all."""
    advertiser_id: AdvertiserId | None = None
    campaign_id: CampaignId | None = None
    audience: Audience = "operator"
    least_people: int = field(default=LEAST_PEOPLE)

    def __post_init__(self) -> None:
        for one in self.by:
            if one not in DIMENSIONS:
                raise InvalidInput(
                    f"{one!r} is nothing to report by", hint=f"any of {', '.join(DIMENSIONS)}", field="by"
                )
        if len(set(self.by)) < len(self.by):
            raise InvalidInput("a report by the same thing twice", hint="name each once", field="by")
        if self.since is not None and self.until is not None and self.until < self.since:
            raise InvalidInput(
                f"until {self.until} ends before {self.since}", hint="a day at or after the first", field="until"
            )
        if self.audience == "advertiser" and self.breakdown is None:
            raise InvalidInput(
                f"advertisers see no report by {', '.join(self.by)}",
                hint=f"one of {', '.join(get_args(Breakdown))}, whose lines may be compared with nothing smaller",
                field="by",
            )

    @property
    def breakdown(self) -> Breakdown | None:
        """What an advertiser asks for below a campaign; None where it is more than one thing."""
        below = [one for one in self.by if one not in {"advertiser", "campaign"}]
        return cast("Breakdown", below[0] if below else "campaign") if len(below) <= 1 else None


class Reports:
    """Sums up what was delivered."""

    def __init__(self, *, ledger: LedgerStore, source: CatalogueSource) -> None:
        self._ledger = ledger
        self._source = source

    def report(self, request: ReportRequest) -> Report:
        """The report; lines of money are exact sums of the ledger."""
        inventory = self._source.inventory()
        zones = {campaign.id: campaign.zone for campaign in inventory.campaigns}
        whose = {advertiser.id: advertiser.organization_id for advertiser in inventory.advertisers}
        dims = {name for one in request.by for name in _FIELDS[one]}
        hides = request.audience == "advertiser"
        if request.since is not None or request.until is not None or hides:
            dims.add("quarter")
        since, until = _around(request)
        cells = [
            cell
            for cell in self._ledger.cells(sorted(dims), since, until)
            if _is_meant(cell, request) and request.organization_id in {None, whose.get(cell.advertiser_id)}
        ]
        if not hides:
            return deliver(cells, request.by, zones=zones, since=request.since, until=request.until)
        return for_advertiser(
            cells,
            self._ledger.reach(since, until),
            request.breakdown or "campaign",
            zones=zones,
            since=request.since,
            until=request.until,
            least=request.least_people,
        )

    def disagreements(self) -> Sequence[str]:
        """Where reports, ledger, events and budgets do not agree to the micro; nothing where all is well."""
        wrong = list(self._ledger.disagreements())
        entries: dict[tuple[CampaignId, str], int] = {}
        for entry in self._ledger.entries():
            key = entry.campaign_id, entry.kind
            entries[key] = entries.get(key, 0) + entry.amount
        for row in self.report(ReportRequest()).rows:
            campaign = CampaignId(row.key[0] or "")
            told = (row.tally.gross, row.tally.reversed)
            entered = (entries.pop((campaign, "charge"), 0), -entries.pop((campaign, "reversal"), 0))
            if told != entered:
                wrong.append(f"campaign {campaign} reports {told} micros, and its entries come to {entered}")
        wrong += [f"campaign {campaign} has entries and no report" for campaign, _ in entries]
        total = self.report(ReportRequest()).total
        for by in DIMENSIONS:
            other = replace(self.report(ReportRequest(by=(by,))).total)
            if other != total:
                wrong.append(f"the report by {by} comes to another total than that by campaign")
        return wrong


def _around(request: ReportRequest) -> tuple[datetime | None, datetime | None]:
    """The days of every zone, and somewhat more: what is too much is left out by zone."""
    since = request.since and datetime.combine(request.since, time(), UTC) - _FARTHEST
    until = request.until and datetime.combine(request.until, time(), UTC) + timedelta(days=1) + _FARTHEST
    return since, until


def _is_meant(cell: Cell, request: ReportRequest) -> bool:
    return request.advertiser_id in {None, cell.advertiser_id} and request.campaign_id in {None, cell.campaign_id}
