"""The words of a post that is kept as HTML: paragraphs, links, mentions and hashtags as one reads them."""

import re
from html.parser import HTMLParser

_PARAGRAPHS = frozenset({"p", "div", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "table"})
_UNSEEN = frozenset({"script", "style", "template", "head", "title"})
_QUOTE_FALLBACK = "quote-inline"
"""A paragraph that servers add for readers without quotes: `RE:` and a link. The author did not write it."""
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")
_AROUND_BREAK = re.compile(r" *\n *")
_BREAKS = re.compile(r"\n{3,}")


def text_of_html(html: str) -> str:
    """What a reader would see, as plain text.

    Servers cut long links with invisible spans; put together again they are the whole address.

    >>> text_of_html('<p>Hi <a href="https://x.example/@ana">@<span>ana</span></a>!</p><p>a<br>b</p>')
    'Hi @ana!\\n\\na\\nb'
    >>> text_of_html('<a href="https://example.org/shop"><span class="invisible">https://</span>example.org/shop</a>')
    'https://example.org/shop'
    """
    reader = _Words()
    reader.feed(html)
    reader.close()
    return _BREAKS.sub("\n\n", _AROUND_BREAK.sub("\n", _SPACES.sub(" ", "".join(reader.words)))).strip()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if self._hidden:
            if tag == self._hidden[0]:
                self._hidden.append(tag)
        elif tag in _UNSEEN or _QUOTE_FALLBACK in classes:
            self._hidden.append(tag)
        elif tag == "br":
            self.words.append("\n")
        elif tag == "li":
            self.words.append("\n- ")
        elif tag in _PARAGRAPHS:
            self.words.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag == self._hidden[0]:
                self._hidden.pop()
        elif tag in _PARAGRAPHS:
            self.words.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data.replace("\n", " "))
