"""Alarms that are kept after a handover, and the handover by which an alarm passed to its owner."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    op.add_column("briefing", sa.Column("kept", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("alarm", sa.Column("handover", sa.Integer(), nullable=True))
