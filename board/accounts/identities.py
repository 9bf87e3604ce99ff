"""Identities: links between accounts and people at identity providers, by issuer and subject.

An e-mail address alone links nothing, because a provider may reassign an address to another person. An administrator can allow it
once for an account and a provider.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import update
from sqlmodel import Session, col, select

from board.audit import entries, writer
from board.config.sign_in import Provider, SignIn
from board.engine.rights_version import bump_rights_version
from board.errors import OperationError
from board.i18n import N_
from models.accounts import Account, Identity, LinkPermission, LoginSession
from models.times import format_utc, parse_utc

PERMISSION_TTL = timedelta(hours=24)
UNCHECKED_TTL = timedelta(hours=24)  # claims that could not be checked for this long no longer count


class Link(NamedTuple):
    """Link of an account as administrators see it.

    `provider`: name of the linked provider, None if there is none. `allowed`: name of the provider to which the account may be
    linked once.
    """

    provider: str | None
    since: str | None
    allowed: str | None


def link_of(session: Session, account: str, sign_in: SignIn, now: datetime) -> Link:
    """Return the link of an account. A provider that was removed from `sign_in.toml` is named by its issuer."""
    identity, permission = of_account(session, account), permission_of(session, account, now)
    names = {provider.issuer: provider.name for provider in sign_in.provider}
    return Link(
        names.get(identity.issuer, identity.issuer) if identity is not None else None,
        identity.linked_at if identity is not None else None,
        names.get(permission.issuer) if permission is not None else None,
    )


def find(session: Session, issuer: str, subject: str) -> Identity | None:
    """Return the identity of a person at a provider."""
    return session.get(Identity, (issuer, subject))


def of_account(session: Session, account: str) -> Identity | None:
    """Return the identity of an account."""
    return session.exec(select(Identity).where(Identity.account == account)).first()


def role_until(account: Account, sign_in: SignIn) -> str | None:
    """Return the time until which the claims of a provider give the account its role. None if no claims do, and for the account
    for emergencies."""
    return None if sign_in.is_break_glass(account.email) else account.claims_until


def record_check(account: Account, identity: Identity, provider: Provider | None, now: datetime) -> None:
    """Record that the claims of a person were checked now. A role that they give is valid for UNCHECKED_TTL."""
    identity.checked_at = format_utc(now)
    account.claims_until = _claims_until(identity, provider)


def align_claims(session: Session, sign_in: SignIn) -> None:
    """Update the time until which claims give each account its role, after a change of `sign_in.toml`. Open sockets follow."""
    rows = session.exec(select(Account, Identity).where(Account.id == Identity.account)).all()
    for account, identity in rows:
        until = _claims_until(identity, sign_in.by_issuer(identity.issuer))
        if account.claims_until != until:
            bump_rights_version(session)
            account.claims_until = until


def _claims_until(identity: Identity, provider: Provider | None) -> str | None:
    gives_role = provider is not None and bool(provider.role)
    return format_utc(parse_utc(identity.checked_at) + UNCHECKED_TTL) if gives_role else None


def permission_of(session: Session, account: str, now: datetime) -> LinkPermission | None:
    """Return the permission to link an account, if it has not ended."""
    permission = session.get(LinkPermission, account)
    return permission if permission is not None and permission.ends_at > format_utc(now) else None


def allow_link(session: Session, account: Account, issuer: str, key: str, now: datetime) -> None:
    """Let an account be linked within a day to the person at this provider who has its address. Raises OperationError."""
    if not account.enabled:
        raise OperationError(N_("This account is disabled. Enable it first."))
    if of_account(session, account.id) is not None:
        raise OperationError(N_("This account is linked already. Remove the link first."))
    row = LinkPermission(account=account.id, issuer=issuer, created_at=format_utc(now), ends_at=format_utc(now + PERMISSION_TTL))
    session.merge(row)
    writer.write(session, entries.LinkAllowed(id=account.id, name=account.name, provider=key))


def link(session: Session, account: Account, provider: Provider, subject: str, now: datetime, *, by_email: bool) -> Identity:
    """Link an account to a person at a provider, and use up the permission to do so."""
    at = format_utc(now)
    identity = Identity(issuer=provider.issuer, subject=subject, account=account.id, linked_at=at, checked_at=at)
    record_check(account, identity, provider, now)
    session.add(identity)
    if (permission := session.get(LinkPermission, account.id)) is not None:
        session.delete(permission)
    session.flush()
    writer.write(session, entries.IdentityLinked(id=account.id, name=account.name, provider=provider.key, by_email=by_email))
    return identity


def unlink(session: Session, account: Account) -> None:
    """Remove the link of an account, and end the sessions that came from the provider."""
    bump_rights_version(session)
    identity = of_account(session, account.id)
    if identity is None:
        return
    session.delete(identity)
    account.claims_until = None
    rows = select(LoginSession).where(LoginSession.account == account.id, col(LoginSession.issuer).is_not(None))
    for row in session.exec(rows).all():
        session.delete(row)
    writer.write(session, entries.IdentityUnlinked(id=account.id, name=account.name))


def set_suspended(session: Session, account: str, at: str | None) -> None:
    """Record when an account was disabled because its provider gave no role. None: it is not disabled for this reason."""
    session.connection().execute(update(Identity).where(col(Identity.account) == account).values(suspended_at=at))
