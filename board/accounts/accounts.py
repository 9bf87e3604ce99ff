"""Accounts and tokens, as an administrator handles them. Each change acts on open sockets within seconds."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import text
from sqlmodel import Session as Database
from sqlmodel import col, or_, select

from board.accounts import passwords
from board.audit import entries, writer
from board.engine.identity import digest, hash_password
from board.engine.rights_version import bump_rights_version
from board.errors import OperationError
from board.i18n import N_
from models.accounts import ROLES, SCOPES, THEMES, Account, LoginSession, Token
from models.ids import new_id
from models.times import format_utc, now, parse_utc

if TYPE_CHECKING:
    pass

ROLE_NAMES = {
    "viewer": N_("Viewer"), "investigator": N_("Investigator"), "coordinator": N_("Coordinator"), "admin": N_("Administrator"),
}  # fmt: skip


T = TypeVar("T")
DAYS = 90  # that a token lasts, where nothing else is said
MOST_DAYS = 365
NO_END = 0  # as a number of days
_END_LINK = text("DELETE FROM link WHERE account = :account")


def prepare_account(email: str, name: str, role: str, password: str, now: str) -> Callable[[Database], str]:
    """What adds an account, and gives its id. The password is hashed here, before the database is asked for anything: that
    takes a tenth of a second, for which everybody's commits would wait. Raises OperationError; so does what it gives."""
    email = email.strip().lower()
    if "@" not in email or len(email) > 200:
        raise OperationError(N_("That is not an e-mail address."))
    if not name.strip() or len(name) > 200:
        raise OperationError(N_("An account needs a name of at most 200 characters."))
    _check_role(role)
    _check(passwords.problem(password) or passwords.personal_problem(password, name, email))
    hashed = hash_password(password)

    def add(database: Database) -> str:
        if _by_email(database, email) is not None:
            raise OperationError(N_("There is an account with this address already."))
        account = Account(id=new_id(), email=email, name=name.strip(), role=role, password=hashed, created_at=now)
        database.add(account)
        bump_rights_version(database)
        writer.write(database, entries.AccountAdded(id=account.id, name=account.name, role=role))
        return account.id

    return add


def every(database: Database) -> list[Account]:
    return list(database.exec(select(Account).order_by(Account.name, Account.id)))


def set_enabled(database: Database, email: str, enabled: bool) -> None:
    """Disabling ends every session of the account, and its link. Raises OperationError."""
    bump_rights_version(database)
    account = find(database, email)
    if account.enabled != enabled:
        changed = entries.AccountEnabled if enabled else entries.AccountDisabled
        writer.write(database, changed(id=account.id, name=account.name))
    account.enabled = enabled
    if not enabled:
        _drop_sessions(database, account.id)
        _end_link(database, account)


def set_role(database: Database, email: str, role: str) -> None:
    """Raises OperationError."""
    _check_role(role)
    bump_rights_version(database)
    account = find(database, email)
    if account.role != role:
        writer.write(database, entries.RoleSet(id=account.id, name=account.name, before=account.role, role=role))
    account.role = role


def set_language(database: Database, id: str, language: str) -> None:
    """Of one's own. No right changes by it: open sockets learn it from the next command that they are refused."""
    database.get_one(Account, id).language = language


def prepare_password(email: str, password: str, *, but: str | None = None) -> Callable[[Database], int]:
    """What sets a password, and ends every session of the account (`but` the one of this digest), its tokens and its link; it
    gives the number of tokens. Hashed here, as above. Raises OperationError; so does what it gives."""
    _check(passwords.problem(password))
    hashed = hash_password(password)

    def change_it(database: Database) -> int:
        bump_rights_version(database)
        account = find(database, email)
        _check(passwords.personal_problem(password, account.name, account.email))
        account.password = hashed
        writer.write(database, entries.PasswordSet(id=account.id, name=account.name))
        _drop_sessions(database, account.id, but=but)
        _end_link(database, account)
        return end_tokens(database, account.id, format_utc(now()))

    return change_it


def set_theme(database: Database, id: str, theme: str) -> None:
    """Raises OperationError."""
    account = database.get(Account, id)
    if account is None or theme not in ("", *THEMES):
        raise OperationError(N_("A theme is light or dark."))
    account.theme = theme


def sessions(database: Database, id: str, now: str) -> list[LoginSession]:
    """Those of an account that have not ended, the newest first."""
    going = select(LoginSession).where(LoginSession.account == id, LoginSession.ends_at > now)
    return sorted(database.exec(going), key=lambda session: session.created_at, reverse=True)


def end_sessions(database: Database, id: str, *, only: str | None = None, but: str | None = None) -> None:
    """Ends all of an account, or `only` that of a digest, or all `but` that one."""
    bump_rights_version(database)
    account = database.get(Account, id)
    if (count := _drop_sessions(database, id, only=only, but=but)) and account is not None:
        writer.write(database, entries.SessionsEnded(id=id, name=account.name, count=count))


def _drop_sessions(database: Database, id: str, *, only: str | None = None, but: str | None = None) -> int:
    """How many these were."""
    every = database.exec(select(LoginSession).where(LoginSession.account == id))
    ended = [session for session in every if only in (None, session.digest) and session.digest != but]
    for session in ended:
        database.delete(session)
    return len(ended)


def add_token(
    database: Database, name: str, scope: str, email: str, now: str, *,
    days: int = DAYS, made_by: str | None = Token.BY_COMMAND_LINE,
) -> str:  # fmt: skip
    """A new bearer token, told once; it ends by itself after so many days, or never. Raises OperationError."""
    if scope not in SCOPES:
        raise OperationError(N_("The scope of a token is read, write or intake."))
    if not name.strip() or len(name) > 200:
        raise OperationError(N_("A token needs a name of at most 200 characters."))
    if not NO_END <= days <= MOST_DAYS:
        raise OperationError(N_("A token lasts 1 to 365 days; 0 is without an end."))
    if database.exec(select(Token).where(Token.name == name)).first() is not None:
        raise OperationError(N_("There is a token with this name already."))
    secret = f"board_{secrets.token_urlsafe(32)}"
    account = find(database, email)
    token = Token(id=new_id(), name=name, digest=digest(secret), account=account.id, scope=scope, created_at=now)
    token.made_by = made_by
    token.expires_at = None if days == NO_END else format_utc(parse_utc(now) + timedelta(days=days))
    database.add(token)
    added = entries.TokenAdded(
        id=account.id, name=account.name, token=token.id, title=name, scope=scope, expires_at=token.expires_at
    )  # fmt: skip
    writer.write(database, added)
    return secret


def has_admin(database: Database) -> bool:
    """Whether there is somebody who can sign in and change accounts."""
    return database.exec(select(Account).where(Account.role == "admin", Account.enabled)).first() is not None


def tokens(database: Database) -> list[tuple[Token, Account]]:
    rows = database.exec(select(Token, Account).where(Token.account == Account.id).order_by(Token.created_at))
    return [(token, account) for token, account in rows]


def good_tokens(database: Database, id: str, now: str) -> list[Token]:
    """Return the tokens of an account that have neither ended nor been revoked."""
    lasting = or_(col(Token.expires_at).is_(None), col(Token.expires_at) > now)
    return list(database.exec(select(Token).where(Token.account == id, col(Token.revoked_at).is_(None), lasting)))


def end_tokens(database: Database, id: str, now: str) -> int:
    """Revoke all tokens of an account that are still good, and return how many these are."""
    bump_rights_version(database)
    good = good_tokens(database, id, now)
    for token in good:
        _revoke(database, token, now)
    return len(good)


def revoke_token(database: Database, name: str, now: str) -> None:
    """Raises OperationError."""
    token = database.exec(select(Token).where(Token.name == name)).first()
    if token is None:
        raise OperationError(N_("There is no token with this name."))
    bump_rights_version(database)
    if token.revoked_at is None:
        _revoke(database, token, now)


def _revoke(database: Database, token: Token, now: str) -> None:
    token.revoked_at = now
    owner = database.get_one(Account, token.account)
    writer.write(database, entries.TokenRevoked(id=owner.id, name=owner.name, token=token.id, title=token.name))


def find(database: Database, email: str) -> Account:
    """Raises OperationError."""
    account = _by_email(database, email.strip().lower())
    if account is None:
        raise OperationError(N_("There is no account with this address."))
    return account


def _by_email(database: Database, email: str) -> Account | None:
    return database.exec(select(Account).where(Account.email == email)).first()


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise OperationError(N_("A role is viewer, investigator, coordinator or admin."))


def _check(fault: str | None) -> None:
    if fault is not None:
        raise OperationError(fault)


def _end_link(database: Database, account: Account) -> None:
    database.connection().execute(_END_LINK, {"account": account.id})
