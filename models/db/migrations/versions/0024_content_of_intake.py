"""Digest of an intake, which shows whether a second use of its id has the same content. Existing rows have none."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("done", sa.Column("content", sa.LargeBinary(), nullable=True))
