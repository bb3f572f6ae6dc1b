"""How many people a targeting reaches, what was shown on each day, ads as they were shown, and published figures."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables, and count what was shown until now."""
    op.create_table(
        "reach_counts",
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("begun_at", sa.Integer, nullable=False),
        sa.Column("finished_at", sa.Integer),
    )
    op.create_table(
        "targeting_reach",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("serves", sa.Integer, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ad_days",
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("ad_id", sa.Text, primary_key=True),
        sa.Column("campaign_id", sa.Text, primary_key=True),
        sa.Column("advertiser_id", sa.Text, nullable=False),
        sa.Column("shown", sa.Integer, nullable=False),
        sa.Column("valid", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ad_days_campaign", "ad_days", ["campaign_id", "valid"])
    op.create_index("ad_days_ad", "ad_days", ["ad_id", "day"])
    op.execute(
        "INSERT INTO ad_days (day, ad_id, campaign_id, advertiser_id, shown, valid) "
        "SELECT at / 86400000000, ad_id, campaign_id, max(advertiser_id), count(*), sum(validity = 'valid') "
        "FROM events WHERE kind = 'impression' GROUP BY 1, 2, 3"
    )
    op.create_table(
        "exhibits",
        sa.Column("ad_id", sa.Text, primary_key=True),
        sa.Column("version", sa.LargeBinary, primary_key=True),
        sa.Column("first_at", sa.Integer, nullable=False),
        sa.Column("last_at", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "exhibit_pictures",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "published",
        sa.Column("breakdown", sa.Text, primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("people", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "privacy_spent",
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("breakdown", sa.Text, primary_key=True),
        sa.Column("epsilon", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )
