"""Steps of alarms that the server takes by itself: escalation, alarms that are found by time, and alarms whose taker may no
longer act. What is due is read first, and judged again under the lock of its board."""

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
from board.commands.execute import CommandResult
from board.commands.materials import materials
from board.config.alarm_rules import AlarmRules
from board.config.predefined_tasks import TaskCatalogue
from board.engine import occasions, unit_of_work
from board.engine.event_writer import EventWriter
from models.accounts import Account
from models.alarm import Alarm
from models.board import Board
from models.db.tables import columns_of, table_of
from models.material import Material
from models.search import Search
from models.times import format_utc

MAX_WAITING = 5_000  # alarms with a next step, read at once
RELEASE_WITHIN = timedelta(hours=24)  # of its taking; later the search has other ways to be looked after

_A, _M, _P, _S = columns_of(Alarm), columns_of(Material), columns_of(Account), columns_of(Search)
# Alarms from before migration 0058 have no `until`, or no `next_at` after their last step: these are due immediately.
_ALARM = select(_A.id, _A.board, _A.rule, _A.step)
_WAITING = (
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
    .where(_A.taken_at > bindparam("since"), _A.ended_at.is_(None))
    .where(or_(_P.id.is_(None), ~_P.enabled, _P.role == "viewer", _S.access == "members"))
)


class Waiting(NamedTuple):
    """Alarm that waits for its next step, or for the end of a promise."""

    id: str
    board: str
    rule: str
    step: int
    next_at: str
    taken_at: str | None  # of a promise


class Standing(NamedTuple):
    """Alarm about a search that time has raised, and the position of its board."""

    id: str
    board: str
    seq: int


class Found(NamedTuple):
    """Occasion that a rule finds by time: its entity, and the cause by which its alarm is raised once."""

    rule: str
    entity: str
    cause: str


@dataclass
class BoardWork:
    """Work to do on a board. `due` names the step that each alarm was at, with the time of the next one. `settled` are alarms
    whose cause may be gone."""

    due: dict[str, tuple[int, str]] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)  # materials
    settled: list[str] = field(default_factory=list)

    def batches(self, size: int) -> Iterator["BoardWork"]:
        """Yield the work in parts of at most `size` of each kind."""
        due, longest = list(self.due.items()), max((self.due, self.found, self.released, self.ended, self.settled), key=len)
        for start in range(0, len(longest), size):
            part = slice(start, start + size)
            yield BoardWork(dict(due[part]), self.found[part], self.released[part], self.ended[part], self.settled[part])


def waiting(session: Session, rules: AlarmRules) -> list[Waiting]:
    """Return the alarms that wait for their next step or the end of a promise, in the order of their times."""
    repeating = [rule.key for rule in rules.rules.values() if rule.repeat_s is not None]
    return [Waiting(*row) for row in session.connection().execute(_WAITING, {"limit": MAX_WAITING, "repeating": repeating})]


def found_by_time(session: Session, rules: AlarmRules, since: datetime, now: datetime) -> Mapping[str, list[Found]]:
    """Return what the rules find by time, by board: occasions that came after `since`, or that last."""
    found: dict[str, list[Found]] = defaultdict(list)
    for when, by_time in occasions.by_time():
        for rule in rules.of(when):
            wait = timedelta(seconds=rule.after_s)
            for board, entity, cause in by_time.find(session, rule, since - wait, now - wait):
                found[board].append(Found(rule.key, entity, cause))
    return found


def ended(session: Session, now: datetime) -> Mapping[str, list[str]]:
    """Return the materials, by board, whose end has come."""
    found: dict[str, list[str]] = defaultdict(list)
    for material in session.connection().execute(_ENDED, {"now": format_utc(now), "limit": occasions.MAX_FOUND}):
        found[material.board].append(material.id)
    return found


def standing(session: Session, rules: AlarmRules) -> list[Standing]:
    """Return the alarms that end when time or a change of their board settles their cause."""
    keys = [rule.key for when, by_time in occasions.by_time() if by_time.ends for rule in rules.of(when)]
    return [Standing(*row) for row in session.connection().execute(_STANDING, {"rules": keys})]


def lost(session: Session, now: datetime) -> Mapping[str, list[str]]:
    """Return the alarms, by board, whose taker may no longer act on the search."""
    found: dict[str, list[str]] = defaultdict(list)
    people: dict[str, AlarmPeople] = {}
    for alarm in session.connection().execute(_TAKEN, {"since": format_utc(now - RELEASE_WITHIN)}).all():
        if not people.setdefault(alarm.board, AlarmPeople(session, alarm.board)).may_act(alarm.taken_by):
            found[alarm.board].append(alarm.id)
    return found


def do(
    session: Session, board_id: str, work: BoardWork, clock: Callable[[], datetime], rules: AlarmRules, catalogue: TaskCatalogue
) -> CommandResult:
    """Do what is still to be done on a board, whose row is locked first. An alarm that was taken, ended or escalated meanwhile is
    left as it is."""
    board = unit_of_work.lock_board(session, board_id)
    assert board is not None, "boards are never removed"
    now = clock()
    writer = EventWriter(session, None, alarms.SERVER_COMMAND, board, None, format_utc(now), catalogue, rules)
    session.flush()
    unit_of_work.prefetch(session, Alarm, [*work.due, *work.released, *work.settled])
    for id, (step, next_at) in work.due.items():
        row = unit_of_work.get(session, Alarm, id)
        if row is None or row.ended_at is not None or row.step != step:
            continue
        if row.taken_by is not None and (row.until or row.taken_at) == next_at:
            alarm_ladder.lapse(writer, row)
        elif row.taken_by is None and (row.next_at or row.raised_at) == next_at:
            alarm_ladder.escalate(writer, row)
    _release(writer, work.released)
    for id in work.ended:
        material = unit_of_work.get(session, Material, id)
        if material is not None and material.ended_at is None and material.ends_at <= writer.now:
            materials.end(writer, material)
    _end(writer, work.settled)
    for each in work.found:
        _raise(writer, each)
    events = tuple(writer.result.events)
    return CommandResult(Ack("", board_id, [event.seq for event in events]), events, ((board_id, board.epoch),))


def _release(writer: EventWriter, ids: Collection[str]) -> None:
    people = AlarmPeople(writer.session, writer.board.id)
    for id in ids:
        row = unit_of_work.get(writer.session, Alarm, id)
        if row is not None and row.ended_at is None and row.taken_by is not None and not people.may_act(row.taken_by):
            alarm_ladder.release(writer, row)


def _end(writer: EventWriter, ids: Collection[str]) -> None:
    """End those alarms that time has raised, and whose cause is gone."""
    for id in ids:
        row = unit_of_work.get(writer.session, Alarm, id)
        rule = writer.alarm_rules.rules.get(row.rule) if row is not None and row.ended_at is None else None
        by_time = occasions.find(rule.when, "").by_time if rule is not None else None
        if row is not None and by_time is not None and by_time.recheck(writer, rule, row.entity, row.cause) is None:
            alarms.end(writer, row)


def _raise(writer: EventWriter, found: Found) -> None:
    rule = writer.alarm_rules.rules[found.rule]
    by_time = occasions.find(rule.when, "").by_time
    subject = by_time.recheck(writer, rule, found.entity, found.cause) if by_time is not None else None
    if subject is not None:
        alarms.raise_once(writer, rule, *subject)
