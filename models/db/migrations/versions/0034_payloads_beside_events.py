"""Payloads are columns of their events, in place of a table of their own. `models.db.earlier_tables` moves the rows.

SQLite keeps the row numbers of the table: without them an event takes 77 bytes less, but SQLite then looks for the events of an
entity by reading the whole board."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

INDEXES = ("event_of_entity", "audit_by_account", "audit_by_type", "audit_by_time")


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    has_rows = op.get_bind().execute(sa.text("SELECT 1 FROM event LIMIT 1")).first() is not None
    for index in INDEXES:
        op.drop_index(index, "event")
    for table in ("event", "payload"):
        if not has_rows:
            op.drop_table(table)
            continue
        op.rename_table(table, f"{table}_until_0033")
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"ALTER INDEX {table}_pkey RENAME TO {table}_until_0033_pkey")
    op.create_table(
        "event",
        sa.Column("board", text, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", text, nullable=False),
        sa.Column("type", text, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("entity", text, nullable=False),
        sa.Column("account", text, nullable=True),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("board", "seq"),
    )
    op.create_index("event_of_entity", "event", ["board", "entity", "seq"])
    erased = sa.text("body IS NULL")
    op.create_index("event_erased", "event", ["board", "seq"], sqlite_where=erased, postgresql_where=erased)
    audit = sa.text("board = 'audit'")
    for column in ("account", "type", "at"):
        name = "audit_by_time" if column == "at" else f"audit_by_{column}"
        op.create_index(name, "event", [column, "seq"], sqlite_where=audit, postgresql_where=audit)
