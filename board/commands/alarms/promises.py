"""Promises: the commands to take an alarm, extend the promise, hand the alarm on, and give it back."""

from collections.abc import Collection, Iterator

from sqlalchemy import bindparam, select
from sqlmodel import Session

from board.commands.alarms import alarm_ladder, urgent_alerts
from board.commands.alarms.alarm_ladder import after, joined
from board.commands.alarms.alarm_people import AlarmPeople
from board.commands.cards import ownership
from board.commands.cards.ownership import OPEN, event_time, later
from board.config import sentences
from board.config.alarm_rules import MAX_PROMISE
from board.engine.event import JournalEvent
from board.engine.event_writer import EventWriter
from board.errors import Refused, invalid
from board.i18n import N_, Moment, message
from models.accounts import Account
from models.alarm import Alarm
from models.db.tables import columns_of
from models.entity import State
from models.fields import Data, Id, LongText, Time
from models.times import parse_utc

CHOICE_S = 60.0  # seconds after taking an alarm in which a new end of the promise is a choice, not an extension
MAX_QUIET_PROMISES = 3  # taking an alarm and two extensions; further extensions alert the person in charge of the shift
_LAPSED = N_("Nobody has this alarm: it is open again.")

_P = columns_of(Account)
_NAME = select(_P.name).where(_P.id == bindparam("id"))


class TakeAlarm(Data):
    """Take an alarm ("I have it"): nobody else is asked until `until`. Then it reopens (`alarm.lapsed`). It is `conflict`, with
    `current`, if another account has it (`fields.taken_by` names that person), or if it has ended. Taking your own alarm again is
    acknowledged with `seqs: []`.

    `until`: end of the promise, in the future and at most 8 hours ahead. By default, the rule sets it.
    """

    alarm: Id
    until: Time | None = None


class ExtendAlarm(Data):
    """Set a new end of your promise. Within a minute of taking the alarm, this does not count as an extension. From the third
    extension on, the person in charge of the shift receives an alert. It is `conflict` if you do not have the alarm, or if it has
    ended.

    `until`: new end, in the future and at most 8 hours ahead.
    """

    alarm: Id
    until: Time
    note: LongText | None = None


class HandOnAlarm(Data):
    """Hand an alarm on: it reopens for `to`, and the ladder continues. It is `forbidden` to an account that was not asked and
    does not have it, and `conflict` if the alarm has ended.

    `to`: account to ask. It is `invalid` if that account may not see the board or act there, or has already handed the alarm on.
    """

    alarm: Id
    to: Id
    reason: LongText | None = None


class GiveBackAlarm(Data):
    """Give an alarm back: it reopens, and its ladder restarts without you. It is `conflict` if you do not have it, or it has
    ended."""

    alarm: Id
    reason: LongText | None = None


def take(writer: EventWriter, data: TakeAlarm) -> None:
    """Take an alarm, and its card if nobody is assigned. Raises Refused `conflict` if another person has it, or it has ended."""
    row = writer.find(Alarm, data.alarm, "alarm")
    _require_not_ended(row)
    if row.taken_by == writer.account_id:
        return
    if row.taken_by is not None:
        raise _conflict(row, "taken_by", _taken_sentence(writer.session, row))
    until = _promise(writer, data.until) if data.until is not None else None
    ownership.take(writer, row, writer.account_id, until)


def extend(writer: EventWriter, data: ExtendAlarm) -> None:
    """Set a new end of the caller's promise. An earlier end does not count as an extension."""
    row = _own(writer, data.alarm)
    now, until = event_time(writer), _promise(writer, data.until)
    is_choice = row.promises == 1 and now <= later(row.taken_at or now, CHOICE_S)
    is_extension = not is_choice and until > (row.until or now)
    values = {"until": until, "promises": row.promises + (1 if is_extension else 0)}
    writer.update(row, "alarm.extended", values, data.note, conflicts=False)


def hand_on(writer: EventWriter, data: HandOnAlarm) -> None:
    """Hand an alarm on to an account that can see it and act, and has not handed it on. The alarm reopens. Its next step is due
    after the wait of the first step, or at its previous time if that is earlier."""
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
    if row.taken_by != writer.account_id and not people.was_asked(writer.account_id, row):
        raise Refused("forbidden", N_("Only a person who was asked can hand this alarm on."))
    rule, now = writer.alarm_rules.rules.get(row.rule), event_time(writer)
    wait = rule.wait_s(0) if rule is not None else None
    due = [at for at in (row.next_at, after(now, wait)) if at is not None]  # handing on repeatedly must not delay a step
    values = {
        **(ownership.released(row.taken_by, now) if row.taken_by is not None else OPEN), "next_at": min(due, default=None),
        "asked": [*(id for id in row.asked if id != data.to), data.to],
        "handed_on": joined(row.handed_on, [writer.account_id]),
    }  # fmt: skip
    writer.update(row, "alarm.handed_on", values, data.reason, conflicts=False)
    ownership.give_up_card(writer, row, writer.account_id)
    if rule is not None:
        ways = {way for step in rule.steps[: row.step + 1] for way in step.ways}
        alarm_ladder.notify(writer, row, ways - {"webhook"}, [data.to])


def give_back(writer: EventWriter, data: GiveBackAlarm) -> None:
    """Give back an alarm of the caller, and its card."""
    row = _own(writer, data.alarm)
    alarm_ladder.give_back(writer, row, data.reason)
    ownership.give_up_card(writer, row, writer.account_id)


def alerts(session: Session, event: JournalEvent, after: State, fields: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield an alert for the person in charge of the shift, from the third extension on."""
    is_extension = event.type == "alarm.extended" and "promises" in fields
    holder = urgent_alerts.holder(session) if is_extension and after["promises"] > MAX_QUIET_PROMISES else None
    if holder is not None:
        yield "handover", holder


def undo_conflicts(writer: EventWriter, row: Alarm, values: State) -> dict[str, str]:
    """Return the sentence that refuses an undo, by field: if the alarm has ended, or another person would have it."""
    if row.ended_at is not None:
        return {"ended_at": _ended_sentence(row)}
    if values.get("taken_by", row.taken_by) in (None, writer.account_id):
        return {}
    return {"taken_by": _owner_sentence(writer.session, row)}


def _own(writer: EventWriter, id: str) -> Alarm:
    """Return an alarm that the caller has. Raises Refused `conflict` if it does not, or if the alarm has ended."""
    row = writer.find(Alarm, id, "alarm")
    _require_not_ended(row)
    if row.taken_by != writer.account_id:
        raise _conflict(row, "taken_by", _owner_sentence(writer.session, row))
    return row


def _promise(writer: EventWriter, until: str) -> str:
    """Return the end of a promise. Raises Refused `invalid` unless it is in the future and at most MAX_PROMISE minutes ahead.

    The board's time can be ahead of the clock. A promise then keeps its length, because it must end after it begins.
    """
    now = event_time(writer)
    if not writer.now < until <= later(now, MAX_PROMISE * 60):
        raise invalid("until", sentences.WITHIN_HOURS)
    return until if until > now else later(now, (parse_utc(until) - parse_utc(writer.now)).total_seconds())


def _require_not_ended(row: Alarm) -> None:
    if row.ended_at is not None:
        raise _conflict(row, "ended_at", _ended_sentence(row))


def _ended_sentence(row: Alarm) -> str:
    return message(N_("This alarm ended at {time}."), time=Moment(row.ended_at or ""))


def _conflict(row: Alarm, field: str, sentence: str) -> Refused:
    return Refused("conflict", fields={field: sentence}, current=row.state())


def _owner_sentence(session: Session, row: Alarm) -> str:
    return _taken_sentence(session, row) if row.taken_by is not None else _LAPSED


def _taken_sentence(session: Session, row: Alarm) -> str:
    name = session.connection().execute(_NAME, {"id": row.taken_by}).scalar()
    return message(N_("{name} has had it since {time}."), name=name or "?", time=Moment(row.taken_at or ""))
