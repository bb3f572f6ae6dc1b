"""What a request blocks: advertisers, categories, languages and kinds of ads; told per ad of the catalogue."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

from adtailor.config.taxonomy import AD_PRODUCT_2_0, CONTENT_1_0, ad_products, content_topics, products_of
from adtailor.domain.buying import Inventory
from adtailor.domain.creative import Creative
from adtailor.domain.ids import AdId, ProductId
from adtailor.ports import CatalogueSource
from adtailor.service.openrtb.asking import exact_topics
from adtailor.service.wire.openrtb import BidRequest

Index = Mapping[str, frozenset[AdId]]


class Shelf:
    """Every ad by what can be blocked of it, at one version of the catalogue."""

    def __init__(self, inventory: Inventory) -> None:
        creatives = {creative.id: creative for creative in inventory.creatives}
        shown = {ad.id: creatives[ad.creative_id] for ad in inventory.ads if ad.creative_id in creatives}
        self.version = inventory.version
        self.ads = frozenset(shown)
        self.domains = _index(shown, lambda creative: _domains(host_of(creative.landing_url)))
        self.apps = _index(shown, lambda creative: _apps(creative.landing_url))
        self.products = _index(shown, lambda creative: _lines(creative.products))
        self.topics = _index(
            shown, lambda creative: (above for topic in creative.topics for above in content_topics().line(topic))
        )
        self.languages = _index(shown, lambda creative: (creative.language.partition("-")[0].lower(),))
        self.unlabelled = frozenset(ad for ad, creative in shown.items() if not creative.products)
        self.untold = frozenset(ad for ad, creative in shown.items() if not creative.topics)
        self.text_only = frozenset(ad for ad, creative in shown.items() if creative.image is None)

    def barred(self, request: BidRequest, *, needs_picture: bool) -> frozenset[AdId]:
        """The ads that the request does not take; all of them where it blocks by words that are not known here."""
        barred: set[AdId] = set()
        for domain in request.badv or ():
            barred |= self.domains.get(domain.lower().removeprefix("www."), frozenset())
        for app in request.bapp or ():
            barred |= self.apps.get(app, frozenset())
        if request.bcat:
            barred |= self._of_category(request.bcat, request.cattax or CONTENT_1_0, doubt=True)
        if request.acat:
            barred |= self.ads - self._of_category(request.acat, request.cattax or CONTENT_1_0, doubt=False)
        if request.wlang:
            spoken = [self.languages.get(one.partition("-")[0].lower(), frozenset[AdId]()) for one in request.wlang]
            barred |= self.ads.difference(*spoken)
        if needs_picture:
            barred |= self.text_only
        return frozenset(barred)

    def _of_category(self, ids: Sequence[str], taxonomy: int, *, doubt: bool) -> frozenset[AdId]:
        """The ads of some categories; in doubt, as where an ad says nothing of what it advertises, `doubt` decides."""
        if taxonomy in {CONTENT_1_0, AD_PRODUCT_2_0}:
            names, are_known = products_of(ids, taxonomy)
            index, untold = self.products, self.unlabelled
        else:
            names = exact_topics(ids, taxonomy)
            are_known = len(names) == len(ids)
            index, untold = self.topics, self.untold
        if doubt and not are_known:
            return self.ads
        found = untold if doubt else frozenset[AdId]()
        return found.union(*(index.get(name, frozenset[AdId]()) for name in names))


class Shelves:
    """The shelf of the newest catalogue, filled only for a request that blocks something.

    Two threads may both fill it: they come to the same.
    """

    def __init__(self, source: CatalogueSource) -> None:
        self._source = source
        self._shelf: Shelf | None = None

    def barred(self, request: BidRequest, *, needs_picture: bool) -> frozenset[AdId]:
        """The ads that the request does not take."""
        if not (request.badv or request.bapp or request.bcat or request.acat or request.wlang or needs_picture):
            return frozenset()
        if self._shelf is None or self._shelf.version != self._source.version():
            self._shelf = Shelf(self._source.inventory())
        return self._shelf.barred(request, needs_picture=needs_picture)


def host_of(url: str) -> str:
    """The host that an address names.

    >>> host_of("https://www.shop.example:443/boots")
    'shop.example'
    """
    return (urlsplit(url).hostname or "").lower().removeprefix("www.")


def _domains(host: str) -> Iterable[str]:
    """A host and all domains that it is under."""
    labels = host.split(".")
    return (".".join(labels[at:]) for at in range(len(labels)))


def _apps(url: str) -> Iterable[str]:
    """The app that a store's address sells."""
    host = host_of(url)
    if host == "play.google.com":
        return parse_qs(urlsplit(url).query).get("id", [])
    if host in {"apps.apple.com", "itunes.apple.com"}:
        return re.findall(r"/id(\d+)", urlsplit(url).path)
    return ()


def _lines(products: Iterable[ProductId]) -> Iterable[str]:
    taxonomy = ad_products()
    return (above for product in products for above in taxonomy.line(product))


def _index(shown: Mapping[AdId, Creative], keys: Callable[[Creative], Iterable[str]]) -> Index:
    found: defaultdict[str, set[AdId]] = defaultdict(set)
    for ad, creative in shown.items():
        for key in keys(creative):
            found[key].add(ad)
    return {key: frozenset(ads) for key, ads in found.items()}
