"""Alerts about a person's own account, such as a token that an administrator made with its rights. People can't turn them off.

Their cause is in the audit journal, which the person may not read. So an alert is identified by its number within the account,
and contains all facts.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, insert
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from board.engine import event_queries
from board.engine.event import JournalEvent
from board.notifications.alert_format import Alert
from board.notifications.alert_versions import bump_alert_version
from models.accounts import Account
from models.alert import OWN_ACCOUNT, SECURITY, AlertRead, SecurityAlert
from models.board import AUDIT
from models.db.tables import columns_of, table_of

_A, _R = columns_of(SecurityAlert), columns_of(AlertRead)
_IS_READ = and_(_R.account == _A.account, _R.board == OWN_ACCOUNT, _R.seq == _A.number)
_NUMBER = core_select(func.coalesce(func.max(_A.number), 0) + 1).where(_A.account == bindparam("account"))
_UNREAD = (
    core_select(_A.account, _A.number, _A.at)
    .outerjoin(table_of(AlertRead), _IS_READ)
    .where(_A.account.in_(bindparam("people")), _A.at > bindparam("since"), _R.account.is_(None))
)
_NEWEST = (
    core_select(_A.number, _A.at, _A.seq, _R.account.is_not(None).label("read"))
    .outerjoin_from(table_of(SecurityAlert), table_of(AlertRead), _IS_READ)
    .where(_A.account == bindparam("account"), _A.at > bindparam("since"))
    .order_by(_A.number.desc())
    .limit(bindparam("limit"))
)
_VALUES = {  # field of the entry that the alert shows, by type
    "token.added": "title", "space.low": "of", "sign_in.new_device": "device", "sign_in.disowned": "device",
    "emergency.opened": "typed_reason",
}  # fmt: skip


def record(session: Session, account: str, event: JournalEvent) -> None:
    """Alert an account about an entry of the audit journal. The lock of the audit board makes the numbers gapless."""
    number = session.connection().execute(_NUMBER, {"account": account}).scalar_one()
    row = {"account": account, "number": number, "seq": event.seq, "at": event.at}
    session.connection().execute(insert(SecurityAlert), row)
    bump_alert_version(session, account)


def unread(session: Session, accounts: Collection[str], since: str) -> list[Row[Any]]:
    """Return the unread alerts of these accounts, as rows of account, number and time."""
    parameters = {"people": list(accounts), "since": since}
    return list(session.connection().execute(_UNREAD, parameters)) if accounts else []


def list_alerts(session: Session, account: str, since: str, hidden: Collection[str], limit: int, desktop: bool) -> list[Alert]:
    """Return the newest alerts of an account in the contract's format.

    A search is named only if it is not among the `hidden` ones.
    """
    parameters = {"account": account, "since": since, "limit": limit}
    rows = session.connection().execute(_NEWEST, parameters).all()
    causes = event_queries.events_at(session, AUDIT, [row.seq for row in rows])
    actors = {event.account for event in causes.values() if event.account}
    names = dict(session.exec(select(Account.id, Account.name).where(col(Account.id).in_(actors))).all())
    return [_to_json(row, causes[row.seq], names, account, hidden, desktop) for row in rows if row.seq in causes]


def _to_json(
    row: Row[Any], cause: JournalEvent, names: Mapping[str, str], account: str, hidden: Collection[str], desktop: bool
) -> Alert:
    about = cause.payload().get("about", {})
    search = about.get("board")
    visible_search = search if search not in hidden else None
    return {
        "board": OWN_ACCOUNT,
        "reference": about.get("reference") if visible_search else None,
        "seq": row.number,
        "at": row.at,
        "kind": SECURITY,
        "type": cause.type,
        "actor": {"id": cause.account, "name": names.get(cause.account, "")} if cause.account else None,
        "entity": {"kind": "search", "id": visible_search} if visible_search else {"kind": "account", "id": account},
        "card": None,
        "acknowledge": None,
        "reason": None,
        "handover": None,
        "value": about.get(_VALUES[cause.type]) if cause.type in _VALUES else about.get("name") if search else None,
        "read": bool(row.read),
        "desktop": desktop,
    }
