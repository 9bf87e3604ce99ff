"""Versions of all rights. Every process polls them, so that a change in one process affects the open sockets of all."""

from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session as Database

from models.accounts import RightsVersion

_BUMP = text("UPDATE rights SET version = version + 1 WHERE id = :id")
_HOLD = text("UPDATE rights SET version = version WHERE id = :id")
_VERSIONS = text("SELECT id, version FROM rights")


class Version(NamedTuple):
    """Versions of rights. `people` increases when an account, session, token or access changes; `displays` when a display
    changes, which is rare."""

    people: int = 0
    displays: int = 0


def bump_rights_version(database: Database) -> None:
    """Announce to all processes that people's rights changed. Call it first in a transaction: its row lock serialises concurrent
    changes, so that they never deadlock."""
    database.connection().execute(_BUMP, {"id": RightsVersion.PEOPLE})


def bump_displays_version(database: Database) -> None:
    """Announce to all processes that a display or its content changed. Call it first in a transaction."""
    database.connection().execute(_BUMP, {"id": RightsVersion.DISPLAYS})


def lock_rights_version(database: Database) -> None:
    """Lock the version of people's rights without changing it, for writes that must not run during a change of rights."""
    database.connection().execute(_HOLD, {"id": RightsVersion.PEOPLE})


def version(database: Database) -> Version:
    """Return the current versions."""
    versions = {row.id: row.version for row in database.connection().execute(_VERSIONS)}
    return Version(versions.get(RightsVersion.PEOPLE, 0), versions.get(RightsVersion.DISPLAYS, 0))
