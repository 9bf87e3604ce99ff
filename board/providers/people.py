"""Accounts of people who come from a provider: found, linked, created, or refused.

Roles and rights change by the functions that administrators use, so that open sockets follow.
"""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from board.accounts import accounts, identities
from board.config.sign_in import Provider
from board.engine.rights_version import lock_rights_version
from board.errors import OperationError
from board.providers import claims as claim_values
from board.providers.signed_message import Claims, check_subject
from models.accounts import Account, Identity
from models.times import format_utc


class Outcome(NamedTuple):
    """Result of a sign-in or check: the account, or the code of the refusal. Both if the account is known."""

    account: Account | None
    refusal: str = ""


def sign_in(session: Session, provider: Provider, claims: Claims, now: datetime) -> Outcome:
    """Return the account of a person with these claims, with its current role. Raises ProviderError for unusable claims."""
    lock_rights_version(session)  # of two first sign-ins at the same time, the second finds the account
    role, identity = claim_values.role_of(provider, claims), identities.find(session, provider.issuer, check_subject(claims))
    if identity is not None:
        return _apply(session, provider, identity, role, now)
    if provider.role and role is None:
        return Outcome(None, "no_role")
    return _first_sign_in(session, provider, claims, role, now)


def check(session: Session, provider: Provider, subject: str, claims: Claims, now: datetime) -> Outcome:
    """Apply the claims of a person during a session. Raises ProviderError for unusable claims."""
    lock_rights_version(session)
    identity = identities.find(session, provider.issuer, subject)
    if identity is None:
        return Outcome(None, "ended")
    return _apply(session, provider, identity, claim_values.role_of(provider, claims), now)


def _apply(session: Session, provider: Provider, identity: Identity, role: str | None, now: datetime) -> Outcome:
    """Give an account the role of its claims. Without a role, it is disabled until the claims give one again."""
    account = session.get_one(Account, identity.account)
    identities.record_check(account, identity, provider, now)
    if not provider.role:
        return Outcome(account, "" if account.enabled else "disabled")
    if role is None:
        if account.enabled:
            accounts.set_enabled(session, account.email, False)
            identities.set_suspended(session, account.id, format_utc(now))
        return Outcome(account, "no_role")
    if not account.enabled and identity.suspended_at is None:
        return Outcome(account, "disabled")
    if not account.enabled:
        accounts.set_enabled(session, account.email, True)
    if account.role != role:
        accounts.set_role(session, account.email, role)
    return Outcome(account)


def _first_sign_in(session: Session, provider: Provider, claims: Claims, role: str | None, now: datetime) -> Outcome:
    email = claim_values.email_of(provider, claims)
    if email is None:
        return Outcome(None, "email")
    account = accounts.by_email(session, email)
    if account is not None:
        return _link_by_email(session, provider, claims, account, role, now)
    if not provider.create_accounts or role is None:
        return Outcome(None, "unknown")
    try:
        account = accounts.add_invited(session, email, claim_values.name_of(claims, email), role, format_utc(now))
    except OperationError:
        return Outcome(None, "email")
    identities.link(session, account, provider, claims["sub"], now, by_email=False)
    return Outcome(account)


def _link_by_email(
    session: Session, provider: Provider, claims: Claims, account: Account, role: str | None, now: datetime
) -> Outcome:
    """Link an account to a person with its e-mail address, if an administrator allowed it once."""
    permission = identities.permission_of(session, account.id, now)
    is_allowed = permission is not None and permission.issuer == provider.issuer
    if not is_allowed or identities.of_account(session, account.id) is not None:
        return Outcome(account, "exists")
    if not account.enabled:
        return Outcome(account, "disabled")
    identity = identities.link(session, account, provider, claims["sub"], now, by_email=True)
    return _apply(session, provider, identity, role, now)
