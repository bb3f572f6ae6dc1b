"""What a sweep of simulated worlds came to: recovered against true effects, over every world that was asked for."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from adtailor.domain.worth import PlaceboSays, placebo_says
from adtailor.errors import InvalidInput
from adtailor.journeys.run_simulation import GRADE, SIMULATED, TOO_SHORT, Cell, Sweep
from adtailor.maths.distributions import t_quantile_above

DECLARED = 0.05
"""How often an effect may be claimed where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Worlds of one hidden effect; changes of revenue, as shares."""

    effect: float
    worlds: int
    truth: float
    found: float
    error: float
    """The mean of found minus true."""
    error_deviation: float
    """The standard error of that mean; NaN for one world."""
    covered: int
    claimed: int
    claimed_wrongly: int
    click_truth: float
    left_truth: float
    gain_per_thousand: float
    """Micros per 1000 impressions that treating everybody earned, the cost of reading not yet off."""
    cost_per_thousand: float
    """Micros per 1000 impressions that reading costs."""

    @property
    def net_per_thousand(self) -> float:
        """What is left."""
        return self.gain_per_thousand - self.cost_per_thousand


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceboRow:
    """What being served by somebody else's readings changed, over all worlds; changes of revenue, as shares."""

    value: float
    low: float
    high: float
    """Of 95 %, by how worlds differ."""

    @property
    def says(self) -> PlaceboSays:
        """Whether it holds 0, as it has to."""
        return placebo_says(self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A sweep as a whole."""

    sweep: Sweep
    rows: tuple[Row, ...]
    total: Row
    """Over all effects; its own effect is NaN."""
    seeds: tuple[int, ...]
    grade: str = GRADE
    marks: tuple[str, ...] = (SIMULATED,)
    """`simulated` always; `too short to see harm` where it was."""
    placebo: PlaceboRow | None = None
    """None where no signal was treated, and of a single world."""

    @property
    def coverage(self) -> float:
        """Share of worlds whose interval holds the truth."""
        return self.total.covered / self.total.worlds

    @property
    def wrong_rate(self) -> float:
        """Share of worlds in which an effect was claimed that is not there, or is the other way."""
        return self.total.claimed_wrongly / self.total.worlds


def reported(sweep: Sweep, cells: Sequence[Cell]) -> Report:
    """Raises InvalidInput unless every world of the sweep is there, once: nobody picks the worlds that went well."""
    asked = list(sweep.cells())
    given = [(cell.seed, cell.effect) for cell in cells]
    if given != asked:
        missing = sorted({seed for seed, _ in asked} - {seed for seed, _ in given})
        raise InvalidInput(
            f"{len(given)} worlds of {len(asked)}" + (f", without seed {missing[0]}" if missing else ""),
            hint="report every world of the sweep in order: the best of many seeds is no result",
            field="cells",
        )
    marks = (SIMULATED, TOO_SHORT) if sweep.is_too_short else (SIMULATED,)
    return Report(
        sweep=sweep,
        rows=tuple(
            _row(effect, [cell for cell in cells if cell.effect == effect])
            for effect in sorted(set(sweep.effects))
            if any(cell.effect == effect for cell in cells)
        ),
        total=_row(math.nan, list(cells)),
        seeds=tuple(cell.seed for cell in cells),
        marks=marks,
        placebo=_placebo(cells),
    )


def _placebo(cells: Sequence[Cell]) -> PlaceboRow | None:
    found = [cell.placebo for cell in cells if cell.placebo is not None]
    if len(found) < len(cells) or len(found) < 2:
        return None
    mean = fmean(found)
    reach = t_quantile_above(0.025, len(found) - 1.0) * stdev(found) / math.sqrt(len(found))
    return PlaceboRow(value=mean, low=mean - reach, high=mean + reach)


def _row(effect: float, cells: Sequence[Cell]) -> Row:
    count = len(cells)
    errors = [cell.value - cell.truth for cell in cells]
    mean = sum(errors) / count
    spread = math.sqrt(sum((one - mean) ** 2 for one in errors) / (count - 1) / count) if count > 1 else math.nan
    thousands = sum(cell.impressions for cell in cells) / 1000.0
    return Row(
        effect=effect,
        worlds=count,
        truth=sum(cell.truth for cell in cells) / count,
        found=sum(cell.value for cell in cells) / count,
        error=mean,
        error_deviation=spread,
        covered=sum(cell.covers for cell in cells),
        claimed=sum(cell.claims for cell in cells),
        claimed_wrongly=sum(cell.claims_wrongly for cell in cells),
        click_truth=sum(cell.click_truth for cell in cells) / count,
        left_truth=sum(cell.left_truth for cell in cells) / count,
        gain_per_thousand=sum(cell.gain for cell in cells) / max(thousands, 1e-9),
        cost_per_thousand=sum(cell.cost for cell in cells) / max(thousands, 1e-9),
    )
