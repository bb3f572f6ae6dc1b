"""Vectors that are added piece by piece make the columns that all of them make at once."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.maths.columns import Shares, joined
from adtailor.maths.distributions import t_quantile_above
from adtailor.maths.names import NameIndex
from adtailor.maths.scoring import ad_columns
from adtailor.maths.vectors import Vectors


def beside(ads: int) -> dict[str, np.ndarray]:
    return {
        "bias": np.zeros(ads, dtype=np.float32),
        "per_impression": np.ones(ads),
        "per_click": np.ones(ads),
        "tones": np.zeros((ads, 3), dtype=np.float32),
        "affect_may_move": np.ones(ads, dtype=np.bool_),
        "name_hashes": np.arange(ads, dtype=np.uint64),
    }


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.integers(0, 9), max_size=4), st.sampled_from([0.05, 0.4, 0.9]))
def test_piece_by_piece_is_all_at_once(seed: int, pieces: list[int], often: float) -> None:
    random = np.random.default_rng(seed)
    parts = [
        ((random.random((size, 6)) < often * random.random(6)) * random.normal(size=(size, 6))).astype(np.float32)
        for size in pieces
    ]
    vectors = np.concatenate([np.empty((0, 6), dtype=np.float32), *parts])
    made = Vectors(6)
    for part in parts:
        made.add(part)
    order = random.permutation(len(vectors))
    given_beside = beside(len(vectors))
    one = made.columns(order, **given_beside)
    other = ad_columns(vectors=vectors[order], **given_beside)
    for field in fields(other):
        if field.name not in {"coarse", "width"}:
            assert getattr(one, field.name).tolist() == getattr(other, field.name).tolist(), field.name


def test_a_row_of_shares_tells_whose_it_is() -> None:
    shares = Shares(
        starts=np.array([0, 2, 2]),
        codes=np.array([0, 1], dtype=np.int32),
        shares=np.array([0.5, 0.25]),
        words=("a", "b"),
    )
    assert shares.owners.tolist() == [0, 0]
    assert (shares.of_row(0), shares.of_row(1)) == ({"a": 0.5, "b": 0.25}, {})


def test_an_index_of_names_lists_them_by_their_places() -> None:
    index = NameIndex(
        names=("x", "y"), hashes=np.array([1, 2], dtype=np.uint64), places=np.array([1, 0], dtype=np.int32)
    )
    assert (list(index), len(index)) == (["y", "x"], 2)


def test_a_quantile_far_out_is_found_where_the_fraction_does_not_settle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adtailor.maths.distributions._MOST_TERMS", 2)
    assert t_quantile_above(0.1, 3.0) > 0.0


def test_one_part_alone_is_the_whole() -> None:
    part = np.array([3, 1])
    assert joined([part]) is part
