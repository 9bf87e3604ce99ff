"""Networks from which somebody has signed in to an account, as keyed digests."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "login_networks",
        sa.Column("account", text, nullable=False),
        sa.Column("network", text, nullable=False),
        sa.Column("used_at", text, nullable=False),
        sa.PrimaryKeyConstraint("account", "network"),
    )
