"""What simulated worlds say of a signal, as evidence of grade E: simulated, and never added to anything measured.

Only the worlds in which people respond as strongly as usual are taken, all of them and none chosen.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean, stdev

from adtailor.domain.signals import Signal
from adtailor.domain.worth import Earned, Estimate
from adtailor.errors import InvalidInput
from adtailor.journeys.run_simulation import Cell, Treatment
from adtailor.journeys.simulation_file import kept
from adtailor.maths.distributions import t_quantile_above

USUAL = 1.0
"""How strongly people respond: the strength that the world's makers hold to be usual."""
_SIGNALS: dict[Treatment, Signal] = {"look": "look", "mood": "affect"}


def simulated_evidence(folder: Path) -> Iterator[Earned]:
    """Of every sweep in a folder; files that are none are passed over."""
    for path in sorted(folder.glob("*.jsonl")):
        try:
            treatment, cells = kept(path)
        except InvalidInput:
            continue
        found = of_sweep(treatment, cells)
        if found is not None:
            yield found


def of_sweep(treatment: Treatment, cells: Sequence[Cell]) -> Earned | None:
    """What everybody treated earned more than nobody; None of fewer than two worlds, or of what is no signal."""
    usual = [cell for cell in cells if cell.effect == USUAL and cell.impressions]
    if treatment not in _SIGNALS or len(usual) < 2:
        return None
    gains = [1000.0 * cell.gain / cell.impressions for cell in usual]
    before = [gain / cell.truth for gain, cell in zip(gains, usual, strict=True) if cell.truth]
    worlds = len(usual)
    return Earned(
        signals=frozenset({_SIGNALS[treatment]}),
        contrast="without",
        grade="E",
        source=f"{worlds} worlds, seeds {usual[0].seed} to {usual[-1].seed}",
        revenue=Estimate(value=fmean(gains), error=stdev(gains) / math.sqrt(worlds)),
        baseline=fmean(before) if before else 0.0,
        people=sum(cell.people for cell in usual),
        bound=t_quantile_above(0.025, worlds - 1.0),
        is_decided=True,
    )
