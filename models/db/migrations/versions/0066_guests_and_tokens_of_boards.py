"""Guests of one search, and the boards to which a token is limited."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("account", sa.Column("guest_of", text, nullable=True))
    op.add_column("account", sa.Column("guest_until", text, nullable=True))
    op.add_column("token", sa.Column("boards", text, nullable=False, server_default=""))
