"""MessagePack in bulk: where the wanted values of many rows lie, and what they are, a column at a time.

Rows are maps with text keys, end to end in one array of bytes. Reading a million of them by a decoder makes a million
objects and throws them away; here a compiled walk notes where each wanted value begins, and another turns one column of
such places into numbers. The format is that of github.com/msgpack/msgpack/blob/master/spec.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

PADDING = 16
"""Bytes to put behind the last row, so that the head of a broken value is never read past the end."""
ABSENT = -1
_FNV_START, _FNV_TIMES = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(32)

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
Arrays = tuple[NDArray[Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interned:
    """Texts as numbers: equal ones share a code, in the order in which they first come."""

    codes: NDArray[np.int32]
    starts: Places
    """For each code, where its text lies ..."""
    sizes: NDArray[np.int64]
    """... and how long it is."""


def located(data: Bytes, starts: Places, ends: Places, paths: Sequence[str]) -> Places:
    """Where each value of `paths` begins in each row, shape (paths, rows); -1 where a row lacks it.

    A path is a key, or `key.key` of a map in a map. Raises ValueError, with the number of the row, for bytes that are
    no such map.
    """
    tops = list(dict.fromkeys(path.partition(".")[0] for path in paths))
    key_hashes = np.array([_hash_of(key) for key in tops], dtype=np.uint64)
    whole = np.array([paths.index(key) if key in paths else ABSENT for key in tops], dtype=np.int64)
    subs = [(n, path.partition(".")) for n, path in enumerate(paths) if "." in path]
    sub_hashes = np.array([_hash_of(key) for _, (_, _, key) in subs], dtype=np.uint64)
    sub_of = np.array([tops.index(top) for _, (top, _, _) in subs], dtype=np.int64)
    sub_out = np.array([n for n, _ in subs], dtype=np.int64)
    found = np.full((len(paths), len(starts)), ABSENT, dtype=np.int64)
    with np.errstate(over="ignore"):
        bad = _locate(data, starts, ends, (key_hashes, whole), (sub_hashes, sub_of, sub_out), found)
    if bad >= 0:
        raise ValueError(f"row {bad} is no map of MessagePack")
    return found


def numbers(data: Bytes, at: Places, *, absent: float) -> NDArray[np.float64]:
    """Whole or broken numbers, as floats; `absent` for nil and for what a row lacks."""
    out = np.empty(len(at), dtype=np.float64)
    _checked(_numbers(data, at, absent, out))
    return out


def wholes(data: Bytes, at: Places, *, absent: int) -> NDArray[np.int64]:
    """Whole numbers; `absent` for nil and for what a row lacks."""
    out = np.empty(len(at), dtype=np.int64)
    _checked(_wholes(data, at, absent, out))
    return out


def flags(data: Bytes, at: Places, *, absent: bool) -> NDArray[np.bool_]:
    """True and false."""
    out = np.empty(len(at), dtype=np.bool_)
    _checked(_flags(data, at, absent, out))
    return out


def seconds(data: Bytes, at: Places, *, absent: float) -> NDArray[np.float64]:
    """Times, in seconds since 1970, to the microsecond: what `datetime.timestamp` says of the same."""
    micros = np.zeros(len(at), dtype=np.int64)
    known = np.zeros(len(at), dtype=np.bool_)
    _checked(_times(data, at, micros, known))
    return np.where(known, micros / 1e6, absent)


def texts(data: Bytes, at: Places) -> tuple[Places, NDArray[np.int64]]:
    """Where each text lies, and its length; -1 for nil and for what a row lacks."""
    places, sizes = np.full(len(at), ABSENT, dtype=np.int64), np.full(len(at), ABSENT, dtype=np.int64)
    _checked(_texts(data, at, places, sizes))
    return places, sizes


def values(data: Bytes, at: Places, ends: Places) -> tuple[Places, NDArray[np.int64]]:
    """Where the bytes of each value lie, and how many they are, whatever they say; -1 for what a row lacks."""
    places, sizes = at.copy(), np.full(len(at), ABSENT, dtype=np.int64)
    _checked(_values(data, at, ends, sizes))
    return places, sizes


def sizes_of(data: Bytes, at: Places) -> NDArray[np.int64]:
    """How many entries each array or map has; 0 for nil and for what a row lacks."""
    out = np.zeros(len(at), dtype=np.int64)
    _checked(_sizes(data, at, out))
    return out


def listed(data: Bytes, at: Places) -> tuple[Places, Places, NDArray[np.int64]]:
    """Arrays of texts: row i has the texts `starts[i]` to `starts[i + 1]`; where each lies, and its length."""
    starts = _starts(sizes_of(data, at))
    places, sizes = np.empty(starts[-1], dtype=np.int64), np.empty(starts[-1], dtype=np.int64)
    _checked(_listed(data, at, starts, places, sizes))
    return starts, places, sizes


def shared(data: Bytes, at: Places) -> tuple[Places, Places, NDArray[np.int64], NDArray[np.float64]]:
    """Maps from text to number: as `listed`, with the numbers."""
    starts = _starts(sizes_of(data, at))
    places, sizes = np.empty(starts[-1], dtype=np.int64), np.empty(starts[-1], dtype=np.int64)
    shares = np.empty(starts[-1], dtype=np.float64)
    _checked(_shared(data, at, starts, places, sizes, shares))
    return starts, places, sizes, shares


def interned(data: Bytes, places: Places, sizes: NDArray[np.int64]) -> Interned:
    """Codes for texts of these places; -1 where there is none (a length of -1)."""
    room = 1 << max(4, int(2 * len(places)).bit_length())
    codes = np.empty(len(places), dtype=np.int32)
    firsts = np.empty(len(places), dtype=np.int64)
    with np.errstate(over="ignore"):
        count = _intern(data, places, sizes, np.full(room, ABSENT, dtype=np.int32), codes, firsts)
    first = firsts[:count]
    return Interned(codes=codes, starts=places[first], sizes=sizes[first])


def _hash_of(key: str) -> int:
    raw = np.frombuffer(key.encode(), dtype=np.uint8)
    with np.errstate(over="ignore"):
        return int(_hash(raw, 0, len(raw)))


def _starts(counts: NDArray[np.int64]) -> Places:
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def _checked(bad: int) -> None:
    if bad >= 0:
        raise ValueError(f"row {bad} holds a value of another type")


@njit(nogil=True)
def _hash(data: Bytes, at: Any, size: Any) -> Any:
    # FNV-1a (Fowler, Noll and Vo), its high bits folded into the low ones, which choose the place in a table.
    found = _FNV_START
    for n in range(size):
        found = (found ^ np.uint64(data[at + n])) * _FNV_TIMES
    found = (found ^ (found >> _SHIFT)) * _MIX
    return found ^ (found >> _SHIFT)


@njit(nogil=True)
def _big(data: Bytes, at: Any, size: Any) -> Any:
    # An unsigned number of some bytes, the highest first; of eight bytes, as the signed number of the same bits.
    found = np.int64(0)
    for n in range(size):
        found = (found << np.int64(8)) | np.int64(data[at + n])
    return found


@njit(nogil=True)
def _entries(data: Bytes, at: Any) -> Any:
    # The entries of an array or map, and where the first begins; -1 for anything else.
    head = data[at]
    if 0x80 <= head < 0xA0:
        return np.int64(head & 0x0F), at + 1
    if head in (0xDC, 0xDE):
        return _big(data, at + 1, 2), at + 3
    if head in (0xDD, 0xDF):
        return _big(data, at + 1, 4), at + 5
    return np.int64(-1), at


@njit(nogil=True)
def _is_map(head: Any) -> Any:
    return 0x80 <= head < 0x90 or head in (0xDE, 0xDF)


@njit(nogil=True)
def _text(data: Bytes, at: Any) -> Any:
    # Where a text begins, and its length; -1 for anything else.
    head = data[at]
    if 0xA0 <= head < 0xC0:
        return at + 1, np.int64(head & 0x1F)
    if head == 0xD9:
        return at + 2, np.int64(data[at + 1])
    if head == 0xDA:
        return at + 3, _big(data, at + 1, 2)
    if head == 0xDB:
        return at + 5, _big(data, at + 1, 4)
    return at, np.int64(-1)


@njit(nogil=True)
def _past(data: Bytes, at: Any, end: Any) -> Any:  # noqa: PLR0912, PLR0915  # compiled: one case a kind of value
    # Where the value after the one at `at` begins; -1 if it does not end before `end`.
    left = 1
    while left > 0:
        if at >= end:
            return np.int64(-1)
        left -= 1
        head = data[at]
        if head < 0x80 or head >= 0xE0 or head in (0xC0, 0xC2, 0xC3):
            at += 1
        elif head < 0x90:
            left += 2 * np.int64(head & 0x0F)
            at += 1
        elif head < 0xA0:
            left += np.int64(head & 0x0F)
            at += 1
        elif head < 0xC0:
            at += 1 + np.int64(head & 0x1F)
        elif head in (0xC4, 0xD9):
            at += 2 + np.int64(data[at + 1])
        elif head in (0xC5, 0xDA):
            at += 3 + _big(data, at + 1, 2)
        elif head in (0xC6, 0xDB):
            at += 5 + _big(data, at + 1, 4)
        elif head == 0xC7:
            at += 3 + np.int64(data[at + 1])
        elif head == 0xC8:
            at += 4 + _big(data, at + 1, 2)
        elif head == 0xC9:
            at += 6 + _big(data, at + 1, 4)
        elif head in (0xCC, 0xD0):
            at += 2
        elif head in (0xCD, 0xD1, 0xD4):
            at += 3
        elif head == 0xD5:
            at += 4
        elif head in (0xCA, 0xCE, 0xD2):
            at += 5
        elif head == 0xD6:
            at += 6
        elif head in (0xCB, 0xCF, 0xD3):
            at += 9
        elif head == 0xD7:
            at += 10
        elif head == 0xD8:
            at += 18
        elif head == 0xDC:
            left += _big(data, at + 1, 2)
            at += 3
        elif head == 0xDD:
            left += _big(data, at + 1, 4)
            at += 5
        elif head == 0xDE:
            left += 2 * _big(data, at + 1, 2)
            at += 3
        elif head == 0xDF:
            left += 2 * _big(data, at + 1, 4)
            at += 5
        else:
            return np.int64(-1)
        if left > end - at:  # every value takes a byte at least
            return np.int64(-1)
    return at


@njit(cache=True, nogil=True)
def _locate(  # noqa: PLR0912, PLR0917  # compiled: one walk, by position
    data: Bytes, starts: Places, ends: Places, tops: Arrays, subs: Arrays, found: Places
) -> int:
    hashes, whole = tops
    sub_hashes, sub_of, sub_out = subs
    for row in range(starts.shape[0]):
        at, end = starts[row], ends[row]
        if at >= end or not _is_map(data[at]):
            return row
        count, at = _entries(data, at)
        for _ in range(count):
            if at >= end:
                return row
            key, size = _text(data, at)
            if size < 0 or key + size >= end:
                return row
            name = _hash(data, key, size)
            at = key + size
            past = _past(data, at, end)
            if past < 0:
                return row
            for top in range(hashes.shape[0]):
                if hashes[top] != name:
                    continue
                if whole[top] >= 0:
                    found[whole[top], row] = at
                if _is_map(data[at]):
                    inner, into = _entries(data, at)
                    for _ in range(inner):
                        sub, length = _text(data, into)
                        if length < 0:
                            break
                        sub_name = _hash(data, sub, length)
                        into = sub + length
                        for n in range(sub_hashes.shape[0]):
                            if sub_of[n] == top and sub_hashes[n] == sub_name:
                                found[sub_out[n], row] = into
                        into = _past(data, into, past)  # all of it was walked through before
                break
            at = past
        if at != end:
            return row
    return -1


@njit(nogil=True)
def _whole(data: Bytes, at: Any) -> Any:
    head = data[at]
    if head < 0x80:
        return np.int64(head), True
    if head >= 0xE0:
        return np.int64(head) - 256, True
    if 0xCC <= head <= 0xCF:
        return _big(data, at + 1, 1 << (head - 0xCC)), True
    if 0xD0 <= head <= 0xD3:
        bits = np.int64(8 << (head - 0xD0))
        found = _big(data, at + 1, bits >> 3)
        if bits < 64 and found >= (np.int64(1) << (bits - 1)):
            found -= np.int64(1) << bits
        return found, True
    return np.int64(0), False


@njit(nogil=True)
def _number(data: Bytes, at: Any, word: Bytes) -> Any:
    head = data[at]
    if head == 0xCB:
        for n in range(8):
            word[7 - n] = data[at + 1 + n]
        return word.view(np.float64)[0], True
    if head == 0xCA:
        for n in range(4):
            word[3 - n] = data[at + 1 + n]
        return np.float64(word.view(np.float32)[0]), True
    found, known = _whole(data, at)
    return np.float64(found), known


@njit(cache=True, nogil=True)
def _numbers(data: Bytes, at: Places, absent: float, out: NDArray[np.float64]) -> int:
    word = np.zeros(8, dtype=np.uint8)
    for row in range(at.shape[0]):
        if at[row] < 0 or data[at[row]] == 0xC0:
            out[row] = absent
            continue
        found, known = _number(data, at[row], word)
        if not known:
            return row
        out[row] = found
    return -1


@njit(cache=True, nogil=True)
def _wholes(data: Bytes, at: Places, absent: int, out: NDArray[np.int64]) -> int:
    for row in range(at.shape[0]):
        if at[row] < 0 or data[at[row]] == 0xC0:
            out[row] = absent
            continue
        found, known = _whole(data, at[row])
        if not known:
            return row
        out[row] = found
    return -1


@njit(cache=True, nogil=True)
def _flags(data: Bytes, at: Places, absent: bool, out: NDArray[np.bool_]) -> int:
    for row in range(at.shape[0]):
        if at[row] < 0:
            out[row] = absent
            continue
        head = data[at[row]]
        if head not in (0xC2, 0xC3):
            return row
        out[row] = head == 0xC3
    return -1


@njit(cache=True, nogil=True)
def _times(data: Bytes, at: Places, micros: NDArray[np.int64], known: NDArray[np.bool_]) -> int:
    # The extension type -1: seconds in 4 bytes, or nanoseconds (30 bits) and seconds (34), or both in 4 and 8.
    for row in range(at.shape[0]):
        if at[row] < 0 or data[at[row]] == 0xC0:
            continue
        place = at[row]
        head = data[place]
        if head == 0xD6 and data[place + 1] == 0xFF:
            whole, nanos = _big(data, place + 2, 4), np.int64(0)
        elif head == 0xD7 and data[place + 1] == 0xFF:
            nanos = _big(data, place + 2, 4) >> np.int64(2)
            whole = ((np.int64(data[place + 5]) & np.int64(3)) << np.int64(32)) | _big(data, place + 6, 4)
        elif head == 0xC7 and data[place + 1] == 12 and data[place + 2] == 0xFF:
            nanos, whole = _big(data, place + 3, 4), _big(data, place + 7, 8)
        else:
            return row
        micros[row] = whole * np.int64(1_000_000) + nanos // np.int64(1000)
        known[row] = True
    return -1


@njit(cache=True, nogil=True)
def _texts(data: Bytes, at: Places, places: Places, sizes: NDArray[np.int64]) -> int:
    for row in range(at.shape[0]):
        if at[row] < 0 or data[at[row]] == 0xC0:
            continue
        places[row], sizes[row] = _text(data, at[row])
        if sizes[row] < 0:
            return row
    return -1


@njit(cache=True, nogil=True)
def _values(data: Bytes, at: Places, ends: Places, sizes: NDArray[np.int64]) -> int:
    for row in range(at.shape[0]):
        if at[row] >= 0:
            past = _past(data, at[row], ends[row])
            if past < 0:
                return row
            sizes[row] = past - at[row]
    return -1


@njit(cache=True, nogil=True)
def _sizes(data: Bytes, at: Places, out: NDArray[np.int64]) -> int:
    for row in range(at.shape[0]):
        if at[row] < 0 or data[at[row]] == 0xC0:
            continue
        count, _ = _entries(data, at[row])
        if count < 0:
            return row
        out[row] = count
    return -1


@njit(cache=True, nogil=True)
def _listed(data: Bytes, at: Places, starts: Places, places: Places, sizes: NDArray[np.int64]) -> int:
    for row in range(at.shape[0]):
        if starts[row] == starts[row + 1]:
            continue
        if _is_map(data[at[row]]):
            return row
        _, place = _entries(data, at[row])
        for n in range(starts[row], starts[row + 1]):
            places[n], sizes[n] = _text(data, place)
            if sizes[n] < 0:
                return row
            place = places[n] + sizes[n]
    return -1


@njit(cache=True, nogil=True)
def _shared(  # noqa: PLR0917  # compiled: by position
    data: Bytes,
    at: Places,
    starts: Places,
    places: Places,
    sizes: NDArray[np.int64],
    shares: NDArray[np.float64],
) -> int:
    word = np.zeros(8, dtype=np.uint8)
    end = data.shape[0]
    for row in range(at.shape[0]):
        if starts[row] == starts[row + 1]:
            continue
        if not _is_map(data[at[row]]):
            return row
        _, place = _entries(data, at[row])
        for n in range(starts[row], starts[row + 1]):
            places[n], sizes[n] = _text(data, place)
            if sizes[n] < 0:
                return row
            place = places[n] + sizes[n]
            shares[n], known = _number(data, place, word)
            if not known:
                return row
            place = _past(data, place, end)
    return -1


@njit(cache=True, nogil=True)
def _intern(  # noqa: PLR0917  # compiled: by position
    data: Bytes,
    places: Places,
    sizes: NDArray[np.int64],
    table: NDArray[np.int32],
    codes: NDArray[np.int32],
    firsts: Places,
) -> int:
    mask = np.uint64(table.shape[0] - 1)
    count = 0
    for n in range(places.shape[0]):
        size = sizes[n]
        if size < 0:
            codes[n] = -1
            continue
        at = _hash(data, places[n], size) & mask
        while True:
            code = table[at]
            if code < 0:
                table[at] = codes[n] = count
                firsts[count] = n
                count += 1
                break
            first = firsts[code]
            same = sizes[first] == size
            if same:
                for k in range(size):
                    if data[places[first] + k] != data[places[n] + k]:
                        same = False
                        break
            if same:
                codes[n] = code
                break
            at = (at + np.uint64(1)) & mask
    return count
