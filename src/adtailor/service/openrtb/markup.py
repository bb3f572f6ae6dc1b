"""An ad as HTML for a banner: words, picture, names and the way to ask why; no script, and nothing of a third party.

What advertisers wrote is text wherever it stands. The size is that of the place: the picture gives way before words
do, and where the names would not fit, there is no ad.
"""

from dataclasses import dataclass
from html import escape

from adtailor.service.wire.decisions import LABEL

WHY = "Why this ad?"
SMALL = 9
"""Pixels of the smallest letters; they are about half as wide."""
LINE = 11
LOW, SHORT = 90, 200
"""Below these heights a place has room for the headline and the names alone, or for no call to action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What an ad says, and where its addresses lead."""

    headline: str
    body: str
    call_to_action: str
    picture: str | None
    advertiser: str
    payer: str
    language: str
    click: str
    why: str | None
    seen: str | None
    """A picture that counts the impression."""


def banner(face: Face, *, width: int, height: int) -> str | None:
    """The markup; None where in whose name and who paid does not fit on it.

    >>> face = Face(headline="Boots & more", body="", call_to_action="Look", picture=None, advertiser="Boots Ltd",
    ...     payer="Boots Ltd", language="en", click="https://ads.example/c", why=None, seen=None)
    >>> "Boots &amp; more" in banner(face, width=300, height=250)
    True
    """
    names = f"{face.advertiser} - paid for by {face.payer}"
    lines = _lines(f"{LABEL} {names} {WHY}", width)
    low = height < LOW
    if lines * LINE > (height - 22 if low else height // 3):
        return None
    is_wide = width >= 2 * height
    picture = _picture(face.picture, height - lines * LINE - 14, is_wide=is_wide) if face.picture and not low else ""
    words = [f'<b style="display:block;{_ONE}">{escape(face.headline)}</b>']
    if not low:
        words.append(f'<span style="display:block;{_ONE if height < SHORT else ""}">{escape(face.body)}</span>')
    if height >= SHORT:
        words.append(f'<span style="display:block;color:#0b57d0;{_ONE}">{escape(face.call_to_action)}</span>')
    why = f' <a href="{escape(face.why)}" {_OUT} style="color:#444">{WHY}</a>' if face.why else ""
    seen = f'<img src="{escape(face.seen)}" alt="" width="1" height="1" style="{_UNSEEN}">' if face.seen else ""
    return (
        f'<div lang="{escape(face.language)}" style="{_BOX};width:{width}px;height:{height}px">'
        f'<a href="{escape(face.click)}" {_OUT} style="{_LINK};{_BESIDE if is_wide else ""}">{picture}'
        f'<span style="display:block;min-width:0">{"".join(words)}</span></a>'
        f'<div style="{_FOOT};height:{lines * LINE}px"><span style="{_LABEL}">{LABEL}</span> {escape(names)}{why}</div>'
        f"{seen}</div>"
    )


def _lines(words: str, width: int) -> int:
    """Lines of small letters that these words take, each letter .6 of its height wide: wider than most."""
    return -(-int(len(words) * SMALL * 0.6) // (width - 12))


def _picture(address: str, room: int, *, is_wide: bool) -> str:
    """As high as there is room, beside the words; or half of it, above them."""
    size = f"flex:none;width:{room}px;height:{room}px" if is_wide else f"width:100%;height:{room // 2}px"
    return f'<img src="{escape(address)}" alt="" style="display:block;object-fit:contain;{size}">'


_OUT = 'target="_blank" rel="noopener noreferrer sponsored nofollow"'
_ONE = "white-space:nowrap;overflow:hidden;text-overflow:ellipsis"
_BOX = (
    "box-sizing:border-box;position:relative;overflow:hidden;margin:0;padding:4px 6px;background:#fff;color:#1b1b1f;"
    "font:13px/1.3 system-ui,sans-serif;border:1px solid #c8c8d0;display:flex;flex-direction:column"
)
_LINK = "flex:1;min-height:0;overflow:hidden;color:inherit;text-decoration:none"
_BESIDE = "display:flex;gap:8px;align-items:center"
_FOOT = f"flex:none;overflow:hidden;font-size:{SMALL}px;line-height:{LINE}px;color:#444"
_LABEL = "border:1px solid #888;border-radius:2px;padding:0 2px;line-height:9px;display:inline-block"
_UNSEEN = "position:absolute;left:-10px;top:-10px"
