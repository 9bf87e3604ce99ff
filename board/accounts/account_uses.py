"""Last use of each account, by a sign-in or a session. The use of a token does not count, because its owner may have left.
Unused accounts are reported, and later disabled."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from board.engine import program_accounts
from models.accounts import Account, AccountUse, LoginSession
from models.db.tables import columns_of

_A, _U, _S = (columns_of(model) for model in (Account, AccountUse, LoginSession))
_NEW = insert(AccountUse)
_RECORD = _NEW.on_conflict_do_update(
    index_elements=["account"], set_={"at": _NEW.excluded.at}, where=_U.at < _NEW.excluded.at
)  # fmt: skip
_ENABLED = select(_A.id, _A.email, _A.name, _A.role, _A.created_at).where(_A.enabled).order_by(_A.name, _A.id)
_USES = (
    select(_U.account, _U.at),
    select(_S.account, func.max(_S.used_at)).group_by(_S.account),
)


class UnusedAccount(NamedTuple):
    """Enabled account that nobody uses. `used_at`: time of its last use, or of its creation if it was never used."""

    id: str
    email: str
    name: str
    role: str
    used_at: str


def record(session: Session, account: str, at: str) -> None:
    """Record a use of an account, unless a later one is stored."""
    session.connection().execute(_RECORD, {"account": account, "at": at})


def unused(session: Session, before: str, exempt_email: str | None, among: Collection[str] | None = None) -> list[UnusedAccount]:
    """Return the enabled accounts that nobody has used since `before`, by name; with `among`, only those of these ids.

    Exempt are the account with the address `exempt_email`, and program accounts, which have a token and to which nobody signs in.
    """
    last_uses = _last_uses(session)
    rows = [
        UnusedAccount(*row[:4], used_at=max(row[4], last_uses.get(row[0], ""))) for row in session.connection().execute(_ENABLED)
    ]
    old = [row for row in rows if row.used_at < before and row.email != (exempt_email or "").strip().lower()]
    old = [row for row in old if among is None or row.id in among]
    programs = program_accounts.token_accounts_among(session, [row.id for row in old])
    return [row for row in old if row.id not in programs]


def _last_uses(session: Session) -> dict[str, str]:
    """Return the time of the last use by account."""
    times: dict[str, str] = {}
    for query in _USES:
        for account, at in session.connection().execute(query):
            times[account] = max(at, times.get(account, ""))
    return times
