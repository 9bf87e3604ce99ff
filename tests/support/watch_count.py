"""Independent count of the watch in small steps, without spans. All times of its events must be multiples of its step."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from board.commands.alarms.watch import AlarmEvent, Cause, Period, Wait
from board.commands.alarms.watch_presence import Audience, DutyEvent
from models.times import to_ms

LATE_MS, ASKED_MS = 10_000, 15 * 60_000 + 10_000


@dataclass
class Count:
    """Count over a period of one alarm, with the duties of everybody and the audiences of its board."""

    events: Sequence[AlarmEvent]
    duties: Sequence[DutyEvent]
    period: Period
    step: int
    audiences: Sequence[Audience] = ()

    def check(self, cause: Cause) -> None:
        """Compare the product's result with this count."""
        counted = Counter(map(self.phase, range(self.period.start, self.period.end, self.step)))
        lengths = Counter[str | None]()
        for span in cause.spans:
            lengths[span.phase] += (span.end - span.start) // self.step
        assert lengths == Counter({name: count for name, count in counted.items() if name is not None})
        assert cause.unwatched_ms == counted["unwatched"] * self.step
        assert list(_lengths(cause.taken, self.period.end)) == self.waits()
        promises = [promise for promise in cause.promises if promise.ended != promise.since]
        assert Counter(promise.outcome for promise in promises) == self.outcomes()

    def phase(self, at: int) -> str | None:
        """Return the phase of the alarm at a moment; None before and after it."""
        before = [event for event in self.events if event.at <= at]
        if not before or before[-1].state["ended_at"] is not None:
            return None
        last = before[-1].state
        if last["taken_by"] is not None:
            return "held" if at < to_ms(last["until"]) + LATE_MS else "unwatched"
        on_duty = self.present(at) - {*last["handed_on"]}
        others = on_duty - {last.get("caused_by")} if last["everybody"] or last["asked_on_duty"] else set()
        is_asked = others or on_duty & {*last["asked"]}
        return "asked" if is_asked and at < before[-1].at + ASKED_MS else "unwatched"

    def present(self, at: int) -> set[str]:
        """Return the accounts that are on duty and can see the board at a moment."""
        last = {event.account: event for event in self.duties if event.at <= at}
        found = {account for account, event in last.items() if event.until is not None and at < event.until + LATE_MS}
        members = [audience.members for audience in self.audiences if audience.at <= at][-1:]
        return found & members[0] if members and members[0] is not None else found

    def holder(self, at: int) -> Any:
        """Return the promise at a moment; "open" if nobody has the alarm, None if the alarm does not exist."""
        before = [event.state for event in self.events if event.at <= at]
        if not before or before[-1]["ended_at"] is not None:
            return None
        is_held = before[-1]["taken_by"] is not None and at < to_ms(before[-1]["until"]) + LATE_MS
        return before[-1]["taken_at"] if is_held else "open"

    def runs(self) -> Iterator[tuple[Any, int, int]]:
        """Yield each holder with the start and end of each run of steps, up to the end of the period."""
        run, start = None, self.events[0].at
        for at in range(start, self.period.end, self.step):
            if (now := self.holder(at)) != run or (run == "open" and self.is_interrupted(at)):
                yield run, start, at
                run, start = now, at
        yield run, start, self.period.end

    def is_interrupted(self, at: int) -> bool:
        """Return True if somebody had the alarm at a moment for less than a step."""
        return any(event.at == at and event.state["taken_by"] is not None for event in self.events)

    def waits(self) -> list[int]:
        start = self.period.start
        return [end - max(begun, start) for run, begun, end in self.runs() if run == "open" and end > start]

    def outcomes(self) -> Counter[str]:
        counts = Counter[str]()
        for run, _, end in self.runs():
            if run in (None, "open") or end <= self.period.start:
                continue
            over = [event for event in self.events if event.at == end and event.state["taken_at"] != run]
            over += [event for event in self.events if event.at == end and event.state["ended_at"] is not None]
            first = min(over, key=self.events.index, default=None)
            is_lapsed, is_kept = first is None or first.type == "alarm.lapsed", first is not None and first.state["ended_at"]
            is_open = end == self.period.end
            counts["open" if is_open else "lapsed" if is_lapsed else "kept" if is_kept else "returned"] += 1
        return counts


def _lengths(waits: Iterable[Wait], end: int) -> Iterator[int]:
    """Yield the lengths of waits, without those shorter than a step."""
    return (length for wait in waits if (length := (end if wait.end is None else wait.end) - wait.start))


def known(events: Collection[AlarmEvent], period: Period) -> list[AlarmEvent]:
    """Return the events before the end of a period."""
    return [event for event in events if event.at < period.end]
