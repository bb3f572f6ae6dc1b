"""The tables of `adtailor.sqlite`, as they stand after the last migration.

A person is only ever a `ref`, 16 random bytes that the key file can tie to someone. `body`, `affect` and `photos` are
sealed under that person's key; times are microseconds since 1970; money is micros.
"""

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
)

metadata = MetaData()


def _person(*, primary_key: bool = False) -> "Column[bytes]":
    return Column(
        "ref", LargeBinary, ForeignKey("people.ref", ondelete="CASCADE"), primary_key=primary_key, nullable=False
    )


installation = Table(
    "installation",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("forgotten", Integer, nullable=False, comment="how often someone was forgotten: tells others to look again"),
)

people = Table(
    "people",
    metadata,
    Column("ref", LargeBinary, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("changed", Integer, nullable=False, comment="grows with each change of person or profile, over all people"),
    Column("body", LargeBinary, comment="none until they say something about themselves"),
    Index("people_changed", "changed"),
)

profiles = Table(
    "profiles",
    metadata,
    _person(primary_key=True),
    Column("version", Integer, nullable=False),
    Column("lapses_at", Integer, comment="when the oldest mood in it must go"),
    Column("body", LargeBinary, nullable=False),
    Index("profiles_lapses_at", "lapses_at"),
)

memories = Table(
    "memories",
    metadata,
    _person(primary_key=True),
    Column("version", Integer, nullable=False),
    Column("lapses_at", Integer, comment="when the oldest sign in it must go"),
    Column("body", LargeBinary, nullable=False),
    Index("memories_lapses_at", "lapses_at"),
)

rest_counts = Table(
    "rest_counts",
    metadata,
    Column("week", Text, primary_key=True, comment="its Monday, in UTC"),
    Column("event", Text, primary_key=True),
    Column("times", Integer, CheckConstraint("times > 0"), nullable=False),
    sqlite_with_rowid=False,
)

reading_costs = Table(
    "reading_costs",
    metadata,
    Column("day", Text, primary_key=True, comment="in UTC"),
    Column("reader", Text, primary_key=True, comment="text or look"),
    Column("model", Text, primary_key=True),
    Column("posts", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("squares", Float, nullable=False, comment="of seconds a post, times posts, for the error of the mean"),
    Column("batches", Integer, nullable=False),
    sqlite_with_rowid=False,
)

helpline_checks = Table(
    "helpline_checks",
    metadata,
    Column("line", Text, primary_key=True, comment="a hash of all that was checked"),
    Column("checked_at", Text, nullable=False),
    Column("by", Text, nullable=False),
    sqlite_with_rowid=False,
)

posts = Table(
    "posts",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("post", LargeBinary, nullable=False, unique=True, comment="a keyed hash of its id"),
    _person(),
    Column("created_at", Integer, nullable=False),
    Column("added_at", Integer, nullable=False),
    Column("read_at", Integer),
    Column("body", LargeBinary, nullable=False),
    Index("posts_ref", "ref"),
    Index("posts_created_at", "created_at"),
    Index("posts_unread", "seq", sqlite_where=Column("read_at", Integer).is_(None)),
    sqlite_autoincrement=True,
)

photos = Table(
    "photos",
    metadata,
    Column("seq", Integer, ForeignKey("posts.seq", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False, comment="gone once the post is read"),
)

readings = Table(
    "readings",
    metadata,
    Column("seq", Integer, ForeignKey("posts.seq", ondelete="CASCADE"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("affect", LargeBinary, comment="emotions and stress, apart, for they lapse"),
    Column("affect_expires_at", Integer),
    CheckConstraint("(affect IS NULL) = (affect_expires_at IS NULL)", name="affect_has_an_end"),
    Index("readings_affect_expires_at", "affect_expires_at"),
)

catalogue = Table(
    "catalogue",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("parent", Text, comment="what it hangs on: an ad's ad set, an ad set's campaign"),
    Column("uses", Text, comment="the creative that an ad shows"),
    Column("organization", Text, comment="whose it is; none on the selling side"),
    Column("status", Text),
    Column("changed", Integer, nullable=False, server_default="0", comment="the version at which it last changed"),
    Index("catalogue_place", "kind", "place"),
    Index("catalogue_parent", "kind", "parent", "place"),
    Index("catalogue_uses", "uses", sqlite_where=Column("uses", Text).is_not(None)),
    Index("catalogue_organization", "kind", "organization", "place"),
    Index("catalogue_status", "kind", "status", "place"),
    Index("catalogue_changed", "changed"),
)

catalogue_version = Table(
    "catalogue_version",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("whole_since", Integer, nullable=False, server_default="0", comment="what is older is read as a whole"),
)

reviews = Table(
    "reviews",
    metadata,
    Column("creative", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True, comment="keyed, by a secret of the key file"),
    Column("body", LargeBinary, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("password", Text, nullable=False, comment="an Argon2id hash, with its salt and parameters"),
    Column("body", LargeBinary, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True, comment="keyed, by a secret of the key file"),
    Column("user", Text, ForeignKey("users.name"), nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("seen_at", Integer, nullable=False),
    Column("expires_at", Integer, nullable=False),
    Index("sessions_user", "user"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("body", LargeBinary, nullable=False, comment="before and after, of what differs"),
    Index("audit_item", "kind", "item", "number"),
    Index("audit_at", "at"),
    sqlite_autoincrement=True,
)
KEEPING = tuple(
    f"CREATE TRIGGER audit_keeps_on_{verb.lower()} BEFORE {verb} ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
    for verb in ("UPDATE", "DELETE")
)
"""The database itself refuses to change or shorten the audit log."""
for _statement in KEEPING:
    event.listen(audit, "after_create", DDL(_statement))

budgets = Table(
    "budgets",
    metadata,
    Column("campaign_id", Text, primary_key=True),
    Column("zone", Text, nullable=False),
    Column("daily_budget", Integer, nullable=False),
    Column("lifetime_budget", Integer),
    Column("spent", Integer, CheckConstraint("spent >= 0"), nullable=False, comment="over its whole life"),
)

spent_days = Table(
    "spent_days",
    metadata,
    Column("campaign_id", Text, ForeignKey("budgets.campaign_id"), primary_key=True),
    Column("day", Text, primary_key=True, comment="a date in the campaign's zone"),
    Column("spent", Integer, CheckConstraint("spent >= 0"), nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("decision_id", Text, nullable=False),
    Column("placement_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("once", Text, nullable=False, server_default="", comment="empty for an address, the order for a postback"),
    Column("ad_id", Text, nullable=False),
    Column("adset_id", Text),
    Column("advertiser_id", Text, nullable=False),
    Column("campaign_id", Text, nullable=False),
    Column("site_id", Text),
    Column("at", Integer, nullable=False),
    Column("validity", Text, nullable=False),
    Column("price", Integer, CheckConstraint("price >= 0"), nullable=False),
    Column("charged", Integer, nullable=False),
    Column("over_delivered", Integer, nullable=False),
    Column("late", Integer, nullable=False, server_default="0"),
    Column("reversed", Integer, nullable=False, server_default="0"),
    Column("order_hash", Text),
    Column("value", Integer),
    Column("account", Text, comment="whose part of the budget paid, in a trial that splits budgets"),
    UniqueConstraint("decision_id", "placement_id", "kind", "once", name="an_event_happens_once"),
    CheckConstraint("charged = price OR charged = 0", name="all_or_nothing"),
    Index("events_at", "at"),
    Index(
        "an_order_counts_once",
        "campaign_id",
        "order_hash",
        unique=True,
        sqlite_where=Column("order_hash", Text).is_not(None),
    ),
)

ledger = Table(
    "ledger",
    metadata,
    Column("event", Integer, ForeignKey("events.seq"), primary_key=True),
    Column("kind", Text, CheckConstraint("kind IN ('charge', 'reversal')"), primary_key=True),
    Column("campaign_id", Text, nullable=False),
    Column("day", Text, nullable=False, comment="whose budget paid, a date in the campaign's zone"),
    Column("amount", Integer, nullable=False),
    Column("at", Integer, nullable=False),
    Column("reason", Text),
    CheckConstraint("(kind = 'charge') = (amount > 0)", name="charges_add_and_reversals_take_away"),
    sqlite_with_rowid=False,
)

trials = Table(
    "trials",
    metadata,
    Column("id", Text, primary_key=True),
    Column("changed", Integer, nullable=False, comment="grows with each change, over all trials"),
    Column("body", LargeBinary, nullable=False, comment="with the registration, word for word"),
)

trial_looks = Table(
    "trial_looks",
    metadata,
    Column("trial_id", Text, ForeignKey("trials.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("account", Text, primary_key=True),
    Column("trial_id", Text, ForeignKey("trials.id"), nullable=False),
    Column("parts", Integer, CheckConstraint("parts > 0"), nullable=False, comment="of 10,000 of every budget"),
    Column("is_open", Integer, nullable=False, comment="while the trial runs"),
)

account_days = Table(
    "account_days",
    metadata,
    Column("account", Text, ForeignKey("accounts.account"), primary_key=True),
    Column("campaign_id", Text, ForeignKey("budgets.campaign_id"), primary_key=True),
    Column("day", Text, primary_key=True, comment="a date in the campaign's zone"),
    Column("spent", Integer, CheckConstraint("spent >= 0"), nullable=False, comment="part of the day's spent"),
    Index("account_days_campaign", "campaign_id", "day"),
    sqlite_with_rowid=False,
)

leases = Table(
    "leases",
    metadata,
    Column("holder", Text, primary_key=True),
    Column("campaign_id", Text, primary_key=True),
    Column("headroom", Integer, nullable=False),
    Column("expires_at", Integer, nullable=False, comment="of the headroom; what is expected fades by itself"),
    Column("as_of", Integer, nullable=False),
    Column("cpm", Float, nullable=False),
    Column("cpc", Float, nullable=False),
    Column("cpa", Float, nullable=False),
    Column("account", Text, comment="of which it is a part; none for the whole budget"),
    sqlite_with_rowid=False,
)

rates = Table(
    "rates",
    metadata,
    Column("key", Integer, primary_key=True, comment="of a viewer, ad and kind, under the day's key"),
    Column("day", Integer, nullable=False),
    Column("times", LargeBinary, nullable=False),
)

reach = Table(
    "reach",
    metadata,
    Column("hour", Integer, primary_key=True),
    Column("ad_id", Text, primary_key=True),
    Column("site_id", Text, primary_key=True),
    Column("placement_id", Text, primary_key=True),
    Column("adset_id", Text),
    Column("campaign_id", Text, nullable=False),
    Column("people", LargeBinary, nullable=False, comment="hashes of 16 bits, at most 128"),
    sqlite_with_rowid=False,
)

segments = Table(
    "segments",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("opened_at", Integer, nullable=False),
    sqlite_autoincrement=True,
)

reach_counts = Table(
    "reach_counts",
    metadata,
    Column("day", Integer, primary_key=True, comment="since 1970, in UTC"),
    Column("begun_at", Integer, nullable=False),
    Column("finished_at", Integer),
)

targeting_reach = Table(
    "targeting_reach",
    metadata,
    Column("key", Text, primary_key=True, comment="a hash of what is asked of profiles"),
    Column("people", Integer, nullable=False, comment="rounded"),
    Column("serves", Integer, nullable=False),
    Column("day", Integer, nullable=False),
    sqlite_with_rowid=False,
)

ad_days = Table(
    "ad_days",
    metadata,
    Column("day", Integer, primary_key=True, comment="since 1970, in UTC"),
    Column("ad_id", Text, primary_key=True),
    Column("campaign_id", Text, primary_key=True),
    Column("advertiser_id", Text, nullable=False),
    Column("shown", Integer, nullable=False, comment="impressions, whatever was found about them"),
    Column("valid", Integer, nullable=False),
    Index("ad_days_campaign", "campaign_id", "valid"),
    Index("ad_days_ad", "ad_id", "day"),
    sqlite_with_rowid=False,
)

exhibits = Table(
    "exhibits",
    metadata,
    Column("ad_id", Text, primary_key=True),
    Column("version", LargeBinary, primary_key=True, comment="a hash of what was shown"),
    Column("first_at", Integer, nullable=False),
    Column("last_at", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

exhibit_pictures = Table(
    "exhibit_pictures",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("kind", Text, nullable=False, comment="a media type"),
    Column("body", LargeBinary, nullable=False),
)

published = Table(
    "published",
    metadata,
    Column("breakdown", Text, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("people", Integer, nullable=False, comment="with noise; what was published once is not drawn again"),
    sqlite_with_rowid=False,
)

privacy_spent = Table(
    "privacy_spent",
    metadata,
    Column("day", Integer, primary_key=True),
    Column("breakdown", Text, primary_key=True),
    Column("epsilon", Float, nullable=False),
    sqlite_with_rowid=False,
)

spent = Table(
    "spent",
    metadata,
    Column("name", LargeBinary, primary_key=True, comment="random: of a link or session, never of a person"),
    Column("expires_at", Integer, nullable=False),
    Index("spent_expires_at", "expires_at"),
)
