"""Automatic ends of duties, because their time is up or their account can no longer act, and reopening of the alarms of people
whose duty has ended. Due work is read without a lock, and rechecked under the lock of its board."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlmodel import Session

from board.commands.alarms import alarm_ladder, alarms
from board.commands.command import Ack
from board.commands.duty import duties
from board.commands.execute import CommandResult
from board.config.alarm_rules import AlarmRules
from board.config.predefined_tasks import TaskCatalogue
from board.engine import unit_of_work
from board.engine.event_writer import EventWriter
from models.accounts import Account
from models.alarm import Alarm
from models.board import OPERATIONS
from models.db.tables import columns_of
from models.duty import Duty, Ended, PlannedDuty
from models.times import format_utc

REOPENED_WITHIN = timedelta(hours=24)  # after the end of the duty; by then, every promise has lapsed
MAX_READ = 500  # duties per read

_DUTY, _ALARM, _ACCOUNT = columns_of(Duty), columns_of(Alarm), columns_of(Account)


class ServerWriters(NamedTuple):
    """Factory of writers for changes that the server makes on its own."""

    clock: Callable[[], datetime]
    rules: AlarmRules
    catalogue: TaskCatalogue

    def on(self, session: Session, board_id: str) -> EventWriter:
        """Lock a board, and return its writer."""
        board = unit_of_work.lock_board(session, board_id)
        assert board is not None, "boards are never removed"
        now = format_utc(self.clock())
        session.flush()
        return EventWriter(session, None, alarms.SERVER_COMMAND, board, None, now, self.catalogue, self.rules)


def over(session: Session, now: datetime) -> list[str]:
    """Return the ids of the duties whose time is up, or whose account can no longer act."""
    is_over = or_(_DUTY.until <= format_utc(now), ~_ACCOUNT.enabled, _ACCOUNT.role == "viewer")
    due = select(_DUTY.id).join(Account, _ACCOUNT.id == _DUTY.account).where(_DUTY.ended_at.is_(None), is_over)
    return list(session.connection().execute(due.order_by(_DUTY.id).limit(MAX_READ)).scalars())


def left_alarms(session: Session, now: datetime) -> Mapping[str, list[str]]:
    """Return the alarms that accounts took before the end of their duty and have not kept, by board."""
    since = format_utc(now - REOPENED_WITHIN)
    rows = session.connection().execute(
        select(_ALARM.id, _ALARM.board, _DUTY.kept)
        .join(Duty, _DUTY.account == _ALARM.taken_by)
        .where(_DUTY.ended_at > since, _ALARM.ended_at.is_(None), _ALARM.taken_at <= _DUTY.ended_at)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.id not in row.kept:
            found[row.board].append(row.id)
    return found


def end_duties(session: Session, server: ServerWriters, ids: Collection[str]) -> CommandResult:
    """End the duties whose time is up, unless they were extended or ended in the meantime. Also ends duties of accounts that can
    no longer act: alarms do not ask these accounts, so the watch must not count them."""
    writer = server.on(session, OPERATIONS)
    for id in ids:
        row = unit_of_work.get(session, Duty, id)
        ended = _reason(session, row, writer.now) if row is not None and row.ended_at is None else None
        if row is not None and ended is not None:
            duties.end_because(writer, row, ended, row.kept)
    return _result(writer)


def _reason(session: Session, row: Duty, now: str) -> Ended | None:
    """Return why a duty ends now; None if it continues."""
    if row.until <= now:
        return "time"
    account = unit_of_work.get(session, Account, row.account)
    return None if account is not None and account.enabled and account.role != "viewer" else "coordinator"


def clear_plan(session: Session, server: ServerWriters, ids: Collection[str]) -> CommandResult:
    """Archive past entries of the plan."""
    writer = server.on(session, OPERATIONS)
    for id in ids:
        row = unit_of_work.get(session, PlannedDuty, id)
        if row is not None:
            writer.delete(row, "planned_duty.archived")
    return _result(writer)


def reopen(session: Session, server: ServerWriters, board: str, ids: Collection[str]) -> CommandResult:
    """Reopen the alarms whose owners are no longer on duty, unless they were taken, kept or ended in the meantime."""
    writer = server.on(session, board)
    for id in ids:
        row = unit_of_work.get(session, Alarm, id)
        duty = unit_of_work.get(session, Duty, row.taken_by) if row is not None and row.taken_by is not None else None
        if row is not None and duty is not None and row.ended_at is None and _is_left(row, duty):
            alarm_ladder.release(writer, row, "duty")
    return _result(writer)


def _is_left(row: Alarm, duty: Duty) -> bool:
    """Return whether an account took an alarm before the end of its duty, and has not kept it."""
    return duty.ended_at is not None and (row.taken_at or "") <= duty.ended_at and row.id not in duty.kept


def _result(writer: EventWriter) -> CommandResult:
    events = tuple(writer.result.events)
    board = writer.board
    return CommandResult(Ack("", board.id, [event.seq for event in events]), events, ((board.id, board.epoch),))
