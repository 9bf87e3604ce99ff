"""Check of accepted handovers: the alarms that the outgoing coordinator had are with the incoming one. Pure: journals in,
sentences out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.tools.faults.alarms import AlarmEvent, AlarmRecord, CommandKey

NEAR_S = 2.0  # before and after an acceptance: the times of two boards do not say which of two events was first


class Acceptance(NamedTuple):
    """Accepted handover: its number, its time (seconds, wall clock), both coordinators, and the command."""

    number: int
    at: float
    outgoing: str
    incoming: str
    command: CommandKey


@dataclass(slots=True)
class AcceptanceRecord:
    """Accepted handovers, and the alarms of one board that are kept in each."""

    accepted: list[Acceptance] = field(default_factory=list)
    choices: dict[int, list[tuple[float, frozenset[str]]]] = field(default_factory=dict)  # by handover, with times, in order

    def note(self, event: Mapping[str, Any], at: float, account: str | None) -> None:
        """Note an event of the journal."""
        state = event["state"]
        if event["type"] == "handover.accepted":
            command = account, event["command"]
            self.accepted.append(Acceptance(state["number"], at, state["outgoing"], state["ended_by"], command))
        elif event["kind"] == "briefing":
            self.choices.setdefault(state["handover"], []).append((at, frozenset(state.get("kept") or ())))

    def kept(self, acceptance: Acceptance) -> frozenset[str]:
        """Return the alarms that were kept when a handover was accepted: preparing the next one clears the choice."""
        earlier = [ids for at, ids in self.choices.get(acceptance.number, ()) if at <= acceptance.at]
        return earlier[-1] if earlier else frozenset()


def faults_of(accepted: Sequence[Acceptance], board: AcceptanceRecord, alarms: AlarmRecord) -> Iterator[tuple[str, str]]:
    """Yield the alarms of a search that did not pass to the person who accepted a handover."""
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
    """Return how many handovers were accepted, and how many alarms passed with them."""
    commands = {acceptance.command for acceptance in accepted}
    moved = {(id, event.command) for record in alarms for id, events in record.alarms.items() for event in events}
    return f"{len(accepted)} accepted, {sum(command in commands for _, command in moved)} alarms passed on"
