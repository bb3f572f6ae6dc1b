"""The first schema: people by ref, posts and readings, the catalogue, budgets, events, segments of the decision log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None


def _person(*, primary_key: bool = False) -> "sa.Column[bytes]":
    return sa.Column(
        "ref",
        sa.LargeBinary,
        sa.ForeignKey("people.ref", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


def upgrade() -> None:
    """Make the tables."""
    _people()
    _posts()
    _money()


def _people() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("forgotten", sa.Integer, nullable=False),
    )
    op.create_table(
        "people",
        sa.Column("ref", sa.LargeBinary, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_index("people_changed", "people", ["changed"])
    for name in ("profiles", "memories"):
        op.create_table(
            name,
            _person(primary_key=True),
            sa.Column("version", sa.Integer, nullable=False),
            sa.Column("lapses_at", sa.Integer),
            sa.Column("body", sa.LargeBinary, nullable=False),
        )
        op.create_index(f"{name}_lapses_at", name, ["lapses_at"])


def _posts() -> None:
    op.create_table(
        "posts",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("post", sa.LargeBinary, nullable=False, unique=True),
        _person(),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("added_at", sa.Integer, nullable=False),
        sa.Column("read_at", sa.Integer),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("posts_ref", "posts", ["ref"])
    op.create_index("posts_created_at", "posts", ["created_at"])
    op.create_index("posts_unread", "posts", ["seq"], sqlite_where=sa.text("read_at IS NULL"))
    op.create_table(
        "photos",
        sa.Column("seq", sa.Integer, sa.ForeignKey("posts.seq", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "readings",
        sa.Column("seq", sa.Integer, sa.ForeignKey("posts.seq", ondelete="CASCADE"), primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("affect", sa.LargeBinary),
        sa.Column("affect_expires_at", sa.Integer),
        sa.CheckConstraint("(affect IS NULL) = (affect_expires_at IS NULL)", name="affect_has_an_end"),
    )
    op.create_index("readings_affect_expires_at", "readings", ["affect_expires_at"])


def _money() -> None:
    op.create_table(
        "catalogue",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "catalogue_version",
        sa.Column("one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "budgets",
        sa.Column("campaign_id", sa.Text, primary_key=True),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("daily_budget", sa.Integer, nullable=False),
        sa.Column("lifetime_budget", sa.Integer),
        sa.Column("spent", sa.Integer, sa.CheckConstraint("spent >= 0"), nullable=False),
    )
    op.create_table(
        "spent_days",
        sa.Column("campaign_id", sa.Text, sa.ForeignKey("budgets.campaign_id"), primary_key=True),
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("spent", sa.Integer, sa.CheckConstraint("spent >= 0"), nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("decision_id", sa.Text, nullable=False),
        sa.Column("placement_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("ad_id", sa.Text, nullable=False),
        sa.Column("advertiser_id", sa.Text, nullable=False),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("validity", sa.Text, nullable=False),
        sa.Column("price", sa.Integer, sa.CheckConstraint("price >= 0"), nullable=False),
        sa.Column("charged", sa.Integer, nullable=False),
        sa.Column("over_delivered", sa.Integer, nullable=False),
        sa.UniqueConstraint("decision_id", "placement_id", "kind", name="an_event_happens_once"),
        sa.CheckConstraint("charged = price OR charged = 0", name="all_or_nothing"),
    )
    op.create_index("events_at", "events", ["at"])
    op.create_table(
        "segments",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("opened_at", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
