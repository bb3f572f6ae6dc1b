"""Bits of a consent string, read once from the left; whatever does not fit is unreadable, never guessed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 10_000
"""Characters; the longest strings seen in the wild have about 3000."""
MOST_PADDING = 23
"""Bits of zeros after the last field: writers fill up to a byte, or to 24 bits (4 characters)."""
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_SIX = {character: f"{number:06b}" for number, character in enumerate(_ALPHABET)}
_ONES = re.compile("1+")
_FIBONACCI = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597, 2584, 4181, 6765, 10946, 17711, 28657)
"""Up to 16 bits, which hold every id there is."""


class Unreadable(Exception):
    """Not a string of this format. It never leaves this package: to everybody else such a string means no."""


@dataclass(frozen=True, slots=True)
class Ids:
    """A set of ids as ranges, first and last, in order and apart: a string can name 65535 ids in five characters."""

    ranges: tuple[tuple[int, int], ...] = ()

    def __contains__(self, number: int) -> bool:
        return any(first <= number <= last for first, last in self.ranges)

    @classmethod
    def of(cls, ranges: Iterable[tuple[int, int]]) -> "Ids":
        """Ranges in any order, merged where they touch.

        >>> Ids.of([(7, 9), (1, 3), (4, 4), (8, 12)])
        Ids(ranges=((1, 4), (7, 12)))
        """
        merged: list[tuple[int, int]] = []
        for first, last in sorted(ranges):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        return cls(tuple(merged))


class Bits:
    """The bits of base64url text without padding characters.

    >>> bits = Bits("DBABM")
    >>> bits.number(6), bits.number(6), bits.fibonacci_ids().ranges, bits.end()
    (3, 1, ((2, 2),), None)
    """

    __slots__ = ("_at", "_bits")

    def __init__(self, text: str) -> None:
        try:
            self._bits = "".join([_SIX[character] for character in text])
        except KeyError:
            raise Unreadable from None
        self._at = 0

    def take(self, length: int) -> str:
        """The next bits as zeros and ones."""
        start, self._at = self._at, self._at + length
        if self._at > len(self._bits):
            raise Unreadable
        return self._bits[start : self._at]

    def number(self, length: int) -> int:
        """The next bits as a number, most significant first."""
        return int(self.take(length), 2)

    def flag(self) -> bool:
        """One bit."""
        return self.take(1) == "1"

    def letters(self) -> str:
        """Two letters of 6 bits, A is 0."""
        pair = (self.number(6), self.number(6))
        if max(pair) > 25:
            raise Unreadable
        return "".join(chr(65 + letter) for letter in pair)

    def field(self, length: int) -> Ids:
        """The ids of a bit field, of which the first is 1."""
        return Ids(tuple((run.start() + 1, run.end()) for run in _ONES.finditer(self.take(length))))

    def ranges(self, most: int) -> Ids:
        """Ids as a count of 12 bits, then one id or first and last, 16 bits each; none above `most`."""
        found: list[tuple[int, int]] = []
        for _ in range(self.number(12)):
            is_range = self.flag()
            first = self.number(16)
            last = self.number(16) if is_range else first
            if not 1 <= first <= last <= most:
                raise Unreadable
            found.append((first, last))
        return Ids.of(found)

    def ids(self) -> Ids:
        """The highest id, then a bit field up to it, or ranges."""
        most = self.number(16)
        return self.ranges(most) if self.flag() else self.field(most)

    def fibonacci(self) -> int:
        """A number in Fibonacci code: the sum of the numbers whose bits are set, ended by a second 1 in a row.

        1 is 11, 4 is 1011.
        """
        total = 0
        was_one = False
        for value in (*_FIBONACCI, 0):
            is_one = self.flag()
            if is_one and was_one:
                return total
            total += value * is_one
            was_one = is_one
        raise Unreadable

    def fibonacci_ids(self) -> Ids:
        """Ids in order, each as its distance from the one before, alone or as a distance and a length."""
        found: list[tuple[int, int]] = []
        last = 0
        for _ in range(self.number(12)):
            is_range = self.flag()
            first = last + self.fibonacci()
            last = first + self.fibonacci() if is_range else first
            if last > 0xFFFF:
                raise Unreadable
            found.append((first, last))
        return Ids.of(found)

    def end(self) -> None:
        """Nothing may follow but a little padding of zeros."""
        rest = self._bits[self._at :]
        if len(rest) > MOST_PADDING or "1" in rest:
            raise Unreadable
