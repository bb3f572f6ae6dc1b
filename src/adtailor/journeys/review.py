"""A person reads every creative before it is shown, with what automatic checks found; what blocks has to be mended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adtailor.domain.access import Caller
from adtailor.domain.audit import Author
from adtailor.domain.buying import Advertiser
from adtailor.domain.creative import Creative
from adtailor.domain.ids import CreativeId
from adtailor.domain.managed import Kept
from adtailor.domain.review import Finding, Review, Verdict
from adtailor.errors import AdtailorError, Forbidden, InvalidInput, StaleVersion
from adtailor.journeys.manage import Expected, Manage
from adtailor.journeys.manage_rules import found
from adtailor.ports import CatalogueStore
from adtailor.understand.creative_checks import findings

LONGEST_NOTE = 1000


class Blocked(AdtailorError):
    """A creative that an automatic check keeps from being approved."""

    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A creative with what was found, and what was last decided about it."""

    kept: Kept
    creative: Creative
    advertiser: Advertiser | None
    findings: Sequence[Finding]
    last: Review | None

    @property
    def blocked(self) -> bool:
        """Whether something has to be mended first."""
        return any(finding.blocks for finding in self.findings)


class Reviews:
    """The queue of creatives that wait, and what is decided about them."""

    def __init__(self, catalogue: CatalogueStore, manage: Manage, *, media: Path | None) -> None:
        self._catalogue = catalogue
        self._manage = manage
        self._media = media

    def waiting(self, caller: Caller, *, after: int = -1, limit: int = 100) -> tuple[list[Waiting], int | None]:
        """Those that wait for a review, the first to come first; and the place behind which there are more."""
        listed = self._manage.listed(caller, "creatives", status="in_review", after=after, limit=limit)
        return [self._seen(kept) for kept in listed.items], listed.next

    def one(self, caller: Caller, creative_id: str) -> Waiting:
        """Any creative, looked at anew; UnknownId."""
        return self._seen(self._manage.one(caller, "creatives", creative_id))

    def decide(
        self,
        caller: Caller,
        creative_id: str,
        verdict: Verdict,
        *,
        builds_on: Expected,
        author: Author,
        note: str = "",
    ) -> Waiting:
        """Approve or reject what was looked at; Blocked if a check speaks against it, StaleVersion if it changed.

        What is rejected goes back to draft, with the note, and comes again when it is set to in_review.
        """
        if caller.role != "owner":
            raise Forbidden("reviews are the owner's", hint="ask whoever runs this installation")
        if len(note) > LONGEST_NOTE:
            raise InvalidInput(f"a note of {len(note)} characters", hint=f"at most {LONGEST_NOTE}", field="note")
        with self._catalogue.changing(author) as change:
            kept = found(caller, "creatives", creative_id, change.item("creatives", creative_id))
            if kept.version != builds_on(kept.version):
                raise StaleVersion(
                    "it changed since it was looked at", hint="look at it again, then decide", field="If-Match"
                )
            creative = kept.item
            assert isinstance(creative, Creative)  # noqa: S101 - its kind says so
            if creative.status != "in_review":
                raise InvalidInput(
                    f"it is {creative.status}, and waits for no review",
                    hint="only what is in_review is decided",
                    field="status",
                )
            owner = change.item("advertisers", creative.advertiser_id)
            domains = owner.item.landing_domains if owner and isinstance(owner.item, Advertiser) else ()
            against = [one for one in findings(creative, landing_domains=domains, media=self._media) if one.blocks]
            if verdict == "approved" and against:
                raise Blocked(
                    "; ".join(one.says for one in against),
                    hint="reject it, so that it is mended",
                    field=against[0].field,
                )
            change.put("creatives", replace(creative, status="active" if verdict == "approved" else "draft"))
            change.review(
                Review(creative_id=CreativeId(creative.id), verdict=verdict, by=author.by, at=author.at, note=note)
            )
        return self.one(caller, creative_id)

    def _seen(self, kept: Kept) -> Waiting:
        creative = kept.item
        assert isinstance(creative, Creative)  # noqa: S101 - its kind says so
        owner = self._catalogue.item("advertisers", creative.advertiser_id)
        advertiser = owner.item if owner is not None and isinstance(owner.item, Advertiser) else None
        return Waiting(
            kept=kept,
            creative=creative,
            advertiser=advertiser,
            findings=findings(
                creative, landing_domains=advertiser.landing_domains if advertiser else (), media=self._media
            ),
            last=self._catalogue.review_of(creative.id),
        )
