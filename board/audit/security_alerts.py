"""Alerts about a person's own account, such as a token that an administrator made with its rights. People can't turn them off.

Their cause is in the audit journal, which the person may not read. So an alert is identified by its number within the account,
and contains all facts.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, bindparam, text
from sqlmodel import Session, col, select

from board.engine import event_queries
from board.engine.event import JournalEvent
from board.notifications.alert_format import Alert
from board.notifications.alert_versions import bump_alert_version
from models.accounts import Account
from models.alert import OWN_ACCOUNT, SECURITY
from models.board import AUDIT

_NUMBER = text("SELECT COALESCE(max(number), 0) + 1 FROM security_alert WHERE account = :account")
_ADD = text("INSERT INTO security_alert (account, number, seq, at) VALUES (:account, :number, :seq, :at)")
_UNREAD = text(
    "SELECT s.account, s.number, s.at FROM security_alert s "
    "LEFT JOIN alert_read r ON r.account = s.account AND r.board = :own AND r.seq = s.number "
    "WHERE s.account IN :people AND s.at > :since AND r.account IS NULL"
).bindparams(bindparam("people", expanding=True))

_NEWEST = text(
    "SELECT s.number, s.at, s.seq, (r.account IS NOT NULL) AS read FROM security_alert s "
    "LEFT JOIN alert_read r ON r.account = s.account AND r.board = :own AND r.seq = s.number "
    "WHERE s.account = :account AND s.at > :since ORDER BY s.number DESC LIMIT :limit"
)
_VALUES = {"token.added": "title", "space.low": "of"}  # field of the entry that the alert shows, by type


def record(session: Session, account: str, event: JournalEvent) -> None:
    """Alert an account about an entry of the audit journal. The lock of the audit board makes the numbers gapless."""
    number = session.connection().execute(_NUMBER, {"account": account}).scalar_one()
    session.connection().execute(_ADD, {"account": account, "number": number, "seq": event.seq, "at": event.at})
    bump_alert_version(session, account)


def unread(session: Session, accounts: Collection[str], since: str) -> list[Row[Any]]:
    """Return the unread alerts of these accounts, as rows of account, number and time."""
    parameters = {"people": list(accounts), "since": since, "own": OWN_ACCOUNT}
    return list(session.connection().execute(_UNREAD, parameters)) if accounts else []


def list_alerts(session: Session, account: str, since: str, hidden: Collection[str], limit: int, desktop: bool) -> list[Alert]:
    """Return the newest alerts of an account in the contract's format.

    A search is named only if it is not among the `hidden` ones.
    """
    parameters = {"account": account, "since": since, "own": OWN_ACCOUNT, "limit": limit}
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
