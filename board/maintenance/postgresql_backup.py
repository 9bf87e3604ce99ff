"""Backup of a PostgreSQL database by pg_dump from one snapshot, and restore by pg_restore.

Verification reads the complete backup: every table must have as many rows as in the snapshot.
"""

from collections import Counter
from pathlib import Path

from sqlalchemy import Connection, func, select, table, text
from sqlmodel import Session

from board.errors import OperationError
from board.maintenance import postgresql_programs
from board.maintenance.chains import Progress, Verified, verify_chains
from models.db import unfinished_upgrade
from models.db.database import Database

MB = 1_000_000
NAME = "searchboard"  # application name, as of all other connections
# text: catalogue of PostgreSQL
_TABLES = text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace")
_SNAPSHOT = select(func.pg_export_snapshot())


def dump(database: Database, part: Path, progress: Progress, chains: bool) -> Verified:
    """Write a dump to a file, and verify it. Raises OperationError."""

    def make(session: Session) -> Verified:
        connection = session.connection()
        database.backend.disable_timeouts(connection)
        rows = _count_rows(connection)
        if "board" not in rows:
            raise OperationError("There is nothing to back up. DATABASE_URL names a database without a board.")
        words = ["--format=custom", "--no-owner", "--no-password", f"--file={part}", f"--snapshot={_exported(connection)}"]
        words.append(f"--exclude-table={unfinished_upgrade.TABLE}")
        postgresql_programs.run(
            "pg_dump", database.url, words, NAME, lambda: progress(f"dumped {part.stat().st_size // MB:,} MB")
        )
        progress("checking it")
        _verify(part, rows)
        return verify_chains(session, chains)

    return database.read_now(make)


def _exported(connection: Connection) -> str:
    return str(connection.execute(_SNAPSHOT).scalar_one())


def _count_rows(connection: Connection) -> Counter[str]:
    tables = [name for (name,) in connection.execute(_TABLES) if name != unfinished_upgrade.TABLE]
    return Counter({name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in tables})


def _verify(part: Path, rows: Counter[str]) -> None:
    """Compare the number of rows in a dump with the counted `rows`. Raises OperationError if they differ."""
    dumped = rows_of(part)
    for name in rows:
        if dumped[name] != rows[name]:
            raise OperationError(
                f"The backup failed its check: {name} has {dumped[name]:,} of {rows[name]:,} rows. It was deleted."
            )


def rows_of(dump: Path) -> Counter[str]:
    """Return the number of rows of each table in a dump. Reads all of it. Raises ProgramFailed."""
    rows: Counter[str] = Counter()
    table: str | None = None
    for line in postgresql_programs.read("pg_restore", ["--data-only", "--file=-", str(dump)]):
        if table is None:
            if line.startswith(b"COPY "):
                table = line.split()[1].rpartition(b".")[2].strip(b'"').decode()
        elif line == b"\\.\n":
            table = None
        else:
            rows[table] += 1
    return rows


def check(dump: Path) -> None:
    """Read all of a dump. Raises OperationError if it is not a complete backup of a board."""
    if not rows_of(dump)["board"]:
        raise OperationError(f"{dump} is not a whole backup of a board.")


def restore(database: Database, dump: Path, mark: unfinished_upgrade.Mark, progress: Progress) -> None:
    """Replace the tables of the database by those of a dump. After an interruption it can be repeated; until then the mark
    prevents servers from starting. Raises OperationError."""
    check(dump)  # before anything is deleted
    database.write_now(lambda session: empty(session.connection(), mark))
    database.dispose()
    words = ["--no-owner", "--single-transaction", "--no-password", str(dump)]
    running = iter(range(1, 1 << 30))
    tell = lambda: progress(f"restoring the database for {next(running)} s")  # noqa: E731
    postgresql_programs.run("pg_restore", database.url, words, NAME, tell)
    database.write_now(lambda session: unfinished_upgrade.clear(session.connection()))


def empty(connection: Connection, mark: unfinished_upgrade.Mark) -> None:
    """Drop all tables: a dump replaces only its own tables."""
    tables = connection.execute(_TABLES).scalars().all()
    for name in tables:
        # text: DDL
        connection.execute(text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))
    unfinished_upgrade.write(connection, mark)
