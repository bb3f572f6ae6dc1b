"""What an ad set excludes stands beside what it asks for, not among it."""

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_CATALOGUE = sa.table(
    "catalogue", sa.column("kind", sa.Text), sa.column("id", sa.Text), sa.column("body", sa.LargeBinary)
)


def upgrade() -> None:
    """Move the topics that stored ad sets exclude."""
    connection = op.get_bind()
    adsets = sa.select(_CATALOGUE.c.id, _CATALOGUE.c.body).where(_CATALOGUE.c.kind == "adsets")
    for adset_id, body in connection.execute(adsets).all():
        adset = msgspec.msgpack.decode(body[1:])
        topics = adset.get("targeting", {}).pop("excluded_topics", None)
        if topics is None:
            continue
        adset["exclusions"] = {"topics": topics}
        moved = body[:1] + msgspec.msgpack.encode(adset)
        connection.execute(
            sa.update(_CATALOGUE).where(_CATALOGUE.c.kind == "adsets", _CATALOGUE.c.id == adset_id).values(body=moved)
        )
