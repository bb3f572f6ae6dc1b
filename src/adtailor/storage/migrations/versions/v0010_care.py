"""Counts of suggestions to rest, and when helplines were checked."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "rest_counts",
        sa.Column("week", sa.Text, primary_key=True),
        sa.Column("event", sa.Text, primary_key=True),
        sa.Column("times", sa.Integer, sa.CheckConstraint("times > 0"), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "helpline_checks",
        sa.Column("line", sa.Text, primary_key=True),
        sa.Column("checked_at", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
