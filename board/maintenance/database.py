"""Database of the settings, for commands: read as it is, or changed."""

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
    """Return the result of `fn` on the database as it is, neither created nor migrated. Raise ConfigurationError if that is
    needed."""
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
    progress: Progress = lambda done, whole: None,
    announce: Announce = lambda plan: None,
) -> T:
    """Run `fn` in one transaction, after migrating the database, which tells `announce` its plan and `progress` its rows. Raise
    ConfigurationError if it has to exist and does not."""
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
