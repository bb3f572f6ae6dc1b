"""What advertisers write is text in a banner, whatever they write; and every banner names who pays, or is none."""

import json
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from adtailor.domain.backfill import ForeignAd, OpenPlace
from adtailor.domain.ids import PlacementId, ProductId
from adtailor.domain.money import Micros
from adtailor.service.openrtb.foreign import framed
from adtailor.service.openrtb.markup import Face, banner
from adtailor.service.openrtb.native import native
from adtailor.service.wire.openrtb import NativeAsset, NativeData, NativeRequest, NativeTitle

HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "<script>x=1</script>",
            '"><img src=x onerror=x>',
            "' onmouseover='x",
            "</a></div><iframe srcdoc=x>",
            "&lt;b&gt;",
            "<!--",
            "]]>",
            "javascript:x",
            "</style><base href=//evil.example>",
        ]
    ),
)


PLAIN = Face(
    headline="Boots",
    body="Dry feet.",
    call_to_action="Look",
    picture="https://ads.example/media/a.webp",
    advertiser="Boots Ltd",
    payer="Boots Group",
    language="en",
    click="https://ads.example/v1/c/t",
    why="https://ads.example/openrtb2/why/t?hide=a&report=b",
    seen="https://ads.example/openrtb2/seen/t",
)


class Seen(HTMLParser):
    """What a parser makes of markup: tags, attributes and text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.names: set[str] = set()
        self.text = ""
        self.frames: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.names |= {name for name, _ in attrs}
        self.frames += [value or "" for name, value in attrs if name == "srcdoc"]

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")


def face(**changes: str) -> Face:
    return replace(PLAIN, **changes)


@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_t34_words_stay_words(headline, body, action, advertiser, payer) -> None:
    hostile = face(headline=headline, body=body, call_to_action=action, advertiser=advertiser, payer=payer)
    markup = banner(hostile, width=300, height=600)
    if markup is None:
        assert len(advertiser + payer) > 60, "there is room for two names of ordinary length"
        return
    seen = Seen(markup)
    assert set(seen.tags) <= {"div", "a", "img", "b", "span"}
    assert seen.names <= {"lang", "style", "href", "target", "rel", "src", "alt", "width", "height"}
    for words in (headline, body, action, f"{advertiser} - paid for by {payer}"):
        assert (
            words.replace("\r\n", "\n").replace("\r", "\n").strip("\0") in seen.text.replace("\r", "\n")
            or "\0" in words
        )


@given(st.integers(120, 1000), st.integers(50, 600), st.integers(1, 200), st.integers(1, 200))
def test_t14_names_fit_on_their_lines_or_there_is_no_ad(width, height, advertiser, payer) -> None:
    markup = banner(face(advertiser="W" * advertiser, payer="i" * payer), width=width, height=height)
    letters = advertiser + payer + len("Ad  - paid for by  Why this ad?")
    lines = -(-int(letters * 9 * 0.6) // (width - 12))
    room = height - 22 if height < 90 else height // 3
    assert (markup is None) == (lines * 11 > room)
    if (width, height) == (300, 250) and letters < 100:
        assert markup is not None


@given(HOSTILE, HOSTILE, st.integers(1, 40))
def test_parts_are_json_whatever_is_in_them_and_names_are_never_cut(headline, advertiser, most) -> None:
    parts = NativeRequest(
        assets=(NativeAsset(id=1, title=NativeTitle(len=most)), NativeAsset(id=2, data=NativeData(type=1, len=1)))
    )
    told = json.loads(native(face(headline=headline, advertiser=advertiser), parts, shop="shop.example", viewable=None))
    assert len(told["assets"][0]["title"]["text"]) <= max(most, 1)
    assert told["assets"][1]["data"]["value"] == f"Ad: {advertiser}, paid for by Boots Group"


@given(HOSTILE, HOSTILE)
def test_t34_an_ad_from_elsewhere_is_the_text_of_a_frame_that_runs_nothing(markup, payer) -> None:
    ad = ForeignAd(
        place=OpenPlace(id=PlacementId("p"), width=300, height=250, floor=Micros(0)),
        markup=markup,
        price=Micros(1),
        domains=("shop.example",),
        products=(ProductId("1059"),),
        behalf="shop.example",
        payer=payer,
    )
    seen = Seen(framed(ad, base="https://ads.example"))
    assert seen.tags == ["div", "iframe", "div", "b", "a"]
    assert "allow-scripts" not in framed(ad, base="")
    assert seen.frames[0].startswith('<!doctype html><meta http-equiv="Content-Security-Policy"')
