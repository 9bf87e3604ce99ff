"""Alert settings for urgent sightings. Default: shown in the list, to all whom the sighting concerns."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("alert_choice", sa.Column("urgent", text, nullable=False, server_default="list"))
