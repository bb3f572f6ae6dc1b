"""The log becomes the next click model, judged on the newest of its rows, and serves only if they say it is better."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from adtailor.domain.training import TrainingRow
from adtailor.errors import InvalidInput
from adtailor.journeys.learned_ranker import SHELF
from adtailor.learn.ad_log import FEATURES, GROUP, LABEL, TIME, ad_model, training_columns
from adtailor.learn.fit import fit
from adtailor.learn.model import Model
from adtailor.learn.promotion import NotPromoted, Promotion, promote, roll_back
from adtailor.maths.ranking_metrics import normalised_entropy

LEAST_CLICKS = 100
"""Below this, intervals are so wide that no model could show that it is better."""
VALIDATION = 0.1
CALIBRATES_FROM = 200
"""Clicks in the part that calibrates, below which the model is left as it learned."""
SEGMENTS = ("advertiser_id", "placement_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A model, and what became of it; `refused` says why it does not serve."""

    model: Model
    rows: int
    clicks: int
    served_entropy: float
    """Normalised entropy, over all rows, of the chances by which the ads were ranked when they were shown."""
    promotion: Promotion | None = None
    refused: str | None = None


def learn_clicks(
    rows: Iterable[TrainingRow],
    data: Path,
    *,
    serve: bool = True,
    baseline: bool = True,
    progress: Callable[[int, int], None] | None = None,
    seed: int = 0,
) -> Learned:
    """Learn from the rows in one pass, and promote the model on the shelf of `data` if it earned that.

    Raises InvalidInput where there are too few clicks to learn from; nothing on the shelf changes then.
    """
    listed = list(rows)
    clicks = sum(row.clicked for row in listed)
    if clicks < LEAST_CLICKS:
        raise InvalidInput(
            f"{clicks} clicks in {len(listed)} impressions that may be learned from",
            hint=f"at least {LEAST_CLICKS}: let the priors serve until then",
            field="log",
        )
    columns = training_columns(listed)
    model = fit(
        FEATURES,
        label=LABEL,
        log=columns,
        time=TIME,
        group=GROUP,
        model=ad_model(),
        # A line through few clicks bends more than it straightens.
        calibration="platt" if clicks * VALIDATION >= CALIBRATES_FROM else "none",
        validation=VALIDATION,
        by=SEGMENTS,
        baseline=baseline,
        progress=progress,
        seed=seed,
    )
    promotion, refused = None, None
    if serve:
        try:
            promotion = promote(model, "serving", shelf=data / SHELF)
        except NotPromoted as error:
            refused = error.message
    return Learned(
        model=model,
        rows=len(listed),
        clicks=clicks,
        served_entropy=_served_entropy(listed),
        promotion=promotion,
        refused=refused,
    )


def undo(data: Path) -> str:
    """Let the version before serve again; its name. InvalidInput where there is none."""
    return roll_back(shelf=data / SHELF)


def _served_entropy(rows: list[TrainingRow]) -> float:
    import numpy as np

    labels = np.array([row.clicked for row in rows], dtype=np.float64)
    return normalised_entropy(labels, np.array([row.click_rate for row in rows], dtype=np.float64))
