"""Backup of photos and files to a new folder, which uses disk space only for files that are newer than the previous backup.

Each is encrypted if the settings name recipients.
"""

import asyncio
import os
import secrets
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import inspect
from sqlmodel import Session

from board.config.search_keys import KeyState, SearchKeys
from board.config.settings import Settings
from board.errors import OperationError
from board.files.folder import Folder
from board.files.store import FileStore
from board.files.unavailable import FilesUnavailable, Reason
from board.maintenance import files
from board.maintenance.file_recipients import FileRecipients
from board.maintenance.files import FileComparison, FileRow, Progress, file_id
from models.db.database import Database
from models.upkeep import given_up_data_keys

SUMS = "SHA256SUMS"  # list of digests, in the format of `sha256sum --check`
UNREADABLE = "UNREADABLE"  # list of the files that are left out because their key was given up, one id per line


def back_up(
    settings: Settings, database: Database, to: Path, progress: Progress, keys: SearchKeys | None = None
) -> FileComparison:  # fmt: skip
    """Back up the files that a database names to a new folder, from which a server can run.

    Files that are in the newest backup next to it are verified and linked, unless their recipients differ. All other files are
    copied. If there are no files, no folder is created.
    Raises OperationError; then no folder is left.
    """
    if os.path.lexists(to):
        raise OperationError(f"The folder {to} exists already. Name a new one.")
    rows = database.read_now(files.rows)
    if not rows:
        return FileComparison(0, 0, [])
    try:
        with _temporary_folder(to) as part:
            recipients = FileRecipients.of(settings, rows, keys)
            given_up = database.read_now(_given_up)
            comparison = asyncio.run(_write(settings, rows, part, _newest_beside(to), recipients, progress, given_up))
            os.sync()
            part.rename(to)
            os.sync()
    except FilesUnavailable as error:
        if error.reason in (Reason.FULL, Reason.READ_ONLY):  # only the target is written to
            raise OperationError(
                f"The folder {to} can't be written: its disk is {error.reason.name.lower().replace('_', '-')}."
            ) from error
        raise OperationError(f"Photos and files can't be backed up. {error.reason.value}") from error
    except OSError as error:
        raise OperationError(f"The folder {to} can't be written: {error.strerror}.") from error
    return comparison


async def _write(
    settings: Settings, rows: list[FileRow], part: Path, previous: Path | None, recipients: FileRecipients, progress: Progress,
    given_up: Collection[str],
) -> FileComparison:  # fmt: skip
    store, target, stored = FileStore.of(settings, must_exist=True), _target(part, rows, recipients), FileStore(Folder(part))
    try:
        linked = await _link(previous, part, rows, recipients, progress) if previous is not None else {}
        comparison = await files.copy(store, target, rows, progress, given_up)
        sums = linked | await _sums(stored, linked, progress)
    finally:
        for opened in (store, target, stored):
            await opened.close()
    _write_sums(part / SUMS, sums)
    if comparison.passed_over:
        (part / UNREADABLE).write_text("".join(f"{id}\n" for id in comparison.passed_over))
    return comparison


def _given_up(session: Session) -> set[str]:
    """Return the ids of the keys that were given up. Empty in a database of a version without the table."""
    return given_up_data_keys(session) if inspect(session.connection()).has_table("upkeep") else set()


def left_out(folder: Path) -> set[str]:
    """Return the ids of the files that a backup does not have because their key was given up."""
    file = folder / UNREADABLE
    return set(file.read_text().split()) if file.is_file() else set()


def _target(part: Path, rows: list[FileRow], recipients: FileRecipients) -> FileStore:
    """Return the store to copy to. If its files will be encrypted, list their recipients in it."""
    recipients.write(part)
    if not recipients.common and not recipients.by_search:
        return FileStore(Folder(part))
    from board.maintenance.age_folder import AgeFolder

    boards = {row.id: row.board for row in rows}
    return FileStore(AgeFolder(part, lambda key: recipients.keys(boards[file_id(key)])))


def open_backup(settings: Settings, folder: Path, rows: list[FileRow], keys: SearchKeys | None) -> FileStore:
    """Return a store that reads a backup, also an encrypted one. Raises OperationError if no identity is set for it."""
    recipients = FileRecipients.read(folder)
    if not recipients.common and not recipients.by_search:
        return FileStore(Folder(folder, must_exist=True))
    from board.maintenance import identities
    from board.maintenance.age_folder import AgeFolder

    boards = {row.id: row.board for row in rows}
    common = identities.load(settings) if any(row.board not in recipients.by_search for row in rows) else []

    def identities_of(key: str) -> list[Any]:
        board = boards.get(file_id(key), "")
        if board in recipients.by_search:
            return [keys.identity(board)] if keys is not None and keys.state(board) is KeyState.PRESENT else []
        return common

    return FileStore(AgeFolder(folder, identities_of, must_exist=True))


def _write_sums(file: Path, sums: dict[str, str]) -> None:
    file.write_text("".join(f"{sums[key]}  {key}\n" for key in sorted(sums)))
    file.chmod(0o600)


@contextmanager
def _temporary_folder(to: Path) -> Iterator[Path]:
    part = to.with_name(f"{to.name}.{secrets.token_hex(4)}.part")
    part.mkdir(0o700)
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)  # unless it was renamed


def _newest_beside(to: Path) -> Path | None:
    """Return the newest backup in the same folder."""
    folders = [sums.parent for sums in to.parent.glob(f"*/{SUMS}") if not sums.parent.is_symlink()]
    return max(folders, key=lambda folder: (folder / SUMS).stat().st_mtime, default=None)


async def _link(
    previous: Path, part: Path, rows: list[FileRow], recipients: FileRecipients, progress: Progress
) -> dict[str, str]:  # fmt: skip
    """Link the intact files of an earlier backup; return their digests by key. A link uses no disk space."""
    before = FileRecipients.read(previous)
    listed = {key: digest for digest, _, key in (line.partition("  ") for line in (previous / SUMS).read_text().splitlines())}
    store, sums = FileStore(Folder(previous, must_exist=True)), dict[str, str]()
    try:
        for number, row in enumerate(rows):
            progress(f"verified {number:,} of {len(rows):,} files of {previous.name}")
            if (names := recipients.of_search(row.board)) != before.of_search(row.board):
                continue
            for key in row.keys:
                of_original = key == row.keys[0] and not names  # otherwise the digest is that of the encrypted file
                if key in listed and await _is_whole(store, key, row.sha256 if of_original else listed[key]):
                    (part / key).parent.mkdir(0o700, parents=True, exist_ok=True)
                    try:
                        os.link(previous / key, part / key, follow_symlinks=False)
                    except OSError:  # another disk, or one without links: copy it
                        continue
                    sums[key] = listed[key]
    finally:
        await store.close()
    return sums


async def _is_whole(store: FileStore, key: str, digest: str) -> bool:
    try:
        return await files.digest(store, key) == digest
    except (FileNotFoundError, FilesUnavailable):
        return False


async def _sums(store: FileStore, linked: Mapping[str, str], progress: Progress) -> dict[str, str]:
    """Read the copied files back, and return their digests by key."""
    keys = [key for key in await files.sizes_of(store) if key not in linked]
    sums = {}
    for number, key in enumerate(keys):
        progress(f"read back {number:,} of {len(keys):,} files")
        sums[key] = await files.digest(store, key)
    return sums
