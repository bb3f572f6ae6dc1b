"""What the rooms ask of each other and of the outside: Protocols over domain values, nothing concrete."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.access import AccessToken
from adtailor.domain.audit import Action, AuditEntry, Author
from adtailor.domain.backfill import Blocked, ForeignAd, OpenPlace, Surroundings
from adtailor.domain.buying import Inventory
from adtailor.domain.decision import Evidence, Won
from adtailor.domain.events import Arrival, DecisionRecord, Event, EventOutcome, RecordRef, Validity
from adtailor.domain.ids import AdId, CampaignId, CreativeId, DecisionId, OrganizationId, PersonId, PlacementId, PostId
from adtailor.domain.lease import Lease, LeaseAsk
from adtailor.domain.ledger import Cell, Entry, Reach, Reversed, Selection
from adtailor.domain.managed import Item, Kept, Kind
from adtailor.domain.money import Micros
from adtailor.domain.person import Person, RestChoice
from adtailor.domain.post import Photo, Post
from adtailor.domain.profile import DayUse, Profile
from adtailor.domain.reading import Part, PhotoLook, Reading
from adtailor.domain.review import Review
from adtailor.domain.signals import Signal
from adtailor.domain.status import Status
from adtailor.domain.wellbeing import Care, RestAnswer, RestSuggestion, WellbeingMemory


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...


class Encoder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """Name and version, as `adtailor-student-int8@2`."""
        ...

    @property
    def width(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, shape (texts, width); row i does not depend on the other texts."""
        ...


@dataclass(frozen=True, slots=True)
class SeenPicture:
    """What a network makes of one picture: maps of cells, from the top left to the bottom right."""

    cells: NDArray[np.float32]
    """(rows, columns, width): the last map, what things are. Its mean is the picture's vector."""
    texture: NDArray[np.float32]
    """(finer rows, finer columns, channels): an earlier map, what surfaces are like."""


class ImageEncoder(Protocol):
    """Turns pictures into maps of vectors."""

    @property
    def name(self) -> str:
        """Name and version."""
        ...

    @property
    def width(self) -> int:
        """Length of a vector."""
        ...

    @property
    def side(self) -> int:
        """Height and width in pixels of the square it takes."""
        ...

    def encode(self, picture: NDArray[np.uint8]) -> SeenPicture:
        """What it sees in one RGB picture of shape (side, side, 3)."""
        ...


class TextReader(Protocol):
    """Reads the words of posts."""

    @property
    def models(self) -> Mapping[str, str]:
        """Slot to model name and version, as it stands in every reading."""
        ...

    def read(self, posts: Sequence[Post], parts: Sequence[frozenset[Part]]) -> list[Reading]:
        """One reading per post, in order, with only the parts allowed for it; never raises for one bad post."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedProduct:
    """A product of the operator's own catalogue: what it looks like, and what it costs."""

    photo: Photo
    price: Micros


class LookReader(Protocol):
    """Reads the clothes in photos."""

    @property
    def models(self) -> Mapping[str, str]:
        """Slot to model name and version."""
        ...

    def read(self, photos: Sequence[Photo]) -> list[PhotoLook | str]:
        """One answer per photo, in order: its garments, or why it could not be read."""
        ...

    def compare_prices(self, products: Sequence[PricedProduct]) -> int:
        """From now on tell price tiers by these products, in place of those before; how many show one garment.

        A product whose picture cannot be read, or shows no clothes, is left out. Safe beside `read` in other threads.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a language model is told to do, and the material it is to do it with, which it is never to obey.

    Engines send the two under different roles. Whoever makes a prompt has made `material` safe to quote.
    """

    instructions: str
    material: str
    picture: bytes | None = None
    """A JPEG."""


class LanguageModel(Protocol):
    """Answers prompts; nothing that it answers is to be trusted."""

    @property
    def name(self) -> str:
        """Name and version, as it stands in readings."""
        ...

    @property
    def at_once(self) -> int:
        """How many prompts it may be handed at a time, each from its own thread."""
        ...

    def answer(self, prompt: Prompt, *, schema: Mapping[str, object], most_tokens: int, seed: int = 0) -> bytes:
        """What it says, constrained to JSON of this schema as far as the engine can; EngineFailed.

        Without a seed (0) the likeliest words, with one a draw that can be repeated.
        """
        ...

    def weigh(self, prompt: Prompt, choices: Sequence[str]) -> Mapping[str, float] | None:
        """How likely each choice is as what it says next, of those given; None if the engine cannot tell; EngineFailed.

        No choice may be the beginning of another.
        """
        ...

    def close(self) -> None:
        """Give memory, threads and sockets back; it may be used again, and is then loaded again."""
        ...


@dataclass(frozen=True, slots=True)
class AdSide:
    """What a ranker knows of every ad, computed once per catalogue: shapes (ads,) and (ads, width)."""

    bias: NDArray[np.float32]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RequestSide:
    """What a ranker makes of one request: the logit of an ad is `bias + ad.bias + sum of parts . ad.vector`.

    One part per signal, so that leaving a signal out is leaving its row out. `parts` has shape (signals, width).
    """

    bias: float
    signals: tuple[Signal, ...]
    parts: NDArray[np.float32]


class Ranker(Protocol):
    """A click model that factorises: the request side is summed once, the ad side is cached.

    It is handed topics of the page and the consented profile, never an embedding of a person's posts, and no affect.
    """

    @property
    def name(self) -> str:
        """Name and version."""
        ...

    def ad_side(self, inventory: Inventory) -> AdSide:
        """One row for each of `inventory.ads`, in their order."""
        ...

    def request_side(self, evidence: Evidence) -> RequestSide:
        """Made of the signals for which there is evidence; it never looks at `affect` or `context_tone`."""
        ...


class Veto(Protocol):
    """May blank what was won, never refill, reorder or reprice it."""

    @property
    def needs_plain(self) -> bool:
        """Whether `blanks` wants to know what someone without any consent would have been shown."""
        ...

    def blanks(
        self, won: Mapping[PlacementId, Won], placements: Sequence[PlacementId], plain: frozenset[AdId] | None
    ) -> frozenset[PlacementId]:
        """The placements to leave empty: a subset of `placements`, all of them listed, whether won or not."""
        ...


class Wellbeing(Protocol):
    """Decides when to show less."""

    def note(self, memory: WellbeingMemory, post: Post, reading: Reading, now: datetime) -> WellbeingMemory:
        """The memory after one reading of an own post."""
        ...

    def care(
        self, memory: WellbeingMemory | None, person: Person | None, *, now: datetime, day: date, language: str | None
    ) -> Care:
        """What is due now: state, quiet and card. Neutral without the well-being consent, and for minors."""
        ...

    def limited(self, care: Care, rest: RestChoice, use: DayUse | None, *, language: str | None) -> Care:
        """What is due once somebody's own limit for the day is reached; `use` is of today."""
        ...

    def shown(self, memory: WellbeingMemory, suggestion: RestSuggestion, now: datetime) -> WellbeingMemory:
        """The memory after a card was handed out."""
        ...

    def answered(
        self, memory: WellbeingMemory, answer: RestAnswer, *, now: datetime, day_ends_at: datetime
    ) -> WellbeingMemory:
        """The memory after one tap on a card."""
        ...

    def veto(self, care: Care, *, person_id: PersonId | None, day: date) -> Veto:
        """The veto of a state, for one viewer and day."""
        ...

    def teaches(self, care: Care, *, person_id: PersonId | None, day: date) -> bool:
        """Whether a click model may learn from a page of this viewer: never on a hard day, nor on some days by chance.

        Whoever holds the rows cannot tell the one from the other.
        """
        ...


class Upstream(Protocol):
    """Another bidder, asked for ads where none of ours fits."""

    def offers(
        self,
        request_id: str,
        places: Sequence[OpenPlace],
        surroundings: Surroundings,
        *,
        blocked: Blocked,
        seconds: float,
    ) -> Sequence[ForeignAd]:
        """What it offers within this time, well-formed and not yet judged; nothing where it fails or is resting."""
        ...


class SpentStore(Protocol):
    """What was good once, and has been used: links and sessions of members' own pages."""

    def spend(self, name: bytes, *, until: datetime) -> bool:
        """True the first time; it is remembered at least until then, by which it is worth nothing anyway."""
        ...

    def is_spent(self, name: bytes) -> bool:
        """Whether it was used up."""
        ...


class CatalogueSource(Protocol):
    """Where the buying side is kept."""

    def version(self) -> int:
        """Grows with every change; cheap enough to ask at each request."""
        ...

    def inventory(self) -> Inventory:
        """Everything, at one version."""
        ...

    def replace(self, inventory: Inventory, *, builds_on: int | None = None, author: Author | None = None) -> int:
        """Put this in place of what was there, as one change; the new version. What differs is audited, by `author`.

        Raises StaleVersion, and changes nothing, unless `builds_on` is None or the version that is stored.
        """
        ...


class CatalogueChange(Protocol):
    """A change to the catalogue while it is made: nobody else changes it meanwhile, and it is kept whole or not at all.

    It looks nothing up for anybody: what an item refers to is checked by whoever changes it.
    """

    def item(self, kind: Kind, item_id: str) -> Kept | None:
        """An item as it stands now, with what was changed already."""
        ...

    def under(self, kind: Kind, parent: str) -> Sequence[Kept]:
        """The items of a kind that hang on another."""
        ...

    def is_used(self, kind: Kind, item_id: str) -> bool:
        """Whether anything hangs on an item, or shows it."""
        ...

    def spent(self, campaign_id: CampaignId) -> Micros:
        """What a campaign was ever charged."""
        ...

    def put(self, kind: Kind, item: Item) -> Kept:
        """Add an item at the end of its kind, or put it in place of the one of its id. Budgets follow campaigns."""
        ...

    def remove(self, kind: Kind, item_id: str) -> None:
        """Take an item out."""
        ...

    def review(self, review: Review) -> None:
        """Keep what a person decided about a creative."""
        ...


class CatalogueStore(CatalogueSource, Protocol):
    """The buying and the selling side by their items, each change with its row in the audit log."""

    def item(self, kind: Kind, item_id: str) -> Kept | None:
        """One item."""
        ...

    def items(
        self,
        kind: Kind,
        *,
        organization: OrganizationId | None = None,
        parent: str | None = None,
        status: Status | None = None,
        after: int = -1,
        limit: int = 100,
    ) -> Sequence[Kept]:
        """The first items of a kind behind a place, in order; of one organization, parent and status where given."""
        ...

    def changing(self, author: Author) -> AbstractContextManager[CatalogueChange]:
        """Makes a change, which is durable when the block ends, and undone if it raises; the version grows by one."""
        ...

    def review_of(self, creative_id: CreativeId) -> Review | None:
        """The last decision about a creative."""
        ...


class AuditLog(Protocol):
    """Who changed what, when; only ever added to."""

    def note(
        self,
        author: Author,
        action: Action,
        *,
        kind: str,
        item_id: str,
        before: Mapping[str, object],
        after: Mapping[str, object],
    ) -> None:
        """Add an entry by itself; changes of the catalogue add theirs in their own transaction."""
        ...

    def entries(
        self,
        *,
        kind: str | None = None,
        item_id: str | None = None,
        since: datetime | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> Sequence[AuditEntry]:
        """The newest entries, newest first; those with a smaller number than `before`."""
        ...


class TokenStore(Protocol):
    """Tokens with roles; a token itself is shown once and never kept."""

    def create(self, token: AccessToken, author: Author) -> str:
        """Keep what a new token may do; the token."""
        ...

    def find(self, token: str) -> AccessToken | None:
        """What a token may do, whether it is still good or not; a few microseconds, asked at each request."""
        ...

    def tokens(self) -> Sequence[AccessToken]:
        """All of them, oldest first."""
        ...

    def revoke(self, token_id: str, author: Author) -> AccessToken:
        """Good no longer, from the next request on; UnknownId."""
        ...


class PostStore(Protocol):
    """Posts waiting to be read, and readings."""

    def add(self, posts: Sequence[Post], now: datetime) -> list[bool]:
        """Store posts durably before returning; False for an id that was there already (it is left as it was)."""
        ...

    def unread(self, limit: int) -> list[Post]:
        """The oldest posts not read yet, with their photos."""
        ...

    def finish(
        self, reading: Reading, now: datetime, *, profile: Profile | None = None, memory: WellbeingMemory | None = None
    ) -> None:
        """Keep a reading with what was learned from it, as one change, and drop the photos.

        `crisis` is never stored, emotions and stress are stored with an expiry of at most 72 h. Raises StaleVersion
        when profile or memory changed meanwhile, and then changes nothing.
        """
        ...

    def correct(self, reading: Reading, *, profile: Profile) -> None:
        """Keep a reading as its author corrected it, with what that changes of their profile, as one change.

        Emotions keep the end they have. Raises UnknownId without a reading to correct, StaleVersion when the profile
        changed meanwhile, and then changes nothing.
        """
        ...

    def post(self, post_id: PostId) -> Post | None:
        """One post, without photos."""
        ...

    def reading(self, post_id: PostId, now: datetime) -> Reading | None:
        """One reading, with what has not expired of it."""
        ...

    def recent(self, limit: int) -> list[Post]:
        """The newest posts, newest first, without photos."""
        ...

    def readings_of(self, person_id: PersonId, now: datetime) -> list[tuple[Post, Reading]]:
        """A person's posts that were read, newest first, each with what has not expired of its reading."""
        ...


class PeopleStore(Protocol):
    """Consents, profiles and well-being memories; forgetting someone destroys their key."""

    def person(self, person_id: PersonId) -> Person:
        """What is on file, or a person who has consented to nothing (version 0)."""
        ...

    def put_person(self, person: Person, *, expected_version: int | None) -> Person:
        """Store consents; whatever a withdrawn consent had allowed is deleted in the same change.

        Raises StaleVersion unless `expected_version` is None or what is stored; answers with the new version.
        """
        ...

    def profile(self, person_id: PersonId) -> Profile | None:
        """The profile, if there is one."""
        ...

    def put_profile(self, profile: Profile) -> Profile:
        """Store it with the next version; StaleVersion if another was stored since it was read."""
        ...

    def memory(self, person_id: PersonId) -> WellbeingMemory | None:
        """The well-being memory, if there is one."""
        ...

    def put_memory(self, memory: WellbeingMemory) -> WellbeingMemory:
        """Store it with the next version; StaleVersion if another was stored since it was read."""
        ...

    def forget(self, person_id: PersonId) -> bool:
        """Destroy the person's key and rows; True if there was anything."""
        ...

    def export(self, person_id: PersonId, now: datetime) -> Mapping[str, object]:
        """All that is stored about someone, as values that JSON can hold, key by key as stored."""
        ...


class EventStore(Protocol):
    """Decision records, events and money: what is answered is durable."""

    def append(self, record: DecisionRecord) -> RecordRef:
        """Append a record before the decision is answered; survives a killed process."""
        ...

    def record(self, ref: RecordRef) -> DecisionRecord | None:
        """The record, unless it has expired or its person was forgotten."""
        ...

    def find(self, decision_id: DecisionId) -> DecisionRecord | None:
        """The record of a decision by its id, which says when it was made; None as for `record`."""
        ...

    def records(self, since: datetime | None = None) -> Iterator[DecisionRecord]:
        """The records decided since, about in the order of time, without those of people who were forgotten."""
        ...

    def records_of(self, person_id: PersonId, since: datetime) -> Sequence[DecisionRecord]:
        """The records that name someone, decided since."""
        ...

    def take(self, event: Event, *, viewer: bytes | None = None) -> EventOutcome:
        """Store an event and debit its campaign in one durable transaction.

        A second event of the same decision, placement and kind is a duplicate and changes nothing, as is a second
        conversion of one order. The debit happens only if the event is in time and fits both budgets; otherwise it is
        stored, free, as over-delivered. A valid event of a viewer who causes too many of an ad is stored as `sivt`.
        """
        ...

    def take_many(self, arrivals: Sequence[Arrival]) -> list[EventOutcome]:
        """The same for several, in order: all are stored, or none."""
        ...

    def events(self, since: datetime | None = None) -> list[tuple[Event, Micros]]:
        """The events stored since, oldest first, each with what was charged."""
        ...

    def delivered(self, campaigns: Sequence[CampaignId]) -> Mapping[CampaignId, int]:
        """Valid impressions of these campaigns, from the first on; of those that had none, nothing."""
        ...

    def of_decisions(self, decisions: Sequence[DecisionId]) -> list[tuple[Event, EventOutcome]]:
        """What happened to the ads of these decisions."""
        ...

    def spent(self, now: datetime) -> Mapping[CampaignId, tuple[Micros, Micros]]:
        """Per campaign that was ever charged, what its current day (in its zone) and its whole life have cost."""
        ...

    def lease(self, holder: str, asks: Sequence[LeaseAsk], *, now: datetime) -> list[Lease]:
        """What `holder` may promise of each budget from now on, in place of what it held; it lapses by itself.

        Together, what all hold and expect is never more than what the budgets have left.
        """
        ...

    def release(self, holder: str) -> None:
        """Give back what `holder` holds; what it still expects to be charged fades by itself."""
        ...

    def order_hash(self, campaign_id: CampaignId, order_id: str) -> str:
        """By what an advertiser's order is known here: a keyed hash."""
        ...

    def viewer_key(self, now: datetime) -> bytes:
        """Today's key for hashes of viewers; nobody keeps that of another day."""
        ...


class LedgerStore(Protocol):
    """What all events came to, and what was given back."""

    def cells(self, dims: Collection[str], since: datetime | None = None, until: datetime | None = None) -> list[Cell]:
        """Events of a time, summed over all but campaign, kind, validity and these fields of `Cell`."""
        ...

    def reach(self, since: datetime | None = None, until: datetime | None = None) -> list[Reach]:
        """Whom ads reached, by the hour."""
        ...

    def entries(self, campaign_id: CampaignId | None = None) -> list[Entry]:
        """Every entry, in the order of events, a reversal after its charge."""
        ...

    def reverse(self, which: Selection, *, validity: Validity, reason: str, now: datetime) -> Reversed:
        """Mark valid events as invalid and return what they cost to the budgets that paid, as one durable change."""
        ...

    def disagreements(self) -> list[str]:
        """Where events, entries and budgets do not agree to the micro."""
        ...
