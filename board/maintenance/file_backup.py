"""Backup of photos and files to a new folder, which uses disk space only for files that are newer than the previous backup.

Each is encrypted if the settings name recipients.
"""

import asyncio
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from board.config.backup_keys import parse_recipients, recipient_names
from board.config.settings import Settings
from board.errors import OperationError
from board.files.folder import Folder
from board.files.store import FileStore
from board.files.unavailable import FilesUnavailable, Reason
from board.maintenance import files
from board.maintenance.files import FileComparison, FileRow, Progress
from models.db.database import Database

SUMS = "SHA256SUMS"  # list of digests, in the format of `sha256sum --check`
RECIPIENTS = "RECIPIENTS"  # in a folder of encrypted files: their recipients, one a line


def back_up(settings: Settings, database: Database, to: Path, progress: Progress) -> FileComparison:
    """Back up the files that a database names to a new folder, from which a server can run.

    Files of the newest backup next to it are verified and linked, unless it has other recipients; others are copied. If there are
    no files, no folder is made.
    Raises OperationError; then no folder is left.
    """
    if os.path.lexists(to):
        raise OperationError(f"The folder {to} exists already. Name a new one.")
    rows = database.read_now(files.rows)
    if not rows:
        return FileComparison(0, 0, [])
    try:
        with _temporary_folder(to) as part:
            comparison = asyncio.run(_write(settings, rows, part, _newest_beside(to), progress))
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
    settings: Settings, rows: list[FileRow], part: Path, previous: Path | None, progress: Progress
) -> FileComparison:  # fmt: skip
    store, target, stored = FileStore.of(settings, must_exist=True), _target(settings, part), FileStore(Folder(part))
    try:
        can_link = previous is not None and _recipients_of(previous) == _recipients_of(part)
        linked = await _link(previous, part, rows, progress) if previous is not None and can_link else {}
        comparison = await files.copy(store, target, rows, progress)
        sums = linked | await _sums(stored, linked, progress)
    finally:
        for opened in (store, target, stored):
            await opened.close()
    _write_sums(part / SUMS, sums)
    return comparison


def _target(settings: Settings, part: Path) -> FileStore:
    """Return the store to copy to. If its files will be encrypted, name their recipients in it."""
    if settings.backup_recipients is None:
        return FileStore(Folder(part))
    from board.maintenance.age_folder import AgeFolder

    names = sorted(recipient_names(settings.backup_recipients))
    (part / RECIPIENTS).write_text("".join(f"{name}\n" for name in names))
    return FileStore(AgeFolder(part, recipients=parse_recipients(settings.backup_recipients)))


def _recipients_of(folder: Path) -> str | None:
    """Return the recipients of a folder of encrypted files; None if they are not encrypted."""
    list = folder / RECIPIENTS
    return list.read_text() if list.is_file() else None


def open_backup(settings: Settings, folder: Path) -> FileStore:
    """Return a store that reads a backup, also an encrypted one. Raises OperationError if no identity is set for it."""
    if _recipients_of(folder) is None:
        return FileStore(Folder(folder, must_exist=True))
    from board.maintenance import identities
    from board.maintenance.age_folder import AgeFolder

    return FileStore(AgeFolder(folder, identities=identities.load(settings)))


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


async def _link(previous: Path, part: Path, rows: list[FileRow], progress: Progress) -> dict[str, str]:
    """Link the intact files of an earlier backup; return their digests by key. A link uses no disk space."""
    is_encrypted = _recipients_of(previous) is not None  # then the digest of the original tells nothing
    listed = {key: digest for digest, _, key in (line.partition("  ") for line in (previous / SUMS).read_text().splitlines())}
    store, sums = FileStore(Folder(previous, must_exist=True)), dict[str, str]()
    try:
        for number, row in enumerate(rows):
            progress(f"verified {number:,} of {len(rows):,} files of {previous.name}")
            for key in row.keys:
                of_original = key == row.keys[0] and not is_encrypted
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
