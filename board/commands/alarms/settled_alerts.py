"""Settled alerts: an alert that asks for an action is deleted after the action, so that the bell no longer lists it."""

from collections.abc import Collection

from sqlalchemy import bindparam, delete, select
from sqlmodel import Session

from board.engine.event import EVENT, EVENTS, is_at
from board.engine.event_writer import Change
from board.notifications.alert_versions import bump_alert_version
from models.alert import Alert
from models.board import Board
from models.db.tables import columns_of, table_of

_A, _B = columns_of(Alert), columns_of(Board)
_FIND = (
    select(_A.account, _A.board, _A.seq)
    .join(table_of(Board), _B.id == _A.board)
    .join(EVENTS, is_at(_B.number, _A.seq))
    .where(_A.kind == "handover", EVENT.type.in_(bindparam("types")))
)
_DELETE = delete(Alert).where(
    _A.account == bindparam("account"), _A.board == bindparam("board"), _A.seq == bindparam("seq"), _A.kind == "handover"
)


def settle_alerts(session: Session, change: Change) -> None:
    """Delete the alerts that an event settles, and have their recipients' alerts counted again."""
    event = change.event
    for board, types in change.kind.settled(event, change.after, change.fields):
        _delete(session, board, types)


def _delete(session: Session, board: str | None, types: Collection[str]) -> None:
    """Delete the alerts about events of these types, on one board or on all (None)."""
    session.flush()
    rows = session.connection().execute(_FIND, {"types": list(types)}).all()
    settled = [row._asdict() for row in rows if board in (None, row.board)]
    if settled:
        session.connection().execute(_DELETE, settled)
    for account in sorted({alert["account"] for alert in settled}):  # in a fixed order, to avoid deadlocks: each row stays locked
        bump_alert_version(session, account)
