"""Shift: at any time, one person is responsible for the desk. The shift passes to another person by an accepted handover. If
nobody can hand it over, somebody takes it, with a reason."""

from collections.abc import Collection, Iterator
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import and_, bindparam, or_, select
from sqlmodel import Session

from board.commands.handover.beginnings import beginning
from board.engine import event_queries, unit_of_work, watched_events
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.engine.kinds import EventSpec, Kind
from board.errors import Refused, invalid
from board.i18n import N_
from models.accounts import ROLES, Account
from models.alarm import Alarm
from models.board import OPERATIONS
from models.db.tables import columns_of
from models.entity import State
from models.fields import Data, RequiredLongText
from models.handover import Handover, Shift
from models.search import Search
from models.times import to_ms
from realtime.wire.strict_json import MAX_INTEGER

OPEN = ("prepared", "signed")  # statuses before a handover ends; its holder keeps the shift
WRITTEN = "handover.written"
ALARM_ENDED = "alarm.ended"

Number = Annotated[int, Field(ge=1, le=MAX_INTEGER)]  # number of a handover
Seq = Annotated[int, Field(ge=0)]

_S, _P, _A = columns_of(Search), columns_of(Account), columns_of(Alarm)
_ALARMED = and_(_S.id.in_(bindparam("alarmed")), _S.archived_at.is_(None))
_ACTIVE = select(_S.id).where(or_(_S.status == "open", _S.id.in_(bindparam("changed")), _ALARMED)).order_by(_S.id)
_WITH_ALARM = select(_A.board).where(_A.ended_at.is_(None))
_MAY_ACCEPT = select(_P.id).where(_P.enabled, _P.role.in_(("coordinator", "admin")))


def may_accept(session: Session) -> set[str]:
    """Return the accounts that may accept a handover."""
    return set(session.connection().execute(_MAY_ACCEPT).scalars())


class TakeShift(Data):
    """Take the shift without a handover, which everyone sees. This withdraws an open handover. If you already hold the shift, the
    ack has `seqs: []`."""

    reason: RequiredLongText


def current(writer: EventWriter) -> Shift | None:
    """Return the desk's current shift; None before the first."""
    return unit_of_work.get(writer.session, Shift, OPERATIONS)


def last_handover(writer: EventWriter) -> Handover | None:
    """Return the desk's last handover, open or ended; None before the first."""
    return unit_of_work.get(writer.session, Handover, OPERATIONS)


def take(writer: EventWriter, data: TakeShift) -> None:
    """Take the shift without a handover. Withdraws an open handover."""
    row, handover = current(writer), last_handover(writer)
    if row is not None and row.holder == writer.account_id:
        return
    if handover is not None and handover.status in OPEN:
        close(writer, handover, "withdrawn", data.reason)
    transfer(writer, "shift.taken", reason=data.reason)


def transfer(writer: EventWriter, type: str, handover: int | None = None, reason: str | None = None) -> None:
    """Give the shift to the author of this command."""
    row = current(writer)
    new = Shift(
        id=OPERATIONS, board=OPERATIONS, number=row.number + 1 if row else 1, holder=writer.account_id, since=writer.now,
        before=row.holder if row else None, handover=handover, reason=reason,
    )  # fmt: skip
    if row is None:
        writer.create(new, type, reason)
    else:
        writer.update(row, type, new.state(), reason)


def close(writer: EventWriter, handover: Handover, status: str, reason: str | None, **more: Any) -> None:
    """End an open handover with this status, by an event that is named after it. `more`: further fields."""
    values = {"status": status, "ended_by": writer.account_id, "ended_at": writer.now, "reason": reason}
    writer.update(handover, f"handover.{status}", values | more, reason)


def require_open(writer: EventWriter, number: int, *statuses: str) -> Handover:
    """Return the last handover. Raises Refused `conflict` if it has another number or none of these statuses."""
    row = last_handover(writer)
    if row is None or row.number != number:
        raise conflict(row, "handover", N_("This is no longer the current handover."))
    if row.status not in statuses:
        raise conflict(row, "handover", N_("The handover has moved on in the meantime. Check its status."))
    return row


def conflict(row: Handover | None, field: str, sentence: str) -> Refused:
    """Return a refusal that includes the handover's current state."""
    return Refused("conflict", fields={field: sentence}, current=row.state() if row is not None else None)


def check_coordinator(writer: EventWriter, id: str | None, name: str) -> None:
    """Check that the account in the field `name` can take over a shift. Raises Refused."""
    writer.require_person(id, name)
    account = unit_of_work.get(writer.session, Account, id) if id is not None else None
    if account is not None and not is_coordinator(account):
        raise invalid(name, N_("Only a coordinator who can sign in can take over the shift."))


def is_coordinator(account: Account) -> bool:
    """Return whether an account can sign in and is a coordinator."""
    return account.enabled and ROLES.index(account.role) >= ROLES.index("coordinator")


def active_searches(writer: EventWriter) -> list[str]:
    """Return the ids of the searches to hand over, see `active`."""
    return active(writer.session, current(writer))


def active(session: Session, shift: Shift | None) -> list[str]:
    """Return the ids of the searches that are open; those found or closed since the beginning of the period that this shift hands
    over; and those with an alarm that is open or ended since then, such as one about a family that was not told."""
    session.flush()
    changed, alarmed = set[str](), set(session.connection().execute(_WITH_ALARM).scalars())
    if shift is not None:
        since = beginning(session, shift)
        changed = event_queries.entities_with(session, OPERATIONS, "search.status_set", since.seq)
        alarmed |= watched_events.boards_with(session, ALARM_ENDED, to_ms(since.at))
    return list(session.connection().execute(_ACTIVE, {"changed": list(changed), "alarmed": list(alarmed)}).scalars())


def _alerts(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the account whose shift was taken."""
    if event.type == "shift.taken" and after["before"]:
        yield "handover", after["before"]


KIND = Kind(
    model=Shift,
    title=N_("Shift"),
    data=TakeShift,
    events={
        "shift.taken": EventSpec(N_("Shift taken without a handover")),
        "shift.handed_over": EventSpec(N_("Shift handed over")),
    },
    boards=("operations",),
    counted=False,
    alerts=_alerts,
)
