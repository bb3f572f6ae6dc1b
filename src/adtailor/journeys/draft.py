"""A language model proposes other words for an ad, a person decides, and nothing undecided is ever shown."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

import msgspec

from adtailor.decide.quality import AD_TONES
from adtailor.domain.audit import Author
from adtailor.domain.buying import Inventory
from adtailor.domain.creative import MOST_VARIANTS, Creative, Variant, VariantState
from adtailor.domain.ids import AdId
from adtailor.errors import AdtailorError, EngineFailed, InvalidInput, StaleVersion, UnknownId
from adtailor.ports import CatalogueSource, LanguageModel, Prompt
from adtailor.understand.asked.answers import schema_of
from adtailor.understand.copy_checks import LONGEST_BODY, LONGEST_HEADLINE, objections

TRIES = 3
"""For each tone; a small model often says something that may not be shown."""
MOST_TOKENS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What came of one tone: a variant, or why every try was refused."""

    tone: str
    variant: Variant | None
    refused: tuple[str, ...] = ()


class Drafts:
    """Proposes, lists, approves and rejects variants of a creative."""

    def __init__(self, catalogue: CatalogueSource) -> None:
        self._catalogue = catalogue

    def creative_of(self, ad_id: AdId) -> Creative:
        """What an ad shows; UnknownId."""
        return _creative_of(self._catalogue.inventory(), ad_id)

    def propose(
        self,
        ad_id: AdId,
        tones: Sequence[str],
        model: LanguageModel,
        *,
        now: datetime,
        seed: int,
        progress: Callable[[int], None] = lambda _: None,
    ) -> list[Proposal]:
        """A draft per tone, kept in the catalogue. A prompt holds the creative's own words and nothing of anyone's."""
        for tone in tones:
            if tone not in AD_TONES:
                raise InvalidInput(f"{tone!r} is no tone", hint=f"of {', '.join(AD_TONES)}", field="--tones")
        creative = self.creative_of(ad_id)
        found: list[Proposal] = []
        for tone in tones:
            found.append(proposed(creative, tone, model, now=now, seed=seed))
            progress(1)
        made = [proposal.variant for proposal in found if proposal.variant is not None]
        if made:
            author = Author(by=model.name, at=now)
            self._put(ad_id, lambda one: replace(one, variants=(*one.variants, *made)), author)
        return found

    def decide(self, ad_id: AdId, number: int, state: VariantState, *, by: str, now: datetime) -> Variant:
        """Approve or reject the variant of this number, counted from 1; who and when stay with it."""
        creative = self.creative_of(ad_id)
        if not 1 <= number <= len(creative.variants):
            raise UnknownId(
                f"{ad_id} has no variant {number}", hint=f"adtailor draft {ad_id} --list shows them", field="N"
            )
        before = creative.variants[number - 1]
        after = replace(before, state=state, decided_at=now, decided_by=by)

        def changed(one: Creative) -> Creative:
            if len(one.variants) < number or one.variants[number - 1] != before:
                raise InvalidInput("the variants changed meanwhile", hint="look at them again, then decide")
            return replace(one, variants=(*one.variants[: number - 1], after, *one.variants[number:]))

        self._put(ad_id, changed, Author(by=by, at=now))
        return after

    def _put(self, ad_id: AdId, change: Callable[[Creative], Creative], author: Author) -> None:
        """Read just before it is written, and again if somebody else wrote first: drafting takes seconds."""
        for tries_left in reversed(range(TRIES)):
            inventory = self._catalogue.inventory()
            creative = _creative_of(inventory, ad_id)
            creatives = tuple(change(one) if one.id == creative.id else one for one in inventory.creatives)
            try:
                changed = replace(inventory, creatives=creatives)
                self._catalogue.replace(changed, builds_on=inventory.version, author=author)
            except StaleVersion:
                if not tries_left:
                    raise
            else:
                return


def proposed(creative: Creative, tone: str, model: LanguageModel, *, now: datetime, seed: int) -> Proposal:
    """The first of a few tries that nothing speaks against."""
    refused: list[str] = []
    if len(creative.variants) >= MOST_VARIANTS:
        return Proposal(tone=tone, variant=None, refused=(f"it has {MOST_VARIANTS} variants already",))
    kind = _copy_type(creative)
    brief = f"{creative.headline}\n{creative.body}"
    for attempt in range(TRIES):
        try:
            raw = model.answer(
                _prompt(creative, tone), schema=schema_of(kind), most_tokens=MOST_TOKENS, seed=seed + attempt + 1
            )
            told = _decoded(raw, kind)
        except AdtailorError as error:
            refused.append(error.message)
            continue
        headline, body = told["headline"].strip(), told["body"].strip()
        if against := objections(headline, body, brief=brief, format=creative.format):
            refused += against
        elif (headline, body) == (creative.headline, creative.body):
            refused.append("it says the same as before")
        else:
            variant = Variant(tone=tone, headline=headline, body=body, model=model.name, drafted_at=now)
            return Proposal(tone=tone, variant=variant, refused=tuple(refused))
    return Proposal(tone=tone, variant=None, refused=tuple(refused))


def _prompt(creative: Creative, tone: str) -> Prompt:
    """The creative's own words are the brief: no person, no post, no page."""
    most = LONGEST_HEADLINE[creative.format], LONGEST_BODY[creative.format]
    return Prompt(
        instructions=(
            f"You write short ads. Rewrite the ad in the user message in a {tone} tone. Say only what it says: no new "
            "facts, prices or promises. Speak of the product, never of the reader or how they feel, and make no hurry. "
            f"Answer with JSON: a headline of at most {most[0]} characters and a body of at most {most[1]}."
        ),
        material=json.dumps({"headline": creative.headline, "body": creative.body}, ensure_ascii=True),
    )


def _copy_type(creative: Creative) -> type[msgspec.Struct]:
    return msgspec.defstruct(
        "Copy",
        [
            ("headline", Annotated[str, msgspec.Meta(min_length=3, max_length=LONGEST_HEADLINE[creative.format])]),
            ("body", Annotated[str, msgspec.Meta(min_length=3, max_length=LONGEST_BODY[creative.format])]),
        ],
        forbid_unknown_fields=True,
    )


def _decoded(raw: bytes, kind: type[msgspec.Struct]) -> Mapping[str, str]:
    try:
        return msgspec.structs.asdict(msgspec.json.decode(raw, type=kind))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise EngineFailed("its answer does not fit the schema", hint="try again, or another model") from None


def _creative_of(inventory: Inventory, ad_id: AdId) -> Creative:
    creatives = {creative.id: creative for creative in inventory.creatives}
    for ad in inventory.ads:
        if ad.id == ad_id and (creative := creatives.get(ad.creative_id)) is not None:
            return creative
    raise UnknownId(
        f"there is no ad {ad_id!r}", hint="an id of the catalogue: GET /v1/catalogue lists them", field="AD"
    )
