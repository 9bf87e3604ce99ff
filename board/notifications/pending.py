"""Pending notifications: a step of an alarm adds them in its transaction, and they are sent after the commit. Also counts the
waiting and the cancelled ones."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from board.engine import unit_of_work
from board.notifications import attempts
from models.db.statement import BulkWrite
from models.db.tables import columns_of
from models.ids import new_id
from models.notification import Notification

Way = Literal["email", "webhook"]
WEBHOOK = ("",)  # instead of account ids: the webhook of the installation

_N = columns_of(Notification)
# text: sent with the commit
_INTO = "INSERT INTO notification (id, board, alarm, step, round, way, account, created_at, next_try_at, tries, failed, poison) "
_ROW = "id, board, alarm, step, round, way, account, at, at, 0, '', 0"
_ONCE = "ON CONFLICT (alarm, step, round, way, account) DO NOTHING"
_ADD = BulkWrite(
    f"{_INTO}VALUES (:id, :board, :alarm, :step, :round, :way, :account, :at, :at, 0, '', 0) {_ONCE}",
    f"{_INTO}SELECT {_ROW} FROM v WHERE true {_ONCE}",  # noqa: S608
    {
        "id": "text", "board": "text", "alarm": "text", "step": "integer", "round": "integer", "way": "text", "account": "text",
        "at": "text",
    },
)  # fmt: skip
_WAITING = select(_N.way, func.count()).where(_N.next_try_at.is_not(None)).group_by(_N.way)
_LATE = _WAITING.where(_N.created_at <= bindparam("late"))
_ENDED = (
    select(_N.way, _N.failed, func.count())
    .where(_N.next_try_at.is_(None), _N.sent_at.is_(None), _N.created_at > bindparam("since"))
    .group_by(_N.way, _N.failed)
)


def add(
    session: Session, *, board: str, alarm: str, step: int, round: int = 0, way: Way, accounts: Iterable[str], now: str
) -> None:
    """Add the notifications of a step of an alarm, due immediately. Idempotent."""
    params = {"board": board, "alarm": alarm, "step": step, "round": round, "way": way, "at": now}
    for account in accounts:
        key = alarm, step, round, way, account
        unit_of_work.current(session).write_late(_ADD, key, params | {"id": new_id(), "account": account})


class OutboxState(NamedTuple):
    """State of the outbox. `late`: number of late notifications. `given_up`: number of cancelled ones by way and code."""

    late: int
    given_up: Counter[str]


def waiting(session: Session, ways: Collection[str]) -> dict[str, int]:
    """Return the numbers of waiting notifications, by configured way."""
    return {row.way: row[1] for row in session.connection().execute(_WAITING) if row.way in ways}


def state(session: Session, late: str, since: str, ways: Collection[str]) -> OutboxState:
    """Return the state of the outbox: notifications from before `late` that wait for one of these ways, and those from after
    `since` that were cancelled."""
    connection = session.connection()
    ended_rows = connection.execute(_ENDED, {"since": since})
    given_up = Counter({f"{row.way}: {row.failed}": row[2] for row in ended_rows if row.failed not in attempts.FOR_A_REASON})
    late_rows = connection.execute(_LATE, {"late": late})
    return OutboxState(sum(row[1] for row in late_rows if row.way in ways), given_up)
