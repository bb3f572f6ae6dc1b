"""What campaigns may still spend, purse by purse: an event is charged once and only if it fits, and bids are paced.

A campaign has one purse where all people draw on it, and one for each arm where a trial splits budgets.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.domain.buying import Inventory
from adtailor.maths.pacing import FIRST_STEP, STEP, next_cut

Floats = NDArray[np.float64]


class Purses:
    """Budgets of one run; shapes (purses, campaigns), amounts in micros, infinite where nothing limits them."""

    def __init__(self, inventory: Inventory, budgets: Floats, *, curve: Floats, whole: bool) -> None:
        """`curve` is each tick's share of a day's traffic; `whole` charges an event or nothing, else what fits."""
        campaigns = {campaign.id: n for n, campaign in enumerate(inventory.campaigns)}
        sets = {adset.id: adset for adset in inventory.adsets}
        of = [sets[ad.adset_id] for ad in inventory.ads]
        self.campaigns = np.array([campaigns[adset.campaign_id] for adset in of], dtype=np.int32)
        self.is_cpm = np.array([adset.bid.kind == "cpm" for adset in of])
        self.budgets = budgets
        full = np.array([-(-a.bid.amount // 1000) if a.bid.kind == "cpm" else a.bid.amount for a in of])
        # Where what fits is charged, nothing is ever left over that is too little for one more event.
        self._next = full if whole else np.ones_like(full)
        self._paced = np.array([campaign.pacing == "even" for campaign in inventory.campaigns]) & np.isfinite(budgets)
        self._curve, self._whole = curve, whole
        self._over = np.concatenate(([0.0], np.cumsum(curve)))
        self.spent = np.zeros_like(budgets)
        self._reckoned = np.zeros_like(budgets)
        self._cut, self._mean = np.zeros_like(budgets), np.zeros_like(budgets)
        self._days = 0

    def new_day(self) -> None:
        """Budgets are whole again; bids begin where they were right on average the day before."""
        if self._days:
            self._cut = self._mean.copy()
        self._mean[:] = self.spent[:] = self._reckoned[:] = 0.0
        self._days += 1

    def pace(self, tick: int) -> None:
        """A tick is over: bids are cut by what it spent, as the house cuts them."""
        if not self._paced.any():
            return
        spent = np.where(self._paced, np.minimum(self.spent / self.budgets, 1.0), 0.0)
        size = spent.size
        cut = next_cut(
            self._cut.ravel(),
            spent=(spent - self._reckoned).ravel(),
            left=(1.0 - self._reckoned).ravel(),
            passed=np.full(size, self._curve[tick]),
            to_come=np.full(size, max(1.0 - self._over[tick], 1e-9)),
            step=FIRST_STEP if self._days == 1 else STEP,
        ).reshape(spent.shape)
        self._cut = np.where(self._paced, cut, 0.0)
        self._mean += self._cut * self._curve[tick]
        self._reckoned = spent

    @property
    def shares(self) -> Floats:
        """What each ad bids of its bid; shape (purses, ads)."""
        return np.exp(-self._cut)[:, self.campaigns]

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """Whether one more event at the full bid fits; shape (purses, ads)."""
        return (self.budgets - self.spent)[:, self.campaigns] >= self._next

    @property
    def ran_out(self) -> NDArray[np.bool_]:
        """Whether a budget no longer pays for an event, or would not without cutting bids; (purses, campaigns)."""
        is_short = np.zeros_like(self.budgets, dtype=np.bool_)
        np.logical_or.at(is_short.T, self.campaigns, ~self.is_open.T)
        return is_short | (self._cut > 0.01)

    def charge(self, amounts: Floats, purses: NDArray[np.int32], ads: NDArray[np.int32]) -> Floats:
        """Charge events in order; what each cost: nothing beyond the budget."""
        charged = np.zeros(len(amounts))
        _charge(amounts, purses, self.campaigns[ads], self.budgets, self.spent, self._whole, charged)
        return charged


@njit(cache=True)
def _charge(  # noqa: PLR0917  # compiled: by position
    amounts: Floats,
    purses: NDArray[np.int32],
    campaigns: NDArray[np.int32],
    budgets: Floats,
    spent: Floats,
    whole: bool,
    charged: Floats,
) -> None:
    for n in range(amounts.shape[0]):
        left = budgets[purses[n], campaigns[n]] - spent[purses[n], campaigns[n]]
        amount = amounts[n]
        if amount > left:
            amount = 0.0 if whole else max(left, 0.0)
        spent[purses[n], campaigns[n]] += amount
        charged[n] = amount
