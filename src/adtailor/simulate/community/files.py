"""The shapes of the community's TOML files, as they are written by hand; an unknown key is an error."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from adtailor.domain.buying import BidKind, Objective
from adtailor.domain.creative import Format
from adtailor.domain.person import Age
from adtailor.domain.targeting import Device
from adtailor.errors import InvalidInput

T = TypeVar("T")


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class MemberRow(_Row, frozen=True):
    """One member; `consents` names what they said yes to."""

    id: str
    name: str
    age: Age
    country: str
    zone: str
    language: str
    bio: str
    consents: tuple[str, ...] = ()
    objected: bool = False


class PostRow(_Row, frozen=True):
    """One post; `ago` is how long before now it was written, as `2d 09:15`."""

    id: str
    ago: str
    text: str = ""
    language: str | None = None
    photo: str | None = None
    alt: str | None = None
    reply_to: str | None = None
    is_repost: bool = False


class CreativeRow(_Row, frozen=True):
    """One creative; `page` is the path on the advertiser's own domain, topics and products are `<id> <name>`."""

    headline: str
    body: str
    image: str
    call_to_action: str
    page: str
    format: Format = "native"
    language: str = "en"
    topics: Mapping[str, float] = msgspec.field(default_factory=dict[str, float])
    products: tuple[str, ...] = ()
    look: Mapping[str, float] = msgspec.field(default_factory=dict[str, float])
    tone: Mapping[str, float] = msgspec.field(default_factory=dict[str, float])
    is_urgent: bool = False
    price: str | None = None
    """What the product in the picture costs, as `49.00`."""


class BidRow(_Row, frozen=True):
    """What is bid for, and the most that is paid for it, as `0.45`."""

    kind: BidKind
    amount: str


class TargetingRow(_Row, frozen=True):
    """Topics and interests are `<id> <name>`."""

    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    devices: tuple[Device, ...] = ()
    topics: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    look: tuple[str, ...] = ()


class AdSetRow(_Row, frozen=True):
    """An ad set; `ads` names creatives of the same file, one ad for each."""

    id: str
    name: str
    bid: BidRow
    ads: tuple[str, ...]
    targeting: TargetingRow = TargetingRow()
    exclusions: TargetingRow = TargetingRow()
    daily_cap: int = 3
    session_cap: int = 2


class CampaignRow(_Row, frozen=True):
    """A campaign with its ad sets; budgets are amounts, as `25.00`."""

    id: str
    name: str
    daily_budget: str
    adsets: tuple[AdSetRow, ...]
    objective: Objective = "clicks"
    lifetime_budget: str | None = None
    zone: str = "Europe/London"


class AdvertiserFile(_Row, frozen=True):
    """One file under `advertisers/`: who they are, what they show, and where."""

    id: str
    name: str
    payer: str
    organization: str
    domain: str
    creatives: Mapping[str, CreativeRow]
    campaigns: tuple[CampaignRow, ...]


class PeopleFile(_Row, frozen=True):
    """`people.toml`."""

    members: tuple[MemberRow, ...]


class PostsFile(_Row, frozen=True):
    """`posts.toml`: posts under the id of who wrote them."""

    posts: Mapping[str, tuple[PostRow, ...]]


class OrganizationsFile(_Row, frozen=True):
    """`organizations.toml`: id to name."""

    organizations: Mapping[str, str]


def read(path: Path, shape: type[T]) -> T:
    """The file as that shape; InvalidInput names the file and the place in it."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=shape)
    except msgspec.DecodeError as error:  # ValidationError is one of these
        raise InvalidInput(str(error), hint="mend the file", field=path.name) from None
