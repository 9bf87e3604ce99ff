"""Restore of a database from a backup of `board backup`, and of its photos and files. No server may run."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from board.audit import actor
from board.config.search_keys import SearchKeys
from board.config.settings import Settings
from board.errors import OperationError
from board.files.store import FileStore
from board.files.unavailable import FilesUnavailable
from board.maintenance import erased_by_key, files, portable_copy, postgresql_backup
from board.maintenance.age_format import is_encrypted
from board.maintenance.backup import readable_copy
from board.maintenance.chains import Progress
from board.maintenance.database import by_command_line
from board.maintenance.file_backup import SUMS, left_out, open_backup
from board.maintenance.unsealing import is_sealed, unseal
from board.retention.erasures import COMMAND_LINE
from models.db import schema
from models.db.database import Database
from models.db.sqlite import create_private_file, library
from models.db.unfinished_upgrade import RESTORING, Mark

PAGES = 20_000  # copied between two progress reports


def restore_opened(
    database: Database, backup: Path, settings: Settings, progress: Progress, *, without_keys: bool = False
) -> list[str]:  # fmt: skip
    """Replace the database by a backup, which is decrypted and unsealed first if needed.

    Return the searches that were erased since, and that no key opens. `without_keys`: see `unseal`. Raises OperationError.
    """
    with opened(database, backup, settings, progress) as plain:
        mark = Mark(RESTORING, "", str(backup))
        if not is_sealed(plain):
            restore(database, plain, progress, mark)
            return []
        with _own_copy(database, plain, is_own=plain != backup) as copy:
            erased = _open_parts(copy, settings, progress, without_keys)
            if database.path is None:
                portable_copy.to_postgresql(copy, database, mark, progress)
            else:
                restore(database, copy, progress, mark)
        return erased


@contextmanager
def _own_copy(database: Database, plain: Path, *, is_own: bool) -> Iterator[Path]:
    """Yield a copy that can be changed. `is_own`: `plain` is already such a copy, not the backup."""
    if is_own:
        yield plain
        return
    with readable_copy(database) as copy:
        shutil.copyfile(plain, copy)
        yield copy


def _open_parts(copy: Path, settings: Settings, progress: Progress, without_keys: bool) -> list[str]:
    """Put back the sealed parts of a copy, and record the erasure of the searches that no key opens. Return those searches."""
    if settings.search_keys_file is None and not without_keys:
        raise OperationError("The backup is sealed by the keys of its searches. Set SEARCH_KEYS_FILE to their newest copy.")
    progress("opening its parts")
    keys = SearchKeys.read(Path(settings.search_keys_file)) if settings.search_keys_file else SearchKeys(Path())
    erased = unseal(copy, keys, without_keys=without_keys)
    if erased:
        target = Database(f"sqlite:///{copy}")
        try:
            schema.migrate(target)
            person = f"{COMMAND_LINE}{actor.command_line().name}"
            target.write_now(by_command_line(lambda session: erased_by_key.complete(session, erased, person)))
        finally:
            target.dispose()
    return erased


def check_opened(database: Database, backup: Path, settings: Settings, progress: Progress) -> None:
    """Read all of a backup, and change nothing. Raises OperationError if it can't be opened, or is damaged."""
    with opened(database, backup, settings, progress) as plain:
        progress("reading it")
        if database.path is None and not is_sealed(plain):
            postgresql_backup.check(plain)
        else:
            _check(plain)


@contextmanager
def opened(database: Database, backup: Path, settings: Settings, progress: Progress) -> Iterator[Path]:
    """Yield a backup that can be read: itself, or a decrypted copy that is deleted afterwards. Raises OperationError."""
    _check_exists(backup)
    if not is_encrypted(backup):
        yield backup
        return
    from board.maintenance import age, identities

    keys = identities.load(settings)
    with readable_copy(database) as plain:
        progress("decrypting it")
        age.decrypt(backup, plain, keys)
        yield plain


def restore(database: Database, backup: Path, progress: Progress, mark: Mark | None = None) -> None:
    """Replace the database by a backup: atomically (SQLite), or repeatable after an interruption (PostgreSQL).

    Raises OperationError.
    """
    _check_exists(backup)
    if database.path is None:
        postgresql_backup.restore(database, backup, mark or Mark(RESTORING, "", str(backup)), progress)
        return
    database.dispose()
    _check(backup)
    try:
        restore_file(backup, database.path, progress)
    except library.OperationalError as error:
        raise OperationError(f"The database can't be restored: {error}.") from error
    except library.DatabaseError:  # a damaged database may be the reason for the restore
        for path in (database.path, *(Path(f"{database.path}{suffix}") for suffix in ("-wal", "-shm"))):
            path.unlink(missing_ok=True)
        restore_file(backup, database.path, progress)


def _check_exists(backup: Path) -> None:
    if not backup.is_file():
        raise OperationError(f"There is no backup {backup}.")


def restore_file(backup: Path, path: Path, progress: Progress) -> None:
    """Copy all pages in one transaction: a killed process leaves the database as it was."""

    def report(status: int, remaining: int, total: int) -> None:
        progress(f"restored {total - remaining:,} of {total:,} pages")

    create_private_file(path)
    with closing(library.connect(backup)) as source, closing(library.connect(path)) as target:
        target.execute("PRAGMA synchronous = FULL")
        source.backup(target, pages=PAGES, progress=report)


def _check(backup: Path) -> None:
    """Raise OperationError if a file is not a complete backup of a board."""
    try:
        with closing(library.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            has_board = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'board'").fetchone() is not None
            sound = has_board and connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    except library.Error as error:
        raise OperationError(f"{backup} can't be read as a backup: {error}.") from error
    if not sound:
        raise OperationError(f"{backup} is not a whole backup of a board.")


def restore_files(
    settings: Settings, database: Database, folder: Path, progress: Progress, keys: SearchKeys | None = None
) -> str:  # fmt: skip
    """Copy the photos and files of a backup that the store lacks. Return a sentence. Raises OperationError."""
    if not (folder / SUMS).is_file():
        return f"There are no photos and files beside the backup, in {folder}."
    missing = left_out(folder)
    rows = [row for row in database.read_now(files.rows) if row.id not in missing]
    try:
        comparison = asyncio.run(_copy(settings, folder, rows, progress, keys))
    except FilesUnavailable as error:
        raise OperationError(f"Photos and files can't be restored. {error.reason.value}") from error
    if comparison.faults:
        raise OperationError(f"Photos and files of the backup are missing or damaged: {files.named(comparison.faults)}.")
    return f"{comparison.files:,} photos and files are there."


async def _copy(
    settings: Settings, folder: Path, rows: list[files.FileRow], progress: Progress, keys: SearchKeys | None
) -> files.FileComparison:  # fmt: skip
    source, target = open_backup(settings, folder, rows, keys), FileStore.of(settings)
    try:
        return await files.copy(source, target, rows, progress)
    finally:
        await source.close()
        await target.close()
