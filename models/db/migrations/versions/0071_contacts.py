"""Contacts of searches, and the call that a note is about."""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    json = sa.JSON(none_as_null=True)
    op.create_table(
        "contacts",
        sa.Column("id", text, nullable=False),
        sa.Column("board", text, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("role", text, nullable=False),
        sa.Column("relation", text, nullable=True),
        sa.Column("languages", json, nullable=True),
        sa.Column("next_call", text, nullable=True),
        sa.Column("assignee", text, nullable=True),
        sa.Column("last_call", json, nullable=True),
        sa.Column("phones", json, nullable=True),
        sa.Column("email", text, nullable=True),
        sa.Column("note", text, nullable=True),
        sa.Column("details_kept", sa.Boolean(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("earlier", json, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contacts_board", "contacts", ["board"])
    is_due = sa.text("next_call IS NOT NULL AND NOT withdrawn")
    op.create_index("contact_due", "contacts", ["next_call"], sqlite_where=is_due, postgresql_where=is_due)
    op.add_column("note", sa.Column("call", json, nullable=True))
