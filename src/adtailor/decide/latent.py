"""A small space of topics, made of any embeddings of their names."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.ids import TopicId


def topic_space(
    embeddings: Mapping[TopicId, NDArray[np.float32]],
    *,
    parents: Mapping[TopicId, TopicId],
    width: int = 32,
    from_parent: float = 0.3,
) -> dict[TopicId, NDArray[np.float32]]:
    """Vectors of unit length and at most `width` numbers: centred, the principal directions kept.

    Embeddings of names all point roughly one way, which would make every topic resemble every other; without their
    mean they do not. Each topic is drawn towards the one above it by `from_parent`, so that siblings are kin.
    """
    if len(embeddings) < 2:
        return {topic: _unit(vector) for topic, vector in embeddings.items()}
    topics = list(embeddings)
    rows = np.array([_unit(embeddings[topic]) for topic in topics], dtype=np.float64)
    place = {topic: n for n, topic in enumerate(topics)}
    mixed = rows.copy()
    for n, topic in enumerate(topics):
        if (above := place.get(parents.get(topic, topic))) is not None and above != n:
            mixed[n] += from_parent * rows[above]
    mixed -= mixed.mean(axis=0)
    left, sizes, _ = np.linalg.svd(mixed, full_matrices=False)
    reduced = (left * sizes)[:, :width]
    return {topic: _unit(vector) for topic, vector in zip(topics, reduced, strict=True)}


def _unit(vector: NDArray[np.floating]) -> NDArray[np.float32]:
    length = float(np.linalg.norm(vector))
    return (vector / length if length > 0.0 else vector).astype(np.float32)
