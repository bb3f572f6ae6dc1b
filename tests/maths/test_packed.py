"""MessagePack read in bulk says what a decoder says of each row, and refuses what is no such row."""

import math
from contextlib import nullcontext, suppress
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.maths import packed

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=40)
    | st.binary(max_size=300),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=5), inner, max_size=20),
    max_leaves=12,
)  # fmt: skip
whole = st.integers(-(2**63), 2**63 - 1)
at = st.integers(-(2**51), 2**54).map(lambda micros: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros))
texts = st.text(max_size=40)
row = st.fixed_dictionaries(
    {},
    optional={
        "whole": st.none() | whole,
        "number": st.none() | whole | st.floats(allow_nan=False),
        "flag": st.booleans(),
        "at": st.none() | at,
        "text": st.none() | texts,
        "texts": st.none() | st.lists(texts, max_size=40),
        "shares": st.none() | st.dictionaries(texts, st.floats(0, 1) | st.integers(0, 1), max_size=20),
        "any": anything,
        "in": st.none() | st.fixed_dictionaries({}, optional={"whole": whole, "text": texts, "other": anything}),
        "unknown": anything,
    },
)
PATHS = ("whole", "number", "flag", "at", "text", "texts", "shares", "any", "in", "in.whole", "in.text")


def read(rows, paths=PATHS):
    bodies = [msgspec.msgpack.encode(one) for one in rows]
    data = np.frombuffer(b"".join(bodies) + bytes(packed.PADDING), dtype=np.uint8)
    ends = np.cumsum([len(body) for body in bodies], dtype=np.int64)
    starts = ends - np.array([len(body) for body in bodies], dtype=np.int64)
    return data, ends, dict(zip(paths, packed.located(data, starts, ends, paths), strict=True))


def words(data, places, sizes):
    return [bytes(data[p : p + s]).decode() if s >= 0 else None for p, s in zip(places, sizes, strict=True)]


@settings(max_examples=60, deadline=None)
@given(st.lists(row, min_size=1, max_size=6))
def test_every_value_is_what_a_decoder_makes_of_it(rows):
    data, ends, found = read(rows)
    count = range(len(rows))
    assert packed.wholes(data, found["whole"], absent=7).tolist() == [
        7 if (v := r.get("whole")) is None else v for r in rows
    ]
    assert packed.numbers(data, found["number"], absent=-math.inf).tolist() == [
        -math.inf if (v := r.get("number")) is None else float(v) for r in rows
    ]
    assert packed.flags(data, found["flag"], absent=True).tolist() == [r.get("flag", True) for r in rows]
    assert packed.seconds(data, found["at"], absent=math.inf).tolist() == [
        math.inf if (v := r.get("at")) is None else v.timestamp() for r in rows
    ]
    assert words(data, *packed.texts(data, found["text"])) == [r.get("text") for r in rows]
    starts, places, sizes = packed.listed(data, found["texts"])
    listed = words(data, places, sizes)
    assert [listed[starts[n] : starts[n + 1]] for n in count] == [r.get("texts") or [] for r in rows]
    starts, places, sizes, shares = packed.shared(data, found["shares"])
    keys = words(data, places, sizes)
    assert [
        dict(zip(keys[starts[n] : starts[n + 1]], shares[starts[n] : starts[n + 1]], strict=True)) for n in count
    ] == [r.get("shares") or {} for r in rows]
    assert packed.sizes_of(data, found["shares"]).tolist() == [len(r.get("shares") or {}) for r in rows]
    raw = packed.values(data, found["any"], ends)
    assert [msgspec.msgpack.decode(bytes(data[p : p + s])) if s >= 0 else None for p, s in zip(*raw, strict=True)] == [
        r.get("any") for r in rows
    ]
    inner = [r.get("in") or {} for r in rows]
    assert packed.wholes(data, found["in.whole"], absent=0).tolist() == [one.get("whole", 0) for one in inner]
    assert words(data, *packed.texts(data, found["in.text"])) == [one.get("text") for one in inner]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.none() | st.text(max_size=3), max_size=60))
def test_equal_texts_share_a_code_in_the_order_in_which_they_come(given_):
    data, _, found = read([{"text": one} for one in given_] or [{}], ("text",))
    places, sizes = packed.texts(data, found["text"])
    interned = packed.interned(data, places, sizes)
    known = words(data, interned.starts, interned.sizes)
    assert known == list(dict.fromkeys(one for one in given_ if one is not None))
    assert [None if code < 0 else known[code] for code in interned.codes] == (list(given_) or [None])


@settings(max_examples=150, deadline=None)
@given(st.binary(min_size=1, max_size=60), st.integers(0, 200))
def test_bytes_that_are_no_row_are_refused_and_never_read_beyond(noise, cut):
    whole_row = msgspec.msgpack.encode({"text": "boots", "texts": ["a", "b"], "in": {"whole": 3}})
    for body in (noise, whole_row[: cut % len(whole_row)] + noise, whole_row[: cut % len(whole_row)]):
        data = np.frombuffer(body + bytes(packed.PADDING), dtype=np.uint8)
        try:
            expected = msgspec.msgpack.decode(body)
            is_map = isinstance(expected, dict) and all(isinstance(key, str) for key in expected)
        except (msgspec.DecodeError, ValueError, TypeError):
            is_map = False
        one = np.array([0]), np.array([len(body)])
        with nullcontext() if is_map else suppress(ValueError):
            packed.located(data, *one, PATHS)


def test_a_value_of_another_type_is_refused_with_its_row():
    data, _, found = read([{"whole": 1, "text": "a"}, {"whole": "one", "text": 2, "texts": {}, "shares": ["a"]}])
    for ask in (
        lambda: packed.wholes(data, found["whole"], absent=0),
        lambda: packed.numbers(data, found["whole"], absent=0),
        lambda: packed.texts(data, found["text"]),
        lambda: packed.seconds(data, found["whole"], absent=0),
        lambda: packed.flags(data, found["whole"], absent=False),
        lambda: packed.sizes_of(data, found["text"]),
        lambda: packed.shared(data, found["shares"]),
    ):
        with pytest.raises(ValueError, match=r"row [01] holds a value of another type"):
            ask()


def test_times_before_1970_and_of_a_microsecond_are_exact():
    times = [
        datetime(1960, 2, 29, tzinfo=UTC) - timedelta(microseconds=1),
        datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    ]
    data, _, found = read([{"at": one} for one in times], ("at",))
    assert packed.seconds(data, found["at"], absent=0).tolist() == [one.timestamp() for one in times]
