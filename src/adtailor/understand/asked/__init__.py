"""Reading by asking a language model: parts that it answers validly replace those of the default reading."""

from adtailor.understand.asked.reader import ASKED_PARTS, AskedReader

__all__ = ["ASKED_PARTS", "AskedReader"]
