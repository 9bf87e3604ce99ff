"""Line of the watch in handovers, and the index by which the watch reads alarms and duties from the journal."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    op.add_column("handover", sa.Column("watch", sa.JSON(none_as_null=True), nullable=True))
    watched = sa.text("kind IN ('alarm', 'duty')")
    columns = ["type", "at", "board", "entity"]
    op.create_index("event_watched", "event", columns, sqlite_where=watched, postgresql_where=watched)
