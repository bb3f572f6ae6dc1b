"""Promise 34: creatives do nothing."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any, NamedTuple

from hypothesis import strategies as st

from adtailor.domain.buying import Inventory
from adtailor.domain.targeting import Targeting
from adtailor.testing.bid_requests import asked
from adtailor.testing.trust.browser import BROWSER_LINE, ORIGIN, drawn, has_browser
from adtailor.testing.trust.installed import Installed, community_ads, expected, installed
from adtailor.testing.trust.proof import Proof, Trial, holds

CORPUS = (
    "<script>window.broken = 1</script>",
    "<img src=x onerror='window.broken = 2'>",
    '"><svg onload=window.broken=3>',
    "' onmouseover='window.broken=4",
    "javascript:window.broken=5",
    "</p></article><iframe srcdoc='<script>parent.broken=6</script>'></iframe>",
    "{{ 7 * 7 }}{% raw %}<b>",
    "<a href='https://evil.example' ping='https://evil.example'>x</a>",
    "<style>*{display:none}</style><base href='https://evil.example'>",
    "<form action='https://evil.example'><button>Free</button></form>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.broken=8>",
    "<template><script>window.broken=9</script></template>",
    '"autofocus onfocus=window.broken=10 x="',
    "<!--><img src=x onerror=window.broken=11>-->",
    "&lt;script&gt;window.broken=12&lt;/script&gt;",
)
"""What somebody may write where only words are wanted."""
HOME = ("http://127.0.0.1:8765/", "https://findahelpline.com")
"""Itself, and the directory that a page leads to for want of a number that somebody checked."""


class Hostile(NamedTuple):
    """What an advertiser wrote, and where."""

    headline: str
    body: str
    name: str


def _hostiles() -> st.SearchStrategy[Hostile]:
    pieces = st.one_of(st.sampled_from(CORPUS), st.text(st.sampled_from("<>\"'&=/ abonsrcipt()"), max_size=30))
    words = st.lists(pieces, min_size=1, max_size=2).map(" ".join)
    return st.builds(Hostile, headline=words, body=words, name=words)


class _Elements(HTMLParser):
    """Every element of a page, with what it has."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One."""
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def inert(page: str, *, scripts: frozenset[str] = frozenset()) -> None:
    """Raises Broken where a page runs, loads or sends anything but its own."""
    elements = _Elements()
    elements.feed(page)
    expected(elements.found, "nothing was rendered")
    for tag, given in elements.found:
        bad = tag in {"iframe", "base", "object", "embed", "style", "math", "template", "svg"} and tag not in scripts
        holds(not bad, f"a {tag} became an element")
        holds(tag != "script" or given.get("src", "").startswith("/"), "a script became an element")
        holds(tag != "meta" or "http-equiv" not in given, "a refresh became an element")
        for name, value in given.items():
            holds(not name.startswith("on") and name != "ping", f"{tag} has {name}={value[:40]!r}")
            if name in {"href", "src", "action", "formaction", "srcset", "data"}:
                home = value.startswith(("/", "#", "?", "data:,")) or value.startswith(HOME) or not value
                holds(home and not value.startswith("//"), f"{tag} {name} leads to {value[:60]!r}")


def hostile_ads(hostile: Hostile) -> Inventory:
    """The community's ads, all of them written by somebody who means no good."""
    whole = community_ads()
    return replace(
        whole,
        advertisers=tuple(replace(one, name=hostile.name[:60], payer=hostile.name[:60]) for one in whole.advertisers),
        campaigns=tuple(replace(one, name=hostile.name[:60]) for one in whole.campaigns),
        creatives=tuple(
            replace(one, headline=hostile.headline, body=hostile.body, call_to_action=hostile.headline)
            for one in whole.creatives
        ),
        adsets=tuple(replace(one, targeting=Targeting(), exclusions=Targeting()) for one in whole.adsets),
    )


def _is_inert(house: Installed, hostile: Hostile) -> None:
    house.engine.store.catalogue.replace(hostile_ads(hostile))
    for address in ("/?viewer=ines", "/operator"):
        page = house.call("GET", address)
        policy = page.headers.get("content-security-policy", "")
        for part in ("default-src 'none'", "script-src 'self'", "base-uri 'none'", "form-action 'self'"):
            holds(part in policy, f"{address} has the policy {policy!r}")
        holds("unsafe" not in policy, f"{address} allows {policy!r}")
        inert(page.text)
    answer = house.ask("POST", "/openrtb2/auction", asked())
    if answer.status == 200 and answer.told.get("seatbid"):
        for seat in answer.told["seatbid"]:
            for bid in seat["bid"]:
                inert(bid["adm"])
    decision = house.call("POST", "/v1/decisions", house.request())
    holds(decision.headers.get("x-content-type-options") == "nosniff", "an answer may be sniffed")
    holds("default-src 'none'" in decision.headers.get("content-security-policy", ""), "an answer may be drawn")
    json.loads(decision.body)


def _creatives_are_inert(trial: Trial) -> None:
    with installed(seed=trial.seed, demo=True) as house:
        house.person("ines")
        house.wrote("mallory", CORPUS)
        if trial.cases >= len(CORPUS):
            trial.each([Hostile(text, text, text) for text in CORPUS], lambda hostile: _is_inert(house, hostile))
        trial.over(_hostiles(), lambda hostile: _is_inert(house, hostile), cases=max(1, trial.cases // 2))
        if not has_browser():
            trial.left_out.append(f"browser part not run: {BROWSER_LINE}")
            return
        everything = " ".join(CORPUS)
        house.engine.store.catalogue.replace(hostile_ads(Hostile(everything, everything, everything)))
        with drawn(house) as (page, requests):
            for address in ("/?viewer=ines", "/operator"):
                _nothing_runs(page, requests, f"{ORIGIN}{address}")
                trial.count()


def _nothing_runs(page: Any, requests: list[str], address: str) -> None:
    page.goto(address)
    for ad in page.locator("article.ad").all():
        ad.locator("summary").click()
        ad.hover()
    page.wait_for_timeout(100)
    holds(page.evaluate("window.broken") is None, f"{address}: what an advertiser wrote ran")
    made = page.locator("iframe, base, meta[http-equiv], main script, img[src=x], [onerror], [onload], [ping]").count()
    holds(made == 0, f"{address}: {made} elements were made of an advertiser's words")
    foreign = [url for url in requests if not url.startswith(f"{ORIGIN}/")]
    holds(not foreign, f"{address} asked for {foreign[:2]}")


PROOFS = (
    Proof(
        number=34,
        says="Creatives are inert.",
        tries="what attackers write, in every name, headline and post: pages and banners parsed, their policy read, "
        "and drawn by Chromium where there is one",
        cases=40,
        full=1_000,
        try_it=_creatives_are_inert,
    ),
)
