"""The entries of a feed out of its XML, one after the other, by expat with every door to the outside closed.

What makes XML dangerous is refused where it is declared: entities (bombs, and files or addresses pulled in) and depth.
expat opens nothing by itself, and no handler is set that would: a document type is read over. This is all that hardened
wrappers of the standard library do, and depth beside, so no package is needed for it.
An entry that is not well formed costs itself: parsing starts anew at the next one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.entities import html5
from xml.parsers import expat

from adtailor.errors import InvalidInput

DEEPEST = 100
"""Elements one within another; a page inside an entry has twenty."""
_LONGEST_TAG = 2**16
_CHUNK = 2**16
_XHTML = "http://www.w3.org/1999/xhtml"
_NAMES = {
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://purl.org/syndication/thread/1.0": "thr",
    "http://www.w3.org/XML/1998/namespace": "xml",
    _XHTML: "xhtml",
}
"""The vocabularies of feeds, by a short name each; RSS 2.0 has none and is called nothing."""
ENTRIES = frozenset({"item", "atom:entry"})
HOLDERS = frozenset({"rss", "rdf:RDF", "atom:feed", "channel"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of an entry or of the feed: what it says, its attributes, and the elements in it."""

    name: str
    attributes: dict[str, str]
    language: str | None
    words: list[str] = field(default_factory=list[str])
    children: "list[Element]" = field(default_factory=list["Element"])

    @property
    def text(self) -> str:
        """Its own words."""
        return "".join(self.words).strip()

    def all(self, *names: str) -> "Iterator[Element]":
        """The elements in it called so, those of the first name first."""
        for name in names:
            yield from (child for child in self.children if child.name == name)

    def first(self, *names: str) -> "Element | None":
        """The first of them that says something."""
        return next((child for child in self.all(*names) if child.text or child.children), None)

    def say(self, *names: str) -> str:
        """The words of that."""
        found = self.first(*names)
        return found.text if found is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry, and the line it starts on."""

    line: int
    element: Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Something that is not well formed, and where."""

    line: int
    reason: str


def read_feed(text: str, feed: list[Element]) -> Iterator[Entry | Unreadable]:
    """The entries in order. `feed` collects what stands around them: the feed's own title, author, language.

    Raises InvalidInput for a document that declares entities or nests without end.
    """
    data = text.encode("utf-8")
    at, line = 0, 1
    around = b""
    while True:
        run = _Run(data, at, around, line, feed)
        yield from run.entries()
        if run.fault is None:
            return
        yield Unreadable(line=line + data.count(b"\n", at, run.fault), reason=run.reason)
        around = around or b"".join(run.around)
        ahead = _ENTRY.search(data, max(run.fault, run.began + 1, at + 1))
        if ahead is None or not around:
            return
        line += data.count(b"\n", at, ahead.start())
        at = ahead.start()


class _Run:
    """One pass of a parser from some place on, until the end or the first fault."""

    def __init__(self, data: bytes, at: int, around: bytes, line: int, feed: list[Element]) -> None:
        self.fault: int | None = None
        """Where in the data it is no longer well formed."""
        self.reason = ""
        self.began = -1
        """Where the entry began in which the fault lies."""
        self.around: list[bytes] = []
        """The start tags around the first entry, to start anew with."""
        self._data = data
        self._at = at
        self._given = around
        self._line = line - around.count(b"\n")
        self._feed = feed
        self._found: list[Entry] = []
        self._stack: list[Element] = []
        self._depth = 0
        """Of the entry that is open, counted from 1; 0 outside of entries."""
        self._entry_line = 0
        self._parser = _parser()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._said
        self._parser.SkippedEntityHandler = self._skipped

    def entries(self) -> Iterator[Entry]:
        """The entries up to the end or the fault."""
        try:
            self._parser.Parse(self._given, False)
            for start in range(self._at, len(self._data), _CHUNK):
                self._parser.Parse(self._data[start : start + _CHUNK], False)
                yield from self._taken()
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            self.fault = min(self._here(), len(self._data))
            self.reason = f"not well formed: {expat.ErrorString(error.code)}"
        except InvalidInput:
            yield from self._taken()
            raise
        yield from self._taken()

    def _taken(self) -> list[Entry]:
        found, self._found = self._found, []
        return found

    def _here(self) -> int:
        return max(self._parser.CurrentByteIndex - len(self._given), 0) + self._at

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= DEEPEST:
            raise InvalidInput(
                f"more than {DEEPEST} elements one within another", hint="a feed nests a few deep", field="PATH"
            )
        name = _short(tag)
        named = {_short(key): value for key, value in attributes.items()}
        parent = self._stack[-1] if self._stack else None
        language = named.get("xml:lang") or (parent.language if parent else None)
        element = Element(name=name, attributes=named, language=language)
        if self._depth:
            self._inside(parent, element)
        elif name in ENTRIES:
            self._depth = len(self._stack) + 1
            self.began = self._here()
            self._entry_line = self._line + self._parser.CurrentLineNumber - 1
        elif name in HOLDERS:
            self._holder(element)
        else:
            self._inside(parent, element)
        self._stack.append(element)

    def _inside(self, parent: Element | None, element: Element) -> None:
        if element.name.startswith("xhtml:"):
            self._markup(f"<{element.name.removeprefix('xhtml:')}>")
        elif parent is not None and not parent.name.startswith("xhtml:"):
            parent.children.append(element)

    def _holder(self, element: Element) -> None:
        if self._parser.CurrentByteIndex < len(self._given):
            return  # it was met before the fault
        self._feed.append(element)
        if self.began < 0 and (matched := _TAG.match(self._data, self._here())) and len(matched[0]) <= _LONGEST_TAG:
            self.around.append(matched[0])

    def _end(self, _tag: str) -> None:
        element = self._stack.pop()
        if element.name.startswith("xhtml:"):
            self._markup(f"</{element.name.removeprefix('xhtml:')}>")
        if len(self._stack) + 1 == self._depth:
            self._found.append(Entry(line=self._entry_line, element=element))
            self._depth = 0
        elif element.name in HOLDERS and self.began < 0 and self.around:
            self.around.pop()  # RSS 1.0: the channel ends before the first item

    def _said(self, words: str) -> None:
        if self._stack and self._stack[-1].name.startswith("xhtml:"):
            self._markup(escape(words, quote=False))
        elif self._stack:
            self._stack[-1].words.append(words)

    def _skipped(self, name: str, is_parameter: bool) -> None:
        if not is_parameter:
            self._said(html5.get(f"{name};", f"&{name};"))

    def _markup(self, html: str) -> None:
        """XHTML is written down again as the markup that it is, at the element that holds it."""
        holder = next((one for one in reversed(self._stack) if not one.name.startswith("xhtml:")), None)
        if holder is not None:
            holder.words.append(html)


_TAG = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")
_ENTRY = re.compile(rb"<(?:[A-Za-z_][\w.\-]*:)?(?:item|entry)(?=[\s>/])")


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.UseForeignDTD(True)  # so that &nbsp; and its kin, which feeds use and never declare, come to us
    parser.EntityDeclHandler = _refuse_entity
    return parser


def _refuse_entity(name: str, *_: object) -> None:
    raise InvalidInput(
        f"it declares an entity ({name[:40]!r}), which feeds have no need of and attacks have",
        hint="remove the declaration if you trust the file",
        field="PATH",
    )


def _short(name: str) -> str:
    space, _, local = name.rpartition(" ")
    if not space:
        return local
    prefix = _NAMES.get(space, "?")
    return f"{prefix}:{local}" if prefix else local
