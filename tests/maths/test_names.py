"""Ids in one array of bytes are found, listed and put in order as a list of them would be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.maths.columns import Codes, Lists, codes_of, joined, lists_of, picked, shares_of
from adtailor.maths.names import NameIndex, indexed, names_of, stable_hashes

ids = st.lists(st.text(max_size=6), max_size=30)
rows = st.lists(st.lists(st.sampled_from("abcde"), unique=True, max_size=4), max_size=12)


@given(ids, st.data())
def test_names_are_those_that_were_given(given_, data):
    names = names_of(given_)
    assert list(names) == given_ == [names[n] for n in range(len(names))] == list(names[:])
    order = data.draw(st.permutations(range(len(given_))))
    assert list(names.take(np.array(order, dtype=np.int64))) == [given_[n] for n in order]
    with pytest.raises(IndexError):
        names[len(given_)]


@given(st.lists(st.text(max_size=6), unique=True, max_size=30), st.text(max_size=6))
def test_an_index_knows_its_names_and_no_others(given_, other):
    names = names_of(given_)
    places = np.arange(0, len(given_), 2, dtype=np.int32)
    index = indexed(names, stable_hashes(names), places)
    assert dict(index) == {given_[n]: n for n in places.tolist()}
    assert (other in index) == (other in given_[::2])
    assert index.get("".join(given_) + "?") is None
    assert 3 not in index


def test_names_whose_hashes_are_equal_are_told_apart():
    names = names_of(["a", "b"])
    same = stable_hashes(names_of(["b"]))[0]
    index = NameIndex(names=names, hashes=np.array([same, same]), places=np.array([0, 1], dtype=np.int32))
    assert index["b"] == 1
    with pytest.raises(KeyError):
        index["c"]


@given(rows, rows, st.data())
def test_columns_of_lists_are_joined_taken_and_thinned(one, other, data):
    column = joined([lists_of(one), lists_of(other)])
    assert isinstance(column, Lists)
    whole = [*one, *other]
    assert [list(column.of_row(n)) for n in range(len(column))] == whole
    order = data.draw(st.lists(st.integers(-1, len(whole) - 1), max_size=9))
    taken = column.take(np.array(order, dtype=np.int64))
    assert [list(taken.of_row(n)) for n in range(len(taken))] == [whole[n] if n >= 0 else [] for n in order]
    wanted = np.array([word in "ac" for word in column.words], dtype=np.bool_)
    assert column.any_of(wanted).tolist() == [bool({"a", "c"} & set(row)) for row in whole]
    kept = column.where(wanted[column.codes] if len(column.codes) else np.zeros(0, dtype=np.bool_))
    assert [list(kept.of_row(n)) for n in range(len(kept))] == [[w for w in row if w in "ac"] for row in whole]
    assert kept.sizes.tolist() == [len([w for w in row if w in "ac"]) for row in whole]


def test_shares_and_codes_are_joined_too():
    shares = joined([shares_of([{"a": 0.0, "b": 0.5}]), shares_of([{}, {"b": 1.0}])])
    assert [shares.of_row(n) for n in range(len(shares))] == [{"a": 0.0, "b": 0.5}, {}, {"b": 1.0}]
    assert [list(shares.present().of_row(n)) for n in range(3)] == [["b"], [], ["b"]]
    assert shares.take(np.array([2, -1])).of_row(0) == {"b": 1.0}
    codes = joined([codes_of(["x", None]), codes_of(["y", "x"])])
    assert isinstance(codes, Codes)
    assert (codes.codes.tolist(), codes.words, len(codes)) == ([0, -1, 1, 0], ("x", "y"), 4)
    assert codes.take(np.array([2, -1])).codes.tolist() == [1, -1]
    assert joined([np.array([1]), np.array([2])]).tolist() == [1, 2]
    assert list(joined([names_of(["a"]), names_of(["b", "c"])])) == ["a", "b", "c"]
    assert picked(np.array([], dtype=np.int32), np.array([-1]), 4).tolist() == [4]


def test_texts_that_were_asked_for_are_kept_and_not_too_many(monkeypatch):
    monkeypatch.setattr("adtailor.maths.names.MOST_AT_HAND", 2)
    names = names_of(["a", "b", "c"])
    assert names[0] is names[0]
    assert [names[at] for at in (0, 1, 2, -1, 0)] == ["a", "b", "c", "c", "a"]
    assert len(names.at_hand) <= 2
