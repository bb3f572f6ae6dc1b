"""Texts to token ids, as both text encoders read them: cut, never padded."""

from pathlib import Path

from tokenizers import Tokenizer

MOST_TOKENS = 128
"""A post is rarely longer; the rest of a longer one is not read."""
MOST_CHARACTERS = 4_000
"""Cut before tokenising: 128 tokens are some 600 characters of English."""


def read_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer in this file."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    return tokenizer


def encodable(text: str) -> str:
    """Half of a surrogate pair and NUL have no place in UTF-8 text; a space takes theirs."""
    return text[:MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
