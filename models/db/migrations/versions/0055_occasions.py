"""Occasion of each alarm, beside the key of its rule, which an installation chooses."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("alarm", sa.Column("occasion", text, nullable=True))
