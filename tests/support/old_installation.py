"""Installation of an earlier version, with an intact journal."""

import asyncio
import atexit
import contextlib
import functools
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlmodel import Session

from board.audit import writer
from board.audit.entries import BackupMade
from board.dev import Postgres
from board.service import BoardService
from models.db import schema
from models.db.database import Database
from models.db.schema import metadata
from tests.support import old_schemas
from tests.support.backends import TEMPLATE, Backend
from tests.support.people import settings_for

REVISION, ENTRIES = "0047", 23
COLUMNS = ("board", "seq", "at", "type", "kind", "entity", "account", "commitment", "hash", "key", "body")

_numbers = itertools.count(1)

Rows = list[dict[str, Any]]


@contextlib.contextmanager
def created(backend: Backend, folder: Path) -> Iterator[str]:
    """Yield the URL of a database of REVISION, with ENTRIES in its audit journal."""
    if backend.postgres is None:
        shutil.copy(_template_file(), folder / "board.db")
        yield f"sqlite:///{folder}/board.db"
        return
    name = f"old_{next(_numbers)}"
    yield backend.postgres.create(name, _template_database(backend.postgres))
    backend.postgres.drop(name)


@functools.cache
def _template_file() -> Path:
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    path = Path(folder.name) / "board.db"
    _fill(f"sqlite:///{path}")
    return path


@functools.cache
def _template_database(postgres: Postgres) -> str:
    _fill(postgres.create("template_old", TEMPLATE))
    return "template_old"


def _fill(url: str) -> None:
    database = Database(url)
    if database.path is not None:
        schema.migrate(database)
    database.write_now(_insert)
    database.dispose()


def _insert(session: Session) -> None:
    boards, events = _rows()
    old_schemas.reset_to_revision(session, REVISION)
    old_schemas.insert_rows(session, metadata.tables["board"], boards)
    old_schemas.insert(session, "event", events)


@functools.cache
def _rows() -> tuple[Rows, Rows]:
    """Return the boards and events of an installation of this version, in the form of the earlier one."""
    with ThreadPoolExecutor(1) as aside, tempfile.TemporaryDirectory() as folder:  # this thread may run the tests' event loop
        source = aside.submit(asyncio.run, _installation(Path(folder))).result()
        try:
            return source.read_now(_read)
        finally:
            source.dispose()


async def _installation(folder: Path) -> Database:
    service = await BoardService.open(settings_for(folder))
    for number in range(ENTRIES):
        entry = BackupMade(id="server", file=f"{number}.db")
        service.database.write_now(functools.partial(writer.write, entry=entry))
    await service.close()
    return Database(service.settings.database_url)


def _read(session: Session) -> tuple[Rows, Rows]:
    boards = [dict(row) for row in session.connection().execute(metadata.tables["board"].select()).mappings()]
    return boards, [{name: event[name] for name in COLUMNS} for event in old_schemas.earlier_events(session)]
