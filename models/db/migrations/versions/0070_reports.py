"""Reports of disappearances, and the reports of a search."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "missingreport",
        sa.Column("id", text, nullable=False),
        sa.Column("board", text, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("folded", text, server_default="", nullable=False),
        sa.Column("share_account", text, nullable=True),
        sa.Column("share_token", text, nullable=True),
        sa.Column("archived_at", text, nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", text, nullable=False),
        sa.Column("person", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("missing_since", text, nullable=True),
        sa.Column("last_seen", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("last_seen_by", text, nullable=True),
        sa.Column("belongings", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("circumstances", text, nullable=True),
        sa.Column("may_go", text, nullable=True),
        sa.Column("police_told", text, nullable=True),
        sa.Column("kind", text, nullable=True),
        sa.Column("possible_kind", text, nullable=True),
        sa.Column("details", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("criteria", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("suggested", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("earlier", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("caller_role", text, nullable=True),
        sa.Column("caller_place", text, nullable=True),
        sa.Column("source_name", text, nullable=True),
        sa.Column("source_contact", text, nullable=True),
        sa.Column("source_kept", sa.Boolean(), nullable=True),
        sa.Column("received_at", text, nullable=False),
        sa.Column("ended_at", text, nullable=True),
        sa.Column("taken_by", text, nullable=False),
        sa.Column("questions", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("decision", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("placed_on", text, nullable=True),
        sa.Column("decided_at", text, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_missingreport_board", "missingreport", ["board"])
    op.create_index("ix_missingreport_placed_on", "missingreport", ["placed_on"])
    op.create_index("missingreport_decided", "missingreport", ["archived_at", "status", "decided_at"])
    op.add_column("search", sa.Column("reports", sa.JSON(none_as_null=True), nullable=True))
