"""Makes the topic index: vectors from our own words, a model of the first tier, and a confidence that may say none."""

import tomllib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adtailor.config.taxonomy import content_topics
from adtailor.domain.ids import TopicId
from adtailor.ports import Encoder
from adtailor.understand.cleaning import clean
from adtailor.understand.topics import LEAST_CONFIDENCE, TopicIndex, branches, latent_of, projected, topic_texts
from adtailor.understand.training.card import HeadReport, Score
from adtailor.understand.training.fitting import Flags, Values, Vectors, area_under_roc, platt
from adtailor.understand.training.packages import needed

NONE_ROWS = 600
NONE_WEIGHT = 0.5
PATH_WEIGHT = 0.3
PENALTY = 30.0
POST_WEIGHT = 1.0
HERE = Path(__file__).parent


def train_topics(
    encoder: Encoder, *, everyday: Vectors, projection: Vectors | None = None
) -> tuple[TopicIndex, HeadReport]:
    """The index, and how it did on the example posts; `everyday` are the encoder's vectors of talk about anything.

    With a `projection` topics are told by it alone.
    """
    if projection is not None:
        projection = projection.astype(np.float16).astype(np.float32)  # as it will be kept
    everyday = projected(everyday, projection)
    known, told = content_topics(), branches()
    texts = topic_texts(encoder, projection)
    vectors = texts.means()
    places = {branch: place for place, branch in enumerate(told)}
    branch_of = np.array([places.get(known.first_tier(known.ids[row]), -1) for row in texts.topics])
    mine = branch_of >= 0
    posts, about = example_posts(HERE / "topic_posts.toml")
    learned = projected(encoder.encode([clean(post) for post in posts]), projection)
    learned_of = np.array([len(told) if topic is None else places[topic] for topic in about])
    none = everyday[:NONE_ROWS]
    model = needed("sklearn.linear_model").LogisticRegression(C=PENALTY, max_iter=1000)
    model.fit(
        np.vstack([texts.vectors[mine], learned, none]),
        np.concatenate([branch_of[mine], learned_of, np.full(len(none), len(told))]),
        sample_weight=np.concatenate(
            [
                np.where(texts.is_path[mine], PATH_WEIGHT, 1.0),
                np.full(len(learned), POST_WEIGHT),
                np.full(len(none), NONE_WEIGHT),
            ]
        ),
    )
    rough = TopicIndex(
        taxonomy=known,
        vectors=vectors,
        usual=(everyday @ vectors.T).mean(axis=0).astype(np.float32),
        branch_weights=np.asarray(model.coef_, dtype=np.float32),
        branch_bias=np.asarray(model.intercept_, dtype=np.float32),
        slope=1.0,
        middle=0.0,
        projection=projection,
        latent=latent_of(vectors),
    )
    posts, about = example_posts(HERE / "topic_examples.toml")
    best, right = judged(rough, encoder.encode([clean(post) for post in posts]), about)
    slope, offset = platt(best, right[:, 0])
    index = TopicIndex(
        taxonomy=known,
        vectors=rough.vectors,
        usual=rough.usual,
        branch_weights=rough.branch_weights,
        branch_bias=rough.branch_bias,
        slope=slope,
        middle=-offset / slope,
        projection=projection,
        latent=rough.latent,
    )
    return index, _report(index, best, right, np.array([topic is not None for topic in about]))


def labelled_posts(path: Path) -> list[tuple[str, TopicId | None]]:
    """Posts and the topic each is about, None for no topic in particular."""
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    about = [(post, TopicId(topic)) for topic, posts in written["about"].items() for post in posts]
    return [*about, *((post, None) for post in written["nothing"]["posts"])]


def example_posts(path: Path) -> tuple[list[str], list[TopicId | None]]:
    """Posts and the branch each is about, None for no topic in particular."""
    known = content_topics()
    pairs = labelled_posts(path)
    return [post for post, _ in pairs], [None if topic is None else known.first_tier(topic) for _, topic in pairs]


def judged(index: TopicIndex, vectors: Vectors, about: list[TopicId | None]) -> tuple[Values, Flags]:
    """The best score of each post, and whether its branch is the first, or among the first three: (posts, 2)."""
    scores = index.scores(vectors)
    ranked = [_branches_in_order(index, row) for row in scores]
    right = [
        (topic is not None and topic == order[0], topic is not None and topic in order[:3])
        for order, topic in zip(ranked, about, strict=True)
    ]
    return scores.max(axis=1), np.array(right)


def _branches_in_order(index: TopicIndex, scores: NDArray[np.float64]) -> list[TopicId]:
    order = np.argsort(-scores, kind="stable")
    return list(dict.fromkeys(index.taxonomy.first_tier(index.ids[int(row)]) for row in order[:300]))


def _report(index: TopicIndex, best: Values, right: Flags, has_topic: Flags) -> HeadReport:
    told = best >= index.middle
    where = f"{int(has_topic.sum())} posts with and {int((~has_topic).sum())} without a topic, topic_examples.toml"
    return HeadReport(
        name="topics",
        does="topics of the IAB Content Taxonomy 3.1 by nearness to words about them, none where nothing is clear",
        data=("topic_words.toml, topic_examples.toml (own words)", "goemotions/dev (as everyday talk)"),
        sizes=f"{len(index.ids)} topics; confidence calibrated on {len(best)} posts",
        scores=(
            Score("first tier right at the first place", float(right[has_topic, 0].mean()), where),
            Score("first tier among the first three", float(right[has_topic, 1].mean()), where),
            Score("area under ROC, topic against none", area_under_roc(best, has_topic), where),
            Score(f"told (confidence from {LEAST_CONFIDENCE:.2f})", float(told[has_topic].mean()), where),
            Score("right where told", float(right[told, 0].mean()) if told.any() else 0.0, where),
            Score("told where there is none", float(told[~has_topic].mean()), where),
        ),
        notes=(
            "These posts chose the weights and the confidence, so the numbers flatter; the tests measure on others.",
            "Both were written for the purpose: there are no labelled posts of a real feed behind any number.",
        ),
        not_for="sensitive topics as facts about a person; depth below the second tier",
    )
