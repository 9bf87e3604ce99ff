"""Guests of one search, and the boards to which a token is limited."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"


def upgrade() -> None:
    op.add_column("account", sa.Column("guest_of", sa.String(), nullable=True))
    op.add_column("account", sa.Column("guest_until", sa.String(), nullable=True))
    op.add_column("token", sa.Column("boards", sa.String(), nullable=False, server_default=""))
