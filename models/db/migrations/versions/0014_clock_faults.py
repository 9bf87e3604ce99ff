"""Faults of the servers' clocks. None so far."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "clockfault",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("at", text, nullable=False),
        sa.Column("by_s", sa.Float(), nullable=True),
        sa.Column("until", text, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
