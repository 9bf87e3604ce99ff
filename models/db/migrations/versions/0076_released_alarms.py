"""Former owners of alarms that were given back or lost."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    for column in ("released_by", "released_at", "released_because"):
        op.add_column("alarm", sa.Column(column, text, nullable=True))
