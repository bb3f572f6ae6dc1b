"""Fits the weights of crisis_concepts.py: `python -m adtailor.understand.crisis_fit FOLDER_OF_PUBLIC_SETS`.

Learns from [learn] of `examples/crisis.toml`, with our other corpora's [learn], Reddit comments (GoEmotions,
Apache-2.0) and short texts about stress (SAD, MIT) as posts that are no crisis; [check] is never opened here. Every
tenth text in turn is kept out to scale the scores of each language, so that 0 is even odds between a crisis and a hard
negative. The same input gives the same file.
"""

import json
import math
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.understand.crisis_concepts import features, passages, with_smiles
from adtailor.understand.crisis_phrases import LANGUAGES, folded, phrase_in
from adtailor.understand.training.corpora import corpora
from adtailor.understand.training.packages import needed
from adtailor.understand.training.topic_training import HERE, labelled_posts

FOLDER = Path(__file__).parent
FOLDS = 10
PENALTY = 5.0
"""C of scikit-learn."""
COMMENTS, COMMENT_WEIGHT = 8_000, 0.15
STRESSORS, STRESSOR_WEIGHT = 4_556, 0.25
"""Of a public text beside a hard negative of 1: there are many, and few of them are hard."""
ORDINARY_WEIGHT = 0.5
LEAST_WEIGHT = 0.1


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    language: str
    is_crisis: bool
    weight: float
    is_measured: bool
    """Whether it takes part in scaling the scores: the crisis corpus alone."""


def examples() -> list[Example]:
    """The project's own corpora."""
    crisis = tomllib.loads((FOLDER / "examples" / "crisis.toml").read_text(encoding="utf-8"))["learn"]
    own = [
        Example(text, language, kind == "crisis", 1.0, True)
        for language in LANGUAGES
        for kind in ("crisis", "hard_negative")
        for text in crisis[language][kind]
    ]
    ordinary = [text for name, corpus in corpora().items() if name != "crisis" for text, _ in corpus.labelled("learn")]
    ordinary += [text for text, _ in labelled_posts(HERE / "topic_posts.toml")]
    ordinary += tomllib.loads((HERE / "quiet_posts.toml").read_text(encoding="utf-8"))["posts"]
    return [*own, *(Example(text, "en", False, ORDINARY_WEIGHT, False) for text in ordinary)]


def fit(given: Sequence[Example]) -> dict[str, Any]:
    """Bias and weights, scaled; with the out-of-fold figures under "about"."""
    linear_model = needed("sklearn.linear_model")
    vectorizer = needed("sklearn.feature_extraction").DictVectorizer(dtype=np.float32)
    found = [_passages(one) for one in given]
    owner = np.repeat(np.arange(len(given)), [len(of) for of in found])
    x = vectorizer.fit_transform([row for of in found for row in of])
    truth = np.array([one.is_crisis for one in given])
    weight = np.array([one.weight / len(of) ** 0.5 for one, of in zip(given, found, strict=True)])

    def model(rows: NDArray[np.bool_]) -> Any:
        logistic = linear_model.LogisticRegression(C=PENALTY, max_iter=3_000, class_weight="balanced")
        return logistic.fit(x[rows], truth[owner][rows], sample_weight=weight[owner][rows])

    fold = np.arange(len(given)) % FOLDS
    score = np.zeros(len(given))
    for held in range(FOLDS):
        out = fold[owner] == held
        kept_out = model(~out).decision_function(x[out])
        for row, value in zip(owner[out], kept_out, strict=True):
            score[row] = max(score[row], value) if score[row] else value
    scales: dict[str, tuple[float, float]] = {}
    for language in LANGUAGES:
        mine = np.array([one.is_measured and one.language == language for one in given])
        scale = linear_model.LogisticRegression(C=1e6, class_weight="balanced").fit(score[mine, None], truth[mine])
        slope, offset = float(scale.coef_[0, 0]), float(scale.intercept_[0])
        scales[language] = (round(slope, 4), round(offset, 4))
        same = np.array([one.language == language for one in given])
        score[same] = score[same] * slope + offset
    last = model(np.ones(len(owner), dtype=bool))
    weights = {
        str(name): round(float(value), 2)
        for name, value in zip(vectorizer.get_feature_names_out(), last.coef_[0], strict=True)
        if abs(value) >= LEAST_WEIGHT
    }
    return {
        "bias": round(float(last.intercept_[0]), 4),
        "scales": scales,
        "about": _about(given, score, truth),
        "weights": dict(sorted(weights.items())),
    }


def public(data: Path) -> list[Example]:
    """Comments and short texts about stress, as no crisis; those that hold a phrase of the lexicon are left out."""
    return [
        *_read(data / "goemotions" / "train.parquet", "text", COMMENTS, COMMENT_WEIGHT),
        *_read(data / "sad_stressors" / "dev.parquet", "sentence", STRESSORS, STRESSOR_WEIGHT),
    ]


def _read(path: Path, column: str, rows: int, weight: float) -> list[Example]:
    table = needed("duckdb").connect().read_parquet(str(path)).project(column).limit(rows)
    texts = (str(text) for (text,) in table.fetchall())
    return [Example(text, "en", False, weight, False) for text in texts if not phrase_in(folded(text), "en")]


def _passages(one: Example) -> list[Mapping[str, float]]:
    rows: list[Mapping[str, float]] = []
    for passage in passages(folded(with_smiles(one.text))):
        found, _ = features(passage, one.language)
        rows.append(dict.fromkeys(found, 1 / math.sqrt(1 + len(found))))
    return rows or [{}]


def _about(given: Sequence[Example], score: NDArray[np.float64], truth: NDArray[np.bool_]) -> Mapping[str, str]:
    told: dict[str, str] = {}
    for language in LANGUAGES:
        mine = np.array([one.is_measured and one.language == language for one in given])
        yes, no = score[mine & truth], score[mine & ~truth]
        rates = (f"{(yes >= at).mean():.2f}/{(no >= at).mean():.3f} from {at}" for at in (0.0, 1.0, 1.3, 2.0))
        told[language] = f"recall/false alarms out of fold: {', '.join(rates)}"
    others = np.array([not one.is_measured for one in given])
    rates = (f"{(score[others] >= at).mean():.4f} from {at}" for at in (0.0, 1.0, 1.3, 2.0))
    told["public texts and stress"] = f"alarms out of fold: {', '.join(rates)}"
    return told


def main(data: Path) -> None:
    """Write `crisis_weights.json` beside this file."""
    made = fit([*examples(), *public(data)])
    path = FOLDER / "crisis_weights.json"
    path.write_text(json.dumps(made, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
    for language, figures in made["about"].items():
        sys.stdout.write(f"{language}: {figures}\n")
    sys.stdout.write(f"{path.name}: {len(made['weights'])} weights, {path.stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
