"""What simulated worlds say of a signal, as evidence of grade E: simulated, and never added to anything measured.

Only the worlds in which people respond as strongly as usual are taken, all of them and none chosen. Beside what a
signal earned stands what its placebo earned in the same worlds.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean, stdev

from adtailor.domain.signals import Signal
from adtailor.domain.worth import Contrast, Earned, Estimate
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
        yield from of_sweep(treatment, cells)


def of_sweep(treatment: Treatment, cells: Sequence[Cell]) -> tuple[Earned, ...]:
    """What everybody treated earned more than nobody, and what a placebo did; nothing of fewer than two worlds.

    Of what is no signal nothing either; and no placebo where a world was finished before there were any.
    """
    usual = [cell for cell in cells if cell.effect == USUAL and cell.impressions]
    if treatment not in _SIGNALS or len(usual) < 2:
        return ()
    placebos = [cell.placebo_gain for cell in usual if cell.placebo_gain is not None]
    told = [_earned(treatment, usual, [cell.gain for cell in usual], "without")]
    if len(placebos) == len(usual):
        told.append(_earned(treatment, usual, placebos, "placebo"))
    return tuple(told)


def _earned(treatment: Treatment, usual: Sequence[Cell], micros: Sequence[float], contrast: Contrast) -> Earned:
    gains = [1000.0 * gain / cell.impressions for gain, cell in zip(micros, usual, strict=True)]
    before = [1000.0 * cell.gain / cell.impressions / cell.truth for cell in usual if cell.truth]
    worlds = len(usual)
    return Earned(
        signals=frozenset({_SIGNALS[treatment]}),
        contrast=contrast,
        grade="E",
        source=f"{worlds} worlds, seeds {usual[0].seed} to {usual[-1].seed}",
        revenue=Estimate(value=fmean(gains), error=stdev(gains) / math.sqrt(worlds)),
        baseline=fmean(before) if before else 0.0,
        people=sum(cell.people for cell in usual),
        bound=t_quantile_above(0.025, worlds - 1.0),
        is_decided=True,
    )
