"""Versions of everybody's rights, which every process watches: a change made anywhere acts on its open sockets."""

from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import Session as Database

from models.accounts import RightsVersion

_BUMP = text("UPDATE rights SET version = version + 1 WHERE id = :id")
_HOLD = text("UPDATE rights SET version = version WHERE id = :id")
_VERSIONS = text("SELECT id, version FROM rights")


class Version(NamedTuple):
    """Grows with every change: of accounts, sessions, tokens and access; and of wall displays, of which there are few."""

    people: int = 0
    displays: int = 0


def bump_rights_version(database: Database) -> None:
    """Say that rights of people have changed, to every process. Done first: who changes rights at the same moment waits here,
    and two never wait for each other."""
    database.connection().execute(_BUMP, {"id": RightsVersion.PEOPLE})


def bump_displays_version(database: Database) -> None:
    """Say that a display, or what it shows, has changed. Done first, as above."""
    database.connection().execute(_BUMP, {"id": RightsVersion.DISPLAYS})


def lock_rights_version(database: Database) -> None:
    """Wait for whoever changes rights of people, and have others wait; where nobody's rights change by what follows."""
    database.connection().execute(_HOLD, {"id": RightsVersion.PEOPLE})


def version(database: Database) -> Version:
    """Return both as they are now."""
    known = {row.id: row.version for row in database.connection().execute(_VERSIONS)}
    return Version(known.get(RightsVersion.PEOPLE, 0), known.get(RightsVersion.DISPLAYS, 0))
