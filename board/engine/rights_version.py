"""Versions of everybody's rights, polled by every process: a change made anywhere acts on all open sockets."""

from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session as Database

from models.accounts import RightsVersion

_BUMP = text("UPDATE rights SET version = version + 1 WHERE id = :id")
_HOLD = text("UPDATE rights SET version = version WHERE id = :id")
_VERSIONS = text("SELECT id, version FROM rights")


class Version(NamedTuple):
    """Version of rights: `people` grows with changes of accounts, sessions, tokens and access, `displays` with those of
    displays, of which there are few."""

    people: int = 0
    displays: int = 0


def bump_rights_version(database: Database) -> None:
    """Announce to all processes that rights of people changed. Call it first in a transaction: its row lock puts concurrent
    changes in order, so that they never deadlock."""
    database.connection().execute(_BUMP, {"id": RightsVersion.PEOPLE})


def bump_displays_version(database: Database) -> None:
    """Announce to all processes that a display, or what it shows, changed. Call it first in a transaction."""
    database.connection().execute(_BUMP, {"id": RightsVersion.DISPLAYS})


def lock_rights_version(database: Database) -> None:
    """Lock the version of people's rights without changing it, for writes that must not run beside a change of rights."""
    database.connection().execute(_HOLD, {"id": RightsVersion.PEOPLE})


def version(database: Database) -> Version:
    """Return the current versions."""
    known = {row.id: row.version for row in database.connection().execute(_VERSIONS)}
    return Version(known.get(RightsVersion.PEOPLE, 0), known.get(RightsVersion.DISPLAYS, 0))
