"""Queues of sightings. Those that were there wait since they were received; nobody is known to have looked at them."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

_SETTLED, _ASSURED = "'not_the_child', 'unverifiable', 'duplicate'", "'credible', 'confirmed'"


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    text = sa.String(collation="C") if postgresql else sa.String()  # sorts bytewise, see 0002
    op.add_column("sighting", sa.Column("queue", text, nullable=False, server_default="look"))
    op.add_column("sighting", sa.Column("queue_since", text, nullable=True))
    op.add_column("sighting", sa.Column("looked_at", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("sighting", sa.Column("passed_on", sa.JSON(none_as_null=True), nullable=True))
    op.create_index("sighting_in_queue", "sighting", ["queue", "board"])
    source, content = (
        ("grade ->> 'source'", "grade ->> 'content'")
        if postgresql
        else ("json_extract(grade, '$.source')", "CAST(json_extract(grade, '$.content') AS TEXT)")
    )
    op.execute(
        f"UPDATE sighting SET queue_since = coalesce(received_at, recorded_at), queue = CASE "  # noqa: S608
        f"WHEN withdrawn OR assessment IN ({_SETTLED}) THEN 'answered' WHEN assessment IN ({_ASSURED}) THEN 'pass_on' "
        f"WHEN {source} <> 'F' OR {content} <> '6' THEN 'judge' ELSE 'look' END"
    )
