"""How long models took to read."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the table; what was read before was not timed."""
    op.create_table(
        "reading_costs",
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("reader", sa.Text, primary_key=True),
        sa.Column("model", sa.Text, primary_key=True),
        sa.Column("posts", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("squares", sa.Float, nullable=False),
        sa.Column("batches", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
