"""What the rooms ask of each other and of the outside: Protocols over domain values, nothing concrete."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.access import AccessToken
from adtailor.domain.audit import Action, AuditEntry, Author
from adtailor.domain.backfill import Blocked, ForeignAd, OpenPlace, Surroundings
from adtailor.domain.buying import Inventory
from adtailor.domain.decision import Evidence, Won
from adtailor.domain.events import Arrival, DecisionRecord, Event, EventOutcome, RecordRef, Validity
from adtailor.domain.exhibit import Exhibit, KeptExhibit, Ran
from adtailor.domain.findings import Look
from adtailor.domain.ids import (
    AdId,
    AdvertiserId,
    CampaignId,
    CreativeId,
    DecisionId,
    OrganizationId,
    PersonId,
    PlacementId,
    PostId,
    TrialId,
)
from adtailor.domain.known import Known
from adtailor.domain.lease import Lease, LeaseAsk
from adtailor.domain.ledger import Cell, Entry, Reach, Reversed, Selection
from adtailor.domain.login import Session, User
from adtailor.domain.managed import BuyingKind, Item, Kept, Kind
from adtailor.domain.money import Micros
from adtailor.domain.person import Person, RestChoice
from adtailor.domain.post import Photo, Post
from adtailor.domain.profile import DayUse, Profile
from adtailor.domain.reach import Reached
from adtailor.domain.reading import Part, PhotoLook, Reading
from adtailor.domain.review import Review
from adtailor.domain.signals import Signal
from adtailor.domain.status import Status
from adtailor.domain.trial import Account, Trial
from adtailor.domain.wellbeing import (
    Care,
    HelplineCheck,
    RestAnswer,
    RestCounts,
    RestSuggestion,
    RestTold,
    WellbeingMemory,
)
from adtailor.domain.worth import ReadingCost
from adtailor.maths.columns import Codes, Shares
from adtailor.maths.names import Names


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...


class Encoder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """Name and version, as `adtailor-student-int8@3`."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AdFacts:
    """What the click models of this engine go by of some ads, as columns; first axis: ads."""

    ad_ids: Sequence[str]
    advertisers: NDArray[np.int32]
    """Each one's entry in `advertiser_ids`; -1 where that is not known."""
    advertiser_ids: Sequence[str]
    """All of the catalogue's, in its order."""
    formats: Codes
    """-1 where the creative is missing; topics and look are then empty."""
    topics: Shares
    look: Shares
    countries: NDArray[np.int64]
    """How many countries its ad set asks for."""


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


@runtime_checkable
class FactRanker(Ranker, Protocol):
    """A ranker that needs no more of ads than their facts: a million of them then never become objects."""

    def side_of(self, facts: AdFacts) -> AdSide:
        """What `ad_side` says of the same ads."""
        ...

    def acquainted(self, advertiser_ids: Sequence[str]) -> Ranker:
        """The same model, for vectors that any process has made of a catalogue with these advertisers."""
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

    def told_by_showing(self, memory: WellbeingMemory, suggestion: RestSuggestion, now: datetime) -> RestTold | None:
        """What handing a card out adds to the counts, if it counts, of a memory as it was before."""
        ...

    def told_by_answer(self, memory: WellbeingMemory, answer: RestAnswer, now: datetime) -> RestTold | None:
        """What a tap adds to the counts, of a memory as it was before it."""
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


class ItemSource(Protocol):
    """Items looked up one by one: what answers a person holds no million of them for it."""

    def item(self, kind: Kind, item_id: str) -> Kept | None:
        """One item."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRows:
    """Some items of one kind, in the order of their places, as they are stored: no object is made of them."""

    ids: Sequence[str]
    parents: Sequence[str | None]
    """What each hangs on."""
    uses: Sequence[str | None]
    """The creative that each ad shows; none for other kinds."""
    statuses: Sequence[Status | None]
    bodies: Names
    """A byte for the format, then MessagePack: a map keyed by the fields of the domain's value. None of ads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Campaigns and ads that do not run any more: their own ad set and creative count as their own."""

    campaigns: frozenset[CampaignId]
    ads: frozenset[AdId]


class CatalogueRows(Protocol):
    """The buying side at one version, row by row."""

    @property
    def version(self) -> int:
        """Of all that is read here."""
        ...

    def of(self, kind: BuyingKind) -> Iterator[StoredRows]:
        """All items of a kind, some at a time."""
        ...

    def count(self, kind: BuyingKind) -> int:
        """How many items of a kind there are."""
        ...

    def mark(self) -> str:
        """What tells this state from another of the same version, as after an older backup was put back."""
        ...

    def stopped(self, since: int) -> Stopped:
        """What changed after a version, and does not run now."""
        ...


class RowSource(Protocol):
    """A catalogue that can be read without making an object of every item."""

    def rows(self) -> AbstractContextManager[CatalogueRows]:
        """All of it at one version, as long as the block lasts."""
        ...

    def decoded(self, kind: BuyingKind, body: bytes) -> Item:
        """The item that a body holds; StorageFailed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Arrays by name, and what there is to say about them; `key` is what they were made of and for."""

    key: str
    about: Mapping[str, object]
    """Texts, numbers, lists and maps of them."""
    arrays: Mapping[str, NDArray[Any]]


class SnapshotStore(Protocol):
    """Keeps one snapshot for all processes of a machine, replaced as a whole; it can always be made again."""

    def newest(self, key: str) -> Snapshot | None:
        """The one that was kept last, if it was made under this key and is whole; its arrays are read from the disk."""
        ...

    def keep(self, snapshot: Snapshot) -> Snapshot:
        """Put this in the place of the one before; what `newest` says of it from now on."""
        ...

    def making(self) -> AbstractContextManager[bool]:
        """True for the one process that may make the next, as long as the block lasts; False for all others."""
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


class CatalogueStore(CatalogueSource, ItemSource, Protocol):
    """The buying and the selling side by their items, each change with its row in the audit log."""

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


class LoginStore(Protocol):
    """People who log in, and their sessions, of which only a hash is kept."""

    def find(self, name: str) -> tuple[User, str] | None:
        """A user, and the hash of their password."""
        ...

    def users(self) -> list[User]:
        """All of them, by name."""
        ...

    def set_password(self, name: str, password_hash: str, author: Author, *, keep: str | None = None) -> None:
        """Another password; every session of theirs ends but the one to `keep`."""
        ...

    def rehash(self, name: str, password_hash: str) -> None:
        """The same password under newer parameters."""
        ...

    def open(self, session: Session) -> str:
        """Keep a session; its secret."""
        ...

    def session(self, secret: str) -> tuple[Session, User] | None:
        """The session of a secret, ended or not, and whose it is."""
        ...

    def sessions(self, user: str | None = None) -> list[Session]:
        """Those of a user, or all, the last seen first."""
        ...

    def seen(self, session_id: str, now: datetime) -> None:
        """It was used."""
        ...

    def end(self, session_id: str, *, user: str | None = None) -> bool:
        """End a session, of this user alone if one is named; whether there was one."""
        ...


class Passwords(Protocol):
    """Hashes passwords, slowly."""

    def hashed(self, password: str) -> str:
        """What is kept of it."""
        ...

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether it is the one; for nobody (None) it takes as long to say no."""
        ...

    def is_outdated(self, kept: str) -> bool:
        """Whether it was hashed with weaker parameters than now."""
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


class ReadingCosts(Protocol):
    """How long models took to read posts: what reading costs is measured, not assumed."""

    def took(self, costs: Sequence[ReadingCost], at: datetime) -> None:
        """Add what a batch took to the sums of its day."""
        ...

    def reading_costs(self, since: date | None = None, until: date | None = None) -> list[ReadingCost]:
        """Per model, from one day to another, both included; by reader and model."""
        ...


class HelplineChecks(Protocol):
    """When an operator last checked a helpline against its source."""

    def checks(self) -> Mapping[str, HelplineCheck]:
        """By the fingerprint of the line."""
        ...

    def put_check(self, check: HelplineCheck) -> None:
        """Keep a check in place of an older one of the same line."""
        ...

    def drop_check(self, line: str) -> bool:
        """Take a check back; True if there was one."""
        ...


class PeopleStore(Protocol):
    """Consents, profiles and well-being memories; forgetting someone destroys their key."""

    def known(self, person_id: PersonId) -> Known:
        """Person, profile and memory as of one moment; raises where person or memory cannot be read."""
        ...

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

    def profiled(self) -> Iterator[tuple[Person, Profile]]:
        """Everybody who has a profile, a few at a time, in an order that says nothing about them."""
        ...

    def put_profile(self, profile: Profile) -> Profile:
        """Store it with the next version; StaleVersion if another was stored since it was read."""
        ...

    def memory(self, person_id: PersonId) -> WellbeingMemory | None:
        """The well-being memory, if there is one."""
        ...

    def put_memory(self, memory: WellbeingMemory, *, told: RestTold | None = None) -> WellbeingMemory:
        """Store it with the next version; StaleVersion if another was stored since it was read.

        `told` is added to its week's count in the same change, of nobody in particular.
        """
        ...

    def rest_counts(self) -> list[RestCounts]:
        """What became of suggestions to rest, week by week, the first week first."""
        ...

    def forget(self, person_id: PersonId) -> bool:
        """Destroy the person's key and rows; True if there was anything."""
        ...

    def export(self, person_id: PersonId, now: datetime) -> Mapping[str, object]:
        """All that is stored about someone, as values that JSON can hold, key by key as stored."""
        ...


class ReachStore(Protocol):
    """How many people each profile targeting reaches, as counted once a day."""

    def version(self) -> int:
        """Grows with every finished count; cheap enough to ask every second."""
        ...

    def reached(self) -> Mapping[str, Reached]:
        """What was last counted, by the targeting's key."""
        ...

    def begin(self, day: date, now: datetime) -> bool:
        """Whether the caller is to count this day: neither it nor a later one was counted, and nobody is at it."""
        ...

    def give_up(self, day: date) -> None:
        """What was begun is left to others."""
        ...

    def finish(self, day: date, reached: Sequence[Reached], now: datetime) -> None:
        """Put a day's count in place of the one before."""
        ...


class Budgets(Protocol):
    """What of each campaign's budget is spent, promised and left."""

    def delivered(self, campaigns: Sequence[CampaignId]) -> Mapping[CampaignId, int]:
        """Valid impressions of these campaigns, from the first on; of those that had none, nothing."""
        ...

    def spent(self, now: datetime, *, account: Account | None = None) -> Mapping[CampaignId, tuple[Micros, Micros]]:
        """Per campaign that was ever charged, what its current day (in its zone) and its whole life have cost.

        Of an `account`, as much as makes its part of the budget end where the account does: what was spent outside
        of the trial is shared by all its arms.
        """
        ...

    def lease(
        self, holder: str, asks: Sequence[LeaseAsk], *, now: datetime, account: Account | None = None
    ) -> list[Lease]:
        """What `holder` may promise of each budget from now on, in place of what it held; it lapses by itself.

        Together, what all hold and expect is never more than what the budgets, or this account of them, have left.
        """
        ...

    def release(self, holder: str) -> None:
        """Give back what `holder` holds; what it still expects to be charged fades by itself."""
        ...


class EventStore(Budgets, Protocol):
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

    def of_decisions(self, decisions: Sequence[DecisionId]) -> list[tuple[Event, EventOutcome]]:
        """What happened to the ads of these decisions."""
        ...

    def order_hash(self, campaign_id: CampaignId, order_id: str) -> str:
        """By what an advertiser's order is known here: a keyed hash."""
        ...

    def viewer_key(self, now: datetime) -> bytes:
        """Today's key for hashes of viewers; nobody keeps that of another day."""
        ...


class TrialStore(Protocol):
    """Trials as they were registered, how far they have come, and what each look at them found."""

    def version(self) -> int:
        """Grows with every change; cheap enough to ask once a second."""
        ...

    def trials(self) -> Sequence[Trial]:
        """All of them, oldest first."""
        ...

    def trial(self, trial_id: TrialId) -> Trial | None:
        """One trial."""
        ...

    def put(self, trial: Trial) -> None:
        """Keep it in place of the one of its id.

        While a trial that splits budgets runs, each of its arms has an account of every campaign's budget; they are
        opened and closed by this same change. Raises StaleVersion where another trial has such accounts.
        """
        ...

    def looks(self, trial_id: TrialId) -> Sequence[Look]:
        """The looks at a trial, in their order."""
        ...

    def add_look(self, look: Look) -> None:
        """Keep what a look found; StaleVersion for a number that is there."""
        ...

    def bound_share(self, since: datetime, until: datetime) -> float | None:
        """The share of charges that campaigns made on days on which their budgets ran out; None where nothing was."""
        ...


class ExhibitStore(Protocol):
    """Ads as they were shown, when they were, and the figures that were published of them: nothing of any viewer."""

    def keep(self, exhibits: Mapping[bytes, Exhibit], now: datetime) -> None:
        """Keep versions of ads that are about to be shown, by their hash, or note that they still are."""
        ...

    def versions(self, ads: Sequence[AdId]) -> Mapping[AdId, Sequence[KeptExhibit]]:
        """What was kept of these ads, the newest version first."""
        ...

    def ran(self, *, since: date, after: str = "", limit: int = 100, ad_id: AdId | None = None) -> Sequence[Ran]:
        """The ads that were shown on this day of UTC or later, in the order of their ids, behind one of them."""
        ...

    def without_version(self) -> Sequence[AdId]:
        """The ads that were shown, and of which nothing is kept."""
        ...

    def keep_picture(self, hash_: str, kind: str, body: bytes) -> None:
        """Keep the bytes of a picture, once."""
        ...

    def picture(self, hash_: str) -> tuple[str, bytes] | None:
        """Its media type and bytes."""
        ...

    def has_picture(self, hash_: str) -> bool:
        """Whether it is kept already."""
        ...

    def shown_on(self, day: date) -> Mapping[AdId, AdvertiserId]:
        """The ads of a day, and whose they are."""
        ...

    def unpublished(self, breakdown: str, before: date) -> Sequence[date]:
        """The days before this one on which ads were shown, and of which this breakdown is not published."""
        ...

    def publish(self, breakdown: str, day: date, figures: Mapping[str, int], *, epsilon: float, budget: float) -> bool:
        """Publish a day's figures for good; False, and nothing changes, where there are some already.

        InvalidInput if what all breakdowns of the day cost together would exceed its budget.
        """
        ...

    def published(
        self, breakdown: str, *, keys: Sequence[str] | None = None, since: date | None = None, until: date | None = None
    ) -> Mapping[str, Mapping[date, int]]:
        """What was published: for each name its days."""
        ...

    def spent(self, day: date) -> float:
        """What of a day's budget is spent."""
        ...

    def purge(self, before: datetime) -> int:
        """Delete versions that were last chosen before this, and pictures that none of the others shows; how many."""
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
