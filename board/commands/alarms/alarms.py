"""Alarms: raised and ended with what causes and settles them, taken and handed on by people, escalated by the server.

An alarm is asked about step by step until somebody takes it or its cause is gone. Its next step is due at a time that stands in
the database, and is taken under the lock of its board: so each step is taken once, in order, whichever process comes first.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import bindparam, or_
from sqlmodel import Session, col, select

from board.commands.alarms import alarm_ladder, alarms_of_cards, urgent_alerts
from board.commands.alarms.alarm_ladder import after, joined
from board.commands.alarms.alarm_people import AlarmPeople
from board.commands.alarms.alarms_of_cards import of_entity
from board.commands.cards import ownership
from board.commands.cards.ownership import OPEN, event_time, later
from board.commands.materials import take_downs
from board.commands.searches.search_times import record_search_times
from board.config import sentences
from board.config.alarm_rules import MAX_PROMISE, Rule
from board.engine import kinds, occasions, unit_of_work
from board.engine.conditions import holds
from board.engine.event import JournalEvent
from board.engine.event_writer import Change, EventWriter
from board.engine.kinds import EventSpec, FieldSpec, Kind, UndoRules
from board.errors import Refused, invalid
from board.i18n import N_, Moment, message
from models.accounts import Account
from models.alarm import Alarm
from models.board import OPERATIONS
from models.db import rows
from models.db.tables import columns_of
from models.distribution import Distribution
from models.entity import Entity, State
from models.fields import Data, Id, LongText, Time
from models.ids import new_id
from models.note import Note
from models.search import Search
from realtime.wire.protocol import Command

MAX_RAISED_AGAIN = 50  # of each kind of card: more would drown who is asked
MAX_DROPPED = 100  # of them at once
MAX_ENDED = 10  # ended alarms by one rule about one entity that stay on a board
DROPS_AT: tuple[str, ...] = ("0",)  # ends of ids of alarms at which those beyond are dropped: one of 16, and nobody can choose it
TAKE_DOWN = "take_down_overdue"
CHOICE_S = 60.0  # after taking, in which another time is a choice and no extension
MAX_QUIET_PROMISES = 3  # the taking and two extensions; with each more, the person in charge of the shift gets an alert
_LAPSED = N_("Nobody has this alarm: it is open again.")
SERVER_COMMAND = Command("", "", "", {})

_A, _P = columns_of(Alarm), columns_of(Account)
_ON_BOARD = select(_A.id).where(_A.board == bindparam("board"))
_OF_RULE = _ON_BOARD.where(_A.rule == bindparam("rule"), _A.entity == bindparam("entity"))
_OF_BOARD = _ON_BOARD.where(_A.ended_at.is_(None)).order_by(_A.raised_at, _A.id)
_NEWEST_ENDED = _OF_RULE.where(_A.ended_at.is_not(None)).order_by(_A.raised_at.desc(), _A.id.desc())
_ENDED = _NEWEST_ENDED.limit(MAX_DROPPED).offset(bindparam("kept"))
_KNOWN = _OF_RULE.where(or_(_A.cause == bindparam("cause"), _A.ended_at.is_(None)))
_NAME = select(_P.name).where(_P.id == bindparam("id"))


class Take(Data):
    """Take an alarm ("I have it"): nobody else is asked until `until`. Then it is open again (`alarm.lapsed`). If another account
    has it, it is `conflict`, with `fields.taken_by` naming that person, and `current`; also if it has ended. Taking an alarm that
    you have already is acknowledged with `seqs: []`.

    `until`: in the future, at most 8 hours ahead; without it, for as long as the rule says.
    """

    alarm: Id
    until: Time | None = None


class Extend(Data):
    """Set another time until which you have an alarm; within a minute of taking it, this is no extension. From the third
    extension on, the person in charge of the shift gets an alert. It is `conflict` if you do not have it, or it has ended.

    `until`: in the future, at most 8 hours ahead.
    """

    alarm: Id
    until: Time
    note: LongText | None = None


class HandOn(Data):
    """Hand an alarm on: it is open again for `to`, and the ladder continues. It is `forbidden` to an account that was not asked
    and does not have it, and `conflict` if the alarm has ended.

    `to`: `invalid` if that account may not see the board or act there, or has handed it on.
    """

    alarm: Id
    to: Id
    reason: LongText | None = None


# -- what people do -------------------------------------------------------------------------------------------------------


def take(writer: EventWriter, data: Take) -> None:
    """Take an alarm, and its card if nobody is assigned. Raises Refused `conflict` if another person has it, or it has ended."""
    row = writer.find(Alarm, data.alarm, "alarm")
    _require_not_ended(row)
    if row.taken_by == writer.account_id:
        return
    if row.taken_by is not None:
        raise _conflict(row, "taken_by", _taken_sentence(writer.session, row))
    until = _promise(writer, data.until) if data.until is not None else None
    ownership.take(writer, row, writer.account_id, until)


def extend(writer: EventWriter, data: Extend) -> None:
    """Set another end of the caller's promise. Within a minute of taking the alarm, this is no extension."""
    row = writer.find(Alarm, data.alarm, "alarm")
    _require_not_ended(row)
    if row.taken_by != writer.account_id:
        sentence = _taken_sentence(writer.session, row) if row.taken_by is not None else _LAPSED
        raise _conflict(row, "taken_by", sentence)
    now, until = event_time(writer), _promise(writer, data.until)
    is_choice = row.promises == 1 and now <= later(row.taken_at or now, CHOICE_S)
    values = {"until": until, "promises": row.promises + (0 if is_choice else 1)}
    writer.update(row, "alarm.extended", values, data.note, conflicts=False)


def _alerts(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield whom an extension alerts: the person in charge of the shift, from the third extension on."""
    holder = urgent_alerts.holder(session)
    if event.type == "alarm.extended" and "promises" in fields and after["promises"] > MAX_QUIET_PROMISES and holder is not None:
        yield "handover", holder


def _promise(writer: EventWriter, until: str) -> str:
    """Return the end of a promise. Raises Refused `invalid` unless it is in the future, at most MAX_PROMISE ahead."""
    if not writer.now < until <= later(event_time(writer), MAX_PROMISE * 60):  # the time of the board may be ahead of the clock
        raise invalid("until", sentences.WITHIN_HOURS)
    return until


def hand_on(writer: EventWriter, data: HandOn) -> None:
    """Hand an alarm on to somebody who may see it and act, and has not handed it on. It is open again, and its ladder goes on
    from now, or from before if nobody had it."""
    row = writer.find(Alarm, data.alarm, "alarm")
    writer.require_person(data.to, "to")
    people = AlarmPeople(writer.session, writer.board.id)
    if not people.may_act(data.to):
        raise invalid("to", N_("This person cannot act on this search."))
    if data.to == writer.account_id or data.to in row.handed_on:
        raise invalid("to", N_("This person has already handed this alarm on."))
    _require_not_ended(row)
    if row.taken_by not in (None, writer.account_id):
        raise _conflict(row, "taken_by", _taken_sentence(writer.session, row))
    if not (row.taken_by == writer.account_id or writer.account_id in row.asked or row.everybody):
        raise Refused("forbidden", N_("Only a person who was asked can hand this alarm on."))
    rule, now = writer.alarm_rules.rules.get(row.rule), event_time(writer)
    wait = rule.wait_s(0) if rule is not None else None
    due = [at for at in (row.next_at, after(now, wait)) if at is not None]  # handing on again and again delays no step
    values = {
        **OPEN, "next_at": min(due, default=None),
        "asked": [*(each for each in row.asked if each != data.to), data.to],
        "handed_on": joined(row.handed_on, [writer.account_id]),
    }  # fmt: skip
    writer.update(row, "alarm.handed_on", values, data.reason, conflicts=False)
    ownership.give_up_card(writer, row, writer.account_id)
    if rule is not None:
        alarm_ladder.notify(
            writer, row, {way for step in rule.steps[: row.step + 1] for way in step.ways} - {"webhook"}, [data.to]
        )


def _require_not_ended(row: Alarm) -> None:
    if row.ended_at is not None:
        raise _conflict(row, "ended_at", _ended_sentence(row))


def _ended_sentence(row: Alarm) -> str:
    return message(N_("This alarm ended at {time}."), time=Moment(row.ended_at or ""))


def _conflict(row: Alarm, field: str, sentence: str) -> Refused:
    return Refused("conflict", fields={field: sentence}, current=row.state())


def _taken_sentence(session: Session, row: Alarm) -> str:
    name = session.connection().execute(_NAME, {"id": row.taken_by}).scalar()
    return message(N_("{name} has had it since {time}."), name=name or "?", time=Moment(row.taken_at or ""))


# -- raised and ended with what causes and settles them -------------------------------------------------------------------


def record_alarms(writer: EventWriter) -> None:
    """Raise and end alarms by what a command has changed: by events of the server, after the command's own."""
    record_search_times(writer)
    for change in list(writer.result.changes):
        board = writer.unit.boards[change.event.board]
        server = replace(writer, account=None, command=SERVER_COMMAND, board=board, operations=None)
        if change.event.kind == Search.KIND and change.before and "status" in change.fields:
            if change.after["status"] == "open":
                _raise_again(server, change)
            else:
                _end_all(server, is_found=change.after["status"] == "found")
            continue
        _follow_all(server, change)
    _follow_take_downs(writer)
    _end_answered(writer)


def _end_answered(writer: EventWriter) -> None:
    """End the alarms of notes that ask for an answer, when a person whom they ask adds a note beside it."""
    for change in [change for change in writer.result.changes if change.event.type == "note.added"]:
        event, board = change.event, writer.unit.boards[change.event.board]
        server = replace(writer, account=None, command=SERVER_COMMAND, board=board, operations=None)
        query = select(Alarm.id).where(Alarm.board == event.board, Alarm.occasion == "mention", col(Alarm.ended_at).is_(None))
        for row in [unit_of_work.get(writer.session, Alarm, id) for id in writer.session.exec(query.order_by(Alarm.id)).all()]:
            note = unit_of_work.get(writer.session, Note, row.entity) if row is not None and row.ended_at is None else None
            is_beside = note is not None and note.id != event.entity and note.card == change.after["card"]
            if row is not None and is_beside and event.account in (row.taken_by, *row.asked):
                end(server, row)


def _follow_all(writer: EventWriter, change: Change) -> None:
    for when, is_there in change.kind.alarms(writer.session, change.event, change.after, change.fields):
        _follow(writer, change, when, is_there)
    for when, occasion in change.kind.occasions.items():
        if occasion.holds is None:
            continue
        is_there = holds(occasion.holds, change.after)
        if is_there != (bool(change.before) and holds(occasion.holds, change.before)):
            _follow(writer, change, when, is_there)


def _follow(writer: EventWriter, change: Change, when: str, is_there: bool) -> None:
    """Raise the alarms of an occasion that is there now, or end those of one that is not."""
    rules = {rule.key: rule for rule in writer.alarm_rules.of(when)}
    if not rules or (not is_there and not change.before):
        return
    event = change.event
    if not change.before:  # it is new
        alarms_of_cards.cached(writer.session).setdefault((event.board, event.entity), [])
    known = [alarm for alarm in of_entity(writer.session, event.board, event.entity) if alarm.rule in rules]
    if not is_there:
        for alarm in known:
            end(writer, alarm)
        return
    open = {alarm.rule for alarm in known}
    for rule in rules.values():
        if rule.key not in open:
            raise_alarm(writer, rule, event.kind, event.entity, event.seq, str(event.seq), event.account, _assigned(change))


def _assigned(change: Change) -> str | None:
    """Return the account that a person's command has just assigned what caused an alarm."""
    return change.after.get("assignee") if change.event.account is not None and "assignee" in change.fields else None


def _follow_take_downs(writer: EventWriter) -> None:
    """Raise the alarm of a search whose take-downs are overdue again, and end that of one whose take-downs are done, after a
    command that changed any, or reopened the search."""
    changed = {change.event.board for change in writer.result.changes if _touches_take_downs(change)}
    for id in changed:
        board = writer.unit.boards[id]
        server = replace(writer, account=None, command=SERVER_COMMAND, board=board, operations=None)
        rules = {rule.key: rule for rule in writer.alarm_rules.of(TAKE_DOWN)}
        known = [alarm for alarm in of_entity(writer.session, id, id) if alarm.rule in rules] if rules else []
        if take_downs.overdue(server) is None:
            for alarm in known:
                end(server, alarm)
            continue
        for rule in rules.values():
            subject = take_downs.recheck(server, rule) if not rule.after_s else None
            if rule.key not in {alarm.rule for alarm in known} and subject is not None:
                raise_once(server, rule, *subject)


def _touches_take_downs(change: Change) -> bool:
    if change.event.kind == Search.KIND:
        return "status" in change.fields and change.after["status"] == "open" and bool(change.before)
    return change.event.kind == Distribution.KIND


def raise_once(writer: EventWriter, rule: Rule, row: Entity, cause: str) -> None:
    """Raise an alarm that time causes, unless one was raised for this cause, or one about the same entity has not ended."""
    params = {"board": writer.board.id, "rule": rule.key, "entity": row.id, "cause": cause}
    if unit_of_work.execute(writer.session, _KNOWN, params).first() is None:
        raise_alarm(writer, rule, row.KIND, row.id, row.seq, cause, None)


def raise_alarm(
    writer: EventWriter, rule: Rule, kind: str, id: str, seq: int, cause: str, caused_by: str | None, assigned: str | None = None
) -> None:
    """Raise an alarm about an entity of the writer's board, and take its first steps. `assigned`: the account that takes it
    immediately. The person who answers for the entity and caused the alarm takes it, too, or there is none, as the occasion
    declares. No-op for a note that mentions nobody else."""
    session, board, occasion = writer.session, writer.board, occasions.find(rule.when, kind)
    search = unit_of_work.get(session, Search, board.id) if board.id != OPERATIONS else None
    if search is not None and search.status not in (("open", "found") if occasion.while_found else ("open",)):
        return
    people = AlarmPeople(session, board.id)
    answers = caused_by is not None and people.first_responsible(kind, id) == caused_by
    if answers and occasion.by_responsible == "skip":
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
    taken = alarm_ladder.next_step(people, row, rule, now, now)
    rows.set_columns(row, taken.values)
    writer.create(row, "alarm.raised")
    if (known := alarms_of_cards.cached(session).get((board.id, id))) is not None:
        known.append(row.id)
    owner = caused_by if answers and occasion.by_responsible == "take" else assigned
    if owner is not None and people.may_act(owner):
        ownership.take(writer, row, owner)
    else:
        taken.notify(writer, row)


def _drop_ended(writer: EventWriter, rule: Rule, entity: str) -> None:
    """Take the oldest ended alarms about an entity off the board if it had very many: an account could raise them without end."""
    asked = {"board": writer.board.id, "rule": rule.key, "entity": entity, "kept": MAX_ENDED}
    for row in unit_of_work.select(writer.session, Alarm, _ENDED, asked):
        writer.delete(row, "alarm.archived")


def end(writer: EventWriter, row: Alarm) -> None:
    """End an alarm whose cause is gone, whether somebody had it or not."""
    writer.update(row, "alarm.ended", {"ended_at": event_time(writer), "ended": "settled", "next_at": None}, conflicts=False)


def _end_all(writer: EventWriter, is_found: bool) -> None:
    """End the alarms of a search that is no longer open. Those that outlive the finding of the child remain then."""
    rules = writer.alarm_rules.rules.values() if is_found else ()
    kept = {rule.key for rule in rules if occasions.find(rule.when, Search.KIND).while_found}
    for row in unit_of_work.select(writer.session, Alarm, _OF_BOARD, {"board": writer.board.id}):
        if row.rule not in kept:
            end(writer, row)


def _raise_again(writer: EventWriter, change: Change) -> None:
    """Raise the alarms of a search that is reopened: those of what still waits on it, the oldest first. Nobody is taken for who
    caused them, as what waits is not known to who reopens."""
    reopened = replace(change.event, account=None)
    writer.session.flush()
    for kind in kinds.on_board(writer.board.id):
        if kind.alarming is None:
            continue
        columns: Any = kind.model
        waiting = select(columns).where(columns.board == writer.board.id, kind.alarming(columns)).order_by(columns.id)
        for row in writer.session.exec(waiting.limit(MAX_RAISED_AGAIN)).all():
            about = replace(reopened, kind=kind.name, entity=row.id)
            _follow_all(writer, change._replace(event=about, kind=kind, after=row.state(), fields=[*row.STATE]))
    _follow_all(writer, change._replace(event=reopened, fields=["worrying"]))


def _dangling(writer: EventWriter, row: Alarm, values: State) -> dict[str, str]:
    return {} if row.ended_at is None else {"ended_at": _ended_sentence(row)}


# -- declaration ----------------------------------------------------------------------------------------------------------

KIND = Kind(
    model=Alarm,
    title=N_("Alarm"),
    data=Data,
    fields=(
        FieldSpec("about", N_("About"), reads_as="internal"),
        FieldSpec("rule", N_("Rule"), type=str, reads_as="internal"),
        FieldSpec("occasion", N_("Occasion"), type=str | None, choices=occasions.NAMES, reads_as="internal"),
        FieldSpec("raised_at", N_("Raised at"), type=Time, reads_as="internal"),
        FieldSpec("step", N_("Step"), type=int, reads_as="internal"),
        FieldSpec("next_at", N_("Next step at"), type=Time | None, reads_as="internal"),
        FieldSpec("round", N_("Round"), type=int, reads_as="internal"),
        FieldSpec("asked", N_("People asked"), control="people"),
        FieldSpec("everybody", N_("All users asked"), type=bool),
        FieldSpec("handed_on", N_("Handed on by"), control="people"),
        FieldSpec("taken_by", N_("Taken by"), type=Id | None, control="person"),
        FieldSpec("taken_at", N_("Taken at"), type=Time | None),
        FieldSpec("until", N_("Promised until"), type=Time | None),
        FieldSpec("promises", N_("Promises"), type=int, reads_as="internal"),
        FieldSpec("lapsed_by", N_("Lapsed for"), type=Id | None, control="person", reads_as="internal"),
        FieldSpec("lapsed_at", N_("Lapsed at"), type=Time | None, reads_as="internal"),
        FieldSpec("ended_at", N_("Ended at"), type=Time | None),
        FieldSpec("ended", N_("Ended because"), type=Literal["settled"] | None, choices={"settled": N_("the cause is gone")}),
    ),
    events={
        "alarm.raised": EventSpec(N_("Alarm raised")),
        "alarm.escalated": EventSpec(N_("Next step of the alarm")),
        "alarm.taken": EventSpec(N_("Alarm taken"), "alarm.take", undoable=True),
        "alarm.extended": EventSpec(N_("Promise extended"), "alarm.extend", undoable=True),
        "alarm.lapsed": EventSpec(N_("Promise lapsed")),
        "alarm.handed_on": EventSpec(N_("Alarm handed on")),
        "alarm.released": EventSpec(N_("Alarm reopened")),
        "alarm.ended": EventSpec(N_("Alarm ended")),
        "alarm.archived": EventSpec(N_("Alarm archived")),
    },
    boards=("search", "operations"),
    counted=False,
    alerts=_alerts,
    undo=UndoRules(dangling=_dangling, apply=ownership.apply_undo),
)
