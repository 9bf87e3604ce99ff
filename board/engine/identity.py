"""Identity of callers, by session cookie or bearer token."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from argon2 import PasswordHasher
from sqlalchemy import Row, Select, bindparam, or_
from sqlalchemy import select as core_select
from sqlmodel import Session as Database
from sqlmodel import select
from starlette.requests import HTTPConnection

from board.errors import Refused
from models.accounts import NARROW, Account, LoginSession, Token
from models.db import rows
from models.db import statement as statements
from models.db.statement import Parameters, Statement
from models.db.tables import columns_of
from models.display import ALL_DISPLAYS, Display
from models.times import format_utc, now


class RefusedToken(NamedTuple):
    """Reason why a bearer token was refused, with the token and its account if it exists."""

    reason: Literal["unknown", "revoked", "expired", "disabled", "unagreed", "unchecked"]
    token: Token | None = None
    account: Account | None = None


# since sign-in: longer than any series of shifts; a lost laptop is noticed earlier
SESSION_LIFETIME = timedelta(days=14)
HASHER = PasswordHasher()  # argon2id, with the library's parameters (RFC 9106, low memory)
_COLUMNS = (
    "id", "email", "name", "role", "enabled", "password", "language", "theme", "created_at", "guest_of", "guest_until",
    "guest_writes", "claims_until",
)  # fmt: skip
_REST = len(_COLUMNS)  # index of the first column after those of the account
_LOCKED_AT = _REST + 4  # index of `locked_at` in a row of `current_query`
_ACCOUNT = f"SELECT {', '.join(f'a.{name}' for name in _COLUMNS)}"
_BY_COOKIE = Statement(
    f"{_ACCOUNT}, s.ends_at, s.factor_at, s.locked_at FROM session s JOIN account a ON a.id = s.account WHERE s.digest = :digest"
)
_BY_TOKEN = Statement(
    f"{_ACCOUNT}, t.id, t.scope, t.name, t.boards, t.expires_at FROM token t JOIN account a ON a.id = t.account "
    "WHERE t.digest = :digest AND t.agreed_at IS NOT NULL "
    "AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > :now)"
)
_CURRENT = Statement(
    f"{_ACCOUNT}, s.ends_at, t.id, t.revoked_at, t.expires_at, s.locked_at FROM account a "
    "LEFT JOIN session s ON s.digest = :session AND s.account = a.id "
    "LEFT JOIN token t ON t.id = :token AND t.account = a.id WHERE a.id = :account"
)
_BATCH_SIZE = 500
_P, _S, _T = columns_of(Account), columns_of(LoginSession), columns_of(Token)
_KEYS: Any = bindparam("keys", expanding=True)
_NOW: Any = bindparam("now")
_ACCOUNTS = core_select(*(_P[name] for name in _COLUMNS)).where(_P.id.in_(_KEYS))
_ACTIVE_SESSIONS = core_select(_S.digest, _S.ends_at, _S.locked_at).where(_S.digest.in_(_KEYS), _S.ends_at > _NOW)
_VALID_TOKENS = core_select(_T.id, _T.expires_at).where(
    _T.id.in_(_KEYS), _T.revoked_at.is_(None), or_(_T.expires_at.is_(None), _T.expires_at > _NOW)
)


Key = tuple[str, str | None, str | None]
Ending = Sequence[Any]  # key of a session or token, and its end


@dataclass(frozen=True, slots=True)
class Caller:
    """Caller: an account, with its session or token. `account` is a copy from the time of reading.

    A display has no account: its `account` is in no table and has no rights. `socket_lease`: id of the display's single socket.
    `factor_at`: time at which the person last proved their identity in this session, as of the request.
    `locked_at`: time at which its session was locked, None if it is not.
    `token_boards`: boards to which the token is limited, None for all. `ends_at`: time at which the access ends unless it is
    extended, None if it never ends. `screen`: name of the page that sent the request or opened the socket; `display`; `api` for a
    program; empty if not known.
    """

    account: Account
    session: str | None = None  # digest
    token: str | None = None  # id
    token_name: str | None = None  # never stale: tokens are not renamed
    scope: str | None = None
    display: Display | None = None
    socket_lease: str = ""
    factor_at: str | None = None
    locked_at: str | None = None
    token_boards: frozenset[str] | None = None  # never stale: the boards of a token do not change
    ends_at: str | None = None
    screen: str = ""

    @property
    def key(self) -> Key:
        """Key of the account with its session or token."""
        return self.account.id, self.session, self.token

    @property
    def visibility_key(self) -> str:
        """Key of the caller's visibility of searches: the account's id, or ALL_DISPLAYS."""
        return ALL_DISPLAYS if self.display is not None else self.account.id

    @property
    def boards(self) -> frozenset[str] | None:
        """Boards to which the caller is limited, as a guest or by its token; None if it is not."""
        own = self.account.guest_of
        if own is None:
            return self.token_boards
        return frozenset({own}) if self.token_boards is None else self.token_boards & {own}

    @property
    def is_limited(self) -> bool:
        """Return whether the caller sees only the boards in `boards`. It must not learn that other boards exist."""
        return self.boards is not None

    def may_reach(self, board: str) -> bool:
        """Return whether the caller is not limited to other boards."""
        boards = self.boards
        return boards is None or board in boards

    @property
    def public_account(self) -> dict[str, Any]:
        """Account as shown on its screens. `locked_at`: only for a locked session. `writes`: only for a guest who may write."""
        locked = {"locked_at": self.locked_at} if self.locked_at is not None else {}
        writes = {"writes": True} if self.account.command_role != self.account.role else {}
        return {"id": self.account.id, "name": self.account.name, "role": self.account.role, **writes, **locked}

    @property
    def is_own_session(self) -> bool:
        """Return whether the caller is a person who signed in, not a program with a token."""
        return self.session is not None and self.token is None

    @property
    def is_narrow(self) -> bool:
        """Return whether the token has a single-purpose scope, which can't read boards or open pages."""
        return self.scope in NARROW

    @property
    def may_command(self) -> bool:
        return self.scope in (None, "write")

    def require_unlocked(self) -> None:
        """Raise Refused `locked` if the session is locked."""
        if self.locked_at is not None:
            raise Refused("locked")


def digest(secret: str) -> str:
    """Return the stored digest of a cookie or token. They are long and random, so a plain digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def require_active(database: Database, caller: Caller) -> Account:
    """Return the caller's current account. Raises Refused `unauthenticated` if the account, session or token has ended."""
    rows = statements.read(database.connection(), *current_query(caller))
    return require_active_now(rows[0] if rows else None, caller)


def renewed(database: Database, caller: Caller) -> Caller:
    """Return the caller with its current account. Raises Refused `unauthenticated` as `require_active` does."""
    return replace(caller, account=require_active(database, caller))


def current_query(caller: Caller) -> tuple[Statement, Parameters]:
    """Return the query for the caller's current account, session and token."""
    return _CURRENT, {"account": caller.account.id, "session": caller.session, "token": caller.token}


def require_active_now(row: statements.Row | None, caller: Caller) -> Account:
    """Return the account in a row of `current_query`. Raises Refused `unauthenticated` as `require_active` does."""
    if row is None:
        raise Refused("unauthenticated")
    account, (ends_at, token, revoked_at, expires_at, _) = _account(row), row[_REST:]
    at = format_utc(now())
    has_session_ended = caller.session is not None and (ends_at is None or ends_at <= at)
    has_expired = expires_at is not None and expires_at <= at
    is_usable = token is not None and revoked_at is None and not has_expired and account.may_use_tokens(at)
    has_token_ended = caller.token is not None and not is_usable
    if not account.is_active(at) or has_session_ended or has_token_ended:
        raise Refused("unauthenticated")
    return account


def require_unlocked(database: Database, caller: Caller) -> Account:
    """Return the caller's current account, as `require_active` does. Raises Refused `locked` if the session is locked."""
    rows = statements.read(database.connection(), *current_query(caller))
    return require_unlocked_now(rows[0] if rows else None, caller)


def require_unlocked_now(row: statements.Row | None, caller: Caller) -> Account:
    """Return the account in a row of `current_query`. Raises Refused as `require_unlocked` does."""
    account = require_active_now(row, caller)
    if row is not None and row[_LOCKED_AT] is not None:
        raise Refused("locked")
    return account


def _account(row: Row[Any] | statements.Row) -> Account:
    """Return the account in the first columns of a row, detached from any database session."""
    values = dict(zip(_COLUMNS, row, strict=False))
    return rows.new_row(Account, values | {name: bool(values[name]) for name in ("enabled", "guest_writes")})


def reload_callers(database: Database, callers: Sequence[Caller]) -> list[Caller | None]:
    """Reload callers with their current accounts; None for each whose access has ended. Reads in batches, because a server
    reloads the callers of all its sockets."""
    current: list[Caller | None] = []
    at = format_utc(now())
    for start in range(0, len(callers), _BATCH_SIZE):
        page = callers[start : start + _BATCH_SIZE]
        accounts = _by_key(database, _ACCOUNTS, {caller.account.id for caller in page}, at)
        sessions = _by_key(database, _ACTIVE_SESSIONS, {caller.session for caller in page if caller.session}, at)
        tokens = _by_key(database, _VALID_TOKENS, {caller.token for caller in page if caller.token}, at)
        current += [_reloaded(caller, accounts.get(caller.account.id), sessions, tokens, at) for caller in page]
    return current


def _reloaded(
    caller: Caller, row: Row[Any] | None, sessions: Mapping[str, Ending], tokens: Mapping[str, Ending], at: str
) -> Caller | None:
    """Return a caller with its current account and end; None if its access has ended."""
    has_ended = (caller.session and caller.session not in sessions) or (caller.token and caller.token not in tokens)
    account = _account(row) if row is not None else None
    if account is None or has_ended or not account.is_active(at) or (caller.token and not account.may_use_tokens(at)):
        return None
    claims_until = account.claims_until if caller.token else None
    ends = (sessions[caller.session][1] if caller.session else None, tokens[caller.token][1] if caller.token else None)
    locked_at = sessions[caller.session][2] if caller.session else None
    return replace(caller, account=account, ends_at=_first_end(account.guest_until, claims_until, *ends), locked_at=locked_at)


def _first_end(*ends: str | None) -> str | None:
    """Return the earliest of these times; None if there is none."""
    return min((end for end in ends if end is not None), default=None)


def _by_key(database: Database, query: Select[Any], keys: set[str], at: str) -> dict[str, Row[Any]]:
    """Return the rows with these keys by their first column."""
    rows = database.connection().execute(query, {"keys": list(keys), "now": at}) if keys else ()
    return {row[0]: row for row in rows}


def caller_by_cookie(database: Database, secret: str) -> Caller | None:
    """Return the caller with this session cookie; None if the session does not exist or has ended."""
    key, at = digest(secret), format_utc(now())
    rows = statements.read(database.connection(), _BY_COOKIE, {"digest": key})
    if not rows or not (account := _account(rows[0])).is_active(at) or (ends_at := rows[0][_REST]) <= at:
        return None
    row = rows[0]
    ends = _first_end(account.guest_until, ends_at)
    return Caller(account, session=key, factor_at=row[_REST + 1], locked_at=row[_REST + 2], ends_at=ends)


def caller_by_token(database: Database, secret: str) -> Caller | None:
    """Return the caller with this bearer token; None if the token is not valid."""
    at = format_utc(now())
    rows = statements.read(database.connection(), _BY_TOKEN, {"digest": digest(secret), "now": at})
    if not rows or not (account := _account(rows[0])).may_use_tokens(at):
        return None
    id, scope, name, boards, expires_at = rows[0][_REST:]
    ends_at = _first_end(account.guest_until, account.claims_until, expires_at)
    limit = frozenset(boards.split()) if boards else None
    return Caller(account, token=id, token_name=name, scope=scope, token_boards=limit, ends_at=ends_at)


def refused_token(database: Database, secret: str) -> RefusedToken:
    """Return the reason why a bearer token is not valid, for the audit journal."""
    row = database.exec(select(Token, Account).where(Token.digest == digest(secret), Token.account == Account.id)).first()
    if row is None:
        return RefusedToken("unknown")
    token, account = row
    if not account.is_active(format_utc(now())):
        return RefusedToken("disabled", token, account)
    if token.revoked_at is not None:
        return RefusedToken("revoked", token, account)
    if token.agreed_at is None:
        return RefusedToken("unagreed", token, account)
    is_unchecked = token.expires_at is None or token.expires_at > format_utc(now())
    return RefusedToken("unchecked" if is_unchecked else "expired", token, account)


def _is_user_action(connection: HTTPConnection) -> bool:
    """Return whether a person caused this request. An idle page polls data and reopens its socket, but does not open pages or
    change anything."""
    if connection.scope["type"] != "http":
        return False
    return connection.scope["method"] not in ("GET", "HEAD") or not connection.url.path.startswith("/api/")
