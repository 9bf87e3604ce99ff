"""Retention holds: each keeps a search until a day, for a reason, even after the retention has ended. It ends automatically."""

from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from board.audit import writer
from board.audit.entries import HoldEnded, HoldPlaced
from board.engine import unit_of_work
from board.errors import OperationError, Refused
from board.i18n import N_, message
from models.ids import new_id
from models.retention_hold import RetentionHold
from models.search import Search
from models.times import DESK_TIME_ZONE, format_utc

MIN_REASON, MAX_REASON = 5, 500  # characters
MAX_DAYS = 3_653  # ten years; for longer, place another hold
MAX_PER_SEARCH = 10  # at the same time


def place(session: Session, search: Search, day: str, reason: str, now: datetime, account: str | None) -> str:
    """Keep a search until the end of a day such as `2027-06-01`. Return the hold's id. Raises OperationError."""
    reason, until = " ".join(reason.split()), _end_of(day, now)
    if not MIN_REASON <= len(reason) <= MAX_REASON or "\0" in reason:
        raise OperationError(message(N_("Enter a reason of {min} to {max} characters."), min=MIN_REASON, max=MAX_REASON))
    unit_of_work.lock_board(session, search.id)  # so that of two simultaneous holds, the second counts the first
    if len(current_holds(session, now, search.id)) >= MAX_PER_SEARCH:
        raise OperationError(message(N_("A search can have at most {count} holds. End one first."), count=MAX_PER_SEARCH))
    hold = RetentionHold(id=new_id(), board=search.id, account=account, reason=reason, at=format_utc(now), until=until)
    session.add(hold)
    writer.write(session, HoldPlaced(id=search.id, board=search.id, reference=search.reference, typed_reason=reason, until=until))
    return hold.id


def end(session: Session, search: Search, id: str, now: datetime) -> None:
    """End a hold of this search early. Raises Refused `not_found` if the search has no such current hold."""
    unit_of_work.lock_board(session, search.id)
    hold = session.get(RetentionHold, id)
    if hold is None or hold.board != search.id or hold.until < format_utc(now):
        raise Refused("not_found")
    session.delete(hold)
    about = {"board": search.id, "reference": search.reference}
    writer.write(session, HoldEnded(id=search.id, typed_reason=hold.reason, until=hold.until, **about))


def current_holds(session: Session, now: datetime, board: str | None = None) -> list[RetentionHold]:
    """Return the holds that have not ended, of all searches or of one, by search and age."""
    query = select(RetentionHold).where(RetentionHold.until >= format_utc(now))
    query = query if board is None else query.where(RetentionHold.board == board)
    return list(session.exec(query.order_by(col(RetentionHold.board), col(RetentionHold.id))).all())


def _end_of(day: str, now: datetime) -> str:
    """Return the last moment of a day in the desk's time zone. Raises OperationError unless it is between today and MAX_DAYS."""
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        raise OperationError(N_("Enter the last day of the hold, such as 2027-06-01.")) from None
    today = now.astimezone(DESK_TIME_ZONE).date()
    if not today <= chosen <= today + timedelta(days=MAX_DAYS):
        raise OperationError(message(N_("A hold ends within {days} days, and not in the past."), days=MAX_DAYS))
    next_midnight = datetime.combine(chosen + timedelta(days=1), time.min, DESK_TIME_ZONE)
    return format_utc(next_midnight - timedelta(milliseconds=1))
