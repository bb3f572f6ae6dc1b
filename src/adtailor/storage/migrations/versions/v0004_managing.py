"""The catalogue by items: what each hangs on, whose it is, when it changed; reviews, tokens, the audit log."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_PARENT = {
    "advertisers": "organization_id",
    "campaigns": "advertiser_id",
    "creatives": "advertiser_id",
    "adsets": "campaign_id",
    "ads": "adset_id",
}
_ABOVE = {"campaigns": "advertisers", "creatives": "advertisers", "adsets": "campaigns", "ads": "adsets"}


def upgrade() -> None:
    """Add what is asked for item by item, and fill it in for what is stored."""
    connection = op.get_bind()
    op.rename_table("catalogue", "catalogue_before")
    op.create_table(
        "catalogue",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("parent", sa.Text),
        sa.Column("uses", sa.Text),
        sa.Column("organization", sa.Text),
        sa.Column("status", sa.Text),
        sa.Column("changed", sa.Integer, nullable=False, server_default="0"),
    )
    rows = connection.execute(sa.text("SELECT kind, id, place, body FROM catalogue_before")).all()
    if rows:
        connection.execute(
            sa.text(
                "INSERT INTO catalogue (kind, id, place, body, parent, uses, organization, status) "
                "VALUES (:kind, :id, :place, :body, :parent, :uses, :organization, :status)"
            ),
            _filled(rows),
        )
    op.drop_table("catalogue_before")
    op.rename_table("catalogue_version", "version_before")
    op.create_table(
        "catalogue_version",
        sa.Column("one", sa.Integer, sa.CheckConstraint("one = 1"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("whole_since", sa.Integer, nullable=False, server_default="0"),
    )
    op.execute("INSERT INTO catalogue_version (one, version) SELECT one, version FROM version_before")
    op.drop_table("version_before")
    op.create_index("catalogue_place", "catalogue", ["kind", "place"])
    op.create_index("catalogue_parent", "catalogue", ["kind", "parent", "place"])
    op.create_index("catalogue_uses", "catalogue", ["uses"], sqlite_where=sa.text("uses IS NOT NULL"))
    op.create_index("catalogue_organization", "catalogue", ["kind", "organization", "place"])
    op.create_index("catalogue_status", "catalogue", ["kind", "status", "place"])
    op.create_index("catalogue_changed", "catalogue", ["changed"])
    op.create_table(
        "reviews",
        sa.Column("creative", sa.Text, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "access_tokens",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    _audit()


def _audit() -> None:
    """Only ever added to: the database itself refuses anything else."""
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_item", "audit", ["kind", "item", "number"])
    op.create_index("audit_at", "audit", ["at"])
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_keeps_on_{verb.lower()} BEFORE {verb} ON audit "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
        )


def _filled(rows: Sequence[Any]) -> list[dict[str, Any]]:
    bodies: dict[tuple[str, str], dict[str, Any]] = {
        (row.kind, row.id): msgspec.msgpack.decode(row.body[1:]) for row in rows
    }

    def organization(kind: str, item_id: str) -> str | None:
        while kind in _ABOVE and (body := bodies.get((kind, item_id))) is not None:
            kind, item_id = _ABOVE[kind], body[_PARENT[kind]]
        if kind == "organizations":
            return item_id
        found = bodies.get(("advertisers", item_id))
        return None if found is None else found["organization_id"]

    return [
        {
            "kind": row.kind,
            "id": row.id,
            "place": row.place,
            "body": row.body,
            "parent": (body := bodies[row.kind, row.id]).get(_PARENT.get(row.kind, "")),
            "uses": body.get("creative_id"),
            "organization": organization(row.kind, row.id),
            "status": body.get("status"),
        }
        for row in rows
    ]
