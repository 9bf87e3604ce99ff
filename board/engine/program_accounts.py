"""Accounts of programs: they have only tokens that record sightings, and nobody ever signed in to them. They can't lead a search,
be assigned a card, or take the shift, because nobody would notice."""

from collections.abc import Collection, Iterable

from sqlalchemy import bindparam, text
from sqlmodel import Session

from board.engine import event_queries
from models.board import AUDIT

_FIND = (
    "SELECT DISTINCT t.account FROM token t WHERE t.scope = 'intake'{those} "
    "AND NOT EXISTS (SELECT 1 FROM token o WHERE o.account = t.account AND o.scope <> 'intake') "
    "AND NOT EXISTS (SELECT 1 FROM session s WHERE s.account = t.account) "
    # for sign-ins older than the journal of sign-ins
    "AND NOT EXISTS (SELECT 1 FROM seen k WHERE k.account = t.account AND k.at <> '')"
)
_ALL = text(_FIND.format(those=""))
_AMONG = text(_FIND.format(those=" AND t.account IN :those")).bindparams(bindparam("those", expanding=True))

_TRACES = text(
    "SELECT 1 FROM session WHERE account = :account UNION ALL SELECT 1 FROM seen WHERE account = :account AND at <> '' LIMIT 1"
)


def all_program_accounts(session: Session) -> set[str]:
    """Return the ids of all accounts of programs."""
    return _without_sign_in(session, session.connection().execute(_ALL).scalars())


def program_accounts_among(session: Session, accounts: Collection[str]) -> set[str]:
    """Return the accounts among these that belong to programs."""
    candidates = session.connection().execute(_AMONG, {"those": list(accounts)}).scalars() if accounts else ()
    return _without_sign_in(session, candidates)


def has_signed_in(session: Session, account: str) -> bool:
    """Return whether somebody ever signed in to this account."""
    if session.connection().execute(_TRACES, {"account": account}).first() is not None:
        return True
    return not _without_sign_in(session, [account])


def _without_sign_in(session: Session, accounts: Iterable[str]) -> set[str]:
    """Return the accounts among these to which nobody ever signed in."""
    ids = set(accounts)
    return ids - event_queries.those_with(session, AUDIT, "sign_in.succeeded", ids)
