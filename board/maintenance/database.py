"""The database that the settings name, as a command needs it: to read it as it is, or to change it."""

from collections.abc import Callable
from typing import TypeVar

from sqlmodel import Session

from board.audit import actor
from board.settings import Settings
from models.db import schema
from models.db.database import Database

T = TypeVar("T")

WAIT_S = 5.0  # for a server that is coming up; a person waits here


def read(fn: Callable[[Session], T]) -> T:
    """Return what fn says of the database as it is: it is neither made nor migrated. Raises ConfigurationError where that is
    needed."""
    database = Database(Settings().database_url, reading=True)
    try:
        schema.check(database, WAIT_S)
        return database.read_now(fn)
    finally:
        database.dispose()


def write(fn: Callable[[Session], T], *, existing: bool = True) -> T:
    """Do something in one transaction, on the database brought to this version's tables. Raises ConfigurationError where it has
    to be there and is not."""
    database = Database(Settings().database_url, existing=existing)
    try:
        schema.migrate(database, WAIT_S)
        return database.write_now(by_command_line(fn))
    finally:
        database.dispose()


def by_command_line(fn: Callable[[Session], T]) -> Callable[[Session], T]:
    """Return what does the same as the user of the operating system, for the audit journal."""

    def do(session: Session) -> T:
        actor.acting(session, actor.command_line())
        return fn(session)

    return do
