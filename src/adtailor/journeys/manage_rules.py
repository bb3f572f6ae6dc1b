"""What may come, change and go in the catalogue, and by whom; each rule inside the transaction that it guards."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from adtailor.domain.access import Caller, Role
from adtailor.domain.buying import Ad, Advertiser, Campaign, Inventory
from adtailor.domain.creative import Creative
from adtailor.domain.ids import CampaignId, CreativeId
from adtailor.domain.landing import checked_landing
from adtailor.domain.managed import ONE, PARENT, SELLING, Item, Kept, Kind, parent_of, status_of
from adtailor.domain.status import checked_step
from adtailor.errors import AdtailorError, Forbidden, InvalidInput, UnknownId
from adtailor.ports import CatalogueChange

WRITERS: Mapping[Kind, frozenset[Role]] = {
    "organizations": frozenset({"owner"}),
    "advertisers": frozenset({"owner", "advertiser"}),
    "campaigns": frozenset({"owner", "advertiser"}),
    "adsets": frozenset({"owner", "advertiser"}),
    "creatives": frozenset({"owner", "advertiser"}),
    "ads": frozenset({"owner", "advertiser"}),
    "sites": frozenset({"owner"}),
    "placements": frozenset({"owner"}),
}
READERS: Mapping[Kind, frozenset[Role]] = {
    kind: frozenset({"owner", "analyst", "site" if kind in SELLING else "advertiser"}) for kind in WRITERS
}


class StillUsed(AdtailorError):
    """Something that others hang on, or that was more than a draft, cannot be deleted."""

    status = 409


def may_read(caller: Caller, kind: Kind) -> None:
    """Raises Forbidden for a role that has nothing to do with this kind."""
    if caller.role not in READERS[kind]:
        raise Forbidden(
            f"a token of role {caller.role} does not read {kind}",
            hint=f"it is for {' and '.join(sorted(READERS[kind]))}",
        )


def may_write(caller: Caller, kind: Kind) -> None:
    """Raises Forbidden for a role that changes nothing of this kind."""
    if caller.role not in WRITERS[kind]:
        raise Forbidden(
            f"a token of role {caller.role} does not change {kind}",
            hint=f"it is for {' and '.join(sorted(WRITERS[kind]))}",
        )


def visible(caller: Caller, kept: Kept) -> bool:
    """Whether an item may be shown; what may not is as if it were not there."""
    if kept.kind in SELLING:
        site = kept.item.id if kept.kind == "sites" else parent_of(kept.kind, kept.item)
        return caller.sees_all or (caller.role == "site" and site == caller.site_id)
    return caller.sees(kept.organization_id)


def found(caller: Caller, kind: Kind, item_id: str, kept: Kept | None) -> Kept:
    """`kept`, if it is there for this caller; UnknownId otherwise, whether it is another's or nobody's."""
    if kept is None or not visible(caller, kept):
        raise UnknownId(f"there is no {ONE[kind]} {_short(item_id)!r}", hint=f"GET /v1/{kind} lists them", field="id")
    return kept


def created(change: CatalogueChange, caller: Caller, kind: Kind, item: Item) -> Kept:
    """A new item. A creative waits for its review, whatever it asks for."""
    may_write(caller, kind)
    if change.item(kind, item.id) is not None:
        raise InvalidInput(
            f"the id {item.id!r} is taken", hint=f"choose another, or PATCH /v1/{kind}/{item.id}", field="id"
        )
    if status_of(item) == "archived":
        raise InvalidInput("a new item cannot be archived", hint="draft, or active", field="status")
    if isinstance(item, Creative) and item.status != "draft":
        item = replace(item, status="in_review")
    _fits(change, caller, kind, item)
    return change.put(kind, item)


def altered(change: CatalogueChange, caller: Caller, kept: Kept, new: Item) -> Kept:
    """The same item, changed. A creative whose content changed is no longer what was approved: it waits again."""
    kind, old = kept.kind, kept.item
    may_write(caller, kind)
    if new.id != old.id:
        raise InvalidInput("an id is for life", hint=f"make another with POST /v1/{kind}", field="id")
    if kind in PARENT and parent_of(kind, new) != parent_of(kind, old):
        above, field = PARENT[kind]
        raise InvalidInput(
            f"it stays with its {ONE[above]}", hint=f"make another with POST /v1/{kind}", field=field
        )  # fmt: skip
    if isinstance(old, Creative) and isinstance(new, Creative):
        new = _reviewed(old, new)
    elif (before := status_of(old)) is not None and (after := status_of(new)) is not None:
        checked_step(before, after)
    _fits(change, caller, kind, new)
    if isinstance(new, Advertiser) and isinstance(old, Advertiser) and new.landing_domains != old.landing_domains:
        _creatives_still_land(change, new)
    return change.put(kind, new)


def taken_out(change: CatalogueChange, caller: Caller, kept: Kept) -> None:
    """Only what never ran: what ran is archived, so that reports and people's explanations keep their names."""
    kind, item = kept.kind, kept.item
    may_write(caller, kind)
    status = status_of(item)
    if status not in {None, "draft"} or (isinstance(item, Campaign) and change.spent(CampaignId(item.id))):
        raise StillUsed(
            f"{item.id!r} is more than a draft" if status != "draft" else f"{item.id!r} has spent money",
            hint=f'archive it: PATCH /v1/{kind}/{item.id} with {{"status": "archived"}}',
            field="status",
        )
    if change.is_used(kind, item.id):
        raise StillUsed(f"something still hangs on {item.id!r}", hint="delete that first", field="id")
    change.remove(kind, item.id)


def held_for_review(before: Inventory, after: Inventory) -> tuple[Inventory, Sequence[CreativeId]]:
    """A whole catalogue, where creatives that nobody approved as they are wait for a review; and which those are."""
    approved = {one.id: content(one) for one in before.creatives if one.status in {"active", "paused"}}
    held = [
        one.id for one in after.creatives if one.status in {"active", "paused"} and approved.get(one.id) != content(one)
    ]
    waits = set(held)
    creatives = tuple(replace(one, status="in_review") if one.id in waits else one for one in after.creatives)
    return replace(after, creatives=creatives), held


def content(creative: Creative) -> Creative:
    """All that a review looks at."""
    return replace(creative, status="draft")


def _reviewed(old: Creative, new: Creative) -> Creative:
    if new.status == "archived":
        checked_step(old.status, new.status)
        return new
    if content(new) != content(old) and old.status in {"active", "paused"}:
        return replace(new, status="in_review")
    if new.status in {"active", "paused"} and old.status in {"draft", "in_review"}:
        raise InvalidInput(
            "a creative is shown once a person approved it",
            hint=f"POST /v1/reviews/{new.id}, or adtailor review",
            field="status",
        )
    checked_step(old.status, new.status)
    return new


def _fits(change: CatalogueChange, caller: Caller, kind: Kind, item: Item) -> None:
    """What it refers to is there, and is the same advertiser's."""
    if kind in PARENT:
        above, field = PARENT[kind]
        _referred(change, caller, above, parent_of(kind, item) or "", field)
    if isinstance(item, Creative):
        owner = change.item("advertisers", item.advertiser_id)
        if owner is not None and isinstance(owner.item, Advertiser):
            checked_landing(item, owner.item.landing_domains)
    if isinstance(item, Ad):
        creative = _referred(change, caller, "creatives", item.creative_id, "creative_id")
        adset = change.item("adsets", item.adset_id)
        campaign = change.item("campaigns", parent_of("adsets", adset.item) or "") if adset else None
        if campaign is None or parent_of("creatives", creative.item) != parent_of("campaigns", campaign.item):
            raise InvalidInput(
                f"{item.creative_id!r} belongs to another advertiser",
                hint="an ad shows a creative of its own advertiser",
                field="creative_id",
            )


def _referred(change: CatalogueChange, caller: Caller, kind: Kind, item_id: str, field: str) -> Kept:
    kept = change.item(kind, item_id)
    if kept is None or not visible(caller, kept):
        raise InvalidInput(
            f"there is no {ONE[kind]} {_short(item_id)!r}", hint=f"GET /v1/{kind} lists them", field=field
        )
    return kept


def _creatives_still_land(change: CatalogueChange, advertiser: Advertiser) -> None:
    for kept in change.under("creatives", advertiser.id):
        creative = kept.item
        if not isinstance(creative, Creative) or creative.status == "archived":
            continue
        try:
            checked_landing(creative, advertiser.landing_domains)
        except InvalidInput:
            raise InvalidInput(
                f"creative {creative.id!r} leads elsewhere",
                hint="change or archive it first, or name its domain too",
                field="landing_domains",
            ) from None


def _short(text: str) -> str:
    return text if len(text) <= 64 else f"{text[:64]}..."
