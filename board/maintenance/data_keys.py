"""Data at rest by key: how much each key encrypts, and encryption of all of it by the first key, beside running servers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from sqlmodel import Session

from board.config.settings import Settings
from board.engine.data_keys import lost
from board.errors import OperationError
from board.files.folder_marker import has_files
from board.files.sealed_files import split
from board.files.store import FileStore
from board.maintenance import data_key_rows
from board.maintenance.files import Progress
from models.db.database import Database
from models.key_ring import KeyRing
from models.times import format_utc, now
from models.upkeep import data_keys_in_use, forget_data_key, record_data_key

PREFIXES = ("files/", "uploads/")
MAX_PASSES = 5  # a server with an old key in memory writes for at most a minute


class Usage(NamedTuple):
    """Number of files, and of values in the database, by the id of their key; None: not encrypted."""

    files: Counter[str | None]
    values: Counter[str | None]

    @property
    def ids(self) -> set[str]:
        return {id for id in (*self.files, *self.values) if id is not None}

    def of(self, id: str | None) -> int:
        return self.files[id] + self.values[id]

    def stale(self, writing: str | None) -> "Usage":
        """Return what the first key does not encrypt."""
        return Usage(*(Counter({id: count for id, count in part.items() if id != writing}) for part in self))


def usage(settings: Settings, database: Database) -> Usage:
    """Return what each key encrypts. Raises FilesUnavailable."""
    files = database.read_now(has_files)
    return Usage(asyncio.run(_file_usage(settings)) if files else Counter(), database.read_now(data_key_rows.usage))


def rotate(settings: Settings, database: Database, ring: KeyRing, is_alone: bool, progress: Progress) -> Usage:
    """Encrypt everything by the first key; return what each key encrypts now.

    Keys that nothing uses are no longer in use. `is_alone`: no server runs. Otherwise one must have read the first key.
    Raises OperationError, FilesUnavailable.
    """
    writing = _begin(database, ring, is_alone)
    rows = 0
    for count in data_key_rows.renew(database):
        rows += count
        progress(f"encrypted {rows:,} rows")
    if rows:
        database.backend.remove_remains()  # of readable values
    if database.read_now(has_files):
        asyncio.run(_renew(settings, ring, progress))
    used = usage(settings, database)
    database.write_now(lambda session: record_usage(session, used, writing))
    return used


def record_usage(session: Session, used: Usage, writing: str | None) -> None:
    """Record which keys are in use: those of a count, and the encrypting one."""
    in_use = used.ids | ({writing} if writing is not None else set())
    for id in in_use:
        record_data_key(session, id, format_utc(now()))
    for id in data_keys_in_use(session):
        if id not in in_use:
            forget_data_key(session, id)


def _begin(database: Database, ring: KeyRing, is_alone: bool) -> str:
    """Check that each server can read what the first key encrypts; return its id. Raises OperationError."""
    writing, in_use = ring.writing, database.read_now(data_keys_in_use)
    if writing is None:
        raise OperationError("DATA_KEYS is unset: nothing is encrypted.")
    if missing := [id for id in in_use if id not in ring]:
        raise OperationError(lost(missing))
    if writing not in in_use:
        if not is_alone:
            raise OperationError("No server has used the first key yet. Wait two minutes. If no server runs, add --alone.")
        database.write_now(lambda session: record_data_key(session, str(writing), format_utc(now())))
    return writing


async def _renew(settings: Settings, ring: KeyRing, progress: Progress) -> None:
    """Encrypt files until all have the first key, which servers read at most a minute later."""
    async with _store(settings) as store:
        for _ in range(MAX_PASSES):
            stale = [name async for name in _names(store) if split(name)[1] != ring.writing]
            for number, name in enumerate(stale):
                progress(f"encrypted {number:,} of {len(stale):,} files")
                await store.renew(name)
            if not stale:
                break


async def _file_usage(settings: Settings) -> Counter[str | None]:
    async with _store(settings) as store:
        return Counter([split(name)[1] async for name in _names(store)])


async def _names(store: FileStore) -> AsyncIterator[str]:
    for prefix in PREFIXES:
        async for entry in store.stored(prefix):
            yield entry.key


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[FileStore]:
    store = FileStore.of(settings, must_exist=True)
    try:
        yield store
    finally:
        await store.close()
