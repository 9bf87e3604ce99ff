"""The two backends on which every promise is tested: SQLite alone, and PostgreSQL with Redis.

A test marked `both_backends` runs on both, or on PostgreSQL with the slow tests; other tests run on SQLite, which is quicker to
set up.
"""

import asyncio
import atexit
import contextlib
import functools
import itertools
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql
from psycopg.errors import FeatureNotSupported
from sqlalchemy import Connection, inspect

from board.dev import Postgres, Redis
from board.dev.postgres import OWNER
from models.db import schema
from models.db.database import Database
from models.db.schema import migrate

SQLITE, POSTGRESQL = "sqlite", "postgresql"
SLOW_ON_POSTGRESQL = "slow on PostgreSQL"  # for rules that no SQL decides
TEMPLATE = "template_board"

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Backend:
    """Backend on which services can be opened; `settled` gives the settings of a new installation."""

    name: str
    postgres: Postgres | None = None
    redis: Redis | None = None

    @contextlib.contextmanager
    def settled(self, folder: Path) -> Iterator[dict[str, Any]]:
        """Yield settings that name a new, empty installation; drop its database afterwards."""
        if self.postgres is None or self.redis is None:
            yield {"database_url": sqlite_url(folder)}
            return
        with fresh_database(self.postgres) as url:
            # The secret names an installation's channels: so all can share one Redis.
            yield {"database_url": url, "redis_url": self.redis.url, "secret_key": secrets.token_urlsafe(32)}


def sqlite_url(folder: Path) -> str:
    """Return the URL of the SQLite database in a folder, created with all tables and no rows if it is missing."""
    path = folder / "board.db"
    if not path.exists():
        shutil.copy(_template(), path)
    return f"sqlite:///{path}"


@functools.cache
def _template() -> Path:
    """Return the path of a database with this version's tables. Copying it is quicker than migrating each."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    path = Path(folder.name) / "board.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "_upgrade", run_migrations)
        _migrate(f"sqlite:///{path}")
    return path


run_migrations = schema._upgrade


@functools.cache
def _statements() -> tuple[str, ...]:
    """Return the statements that create the tables and first rows of the template."""
    with contextlib.closing(sqlite3.connect(_template())) as connection:
        return tuple(line for line in connection.iterdump() if line not in ("BEGIN TRANSACTION;", "COMMIT;"))


def create_tables(connection: Connection, to: str = "head") -> None:
    """Create the tables of a new SQLite database as the template has them, in a tenth of the time. Migrate any other database."""
    if to != "head" or connection.dialect.name != "sqlite" or inspect(connection).get_table_names():
        run_migrations(connection, to)
        return
    for statement in _statements():
        connection.connection.execute(statement)


def make_template(postgres: Postgres) -> None:
    """Create the PostgreSQL template database."""
    _migrate(_create_in_english(postgres))


def _create_in_english(postgres: Postgres) -> str:
    """Create the template with English collation, as most real installations have; queries that need byte order must
    request it."""
    with contextlib.suppress(FeatureNotSupported), postgres.admin() as connection:
        named = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'")
        connection.execute(named.format(sql.Identifier(TEMPLATE), sql.Identifier(OWNER)))
        return postgres.url(TEMPLATE)
    return postgres.create(TEMPLATE)  # built without ICU: bytewise order then


def _migrate(url: str) -> None:
    async def bring_up() -> None:
        database = Database(url)
        await asyncio.to_thread(migrate, database)
        await database.close()

    with ThreadPoolExecutor(1) as aside:  # this thread runs the tests' event loop already
        aside.submit(asyncio.run, bring_up()).result()


@contextlib.contextmanager
def fresh_database(postgres: Postgres) -> Iterator[str]:
    """Yield the URL of a new database with all tables and no rows."""
    name = f"board_{next(_numbers)}"
    try:
        yield postgres.create(name, TEMPLATE)
    finally:
        postgres.drop(name)
