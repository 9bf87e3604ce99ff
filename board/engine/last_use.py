"""Last use of tokens and sessions, kept in memory and written rarely: use costs no write and does not change rights. A session
ends after a time without use."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlmodel import Session as Database

from models.db.database import Database as Store
from models.times import format_utc, now

if TYPE_CHECKING:
    from board.engine.identity import Caller

TOKEN_WRITE_INTERVAL = timedelta(hours=1)
SESSION_WRITE_INTERVAL = timedelta(minutes=5)
NEVER = "9999-12-31T23:59:59.999Z"
MAX_KEYS = 10_000  # tracked at once
_TOKEN = text("UPDATE token SET used_at = :at WHERE id = :key AND (used_at IS NULL OR used_at < :before)")
_SESSION = text(
    "UPDATE session SET used_at = :at, ends_at = CASE WHEN latest_end < :end THEN latest_end ELSE :end END "
    "WHERE digest = :key AND used_at < :at AND ends_at > :now"
)

Uses = Mapping[str, datetime]


class UseTracker:
    """Times of last use by key. A key is due once its last write is older than the interval."""

    def __init__(self, every: timedelta) -> None:
        self._interval = every
        self._used: dict[str, datetime] = {}
        self._written: dict[str, datetime] = {}

    def __len__(self) -> int:
        return len(self._used.keys() | self._written.keys())

    def note(self, key: str, at: datetime) -> None:
        if key in self._used or len(self) < MAX_KEYS:
            self._used[key] = at

    def due(self, at: datetime) -> Uses:
        """Return the uses to write now, sorted by key so that two processes never deadlock."""
        self._written = {key: was for key, was in self._written.items() if was > at - self._interval}
        return {key: self._used[key] for key in sorted(self._used) if key not in self._written}

    def mark_written(self, uses: Uses, at: datetime) -> None:
        for key, used in uses.items():
            self._written[key] = at
            if self._used.get(key) == used:  # otherwise it was used again meanwhile
                del self._used[key]


class LastUse:
    """Last uses seen by this process."""

    def __init__(self, idle: timedelta | None) -> None:
        """Create the trackers. `idle` is how long a session lasts without use; None: for ever."""
        self._idle = idle
        self.tokens, self.sessions = UseTracker(TOKEN_WRITE_INTERVAL), UseTracker(SESSION_WRITE_INTERVAL)

    def note(self, caller: "Caller") -> None:
        """Note that a token was used just now, or that somebody is active in a session. Does not touch the database."""
        if caller.token is not None:
            self.tokens.note(caller.token, now())
        elif caller.session is not None:
            self.sessions.note(caller.session, now())

    async def write(self, database: Store) -> None:
        """Write the uses that are due. Raises DatabaseUnavailable; they stay due then."""
        at = now()
        if tokens := self.tokens.due(at):
            await database.write(partial(_write_tokens, tokens, at))
            self.tokens.mark_written(tokens, at)
        if sessions := self.sessions.due(at):
            await database.write(partial(_write_sessions, sessions, at, self._idle))
            self.sessions.mark_written(sessions, at)


def _write_tokens(uses: Uses, at: datetime, database: Database) -> None:
    """Store uses of tokens whose stored use, by any process, is older than an hour."""
    before = format_utc(at - TOKEN_WRITE_INTERVAL)
    rows = [{"key": key, "at": format_utc(used), "before": before} for key, used in uses.items()]
    database.connection().execute(_TOKEN, rows)


def _write_sessions(uses: Uses, at: datetime, idle: timedelta | None, database: Database) -> None:
    """Store uses of sessions and extend them. A session that has ended stays ended."""
    rows = [
        {"key": key, "at": format_utc(used), "end": idle_end(used, idle), "now": format_utc(at)} for key, used in uses.items()
    ]
    database.connection().execute(_SESSION, rows)


def idle_end(used: datetime, idle: timedelta | None) -> str:
    """Return when a session ends if it is not used again."""
    return NEVER if idle is None else format_utc(used + idle)
