"""Facts of searches for the figures. The server adds those of earlier events from the journal."""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "search_facts",
        sa.Column("board", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), nullable=True),
        sa.Column("missing_since", sa.BigInteger(), nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("status", text, nullable=False),
        sa.Column("worrying", sa.Boolean(), nullable=True),
        sa.Column("appeal", text, nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=True),
        sa.Column("condition", text, nullable=True),
        sa.PrimaryKeyConstraint("board", "seq"),
    )
    op.create_index("ix_search_facts_opened_at", "search_facts", ["opened_at"])
