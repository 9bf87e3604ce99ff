"""Check of accepted handovers: each alarm of the outgoing coordinator must pass to the incoming one, unless it was kept. Pure:
journals in, sentences out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.tools.faults.alarms import AlarmEvent, AlarmRecord, CommandKey

NEAR_S = 2.0  # around an acceptance; within it, the order of events on two boards is unknown


class Acceptance(NamedTuple):
    """Accepted handover. `at`: time (seconds, wall clock)."""

    number: int
    at: float
    outgoing: str
    incoming: str
    command: CommandKey


@dataclass(slots=True)
class AcceptanceRecord:
    """Accepted handovers of one board's journal, and its alarms that the outgoing coordinator keeps in each."""

    accepted: list[Acceptance] = field(default_factory=list)
    choices: dict[int, list[tuple[float, frozenset[str]]]] = field(default_factory=dict)  # by handover: time and alarms, in order

    def note(self, event: Mapping[str, Any], at: float, account: str | None) -> None:
        """Record an event of the journal."""
        state = event["state"]
        if event["type"] == "handover.accepted":
            command = account, event["command"]
            self.accepted.append(Acceptance(state["number"], at, state["outgoing"], state["ended_by"], command))
        elif event["kind"] == "briefing":
            self.choices.setdefault(state["handover"], []).append((at, frozenset(state.get("kept") or ())))

    def kept(self, acceptance: Acceptance) -> frozenset[str]:
        """Return the alarms that were kept when a handover was accepted. Ignores later choices: preparing the next handover
        clears them."""
        earlier = [ids for at, ids in self.choices.get(acceptance.number, ()) if at <= acceptance.at]
        return earlier[-1] if earlier else frozenset()


def faults_of(accepted: Sequence[Acceptance], board: AcceptanceRecord, alarms: AlarmRecord) -> Iterator[tuple[str, str]]:
    """Yield (check, case) for each alarm of a search that should have passed to the person who accepted a handover."""
    for acceptance in accepted:
        kept = board.kept(acceptance)
        for id, events in alarms.alarms.items():
            if id not in kept and (case := _fault_of(events, acceptance)):
                yield "alarms forgotten", f"alarm {id}, handover {acceptance.number}: {case}"


def _fault_of(events: Sequence[AlarmEvent], acceptance: Acceptance) -> str:
    moved = [event for event in events if event.command == acceptance.command]
    if moved:
        return "" if moved[-1].state["taken_by"] == acceptance.incoming else f"{moved[-1].state['taken_by']} has it"
    earlier = [event for event in events if event.at <= acceptance.at - NEAR_S]
    near = [event for event in events if abs(event.at - acceptance.at) < NEAR_S]
    is_forgotten = bool(earlier) and all(_has(acceptance.outgoing, event) for event in [earlier[-1], *near])
    return f"it stayed with {acceptance.outgoing}" if is_forgotten else ""


def _has(account: str, event: AlarmEvent) -> bool:
    return event.state["taken_by"] == account and not event.has_ended


def summary(accepted: Sequence[Acceptance], alarms: Sequence[AlarmRecord]) -> str:
    """Return the numbers of accepted handovers, and of alarms that passed on with them, as a sentence."""
    commands = {acceptance.command for acceptance in accepted}
    moved = {(id, event.command) for record in alarms for id, events in record.alarms.items() for event in events}
    return f"{len(accepted)} accepted, {sum(command in commands for _, command in moved)} alarms passed on"
