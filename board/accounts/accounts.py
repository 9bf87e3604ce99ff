"""Changes to accounts, their sessions and their tokens. Open sockets apply them within seconds."""

import functools
import secrets
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import TypeVar

from sqlmodel import Session, col, delete, func, or_, select

from board.accounts import account_uses, earlier_networks, identities, passwords, token_boards
from board.audit import entries, writer
from board.engine.identity import digest, hash_password
from board.engine.program_accounts import has_signed_in
from board.engine.rights_version import bump_rights_version
from board.errors import OperationError
from board.i18n import N_, message
from models.accounts import ROLES, SCOPES, THEMES, Account, LoginSession, PasswordLink, Token
from models.ids import new_id
from models.text_lines import single_line
from models.times import format_utc, now, parse_utc

T = TypeVar("T")
DEFAULT_TOKEN_DAYS = 90  # until a token expires, by default
MAX_TOKEN_DAYS = 365
MAX_ACCOUNTS = 10_000  # per installation: a stolen token must not fill the database
MAX_NAME = 200  # characters in the name of a person or token, or in an e-mail address
NEVER_EXPIRES = 0  # in days


def prepare_account(email: str, name: str, role: str, password: str, now: str) -> Callable[[Session], str]:
    """Return a function that inserts the account and returns its id.

    Hashes the password (100 ms) outside the write transaction, so that other commits need not wait. Both functions raise
    OperationError.
    """
    email, name = _checked(email, name, role)
    _raise_if(passwords.problem(password) or passwords.personal_problem(password, name, email))
    hashed = hash_password(password)

    def add(session: Session) -> str:
        if by_email(session, email) is not None:
            raise OperationError(N_("An account with this address already exists."))
        account = Account(id=new_id(), email=email, name=name, role=role, password=hashed, created_at=now)
        session.add(account)
        bump_rights_version(session)
        writer.write(session, entries.AccountAdded(id=account.id, name=account.name, role=role))
        return account.id

    return add


def _checked(email: str, name: str, role: str) -> tuple[str, str]:
    """Return address and name in their stored form. Raises OperationError if one is invalid."""
    email = email.strip().lower()
    if "@" not in email or len(email) > MAX_NAME or not email.isprintable():
        raise OperationError(N_("Enter a valid e-mail address."))
    if len(name) > MAX_NAME or not (name := single_line(name)):
        raise OperationError(N_("Give the account a name of at most 200 characters."))
    _check_role(role)
    return email, name


def add_invited(session: Session, email: str, name: str, role: str, now: str) -> Account:
    """Insert an account with a random password; its owner sets one by a link. Raises OperationError if the data are invalid."""
    email, name = _checked(email, name, role)
    account = Account(id=new_id(), email=email, name=name, role=role, password=_unknown_password(), created_at=now)
    session.add(account)
    session.flush()
    bump_rights_version(session)
    writer.write(session, entries.AccountAdded(id=account.id, name=account.name, role=role))
    return account


@functools.cache
def _unknown_password() -> str:
    """Return the hash of a random password. Cached, because hashing takes 100 ms and a program may add many accounts."""
    return hash_password(secrets.token_urlsafe(32))


def count(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Account)).one()


def all_accounts(session: Session) -> list[Account]:
    return list(session.exec(select(Account).order_by(Account.name, Account.id)))


def set_enabled(session: Session, email: str, enabled: bool, *, unused_since: str | None = None) -> None:
    """Enable or disable an account. Disabling ends its sessions and its one-time link. Raises OperationError.

    `unused_since`: time of the last use, if the server disables the account because nobody uses it.
    """
    bump_rights_version(session)
    account = find(session, email)
    if account.enabled != enabled and enabled:
        writer.write(session, entries.AccountEnabled(id=account.id, name=account.name))
        account_uses.record(session, account.id, format_utc(now()))  # otherwise it would be disabled again the next day
    elif account.enabled != enabled:
        writer.write(session, entries.AccountDisabled(id=account.id, name=account.name, unused_since=unused_since))
    account.enabled = enabled
    identities.set_suspended(session, account.id, None)  # the provider doesn't undo the choice of an administrator
    if not enabled:
        drop_access(session, account)


def drop_access(session: Session, account: Account) -> None:
    """End the sessions and the one-time link of an account that can no longer sign in."""
    _drop_sessions(session, account.id)
    _end_link(session, account)


def set_role(session: Session, email: str, role: str) -> None:
    """Set the role of an account. Raises OperationError."""
    _check_role(role)
    bump_rights_version(session)
    account = find(session, email)
    if account.guest_of is not None and role != account.role:
        raise OperationError(N_("This is the account of a guest, who can only view. Add another account for this person."))
    if account.role != role:
        writer.write(session, entries.RoleSet(id=account.id, name=account.name, before=account.role, role=role))
    account.role = role


def set_language(session: Session, id: str, language: str) -> None:
    """Set the language of an account. Rights do not change; open sockets use the language from their next refused command on."""
    session.get_one(Account, id).language = language


def prepare_password(email: str, password: str, *, except_digest: str | None = None) -> Callable[[Session], int]:
    """Return a function that sets a password and returns the number of tokens that it revoked.

    It also ends the one-time link, and every session except the one with the digest `except_digest`. Hashes the password here,
    outside the write transaction. Both functions raise OperationError.
    """
    _raise_if(passwords.problem(password))
    password_hash = hash_password(password)

    def change_it(session: Session) -> int:
        bump_rights_version(session)
        account = find(session, email)
        _raise_if(passwords.personal_problem(password, account.name, account.email))
        account.password = password_hash
        writer.write(session, entries.PasswordSet(id=account.id, name=account.name))
        earlier_networks.forget(session, account.id)
        _drop_sessions(session, account.id, except_digest=except_digest)
        _end_link(session, account)
        return end_tokens(session, account.id, format_utc(now()))

    return change_it


def set_theme(session: Session, id: str, theme: str) -> None:
    """Set the theme of an account: light, dark, or empty. Raises OperationError."""
    account = session.get(Account, id)
    if account is None or theme not in ("", *THEMES):
        raise OperationError(N_("Theme must be light or dark."))
    account.theme = theme


def sessions(session: Session, id: str, now: str) -> list[LoginSession]:
    """Return the active sessions of an account, newest first."""
    active = select(LoginSession).where(LoginSession.account == id, LoginSession.ends_at > now)
    return sorted(session.exec(active), key=lambda login_session: login_session.created_at, reverse=True)


def end_sessions(session: Session, id: str, *, only: str | None = None, except_digest: str | None = None) -> None:
    """End all sessions of an account, only the one with the digest `only`, or all except the one with `except_digest`."""
    bump_rights_version(session)
    account = session.get(Account, id)
    if (count := _drop_sessions(session, id, only=only, except_digest=except_digest)) and account is not None:
        writer.write(session, entries.SessionsEnded(id=id, name=account.name, count=count))


def _drop_sessions(session: Session, id: str, *, only: str | None = None, except_digest: str | None = None) -> int:
    """Delete the matching sessions of an account, and return their number."""
    rows = session.exec(select(LoginSession).where(LoginSession.account == id))
    dropped_sessions = [row for row in rows if only in (None, row.digest) and row.digest != except_digest]
    for row in dropped_sessions:
        session.delete(row)
    return len(dropped_sessions)


def add_token(
    session: Session, name: str, scope: str, email: str, now: str, *,
    days: int = DEFAULT_TOKEN_DAYS, made_by: str | None = Token.BY_COMMAND_LINE, searches: Collection[str] = (),
    max_days: int | None = None,
) -> str:  # fmt: skip
    """Add a bearer token; return its secret, which is not stored.

    It expires after `days`, or never if that is NEVER_EXPIRES. `max_days`: upper bound of `days`. A token for another person's
    account works only after they agree, unless they have never signed in. `searches`: ids or references of the searches to which
    it is limited. Raises OperationError.
    """
    if scope not in SCOPES:
        raise OperationError(N_("Scope must be read, write, intake or accounts."))
    if len(name) > MAX_NAME or not (name := single_line(name)):
        raise OperationError(N_("Give the token a name of at most 200 characters."))
    _check_days(days, max_days)
    if session.exec(select(Token).where(Token.name == name)).first() is not None:
        raise OperationError(N_("A token with this name already exists."))
    secret = f"board_{secrets.token_urlsafe(32)}"
    account = find(session, email)
    if scope == "accounts" and account.role != "admin":
        raise OperationError(N_("Only the token of an administrator can manage accounts."))
    limit = token_boards.checked(session, account, scope, searches)
    token = Token(id=new_id(), name=name, digest=digest(secret), account=account.id, scope=scope, created_at=now)
    token.made_by, token.boards = made_by, " ".join(limit)
    if made_by == account.id or not has_signed_in(session, account.id):
        token.agreed_at = now
    token.expires_at = None if days == NEVER_EXPIRES else format_utc(parse_utc(now) + timedelta(days=days))
    session.add(token)
    added = entries.TokenAdded(
        id=account.id, name=account.name, token=token.id, title=name, scope=scope, expires_at=token.expires_at,
        boards=limit,
    )  # fmt: skip
    writer.write(session, added)
    return secret


def _check_days(days: int, max_days: int | None) -> None:
    if max_days is None and not NEVER_EXPIRES <= days <= MAX_TOKEN_DAYS:
        raise OperationError(N_("A token is valid for 1 to 365 days. Use 0 for no end date."))
    if max_days is not None and not 1 <= days <= max_days:
        raise OperationError(message(N_("A token is valid for 1 to {days} days."), days=max_days))


def agree_to_token(session: Session, account: str, id: str, at: str) -> None:
    """Activate a token that waits for the consent of this account. Raises OperationError."""
    token = _own_token(session, account, id, at)
    if token.agreed_at is None:
        token.agreed_at = at
        owner = session.get_one(Account, account)
        writer.write(session, entries.TokenAgreed(id=owner.id, name=owner.name, token=token.id, title=token.name))


def end_own_token(session: Session, account: str, id: str, at: str) -> None:
    """Revoke a token of this account. Raises OperationError."""
    token = _own_token(session, account, id, at)
    bump_rights_version(session)
    _revoke(session, token, at)


def _own_token(session: Session, account: str, id: str, at: str) -> Token:
    """Return an active token of this account. Raises OperationError."""
    own_token = next((token for token in active_tokens(session, account, at) if token.id == id), None)
    if own_token is None:
        raise OperationError(N_("This token has ended."))
    return own_token


def has_admin(session: Session) -> bool:
    """Return whether there is an enabled administrator."""
    return session.exec(select(Account).where(Account.role == "admin", Account.enabled)).first() is not None


def active_tokens(session: Session, id: str, now: str) -> list[Token]:
    """Return the tokens of an account that are neither expired nor revoked."""
    not_expired = or_(col(Token.expires_at).is_(None), col(Token.expires_at) > now)
    return list(session.exec(select(Token).where(Token.account == id, col(Token.revoked_at).is_(None), not_expired)))


def end_tokens(session: Session, id: str, now: str) -> int:
    """Revoke the active tokens of an account, and return their number."""
    bump_rights_version(session)
    active = active_tokens(session, id, now)
    for token in active:
        _revoke(session, token, now)
    return len(active)


def revoke_token(session: Session, name: str, now: str) -> None:
    """Revoke the token with this name. Raises OperationError."""
    token = find_token(session, name)
    bump_rights_version(session)
    if token.revoked_at is None:
        _revoke(session, token, now)


def _revoke(session: Session, token: Token, now: str) -> None:
    token.revoked_at = now
    owner = session.get_one(Account, token.account)
    writer.write(session, entries.TokenRevoked(id=owner.id, name=owner.name, token=token.id, title=token.name))


def find_token(session: Session, name: str) -> Token:
    """Return the token with this name. Raises OperationError."""
    token = session.exec(select(Token).where(col(Token.name).in_((name, single_line(name[:MAX_NAME]))))).first()
    if token is None:
        raise OperationError(N_("No token has this name."))
    return token


def find(session: Session, email: str) -> Account:
    """Return the account with this e-mail address. Raises OperationError."""
    account = by_email(session, email.strip().lower())
    if account is None:
        raise OperationError(N_("No account has this address."))
    return account


def by_email(session: Session, email: str) -> Account | None:
    """Return the account with this address, if there is one."""
    email = email.strip().lower()
    return session.exec(select(Account).where(Account.email == email)).first()


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise OperationError(N_("Role must be viewer, investigator, coordinator or admin."))


def _raise_if(problem: str | None) -> None:
    if problem is not None:
        raise OperationError(problem)


def _end_link(session: Session, account: Account) -> None:
    session.exec(delete(PasswordLink).where(col(PasswordLink.account) == account.id))
