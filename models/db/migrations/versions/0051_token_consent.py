"""Tokens: since when their owner agrees to them. Existing ones stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("token", sa.Column("agreed_at", text, nullable=True))
    op.execute("UPDATE token SET agreed_at = created_at")
