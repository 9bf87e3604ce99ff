"""Data at rest by key: how much each key encrypts, and encryption of all of it by the first key, beside running servers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlmodel import Session

from board.config.settings import Settings
from board.engine.data_keys import lost
from board.errors import OperationError
from board.files.sealed_files import split
from board.files.store import FileStore
from board.maintenance.files import Progress
from models.db.database import Database
from models.key_ring import KeyRing
from models.times import format_utc, now
from models.upkeep import data_keys_in_use, forget_data_key, record_data_key

PREFIXES = ("files/", "uploads/")
MAX_PASSES = 5  # a server with an old key in memory writes for at most a minute
Usage = Counter[str | None]  # number of files by the id of their key; None: not encrypted


def usage(settings: Settings) -> Usage:
    """Return how many files each key encrypts. Raises FilesUnavailable."""
    return asyncio.run(_usage(settings))


def rotate(settings: Settings, database: Database, ring: KeyRing, is_alone: bool, progress: Progress) -> int:
    """Encrypt everything by the first key; return the number of files. Keys that nothing uses any more are no longer in use.

    `is_alone`: no server runs. Otherwise one must have read the first key. Raises OperationError, FilesUnavailable.
    """
    _begin(database, ring, is_alone)
    count = asyncio.run(_renew(settings, ring, progress))
    used = usage(settings)
    database.write_now(lambda session: record_usage(session, used, ring.writing))
    return count


def record_usage(session: Session, used: Usage, writing: str | None) -> None:
    """Record which keys are in use: those of a count, and the encrypting one."""
    in_use = {id for id in (*used, writing) if id is not None}
    for id in in_use:
        record_data_key(session, id, format_utc(now()))
    for id in data_keys_in_use(session):
        if id not in in_use:
            forget_data_key(session, id)


def _begin(database: Database, ring: KeyRing, is_alone: bool) -> None:
    """Check that each server can read what the first key encrypts. Raises OperationError."""
    writing, in_use = ring.writing, database.read_now(data_keys_in_use)
    if writing is None:
        raise OperationError("DATA_KEYS is unset: nothing is encrypted.")
    if missing := [id for id in in_use if id not in ring]:
        raise OperationError(lost(missing))
    if writing not in in_use:
        if not is_alone:
            raise OperationError("No server has used the first key yet. Wait two minutes. If no server runs, add --alone.")
        database.write_now(lambda session: record_data_key(session, writing, format_utc(now())))


async def _renew(settings: Settings, ring: KeyRing, progress: Progress) -> int:
    """Encrypt files until all have the first key, which servers read at most a minute later. Return their number."""
    count = 0
    async with _store(settings) as store:
        for _ in range(MAX_PASSES):
            stale = [name async for name in _names(store) if split(name)[1] != ring.writing]
            for number, name in enumerate(stale):
                progress(f"encrypted {number:,} of {len(stale):,} files")
                count += await store.renew(name)
            if not stale:
                break
    return count


async def _usage(settings: Settings) -> Usage:
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
