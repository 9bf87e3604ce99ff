"""Backup of a database while servers run, encrypted if there are recipients. The file gets its final name once it is verified."""

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, NullPool, create_engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from board.audit import writer
from board.audit.entries import BackupMade
from board.config.search_keys import SearchKeys
from board.errors import OperationError
from board.maintenance import postgresql_backup
from board.maintenance.chains import Progress, Verified, verify_chains
from models import upkeep
from models.db import unfinished_upgrade
from models.db.database import Database
from models.db.schema import has_current_tables
from models.db.sqlite import configure_connection, library

PROGRESS_STEPS = 100_000  # SQLite virtual machine steps between two progress reports
MB = 1_000_000
SPARE_BYTES = 16 * MB  # left free on the disk, which the server may share
PLAIN_SUFFIX = ".plain"  # of the readable copy that is encrypted, and then deleted
LEFTOVER_S = 24 * 3600  # age at which such a copy must be from a killed process


def backup(
    database: Database, to: Path, progress: Progress, *, chains: bool = True, recipients: list[Any] | None = None,
    keys: SearchKeys | None = None,
) -> Verified:  # fmt: skip
    """Write a backup to a new file that only this user can read: with `recipients` in the age format, with `keys` sealed by the
    keys of the searches.

    Return the number of boards, and a line for each hash chain that is broken in the database, which does not stop the backup.
    `chains`: verify hash chains, which requires the tables of this version. Raises OperationError; then no file is left.
    """
    _check_new(to)
    if database.path is not None:
        _check_space(database.path, to.parent)
        if recipients or keys is not None:
            _check_space(database.path, database.path.parent, 3 if keys is not None else 1)
    try:
        with _temporary_file(to) as part:
            if recipients or keys is not None:
                result = _write_protected(database, part, progress, chains, recipients, keys)
            else:
                result = _write(database, part, progress, chains)
            _sync(part)
            _check_new(to)
            part.rename(to)
            _sync(to.parent)
    except OSError as error:
        raise OperationError(f"The backup can't be written: {error.strerror}.") from error
    except library.Error as error:
        raise OperationError(f"The backup can't be made: {error}.") from error
    except DBAPIError as error:
        raise OperationError(f"The backup failed its check: {error.orig}. It was deleted.") from error
    return result


def note_backup(session: Session, at: str, file: Path | None, *, is_sealed: bool = False) -> None:
    """Record the time of a backup, for `check`, and an audit entry. `file`: None if another program made the backup."""
    if is_sealed:
        upkeep.record_run(session, upkeep.SEALED_BACKUP, at)
    upkeep.record_backup(session, at, str(file.absolute()) if file is not None else None)
    writer.write(session, BackupMade(id="server", file=str(file.absolute()) if file is not None else None))


def _write(database: Database, part: Path, progress: Progress, chains: bool) -> Verified:
    """Write a backup, and verify it."""
    if database.path is None:
        return postgresql_backup.dump(database, part, progress, chains)
    _copy(database.path, part, progress)
    progress("checking it")
    return _verify(part, chains)


def _write_protected(
    database: Database, part: Path, progress: Progress, chains: bool, recipients: list[Any] | None, keys: SearchKeys | None
) -> Verified:  # fmt: skip
    """Write a backup that is sealed, encrypted, or both."""
    with readable_copy(database) as plain:
        result = _write(database, plain, progress, chains) if keys is None else _write_sealed(database, plain, progress, keys)
        if recipients:
            from board.maintenance import age

            progress("encrypting it")
            age.encrypt(plain, part, recipients)
        else:
            shutil.copyfile(plain, part)
    return result


def _write_sealed(database: Database, plain: Path, progress: Progress, keys: SearchKeys) -> Verified:
    """Write a sealed backup, which is an SQLite file even if the database is PostgreSQL."""
    from board.maintenance import portable_copy, sealing

    if not has_current_tables(database):
        raise OperationError("Only a database with the tables of this version can be sealed. Run `board upgrade` first.")
    if database.path is not None:
        _copy(database.path, plain, progress)
    else:
        portable_copy.to_sqlite(database, plain, progress)
    progress("checking it")
    result = _verify(plain)
    sealing.seal(plain, keys, progress)
    return result


@contextmanager
def readable_copy(database: Database) -> Iterator[Path]:
    """Yield a private file for the plain text of an encrypted backup, and delete it afterwards: next to an SQLite database, which
    is just as readable, otherwise in the folder of temporary files. Deletes leftover copies of killed processes."""
    base = database.path or Path(tempfile.gettempdir()) / "searchboard"
    for leftover in base.parent.glob(f"{base.name}.*{PLAIN_SUFFIX}*"):  # also the logs of SQLite
        with suppress(OSError):
            if time.time() - leftover.lstat().st_mtime > LEFTOVER_S:
                leftover.unlink()
    with _temporary_file(base, PLAIN_SUFFIX) as plain:
        try:
            yield plain
        finally:
            for suffix in ("-wal", "-shm", "-journal"):
                Path(f"{plain}{suffix}").unlink(missing_ok=True)


def _check_new(to: Path) -> None:
    if os.path.lexists(to):
        raise OperationError(f"The file {to} exists already. Name a new one.")


def _check_space(source: Path, folder: Path, copies: int = 1) -> None:
    """Raise OperationError if the copy could fill the disk: the server on it would stop.

    Sealing also needs space for a log, and to write the copy again.
    """
    try:
        disk = os.statvfs(folder)
    except OSError:
        return  # creating the file reports the error
    size, free = copies * source.stat().st_size, disk.f_bavail * disk.f_frsize
    if free < size + SPARE_BYTES:
        raise OperationError(
            f"The backup takes up to {size / MB:,.0f} MB, and {free / MB:,.0f} MB are free in {folder}. "
            "Name a file on another disk."
        )


@contextmanager
def _temporary_file(to: Path, suffix: str = ".part") -> Iterator[Path]:
    """Yield a temporary file next to the target, and remove it afterwards unless it was renamed."""
    part = to.with_name(f"{to.name}.{secrets.token_hex(4)}{suffix}")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _copy(source: Path, part: Path, progress: Progress) -> None:
    """Copy by VACUUM: a copy of the pages would contain erased data, which stays in free pages."""
    size = source.stat().st_size

    def report_progress() -> int:
        progress(f"{part.stat().st_size // MB} of at most {size // MB} MB")
        return 0

    with closing(library.connect(source)) as connection:
        configure_connection(connection)
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'board'").fetchone() is None:
            raise OperationError("There is nothing to back up. DATABASE_URL names a database without a board.")
        connection.set_progress_handler(report_progress, PROGRESS_STEPS)
        connection.execute("VACUUM INTO ?", (str(part),))


def _verify(part: Path, chains: bool = True) -> Verified:
    """Return the number of boards, and the errors of their hash chains. Raises OperationError if the file is damaged."""
    engine = create_engine(URL.create("sqlite", database=str(part)), module=library, poolclass=NullPool)
    with engine.connect() as connection, Session(connection) as session:
        unfinished_upgrade.clear(connection)
        connection.commit()
        answer = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        if answer != "ok":
            raise OperationError(f"The backup failed its check: {answer}. It was deleted.")
        return verify_chains(session, chains)


def _sync(path: Path) -> None:
    """Flush a path to the disk, which SQLite leaves to the caller for a copy."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
