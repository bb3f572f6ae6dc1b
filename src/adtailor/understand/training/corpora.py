"""Posts in the project's own words, by what they show: `examples/*.toml`, with rows to learn from and to check with."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parent.parent / "examples"
Table = Literal["learn", "check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """One file: for each of its labels the posts that bear it."""

    name: str
    learn: Mapping[str, tuple[str, ...]]
    check: Mapping[str, tuple[str, ...]]
    """Of [check], and of [second] where a file has one: never learned from."""

    def labelled(self, table: Table) -> Iterator[tuple[str, str]]:
        """Pairs of post and label."""
        for label, posts in (self.learn if table == "learn" else self.check).items():
            for post in posts:
                yield post, label


@lru_cache(maxsize=1)
def corpora() -> Mapping[str, Corpus]:
    """All files by name."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.toml"))}


def _read(path: Path) -> Corpus:
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    check, second = (_posts(written.get(table, {})) for table in ("check", "second"))
    return Corpus(
        name=path.stem,
        learn=_posts(written.get("learn", {})),
        check={label: (*posts, *second.get(label, ())) for label, posts in check.items()},
    )


def _posts(table: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """Arrays of strings, the English ones where a corpus has several languages: the student reads no other."""
    table = table.get("en", table)
    return {
        label: tuple(posts)
        for label, posts in table.items()
        if isinstance(posts, list) and all(isinstance(post, str) for post in posts)
    }
