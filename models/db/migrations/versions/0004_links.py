"""Links that set a password once, and the theme of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("account", sa.Column("theme", text, nullable=False, server_default=""))
    op.create_table(
        "link",
        sa.Column("account", text, nullable=False),
        sa.Column("digest", text, nullable=False),
        sa.Column("created_at", text, nullable=False),
        sa.Column("ends_at", text, nullable=False),
        sa.PrimaryKeyConstraint("account"),
        sa.UniqueConstraint("digest"),
    )
