"""Ladder of an alarm: its steps, the repeats of the last step, and the end of a promise, after which the ladder restarts."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from board.commands.alarms.alarm_people import AlarmPeople
from board.commands.cards import ownership
from board.commands.cards.ownership import OPEN, event_time, later
from board.config.alarm_rules import Rule
from board.engine.event_writer import EventWriter
from board.notifications import pending
from models.alarm import Alarm, Loss
from models.db import rows
from models.entity import State

OUTSIDE: tuple[pending.Way, ...] = ("email", "webhook")  # transports that leave the board
LAPSE_S = 120.0  # seconds in which only the person whose promise lapsed is asked
BEGUN: State = OPEN | {
    "step": -1,
    "asked": [],
    "everybody": False,
    "asked_on_duty": False,
}  # fields of an open alarm whose ladder restarts


class StepResult(NamedTuple):
    """Result of a step: the new values of the alarm, the accounts to ask, and the transports."""

    values: State
    accounts: list[str]
    ways: frozenset[str]

    def notify(self, writer: EventWriter, row: Alarm) -> None:
        notify(writer, row, self.ways, self.accounts)


def next_step(people: AlarmPeople, row: Alarm, rule: Rule, scheduled: str, now: str) -> StepResult:
    """Return the next step that asks a new account, or uses a new transport for an account. Skips other steps.

    `scheduled`: time at which the step was due. The time of the following step is counted from it, so that a late step does not
    delay the next ones.
    """
    for number in range(row.step + 1, len(rule.steps)):
        step = rule.steps[number]
        values = people.recipients(step.ask, row)
        if _is_wider(row, values) or any(_reaches_more(people, row, rule, number, way) for way in step.ways):
            values |= {"step": number, "next_at": after(scheduled, rule.wait_s(number))}
            return StepResult(values, people.asked_by(step.ask, row), frozenset(step.ways))
    return _repeat(people, row, rule, scheduled, now)


def _repeat(people: AlarmPeople, row: Alarm, rule: Rule, scheduled: str, now: str) -> StepResult:
    """Return the next round of the last step, for the same people by the same transports. If all of them caused the alarm or
    handed it on, asks everyone, including them. Skips missed rounds."""
    last = len(rule.steps) - 1
    if rule.repeat_s is None:
        return StepResult({"step": max(last, row.step), "next_at": None}, [], frozenset())
    ask = rule.steps[last].ask
    accounts, values = people.asked_by(ask, row), people.recipients(ask, row)
    if not accounts:
        accounts = people.asked_by(("coordinators_all", "desk_all"), row, again=True)
        values |= {"handed_on": [], "asked": joined(values["asked"], accounts)}
    is_new = row.step >= last or not set(values["asked"]) <= set(row.asked)
    values |= {
        "step": last, "next_at": later(scheduled if later(scheduled, rule.repeat_s) > now else now, rule.repeat_s),
        "round": row.round + (1 if row.step >= last else 0),
    }  # fmt: skip
    return StepResult(values, accounts if is_new else [], frozenset(rule.steps[last].ways if is_new else ()))


def _is_wider(row: Alarm, values: State) -> bool:
    """Return whether the new recipients include people whom the alarm has not asked."""
    asks_all, asks_duty = values["everybody"], values["everybody"] or values["asked_on_duty"]
    return (asks_all, asks_duty) > (row.everybody, row.everybody or row.asked_on_duty) or bool({*values["asked"]} - {*row.asked})


def _reaches_more(people: AlarmPeople, row: Alarm, rule: Rule, number: int, way: str) -> bool:
    """Return whether a step reaches an account by a transport that no earlier step used for it. A webhook is one receiver."""
    earlier_steps = [step for step in rule.steps[:number] if way in step.ways]
    if way == "webhook":
        return not earlier_steps
    reached = people.asked_by([ask for step in earlier_steps for ask in step.ask], row)
    return not set(people.asked_by(rule.steps[number].ask, row)) <= set(reached)


def escalate(writer: EventWriter, row: Alarm) -> None:
    """Take all steps of an alarm that are due, at least one."""
    people = AlarmPeople(writer.session, writer.board.id)
    rule = writer.alarm_rules.rules.get(row.rule)
    if rule is None:  # the rule was deleted
        writer.update(row, "alarm.escalated", {"next_at": None}, conflicts=False)
        return
    while True:
        now = event_time(writer)
        step = next_step(people, row, rule, row.next_at or now, now)
        writer.update(row, "alarm.escalated", step.values, conflicts=False)
        step.notify(writer, row)
        if row.next_at is None or row.next_at > writer.now:
            return


def lapse(writer: EventWriter, row: Alarm) -> None:
    """Reopen an alarm whose promise is over. First ask only the account that had it; after LAPSE_S, restart the ladder."""
    former, rule, now = row.taken_by, writer.alarm_rules.rules.get(row.rule), event_time(writer)
    assert former is not None, "somebody has it"
    values = OPEN | ownership.WITHOUT_FORMER | {
        "round": row.round + 1, "handed_on": [account for account in row.handed_on if account != former],
        "lapsed_by": former, "lapsed_at": now,
    }  # fmt: skip
    if rule is None:  # the rule was deleted
        writer.update(row, "alarm.lapsed", values | {"asked": joined(row.asked, [former])}, conflicts=False)
        return
    writer.update(row, "alarm.lapsed", BEGUN | values | {"asked": [former], "next_at": later(now, LAPSE_S)}, conflicts=False)
    notify(writer, row, {way for step in rule.steps for way in step.ways} - {"webhook"}, [former])


def give_back(writer: EventWriter, row: Alarm, reason: str | None) -> None:
    """Reopen an alarm of the caller, and take the first step of its ladder, which does not ask the caller."""
    now, rule = event_time(writer), writer.alarm_rules.rules.get(row.rule)
    values = ownership.released(row.taken_by, now) | {
        "round": row.round + 1, "handed_on": joined(row.handed_on, [writer.account_id]),
    }  # fmt: skip
    if rule is None:  # the rule was deleted
        writer.update(row, "alarm.given_back", values, reason, conflicts=False)
        return
    values = BEGUN | values
    begun = rows.new_row(Alarm, rows.values_of(row, Alarm.model_fields) | values)
    step = next_step(AlarmPeople(writer.session, writer.board.id), begun, rule, now, now)
    writer.update(row, "alarm.given_back", values | step.values, reason, conflicts=False)
    step.notify(writer, row)


def release(writer: EventWriter, row: Alarm, because: Loss) -> None:
    """Reopen an alarm that its owner has lost, and take its next step immediately."""
    now, rule, lost = event_time(writer), writer.alarm_rules.rules.get(row.rule), row.taken_by
    asked = [account for account in row.asked if account != lost]
    values = ownership.released(lost, now, because) | {"next_at": now if rule is not None else None, "asked": asked}
    writer.update(row, "alarm.released", values, conflicts=False)
    ownership.give_up_card(writer, row, lost)
    escalate(writer, row)


def notify(writer: EventWriter, row: Alarm, ways: Iterable[str], accounts: Collection[str]) -> None:
    """Queue the notifications of the current step and round."""
    for way in OUTSIDE:
        if way in ways:
            recipients = pending.WEBHOOK if way == "webhook" else accounts
            pending.add(
                writer.session, board=row.board, alarm=row.id, step=row.step, round=row.round, way=way, accounts=recipients,
                now=event_time(writer),
            )  # fmt: skip


def after(moment: str, seconds: float | None) -> str | None:
    return None if seconds is None else later(moment, seconds)


def joined(ids: list[str], more: Iterable[str]) -> list[str]:
    """Return both lists of ids as one, without duplicates."""
    return list(dict.fromkeys([*ids, *more]))
