"""Accounts of programs: their tokens only take in sightings, and nobody ever signed in to them. They can't lead a search, be
assigned a card, or take the shift: nobody would see it."""

from collections.abc import Collection

from sqlalchemy import bindparam, text
from sqlmodel import Session

from models.board import AUDIT

_FIND = (
    "SELECT DISTINCT t.account FROM token t WHERE t.scope = 'intake'{those} "
    "AND NOT EXISTS (SELECT 1 FROM token o WHERE o.account = t.account AND o.scope <> 'intake') "
    "AND NOT EXISTS (SELECT 1 FROM session s WHERE s.account = t.account) "
    # for sign-ins older than the journal of sign-ins
    "AND NOT EXISTS (SELECT 1 FROM seen k WHERE k.account = t.account AND k.at <> '') "
    "AND NOT EXISTS "
    "(SELECT 1 FROM event e WHERE e.board = :audit AND e.entity = t.account AND e.type = 'sign_in.succeeded')"
)
_ALL = text(_FIND.format(those=""))
_AMONG = text(_FIND.format(those=" AND t.account IN :those")).bindparams(bindparam("those", expanding=True))


def all_program_accounts(session: Session) -> set[str]:
    """Return the ids of all accounts of programs."""
    return set(session.connection().execute(_ALL, {"audit": AUDIT}).scalars())


def program_accounts_among(session: Session, accounts: Collection[str]) -> set[str]:
    """Return those of these accounts that are programs."""
    asked = {"audit": AUDIT, "those": list(accounts)}
    return set(session.connection().execute(_AMONG, asked).scalars()) if accounts else set()
