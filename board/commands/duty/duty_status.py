"""Status of duties that every page shows: people on duty, absent, and next."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session
from typing_extensions import TypedDict

from board.commands.duty import plan
from models.accounts import Account
from models.db.tables import columns_of
from models.duty import Duty
from realtime.wire.wire_types import Id, Time

AHEAD = timedelta(hours=24)
MAX_NEXT = 100

PersonOnDuty = TypedDict("PersonOnDuty", {"account": Id, "name": str, "since": Time, "until": Time})
PlannedPerson = TypedDict("PlannedPerson", {"account": Id, "name": str, "starts_at": Time, "ends_at": Time})
OnDuty = TypedDict("OnDuty", {"duties": list[PersonOnDuty], "absent": list[PlannedPerson], "next": list[PlannedPerson]})

_DUTY, _ACCOUNT = columns_of(Duty), columns_of(Account)
_ON_DUTY = (
    select(_DUTY.account, _ACCOUNT.name, _DUTY.since, _DUTY.until)
    .join(Account, _ACCOUNT.id == _DUTY.account)
    .where(_DUTY.ended_at.is_(None), _ACCOUNT.enabled, _ACCOUNT.role != "viewer")
    .order_by(_ACCOUNT.name, _DUTY.account)
)


def read(session: Session, now: datetime) -> OnDuty:
    """Return who is on duty now, whose planned duty is not confirmed, and whose planned duty begins within 24 hours."""
    duties: list[PersonOnDuty] = [
        {"account": row.account, "name": row.name, "since": row.since, "until": row.until}
        for row in session.connection().execute(_ON_DUTY)
    ]
    following = plan.next_planned(session, now, now + AHEAD)[:MAX_NEXT]
    return {"duties": duties, "absent": _people(plan.absent(session, now)), "next": _people(following)}


def _people(rows: list[plan.PlannedRow]) -> list[PlannedPerson]:
    return [{"account": row.account, "name": row.name, "starts_at": row.starts_at, "ends_at": row.ends_at} for row in rows]
