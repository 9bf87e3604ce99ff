"""Number of an account's own events after its read position: these are not new to it. Existing positions have none."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("seen", sa.Column("own", sa.Integer(), nullable=False, server_default="0"))
