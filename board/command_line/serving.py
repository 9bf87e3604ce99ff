"""Commands that serve the board, and that migrate, transfer, back up and restore its database."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from board.command_line.output import progress
from board.errors import OperationError
from board.maintenance.database import WAIT_S, by_command_line, write
from board.settings import FILES_SUFFIX, Settings
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
    """Migrate the database to this version's schema. Creates it if there is none."""
    write(lambda session: None, existing=False, progress=lambda done, whole: progress(f"moved {done:,} of {whole:,} rows"))


def transfer(to: Annotated[str, typer.Option(help="URL of the new, empty database, PostgreSQL or SQLite.")]) -> None:
    """Copy the database to a new one, and verify it there. Stop the servers first. Photos and files stay where they are."""
    from board.files.store import FileStore
    from board.maintenance.transfer import copy as copy_database

    settings = Settings()
    source, target = Database(settings.database_url, must_exist=True), Database(to)
    for each in (source, target):
        migrate_database(each, WAIT_S)
    copy_database(source, target, lambda line: print(line, flush=True))
    folder = FileStore.of(settings).folder
    if settings.files_url is None and folder is not None and folder.exists():
        print(f"Photos and files stay in their folder: set FILES_URL to {folder.absolute().as_uri()}")
    print("copied: set DATABASE_URL to the new database and start the servers")


def backup(
    file: Annotated[Path | None, typer.Argument(help="File to create.")] = None,
    note: Annotated[
        bool, typer.Option("--note", help="Only record, for `check`, that another program has just made a backup.")
    ] = False,
    files: Annotated[Path | None, typer.Option(help="Only back up photos and files, to a folder to create.")] = None,
) -> None:
    """Back up an SQLite database, beside running servers, and verify the backup. (PostgreSQL has pg_dump.)

    Photos and files in a folder are backed up beside it, in FILE.files.
    """
    from board.files.store import FileStore
    from board.maintenance.backup import backup as back_up
    from board.maintenance.backup import note_backup

    if (file is not None) == (note or files is not None):
        raise typer.BadParameter("Name a new file, or --files with a new folder, or --note.")
    settings = Settings()
    if file is None:
        if files is not None:
            _back_up_files(settings, Database(settings.database_url, read_only=True), files)
        return write(lambda session: note_backup(session, format_utc(now()), None)) if note else None
    at, beside = format_utc(now()), file.with_name(f"{file.name}{FILES_SUFFIX}")
    if os.path.lexists(beside):
        raise OperationError(f"The folder {beside} exists already. Name a new file.")
    try:
        boards, faults = back_up(Database(settings.database_url, must_exist=True), file, progress)
    finally:
        progress("")
    if faults:
        raise OperationError(
            f"The backup {file} is written, but a journal is damaged in it and in the database: {'; '.join(faults)}."
        )
    if FileStore.of(settings).folder is None:
        print("Photos and files are in a bucket: back them up there, or by `board backup --files FOLDER`.")
    else:
        _back_up_files(settings, Database(f"sqlite:///{file}", read_only=True), beside)
    with suppress(DatabaseUnavailable):  # a database of an earlier version has no table for this
        noted = by_command_line(lambda session: note_backup(session, at, file))
        Database(settings.database_url, must_exist=True).write_now(noted)
    print(f"{file} holds: {boards} boards")
    return None


def _back_up_files(settings: Settings, database: Database, to: Path) -> None:
    """Back up the files that a database names. Raises OperationError."""
    from board.maintenance import file_backup, files

    try:
        found = file_backup.back_up(settings, database, to, progress)
    finally:
        progress("")
        database.dispose()
    if found.faults:
        raise OperationError(
            f"The backup {to} is written, but files are missing or damaged in the store: {files.named(found.faults)}."
        )
    print(f"{to} holds: {found.files} files" if found.files else "There are no photos and files to back up.")


def reset_epochs() -> None:
    """Give every board a new epoch after a restore, so that no client resumes from a position that no longer exists."""
    from board.checks.files import check
    from board.checks.finding import State
    from board.maintenance.transfer import reset_epochs as reset_all

    print(f"{write(reset_all)} boards have a new epoch: everybody gets a new snapshot.")
    print("Accounts, sessions, tokens and displays are those of the backup: disable and revoke again what has ended since.")
    state, says = check(Settings())
    if state is State.WRONG:
        print(f"Photos and files: {says}")
