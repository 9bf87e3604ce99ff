"""Serving, and the database as a whole."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from board.command_line.output import progress
from board.errors import OperationError
from board.maintenance.database import WAIT_S, by_command_line, write
from board.settings import Settings
from models.db.database import Database, DatabaseUnavailable
from models.db.schema import migrate as bring_up
from models.times import format_utc, now


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes.")] = None,
) -> None:
    """Serves the board. Migrates by itself."""
    from board.server.run import run

    given: dict[str, Any] = {"host": host, "port": port, "workers": workers}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    run(settings, lambda url: print(f"listening on {url}", flush=True))


def demo(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    fresh: Annotated[bool, typer.Option(help="Begin anew.")] = False,
    live: Annotated[bool, typer.Option(help="With invented colleagues at work.")] = False,
) -> None:
    """Serves a board with invented searches, to look at."""
    from board.demo import run

    run(port=port, fresh=fresh, live=live)


def migrate() -> None:
    """Brings the database to this version's tables; makes it first where there is none."""
    write(lambda session: None, existing=False)


def copy(to: Annotated[str, typer.Option(help="The new database's URL: empty, in PostgreSQL or in SQLite.")]) -> None:
    """Copies everything to a new database, and checks it there. Stop the servers first."""
    from board.maintenance.transfer import copy as copy_all

    source, target = Database(Settings().database_url, existing=True), Database(to)
    for each in (source, target):
        bring_up(each, WAIT_S)
    copy_all(source, target, lambda line: print(line, flush=True))
    print("copied: set DATABASE_URL to the new database and start the servers")


def backup(
    file: Annotated[Path | None, typer.Argument(help="A new file.")] = None,
    note: Annotated[bool, typer.Option("--note", help="Only note, for `check`, that another program has just made one.")] = False,
) -> None:
    """Writes a backup of an SQLite database, beside running servers, and checks it. (PostgreSQL has pg_dump.)"""
    from board.maintenance.backup import backup as back_up
    from board.maintenance.backup import note_backup

    if note == (file is not None):
        raise typer.BadParameter("Name a new file, or --note.")
    if file is None:
        return write(lambda session: note_backup(session, format_utc(now()), None))
    at = format_utc(now())
    try:
        boards, faults = back_up(Database(Settings().database_url, existing=True), file, progress)
    finally:
        progress("")
    if faults:
        raise OperationError(f"{file} is written, but a journal in it is damaged, as it is in the database: {'; '.join(faults)}.")
    with suppress(DatabaseUnavailable):  # of an earlier version, it has no place for this
        noted = by_command_line(lambda session: note_backup(session, at, file))
        Database(Settings().database_url, existing=True).write_now(noted)
    print(f"{file} holds: {boards} boards")
    return None


def restored() -> None:
    """After a restore from a backup: gives every board a new epoch, so that no client goes on from where it was."""
    from board.maintenance.transfer import reset_epochs as renew

    print(f"{write(renew)} boards have a new epoch: everybody gets a new snapshot.")
    print("Accounts, sessions, tokens and displays are those of the backup: disable and revoke again what has ended since.")
