"""Check of duties: each begins and ends once, on time, and as acknowledged; alarms that a person does not keep at the end of a
duty reopen. Pure: journals in, sentences out."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from tests.tools.faults.alarms import EARLY_S, LATE_S, AlarmEvent, AlarmRecord, Outages, outage_s
from tests.tools.faults.recordings import OK, CommandLog

WHILE_OFF = ("duty.begun",)
WHILE_ON = ("duty.extended", "duty.kept", "duty.ended")
EVENTS = {"duty.begin": ("duty.begun", "duty.extended"), "duty.extend": ("duty.extended",), "duty.end": ("duty.ended",)}


class DutyEvent(NamedTuple):
    """Event of a duty. `at`: time (seconds, wall clock)."""

    seq: int
    type: str
    at: float
    state: Mapping[str, Any]

    @property
    def is_on(self) -> bool:
        return self.state["ended_at"] is None

    @property
    def until(self) -> float:
        return _seconds(self.state["until"])


@dataclass(slots=True)
class DutyRecord:
    """Events of duties, by account."""

    events: dict[str, list[DutyEvent]] = field(default_factory=dict)

    def note(self, event: Mapping[str, Any], at: float) -> None:
        """Record an event of the journal."""
        if event["kind"] == "duty":
            noted = DutyEvent(event["seq"], event["type"], at, event["state"])
            self.events.setdefault(event["state"]["account"], []).append(noted)

    def of(self, account: str) -> Sequence[DutyEvent]:
        return self.events.get(account, ())


def faults_of(record: DutyRecord, outages: Outages, ended: float) -> Iterator[tuple[str, str]]:
    """Yield (check, case) for each duty that did not begin and end exactly once, and on time. `ended`: end of the run."""
    for account, events in record.events.items():
        if events[0].type != "duty.begun":
            yield "duties doubled", f"{account}: {events[0].type} before it began"
        for before, after in pairwise(events):
            if after.type not in (WHILE_ON if before.is_on else WHILE_OFF):
                yield "duties doubled", f"{account}: {after.type} after {before.type}"
            if after.state["ended"] == "time" and after.at < before.until - EARLY_S:
                yield "duties late", f"{account}: it ended {before.until - after.at:.2f} s early"
        for event, until in zip(events, [*(each.at for each in events[1:]), ended], strict=True):
            if event.is_on and until - event.until > LATE_S + outage_s(event.until, until, outages):
                yield "duties late", f"{account}: it did not end for {until - event.until:.2f} s"


def faults_of_acks(record: DutyRecord, commands: CommandLog, wall: float) -> Iterator[tuple[str, str]]:
    """Yield (check, case) for each acknowledged command on a duty whose effect is not in the journal. `wall`: offset from
    monotonic time to the journal's time."""
    events = record.of(commands.account)
    for number, (name, until) in commands.duties.items():
        if commands.state[number] != OK:
            continue
        since, answered = commands.invoked[number] + wall, commands.answered[number] + wall
        if commands.count[number]:
            written = [event for event in events if event.seq == commands.first[number] and event.type in EVENTS[name]]
        elif name == "duty.end" and (not events or events[0].at >= since - EARLY_S):
            continue  # before the first duty
        else:  # a command without an event must have been a no-op
            written = _states_within(events, since, answered)
        if not any(_agrees(event, name, until) for event in written):
            yield "duties lost", f"{commands.writer}-{number}: {name} until {until} is not in the journal"


def _states_within(events: Sequence[DutyEvent], since: float, until: float) -> list[DutyEvent]:
    """Return the events whose states were current at some moment between two times."""
    ends = [*(event.at for event in events), float("inf")][1:]
    return [event for event, end in zip(events, ends, strict=bool(events)) if event.at <= until and end >= since - EARLY_S]


def _agrees(event: DutyEvent, name: str, until: str | None) -> bool:
    if until is None or name == "duty.end":
        return not event.is_on
    return event.is_on and event.until == _seconds(until)


def faults_of_left(record: DutyRecord, alarms: AlarmRecord, outages: Outages, ended: float) -> Iterator[tuple[str, str]]:
    """Yield (check, case) for each alarm that stayed with a person after the end of their duty."""
    for id, events in alarms.alarms.items():
        for taken, until in _holdings(events, ended):
            for left, back in _absences(record.of(taken.state["taken_by"]), ended):
                over = min(until, back)
                is_left = taken.state["taken_at"] <= left.state["ended_at"] and id not in left.state["kept"] and over > left.at
                if is_left and over - left.at > LATE_S + outage_s(left.at, over, outages):
                    case = f"alarm {id} stayed for {over - left.at:.2f} s after a duty that ended by {left.state['ended']}"
                    yield "alarms kept off duty", case


def _holdings(events: Sequence[AlarmEvent], ended: float) -> Iterator[tuple[AlarmEvent, float]]:
    """Yield each event with which somebody took an alarm, and the time until which they had it."""
    held: AlarmEvent | None = None
    for event in events:
        same = held is not None and _holder(event) == _holder(held)
        if held is not None and not same:
            yield held, event.at
        held = held if same else event if event.is_taken and not event.has_ended else None
    if held is not None:
        yield held, ended


def _holder(event: AlarmEvent) -> tuple[Any, ...]:
    return event.state["taken_by"], event.state.get("taken_at"), event.has_ended


def _absences(events: Sequence[DutyEvent], ended: float) -> Iterator[tuple[DutyEvent, float]]:
    """Yield the end of each duty, and the time at which the next one begins."""
    for before, after in pairwise([*events, None]):
        if before is not None and not before.is_on:
            yield before, after.at if after is not None else ended


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()


def summary(record: DutyRecord) -> str:
    """Return how many duties began, were extended and ended, and why they ended, as a sentence."""
    events = [event for events in record.events.values() for event in events]
    types, why = Counter(event.type for event in events), Counter(event.state["ended"] for event in events if not event.is_on)
    ends = ", ".join(f"{count} by {reason}" for reason, count in sorted(why.items()))
    return f"{types['duty.begun']} begun, {types['duty.extended']} extended, {types['duty.ended']} ended ({ends})"
