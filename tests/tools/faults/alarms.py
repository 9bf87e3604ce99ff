"""Check of alarms: each urgent sighting raises one; its steps are taken once, in order and on time, until somebody takes it; a
promise lapses on time. Pure: journals in, sentences out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from tests.tools.faults.recordings import InjectedFault

LATE_S = 2.0  # that a step may be late while nothing fails
EARLY_S = 0.05  # clocks are told in milliseconds
AFTERMATH_S = 3.0  # after a fault: connections and locks time out, workers start
HARMLESS = ("redis.", "line.", "reader.", "rights.")  # faults that keep nobody from the database
BY_TIME = ("alarm.escalated", "alarm.lapsed")
WHILE_TAKEN = ("alarm.extended", "alarm.lapsed", "alarm.ended")  # events of an alarm that somebody has


class AlarmEvent(NamedTuple):
    """Event of an alarm, with its time (seconds, wall clock) and state."""

    type: str
    at: float
    state: Mapping[str, Any]


@dataclass(slots=True)
class AlarmRecord:
    """Alarms of one board, and the seqs of the events that raise one."""

    causes: list[int] = field(default_factory=list)
    alarms: dict[str, list[AlarmEvent]] = field(default_factory=dict)

    def note(self, event: Mapping[str, Any], at: float) -> None:
        """Note an event of the board's journal."""
        if event["kind"] == "alarm":
            self.alarms.setdefault(event["id"], []).append(AlarmEvent(event["type"], at, event["state"]))
        elif event["type"] == "sighting.added" and event["state"].get("priority") == "urgent":
            self.causes.append(event["seq"])


def faults_of(record: AlarmRecord, struck: Sequence[InjectedFault], wall: float, ended: float) -> Iterator[tuple[str, str]]:
    """Yield (check, case) for each fault. `wall`: offset from monotonic time to the journal's time. `ended`: end of the run, in
    monotonic time."""
    outages = [(each.began + wall, each.healed + wall + AFTERMATH_S) for each in struck if not each.kind.startswith(HARMLESS)]
    raised = [events[0].state["about"]["seq"] for events in record.alarms.values()]
    for seq in record.causes:
        if (times := raised.count(seq)) != 1:
            yield ("alarms lost" if times == 0 else "alarms doubled"), f"the sighting of event {seq} raised {times} alarms"
    for id, events in record.alarms.items():
        yield from _faults_of_alarm(id, events, outages)
        due = _due(events[-1].state)
        if due is not None and ended + wall - due > LATE_S + outage_s(due, ended + wall, outages):
            yield "alarms lost", f"alarm {id}: what was due after {events[-1].type} never came"


def _faults_of_alarm(id: str, events: Sequence[AlarmEvent], outages: Sequence[tuple[float, float]]) -> Iterator[tuple[str, str]]:
    if events[0].type != "alarm.raised" or any(each.type == "alarm.raised" for each in events[1:]):
        yield "alarms doubled", f"alarm {id}: {[each.type for each in events]}"
    for before, after in pairwise(events):
        if before.state["taken_by"] is not None and after.type not in WHILE_TAKEN:
            yield "alarms doubled", f"alarm {id}: {after.type} after it was taken"
        if after.type not in BY_TIME:
            continue
        if after.type == "alarm.escalated" and not _follows(before.state, after.state):
            yield "alarms doubled", f"alarm {id}: step {after.state['step']} after step {before.state['step']}"
        due = _due(before.state)
        if due is None:
            yield "alarms doubled", f"alarm {id}: {after.type}, though nothing was due"
            continue
        late = after.at - due
        if late < -EARLY_S:
            yield "alarms late", f"alarm {id}: {after.type} came {-late:.2f} s early"
        elif late > LATE_S + outage_s(due, after.at, outages):
            yield "alarms late", f"alarm {id}: {after.type} came {late:.2f} s late"


def _follows(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether a step is the next one. After a promise has lapsed, steps that ask nobody new are skipped."""
    return bool(after["step"] == before["step"] + 1 or (before.get("round", 0) > 0 and after["step"] > before["step"]))


def _due(state: Mapping[str, Any]) -> float | None:
    """Return when the next step is due, or when a promise ends, in the journal's time."""
    if state.get("ended_at") is not None:
        return None
    due = state.get("until") if state["taken_by"] is not None else state["next_at"]
    return datetime.fromisoformat(due).timestamp() if due is not None else None


def outage_s(since: float, until: float, outages: Sequence[tuple[float, float]]) -> float:
    """Return for how many seconds of a time something failed."""
    total, reached = 0.0, since
    for began, healed in sorted(outages):
        ended = min(healed, until)
        if ended > reached:
            total += max(0.0, ended - max(began, reached))
            reached = ended
    return total


def lateness(records: Sequence[AlarmRecord]) -> list[float]:
    """Return the seconds by which each step and each lapse was late."""
    return [
        after.at - due
        for record in records
        for events in record.alarms.values()
        for before, after in pairwise(events)
        if after.type in BY_TIME and (due := _due(before.state)) is not None
    ]
