"""Occasion of each alarm, beside the key of its rule, which an installation chooses."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    op.add_column("alarm", sa.Column("occasion", sa.String(), nullable=True))
