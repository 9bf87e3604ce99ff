"""Policy for second factors: the roles that need one, and the days of grace for setting one up."""

from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session

from board.accounts.factors import second_factors
from board.config.settings import Settings
from models.accounts import Account
from models.factors import FactorGrace
from models.times import format_utc, parse_utc

Step = Literal["none", "prove", "set_up"]


def must_have(account: Account, settings: Settings) -> bool:
    """Return whether the role of an account needs a second factor."""
    return account.role in settings.roles_with_second_factor


def set_up_by(session: Session, account: Account, settings: Settings, now: datetime) -> datetime | None:
    """Return the end of the days of grace of an account that still needs a second factor; otherwise None."""
    if not must_have(account, settings) or second_factors.has_any(session, account.id):
        return None
    grace = session.get(FactorGrace, account.id)
    return (parse_utc(grace.since) if grace is not None else now) + timedelta(days=settings.second_factor_grace_days)


def next_step(session: Session, account: Account, settings: Settings, now: datetime) -> Step:
    """Return what a person must do after the password: prove a second factor, set one up, or nothing."""
    if second_factors.has_any(session, account.id):
        return "prove"
    end = set_up_by(session, account, settings, now)
    return "none" if end is None or now < end else "set_up"


def begin_grace(session: Session, account: Account, now: datetime) -> None:
    """Begin the days of grace of an account, if they have not begun."""
    if session.get(FactorGrace, account.id) is None:
        session.merge(FactorGrace(account=account.id, since=format_utc(now)))
