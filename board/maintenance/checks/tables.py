"""Sizes of the tables, each with its indexes: rows and bytes."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect, text
from sqlmodel import Session

from board.config.settings import Settings
from board.maintenance.checks.finding import State, TableSize
from board.maintenance.database import read
from models.db.database import Database
from models.db.schema import metadata

MB = 1_000_000
MAX_S = 5.0  # seconds of adding up the pages of a file; then only rows are told
PROGRESS_STEPS = 10_000
MANY_ROWS = 1_000_000  # above it PostgreSQL's own estimate is told, as counting takes long

_BYTES_OF_FILE = (
    "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name "
    "WHERE s.aggregate = TRUE GROUP BY m.tbl_name"
)
_OF_SERVER = text(
    "SELECT relname, reltuples, pg_total_relation_size(oid) FROM pg_class "
    "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
)


def check(settings: Settings) -> tuple[State, str, tuple[TableSize, ...]]:
    path = Database(settings.database_url, read_only=True).path
    found = tuple(read(lambda session: sizes(session, path)))
    events = next((each.rows for each in found if each.name == "event"), 0)
    if any(each.bytes is None for each in found):
        return State.OK, f"{events:,} events; bytes are unknown.", found
    total = sum(each.bytes or 0 for each in found)
    share = f", {total / events:,.0f} bytes for each" if events else ""
    return State.OK, f"{events:,} events, {total / MB:,.1f} MB with all else{share}.", found


def sizes(session: Session, path: Path | None) -> list[TableSize]:
    """Return the sizes of the program's tables, the largest first; `path` is that of an SQLite file."""
    found = _of_file(session, path) if path is not None else _of_server(session)
    return sorted(found, key=lambda each: (-(each.bytes or 0), -each.rows, each.name))


def _of_file(session: Session, path: Path) -> list[TableSize]:
    there = set(inspect(session.connection()).get_table_names())
    names = [name for name in metadata.tables if name in there]
    used = bytes_of_file(path)
    return [TableSize(name, _count(session, name), used.get(name)) for name in names]


def bytes_of_file(path: Path) -> dict[str, int]:
    """Return the bytes of each table of a file. Empty if that takes too long, or no library at hand can tell it: the newer
    SQLite with which files are opened lacks the table `dbstat`, Python's own often has it."""
    deadline = time.monotonic() + MAX_S
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > deadline, PROGRESS_STEPS)
            return dict(connection.execute(_BYTES_OF_FILE).fetchall())
    except sqlite3.Error:
        return {}


def _of_server(session: Session) -> list[TableSize]:
    found = session.connection().execute(_OF_SERVER).all()
    return [
        TableSize(name, round(about) if about > MANY_ROWS else _count(session, name), size)
        for name, about, size in found
        if name in metadata.tables
    ]


def _count(session: Session, table: str) -> int:
    return int(session.connection().execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())  # noqa: S608
