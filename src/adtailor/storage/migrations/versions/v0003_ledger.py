"""A ledger beside the events, leases on budgets, who was reached, and what events are told apart by."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NEW = (
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("decision_id", sa.Text, nullable=False),
    sa.Column("placement_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("once", sa.Text, nullable=False, server_default=""),
    sa.Column("ad_id", sa.Text, nullable=False),
    sa.Column("adset_id", sa.Text),
    sa.Column("advertiser_id", sa.Text, nullable=False),
    sa.Column("campaign_id", sa.Text, nullable=False),
    sa.Column("site_id", sa.Text),
    sa.Column("at", sa.Integer, nullable=False),
    sa.Column("validity", sa.Text, nullable=False),
    sa.Column("price", sa.Integer, sa.CheckConstraint("price >= 0"), nullable=False),
    sa.Column("charged", sa.Integer, nullable=False),
    sa.Column("over_delivered", sa.Integer, nullable=False),
    sa.Column("late", sa.Integer, nullable=False, server_default="0"),
    sa.Column("reversed", sa.Integer, nullable=False, server_default="0"),
    sa.Column("order_hash", sa.Text),
    sa.Column("value", sa.Integer),
    sa.UniqueConstraint("decision_id", "placement_id", "kind", "once", name="an_event_happens_once"),
    sa.CheckConstraint("charged = price OR charged = 0", name="all_or_nothing"),
)
_KEPT = (
    "seq, decision_id, placement_id, kind, ad_id, advertiser_id, campaign_id, at, validity, price, charged, "
    "over_delivered"
)


def upgrade() -> None:
    """Make the events anew with their new columns, and write the ledger of what was charged until now."""
    op.create_table("events_new", *_NEW)
    op.execute(f"INSERT INTO events_new ({_KEPT}) SELECT {_KEPT} FROM events")  # noqa: S608 - names of ours
    op.drop_table("events")
    op.rename_table("events_new", "events")
    op.create_index("events_at", "events", ["at"])
    op.create_index(
        "an_order_counts_once",
        "events",
        ["campaign_id", "order_hash"],
        unique=True,
        sqlite_where=sa.text("order_hash IS NOT NULL"),
    )
    op.create_table(
        "ledger",
        sa.Column("event", sa.Integer, sa.ForeignKey("events.seq"), primary_key=True),
        sa.Column("kind", sa.Text, sa.CheckConstraint("kind IN ('charge', 'reversal')"), primary_key=True),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("amount", sa.Integer, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text),
        sa.CheckConstraint("(kind = 'charge') = (amount > 0)", name="charges_add_and_reversals_take_away"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "leases",
        sa.Column("holder", sa.Text, primary_key=True),
        sa.Column("campaign_id", sa.Text, primary_key=True),
        sa.Column("headroom", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.Integer, nullable=False),
        sa.Column("as_of", sa.Integer, nullable=False),
        sa.Column("cpm", sa.Float, nullable=False),
        sa.Column("cpc", sa.Float, nullable=False),
        sa.Column("cpa", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rates",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("times", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "reach",
        sa.Column("hour", sa.Integer, primary_key=True),
        sa.Column("ad_id", sa.Text, primary_key=True),
        sa.Column("site_id", sa.Text, primary_key=True),
        sa.Column("placement_id", sa.Text, primary_key=True),
        sa.Column("adset_id", sa.Text),
        sa.Column("campaign_id", sa.Text, nullable=False),
        sa.Column("people", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    _write_ledger()


def _write_ledger() -> None:
    connection = op.get_bind()
    zones = {row[0]: row[1] for row in connection.exec_driver_sql("SELECT campaign_id, zone FROM budgets")}
    charged = connection.exec_driver_sql("SELECT seq, campaign_id, charged, at FROM events WHERE charged > 0").all()
    rows: list[tuple[object, ...]] = []
    for seq, campaign_id, amount, at in charged:
        there = datetime.fromtimestamp(at // 1_000_000, UTC).astimezone(ZoneInfo(zones[campaign_id]))
        rows.append((seq, "charge", campaign_id, there.date().isoformat(), amount, at))
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO ledger (event, kind, campaign_id, day, amount, at) VALUES (?, ?, ?, ?, ?, ?)", rows
        )
