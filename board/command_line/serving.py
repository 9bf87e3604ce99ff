"""Commands that serve the board, and that migrate, transfer, back up and restore its database."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from board.command_line.output import progress
from board.errors import OperationError
from board.maintenance.database import WAIT_S, by_command_line, write
from board.settings import Settings
from models.db.database import Database, DatabaseUnavailable
from models.db.schema import migrate as migrate_database
from models.times import format_utc, now


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Number of server processes.")] = None,
) -> None:
    """Serve the board. Migrates the database first."""
    from board.server.run import run

    given: dict[str, Any] = {"host": host, "port": port, "workers": workers}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    run(settings, lambda url: print(f"listening on {url}", flush=True))


def demo(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    fresh: Annotated[bool, typer.Option(help="Delete the demo data and start over.")] = False,
    live: Annotated[bool, typer.Option(help="With simulated users at work.")] = False,
) -> None:
    """Serve a board with invented searches."""
    from board.demo import run

    run(port=port, fresh=fresh, live=live)


def migrate() -> None:
    """Migrate the database to this version's schema, and compress what earlier versions stored. Creates it if there is none."""
    from board.maintenance.packing import pack_now

    write(lambda session: None, existing=False, progress=lambda done, whole: progress(f"moved {done:,} of {whole:,} rows"))
    database = Database(Settings().database_url, must_exist=True)
    try:
        pack_now(database, lambda done, whole: progress(f"compressed {done:,} of {whole:,} payloads"))
    finally:
        database.dispose()


def transfer(to: Annotated[str, typer.Option(help="URL of the new, empty database, PostgreSQL or SQLite.")]) -> None:
    """Copy everything to a new database, and verify it there. Stop the servers first."""
    from board.maintenance.transfer import copy as copy_database

    source, target = Database(Settings().database_url, must_exist=True), Database(to)
    for each in (source, target):
        migrate_database(each, WAIT_S)
    copy_database(source, target, lambda line: print(line, flush=True))
    print("copied: set DATABASE_URL to the new database and start the servers")


def backup(
    file: Annotated[Path | None, typer.Argument(help="File to create.")] = None,
    note: Annotated[
        bool, typer.Option("--note", help="Only record, for `check`, that another program has just made a backup.")
    ] = False,
) -> None:
    """Back up an SQLite database, beside running servers, and verify the backup. (PostgreSQL has pg_dump.)"""
    from board.maintenance.backup import backup as back_up
    from board.maintenance.backup import note_backup

    if note == (file is not None):
        raise typer.BadParameter("Name a new file, or --note.")
    if file is None:
        return write(lambda session: note_backup(session, format_utc(now()), None))
    at = format_utc(now())
    try:
        boards, faults = back_up(Database(Settings().database_url, must_exist=True), file, progress)
    finally:
        progress("")
    if faults:
        raise OperationError(
            f"The backup {file} is written, but a journal is damaged in it and in the database: {'; '.join(faults)}."
        )
    with suppress(DatabaseUnavailable):  # a database of an earlier version has no table for this
        noted = by_command_line(lambda session: note_backup(session, at, file))
        Database(Settings().database_url, must_exist=True).write_now(noted)
    print(f"{file} holds: {boards} boards")
    return None


def reset_epochs() -> None:
    """Give every board a new epoch after a restore, so that no client resumes from a position that no longer exists."""
    from board.maintenance.transfer import reset_epochs as reset_all

    print(f"{write(reset_all)} boards have a new epoch: everybody gets a new snapshot.")
    print("Accounts, sessions, tokens and displays are those of the backup: disable and revoke again what has ended since.")
