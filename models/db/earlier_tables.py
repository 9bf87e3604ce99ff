"""Tables of an earlier version whose rows have another form now. A migration renames them, and `move` moves the rows into the
present tables: in many small transactions, so that a million rows can be interrupted, and the next start goes on.

Nothing else runs before the last row is moved. A row stands in one of the two tables, never in both.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row, inspect, text
from sqlmodel import Session

from models.db.database import Database
from models.event import KEPT_BYTES, command_day, command_digest
from models.ids import id_bytes, id_text
from models.stored_payload import Bases, is_packed, unpack
from models.times import to_ms

_NUMBERS = text("SELECT id, number FROM board")
BATCH_SIZE = 5_000  # rows of one transaction

Progress = Callable[[int, int], object]  # rows done, and all
Values = dict[str, Any]


class Context(NamedTuple):
    """Context of converting the rows of a batch: the numbers of boards by their ids, and the payloads on which later ones of the
    batch may be based."""

    numbers: Mapping[str, int]
    bases: Bases


class EarlierTable(NamedTuple):
    """Table that a migration has renamed: its present name, its key, the query for its rows, the table to which they are moved,
    and their form there. `beside` are renamed tables with the same key, whose rows the query has joined."""

    name: str
    key: tuple[str, ...]
    query: str
    table: str
    convert: Callable[[Row[Any], Context], Values]
    beside: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return self.name, *self.beside

    @property
    def moved(self) -> str:
        """Return the condition of the rows up to the position that was reached."""
        return f"({', '.join(self.key)}) <= ({', '.join(f':{name}' for name in self.key)})"


def _command(row: Row[Any], context: Context) -> Values:
    ack = orjson.loads(row.ack)
    return {
        "digest": command_digest(row.account, row.command), "day": command_day(row.at), "board": context.numbers[ack["board"]],
        "seq": min(ack["seqs"], default=0), "events": len(ack["seqs"]), "opened": ack.get("opened"), "content": row.content,
    }  # fmt: skip


def _short_command(row: Row[Any], context: Context) -> Values:
    return row._asdict() | {"day": command_day(row.day), "board": context.numbers[id_text(row.board)]}


def _ms(at: str) -> int:
    """Return a time in its present form; 0 for a damaged one, of which the chain tells."""
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
    """Return the present form of a payload, and before it the seq of its base. A damaged one stays as it is."""
    body = unpack(row.body)
    return (None, row.body) if is_packed(body) else bases.store((row.board, row.kind, row.entity), row.seq, body)


TABLES = (
    EarlierTable(
        "done_until_0031", ("account", "command"), "SELECT * FROM done_until_0031 ORDER BY account, command", "done", _command
    ),
    EarlierTable(
        "event_until_0033", ("board", "seq"),
        "SELECT e.*, p.key, p.body FROM event_until_0033 e LEFT JOIN payload_until_0033 p ON p.board = e.board AND p.seq = e.seq "
        "ORDER BY e.board, e.seq",
        "event", _event, ("payload_until_0033",),
    ),
    EarlierTable("done_until_0047", ("digest",), "SELECT * FROM done_until_0047 ORDER BY digest", "done", _short_command),
    EarlierTable("event_until_0047", ("board", "seq"), "SELECT * FROM event_until_0047 ORDER BY board, seq", "event", _event),
)  # fmt: skip


def left(session: Session) -> list[EarlierTable]:
    """Return the tables whose rows are not all moved."""
    there = set(inspect(session.connection()).get_table_names())
    return [each for each in TABLES if each.name in there]


def count_rows(session: Session, version: str) -> int:
    """Return the number of rows to move in a database whose tables are of this version: those of tables that are renamed, and of
    tables that a migration will rename."""
    there = set(inspect(session.connection()).get_table_names())
    names = {table.name for table in TABLES}
    bases = {base for base, _, until in (name.partition("_until_") for name in names) if version <= until}
    counted = (text(f"SELECT count(*) FROM {name}") for name in (names | bases) & there)  # noqa: S608
    return sum(int(session.connection().execute(query).scalar_one()) for query in counted)


def move(database: Database, progress: Progress) -> None:
    """Move all rows of earlier tables. Raises DatabaseUnavailable; the next call goes on."""
    tables = database.read_now(left)
    numbers: dict[str, int] = dict(database.read_now(lambda session: list(session.connection().execute(_NUMBERS))))
    counts = [database.write_now(partial(_count, database, each)) for each in tables]
    done, whole = 0, sum(counts)
    for table in tables:
        while moved := database.write_now(partial(_move_batch, database, table, numbers)):
            done += moved
            progress(done, whole)


def _count(database: Database, table: EarlierTable, session: Session) -> int:
    """Return the number of rows that are left; of a table that another process has dropped meanwhile, none."""
    connection = session.connection()
    database.backend.lock_for_migration(connection)
    if table not in left(session):
        return 0
    return int(connection.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one())  # noqa: S608


def _move_batch(database: Database, table: EarlierTable, numbers: Mapping[str, int], session: Session) -> int:
    """Move the next rows and return their number; drop the table if there are none."""
    connection = session.connection()
    database.backend.lock_for_migration(connection)  # another process may do the same
    if table not in left(session):
        return 0
    rows = connection.execute(text(f"{table.query} LIMIT {BATCH_SIZE}")).all()
    if not rows:
        for name in table.names:
            connection.execute(text(f"DROP TABLE {name}"))
        return 0
    context = Context(numbers, Bases())
    values = [table.convert(row, context) for row in rows]
    names = values[0].keys()
    insert = f"INSERT INTO {table.table} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"  # noqa: S608
    connection.execute(text(insert), values)
    reached = {name: getattr(rows[-1], name) for name in table.key}
    for name in table.names:
        connection.execute(text(f"DELETE FROM {name} WHERE {table.moved}"), reached)  # noqa: S608
    return len(rows)
