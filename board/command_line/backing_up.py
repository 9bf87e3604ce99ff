"""Commands that back up an installation, and restore it."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from board.command_line.output import progress
from board.config.backup_keys import digest, parse_recipients
from board.config.search_keys import SearchKeys
from board.config.settings import FILES_SUFFIX, Settings
from board.errors import OperationError
from board.maintenance.database import by_command_line, write
from models.db.database import Database, DatabaseUnavailable
from models.db.schema import has_current_tables
from models.times import format_utc, now
from models.upkeep import BACKUP_OPENED, record_run


def backup(
    file: Annotated[Path | None, typer.Argument(help="File to create.")] = None,
    note: Annotated[
        bool, typer.Option("--note", help="Only record, for `check`, that another program has just made a backup.")
    ] = False,
    files: Annotated[Path | None, typer.Option(help="Only back up photos and files, to a folder to create.")] = None,
) -> None:
    """Back up the database while servers run, and verify the backup: a copy of an SQLite file, or a dump of PostgreSQL.

    Photos and files in a folder are backed up beside it, in FILE.files. Both are encrypted if BACKUP_RECIPIENTS is set.
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
        database = Database(settings.database_url, must_exist=True)
        database.backend.wait_until_ready(0)
        recipients = parse_recipients(settings.backup_recipients) if settings.backup_recipients else None
        has_chains, keys = has_current_tables(database), _search_keys(settings)
        boards, faults = back_up(database, file, progress, chains=has_chains, recipients=recipients, keys=keys)
    finally:
        progress("")
    if faults:
        raise OperationError(
            f"The backup {file} is written, but a journal is damaged in it and in the database: {'; '.join(faults)}."
        )
    if FileStore.of(settings).folder is None:
        print("Photos and files are in a bucket: back them up there, or by `board backup --files FOLDER`.")
    else:
        is_copy = settings.on_sqlite and recipients is None and keys is None
        copy = f"sqlite:///{file}" if is_copy else settings.database_url
        _back_up_files(settings, Database(copy, read_only=True), beside)
    with suppress(DatabaseUnavailable):  # a database of an earlier version has no table for this
        noted = by_command_line(lambda session: note_backup(session, at, file, is_sealed=keys is not None))
        Database(settings.database_url, must_exist=True).write_now(noted)
    print(f"{file} holds: {boards} boards")
    return None


def _search_keys(settings: Settings) -> SearchKeys | None:
    return SearchKeys.read(Path(settings.search_keys_file)) if settings.search_keys_file else None


def _back_up_files(settings: Settings, database: Database, to: Path) -> None:
    """Back up the files that a database names. Raises OperationError."""
    from board.maintenance import file_backup, files

    try:
        found = file_backup.back_up(settings, database, to, progress, _search_keys(settings))
    finally:
        progress("")
        database.dispose()
    if found.faults:
        raise OperationError(
            f"The backup {to} is written, but files are missing or damaged in the store: {files.named(found.faults)}."
        )
    print(f"{to} holds: {found.files} files" if found.files else "There are no photos and files to back up.")


def restore(
    file: Annotated[Path, typer.Argument(help="Backup of `board backup`.")],
    test: Annotated[
        bool, typer.Option("--test", help="Only open and read the backup, and record for `check` that it can be opened.")
    ] = False,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="Restore without the searches whose keys are missing: they count as erased.")
    ] = False,
) -> None:
    """Replace the database with a backup, with its photos and files, and give every board a new epoch. Stop the servers
    first. An encrypted backup is opened by BACKUP_IDENTITY_FILE or BACKUP_IDENTITY_COMMAND."""
    from board.maintenance import exclusive
    from board.maintenance.restore import restore_files, restore_opened

    settings = Settings()
    settings.check()
    if test:
        return _test(settings, file)
    database = exclusive.open_alone(settings.database_url, must_exist=False)
    try:
        database.backend.wait_until_ready()
        with exclusive.alone(database):
            erased = restore_opened(database, file, settings, progress, without_keys=without_keys)
            progress("")
            print(f"The database is that of {file}.")
            if erased:
                print(f"{len(erased):,} searches were erased since. Nothing of them can be read.")
        beside = file.with_name(f"{file.name}{FILES_SUFFIX}")
        print(restore_files(settings, database, beside, progress, _search_keys(settings)))
    finally:
        progress("")
        database.dispose()
    return reset_epochs()


def _test(settings: Settings, file: Path) -> None:
    """Open a backup and read all of it, while servers run. Record this for the current recipients."""
    from board.maintenance.restore import check_opened

    try:
        check_opened(Database(settings.database_url, read_only=True), file, settings, progress)
    finally:
        progress("")
    print(f"{file} can be restored: it was opened and read.")
    recipients = settings.backup_recipients
    if recipients is None:
        return
    from board.maintenance import identities

    if not identities.belong_to(identities.load(settings), recipients):
        raise OperationError("The identity belongs to none of BACKUP_RECIPIENTS, so it will not open the next backup.")
    write(lambda session: record_run(session, f"{BACKUP_OPENED}{digest(recipients)}", format_utc(now())))


def reset_epochs() -> None:
    """Give every board a new epoch after a restore, so that no client resumes from a position that no longer exists."""
    from board.maintenance.checks.files import check
    from board.maintenance.checks.finding import State
    from board.maintenance.transfer import reset_epochs as reset_all

    print(f"{write(reset_all)} boards have a new epoch: everybody gets a new snapshot.")
    print("Accounts, sessions, tokens and displays are those of the backup: disable and revoke again what has ended since.")
    _record_data_keys(Settings())
    state, says = check(Settings())
    if state is State.WRONG:
        print(f"Photos and files: {says}")


def _record_data_keys(settings: Settings) -> None:
    """Record which keys encrypt the current data, because the record in the restored database is as old as the backup."""
    from board.config.data_keys import load
    from board.files.unavailable import FilesUnavailable
    from board.maintenance.data_keys import record_usage, usage

    ring, database = load(settings.data_keys), Database(settings.database_url, read_only=True)
    try:
        used = usage(settings, database)
    except FilesUnavailable:
        return  # the check reports the problem
    finally:
        database.dispose()
    write(lambda session: record_usage(session, used, ring.writing))
