"""Automatic steps of alarms: escalation, lapsed promises, time-based occasions, and alarms whose owner can no longer act.

Due work is read without a lock, and rechecked under the lock of its board.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, null, or_, select, union_all
from sqlmodel import Session

from board.commands.alarms import alarm_ladder, alarms
from board.commands.alarms.alarm_people import AlarmPeople
from board.commands.command import Ack
from board.commands.contacts import owed_calls
from board.commands.execute import CommandResult
from board.commands.materials import materials
from board.commands.searches import appeal_ends
from board.commands.sightings import both_boards
from board.config.alarm_rules import AlarmRules
from board.config.predefined_tasks import TaskCatalogue
from board.engine import occasions, unit_of_work
from board.engine.event_writer import EventWriter
from models.accounts import Account
from models.alarm import Alarm
from models.board import OPERATIONS, Board
from models.db.tables import columns_of, table_of
from models.material import Material
from models.search import Search
from models.times import format_utc

MAX_PENDING = 5_000  # alarms per read

_A, _M, _P, _S = columns_of(Alarm), columns_of(Material), columns_of(Account), columns_of(Search)
# Alarms that were raised before migration 0058 can lack `until`, or `next_at` after their last step. They are due immediately.
_ALARM = select(_A.id, _A.board, _A.rule, _A.step)
_PENDING = (
    union_all(
        _ALARM.add_columns(_A.next_at.label("at"), null().label("taken")).where(_A.next_at.is_not(None)),
        _ALARM.add_columns(_A.until, _A.taken_at).where(_A.until.is_not(None), _A.ended_at.is_(None)),
        _ALARM.add_columns(_A.taken_at, _A.taken_at.label("since")).where(
            _A.taken_at.is_not(None), _A.until.is_(None), _A.ended_at.is_(None)
        ),
        _ALARM.add_columns(_A.raised_at, null()).where(
            _A.taken_at.is_(None),
            _A.next_at.is_(None),
            _A.ended_at.is_(None),
            _A.rule.in_(bindparam("repeating", expanding=True)),
        ),
    )
    .order_by("at")
    .limit(bindparam("limit"))
)
_STANDING = (
    select(_A.id, _A.board, columns_of(Board).seq)
    .join(table_of(Board), columns_of(Board).id == _A.board)
    .where(_A.ended_at.is_(None), _A.rule.in_(bindparam("rules", expanding=True)))
)
_ENDED = (
    select(_M.id, _M.board)
    .where(_M.ended_at.is_(None), _M.ends_at <= bindparam("now"))
    .order_by(_M.ends_at)
    .limit(bindparam("limit"))
)
_TAKEN = (
    select(_A.id, _A.board, _A.taken_by)
    .outerjoin(table_of(Account), _P.id == _A.taken_by)
    .outerjoin(table_of(Search), _S.id == _A.board)
    .where(_A.until.is_not(None), _A.ended_at.is_(None))
    .where(or_(_P.id.is_(None), ~_P.enabled, _P.role == "viewer", _S.access == "members"))
)


class PendingAlarm(NamedTuple):
    """Alarm whose next step, or the end of its promise, is due at `next_at`."""

    id: str
    board: str
    rule: str
    step: int
    next_at: str
    taken_at: str | None  # beginning of the promise


class StandingAlarm(NamedTuple):
    """Open alarm whose occasion `ends` on its own, and the position of its board."""

    id: str
    board: str
    seq: int


class DueOccasion(NamedTuple):
    """Time-based occasion that has begun. Each `cause` raises one alarm."""

    rule: str
    entity: str
    cause: str


@dataclass
class BoardWork:
    """Due work on a board; lists without a type of their own contain ids.

    `due`: current step and due time of alarms, by id.
    `occasions`: occasions that have begun.
    `lost`: alarms of accounts that can no longer act.
    `materials`: materials that must no longer be given out.
    `unsettled`: alarms whose cause may be gone.
    `owed`: briefings with calls to move to contacts.
    `appeals`: the search itself, if its appeal ends.
    """

    due: dict[str, tuple[int, str]] = field(default_factory=dict)
    occasions: list[DueOccasion] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    materials: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    owed: list[str] = field(default_factory=list)
    appeals: list[str] = field(default_factory=list)

    def batches(self, size: int) -> Iterator["BoardWork"]:
        """Yield the work in parts of at most `size` of each kind."""
        due, ids = list(self.due.items()), (self.lost, self.materials, self.unsettled, self.owed, self.appeals)
        for start in range(0, max(len(due), len(self.occasions), *map(len, ids)), size):
            part = slice(start, start + size)
            yield BoardWork(dict(due[part]), self.occasions[part], *(each[part] for each in ids))


def pending(session: Session, rules: AlarmRules) -> list[PendingAlarm]:
    """Return the alarms with a next step or a promise, in the order of `next_at`."""
    repeating = [rule.key for rule in rules.rules.values() if rule.repeat_s is not None]
    return [PendingAlarm(*row) for row in session.connection().execute(_PENDING, {"limit": MAX_PENDING, "repeating": repeating})]


def due_occasions(session: Session, rules: AlarmRules, since: datetime, now: datetime) -> Mapping[str, list[DueOccasion]]:
    """Return the occasions that began after `since` or still exist, by board."""
    due: dict[str, list[DueOccasion]] = defaultdict(list)
    for when, by_time in occasions.by_time():
        for rule in rules.of(when):
            wait = timedelta(seconds=rule.after_s)
            for board, entity, cause in by_time.find(session, rule, since - wait, now - wait):
                due[board].append(DueOccasion(rule.key, entity, cause))
    return due


def ended_materials(session: Session, now: datetime) -> Mapping[str, list[str]]:
    """Return the ids of materials that must no longer be given out, by board."""
    materials: dict[str, list[str]] = defaultdict(list)
    for material in session.connection().execute(_ENDED, {"now": format_utc(now), "limit": occasions.MAX_FOUND}):
        materials[material.board].append(material.id)
    return materials


def standing(session: Session, rules: AlarmRules) -> list[StandingAlarm]:
    """Return the open alarms whose occasions `ends` on their own."""
    keys = [rule.key for when, by_time in occasions.by_time() if by_time.ends for rule in rules.of(when)]
    return [StandingAlarm(*row) for row in session.connection().execute(_STANDING, {"rules": keys})]


def lost(session: Session) -> Mapping[str, list[str]]:
    """Return the alarms whose owners can no longer act on the search, by board."""
    alarms: dict[str, list[str]] = defaultdict(list)
    people: dict[str, AlarmPeople] = {}
    for alarm in session.connection().execute(_TAKEN).all():
        if not people.setdefault(alarm.board, AlarmPeople(session, alarm.board)).may_act(alarm.taken_by):
            alarms[alarm.board].append(alarm.id)
    return alarms


def process_board(
    session: Session, board_id: str, work: BoardWork, clock: Callable[[], datetime], rules: AlarmRules, catalogue: TaskCatalogue
) -> CommandResult:
    """Lock a board, and do the work that is still due. Skips alarms that were taken, ended or escalated in the meantime."""
    operations = unit_of_work.lock_board(session, OPERATIONS) if work.appeals else None  # locked before the board, as in commands
    board = unit_of_work.lock_board(session, board_id)
    assert board is not None, "boards are never removed"
    now = clock()
    writer = EventWriter(session, None, alarms.SERVER_COMMAND, board, operations, format_utc(now), catalogue, rules)
    if work.appeals:
        appeal_ends.end(writer)
    session.flush()
    unit_of_work.prefetch(session, Alarm, [*work.due, *work.lost, *work.unsettled])
    _end_settled(writer, [*work.due, *work.unsettled])
    for id, (step, next_at) in work.due.items():
        row = unit_of_work.get(session, Alarm, id)
        if row is None or row.ended_at is not None or row.step != step:
            continue
        if row.taken_by is not None and (row.until or row.taken_at) == next_at:
            alarm_ladder.lapse(writer, row)
        elif row.taken_by is None and (row.next_at or row.raised_at) == next_at:
            alarm_ladder.escalate(writer, row)
    _release(writer, work.lost)
    for id in work.materials:
        material = unit_of_work.get(session, Material, id)
        if material is not None and material.ended_at is None and material.ends_at <= writer.now:
            materials.end(writer, material)
    for id in work.owed:
        owed_calls.move(writer, id)
    for occasion in work.occasions:
        _raise(writer, occasion)
    both_boards.follow(writer)  # a lapsed promise also unassigns the card
    events = tuple(writer.result.events)
    epochs = tuple((each.id, each.epoch) for each in (operations, board, *writer.result.other_boards) if each is not None)
    seqs = [event.seq for event in events if event.board == board_id]
    return CommandResult(Ack("", board_id, seqs), events, epochs, frozenset(writer.result.visibility_changed_for))


def _release(writer: EventWriter, ids: Collection[str]) -> None:
    people = AlarmPeople(writer.session, writer.board.id)
    for id in ids:
        row = unit_of_work.get(writer.session, Alarm, id)
        if row is not None and row.ended_at is None and row.taken_by is not None and not people.may_act(row.taken_by):
            alarm_ladder.release(writer, row, people.reason_lost(row.taken_by))


def _end_settled(writer: EventWriter, ids: Collection[str]) -> None:
    """End the alarms whose cause is gone."""
    for id in ids:
        row = unit_of_work.get(writer.session, Alarm, id)
        rule = writer.alarm_rules.rules.get(row.rule) if row is not None and row.ended_at is None else None
        by_time = occasions.find(rule.when, "").by_time if rule is not None else None
        if row is None or by_time is None or not by_time.ends:
            continue
        if by_time.recheck(writer, rule, row.entity, row.cause) is None:
            alarms.end(writer, row)


def _raise(writer: EventWriter, due: DueOccasion) -> None:
    rule = writer.alarm_rules.rules[due.rule]
    by_time = occasions.find(rule.when, "").by_time
    subject = by_time.recheck(writer, rule, due.entity, due.cause) if by_time is not None else None
    if subject is not None:
        alarms.raise_once(writer, rule, *subject)
