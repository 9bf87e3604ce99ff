"""Archiving: the server removes closed searches, tips, reports and alarms from `operations`, each by an event.

Closed searches leave some days after their last event there, tips and reports a day after they were placed or
decided, and alarms a day after they ended. Searches stay on their own boards; `board/lookup/closed_searches.py` lists them.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, select
from sqlmodel import Session

from board.commands.command import Ack
from board.commands.execute import CommandResult
from board.commands.handover import shifts
from board.commands.registry import Command
from board.engine import unit_of_work
from board.engine.event import EVENT, EVENTS, is_at
from board.engine.event_writer import EventWriter
from board.errors import Refused
from models.alarm import Alarm
from models.board import OPERATIONS, OPERATIONS_NUMBER
from models.db.tables import columns_of
from models.entity import Entity
from models.handover import SearchHandover, Shift
from models.missing_report import MissingReport
from models.search import Search
from models.times import format_utc, to_ms
from models.tip import Tip

E = TypeVar("E", bound=Entity)


_S, _T, _A, _R = columns_of(Search), columns_of(Tip), columns_of(Alarm), columns_of(MissingReport)


def _queries(ids: Select[Any], at: Any) -> tuple[Select[Any], Select[Any]]:
    """Return the query for the ids of all due rows, and the query for the ids among `ids` that are still due. `at`: column with
    the time from which they wait."""
    (id,) = ids.selected_columns
    due = ids.where(at <= bindparam("before")).order_by(at, id)
    return due, due.where(id.in_(bindparam("ids")))


# Closed, and unchanged on `operations` for the period. A change of a closed search, such as of its outcome, restarts it.
_DUE, _STILL_DUE = _queries(
    select(_S.id)
    .join(EVENTS, is_at(OPERATIONS_NUMBER, _S.operations_seq))
    .where(_S.archived_at.is_(None), _S.status == "closed"),
    EVENT.at,
)
TIP_DAYS = ALARM_DAYS = REPORT_DAYS = 1
_DUE_TIPS, _STILL_DUE_TIPS = _queries(select(_T.id).where(_T.archived_at.is_(None), _T.queue == "answered"), _T.queue_since)
_DUE_REPORTS, _STILL_DUE_REPORTS = _queries(select(_R.id).where(_R.archived_at.is_(None), _R.status != "waiting"), _R.decided_at)
_DUE_ALARMS, _STILL_DUE_ALARMS = _queries(select(_A.id).where(_A.board == OPERATIONS), _A.ended_at)


def due(session: Session, now: datetime, after_days: int) -> list[str]:
    """Return the searches to archive, the longest closed first. Without those that the current shift will hand over."""
    before = {"before": to_ms(_before(now, after_days))}
    due_ids = session.connection().execute(_DUE, before).scalars().all()
    handed_over = _handed_over_by_the_shift(session) if due_ids else frozenset()
    return [id for id in due_ids if id not in handed_over]


def archive(session: Session, ids: Collection[str], clock: Callable[[], datetime], after_days: int) -> CommandResult:
    """Archive the searches among these that are still due. Locks `operations`, as every change of a search does."""
    operations = unit_of_work.lock_board(session, OPERATIONS)
    if operations is None:
        raise Refused("not_found")
    now = clock()
    session.flush()
    params = {"before": to_ms(_before(now, after_days)), "ids": list(ids)}
    still_due = set(session.connection().execute(_STILL_DUE, params).scalars()) - _handed_over_by_the_shift(session)
    writer = EventWriter(session, None, Command("", OPERATIONS, "", {}), operations, None, format_utc(now))
    unit_of_work.prefetch(session, Search, still_due)
    unit_of_work.prefetch(session, SearchHandover, still_due)
    for id in (id for id in ids if id in still_due):
        _archive(writer, id, after_days)
    events = tuple(writer.result.events)
    return CommandResult(Ack("", OPERATIONS, [event.seq for event in events]), events, ((OPERATIONS, operations.epoch),))


def due_tips(session: Session, now: datetime) -> list[str]:
    """Return the tips to archive, the longest answered first."""
    return list(session.connection().execute(_DUE_TIPS, {"before": _before(now, TIP_DAYS)}).scalars())


def archive_tips(session: Session, ids: Collection[str], clock: Callable[[], datetime]) -> CommandResult:
    """Archive the tips among these that are still due. Locks `operations`."""
    return _archive_due(
        session, _STILL_DUE_TIPS, Tip, ids, clock, TIP_DAYS, lambda writer, row: writer.archive(row, "tip.archived", TIP_DAYS)
    )


def due_reports(session: Session, now: datetime) -> list[str]:
    """Return the reports to archive, the longest decided first."""
    return list(session.connection().execute(_DUE_REPORTS, {"before": _before(now, REPORT_DAYS)}).scalars())


def archive_reports(session: Session, ids: Collection[str], clock: Callable[[], datetime]) -> CommandResult:
    """Archive the reports among these that are still due. Locks `operations`."""
    return _archive_due(
        session, _STILL_DUE_REPORTS, MissingReport, ids, clock, REPORT_DAYS,
        lambda writer, row: writer.archive(row, "report.archived", REPORT_DAYS),
    )  # fmt: skip


def due_alarms(session: Session, now: datetime) -> list[str]:
    """Return the alarms to remove from `operations`, the longest ended first."""
    return list(session.connection().execute(_DUE_ALARMS, {"before": _before(now, ALARM_DAYS)}).scalars())


def archive_alarms(session: Session, ids: Collection[str], clock: Callable[[], datetime]) -> CommandResult:
    """Remove the alarms among these that are still due. They stay in the journal. Locks `operations`."""
    return _archive_due(
        session, _STILL_DUE_ALARMS, Alarm, ids, clock, ALARM_DAYS, lambda writer, row: writer.delete(row, "alarm.archived")
    )


def _archive_due(
    session: Session, still_due: Select[Any], model: type[E], ids: Collection[str], clock: Callable[[], datetime], days: int,
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
    search_handover = unit_of_work.get(writer.session, SearchHandover, id)
    if search_handover is not None:  # if the search is reopened, its next handover adds a new one
        writer.delete(search_handover, "handed.archived")


def _handed_over_by_the_shift(session: Session) -> frozenset[str]:
    shift = session.get(Shift, OPERATIONS)
    return frozenset(shifts.active(session, shift))


def _before(now: datetime, after_days: int) -> str:
    return format_utc(now - timedelta(days=after_days))
