"""Tables of an earlier version whose rows have another form now. A migration renames them, and `move` moves their rows into the
current tables. It uses many small transactions, so that the move can be interrupted and the next start continues it.

Nothing else runs before the last row is moved. A row is in one of the two tables, never in both.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row, Select, column, delete, func, insert, inspect, select, table, text, tuple_
from sqlmodel import Session

from models.board import Board
from models.db.database import Database
from models.db.tables import columns_of
from models.event import KEPT_BYTES, command_day, command_digest
from models.ids import id_bytes, id_text
from models.stored_payload import Bases, is_packed, unpack
from models.times import to_ms

_NUMBERS = select(columns_of(Board).id, columns_of(Board).number)
BATCH_SIZE = 5_000  # rows per transaction

Progress = Callable[[int, int], object]  # receives the numbers of moved rows and of all rows
Values = dict[str, Any]


class Context(NamedTuple):
    """Context for converting the rows of a batch. `numbers`: numbers of boards by id. `bases`: base payloads for later rows of
    the batch."""

    numbers: Mapping[str, int]
    bases: Bases


class EarlierTable(NamedTuple):
    """Table that a migration has renamed.

    - `name`: its current name.
    - `query`: returns its rows.
    - `table`: table to which the rows are moved.
    - `convert`: returns the columns of a row in that table.
    - `beside`: other renamed tables with the same key, which the query joins.
    """

    name: str
    key: tuple[str, ...]
    query: str
    table: str
    convert: Callable[[Row[Any], Context], Values]
    beside: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return self.name, *self.beside


def _command(row: Row[Any], context: Context) -> Values:
    ack = orjson.loads(row.ack)
    return {
        "digest": command_digest(row.account, row.command), "day": command_day(row.at), "board": context.numbers[ack["board"]],
        "seq": min(ack["seqs"], default=0), "events": len(ack["seqs"]), "opened": ack.get("opened"), "content": row.content,
    }  # fmt: skip


def _short_command(row: Row[Any], context: Context) -> Values:
    return row._asdict() | {"day": command_day(row.day), "board": context.numbers[id_text(row.board)]}


def _ms(at: str) -> int:
    """Return a time in its current form; 0 for a damaged time, which the chain's verification reports."""
    try:
        return to_ms(at)
    except ValueError:
        return 0


def _event(row: Row[Any], context: Context) -> Values:
    base, body = (None, None) if row.body is None else _payload(row, context.bases)
    return row._asdict() | {
        "board": context.numbers[row.board], "at": _ms(row.at), "base": base, "body": body, "entity": id_bytes(row.entity),
        "account": None if row.account is None else id_bytes(row.account),
        "commitment": row.commitment if body is None else row.commitment[:KEPT_BYTES],
    }  # fmt: skip


def _payload(row: Row[Any], bases: Bases) -> tuple[int | None, bytes]:
    """Return the seq of a payload's base, and the payload in its current form. A damaged payload is not changed."""
    body = unpack(row.body)
    return (None, row.body) if is_packed(body) else bases.store((row.board, row.kind, row.entity), row.seq, body)


TABLES = (
    EarlierTable(
        "done_until_0031", ("account", "command"), "SELECT * FROM done_until_0031 ORDER BY account, command",
        "processed_commands", _command,
    ),
    EarlierTable(
        "event_until_0033", ("board", "seq"),
        "SELECT e.*, p.key, p.body FROM event_until_0033 e LEFT JOIN payload_until_0033 p ON p.board = e.board AND p.seq = e.seq "
        "ORDER BY e.board, e.seq",
        "event", _event, ("payload_until_0033",),
    ),
    EarlierTable(
        "done_until_0047", ("digest",), "SELECT * FROM done_until_0047 ORDER BY digest", "processed_commands", _short_command
    ),
    EarlierTable("event_until_0047", ("board", "seq"), "SELECT * FROM event_until_0047 ORDER BY board, seq", "event", _event),
)  # fmt: skip


def remaining(session: Session) -> list[EarlierTable]:
    """Return the tables that still have rows to move."""
    existing = set(inspect(session.connection()).get_table_names())
    return [table for table in TABLES if table.name in existing]


def count_rows(session: Session, version: str) -> int:
    """Return the number of rows to move in a database with tables of this version: the rows of renamed tables, and of tables that
    a migration will rename."""
    existing = set(inspect(session.connection()).get_table_names())
    names = {table.name for table in TABLES}
    bases = {base for base, _, until in (name.partition("_until_") for name in names) if version <= until}
    return sum(session.connection().execute(_count_of(name)).scalar_one() for name in (names | bases) & existing)


def _count_of(name: str) -> Select[int]:
    return select(func.count()).select_from(table(name))


def move(database: Database, progress: Progress) -> None:
    """Move all rows of earlier tables. If it raises DatabaseUnavailable, the next call continues."""
    tables = database.read_now(remaining)
    numbers: dict[str, int] = dict(database.read_now(lambda session: list(session.connection().execute(_NUMBERS))))
    total = sum(database.write_now(partial(_count, database, earlier)) for earlier in tables)
    moved = 0
    for earlier in tables:
        while count := database.write_now(partial(_move_batch, database, earlier, numbers)):
            moved += count
            progress(moved, total)


def _count(database: Database, earlier: EarlierTable, session: Session) -> int:
    """Return the number of remaining rows; 0 if another process has dropped the table in the meantime."""
    connection = session.connection()
    database.backend.lock_for_migration(connection)
    if earlier not in remaining(session):
        return 0
    return connection.execute(_count_of(earlier.name)).scalar_one()


def _move_batch(database: Database, earlier: EarlierTable, numbers: Mapping[str, int], session: Session) -> int:
    """Move the next rows and return their number. Drop the table if it has no rows."""
    connection = session.connection()
    database.backend.lock_for_migration(connection)  # another process may do the same
    if earlier not in remaining(session):
        return 0
    # text: the tables of earlier versions have no models
    rows = connection.execute(text(f"{earlier.query} LIMIT {BATCH_SIZE}")).all()
    if not rows:
        for name in earlier.names:
            # text: DDL
            connection.execute(text(f"DROP TABLE {name}"))
        return 0
    context = Context(numbers, Bases())
    values = [earlier.convert(row, context) for row in rows]
    # without types, which would refuse a damaged value
    connection.execute(insert(table(earlier.table, *map(column, values[0]))), values)
    key, last_key = tuple_(*map(column, earlier.key)), tuple_(*(getattr(rows[-1], name) for name in earlier.key))
    for name in earlier.names:
        connection.execute(delete(table(name)).where(key <= last_key))
    return len(rows)
