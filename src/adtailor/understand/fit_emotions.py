"""The heads that learn from GoEmotions: the 28 emotions; and the tone, with sarcasm from iSarcasmEval."""

from collections.abc import Mapping

import numpy as np

from adtailor.domain.reading import EMOTIONS
from adtailor.understand.card import HeadReport, Score
from adtailor.understand.fit_heads import Trained, binary_head, calibrated, head_of, labelled_with, split
from adtailor.understand.fitting import Linear, Vectors, area_under_roc, calibration_error, f1_score, link
from adtailor.understand.labelled import Labelled

MERRY = ("amusement", "joy")


def fit_emotions(labelled: Labelled, seen: Mapping[str, Vectors], seed: int) -> Trained:
    rows, dev = labelled.emotions, labelled.emotions_dev
    x, y = seen[rows.name], rows.values > 0
    x_dev, y_dev = seen[dev.name], dev.values > 0
    parts = split(rows.texts, seed, tune=0.15, held=0.0)
    models: list[Linear] = []
    thresholds: list[float] = []
    for label in range(len(EMOTIONS)):
        model, threshold = calibrated(x, y[:, label], parts, penalty=0.003)
        models.append(model)
        thresholds.append(threshold)
    head = head_of("emotions", EMOTIONS, models, thresholds)
    chances = head.probabilities(x_dev)
    told = chances >= np.array(head.thresholds)
    f1 = [f1_score(told[:, n], y_dev[:, n]) for n in range(len(EMOTIONS))]
    ece = [calibration_error(chances[:, n], y_dev[:, n]) for n in range(len(EMOTIONS))]
    best, worst = np.argsort(f1)[::-1][:5], np.argsort(f1)[:5]
    report = HeadReport(
        name="emotions",
        does="the 28 labels of GoEmotions, each a calibrated probability; a threshold per label is in the manifest",
        data=(rows.name, dev.name),
        sizes=f"fit {int(parts.fit.sum())}, calibration and thresholds {int(parts.tune.sum())}, measured {len(y_dev)}",
        scores=(
            Score("macro-F1", float(np.mean(f1)), f"all of {dev.name}"),
            Score("micro-F1", f1_score(told.ravel(), y_dev.ravel()), f"all of {dev.name}"),
            Score("mean calibration error", float(np.mean(ece)), f"all of {dev.name}"),
        ),
        notes=(
            "best: " + ", ".join(f"{EMOTIONS[n]} {f1[n]:.2f}" for n in best),
            "worst: " + ", ".join(f"{EMOTIONS[n]} {f1[n]:.2f}" for n in worst),
        ),
        not_for="judging a person; rare labels (grief, pride, relief, nervousness) from one post; anything but English",
    )
    return Trained((head,), (report,))


def fit_tone(labelled: Labelled, seen: Mapping[str, Vectors], seed: int) -> Trained:
    irony, talk, dev = labelled.sarcasm, labelled.emotions, labelled.emotions_dev
    sarcastic, at, sarcasm_report = binary_head(
        "sarcastic",
        irony.texts,
        seen[irony.name],
        irony.values[:, 0] > 0,
        seed=seed,
        penalty=0.001,
        does="the probability that the author meant it sarcastically, at the set's prevalence of 25 %",
        not_for="anything that matters by itself: authors' own irony is hard even for people",
        data=(irony.name,),
    )
    parts = split(talk.texts, seed, held=0.0)
    y, y_dev = labelled_with(talk.values, MERRY), labelled_with(dev.values, MERRY)
    playful, playful_at = calibrated(seen[talk.name], y, parts, penalty=0.003)
    chances = link(playful.scores(seen[dev.name]))
    playful_report = HeadReport(
        name="playful",
        does="the probability of a playful tone: amusement or joy as GoEmotions labels them, in a head of its own",
        data=(talk.name, dev.name),
        sizes=f"fit {int(parts.fit.sum())}, calibration and threshold {int(parts.tune.sum())}, measured {len(y_dev)}",
        scores=(
            Score("F1", f1_score(chances >= playful_at, y_dev), f"all of {dev.name}"),
            Score("area under ROC", area_under_roc(chances, y_dev), f"all of {dev.name}"),
            Score("calibration error", calibration_error(chances, y_dev), f"all of {dev.name}"),
        ),
        notes=(),
        not_for="dry humour",
    )
    head = head_of("tone", ("sarcastic", "playful"), [sarcastic, playful], [at, playful_at])
    return Trained((head,), (sarcasm_report, playful_report))
