"""Accounts of programs: they have only tokens that record sightings or reports, and nobody ever signed in to them. They can't
lead a search, be assigned a card, or take the shift, because nobody would notice."""

from collections.abc import Collection, Iterable

from sqlalchemy import bindparam, exists, select, union_all
from sqlmodel import Session

from board.engine import event_queries
from models.accounts import ADDING, LoginSession, Token
from models.board import AUDIT
from models.db.tables import columns_of, table_of
from models.read_position import ReadPosition

_T, _OTHER, _S, _POSITION = columns_of(Token), table_of(Token).alias().c, columns_of(LoginSession), columns_of(ReadPosition)
_ALL = (
    select(_T.account)
    .where(_T.scope.in_(ADDING))
    .where(~exists().where(_OTHER.account == _T.account, _OTHER.scope.not_in(ADDING)))
    .where(~exists().where(_S.account == _T.account))
    # a sign-in may be older than the audit journal; a read position reveals it
    .where(~exists().where(_POSITION.account == _T.account, _POSITION.at != ""))
    .distinct()
)
_AMONG = _ALL.where(_T.account.in_(bindparam("those")))
_WITH_TOKEN = select(_T.account).where(_T.account.in_(bindparam("those")), _T.revoked_at.is_(None)).distinct()
_TRACES = union_all(
    select(_S.account).where(_S.account == bindparam("account")),
    select(_POSITION.account).where(_POSITION.account == bindparam("account"), _POSITION.at != ""),
).limit(1)


def all_program_accounts(session: Session) -> set[str]:
    """Return the ids of all accounts of programs."""
    return _without_sign_in(session, session.connection().execute(_ALL).scalars())


def program_accounts_among(session: Session, accounts: Collection[str]) -> set[str]:
    """Return the accounts among these that belong to programs."""
    candidates = session.connection().execute(_AMONG, {"those": list(accounts)}).scalars() if accounts else ()
    return _without_sign_in(session, candidates)


def token_accounts_among(session: Session, accounts: Collection[str]) -> set[str]:
    """Return the accounts among these that have a token that is not revoked, and to which nobody ever signed in."""
    candidates = session.connection().execute(_WITH_TOKEN, {"those": list(accounts)}).scalars() if accounts else ()
    return _without_sign_in(session, candidates)


def has_signed_in(session: Session, account: str) -> bool:
    """Return whether somebody ever signed in to this account."""
    if session.connection().execute(_TRACES, {"account": account}).first() is not None:
        return True
    return not _without_sign_in(session, [account])


def _without_sign_in(session: Session, accounts: Iterable[str]) -> set[str]:
    """Return the accounts among these to which nobody ever signed in."""
    ids = set(accounts)
    return ids - event_queries.entities_among(session, AUDIT, "sign_in.succeeded", ids)
