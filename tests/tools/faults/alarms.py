"""Check of alarms: each urgent sighting raises exactly one; until somebody takes the alarm, each step of each round happens once,
in order and on time; each promise lapses once and on time. Pure: journals in, sentences out."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from tests.tools.faults.recordings import InjectedFault

LATE_S = 2.0  # tolerated delay of a step while nothing fails
EARLY_S = 0.05  # tolerance for the precision of clocks
AFTERMATH_S = 3.0  # after a fault, for connections and locks to time out, and for workers to start
HARMLESS = ("redis.", "line.", "reader.", "rights.")  # faults that leave the database available
LAST_STEP = 2  # of the ladder in files/alarms.toml, whose steps are never skipped
BY_TIME = ("alarm.escalated", "alarm.lapsed")
WHILE_OPEN = ("alarm.escalated", "alarm.taken", "alarm.handed_on", "alarm.ended")
WHILE_TAKEN = (
    "alarm.extended", "alarm.lapsed", "alarm.given_back", "alarm.handed_on", "alarm.handed_over", "alarm.released", "alarm.ended",
)  # fmt: skip
SUMMED_UP = ("raised", "taken", "extended", "given_back", "lapsed", "released", "handed_over", "ended")

Outages = Sequence[tuple[float, float]]
CommandKey = tuple[str | None, str | None]  # account and command id


class AlarmEvent(NamedTuple):
    """Event of an alarm. `at`: time (seconds, wall clock)."""

    type: str
    at: float
    state: Mapping[str, Any]
    command: CommandKey = (None, None)

    @property
    def is_taken(self) -> bool:
        return self.state["taken_by"] is not None

    @property
    def has_ended(self) -> bool:
        return self.state.get("ended_at") is not None


@dataclass(slots=True)
class AlarmRecord:
    """Alarms of one board. `causes`: seqs of the events that must each raise an alarm."""

    causes: list[int] = field(default_factory=list)
    alarms: dict[str, list[AlarmEvent]] = field(default_factory=dict)

    def note(self, event: Mapping[str, Any], at: float, account: str | None = None) -> None:
        """Record an event of the board's journal."""
        if event["kind"] == "alarm" and event["state"] is not None:
            noted = AlarmEvent(event["type"], at, event["state"], (account, event.get("command")))
            self.alarms.setdefault(event["id"], []).append(noted)
        elif event["type"] == "sighting.added" and event["state"].get("priority") == "urgent":
            self.causes.append(event["seq"])


def outages_of(struck: Collection[InjectedFault], wall: float) -> Outages:
    """Return the periods in which the database may be unavailable, with the aftermath of each fault. `wall`: offset from
    monotonic time to the journal's time."""
    return [(each.began + wall, each.healed + wall + AFTERMATH_S) for each in struck if not each.kind.startswith(HARMLESS)]


def faults_of(record: AlarmRecord, outages: Outages, ended: float) -> Iterator[tuple[str, str]]:
    """Yield (check, case) for each fault. `ended`: end of the run, in the journal's time."""
    raised = Counter(events[0].state["about"]["seq"] for events in record.alarms.values())
    for seq in record.causes:
        if (times := raised[seq]) != 1:
            yield ("alarms lost" if times == 0 else "alarms doubled"), f"the sighting of event {seq} raised {times} alarms"
    for id, events in record.alarms.items():
        for check, case in _faults_of_alarm(events, outages, ended):
            yield check, f"alarm {id}: {case}"


def _faults_of_alarm(events: Sequence[AlarmEvent], outages: Outages, ended: float) -> Iterator[tuple[str, str]]:
    if events[0].type != "alarm.raised":
        yield "alarms doubled", f"{events[0].type} before it was raised"
    for before, after in pairwise(events):
        yield from _faults_of_order(before, after)
        yield from _faults_of_time(before, after, outages)
    due = _due(events[-1])
    if due is not None and _is_late(due, ended, outages):
        check = "promises never lapsed" if events[-1].is_taken else "alarms lost"
        yield check, f"what was due after {events[-1].type} never came"


def _faults_of_order(before: AlarmEvent, after: AlarmEvent) -> Iterator[tuple[str, str]]:
    """Yield (check, case) if `after` may not follow `before`, or has the wrong step or round."""
    if before.has_ended:
        yield "alarms doubled", f"{after.type} after it had ended"
    elif after.type == "alarm.lapsed" and not before.is_taken:
        yield "promises lapsed twice", "it lapsed, though nobody had it"
    elif after.type not in (WHILE_TAKEN if before.is_taken else WHILE_OPEN):
        yield "alarms doubled", f"{after.type} while {before.state['taken_by'] or 'nobody'} had it"
    old, new = _position(before), _position(after)
    if new != _next_position(after.type, *old):
        yield "alarms doubled", f"{after.type}: step and round {new} after {old}"


def _position(event: AlarmEvent) -> tuple[int, int]:
    return event.state["step"], event.state.get("round", 0)


def _next_position(type: str, step: int, round: int) -> tuple[int, int]:
    """Return the step and round that follow from an event of this type."""
    match type:
        case "alarm.escalated":
            return (step + 1, round) if step < LAST_STEP else (step, round + 1)
        case "alarm.lapsed":
            return -1, round + 1
        case "alarm.given_back":
            return 0, round + 1
    return step, round


def _faults_of_time(before: AlarmEvent, after: AlarmEvent, outages: Outages) -> Iterator[tuple[str, str]]:
    """Yield (check, case) if a step or the end of a promise came early or late, or was due before `after` and never came."""
    due, is_by_time = _due(before), after.type in BY_TIME
    if due is None:
        if is_by_time:
            yield "alarms doubled", f"{after.type}, though nothing was due"
        return
    late = after.at - due
    if is_by_time and late < -EARLY_S:
        yield "alarms late", f"{after.type} came {-late:.2f} s early"
    elif _is_late(due, after.at, outages):
        check = "alarms late" if is_by_time or not before.is_taken else "promises never lapsed"
        yield check, f"{after.type} came {late:.2f} s after something was due"


def _is_late(due: float, at: float, outages: Outages) -> bool:
    return at - due > LATE_S and at - due > LATE_S + outage_s(due, at, outages)


def _due(event: AlarmEvent) -> float | None:
    """Return when the next step is due, or when the promise ends, in the journal's time; None if nothing is due."""
    due = None if event.has_ended else event.state.get("until") if event.is_taken else event.state["next_at"]
    return datetime.fromisoformat(due).timestamp() if due is not None else None


def outage_s(since: float, until: float, outages: Outages) -> float:
    """Return the seconds of a period in which the database may have been unavailable."""
    total, reached = 0.0, since
    for began, healed in sorted(outages):
        ended = min(healed, until)
        if ended > reached:
            total += max(0.0, ended - max(began, reached))
            reached = ended
    return total


def summary(records: Sequence[AlarmRecord]) -> str:
    """Return the outcomes of the alarms, and the delays of their steps and lapses, as a sentence."""
    histories = [events for record in records for events in record.alarms.values()]
    counts = Counter(event.type for events in histories for event in events)
    pairs = [pair for events in histories for pair in pairwise(events) if pair[1].type in BY_TIME]
    late = sorted(after.at - due for before, after in pairs if (due := _due(before)) is not None)
    found = ", ".join(f"{counts[f'alarm.{type}']} {type.replace('_', ' ')}" for type in SUMMED_UP)
    steps = f"late by {late[len(late) // 2]:.2f} s (median), {late[-1]:.2f} s (most)" if late else "none"
    return f"{found}; {counts['alarm.escalated']} steps; steps and lapses {steps}"
