"""Digest of what was taken in, by which a second use of its id is known to be of the same. Rows that are there have none."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("done", sa.Column("content", sa.LargeBinary(), nullable=True))
