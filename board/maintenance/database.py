"""Database of the settings, for commands that read or change it."""

from collections.abc import Callable
from typing import TypeVar

from sqlmodel import Session

from board.audit import actor
from board.config.settings import Settings
from models.db import schema
from models.db.database import Database
from models.db.earlier_tables import Progress
from models.db.schema import Announce

T = TypeVar("T")

WAIT_S = 5.0  # for a starting database server; a person waits here


def read(fn: Callable[[Session], T]) -> T:
    """Return the result of `fn`. Raises ConfigurationError if the database does not exist or must be migrated."""
    database = Database(Settings().database_url, read_only=True)
    try:
        schema.check(database, WAIT_S)
        return database.read_now(fn)
    finally:
        database.dispose()


def write(
    fn: Callable[[Session], T],
    *,
    existing: bool = True,
    progress: Progress = lambda done, total: None,
    announce: Announce = lambda plan: None,
) -> T:
    """Migrate the database, then run `fn` in one transaction.

    `announce`: receives the plan of the migration. `progress`: receives its rows. `existing`: raise ConfigurationError if the
    database does not exist.
    """
    database = Database(Settings().database_url, must_exist=existing)
    try:
        schema.migrate(database, WAIT_S, progress, announce)
        return database.write_now(by_command_line(fn))
    finally:
        database.dispose()


def by_command_line(fn: Callable[[Session], T]) -> Callable[[Session], T]:
    """Wrap `fn` so that the audit journal names the operating system's user as actor."""

    def do(session: Session) -> T:
        actor.set_current(session, actor.command_line())
        return fn(session)

    return do
