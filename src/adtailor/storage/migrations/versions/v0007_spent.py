"""Links and sessions of members' own pages that were used up."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"


def upgrade() -> None:
    """Add the table; nothing was spent before."""
    op.create_table(
        "spent",
        sa.Column("name", sa.LargeBinary, primary_key=True),
        sa.Column("expires_at", sa.Integer, nullable=False),
    )
    op.create_index("spent_expires_at", "spent", ["expires_at"])
