"""One arm's part of every budget, as if that were all there is: what it is served from cannot tell the difference."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from adtailor.domain.audit import Author
from adtailor.domain.buying import Campaign, Inventory
from adtailor.domain.ids import CampaignId
from adtailor.domain.lease import Lease, LeaseAsk
from adtailor.domain.money import Micros
from adtailor.domain.trial import Account, part_of
from adtailor.ports import Budgets, CatalogueSource


class PartOfCatalogue:
    """`ports.CatalogueSource` with budgets, and goals of impressions, that are a part of what is stored."""

    def __init__(self, source: CatalogueSource, parts: int) -> None:
        self._source = source
        self._parts = parts
        self._of: Inventory | None = None
        self._scaled = Inventory()

    def version(self) -> int:
        """As stored."""
        return self._source.version()

    def inventory(self) -> Inventory:
        """Everything, at one version."""
        whole = self._source.inventory()
        if whole is not self._of:
            campaigns = tuple(scaled(campaign, self._parts) for campaign in whole.campaigns)
            self._of, self._scaled = whole, replace(whole, campaigns=campaigns)
        return self._scaled

    def replace(self, inventory: Inventory, *, builds_on: int | None = None, author: Author | None = None) -> int:
        """Never: a part is read only."""
        raise NotImplementedError("change the whole catalogue, not an arm's part of it")


class PartOfBudgets:
    """`ports.Budgets` of one account."""

    def __init__(self, budgets: Budgets, account: Account, parts: int) -> None:
        self._budgets = budgets
        self._account = account
        self._parts = parts

    def delivered(self, campaigns: Sequence[CampaignId]) -> Mapping[CampaignId, int]:
        """The arm's part of what all arms delivered: a promise of impressions is kept by all of them together."""
        found = self._budgets.delivered(campaigns)
        return {campaign: part_of(impressions, self._parts) for campaign, impressions in found.items()}

    def spent(self, now: datetime, *, account: Account | None = None) -> Mapping[CampaignId, tuple[Micros, Micros]]:
        """What of its part is not left."""
        return self._budgets.spent(now, account=account or self._account)

    def lease(
        self, holder: str, asks: Sequence[LeaseAsk], *, now: datetime, account: Account | None = None
    ) -> list[Lease]:
        """What may be promised of its part."""
        return self._budgets.lease(holder, asks, now=now, account=account or self._account)

    def release(self, holder: str) -> None:
        """Give back what is held."""
        self._budgets.release(holder)


def scaled(campaign: Campaign, parts: int) -> Campaign:
    """The campaign as an arm sees it."""
    goal = campaign.goal_impressions
    life = campaign.lifetime_budget
    return replace(
        campaign,
        daily_budget=Micros(part_of(campaign.daily_budget, parts)),
        lifetime_budget=None if life is None else Micros(part_of(life, parts)),
        goal_impressions=None if goal is None else max(1, part_of(goal, parts)),
    )
