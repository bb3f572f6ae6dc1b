"""Raw scores become heads: calibrated on rows kept from learning, with thresholds, and measured on yet others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.reading import EMOTIONS
from adtailor.understand.heads import Head
from adtailor.understand.training.card import HeadReport, Score
from adtailor.understand.training.fitting import (
    Flags,
    Linear,
    Values,
    area_under_roc,
    best_f1_threshold,
    calibration_error,
    f1_score,
    fit_logistic,
    fit_platt,
    fit_three,
    link,
    precision_at,
    shares,
    threshold_for_precision,
)
from adtailor.understand.training.judging import Court, Judged
from adtailor.understand.training.labelled import VALENCE_SETS
from adtailor.understand.training.names import NameCheck
from adtailor.understand.training.targets import COLUMNS, SENTIMENTS, columns

STRESS_PREVALENCE = 0.05
STRESS_PRECISION = 0.85
"""On the tune rows: a margin above the .80 that is promised, because a threshold does worse where it was not chosen."""
STRESS_HARD_SHARE = 0.1
"""Of the calm posts for which the threshold is chosen, how many are look-alikes: long, and of the same subjects."""
SARCASM_PREVALENCE = 0.2
CRISIS_PENALTY = 3e-3
"""C of scikit-learn, chosen with the weight of public texts on rows that calibrate."""
THRESHOLD_SHRINKAGE = 20.0
"""As many positives as a label needs before its own best threshold counts as much as the rule of half the F1."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Scores = vectors @ weights.T + bias, over all columns of `targets`."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def linear(self, head: str, label: str) -> Linear:
        """One column."""
        place = columns(head).start + COLUMNS[head].index(label)
        return Linear(self.weights[place].astype(np.float64), float(self.bias[place]))


@dataclass(frozen=True, slots=True)
class Finished:
    """Heads, and what was measured of them."""

    heads: tuple[Head, ...]
    reports: tuple[HeadReport, ...]


def finish(raw: Raw, court: Court, names: NameCheck) -> Finished:
    """All heads."""
    parts = [
        _emotions(raw, court),
        _sentiment(raw, court),
        _valence(raw, court),
        _arousal(raw, court),
        _stress(raw, court, names),
        _severity(raw, court),
        _tone(raw, court),
        _offence(raw, court),
        _crisis(raw, court),
    ]
    return Finished(tuple(head for head, _ in parts), tuple(report for _, report in parts))


def head_of(name: str, models: Sequence[Linear], thresholds: Sequence[float]) -> Head:
    """A head of the labels that `targets` names for it."""
    return Head(
        name=name,
        labels=COLUMNS[name],
        weights=np.array([model.weights for model in models], dtype=np.float32),
        bias=np.array([model.bias for model in models], dtype=np.float32),
        thresholds=tuple(round(float(value), 4) for value in thresholds),
    )


def _emotions(raw: Raw, court: Court) -> tuple[Head, HeadReport]:
    x, y = court.emotions
    models = [raw.linear("emotions", label) for label in EMOTIONS]
    fold = np.arange(len(x)) % 2 == 0
    chances, told = np.zeros(y.shape), np.zeros(y.shape, dtype=bool)
    # Measured across: what one half of dev chose is judged on the other.
    for chosen, judged in ((fold, ~fold), (~fold, fold)):
        for label, model in enumerate(models):
            fitted = model.calibrated(*fit_platt(model.scores(x[chosen]), y[chosen, label], prior=5.0))
            at = _threshold(link(fitted.scores(x[chosen])), y[chosen, label])
            chances[judged, label] = link(fitted.scores(x[judged]))
            told[judged, label] = chances[judged, label] >= at
    f1 = [f1_score(told[:, label], y[:, label]) for label in range(len(EMOTIONS))]
    skill = 1 - ((chances - y) ** 2).mean(axis=0) / (y.mean(axis=0) * (1 - y.mean(axis=0)))
    ece = [calibration_error(chances[:, label], y[:, label]) for label in range(len(EMOTIONS))]
    final = [
        model.calibrated(*fit_platt(model.scores(x), y[:, label], prior=5.0)) for label, model in enumerate(models)
    ]
    thresholds = [_threshold(link(model.scores(x)), y[:, label]) for label, model in enumerate(final)]
    best, worst = np.argsort(f1)[::-1][:5], np.argsort(f1)[:5]
    where = "goemotions/dev, thresholds and calibration from the other half"
    report = HeadReport(
        name="emotions",
        does="the 28 labels of GoEmotions, each a calibrated probability; a threshold per label is in the manifest",
        data=("goemotions/train", "goemotions/dev"),
        sizes=f"calibration, thresholds and measured {len(y)}, in halves",
        scores=(
            Score("macro-F1", float(np.mean(f1)), where),
            Score("micro-F1", f1_score(told.ravel(), y.ravel()), where),
            Score("mean calibration error", float(np.mean(ece)), where),
            Score("least Brier skill of a label", float(skill.min()), f"{where}: {EMOTIONS[int(skill.argmin())]}"),
        ),
        notes=(
            "best: " + ", ".join(f"{EMOTIONS[n]} {f1[n]:.2f}" for n in best),
            "worst: " + ", ".join(f"{EMOTIONS[n]} {f1[n]:.2f}" for n in worst),
        ),
        not_for="judging a person; rare labels (grief, relief, nervousness) from one post; anything but English",
    )
    return head_of("emotions", final, thresholds), report


def _threshold(chances: Values, y: Flags) -> float:
    """The threshold of the best F1; for rare labels drawn to half of that F1, which is best for true probabilities."""
    if not y.any():
        return 0.5
    own, f1 = best_f1_threshold(chances, y)
    trust = float(y.sum()) / (float(y.sum()) + THRESHOLD_SHRINKAGE)
    return trust * own + (1 - trust) * f1 / 2


def _sentiment(raw: Raw, court: Court) -> tuple[Head, HeadReport]:
    sources = [court.three("tune"), court.corpus("sentiment", "tune", negative=0.0, neutral=1.0, positive=2.0)]
    tune = sources[0] + sources[1]
    # Each source counts as much, and in it each label: what is neutral differs more between feeds than anything else.
    weight = np.concatenate([_even(source.y.astype(int)) for source in sources])
    models = [raw.linear("sentiment", label) for label in SENTIMENTS]
    slope, offsets = fit_three(
        np.stack([model.scores(tune.x) for model in models], axis=1), tune.y.astype(int), weights=weight
    )
    models = [model.calibrated(slope, float(offset)) for model, offset in zip(models, offsets, strict=True)]
    scores: list[Score] = []
    for judged, where in (
        (court.three("held"), "vader_sentiment tweets, held"),
        (court.corpus("sentiment", "check", negative=0.0, neutral=1.0, positive=2.0), "sentiment.toml [check]"),
    ):
        if not len(judged.y):
            continue
        chances = shares(np.stack([model.scores(judged.x) for model in models], axis=1))
        told = chances.argmax(axis=1)
        recalls = [float((told[judged.y == place] == place).mean()) for place in range(3) if (judged.y == place).any()]
        scores += [
            Score("macro-recall of the three labels", float(np.mean(recalls)), where),
            Score("calibration error of the label", calibration_error(chances.max(axis=1), told == judged.y), where),
        ]
    report = HeadReport(
        name="sentiment",
        does="negative, neutral or positive: three probabilities that add up to one, where each is as frequent",
        data=("vader_sentiment", "goemotions/train (by kind of emotion)", "sentiment.toml [learn] (own words)"),
        sizes=f"calibration {len(tune.y)}",
        scores=tuple(scores),
        notes=(),
        not_for="irony, where it tends to believe the words; anything but English",
    )
    return head_of("sentiment", models, (0.5, 0.5, 0.5)), report


def _even(labels: NDArray[np.int_]) -> Values:
    """Weights that add up to one, and to as much for each label."""
    counts = np.bincount(labels, minlength=3)[labels]
    return 1 / (counts * len(np.unique(labels))) if len(labels) else np.empty(0)


def _valence(raw: Raw, court: Court) -> tuple[Head, HeadReport]:
    model = raw.linear("valence", "valence")
    scores = [
        Score(f"correlation, {name}", _correlation(link(model.scores(held.x)), held.y), f"{len(held.y)} held rows")
        for number, name in enumerate(VALENCE_SETS)
        for held in (court.valence("held", kind=number),)
    ]
    report = HeadReport(
        name="valence",
        does="how pleasant a post sounds: 0 unpleasant to 1 pleasant, told as -1 to 1",
        data=("vader_sentiment", "goemotions/train (by kind of emotion)"),
        sizes="not calibrated further",
        scores=tuple(scores),
        notes=(),
        not_for="irony; anything but English",
    )
    return head_of("valence", [model], [0.5]), report


def _arousal(raw: Raw, court: Court) -> tuple[Head, HeadReport]:
    model, _, report = _pole(
        raw, "arousal", "arousal", court, corpus="sentiment", labels={"calm": 0.0, "excited": 1.0},
        does="how excited a post sounds, 0 calm to 1 excited",
        data=("goemotions/train (a guess per emotion)", "sentiment.toml [learn] (own words)"),
        not_for="anything measured on raters: there is no public set of them in it",
    )  # fmt: skip
    return head_of("arousal", [model], [0.5]), report


def _severity(raw: Raw, court: Court) -> tuple[Head, HeadReport]:
    model = raw.linear("severity", "severity")
    judged, severity = court.stressors("held")
    told = link(model.scores(judged.x))
    where = "sad_stressors/dev, held"
    report = HeadReport(
        name="severity",
        does="how severe the stress sounds, 0 to 1 (people's mean of 0 to 10, divided by ten)",
        data=("sad_stressors/dev",),
        sizes=f"measured {len(severity)}",
        scores=(
            Score("correlation", _correlation(told, severity), where),
            Score("mean absolute error", float(np.abs(told - severity).mean()), where),
        ),
        notes=(),
        not_for="comparing people; it grades the words of one post",
    )
    return head_of("severity", [model], [0.5]), report


def _stress(raw: Raw, court: Court, names: NameCheck) -> tuple[Head, HeadReport]:
    labels = {"stressed": 1.0, "everyday": 0.0}
    model = names.blinded(raw.linear("stress", "stress"))
    own, told = court.corpus("stress", "tune", **labels), court.stressors("tune")[0]
    calm = court.everyday
    sides = [(own, 0.7), (told, 0.3)] if len(own.y) else [(told, 1.0)]
    # Half of the weight on posts that tell of it; most on long posts, whose calm ones are the hardest.
    x = np.vstack([calm, *(side.x for side, _ in sides)])
    y = np.concatenate([np.zeros(len(calm), dtype=bool), *(side.flags for side, _ in sides)])
    weight = np.concatenate([np.full(len(calm), 0.15 / len(calm)), *(_balanced(side, share) for side, share in sides)])
    model = model.calibrated(*fit_platt(model.scores(x), y, weights=weight / weight.mean()))
    positive = np.concatenate([link(model.scores(side.x[side.flags])) for side, _ in sides])
    hard = sides[0][0]
    mixed = _mixture(link(model.scores(calm)), link(model.scores(hard.x[~hard.flags])))
    threshold = threshold_for_precision(
        np.concatenate([positive, mixed]),
        np.arange(len(positive) + len(mixed)) < len(positive),
        prevalence=STRESS_PREVALENCE,
        precision=STRESS_PRECISION,
    )
    scores: list[Score] = [
        Score("PROVISIONAL threshold", threshold, f"for precision {STRESS_PRECISION:.2f} at 5 %, tune rows")
    ]
    check = court.corpus("stress", "check", **labels)
    for judged, where in (
        (check, "stress.toml [check], long posts"),
        (court.stressors("held")[0], "sad_stressors/dev, held"),
    ):
        if not len(judged.y):
            continue
        chances = link(model.scores(judged.x))
        scores += [
            Score("area under ROC", area_under_roc(chances, judged.flags), where),
            Score("F1 from a probability of .5", f1_score(chances >= 0.5, judged.flags), where),
            Score("calibration error", calibration_error(chances, judged.flags), where),
            Score("recall at the threshold", float((chances[judged.flags] >= threshold).mean()), where),
            Score("false-positive rate at the threshold", float((chances[~judged.flags] >= threshold).mean()), where),
        ]
    if len(check.y):
        chances = np.concatenate([link(model.scores(check.x)), link(model.scores(calm))])
        flags = np.concatenate([check.flags, np.zeros(len(calm), dtype=bool)])
        precision, _, _ = precision_at(chances, flags, threshold=threshold, prevalence=STRESS_PREVALENCE)
        scores.append(
            Score("precision at 5 % prevalence", precision, "stress.toml [check] among comments of goemotions/dev")
        )
    where = f"mean over thresholds, {len(names.vectors)} sentences that differ in the name, half borderline"
    scores.append(Score("gap between groups of names", names.gap(model), where))
    after = names.rates(model, threshold)
    report = HeadReport(
        name="stress",
        does="the probability that a post tells of stress, calibrated where half of the posts do",
        data=("sad_stressors/dev", "goemotions/train", "stress.toml [learn], stress_examples.toml (own words)"),
        sizes=f"calibration {len(y)}",
        scores=tuple(scores),
        notes=(
            "The threshold is PROVISIONAL: it must be measured anew on posts of one feed, labelled by their authors.",
            "In a feed few posts tell of stress: go by the threshold, not by the probability of one post.",
            "Names: " + ", ".join(f"{group} {rate:.3f}" for group, rate in after.items()) + " over the threshold.",
        ),
        not_for="a diagnosis; one post (the policy asks for several); targeting, bidding or ranking, which must never "
        "see it; texts about other people's stress, from which it is not told apart reliably",
    )
    return head_of("stress", [model], [threshold]), report


def _balanced(side: Judged, share: float) -> Values:
    """Weights: half of the share on either side."""
    flags = side.flags
    return np.where(flags, share / max(int(flags.sum()), 1), share * 0.85 / max(int((~flags).sum()), 1))


def _mixture(easy: Values, hard: Values) -> Values:
    """Probabilities of calm posts as a feed would mix them: look-alikes repeated to their share."""
    times = round(STRESS_HARD_SHARE / (1 - STRESS_HARD_SHARE) * len(easy) / max(len(hard), 1))
    return np.concatenate([easy, np.tile(hard, max(times, 1))])


def _tone(raw: Raw, court: Court) -> tuple[Head, HeadReport]:
    tune = court.sarcasm("tune")
    model = raw.linear("tone", "sarcastic")
    weight = np.where(
        tune.flags, SARCASM_PREVALENCE / tune.flags.mean(), (1 - SARCASM_PREVALENCE) / (~tune.flags).mean()
    )
    model = model.calibrated(*fit_platt(model.scores(tune.x), tune.flags, weights=weight, prior=5.0))
    chances = link(model.scores(tune.x))
    at = _weighted_f1_threshold(chances, tune.flags, weight)
    # Told on an axis: .5 is where it tips.
    model = Linear(model.weights, model.bias - float(np.log(at / (1 - at))))
    scores: list[Score] = []
    for judged, where in (
        (court.sarcasm("held"), "isarcasmeval/train_en, held"),
        (court.corpus("sarcasm", "check", sarcastic=1.0, plain=0.0), "sarcasm.toml [check]"),
    ):
        if len(judged.y):
            values = model.scores(judged.x)
            scores += [
                Score("F1, sarcastic", f1_score(values >= 0, judged.flags), where),
                Score("area under ROC, sarcastic", area_under_roc(values, judged.flags), where),
            ]
    models = [model]
    for label, poles in (
        ("playful", {"playful": 1.0, "serious": 0.0}),
        ("formal", {"formal": 1.0, "casual": 0.0}),
        ("warm", {"warm": 1.0, "hostile": 0.0}),
    ):
        model, found, _ = _pole(raw, "tone", label, court, corpus="tone", labels=poles, does="", data=(), not_for="")
        models.append(model)
        scores += found
    report = HeadReport(
        name="tone",
        does="four axes from 0 to 1: sarcastic (else plain), playful (else serious), formal (else casual), "
        "warm (else hostile); the other pole is 1 - value, and .5 is where it tips",
        data=(
            "isarcasmeval/train_en",
            "goemotions/train (by kind of emotion)",
            "sarcasm.toml, tone.toml [learn] (own words)",
        ),
        sizes=f"calibration of sarcasm {len(tune.y)}",
        scores=tuple(scores),
        notes=(f"Sarcasm tips where F1 is best if {SARCASM_PREVALENCE:.0%} of posts are sarcastic.",),
        not_for="anything that matters by itself: authors' own irony is hard even for people; dry humour",
    )
    return head_of("tone", models, [0.5] * 4), report


def _weighted_f1_threshold(chances: Values, y: Flags, weight: Values) -> float:
    """The threshold with the best F1 over weighted rows, smoothed: the mean of all within one point of the best."""
    options = np.unique(np.quantile(chances, np.linspace(0.3, 0.98, 120)))
    f1 = np.array(
        [2 * weight[y & (chances >= t)].sum() / (weight[chances >= t].sum() + weight[y].sum()) for t in options]
    )
    return float(options[f1 >= f1.max() - 0.01].mean())


def _sparing_threshold(chances: Values, y: Flags) -> float:
    """The highest threshold within a point of the best F1: where it is flat, harmless posts are let through."""
    options = np.unique(np.quantile(chances, np.linspace(0.02, 0.98, 193)))
    f1 = np.array([f1_score(chances >= option, y) for option in options])
    return float(options[f1 >= f1.max() - 0.01].max())


def _offence(raw: Raw, court: Court) -> tuple[Head, HeadReport]:
    (x, y), (held_x, held_y) = court.offence("tune"), court.offence("held")
    calm = court.everyday[::3]
    models: list[Linear] = []
    thresholds: list[float] = []
    scores: list[Score] = []
    for place, label in enumerate(COLUMNS["offence"]):
        model = raw.linear("offence", label)
        rows, flags = np.vstack([x, calm]), np.concatenate([y[:, place], np.zeros(len(calm), dtype=bool)])
        model = model.calibrated(*fit_platt(model.scores(rows), flags))
        threshold = _sparing_threshold(link(model.scores(rows)), flags)
        chances = link(model.scores(held_x))
        models.append(model)
        thresholds.append(threshold)
        scores += [
            Score(f"F1, {label}", f1_score(chances >= threshold, held_y[:, place]), "davidson_offensive/dev, held"),
            Score(
                f"area under ROC, {label}", area_under_roc(chances, held_y[:, place]), "davidson_offensive/dev, held"
            ),
        ]
    report = HeadReport(
        name="offence",
        does="the probabilities that people would call it hate speech, and offensive",
        data=("davidson_offensive/dev", "goemotions/train (calm comments)"),
        sizes=f"calibration {len(y) + len(calm)}, measured {len(held_y)}",
        scores=tuple(scores),
        notes=(),
        not_for="moderating people: the labels are known to hold African American English against its speakers "
        "(Davidson et al., 2019; Sap et al., 2019), so it only keeps ads away from a post",
    )
    return head_of("offence", models, thresholds), report


def _crisis(raw: Raw, court: Court) -> tuple[Head, HeadReport]:
    """Fitted anew on the network's vectors: it learned from hard negatives, and most of a feed is not hard."""
    lessons, weights = court.crisis_lessons()
    model, _, report = _pole(
        raw, "crisis", "crisis", court, corpus="crisis", labels={"crisis": 1.0, "hard_negative": 0.0},
        model=fit_logistic(lessons.x, lessons.flags, penalty=CRISIS_PENALTY, weights=weights),
        does="how much a post sounds like wanting to die or to hurt oneself; never by itself, only beside the lexicon",
        data=("[learn] of all our corpora, topic_posts.toml (own words)", "goemotions/train", "sad_stressors/dev"),
        not_for="anything by itself: the lexicon decides with it (see the crisis card)",
    )  # fmt: skip
    return head_of("crisis", [model], [0.5]), report


def _pole(
    raw: Raw,
    head: str,
    label: str,
    court: Court,
    *,
    corpus: str,
    labels: Mapping[str, float],
    does: str,
    data: tuple[str, ...],
    not_for: str,
    model: Linear | None = None,
) -> tuple[Linear, list[Score], HeadReport]:
    """A head between two poles of one of our corpora, calibrated where both are as frequent."""
    model = model or raw.linear(head, label)
    tune = court.corpus(corpus, "tune", **labels)
    if len(set(tune.y.tolist())) == 2:
        flags = tune.flags
        weight = np.where(flags, 0.5 / flags.mean(), 0.5 / (~flags).mean())
        model = model.calibrated(*fit_platt(model.scores(tune.x), flags, weights=weight, prior=5.0))
    judged = court.corpus(corpus, "check", **labels)
    scores: list[Score] = []
    if len(judged.y):
        values, where = model.scores(judged.x), f"{corpus}.toml [check], {len(judged.y)} posts"
        scores = [
            Score(f"right side of .5, {label}", float(((values >= 0) == judged.flags).mean()), where),
            Score(f"area under ROC, {label}", area_under_roc(values, judged.flags), where),
        ]
    report = HeadReport(
        name=head, does=does, data=data, sizes=f"calibration {len(tune.y)}", scores=tuple(scores), notes=(),
        not_for=not_for,
    )  # fmt: skip
    return model, scores, report


def _correlation(told: Values, truth: Values) -> float:
    return float(np.corrcoef(told, truth)[0, 1])
