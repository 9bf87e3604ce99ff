"""Last use of tokens and sessions. It is kept in memory and written rarely, so that requests need no write. Idle sessions end."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, or_, select, update
from sqlmodel import Session as Database

from models.accounts import AccountUse, LoginSession, Token
from models.db.database import Database as Store
from models.db.tables import columns_of
from models.times import format_utc, now

if TYPE_CHECKING:
    from board.engine.identity import Caller

TOKEN_WRITE_INTERVAL = timedelta(hours=1)
SESSION_WRITE_INTERVAL = timedelta(minutes=5)
ACCOUNT_WRITE_INTERVAL = timedelta(days=1)
NEVER = "9999-12-31T23:59:59.999Z"
MAX_KEYS = 10_000  # tokens or sessions tracked at the same time
_T, _S, _U = columns_of(Token), columns_of(LoginSession), columns_of(AccountUse)
_AT: Any = bindparam("at")
_END: Any = bindparam("end")
_TOKEN = (
    update(Token)
    .where(_T.id == bindparam("key"), or_(_T.used_at.is_(None), _T.used_at < bindparam("before")))
    .values(used_at=_AT)
)
_SESSION = (
    update(LoginSession)
    .where(_S.digest == bindparam("key"), _S.used_at < _AT, _S.ends_at > bindparam("now"))
    .values(used_at=_AT, ends_at=case((_S.latest_end < _END, _S.latest_end), else_=_END))
)
_OWNER = select(_S.account).where(_S.digest == bindparam("key")).scalar_subquery()
_ACCOUNT = update(AccountUse).where(_U.account == _OWNER, _U.at < bindparam("day_before")).values(at=_AT)

Uses = Mapping[str, datetime]


class UseTracker:
    """Times of last use by key. A key is due once its last write is older than the interval."""

    def __init__(self, write_interval: timedelta) -> None:
        self._interval = write_interval
        self._used_at: dict[str, datetime] = {}
        self._written_at: dict[str, datetime] = {}

    def __len__(self) -> int:
        return len(self._used_at.keys() | self._written_at.keys())

    def record(self, key: str, at: datetime) -> None:
        if key in self._used_at or len(self) < MAX_KEYS:
            self._used_at[key] = at

    def due(self, at: datetime) -> Uses:
        """Return the uses to write now, sorted by key so that two processes never deadlock."""
        self._written_at = {key: written_at for key, written_at in self._written_at.items() if written_at > at - self._interval}
        return {key: self._used_at[key] for key in sorted(self._used_at) if key not in self._written_at}

    def mark_written(self, uses: Uses, at: datetime) -> None:
        for key, used_at in uses.items():
            self._written_at[key] = at
            if self._used_at.get(key) == used_at:  # not used again since then
                del self._used_at[key]


class LastUse:
    """Last uses of tokens and sessions in this process."""

    def __init__(self, idle: timedelta | None) -> None:
        """Create the trackers. `idle`: time after which an unused session ends, None if it never does."""
        self._idle = idle
        self.tokens, self.sessions = UseTracker(TOKEN_WRITE_INTERVAL), UseTracker(SESSION_WRITE_INTERVAL)

    def record(self, caller: "Caller") -> None:
        """Record that the caller's token or session is in use now. Does not touch the database."""
        if caller.token is not None:
            self.tokens.record(caller.token, now())
        elif caller.session is not None:
            self.sessions.record(caller.session, now())

    async def write(self, database: Store) -> None:
        """Write the uses that are due. Raises DatabaseUnavailable if a write fails; the uses then stay due."""
        at = now()
        if tokens := self.tokens.due(at):
            await database.write(partial(_write_tokens, tokens, at))
            self.tokens.mark_written(tokens, at)
        if sessions := self.sessions.due(at):
            await database.write(partial(_write_sessions, sessions, at, self._idle))
            self.sessions.mark_written(sessions, at)


def _write_tokens(uses: Uses, at: datetime, database: Database) -> None:
    """Store the last use of each token if the stored one is more than an hour older."""
    before = format_utc(at - TOKEN_WRITE_INTERVAL)
    rows = [{"key": key, "at": format_utc(used), "before": before} for key, used in uses.items()]
    database.connection().execute(_TOKEN, rows)


def _write_sessions(uses: Uses, at: datetime, idle: timedelta | None, database: Database) -> None:
    """Store the last use of each session and extend the session, unless it has ended. Once a day, also store the last use of its
    account."""
    rows = [
        {"key": key, "at": format_utc(used), "end": idle_end(used, idle), "now": format_utc(at)} for key, used in uses.items()
    ]
    database.connection().execute(_SESSION, rows)
    accounts = [
        {"key": key, "at": format_utc(used), "day_before": format_utc(used - ACCOUNT_WRITE_INTERVAL)}
        for key, used in uses.items()
    ]
    database.connection().execute(_ACCOUNT, accounts)


def idle_end(used_at: datetime, idle: timedelta | None) -> str:
    """Return the time at which a session ends if it is not used again."""
    return NEVER if idle is None else format_utc(used_at + idle)
