"""Set-aside reports that may belong to a search, and the searches whose reports are due to be compared."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    json = sa.JSON(none_as_null=True)
    op.create_table(
        "wakes",
        sa.Column("id", text, nullable=False),
        sa.Column("board", text, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("tip", text, nullable=True),
        sa.Column("sighting", text, nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("search", text, nullable=False),
        sa.Column("reasons", json, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("assignee", text, nullable=True),
        sa.Column("queue", text, nullable=False),
        sa.Column("queue_since", text, nullable=False),
        sa.Column("answer", json, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_wakes_board", "wakes", ["board"])
    op.create_index("wakes_in_queue", "wakes", ["queue", "board"])
    op.create_index("wakes_of_tip", "wakes", ["tip"])
    op.create_index("wakes_of_sighting", "wakes", ["sighting"])
    op.create_table(
        "due_wakes",
        sa.Column("board", text, nullable=False),
        sa.Column("since", text, nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("claimed_until", text, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("board"),
    )
