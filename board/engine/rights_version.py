"""Versions of all rights. Every process polls them, so that a change in one process affects the open sockets of all."""

from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlmodel import Session as Database

from models.accounts import RightsVersion
from models.db.tables import columns_of

_ROW = columns_of(RightsVersion)
_UPDATE = update(RightsVersion).where(_ROW.id == bindparam("row"))
_BUMP = _UPDATE.values(version=_ROW.version + 1)
_HOLD = _UPDATE.values(version=_ROW.version)
_VERSIONS = select(_ROW.id, _ROW.version)


class Version(NamedTuple):
    """Versions of rights. `people` increases when an account, session, token or access changes; `displays` when a display
    changes, which is rare."""

    people: int = 0
    displays: int = 0


def bump_rights_version(database: Database) -> None:
    """Announce to all processes that people's rights changed. Call it first in a transaction: its row lock serialises concurrent
    changes, so that they never deadlock."""
    database.connection().execute(_BUMP, {"row": RightsVersion.PEOPLE})


def bump_displays_version(database: Database) -> None:
    """Announce to all processes that a display or its content changed. Call it first in a transaction."""
    database.connection().execute(_BUMP, {"row": RightsVersion.DISPLAYS})


def lock_rights_version(database: Database) -> None:
    """Lock the version of people's rights without changing it, for writes that must not run during a change of rights."""
    database.connection().execute(_HOLD, {"row": RightsVersion.PEOPLE})


def version(database: Database) -> Version:
    """Return the current versions."""
    versions = {row.id: row.version for row in database.connection().execute(_VERSIONS)}
    return Version(versions.get(RightsVersion.PEOPLE, 0), versions.get(RightsVersion.DISPLAYS, 0))
