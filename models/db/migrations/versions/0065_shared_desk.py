"""Device, network and lock of login sessions, and the last use of accounts. Existing accounts count as used now."""

import sqlalchemy as sa
from alembic import op

from models.times import format_utc, now

revision = "0065"
down_revision = "0064"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("session", sa.Column("device", text, nullable=False, server_default=""))
    op.add_column("session", sa.Column("network", text, nullable=True))
    op.add_column("session", sa.Column("is_new_device", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("session", sa.Column("locked_at", text, nullable=True))
    op.create_table(
        "account_uses",
        sa.Column("account", text, nullable=False),
        sa.Column("at", text, nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
    at = format_utc(now())
    op.execute(sa.text("INSERT INTO account_uses (account, at) SELECT id, :at FROM account").bindparams(at=at))
