"""Every form that MessagePack has for a value, those too that our own encoder never writes."""

import numpy as np
import pytest

from adtailor.maths import packed

FORMS = {
    "fixint": b"\x05", "negative fixint": b"\xfe", "nil": b"\xc0", "true": b"\xc3",
    "bin 8": b"\xc4\x02ab", "bin 16": b"\xc5\x00\x02ab", "bin 32": b"\xc6\x00\x00\x00\x02ab",
    "ext 8": b"\xc7\x02\x01ab", "ext 16": b"\xc8\x00\x02\x01ab", "ext 32": b"\xc9\x00\x00\x00\x02\x01ab",
    "fixext 1": b"\xd4\x01a", "fixext 2": b"\xd5\x01ab", "fixext 4": b"\xd6\x01abcd",
    "fixext 8": b"\xd7\x01" + b"a" * 8,
    "fixext 16": b"\xd8\x01" + b"a" * 16, "float 32": b"\xca\x3f\x80\x00\x00", "float 64": b"\xcb" + bytes(8),
    "uint 8": b"\xcc\xff", "uint 16": b"\xcd\x01\x00", "uint 32": b"\xce\x00\x01\x00\x00",
    "uint 64": b"\xcf" + bytes(8),
    "int 8": b"\xd0\x80", "int 16": b"\xd1\x80\x00", "int 32": b"\xd2\x80\x00\x00\x00", "int 64": b"\xd3" + b"\xff" * 8,
    "str 8": b"\xd9\x02ab", "str 16": b"\xda\x00\x02ab", "str 32": b"\xdb\x00\x00\x00\x02ab",
    "array 16": b"\xdc\x00\x02\x01\x02", "array 32": b"\xdd\x00\x00\x00\x02\x01\x02",
    "map 16": b"\xde\x00\x01\xa1a\x01", "map 32": b"\xdf\x00\x00\x00\x01\xa1a\x01",
}  # fmt: skip


def as_data(raw: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        np.frombuffer(raw + bytes(packed.PADDING), dtype=np.uint8),
        np.zeros(1, dtype=np.int64),
        np.array([len(raw)], dtype=np.int64),
    )


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_as_long_as_it_is(form: str) -> None:
    data, at, ends = as_data(FORMS[form])
    assert packed.values(data, at, ends)[1].tolist() == [len(FORMS[form])]


@pytest.mark.parametrize("raw", [b"\xc1", b"\xdc\xff\xff\x01", b"\x93\x01"])
def test_what_is_no_value_or_ends_too_early_is_refused(raw: bytes) -> None:
    data, at, ends = as_data(raw)
    with pytest.raises(ValueError, match="row 0"):
        packed.values(data, at, ends)
    with pytest.raises(ValueError, match="row 0"):
        packed.values(data, ends.copy(), ends)  # nothing is left where it should begin


def test_numbers_of_every_size() -> None:
    for form, is_what in (("int 8", -128), ("int 16", -32768), ("int 32", -(2**31)), ("int 64", -1), ("uint 16", 256)):
        data, at, _ = as_data(FORMS[form])
        assert packed.wholes(data, at, absent=0).tolist() == [is_what]
    data, at, _ = as_data(FORMS["negative fixint"])
    assert packed.wholes(data, at, absent=0).tolist() == [-2]
    data, at, _ = as_data(FORMS["float 32"])
    assert packed.numbers(data, at, absent=0.0).tolist() == [1.0]
    data, at, _ = as_data(b"\xa1a")
    with pytest.raises(ValueError, match="row 0"):
        packed.numbers(data, at, absent=0.0)


def test_times_of_every_size() -> None:
    for raw, seconds in (
        (b"\xd6\xff\x00\x00\x00\x07", 7.0),
        (b"\xd7\xff" + (((500_000_000 << 34) | 7).to_bytes(8, "big")), 7.5),
        (b"\xc7\x0c\xff" + (250_000_000).to_bytes(4, "big") + (7).to_bytes(8, "big"), 7.25),
    ):
        data, at, _ = as_data(raw)
        assert packed.seconds(data, at, absent=-1.0).tolist() == [seconds]


def test_long_texts_and_long_lists() -> None:
    for form in ("str 8", "str 16", "str 32"):
        data, at, _ = as_data(FORMS[form])
        places, sizes = packed.texts(data, at)
        assert bytes(data[places[0] : places[0] + sizes[0]]) == b"ab"
    for raw in (b"\xdc\x00\x01\xa1a", b"\xdd\x00\x00\x00\x01\xa1a"):
        data, at, _ = as_data(raw)
        assert packed.sizes_of(data, at).tolist() == [1]
        assert packed.listed(data, at)[2].tolist() == [1]
    for raw in (b"\xde\x00\x01\xa1a\x01", b"\xdf\x00\x00\x00\x01\xa1a\x01"):
        data, at, _ = as_data(raw)
        assert packed.shared(data, at)[3].tolist() == [1.0]


@pytest.mark.parametrize(
    ("read", "raw"),
    [
        (packed.sizes_of, b"\x01"),
        (packed.listed, b"\x81\xa1a\x01"),
        (packed.listed, b"\x91\x01"),
        (packed.shared, b"\x91\xa1a"),
        (packed.shared, b"\x81\x01\x01"),
        (packed.shared, b"\x81\xa1a\xa1b"),
        (packed.texts, b"\x01"),
    ],
)
def test_what_is_of_another_kind_is_refused(read, raw: bytes) -> None:
    data, at, _ = as_data(raw)
    with pytest.raises(ValueError, match="row 0"):
        read(data, at)


def test_a_path_may_ask_for_a_part_of_a_map_and_not_for_the_whole() -> None:
    raw = b"\x81\xa2in\x82\xa1a\x05\xa1b\x06"
    data, starts, ends = as_data(raw)
    (found,) = packed.located(data, starts, ends, ("in.b",))
    assert packed.wholes(data, found, absent=0).tolist() == [6]
    torn = b"\x81\xa2in\x82\xa1a\xc1\xa1b\x06"
    data, starts, ends = as_data(torn)
    with pytest.raises(ValueError, match="row 0"):
        packed.located(data, starts, ends, ("in.b",))
    numbered, starts, ends = as_data(b"\x81\xa2in\x81\x01\x06")
    (found,) = packed.located(numbered, starts, ends, ("in.b",))
    assert found.tolist() == [packed.ABSENT]


def test_texts_of_one_length_that_fall_into_one_place_are_told_apart() -> None:
    words = [bytes((one, other)) for one in range(97, 123) for other in range(97, 123)] * 2
    data = np.frombuffer(b"".join(words) + bytes(packed.PADDING), dtype=np.uint8)
    places = np.arange(0, 2 * len(words), 2, dtype=np.int64)
    found = packed.interned(data, places, np.full(len(words), 2, dtype=np.int64))
    assert found.codes.tolist() == [*range(676), *range(676)]
