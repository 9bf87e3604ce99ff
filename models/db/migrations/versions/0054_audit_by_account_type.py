"""Audit journal: an index by account and type, as reads are most entries and a filter must not read them all."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    only = sa.text("board = 0")
    op.create_index("audit_by_account_type", "event", ["account", "type", "seq"], sqlite_where=only, postgresql_where=only)
