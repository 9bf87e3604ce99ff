"""Settled alerts: one that asks for something is deleted when that is done, so that the bell lists it no longer."""

from collections.abc import Collection

from sqlalchemy import bindparam, text
from sqlmodel import Session

from board.engine.event import join_at
from board.engine.event_writer import Change
from board.notifications.alert_versions import bump_alert_version

_FIND = text(
    "SELECT a.account, a.board, a.seq FROM alert a JOIN board b ON b.id = a.board "  # noqa: S608
    f"{join_at('b.number', 'a.seq')} WHERE a.kind = 'handover' AND e.type IN :types"
).bindparams(bindparam("types", expanding=True))
_DELETE = text("DELETE FROM alert WHERE account = :account AND board = :board AND seq = :seq AND kind = 'handover'")


def settle_alerts(session: Session, change: Change) -> None:
    """Delete the alerts that an event settles. Their readers count again."""
    event = change.event
    for board, types in change.kind.settled(event, change.after, change.fields):
        _delete(session, board, types)


def _delete(session: Session, board: str | None, types: Collection[str]) -> None:
    """Delete the alerts about events of these types, on one board or (None) on all."""
    session.flush()
    rows = session.connection().execute(_FIND, {"types": list(types)}).all()
    settled = [row._asdict() for row in rows if board in (None, row.board)]
    if settled:
        session.connection().execute(_DELETE, settled)
    for account in sorted({alert["account"] for alert in settled}):  # in one order, as each row stays locked
        bump_alert_version(session, account)
