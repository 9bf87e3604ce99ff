"""Ownership of a card and its alarms. An account that takes an alarm also becomes the assignee of its card; the assignee of a
card also takes its alarms."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from board.commands.alarms.alarm_people import AlarmPeople
from board.commands.alarms.alarms_of_cards import of_entity
from board.config.alarm_rules import PROMISE_MIN
from board.engine import journal, kinds, unit_of_work
from board.engine.event import JournalEvent
from board.engine.event_writer import Change, EventWriter
from models.alarm import Alarm
from models.entity import State
from models.times import format_utc, parse_utc

OPEN: State = {"taken_by": None, "taken_at": None, "until": None, "promises": 0, "handover": None}  # if nobody has it
FORMER = ("lapsed_by", "lapsed_at", "released_by", "released_at", "released_because")  # fields about the last owner
WITHOUT_FORMER: State = dict.fromkeys(FORMER)  # once the alarm is taken again
MAX_BETWEEN = 64  # most events of a command between taking an alarm and assigning its card


def take(writer: EventWriter, row: Alarm, account: str, until: str | None = None) -> None:
    """Give an alarm to an account, and assign its card to the account if it has no assignee. `until`: end of the promise;
    None: the rule decides."""
    _promise(writer, row, "alarm.taken", account, until)
    card = _card_of(writer.session, row)
    if card is not None and card.assignee is None:
        _assign(writer, card, account)


def hand_over(writer: EventWriter, row: Alarm, account: str, handover: int) -> None:
    """Give a taken alarm to the incoming account, until the time that its rule sets. Its card follows, unless it has a third
    person as assignee, or such a person has another alarm about it. `handover`: number of the handover."""
    former = row.taken_by
    _promise(writer, row, "alarm.handed_over", account, handover=handover)
    card, both = _card_of(writer.session, row), (None, former, account)
    alarms = of_entity(writer.session, writer.board.id, row.entity)
    if card is not None and card.assignee in (None, former) and all(alarm.taken_by in both for alarm in alarms):
        _assign(writer, card, account)


def _promise(
    writer: EventWriter, row: Alarm, type: str, account: str, until: str | None = None, handover: int | None = None
) -> None:
    now, rule = event_time(writer), writer.alarm_rules.rules.get(row.rule)
    until = until or later(now, rule.promise_s if rule is not None else PROMISE_MIN * 60)
    taken = {"taken_by": account, "taken_at": now, "next_at": None, "until": until, "promises": 1, "handover": handover}
    writer.update(row, type, taken | WITHOUT_FORMER, conflicts=False)


def give_up_card(writer: EventWriter, row: Alarm, account: str | None) -> None:
    """Unassign the card of an alarm that its assignee has released."""
    card = _card_of(writer.session, row)
    if card is not None and account is not None and card.assignee == account:
        _assign(writer, card, None)


def follow(writer: EventWriter) -> None:
    """Give the alarms of each assigned card to the assignee, and reopen the alarms of each unassigned card, after a command."""
    for change in list(writer.result.changes):
        is_moved = "next_call" in change.fields  # the alarm about the previous call ends
        if change.kind.is_numbered and change.before and "assignee" in change.fields and not is_moved:
            board = writer.unit.boards[change.event.board]
            _follow(replace(writer, board=board, operations=None), change)


def _follow(writer: EventWriter, change: Change) -> None:
    assignee, former, actor = change.after["assignee"], change.before["assignee"], change.event.account
    for row in of_entity(writer.session, writer.board.id, change.event.entity):
        if assignee is None and former is not None and row.taken_by == former:
            _reopen(writer, row)
        elif assignee not in (None, row.taken_by) and AlarmPeople(writer.session, row.board).may_promise(assignee, actor):
            take(writer, row, assignee)


def _reopen(writer: EventWriter, row: Alarm) -> None:
    """Reopen an alarm whose card was unassigned. Its next step is due as if nobody had taken it, but not before now."""
    rule, now = writer.alarm_rules.rules.get(row.rule), event_time(writer)
    next_step = rule.steps[row.step + 1] if rule is not None and row.step + 1 < len(rule.steps) else None
    next_at = max(now, later(row.raised_at, next_step.after_s)) if next_step is not None else now if rule is not None else None
    writer.update(row, "alarm.released", released(row.taken_by, now) | {"next_at": next_at}, conflicts=False)


def released(former: str | None, now: str, because: str | None = None) -> State:
    """Return the values of an alarm whose owner gave it back, or lost it, before the promise was over."""
    at = now if former is not None else None
    return OPEN | {"released_by": former, "released_at": at, "released_because": because}


def apply_undo(writer: EventWriter, row: Alarm, event: JournalEvent, values: State) -> None:
    """Undo taking an alarm, and the assignment of its card by the same command."""
    former = row.taken_by
    writer.update(row, event.type, values, undoes=event.seq)
    card = _card_of(writer.session, row)
    if card is not None and card.assignee == former and (assignment := _assignment(writer, card, event)) is not None:
        _assign(writer, card, row.taken_by, undoes=assignment.seq)


def _assignment(writer: EventWriter, card: Any, event: JournalEvent) -> JournalEvent | None:
    """Return the last event of the same command that assigned a card, or None."""
    since, command = max(0, event.seq - MAX_BETWEEN), event.payload().get("command")
    assignment = None
    for candidate in journal.all_entity_events(writer.session, writer.board.id, card.KIND, card.id, since):
        payload = candidate.payload()
        if candidate.at == event.at and payload.get("command") == command and "assignee" in payload.get("changes", ()):
            assignment = candidate
    return assignment


def _assign(writer: EventWriter, card: Any, account: str | None, undoes: int | None = None) -> None:
    name = "card" if kinds.of(card).is_card else card.KIND
    writer.update(card, f"{name}.assigned", {"assignee": account}, conflicts=False, undoes=undoes)


def _card_of(session: Session, row: Alarm) -> Any:
    """Return the card, tip or contact that is the subject of an alarm; None if the subject has no assignee, such as a report."""
    kind = kinds.find(row.about["kind"])
    has_assignee = kind is not None and kind.is_numbered and "assignee" in kind.model.STATE
    return unit_of_work.get(session, kind.model, row.about["id"]) if kind is not None and has_assignee else None


def event_time(writer: EventWriter) -> str:
    """Return the time of the writer's next event, never earlier than the board's last event."""
    return max(writer.board.at, writer.now)


def later(moment: str, seconds: float) -> str:
    return format_utc(parse_utc(moment) + timedelta(seconds=seconds))
