"""The two houses in which every promise is kept: SQLite by itself, and PostgreSQL with Redis.

A test that has the mark `both_backends` runs in both, or by turns; others run in the small one, which is quicker to build.
"""

import asyncio
import atexit
import contextlib
import functools
import itertools
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import sql
from psycopg.errors import FeatureNotSupported

from board.dev import Postgres, Redis
from board.dev.postgres import OWNER
from models.db.database import Database
from models.db.schema import migrate

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ALTERNATING = "by turns"
TEMPLATE = "template_board"

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Backend:
    """Where a desk can be opened: `settled` gives the settings of a fresh installation."""

    name: str
    postgres: Postgres | None = None
    redis: Redis | None = None

    @contextlib.contextmanager
    def settled(self, folder: Path) -> Iterator[dict[str, Any]]:
        """Settings that name a new, empty installation; its database is gone afterwards."""
        if self.postgres is None or self.redis is None:
            yield {"database_url": sqlite_url(folder)}
            return
        with fresh_database(self.postgres) as url:
            # The channels of an installation are named by its secret: so all share one Redis.
            yield {"database_url": url, "redis_url": self.redis.url, "secret_key": secrets.token_urlsafe(32)}


def sqlite_url(folder: Path) -> str:
    """The URL of the SQLite database in a folder: where there was none, a new one with all tables, and nothing in them."""
    path = folder / "board.db"
    if not path.exists():
        shutil.copy(_template(), path)
    return f"sqlite:///{path}"


@functools.cache
def _template() -> Path:
    """A database with this version's tables, which others are copied from: quicker than migrating each."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    path = Path(folder.name) / "board.db"
    _migrate(f"sqlite:///{path}")
    return path


def make_template(postgres: Postgres) -> None:
    """The same, in a PostgreSQL."""
    _migrate(_create_in_english(postgres))


def _create_in_english(postgres: Postgres) -> str:
    """Texts sort there as people want it, as in most real installations; what must sort bytewise has to say so itself."""
    with contextlib.suppress(FeatureNotSupported), postgres.admin() as connection:
        named = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'")
        connection.execute(named.format(sql.Identifier(TEMPLATE), sql.Identifier(OWNER)))
        return postgres.url(TEMPLATE)
    return postgres.create(TEMPLATE)  # built without: then as the bytes are


def _migrate(url: str) -> None:
    async def bring_up() -> None:
        database = Database(url)
        await asyncio.to_thread(migrate, database)
        await database.close()

    with ThreadPoolExecutor(1) as aside:  # the tests have a loop of their own in this thread
        aside.submit(asyncio.run, bring_up()).result()


@contextlib.contextmanager
def fresh_database(postgres: Postgres) -> Iterator[str]:
    """The URL of a new database with all tables, and nothing in them."""
    name = f"board_{next(_numbers)}"
    try:
        yield postgres.create(name, TEMPLATE)
    finally:
        postgres.drop(name)
