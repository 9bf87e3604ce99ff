"""Separate rights version of wall displays: a change of a display does not reload the rights of accounts."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute("INSERT INTO rights (id, version) VALUES (2, 0)")
