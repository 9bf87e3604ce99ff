"""Sizes of the tables, each with its indexes: rows and bytes."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import func, inspect, select, text
from sqlmodel import Session

from board.config.settings import Settings
from board.maintenance.checks.finding import State, TableSize
from board.maintenance.database import read
from models.db.database import Database
from models.db.schema import metadata

MB = 1_000_000
MAX_S = 5.0  # for adding up the pages of a file; after that, only rows are reported
PROGRESS_STEPS = 10_000
MANY_ROWS = 1_000_000  # above it PostgreSQL's estimate is reported, because counting is slow

_BYTES_OF_FILE = (
    "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name "
    "WHERE s.aggregate = TRUE GROUP BY m.tbl_name"
)
# text: catalogue of PostgreSQL
_OF_SERVER = text(
    "SELECT relname, reltuples, pg_total_relation_size(oid) FROM pg_class "
    "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
)


def check(settings: Settings) -> tuple[State, str, tuple[TableSize, ...]]:
    path = Database(settings.database_url, read_only=True).path
    table_sizes = tuple(read(lambda session: sizes(session, path)))
    events = next((table.rows for table in table_sizes if table.name == "event"), 0)
    if any(table.bytes is None for table in table_sizes):
        return State.OK, f"{events:,} events; bytes are unknown.", table_sizes
    total = sum(table.bytes or 0 for table in table_sizes)
    share = f", {total / events:,.0f} bytes for each" if events else ""
    return State.OK, f"{events:,} events, {total / MB:,.1f} MB with all else{share}.", table_sizes


def sizes(session: Session, path: Path | None) -> list[TableSize]:
    """Return the sizes of the program's tables, the largest first; `path` is that of an SQLite file."""
    table_sizes = _of_file(session, path) if path is not None else _of_server(session)
    return sorted(table_sizes, key=lambda table: (-(table.bytes or 0), -table.rows, table.name))


def _of_file(session: Session, path: Path) -> list[TableSize]:
    existing = set(inspect(session.connection()).get_table_names())
    names = [name for name in metadata.tables if name in existing]
    bytes_of = bytes_of_file(path)
    return [TableSize(name, _count(session, name), bytes_of.get(name)) for name in names]


def bytes_of_file(path: Path) -> dict[str, int]:
    """Return the bytes of each table of a file. Empty if that takes too long, or if no SQLite library has the table `dbstat`.

    The newer SQLite that the program uses lacks it; Python's own often has it.
    """
    deadline = time.monotonic() + MAX_S
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > deadline, PROGRESS_STEPS)
            return dict(connection.execute(_BYTES_OF_FILE).fetchall())
    except sqlite3.Error:
        return {}


def _of_server(session: Session) -> list[TableSize]:
    rows = session.connection().execute(_OF_SERVER).all()
    return [
        TableSize(name, round(estimate) if estimate > MANY_ROWS else _count(session, name), size)
        for name, estimate, size in rows
        if name in metadata.tables
    ]


def _count(session: Session, table: str) -> int:
    return int(session.connection().execute(select(func.count()).select_from(metadata.tables[table])).scalar_one())
