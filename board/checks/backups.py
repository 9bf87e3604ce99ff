"""The last backup: how long ago it was made, as `board backup` notes it."""

from datetime import timedelta

from sqlalchemy import text
from sqlmodel import Session

from board.checks.finding import State
from board.maintenance.database import read
from board.settings import Settings
from models.times import now, parse_utc
from models.upkeep import BACKUP, Upkeep

LATE = timedelta(hours=36)  # one that is made every night, and was left out
_FIRST = text("SELECT min(created_at) FROM account")


def look(settings: Settings) -> tuple[State, str]:
    made, began = read(_times)
    how = "`board backup FILE`" if settings.on_sqlite else "pg_dump, then `board backup --note`"
    if made is None:
        young = began is None or now() - parse_utc(began) < LATE
        return (State.WARNING if young else State.WRONG), f"None was ever made: {how}."
    age = now() - parse_utc(made)
    says = f"The last one was made {_told(age)} ago, at {made}"
    return (State.WRONG, f"{says}: {how}.") if age > LATE else (State.OK, f"{says}.")


def _times(session: Session) -> tuple[str | None, str | None]:
    """Return when the last one was made, and when the first account was."""
    noted = session.get(Upkeep, BACKUP)
    return noted.at if noted else None, session.connection().execute(_FIRST).scalar()


def _told(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:.0f} h" if hours < 72 else f"{hours / 24:.0f} days"
