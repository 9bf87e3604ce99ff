"""Guests who may write, and the end of roles that come from the claims of a provider.

`claims_until` is filled at the next start, because it depends on the providers in `sign_in.toml`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("account", sa.Column("guest_writes", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("account", sa.Column("claims_until", text, nullable=True))
