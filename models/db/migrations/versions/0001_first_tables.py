"""First tables: accounts, boards with their journals (payloads in a table of their own), and the entities of a search."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "board",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("last_type", sa.String(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("cards", sa.Integer(), nullable=False),
        sa.Column("entities", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "column",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("board", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("rank", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_column_board"), "column", ["board"], unique=False)
    op.create_table(
        "done",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("ack", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("account", "command"),
    )
    op.create_table(
        "event",
        sa.Column("board", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("board", "seq"),
    )
    op.create_index("event_of_entity", "event", ["board", "entity", "seq"], unique=False)
    op.create_table(
        "note",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("board", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("card", sa.String(), nullable=True),
        sa.Column("happened_at", sa.String(), nullable=False),
        sa.Column("corrects", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_note_board"), "note", ["board"], unique=False)
    op.create_index(op.f("ix_note_card"), "note", ["card"], unique=False)
    op.create_table(
        "payload",
        sa.Column("board", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("board", "seq"),
    )
    op.create_table(
        "reading",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("board", sa.String(), nullable=False),
        sa.Column("sighting", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_reading_board"), "reading", ["board"], unique=False)
    op.create_table(
        "rights",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "search",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("board", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("operations_seq", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_reason", sa.String(), nullable=True),
        sa.Column("person", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("missing_since", sa.String(), nullable=False),
        sa.Column("last_seen", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("criteria", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("worrying", sa.Boolean(), nullable=True),
        sa.Column("worrying_basis", sa.String(), nullable=True),
        sa.Column("appeal", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("members", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("lead", sa.String(), nullable=True),
        sa.Column("outcome", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("opened_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference"),
    )
    op.create_index(op.f("ix_search_access"), "search", ["access"], unique=False)
    op.create_index(op.f("ix_search_board"), "search", ["board"], unique=False)
    op.create_table(
        "session",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("ends_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index(op.f("ix_session_account"), "session", ["account"], unique=False)
    op.create_table(
        "sight",
        sa.Column("board", sa.String(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("board", "search", "account"),
    )
    op.create_index(op.f("ix_sight_account"), "sight", ["account"], unique=False)
    op.create_table(
        "sighting",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("board", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(), nullable=False),
        sa.Column("rank", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("seen_at", sa.String(), nullable=True),
        sa.Column("received_at", sa.String(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("source", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("place", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("direction", sa.String(), nullable=True),
        sa.Column("clothing", sa.String(), nullable=True),
        sa.Column("company", sa.String(), nullable=True),
        sa.Column("grade", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("assessment", sa.String(), nullable=False),
        sa.Column("duplicate_of", sa.String(), nullable=True),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("taken_by", sa.String(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=True),
        sa.Column("source_contact", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_sighting_board"), "sighting", ["board"], unique=False)
    op.create_index(op.f("ix_sighting_column"), "sighting", ["column"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("board", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(), nullable=False),
        sa.Column("rank", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("instruction", sa.String(), nullable=True),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("due", sa.String(), nullable=True),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("checklist", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("sighting", sa.String(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_task_board"), "task", ["board"], unique=False)
    op.create_index(op.f("ix_task_column"), "task", ["column"], unique=False)
    op.create_table(
        "token",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
        sa.UniqueConstraint("name"),
    )
    op.execute("INSERT INTO rights (id, version) VALUES (1, 0)")
