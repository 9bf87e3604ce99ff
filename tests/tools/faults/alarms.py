"""Check of alarms: each urgent sighting raises one, each step is taken once, in order and on time, until somebody takes it. Pure:
journals in, sentences out."""

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


def faults_of(record: AlarmRecord, struck: Sequence[InjectedFault], wall: float) -> Iterator[tuple[str, str]]:
    """Yield (check, case) for each fault. `wall`: offset from monotonic time to the journal's time."""
    outages = [(each.began + wall, each.healed + wall + AFTERMATH_S) for each in struck if not each.kind.startswith(HARMLESS)]
    raised = [events[0].state["about"]["seq"] for events in record.alarms.values()]
    for seq in record.causes:
        if (times := raised.count(seq)) != 1:
            yield ("alarms lost" if times == 0 else "alarms doubled"), f"the sighting of event {seq} raised {times} alarms"
    for id, events in record.alarms.items():
        yield from _faults_of_alarm(id, events, outages)


def _faults_of_alarm(id: str, events: Sequence[AlarmEvent], outages: Sequence[tuple[float, float]]) -> Iterator[tuple[str, str]]:
    if events[0].type != "alarm.raised" or any(each.type == "alarm.raised" for each in events[1:]):
        yield "alarms doubled", f"alarm {id}: {[each.type for each in events]}"
    for before, after in pairwise(events):
        if before.state["taken_by"] is not None:
            yield "alarms doubled", f"alarm {id}: {after.type} after it was taken"
        if after.type != "alarm.escalated":
            continue
        if after.state["step"] != before.state["step"] + 1:
            yield "alarms doubled", f"alarm {id}: step {after.state['step']} after step {before.state['step']}"
        due = before.state["next_at"]
        if due is None:
            yield "alarms doubled", f"alarm {id}: step {after.state['step']}, though none was due"
            continue
        late = after.at - datetime.fromisoformat(due).timestamp()
        if late < -EARLY_S:
            yield "alarms late", f"alarm {id}: step {after.state['step']} came {-late:.2f} s early"
        elif late > LATE_S + outage_s(after.at - late, after.at, outages):
            yield "alarms late", f"alarm {id}: step {after.state['step']} came {late:.2f} s late"
    last = events[-1].state
    if last["next_at"] is not None:
        yield "alarms lost", f"alarm {id}: step {last['step'] + 1} was due at {last['next_at']}, and never came"


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
    """Return the seconds by which each step was late."""
    return [
        after.at - datetime.fromisoformat(before.state["next_at"]).timestamp()
        for record in records
        for events in record.alarms.values()
        for before, after in pairwise(events)
        if after.type == "alarm.escalated" and before.state["next_at"] is not None
    ]
