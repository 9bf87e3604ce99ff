"""Archiving: closed searches leave `operations` some days after the last event there, by an event of the server, tips a day after
they were placed or dismissed, and its own alarms a day after they ended. Searches stay on their own boards, and are listed by
`board/lookup/closed_searches.py`."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import TextClause, bindparam, text
from sqlmodel import Session

from board.commands.command import Ack
from board.commands.execute import CommandResult
from board.commands.handover import shifts
from board.commands.registry import Command
from board.engine import unit_of_work
from board.engine.event import join_at
from board.engine.event_writer import EventWriter
from board.errors import Refused
from models.alarm import Alarm
from models.board import OPERATIONS, OPERATIONS_NUMBER
from models.entity import Entity
from models.handover import SearchHandover, Shift
from models.search import Search
from models.times import format_utc, to_ms
from models.tip import Tip

E = TypeVar("E", bound=Entity)


def _queries(due: str, id: str, at: str) -> tuple[TextClause, TextClause]:
    """Return the query for the ids of rows that are due, and the one for those of some ids that still are. No value
    is pasted into them."""
    still_due = text(f"SELECT {id} FROM {due} AND {id} IN :ids ORDER BY {at}, {id}")  # noqa: S608
    still_due = still_due.bindparams(bindparam("ids", expanding=True))
    return text(f"SELECT {id} FROM {due} ORDER BY {at}, {id}"), still_due  # noqa: S608


# Closed, and without an event on `operations` for so long: a change of a closed search, such as of its outcome, counts anew.
_DUE, _STILL_DUE = _queries(
    f"search s {join_at(str(OPERATIONS_NUMBER), 's.operations_seq')} "
    "WHERE s.archived_at IS NULL AND s.status = 'closed' AND e.at <= :before", "s.id", "e.at",
)  # fmt: skip
TIP_DAYS = ALARM_DAYS = 1
_DUE_TIPS, _STILL_DUE_TIPS = _queries(
    "tip WHERE archived_at IS NULL AND queue = 'answered' AND queue_since <= :before", "id", "queue_since"
)
_DUE_ALARMS, _STILL_DUE_ALARMS = _queries("alarm WHERE board = 'operations' AND ended_at <= :before", "id", "ended_at")


def due(session: Session, now: datetime, after_days: int) -> list[str]:
    """Return the searches to archive, those closed first in front. One that the present shift hands over stays until the next."""
    before = {"before": to_ms(_before(now, after_days))}
    found = session.connection().execute(_DUE, before).scalars().all()
    handed_over = _handed_over_by_the_shift(session) if found else frozenset()
    return [id for id in found if id not in handed_over]


def archive(session: Session, ids: Collection[str], clock: Callable[[], datetime], after_days: int) -> CommandResult:
    """Archive those of these searches that are still due. Locks `operations`, which every change of a search locks."""
    operations = unit_of_work.lock_board(session, OPERATIONS)
    if operations is None:
        raise Refused("not_found")
    now = clock()
    session.flush()
    asked = {"before": to_ms(_before(now, after_days)), "ids": list(ids)}
    left = set(session.connection().execute(_STILL_DUE, asked).scalars()) - _handed_over_by_the_shift(session)
    writer = EventWriter(session, None, Command("", OPERATIONS, "", {}), operations, None, format_utc(now))
    unit_of_work.prefetch(session, Search, left)
    unit_of_work.prefetch(session, SearchHandover, left)
    for id in (id for id in ids if id in left):
        _archive(writer, id, after_days)
    events = tuple(writer.result.events)
    return CommandResult(Ack("", OPERATIONS, [event.seq for event in events]), events, ((OPERATIONS, operations.epoch),))


def due_tips(session: Session, now: datetime) -> list[str]:
    """Return the tips to archive, those answered first in front."""
    return list(session.connection().execute(_DUE_TIPS, {"before": _before(now, TIP_DAYS)}).scalars())


def archive_tips(session: Session, ids: Collection[str], clock: Callable[[], datetime]) -> CommandResult:
    """Archive those of these tips that are still due. Locks `operations`."""
    return _archive_due(
        session, _STILL_DUE_TIPS, Tip, ids, clock, TIP_DAYS, lambda writer, row: writer.archive(row, "tip.archived", TIP_DAYS)
    )


def due_alarms(session: Session, now: datetime) -> list[str]:
    """Return the alarms of `operations` to remove from it, those that ended first in front."""
    return list(session.connection().execute(_DUE_ALARMS, {"before": _before(now, ALARM_DAYS)}).scalars())


def archive_alarms(session: Session, ids: Collection[str], clock: Callable[[], datetime]) -> CommandResult:
    """Remove those of these alarms that are still due; the journal keeps them. Locks `operations`."""
    return _archive_due(
        session, _STILL_DUE_ALARMS, Alarm, ids, clock, ALARM_DAYS, lambda writer, row: writer.delete(row, "alarm.archived")
    )


def _archive_due(
    session: Session, still_due: TextClause, model: type[E], ids: Collection[str], clock: Callable[[], datetime], days: int,
    archive_one: Callable[[EventWriter, E], None],
) -> CommandResult:  # fmt: skip
    operations = unit_of_work.lock_board(session, OPERATIONS)
    if operations is None:
        raise Refused("not_found")
    now = clock()
    writer = EventWriter(session, None, Command("", OPERATIONS, "", {}), operations, None, format_utc(now))
    for row in unit_of_work.select(session, model, still_due, {"before": _before(now, days), "ids": list(ids)}):
        archive_one(writer, row)
    events = tuple(writer.result.events)
    return CommandResult(Ack("", OPERATIONS, [event.seq for event in events]), events, ((OPERATIONS, operations.epoch),))


def _archive(writer: EventWriter, id: str, after_days: int) -> None:
    row = unit_of_work.get(writer.session, Search, id)
    if row is None:
        return
    writer.archive(row, "search.archived", after_days)
    handed = unit_of_work.get(writer.session, SearchHandover, id)
    if handed is not None:  # the next handover of the search, if it is reopened, makes a new one
        writer.delete(handed, "handed.archived")


def _handed_over_by_the_shift(session: Session) -> frozenset[str]:
    shift = session.get(Shift, OPERATIONS)
    return frozenset(shifts.active_since(session, shift.seq if shift is not None else None))


def _before(now: datetime, after_days: int) -> str:
    return format_utc(now - timedelta(days=after_days))
