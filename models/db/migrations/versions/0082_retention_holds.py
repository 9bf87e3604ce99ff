"""Retention holds of searches."""

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0081"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "retention_holds",
        sa.Column("id", text, primary_key=True),
        sa.Column("board", text, nullable=False),
        sa.Column("account", text, nullable=True),
        *(sa.Column(name, text, nullable=False) for name in ("reason", "at", "until")),
    )
    op.create_index("retention_holds_of_board", "retention_holds", ["board", "id"])
    op.create_index("retention_holds_until", "retention_holds", ["until"])
