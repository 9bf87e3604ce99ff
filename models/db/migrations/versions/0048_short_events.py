"""Events and accepted commands in a shorter form: the number of their board in place of its id, times and days as numbers, ids as
bytes, and payloads that hold what changed. `models.db.earlier_tables` moves the rows that are there."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"

INDEXES = ("event_of_entity", "event_erased", "audit_by_account", "audit_by_type", "audit_by_time")
NUMBERS = (
    "UPDATE board SET number = n.number FROM (SELECT id, CASE id WHEN 'audit' THEN 0 WHEN 'operations' THEN 1 "
    "ELSE 1 + row_number() OVER (PARTITION BY id IN ('audit', 'operations') ORDER BY id) END AS number FROM board) n "
    "WHERE n.id = board.id"
)


def upgrade() -> None:
    op.add_column("board", sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
    op.execute(NUMBERS)
    op.create_index("board_number", "board", ["number"], unique=True)
    op.execute("DELETE FROM upkeep WHERE name = 'packing'")  # moving compresses what is not
    for index in INDEXES:
        op.drop_index(index, "event")
    for table in ("event", "done"):
        _put_aside(table)
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.create_table(
        "event",
        sa.Column("board", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("type", text, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("entity", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=True),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("board", "seq"),
    )
    op.create_index("event_of_entity", "event", ["board", "entity", "seq"])
    erased = sa.text("body IS NULL")
    op.create_index("event_erased", "event", ["board", "seq"], sqlite_where=erased, postgresql_where=erased)
    audit = sa.text("board = 0")
    for column in ("account", "type", "at"):
        name = "audit_by_time" if column == "at" else f"audit_by_{column}"
        op.create_index(name, "event", [column, "seq"], sqlite_where=audit, postgresql_where=audit)
    op.create_table(
        "done",
        sa.Column("digest", text, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("board", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("opened", text, nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )


def _put_aside(table: str) -> None:
    """Rename a table, or drop it if it is empty."""
    has_rows = op.get_bind().execute(sa.text(f"SELECT 1 FROM {table} LIMIT 1")).first() is not None  # noqa: S608
    if not has_rows:
        op.drop_table(table)
        return
    op.rename_table(table, f"{table}_until_0047")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER INDEX {table}_pkey RENAME TO {table}_until_0047_pkey")
