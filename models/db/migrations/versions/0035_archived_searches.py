"""Archived searches: those that left `operations` some time after they were closed. Servers archive old ones by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("search", sa.Column("archived_at", text, nullable=True))
    op.create_index("ix_search_archived_at", "search", ["archived_at"])
    op.create_index("search_ended", "search", ["status", "status_at", "id"])
