"""Photos and files of an installation: comparison with their rows, and copy to another store."""

import hashlib
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from typing import NamedTuple

from sqlalchemy import bindparam, inspect, select
from sqlmodel import Session

from board.files.store import FileStore
from board.files.unavailable import FileDamaged, KeyLost
from models.db.tables import columns_of
from models.file import File

MB = 1_000_000
MAX_NAMED = 5  # files that a sentence names; it counts the rest
PAGE_SIZE = 5_000

_F = columns_of(File)
_ROWS = (
    select(_F.id, _F.board, _F.size, _F.sha256, _F.picture, _F.withdrawn.is_not(None))
    .where(_F.id > bindparam("after"))
    .order_by(_F.id)
    .limit(PAGE_SIZE)
)

Progress = Callable[[str], None]


class FileRow(NamedTuple):
    """Attached file, as the database knows it."""

    id: str
    board: str
    size: int
    sha256: str
    is_picture: bool
    is_withdrawn: bool

    @property
    def keys(self) -> list[str]:
        return [f"files/{self.id}/{name}" for name in ("original", *(("thumb", "view") if self.is_picture else ()))]


def file_id(key: str) -> str:
    """Return the id of the file that an object belongs to."""
    return key.split("/")[1]


class FileComparison(NamedTuple):
    """Result of a comparison. `bytes`: with pictures. `faults`: a line for each file that is missing or damaged.
    `passed_over`: ids of the files whose key was given up."""

    files: int
    bytes: int
    faults: list[str]
    passed_over: Collection[str] = ()


def rows(session: Session) -> list[FileRow]:
    """Return all attached files. Empty in a database of a version without the table."""
    if not inspect(session.connection()).has_table("file"):
        return []
    files: list[FileRow] = []
    while True:
        params = {"after": files[-1].id if files else ""}
        page = [FileRow(*row) for row in session.connection().execute(_ROWS, params)]
        files += page
        if len(page) < PAGE_SIZE:
            return files


def named(faults: list[str]) -> str:
    """Return faults as the end of a sentence: the first few, and the number of further ones."""
    more = f"; and {len(faults) - MAX_NAMED} more" if len(faults) > MAX_NAMED else ""
    return f"{'; '.join(faults[:MAX_NAMED])}{more}"


async def compare(
    store: FileStore, files: list[FileRow], progress: Progress, digests: bool = False, given_up: Collection[str] = ()
) -> FileComparison:  # fmt: skip
    """Compare the stored files with their rows: sizes, and with `digests` each byte of the originals.

    A withdrawn file may be absent, and one whose key was given up unreadable. Raises FilesUnavailable.
    """
    sizes = await sizes_of(store)
    faults, byte_count = [], 0
    for number, row in enumerate(files):
        if row.is_withdrawn and row.keys[0] not in sizes:
            continue
        fault = _fault(row, sizes)
        if fault is None and digests:
            progress(f"read {number:,} of {len(files):,} files, {byte_count // MB:,} MB")
            fault = await _damage(store, row, given_up)
        if fault is not None:
            faults.append(f"{row.id} {fault}")
        byte_count += sum(sizes.get(key, 0) for key in row.keys)
    return FileComparison(len(files), byte_count, faults)


async def copy(
    source: FileStore, target: FileStore, files: list[FileRow], progress: Progress, given_up: Collection[str] = ()
) -> FileComparison:  # fmt: skip
    """Copy files to another store, and verify their digests on the way. Idempotent: skips objects that have the right size.

    Skips files that are missing, damaged or unreadable in the source. Raises FilesUnavailable.
    """
    sizes, target_sizes = await sizes_of(source), await sizes_of(target)
    faults, passed_over, copied_bytes = list[str](), list[str](), 0
    for number, row in enumerate(files):
        progress(f"copied {number:,} of {len(files):,} files, {copied_bytes // MB:,} MB")
        if row.is_withdrawn and row.keys[0] not in sizes:
            continue
        if (fault := _fault(row, sizes)) is not None:
            faults.append(f"{row.id} {fault}")
            continue
        for key in row.keys:
            if target_sizes.get(key) == sizes[key]:
                continue
            try:
                sha256 = await _copy_one(source, target, key)
            except (KeyLost, FileDamaged) as error:
                await target.delete(row.keys)
                if (fault := _unreadable(error, given_up)) is None:
                    passed_over.append(row.id)
                else:
                    faults.append(f"{row.id} {fault}")
                break
            copied_bytes += sizes[key]
            if key == row.keys[0] and sha256 != row.sha256:
                faults.append(f"{row.id} is damaged")
                await target.delete(row.keys)
                break
    return FileComparison(len(files), copied_bytes, faults, passed_over)


async def sizes_of(store: FileStore) -> dict[str, int]:
    """Return the sizes of all objects of attached files, by key. Raises FilesUnavailable."""
    return {stored.key: stored.size async for stored in store.list("files/")}


def _fault(row: FileRow, sizes: Mapping[str, int]) -> str | None:
    """Return the problem that a file's sizes show, or None."""
    original, *pictures = row.keys
    if original not in sizes:
        return "is missing"
    if sizes[original] != row.size:
        return f"has {sizes[original]:,} bytes, not {row.size:,}"
    if any(not sizes.get(key) for key in pictures):
        return "has lost its pictures"
    return None


def _unreadable(error: KeyLost | FileDamaged, given_up: Collection[str]) -> str | None:
    """Return the problem of a file that can't be decrypted; None if its key was given up."""
    if isinstance(error, FileDamaged):
        return "is damaged"
    return None if error.key in given_up else f"can't be read, as its key {error.key} is lost"


async def _damage(store: FileStore, row: FileRow, given_up: Collection[str]) -> str | None:
    try:
        return None if await digest(store, row.keys[0]) == row.sha256 else "is damaged"
    except FileNotFoundError:
        return "is missing"
    except (KeyLost, FileDamaged) as error:
        return _unreadable(error, given_up)


async def digest(store: FileStore, key: str) -> str:
    """Return the SHA-256 of one object. Raises FileNotFoundError, FilesUnavailable."""
    sha256 = hashlib.sha256()
    async for piece in store.get(key):
        sha256.update(piece)
    return sha256.hexdigest()


async def _copy_one(source: FileStore, target: FileStore, key: str) -> str:
    """Copy one object; return its digest."""
    sha256 = hashlib.sha256()

    async def pieces() -> AsyncIterator[bytes]:
        async for piece in source.get(key):
            sha256.update(piece)
            yield piece

    await target.put(key, pieces())
    return sha256.hexdigest()
