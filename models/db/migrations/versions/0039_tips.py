"""Tips: sightings that fit no search yet; and the tip that a sighting was."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "tip",
        sa.Column("id", text, nullable=False),
        sa.Column("board", text, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("folded", text, server_default="", nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("description", text, nullable=False),
        sa.Column("seen_at", text, nullable=True),
        sa.Column("received_at", text, nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("channel", text, nullable=False),
        sa.Column("source", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("place", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("direction", text, nullable=True),
        sa.Column("clothing", text, nullable=True),
        sa.Column("company", text, nullable=True),
        sa.Column("assignee", text, nullable=True),
        sa.Column("priority", text, nullable=False),
        sa.Column("source_kept", sa.Boolean(), nullable=True),
        sa.Column("placed", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("dismissed", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("queue", text, nullable=False),
        sa.Column("queue_since", text, nullable=False),
        sa.Column("placed_on", text, nullable=True),
        sa.Column("archived_at", text, nullable=True),
        sa.Column("recorded_at", text, nullable=False),
        sa.Column("taken_by", text, nullable=False),
        sa.Column("source_name", text, nullable=True),
        sa.Column("source_contact", text, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_tip_board", "tip", ["board"])
    op.create_index("ix_tip_placed_on", "tip", ["placed_on"])
    op.create_index("tip_answered", "tip", ["archived_at", "queue", "queue_since"])
    op.add_column("sighting", sa.Column("from_tip", sa.JSON(none_as_null=True), nullable=True))
