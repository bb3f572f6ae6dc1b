"""Trials, the looks at them, and the accounts that their arms draw on."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0004"


def upgrade() -> None:
    """Nothing that is stored changes: no event was ever paid by an account before."""
    op.create_table(
        "trials",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "trial_looks",
        sa.Column("trial_id", sa.Text, sa.ForeignKey("trials.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "accounts",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("trial_id", sa.Text, sa.ForeignKey("trials.id"), nullable=False),
        sa.Column("parts", sa.Integer, sa.CheckConstraint("parts > 0"), nullable=False),
        sa.Column("is_open", sa.Integer, nullable=False),
    )
    op.create_table(
        "account_days",
        sa.Column("account", sa.Text, sa.ForeignKey("accounts.account"), primary_key=True),
        sa.Column("campaign_id", sa.Text, sa.ForeignKey("budgets.campaign_id"), primary_key=True),
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("spent", sa.Integer, sa.CheckConstraint("spent >= 0"), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("account_days_campaign", "account_days", ["campaign_id", "day"])
    op.add_column("leases", sa.Column("account", sa.Text))
    op.add_column("events", sa.Column("account", sa.Text))
