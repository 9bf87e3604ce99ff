"""Reason for closing a search with something still open; and which tasks take an appeal down. For searches found before this, the
journal tells them: they were made by the command that set the status."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_FOUND = sa.text("SELECT DISTINCT board FROM event WHERE type = 'search.status_set' AND board <> 'operations'")
_EVENTS = sa.text(
    "SELECT e.seq, e.type, e.entity, p.body FROM event e JOIN payload p ON p.board = e.board AND p.seq = e.seq "
    "WHERE e.board = :board AND e.seq > :after AND e.type IN ('search.status_set', 'task.added') ORDER BY e.seq LIMIT 500"
)
_MARK = sa.text("UPDATE task SET take_down = :yes WHERE id = :id")


def upgrade() -> None:
    text = sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()  # sorts bytewise, see 0002
    op.add_column("search", sa.Column("acknowledge", text, nullable=True))
    op.add_column("task", sa.Column("take_down", sa.Boolean(), nullable=False, server_default=sa.false()))
    connection = op.get_bind()
    for board in connection.execute(_FOUND).scalars().all():
        if tasks := [{"id": task, "yes": True} for task in _made_when_found(connection, board)]:
            connection.execute(_MARK, tasks)


def _made_when_found(connection: sa.Connection, board: str) -> Iterator[str]:
    """Yield the tasks that were added by the command by which the child was found."""
    after, found = 0, None
    while rows := connection.execute(_EVENTS, {"board": board, "after": after}).all():
        for row in rows:
            body: dict[str, Any] = json.loads(bytes(row.body))
            by = (body.get("command"), (body.get("actor") or {}).get("id"))
            if row.type == "search.status_set":
                found = by if body["state"]["status"] == "found" else None
            elif by == found:
                yield row.entity
        after = rows[-1].seq
