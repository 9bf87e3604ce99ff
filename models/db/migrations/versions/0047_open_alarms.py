"""Alarms that have not ended are found by what they are about."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    there = sa.text("ended_at IS NULL")
    op.create_index("alarm_about", "alarm", ["entity"], sqlite_where=there, postgresql_where=there)
