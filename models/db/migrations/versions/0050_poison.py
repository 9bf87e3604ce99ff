"""Inputs that end the process that works on them are counted, and set aside."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    for table in ("upload", "notification"):
        op.add_column(table, sa.Column("poison", sa.Integer(), nullable=False, server_default="0"))
