"""Erasures of searches."""

import sqlalchemy as sa
from alembic import op

revision = "0084"
down_revision = "0083"


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    text = sa.String(collation="C") if is_postgresql else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "erasures",
        sa.Column("id", text, primary_key=True),
        *(sa.Column(name, text, nullable=False) for name in ("board", "reason", "asked_by", "asked_at")),
        *(sa.Column(name, text, nullable=True) for name in ("agreed_by", "agreed_at")),
        sa.Column("step", text, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("ended_at", text, nullable=True),
    )
    op.create_index("erasures_by_time", "erasures", ["asked_at"])
    op.create_index("erasures_of_board", "erasures", ["board"])
    # text: SQLite uses the index only for queries with these terms
    is_open = sa.text("ended_at IS NULL")
    op.create_index("erasures_open", "erasures", ["step"], sqlite_where=is_open, postgresql_where=is_open)
