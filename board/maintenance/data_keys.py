"""Data at rest by key: how much each key encrypts, and encryption of everything with the first key while servers run."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from board.config.settings import Settings
from board.errors import OperationError
from board.files.folder_marker import has_files
from board.files.sealed_files import split
from board.files.store import FileStore
from board.files.unavailable import FilesUnavailable, Reason
from board.maintenance import data_key_rows
from board.maintenance.exclusive import one_rotation
from board.maintenance.files import Progress
from board.maintenance.live_files import is_live
from models.db.database import Database
from models.db.errors import error_code
from models.key_ring import KeyRing
from models.times import format_utc, now
from models.upkeep import (
    DATA_KEY_REMAINS,
    MaintenanceRun,
    clear_run,
    data_keys_in_use,
    data_keys_written_since,
    forget_data_key,
    given_up_data_keys,
    record_data_key,
    record_run,
)

log = structlog.get_logger()

PREFIXES = ("files/", "uploads/")
MAX_NAMED = 50  # unreadable files in a sentence
GRACE = timedelta(seconds=120)  # servers reload their keys every minute, and may encrypt with the former one until then
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

    def without(self, ids: Collection[str]) -> "Usage":
        """Return the usage without these keys."""
        return Usage(*(Counter({id: count for id, count in part.items() if id not in ids}) for part in self))

    def stale(self, writing: str | None) -> "Usage":
        """Return the usage without `writing`, the key that encrypts now."""
        return Usage(*(Counter({id: count for id, count in part.items() if id != writing}) for part in self))


def usage(settings: Settings, database: Database) -> Usage:
    """Return how much each key encrypts. Raises FilesUnavailable."""
    files = database.read_now(has_files)
    return Usage(asyncio.run(_file_usage(settings)) if files else Counter(), database.read_now(data_key_rows.usage))


class Rotation(NamedTuple):
    """Result of a rotation. `unreadable`: stored names of files that stay as they are. `has_remains`: readable values may remain
    in free parts of the database. `lately`: keys with which a server may still encrypt. `given_up`: lost keys whose data is
    skipped."""

    used: Usage
    unreadable: list[str]
    unreadable_values: int
    has_remains: bool
    lately: set[str]
    given_up: set[str]

    @property
    def fault(self) -> str | None:
        """Return sentences about everything that is not encrypted with the first key; None if everything is."""
        sentences = []
        if self.unreadable:
            names = ", ".join(self.unreadable[:MAX_NAMED]) + (" …" if len(self.unreadable) > MAX_NAMED else "")
            sentences.append(f"{len(self.unreadable):,} files can't be read and stay as they are: {names}.")
        if self.unreadable_values:
            sentences.append(f"{self.unreadable_values:,} values of the database can't be read and stay as they are.")
        if sentences:
            sentences.append("Restore them from a backup, or their keys.")
        if self.has_remains:
            sentences.append("Readable values may remain in free parts of the database, which is in use. Repeat the command.")
        return " ".join(sentences) or None


def rotate(settings: Settings, database: Database, ring: KeyRing, is_alone: bool, progress: Progress) -> Rotation:
    """Encrypt all readable data with the first key; return how much each key encrypts afterwards.

    Unused keys are no longer recorded as in use. Skips files and values of keys that were given up. `is_alone`: no server runs;
    otherwise a server must have read the first key.
    Raises OperationError, also if another rotation is running, and FilesUnavailable.
    """
    with one_rotation(database):
        writing = _begin(database, ring, is_alone)
        has_remains = _renew_values(database, writing, progress)
        unreadable = asyncio.run(_renew_files(settings, database, ring, progress)) if database.read_now(has_files) else set()
        used = usage(settings, database)
        database.write_now(lambda session: record_usage(session, used, writing))
    given_up = database.read_now(given_up_data_keys)
    expected = used.stale(writing).without(given_up)
    unreadable_values = sum(count for id, count in expected.values.items() if id is not None)
    return Rotation(used, sorted(unreadable), unreadable_values, has_remains, database.read_now(writing_lately), given_up)


def _renew_values(database: Database, writing: str, progress: Progress) -> bool:
    """Encrypt values; return whether readable ones may remain in free parts of the database. The next run removes them."""
    if database.read_now(data_key_rows.usage).keys() - {writing}:
        database.write_now(lambda session: record_run(session, DATA_KEY_REMAINS, format_utc(now())))
    rows = 0
    for count in data_key_rows.renew(database):
        rows += count
        progress(f"encrypted {rows:,} rows")
    if not database.read_now(lambda session: session.get(MaintenanceRun, DATA_KEY_REMAINS) is not None):
        return False
    if not _remove_remains(database):
        return True
    database.write_now(lambda session: clear_run(session, DATA_KEY_REMAINS))
    return False


def _remove_remains(database: Database) -> bool:
    errors = (SQLAlchemyError, OSError, database.write_engine.dialect.loaded_dbapi.Error)
    try:
        return database.backend.remove_remains() is not None
    except errors as error:
        log.warning("remains not removed", error=error_code(error))
        return False


def record_usage(session: Session, used: Usage, writing: str | None) -> None:
    """Record which keys are in use: those in `used` that were not given up, and `writing`."""
    in_use = (used.ids - given_up_data_keys(session)) | ({writing} if writing is not None else set())
    for id in in_use:
        record_data_key(session, id, format_utc(now()))
    for id in data_keys_in_use(session):
        if id not in in_use:
            forget_data_key(session, id)


def writing_lately(session: Session) -> set[str]:
    """Return the ids of the keys with which a server may still encrypt."""
    return data_keys_written_since(session, format_utc(now() - GRACE))


def _begin(database: Database, ring: KeyRing, is_alone: bool) -> str:
    """Check that each server can read what the first key encrypts; return its id. Raises OperationError."""
    writing, in_use = ring.writing, database.read_now(data_keys_in_use)
    if writing is None:
        raise OperationError("DATA_KEYS is unset: nothing is encrypted.")
    if writing not in in_use:
        if not is_alone:
            raise OperationError("No server has used the first key yet. Wait two minutes. If no server runs, add --alone.")
        database.write_now(lambda session: record_data_key(session, str(writing), format_utc(now())))
    return writing


async def _renew_files(settings: Settings, database: Database, ring: KeyRing, progress: Progress) -> set[str]:
    """Encrypt files until all have the first key, in passes, as a server may read that key a minute late. Return the unreadable
    files."""
    unreadable = set[str]()
    passed_over = {ring.writing, *await database.read(given_up_data_keys)}
    async with _store(settings) as store:
        for _ in range(MAX_PASSES):
            stale = [name async for name in _names(store) if split(name)[1] not in passed_over and name not in unreadable]
            for number, name in enumerate(stale):
                progress(f"encrypted {number:,} of {len(stale):,} files")
                if not await _renew_file(store, database, name):
                    unreadable.add(name)
            if not stale:
                break
    return unreadable


async def _renew_file(store: FileStore, database: Database, name: str) -> bool:
    """Encrypt a file with the first key; return False if it can't be read. Raises FilesUnavailable for other reasons."""
    try:
        await store.renew(name, lambda key: database.read(partial(is_live, key=key)))
    except FilesUnavailable as error:
        if error.reason not in (Reason.KEY, Reason.DAMAGED):
            raise
        return False
    return True


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
