"""The valence head: how pleasant a post sounds, from people's mean ratings."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from adtailor.understand.card import HeadReport, Score
from adtailor.understand.fit_heads import PLEASANT, UNPLEASANT, Trained, head_of, labelled_with, split
from adtailor.understand.fitting import Values, Vectors, f1_score, fit_ridge
from adtailor.understand.labelled import VALENCE_SETS, Labelled

NEUTRAL_BAND = 0.125
"""A text counts as neutral where people's mean was within half a point of 0 on their scale of -4 to 4."""


def fit_valence(labelled: Labelled, seen: Mapping[str, Vectors], seed: int) -> Trained:
    rows, talk = labelled.valence, labelled.emotions
    x, y, kind = seen[rows.name], rows.values[:, 0], rows.values[:, 1]
    parts = split(rows.texts, seed)
    pleasant, unpleasant = labelled_with(talk.values, PLEASANT), labelled_with(talk.values, UNPLEASANT)
    # Everyday talk has no valence on that scale: half of it, by the kind of emotion, and a tenth of the weight.
    x_fit = np.vstack([x[parts.fit], seen[talk.name]])
    y_fit = np.concatenate([y[parts.fit], 0.5 * (pleasant.astype(float) - unpleasant)])
    weight = np.concatenate([np.where(kind == 0, 3.0, 1.0)[parts.fit], np.full(len(talk.texts), 0.1)])
    model = fit_ridge(x_fit, y_fit, penalty=0.5, weights=weight)
    predicted = np.clip(model.scores(x), -1, 1)
    tweets = kind == 0
    truth = _three(y, NEUTRAL_BAND)
    # Tweets are nearest to posts, so the band of "neutral" is chosen on them.
    options = np.arange(0.04, 0.30, 0.01)
    tuned = parts.tune & tweets
    band = float(options[int(np.argmax([_macro_f1(_three(predicted[tuned], t), truth[tuned]) for t in options]))])
    scores = [
        Score(
            f"correlation, {name}", float(np.corrcoef(predicted[mine], y[mine])[0, 1]), f"{int(mine.sum())} held rows"
        )
        for number, name in enumerate(VALENCE_SETS)
        for mine in (parts.held & (kind == number),)
    ]
    held_tweets = parts.held & tweets
    three = _macro_f1(_three(predicted[held_tweets], band), truth[held_tweets])
    scores += [
        Score("macro-F1 of the three labels, tweets", three, f"{int(held_tweets.sum())} held rows"),
        Score("neutral band", band, "chosen on the tune rows of tweets"),
    ]
    report = HeadReport(
        name="valence",
        does="from -1, unpleasant, to 1, pleasant; the label is neutral within the band; arousal is not measured",
        data=(rows.name, talk.name),
        sizes=f"fit {len(y_fit)}, band {int(tuned.sum())}, measured {int(parts.held.sum())}",
        scores=tuple(scores),
        notes=(),
        not_for="irony, where it tends to believe the words; anything but English",
    )
    return Trained((head_of("valence", ("valence",), [model], [band]),), (report,))


def _three(valence: Values, band: float) -> NDArray[np.int_]:
    return np.where(valence > band, 1, np.where(valence < -band, -1, 0))


def _macro_f1(told: NDArray[np.int_], truth: NDArray[np.int_]) -> float:
    return float(np.mean([f1_score(told == label, truth == label) for label in (-1, 0, 1)]))
