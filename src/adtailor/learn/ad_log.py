"""The engine's own log as a click model reads it: one declaration for rows that teach and requests that ask."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from adtailor.domain.buying import AdSet, Inventory
from adtailor.domain.creative import Creative
from adtailor.domain.decision import Evidence, Moment
from adtailor.domain.signals import Signal
from adtailor.domain.training import Served, TrainingRow
from adtailor.learn.features import Features
from adtailor.learn.fields import Category, MultiValue
from adtailor.learn.models import Matching
from adtailor.learn.sides import two_sides
from adtailor.ports import AdFacts

LEAST_SHARE = 0.1
"""A topic, or trait of clothes, that makes up less than this of a mix is not learned from."""
MOST_VALUES = 8
"""Of a mix, the largest."""

AD_FIELDS = ("ad_id", "advertiser_id", "format", "ad_topics", "ad_look")
SIGNAL_FIELDS: Mapping[Signal, tuple[str, ...]] = {
    "context topics": ("context_topics",),
    "interests": ("interests",),
    "look": ("look",),
    "place": ("country",),
    "history": ("clicked_before", "hid_before"),
}
"""The fields of the request that a signal fills: no other can choose between ads."""
MOMENT_FIELDS = ("device", "language", "hour", "weekday", "position")
LABEL, TIME, GROUP = "clicked", "decided_at", "group"

FEATURES = Features(
    *(Category(name) for name in ("ad_id", "advertiser_id", "format")),
    *(MultiValue(name) for name in ("ad_topics", "ad_look")),
    *(MultiValue(name) for name in ("context_topics", "interests", "look")),
    Category("country"),
    *(MultiValue(name) for name in ("clicked_before", "hid_before")),
    *(Category(name) for name in MOMENT_FIELDS),
    lineage={"context_topics": "context", "ad_topics": "ad", "ad_look": "ad"},
)


def ad_model(*, k: int = 8) -> Matching:
    """The model that `AdRanker` serves."""
    asked = [name for names in SIGNAL_FIELDS.values() for name in names]
    # Many fields say the same in every row ("not known"): together they step as one large weight, so each steps less.
    return msgspec.structs.replace(two_sides(FEATURES, request=asked, ad=AD_FIELDS, k=k), weight_rate=0.02)


def training_columns(rows: Iterable[TrainingRow]) -> dict[str, list[Any]]:
    """The columns that `learn.fit` takes, in the order of time."""
    names = [*FEATURES.columns, LABEL, TIME, GROUP, "placement_id"]
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for row in sorted(rows, key=lambda row: (row.decided_at, row.decision_id, row.placement_id)):
        values = {
            **request_values(row.served),
            **moment_values(row.served.moment),
            "position": str(row.position),
            "ad_id": row.ad_id,
            "advertiser_id": row.advertiser_id,
            "format": row.format,
            "ad_topics": _largest(row.ad_topics),
            "ad_look": _largest(row.ad_look),
            LABEL: int(row.clicked),
            TIME: row.decided_at,
            # Of nobody in particular, every decision is a viewer of its own.
            GROUP: row.group or row.decision_id,
            "placement_id": row.placement_id,
        }
        for name in names:
            columns[name].append(values[name])
    return columns


def served(evidence: Evidence) -> Served:
    """Evidence as the log keeps it."""
    return Served(
        context_topics=evidence.context_topics,
        interests=evidence.interests,
        look=evidence.look,
        history=evidence.history,
        country=evidence.place.country if evidence.place else None,
        moment=evidence.moment,
    )


def request_values(served: Served) -> dict[str, Any]:
    """The fields of all signals: a text or a tuple of texts each, None or empty where nothing is known."""
    history = served.history or {}
    return {
        "context_topics": _largest(served.context_topics or {}),
        "interests": _largest(served.interests or {}),
        "look": _largest(served.look or {}),
        "country": served.country,
        "clicked_before": _largest({advertiser: weight for advertiser, weight in history.items() if weight > 0.0}),
        "hid_before": _largest({advertiser: -weight for advertiser, weight in history.items() if weight < 0.0}),
    }


def moment_values(moment: Moment) -> dict[str, str | None]:
    """The fields of when, on what and how far down."""
    return {
        "device": moment.device,
        "language": moment.language,
        "hour": str(moment.hour),
        "weekday": str(moment.weekday),
        "position": str(moment.position),
    }


def ad_columns(inventory: Inventory) -> dict[str, list[Any]]:
    """The fields of `inventory.ads`, in their order."""
    adsets: Mapping[str, AdSet] = {adset.id: adset for adset in inventory.adsets}
    creatives: Mapping[str, Creative] = {creative.id: creative for creative in inventory.creatives}
    advertisers = {campaign.id: campaign.advertiser_id for campaign in inventory.campaigns}
    columns: dict[str, list[Any]] = {name: [] for name in AD_FIELDS}
    for ad in inventory.ads:
        creative, adset = creatives.get(ad.creative_id), adsets.get(ad.adset_id)
        columns["ad_id"].append(ad.id)
        columns["advertiser_id"].append(advertisers.get(adset.campaign_id) if adset else None)
        columns["format"].append(creative.format if creative else None)
        columns["ad_topics"].append(_largest(creative.topics) if creative else ())
        columns["ad_look"].append(_largest(creative.look) if creative else ())
    return columns


def fact_columns(facts: AdFacts) -> dict[str, list[Any]]:
    """The same of what a stored catalogue knows of its ads."""
    names, formats = facts.advertiser_ids, (*facts.formats.words, None)
    rows = range(len(facts.ad_ids))
    return {
        "ad_id": list(facts.ad_ids),
        "advertiser_id": [names[n] if n >= 0 else None for n in facts.advertisers.tolist()],
        "format": [formats[code] for code in facts.formats.codes.tolist()],
        "ad_topics": [_largest(facts.topics.of_row(row)) for row in rows],
        "ad_look": [_largest(facts.look.of_row(row)) for row in rows],
    }


def _largest(shares: Mapping[Any, float]) -> tuple[str, ...]:
    """The values that make up most of a mix, each once, by name."""
    total = sum(share for share in shares.values() if share > 0.0)
    kept = [(-share, str(name)) for name, share in shares.items() if share > 0.0 and share >= LEAST_SHARE * total]
    return tuple(sorted(name for _, name in sorted(kept)[:MOST_VALUES]))
