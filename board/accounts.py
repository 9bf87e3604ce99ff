"""Accounts and tokens, as an administrator handles them. Each change acts on open sockets within seconds."""

import asyncio
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sqlmodel import Session as Database
from sqlmodel import select

from board.errors import Refused
from board.sign_in import Caller, bump, digest, hash_password
from board.words import N_
from models.accounts import ROLES, SCOPES, Account, Session, Token
from models.ids import new_id

if TYPE_CHECKING:
    from board.desk import Desk

T = TypeVar("T")

SHORTEST_PASSWORD = 10  # characters; length is what counts, not shapes


class Wrong(Exception):
    """What was asked can't be done: one sentence why."""


def new_account(email: str, name: str, role: str, password: str, now: str) -> Callable[[Database], str]:
    """What adds an account, and gives its id. The password is hashed here, before the database is asked for anything: that
    takes a tenth of a second, for which everybody's commits would wait. Raises Wrong; so does what it gives."""
    email = email.strip().lower()
    if "@" not in email or len(email) > 200:
        raise Wrong(N_("That is not an e-mail address."))
    if not name.strip() or len(name) > 200:
        raise Wrong(N_("An account needs a name of at most 200 characters."))
    _check_role(role)
    _check_password(password)
    hashed = hash_password(password)

    def add(database: Database) -> str:
        if _by_email(database, email) is not None:
            raise Wrong(N_("There is an account with this address already."))
        account = Account(id=new_id(), email=email, name=name.strip(), role=role, password=hashed, created_at=now)
        database.add(account)
        bump(database)
        return account.id

    return add


def add(database: Database, email: str, name: str, role: str, password: str, now: str) -> str:
    """The same in one go, for a database that nobody else writes to. Raises Wrong."""
    return new_account(email, name, role, password, now)(database)


def every(database: Database) -> list[Account]:
    return list(database.exec(select(Account).order_by(Account.name, Account.id)))


def set_enabled(database: Database, email: str, enabled: bool) -> None:
    """Disabling ends every session of the account. Raises Wrong."""
    account = find(database, email)
    account.enabled = enabled
    if not enabled:
        _end_sessions(database, account)
    bump(database)


def set_role(database: Database, email: str, role: str) -> None:
    """Raises Wrong."""
    _check_role(role)
    find(database, email).role = role
    bump(database)


def new_password(email: str, password: str) -> Callable[[Database], None]:
    """What sets a password, and ends every session of the account; hashed here, as above. Raises Wrong; so does what it
    gives."""
    _check_password(password)
    hashed = hash_password(password)

    def change_it(database: Database) -> None:
        account = find(database, email)
        account.password = hashed
        _end_sessions(database, account)
        bump(database)

    return change_it


def set_password(database: Database, email: str, password: str) -> None:
    """The same in one go, for a database that nobody else writes to. Raises Wrong."""
    new_password(email, password)(database)


def add_token(database: Database, name: str, scope: str, email: str, now: str) -> str:
    """A new bearer token, told once. Raises Wrong."""
    if scope not in SCOPES:
        raise Wrong(N_("The scope of a token is read, write or intake."))
    if not name.strip() or len(name) > 200:
        raise Wrong(N_("A token needs a name of at most 200 characters."))
    if database.exec(select(Token).where(Token.name == name)).first() is not None:
        raise Wrong(N_("There is a token with this name already."))
    secret = f"board_{secrets.token_urlsafe(32)}"
    account = find(database, email)
    database.add(Token(id=new_id(), name=name, digest=digest(secret), account=account.id, scope=scope, created_at=now))
    return secret


def tokens(database: Database) -> list[tuple[Token, Account]]:
    rows = database.exec(select(Token, Account).where(Token.account == Account.id).order_by(Token.created_at))
    return [(token, account) for token, account in rows]


def revoke_token(database: Database, name: str, now: str) -> None:
    """Raises Wrong."""
    token = database.exec(select(Token).where(Token.name == name)).first()
    if token is None:
        raise Wrong(N_("There is no token with this name."))
    token.revoked_at = token.revoked_at or now
    bump(database)


def find(database: Database, email: str) -> Account:
    """Raises Wrong."""
    account = _by_email(database, email.strip().lower())
    if account is None:
        raise Wrong(N_("There is no account with this address."))
    return account


def _by_email(database: Database, email: str) -> Account | None:
    return database.exec(select(Account).where(Account.email == email)).first()


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise Wrong(N_("A role is viewer, investigator, coordinator or admin."))


def _check_password(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= 1_000:
        raise Wrong(N_("A password has at least 10 characters."))


def _end_sessions(database: Database, account: Account) -> None:
    for session in database.exec(select(Session).where(Session.account == account.id)):
        database.delete(session)


async def change(desk: "Desk", fn: Callable[[Database], T]) -> T:
    """Does one of the above on a running desk."""
    result = await desk.database.write(fn)
    await desk.rights_changed()
    return result


async def add_account(desk: "Desk", email: str, name: str, role: str, password: str) -> str:
    """A new account on a running desk; its id. Raises Wrong."""
    from models.times import stamp

    return await change(desk, await asyncio.to_thread(new_account, email, name, role, password, stamp(desk.clock())))


async def caller_for(desk: "Desk", account_id: str) -> Caller:
    """Somebody who acts without a session: the demo's colleagues, tests. Raises Refused `not_found`."""
    account = await desk.database.read(lambda database: database.get(Account, account_id))
    if account is None:
        raise Refused("not_found")
    return Caller(account)
