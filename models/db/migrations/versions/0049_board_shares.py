"""Shares of boards: who added what counts on a board, how much of it counts for each account, and when cards and notes left the
snapshot. What is there counts for the account of its first event."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from models.ids import id_text

revision = "0049"
down_revision = "0048"

CARD = {"column", "rank", "withdrawn"}  # columns of a table of cards, also of an installation's own kinds
BATCH_SIZE = 1_000


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    tables = [*_counted_tables()]
    for table, columns in tables:
        for name in ("share_account", "share_token", "archived_at"):
            if name not in columns:
                op.add_column(table, sa.Column(name, text, nullable=True))
    op.create_table(
        "board_share",
        *(sa.Column(name, text, nullable=False) for name in ("board", "account", "token")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("entities", "reserved")),
        sa.PrimaryKeyConstraint("board", "account", "token"),
    )
    for table, _ in tables:
        _set_accounts(table)
    for table, _ in tables:
        op.execute(
            "INSERT INTO board_share (board, account, token, entities, reserved) "  # noqa: S608
            f"SELECT board, share_account, '', count(*), 0 FROM {_quoted(table)} "
            "WHERE share_account IS NOT NULL AND archived_at IS NULL GROUP BY board, share_account "
            "ON CONFLICT (board, account, token) DO UPDATE SET entities = board_share.entities + excluded.entities"
        )


def _counted_tables() -> Iterator[tuple[str, set[str]]]:
    """Yield the tables of what counts on a board, with their columns."""
    inspected = sa.inspect(op.get_bind())
    for table in inspected.get_table_names():
        columns = {each["name"] for each in inspected.get_columns(table)}
        if table in ("note", "column", "tip") or columns >= CARD:
            yield table, columns


def _set_accounts(table: str) -> None:
    connection = op.get_bind()
    update = sa.text(f"UPDATE {_quoted(table)} SET share_account = :account WHERE id = :id")  # noqa: S608
    rows: list[dict[str, str]] = []
    for entity, account in _additions(f"{table}.added"):
        rows.append({"id": entity, "account": account})
        if len(rows) == BATCH_SIZE:
            connection.execute(update, rows)
            rows = []
    if rows:
        connection.execute(update, rows)


def _additions(type: str) -> list[tuple[str, str]]:
    """Return what an event of this type added, with its account; also from the journal of versions before 0048, whose rows are
    moved after the migrations."""
    connection = op.get_bind()
    query = "SELECT entity, account FROM {} WHERE type = :type AND account IS NOT NULL"
    found = connection.execute(sa.text(query.format("event")), {"type": type}).all()
    additions = [(id_text(bytes(entity)), id_text(bytes(account))) for entity, account in found]
    if sa.inspect(connection).has_table("event_until_0047"):
        additions += map(tuple, connection.execute(sa.text(query.format("event_until_0047")), {"type": type}).all())
    return additions


def _quoted(table: str) -> str:
    return f'"{table}"'
