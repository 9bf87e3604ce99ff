"""Ladder of an alarm: its steps, the repeats of the last one, and the end of a promise, after which it begins again."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from board.commands.alarms.alarm_people import AlarmPeople
from board.commands.cards import ownership
from board.commands.cards.ownership import OPEN, event_time, later
from board.config.alarm_rules import Rule
from board.engine.event_writer import EventWriter
from board.notifications import pending
from models.alarm import Alarm
from models.entity import State

OUTSIDE: tuple[pending.Way, ...] = ("email", "webhook")  # ways that leave the board
LAPSE_S = 120.0  # for which the person whose promise lapsed is asked alone


class Taken(NamedTuple):
    """Step that is taken: the values of the alarm after it, whom it asks, and by which ways outside the board."""

    values: State
    accounts: list[str]
    ways: frozenset[str]

    def notify(self, writer: EventWriter, row: Alarm) -> None:
        notify(writer, row, self.ways, self.accounts)


def next_step(people: AlarmPeople, row: Alarm, rule: Rule, scheduled: str, now: str) -> Taken:
    """Return the next step that asks somebody new, or somebody by a way that no step before has asked them by; steps before it
    are passed over. `scheduled` is when it was due: the step after it is due that much later, so that steps that are late do not
    delay the others."""
    for number in range(row.step + 1, len(rule.steps)):
        step = rule.steps[number]
        accounts = people.asked_by(step.ask, row)
        named = people.asked_by([each for each in step.ask if each != "desk"], row)
        everybody = "desk" in step.ask and not row.everybody
        if everybody or set(named) - set(row.asked) or any(_reaches_more(people, row, rule, number, way) for way in step.ways):
            values = {
                "step": number, "next_at": after(scheduled, rule.wait_s(number)), "asked": joined(row.asked, named),
                "everybody": row.everybody or everybody,
            }  # fmt: skip
            return Taken(values, accounts, frozenset(step.ways))
    return _repeat(people, row, rule, scheduled, now)


def _repeat(people: AlarmPeople, row: Alarm, rule: Rule, scheduled: str, now: str) -> Taken:
    """Return the next round of the last step, for the same people by the same ways. If all of them handed it on, or caused it,
    they are asked nevertheless, with everyone else. Missed rounds are skipped."""
    last = len(rule.steps) - 1
    if rule.repeat_s is None:
        return Taken({"step": max(last, row.step), "next_at": None}, [], frozenset())
    accounts, values = people.asked_by(rule.steps[last].ask, row), State()
    named = people.asked_by([ask for ask in rule.steps[last].ask if ask != "desk"], row)
    if not accounts:
        accounts = named = people.asked_by(("coordinators", "desk"), row, again=True)
        values["handed_on"] = []
    is_new = row.step >= last or not set(named) <= set(row.asked)
    values |= {
        "step": last, "next_at": later(scheduled if later(scheduled, rule.repeat_s) > now else now, rule.repeat_s),
        "round": row.round + (1 if row.step >= last else 0), "asked": joined(row.asked, named),
    }  # fmt: skip
    return Taken(values, accounts if is_new else [], frozenset(rule.steps[last].ways if is_new else ()))


def _reaches_more(people: AlarmPeople, row: Alarm, rule: Rule, number: int, way: str) -> bool:
    """Return whether a step reaches somebody by a way by which the steps before it reach them not; a webhook is one receiver."""
    before = [step for step in rule.steps[:number] if way in step.ways]
    if way == "webhook":
        return not before
    reached = people.asked_by([ask for step in before for ask in step.ask], row)
    return not set(people.asked_by(rule.steps[number].ask, row)) <= set(reached)


def escalate(writer: EventWriter, row: Alarm) -> None:
    """Take the next step of an alarm that is due, and those after it that are due by now, too."""
    people = AlarmPeople(writer.session, writer.board.id)
    rule = writer.alarm_rules.rules.get(row.rule)
    if rule is None:  # the rules have changed since
        writer.update(row, "alarm.escalated", {"next_at": None}, conflicts=False)
        return
    while True:
        now = event_time(writer)
        taken = next_step(people, row, rule, row.next_at or now, now)
        writer.update(row, "alarm.escalated", taken.values, conflicts=False)
        taken.notify(writer, row)
        if row.next_at is None or row.next_at > writer.now:
            return


def lapse(writer: EventWriter, row: Alarm) -> None:
    """Open an alarm again whose promise is over: it asks the former taker, and after LAPSE_S the ladder from its beginning."""
    former, rule, now = row.taken_by, writer.alarm_rules.rules.get(row.rule), event_time(writer)
    assert former is not None, "somebody has it"
    values = OPEN | {
        "step": -1, "round": row.round + 1, "asked": [former], "everybody": False,
        "handed_on": [account for account in row.handed_on if account != former],
        "lapsed_by": former, "lapsed_at": now, "next_at": later(now, LAPSE_S) if rule is not None else None,
    }  # fmt: skip
    writer.update(row, "alarm.lapsed", values, conflicts=False)
    if rule is not None:
        notify(writer, row, {way for step in rule.steps for way in step.ways} - {"webhook"}, [former])


def release(writer: EventWriter, row: Alarm) -> None:
    """Open an alarm again whose taker may no longer act on the search, and take its next step at once."""
    now, rule, lost = event_time(writer), writer.alarm_rules.rules.get(row.rule), row.taken_by
    writer.update(row, "alarm.released", OPEN | {"next_at": now if rule is not None else None}, conflicts=False)
    ownership.give_up_card(writer, row, lost)
    escalate(writer, row)


def notify(writer: EventWriter, row: Alarm, ways: Iterable[str], accounts: Collection[str]) -> None:
    for way in OUTSIDE:
        if way in ways:
            to = pending.WEBHOOK if way == "webhook" else accounts
            pending.add(
                writer.session, board=row.board, alarm=row.id, step=row.step, round=row.round, way=way, accounts=to,
                now=event_time(writer),
            )  # fmt: skip


def after(moment: str, seconds: float | None) -> str | None:
    return None if seconds is None else later(moment, seconds)


def joined(known: list[str], more: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*known, *more]))
