"""Topics of the IAB Content Taxonomy 3.1: what a text is about, by the nearness of its vector to theirs."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adtailor.config.taxonomy import Taxonomy, content_topics
from adtailor.domain.ids import TopicId
from adtailor.domain.reading import Topic
from adtailor.ports import Encoder
from adtailor.understand.heads import load_manifest, sigmoid

NAME = "iab-content-3.1@2"
LATENT_WIDTH = 32
MOST_TOPICS = 3
LEAST_CONFIDENCE = 0.5
"""Below it nothing is claimed."""
USUAL_WEIGHT = 0.5
BRANCH_WEIGHT = 0.1
_LOOKED_AT = 40
_HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class TopicIndex:
    r"""Topics with their vectors, and a small model of the first tier.

    The score of topic $t$ in branch $b$ for a text whose vector, projected to length 1, is $x$, is
    $$s_t = x \cdot v_t - 0.5\, \mu_t + 0.1\, \ln P(b \mid x)$$
    where $\mu_t$ is how near everyday talk comes to $t$, and $P$ knows a branch "none". Weights chosen on the posts of
    `topic_examples.toml`.
    """

    taxonomy: Taxonomy[TopicId]
    vectors: NDArray[np.float32]
    """(topics, width), rows of unit length."""
    usual: NDArray[np.float32]
    """(topics,): mean nearness of everyday talk."""
    branch_weights: NDArray[np.float32]
    """(branches + 1, width): the first tier in the order of `branches`, then none."""
    branch_bias: NDArray[np.float32]
    slope: float
    middle: float
    """Confidence = sigmoid(slope x (score - middle))."""
    projection: NDArray[np.float32] | None = None
    """(topic width, encoder width): what of an encoder's vector tells the topic; None where all of it does."""
    latent: NDArray[np.float32]
    """(topics, 32): where topics lie to each other, rows of unit length, for priors of a ranker."""

    @property
    def ids(self) -> tuple[TopicId, ...]:
        """In the order of all arrays."""
        return self.taxonomy.ids

    @property
    def names(self) -> Mapping[TopicId, str]:
        """Id to name."""
        return self.taxonomy.names

    @cached_property
    def rows(self) -> Mapping[TopicId, int]:
        """Id to row."""
        return {topic: row for row, topic in enumerate(self.taxonomy.ids)}

    @cached_property
    def _branch_of(self) -> NDArray[np.intp]:
        """(topics,): place of a topic's branch in `branches`, -1 for what is not told."""
        places = {branch: place for place, branch in enumerate(branches())}
        return np.array([places.get(self.taxonomy.first_tier(topic), -1) for topic in self.ids], dtype=np.intp)

    def scores(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Shape (texts, topics); minus infinity for topics that are not told of a post."""
        vectors = projected(vectors, self.projection)
        logits = vectors.astype(np.float64) @ self.branch_weights.T.astype(np.float64) + self.branch_bias
        log_chances = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        near = vectors @ self.vectors.T - USUAL_WEIGHT * self.usual
        scores = near + BRANCH_WEIGHT * log_chances[:, self._branch_of]
        scores[:, self._branch_of < 0] = -np.inf
        return scores

    def topics_of(self, vectors: NDArray[np.float32]) -> list[tuple[Topic, ...]]:
        """For each text at most three topics, surest first; none where nothing is clear.

        The nearest topic of a branch is told together with the branch itself.
        """
        return [self._told(row) for row in self.scores(vectors)]

    def _told(self, scores: NDArray[np.float64]) -> tuple[Topic, ...]:
        told: dict[TopicId, Topic] = {}
        for row in np.argsort(-scores, kind="stable")[:_LOOKED_AT]:
            confidence = float(sigmoid(np.array(self.slope * (scores[row] - self.middle))))
            if confidence < LEAST_CONFIDENCE:
                break
            topic = self.ids[int(row)]
            branch = self.taxonomy.first_tier(topic)
            if branch not in told:
                for found in dict.fromkeys((topic, branch)):
                    told[found] = Topic(id=found, name=self.names[found], confidence=round(confidence, 4))
        return tuple(told.values())[:MOST_TOPICS]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicWords:
    """What people say about topics, in our own words, and the branches that are never told of a post."""

    words: Mapping[TopicId, tuple[str, ...]]
    no_claim: tuple[TopicId, ...]


@lru_cache(maxsize=1)
def topic_words() -> TopicWords:
    """From `topic_words.toml`."""
    told = tomllib.loads((_HERE / "topic_words.toml").read_text(encoding="utf-8"))
    return TopicWords(
        words={TopicId(topic): tuple(texts) for topic, texts in told["words"].items()},
        no_claim=tuple(TopicId(topic) for topic in told["no_claim"]["branches"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicTexts:
    """All texts of all topics with their vectors; `topics` is the row of the topic each belongs to."""

    topics: NDArray[np.intp]
    is_path: NDArray[np.bool_]
    vectors: NDArray[np.float32]

    def means(self) -> NDArray[np.float32]:
        """One unit vector per topic, shape (topics, width)."""
        ends = np.flatnonzero(np.diff(self.topics)) + 1
        return _unit_rows(np.array([part.mean(axis=0) for part in np.split(self.vectors, ends)], dtype=np.float32))


def projected(vectors: NDArray[np.float32], projection: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """Vectors of length 1 by whose nearness topics are told; ads may be matched by them too."""
    # Row by row: a product of matrices would add in another order for one text than for several.
    return _unit_rows(vectors if projection is None else np.einsum("nw,tw->nt", vectors, projection))


def topic_texts(encoder: Encoder, projection: NDArray[np.float32] | None = None) -> TopicTexts:
    """The path of each topic and what people say about it, encoded."""
    known, said = content_topics(), topic_words().words
    texts = [
        (row, place == 0, text)
        for row, topic in enumerate(known.ids)
        for place, text in enumerate((known.path(topic), *said.get(topic, ())))
    ]
    return TopicTexts(
        topics=np.array([row for row, _, _ in texts], dtype=np.intp),
        is_path=np.array([is_path for _, is_path, _ in texts]),
        vectors=projected(encoder.encode([text for _, _, text in texts]), projection),
    )


def branches() -> tuple[TopicId, ...]:
    """The topics of the first tier that are told of posts."""
    silent = set(topic_words().no_claim)
    known = content_topics()
    return tuple(topic for topic in known.ids if topic not in known.parents and topic not in silent)


def latent_of(vectors: NDArray[np.float32], width: int = LATENT_WIDTH) -> NDArray[np.float32]:
    """The first principal components of topic vectors (Pearson, 1901), rows scaled to length 1, signs made definite."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:width]
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    return _unit_rows(centred @ (axes * signs[:, None]).T)


def save_topics(path: Path, index: TopicIndex) -> None:
    """Write the arrays, vectors at half precision; the taxonomy comes with the program."""
    extra = {} if index.projection is None else {"projection": index.projection.astype(np.float16)}
    np.savez(
        path,
        allow_pickle=False,
        **extra,
        ids=np.array(index.ids),
        vectors=index.vectors.astype(np.float16),
        usual=index.usual.astype(np.float32),
        branch_weights=index.branch_weights.astype(np.float32),
        branch_bias=index.branch_bias.astype(np.float32),
        confidence=np.array([index.slope, index.middle], dtype=np.float32),
        latent=index.latent.astype(np.float16),
    )


def load_topics(folder: Path, *, encoder: Encoder) -> TopicIndex:
    """The index in `folder`; ModelUnavailable if a file was changed or is made for another encoder."""
    load_manifest(folder, encoder=encoder)
    with np.load(folder / "topics.npz", allow_pickle=False) as arrays:
        slope, middle = (float(value) for value in arrays["confidence"])
        return TopicIndex(
            taxonomy=content_topics(),
            vectors=_unit_rows(np.asarray(arrays["vectors"], dtype=np.float32)),
            usual=np.asarray(arrays["usual"], dtype=np.float32),
            branch_weights=np.asarray(arrays["branch_weights"], dtype=np.float32),
            branch_bias=np.asarray(arrays["branch_bias"], dtype=np.float32),
            slope=slope,
            middle=middle,
            projection=np.asarray(arrays["projection"], dtype=np.float32) if "projection" in arrays else None,
            latent=_unit_rows(np.asarray(arrays["latent"], dtype=np.float32)),
        )


def _unit_rows(rows: NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.maximum(lengths, 1e-12)).astype(np.float32)
