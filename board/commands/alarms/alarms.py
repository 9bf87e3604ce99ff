"""Alarms: the events that raise and end them. People take them (`promises`), and the server escalates them (`alarm_steps`).

An alarm asks people step by step until somebody takes it or its cause is gone. The time of its next step is in the database, and
each step is taken under the lock of its board, so each step is taken once and in order, by any process.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, or_
from sqlmodel import select

from board.commands.alarms import alarm_ladder, alarms_of_cards, promises
from board.commands.alarms.alarm_people import AlarmPeople
from board.commands.alarms.alarms_of_cards import of_entity
from board.commands.cards import ownership
from board.commands.cards.ownership import event_time
from board.commands.materials import take_downs
from board.commands.searches.search_times import record_search_times
from board.config.alarm_rules import Rule
from board.engine import kinds, occasions, unit_of_work
from board.engine.conditions import holds
from board.engine.event_writer import Change, EventWriter
from board.engine.kinds import EventSpec, Kind, UndoRules
from board.i18n import N_
from models.alarm import Alarm
from models.board import OPERATIONS
from models.db import rows
from models.db.tables import columns_of
from models.distribution import Distribution
from models.entity import Entity
from models.ids import new_id
from models.note import Note
from models.search import Search
from realtime.wire.protocol import Command

MAX_RAISED_AGAIN = 50  # alarms for each kind of card; more would overwhelm their recipients
MAX_DROPPED = 100  # ended alarms per command
MAX_ENDED = 10  # ended alarms that stay on a board, per rule and entity
DROPS_AT: tuple[str, ...] = ("0",)  # an alarm whose id ends with one of these archives older ones: 1 in 16
TAKE_DOWN = "take_down_overdue"
SERVER_COMMAND = Command("", "", "", {})

_A = columns_of(Alarm)
_ON_BOARD = select(_A.id).where(_A.board == bindparam("board"))
_OF_RULE = _ON_BOARD.where(_A.rule == bindparam("rule"), _A.entity == bindparam("entity"))
_OF_BOARD = _ON_BOARD.where(_A.ended_at.is_(None)).order_by(_A.raised_at, _A.id)
_NEWEST_ENDED = _OF_RULE.where(_A.ended_at.is_not(None)).order_by(_A.raised_at.desc(), _A.id.desc())
_ENDED = _NEWEST_ENDED.limit(MAX_DROPPED).offset(bindparam("kept"))
_KNOWN = _OF_RULE.where(or_(_A.cause == bindparam("cause"), _A.ended_at.is_(None)))


def record_alarms(writer: EventWriter) -> None:
    """Raise the alarms that a command's changes cause, and end those that they resolve. The events have no account."""
    record_search_times(writer)
    for change in list(writer.result.changes):
        if change.event.kind == Search.KIND and change.before and "status" in change.fields:
            server = _server(writer, change.event.board)
            if change.after["status"] == "open":
                _raise_again(server, change)
            else:
                _end_all(server, is_found=change.after["status"] == "found")
            continue
        _follow_all(writer, change)
    _follow_take_downs(writer)
    _end_answered(writer)


def _server(writer: EventWriter, board: str) -> EventWriter:
    """Return the writer of the server's events on a board."""
    return replace(writer, account=None, command=SERVER_COMMAND, board=writer.unit.boards[board], operations=None)


def _end_answered(writer: EventWriter) -> None:
    """End the alarm of a note that asks for an answer, when one of its recipients adds a note to the same card or log."""
    for change in [change for change in writer.result.changes if change.event.type == "note.added"]:
        event = change.event
        for id in list(alarms_of_cards.unanswered(writer.session, event.board)):
            row = unit_of_work.get(writer.session, Alarm, id)
            if row is None or row.ended_at is not None or event.account not in (row.taken_by, *row.asked):
                continue
            note = unit_of_work.get(writer.session, Note, row.entity)
            if note is not None and note.id != event.entity and note.card == change.after["card"]:
                end(_server(writer, event.board), row)


def _follow_all(writer: EventWriter, change: Change) -> None:
    for when, exists in change.kind.alarms(writer.session, change.event, change.after, change.fields):
        _follow(writer, change, when, exists)
    for when, occasion in change.kind.occasions.items():
        if occasion.holds is None:
            continue
        exists = holds(occasion.holds, change.after)
        if exists != (bool(change.before) and holds(occasion.holds, change.before)):
            _follow(writer, change, when, exists)


def _follow(writer: EventWriter, change: Change, when: str, exists: bool) -> None:
    """Raise the alarms of an occasion, or end them if it no longer exists."""
    rules = {rule.key: rule for rule in writer.alarm_rules.of(when)}
    if not rules or (not exists and not change.before):
        return
    event = change.event
    if not change.before:  # a new entity
        alarms_of_cards.cached(writer.session).setdefault((event.board, event.entity), [])
    open_alarms = [alarm for alarm in of_entity(writer.session, event.board, event.entity) if alarm.rule in rules]
    if not exists:
        for alarm in open_alarms:
            end(_server(writer, event.board), alarm)
        return
    open_rules = {alarm.rule for alarm in open_alarms}
    for rule in rules.values():
        if rule.key not in open_rules:
            server, cause = _server(writer, event.board), str(event.seq)
            raise_alarm(server, rule, event.kind, event.entity, event.seq, cause, event.account, _assigned(change))


def _assigned(change: Change) -> str | None:
    """Return the account to which a person's command has just assigned the subject of an alarm."""
    return change.after.get("assignee") if change.event.account is not None and "assignee" in change.fields else None


def _follow_take_downs(writer: EventWriter) -> None:
    """Raise the alarm about overdue take-downs of a search, or end it if all are done, after a command that changed a take-down
    or reopened the search."""
    board_ids = {change.event.board for change in writer.result.changes if _touches_take_downs(change)}
    for id in board_ids:
        server = _server(writer, id)
        rules = {rule.key: rule for rule in writer.alarm_rules.of(TAKE_DOWN)}
        open_alarms = [alarm for alarm in of_entity(writer.session, id, id) if alarm.rule in rules] if rules else []
        if take_downs.overdue(server) is None:
            for alarm in open_alarms:
                end(server, alarm)
            continue
        for rule in rules.values():
            subject = take_downs.recheck(server, rule) if not rule.after_s else None
            if rule.key not in {alarm.rule for alarm in open_alarms} and subject is not None:
                raise_once(server, rule, *subject)


def _touches_take_downs(change: Change) -> bool:
    if change.event.kind == Search.KIND:
        return "status" in change.fields and change.after["status"] == "open" and bool(change.before)
    return change.event.kind == Distribution.KIND


def raise_once(writer: EventWriter, rule: Rule, row: Entity, cause: str) -> None:
    """Raise a time-based alarm, unless one was raised for this cause or is open about the same entity."""
    params = {"board": writer.board.id, "rule": rule.key, "entity": row.id, "cause": cause}
    if unit_of_work.execute(writer.session, _KNOWN, params).first() is None:
        raise_alarm(writer, rule, row.KIND, row.id, row.seq, cause, None)


def raise_alarm(
    writer: EventWriter, rule: Rule, kind: str, id: str, seq: int, cause: str, caused_by: str | None, assigned: str | None = None
) -> None:
    """Raise an alarm about an entity of the writer's board, and take its first step.

    `assigned`: account that takes the alarm immediately, if it is on duty or nobody is.

    If the account that is responsible for the entity caused the alarm, the occasion decides whether that account takes the alarm
    or none is raised. No-op for a note that mentions nobody else.
    """
    session, board, occasion = writer.session, writer.board, occasions.find(rule.when, kind)
    search = unit_of_work.get(session, Search, board.id) if board.id != OPERATIONS else None
    if search is not None and search.status not in (("open", "found") if occasion.while_found else ("open",)):
        return
    people = AlarmPeople(session, board.id)
    is_responsible = caused_by is not None and people.first_responsible(kind, id) == caused_by
    if is_responsible and occasion.by_responsible == "skip":
        return
    now = event_time(writer)
    values = {
        "id": new_id(), "board": board.id, "about": {"kind": kind, "id": id, "seq": seq}, "rule": rule.key, "occasion": rule.when,
        "raised_at": now, "step": -1, "asked": [], "handed_on": [], "entity": id, "cause": cause, "caused_by": caused_by,
    }  # fmt: skip
    row = rows.new_row(Alarm, values)
    if row.id.endswith(DROPS_AT):
        _drop_ended(writer, rule, id)
    if rule.when == "mention" and not people.asked_by(["mentioned"], row):
        return
    step = alarm_ladder.next_step(people, row, rule, now, now)
    rows.set_columns(row, step.values)
    writer.create(row, "alarm.raised")
    if (cached_ids := alarms_of_cards.cached(session).get((board.id, id))) is not None:
        cached_ids.append(row.id)
    if rule.when == "mention":
        alarms_of_cards.unanswered(session, board.id).append(row.id)
    owner = caused_by if is_responsible and occasion.by_responsible == "take" else assigned
    if owner is not None and people.may_promise(owner, caused_by):
        ownership.take(writer, row, owner)
    else:
        step.notify(writer, row)


def _drop_ended(writer: EventWriter, rule: Rule, entity: str) -> None:
    """Archive the oldest ended alarms about an entity, because an account could raise any number of them."""
    params = {"board": writer.board.id, "rule": rule.key, "entity": entity, "kept": MAX_ENDED}
    for row in unit_of_work.select(writer.session, Alarm, _ENDED, params):
        writer.delete(row, "alarm.archived")


def end(writer: EventWriter, row: Alarm) -> None:
    """End an alarm whose cause is gone, even if somebody has it."""
    writer.update(row, "alarm.ended", {"ended_at": event_time(writer), "ended": "settled", "next_at": None}, conflicts=False)


def _end_all(writer: EventWriter, is_found: bool) -> None:
    """End the alarms of a search that is no longer open. If the child was found, some occasions continue."""
    rules = writer.alarm_rules.rules.values() if is_found else ()
    continuing_rules = {rule.key for rule in rules if occasions.find(rule.when, Search.KIND).while_found}
    for row in unit_of_work.select(writer.session, Alarm, _OF_BOARD, {"board": writer.board.id}):
        if row.rule not in continuing_rules:
            end(writer, row)


def _raise_again(writer: EventWriter, change: Change) -> None:
    """Raise the alarms of a reopened search, for everything that still waits on it, oldest first. They have no `caused_by`,
    because the person who reopens the search may not know about them."""
    reopened = replace(change.event, account=None)
    writer.session.flush()
    for kind in kinds.on_board(writer.board.id):
        if kind.alarming is None:
            continue
        columns: Any = kind.model
        query = select(columns).where(columns.board == writer.board.id, kind.alarming(columns)).order_by(columns.id)
        for row in writer.session.exec(query.limit(MAX_RAISED_AGAIN)).all():
            event = replace(reopened, kind=kind.name, entity=row.id)
            _follow_all(writer, change._replace(event=event, kind=kind, after=row.state(), fields=[*row.STATE]))
    _follow_all(writer, change._replace(event=reopened, fields=["worrying"]))


# -- declaration ----------------------------------------------------------------------------------------------------------

KIND = Kind(
    model=Alarm,
    title=N_("Alarm"),
    events={
        "alarm.raised": EventSpec(N_("Alarm raised")),
        "alarm.escalated": EventSpec(N_("Next step of the alarm")),
        "alarm.taken": EventSpec(N_("Alarm taken"), "alarm.take", undoable=True),
        "alarm.extended": EventSpec(N_("Promise extended"), "alarm.extend", undoable=True),
        "alarm.lapsed": EventSpec(N_("Promise lapsed")),
        "alarm.handed_on": EventSpec(N_("Alarm handed on")),
        "alarm.handed_over": EventSpec(N_("Alarm handed over"), "handover.accept"),
        "alarm.given_back": EventSpec(N_("Alarm given back")),
        "alarm.released": EventSpec(N_("Alarm reopened")),
        "alarm.ended": EventSpec(N_("Alarm ended")),
        "alarm.archived": EventSpec(N_("Alarm archived")),
    },
    boards=("search", "operations"),
    counted=False,
    reported=lambda alarm, due_before: alarm.ended_at.is_(None),
    alerts=promises.alerts,
    undo=UndoRules(dangling=promises.undo_conflicts, apply=ownership.apply_undo),
)
