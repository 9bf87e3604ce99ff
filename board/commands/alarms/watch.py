"""Watch of grave alarms: at every moment, somebody had the alarm, or somebody on duty was asked, or it was unwatched.

All figures are computed from events of the journal alone, so they are the same later and in every process. Times are in
milliseconds since 1970. A period excludes its end, and nothing after it counts.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Literal, NamedTuple

from board.commands.alarms.watch_presence import LATE_MS, Duties
from board.config.alarm_rules import GRAVE, MAX_GRAVE_WAIT_MIN
from models.entity import State
from models.times import to_ms

ASKED_MS = MAX_GRAVE_WAIT_MIN * 60_000 + LATE_MS  # after a step, until the next one is overdue
LAPSED = "alarm.lapsed"
LOOKED_AT, PASSED_ON = "sighting.looked_at", "sighting.passed_on"
URGENT, CREDIBLE = "sighting_urgent", "sighting_credible"
_NOBODY: State = {"taken_by": None, "taken_at": None, "until": None, "asked": [], "everybody": False, "asked_on_duty": False}

Phase = Literal["asked", "held", "unwatched"]
Outcome = Literal["kept", "lapsed", "returned", "open"]
WaitName = Literal["looked_at", "taken", "passed_on"]


class Period(NamedTuple):
    start: int
    end: int


class AlarmEvent(NamedTuple):
    """Event of an alarm. `note`: reason that its author gave."""

    at: int
    type: str
    state: State
    note: str | None = None


class FollowUp(NamedTuple):
    """Event of the sighting that an alarm is about."""

    at: int
    type: str


class Span(NamedTuple):
    """Part of a period with one phase."""

    phase: Phase
    start: int
    end: int


class Wait(NamedTuple):
    """Wait for a person. `end`: None if it lasts longer than the period."""

    start: int
    end: int | None


@dataclass(slots=True)
class Promise:
    """Promise of an account.

    `extensions`: number of extensions in the period.
    `note`: reason given for the last extension.
    `outcome`: `kept` if the alarm ended in time; `returned` if it was handed on, released or undone in time; `open` if the
    promise lasts longer than the period.
    """

    account: str
    since: int
    until: str | None
    count: int
    extensions: int = 0
    note: str | None = None
    outcome: Outcome = "open"
    ended: int | None = None


@dataclass(slots=True)
class Cause:
    """Grave alarm in a period.

    `ended`: None if it was open at the end of the period.
    `taken`: waits in which nobody had it, without their part before the period.
    """

    board: str
    id: str
    about: State
    rule: str
    occasion: str
    raised: int
    ended: int | None
    spans: list[Span]
    promises: list[Promise]
    taken: list[Wait]
    looked_at: list[Wait] = field(default_factory=list)
    passed_on: list[Wait] = field(default_factory=list)
    unwatched_ms: int = field(init=False)

    def __post_init__(self) -> None:
        self.unwatched_ms = sum(span.end - span.start for span in self.spans if span.phase == "unwatched")

    def following(self, promise: Promise) -> Promise | None:
        """Return the next promise in the period; None if there is none."""
        return next((other for other in self.promises if other.since > promise.since), None)

    def unwatched_after(self, promise: Promise) -> int:
        """Return the unwatched milliseconds between a promise and the next one."""
        start, following = promise.ended, self.following(promise)
        spans = [span for span in self.spans if span.phase == "unwatched" and start is not None and span.start >= start]
        return sum(span.end - span.start for span in spans if following is None or span.start < following.since)


def is_grave(state: State) -> bool:
    """Return whether an alarm's occasion is grave. Its rule does not decide, because rules can change and no journal has them."""
    return state.get("occasion") in GRAVE


def cause_of(
    board: str, id: str, events: Sequence[AlarmEvent], follow_ups: Collection[FollowUp], duties: Duties, period: Period
) -> Cause:
    """Return a grave alarm in a period. `events`: its events in order; those before somebody last took it before the period can
    be missing."""
    state = events[-1].state
    raised, ended = to_ms(state["raised_at"]), events[-1].at if state["ended_at"] is not None else None
    events = list(_with_lapses(events, period.end))
    cause = Cause(
        board, id, state["about"], state["rule"], state["occasion"], raised, ended, _merged(_spans(events, duties, period)),
        [promise for promise in _promises(events, period) if promise.ended is None or promise.ended > period.start],
        _cut(period, _within(period, _waits(events))),
    )  # fmt: skip
    cause.looked_at = _looked_at(cause, follow_ups, period)
    return reported(cause, follow_ups, period)


def reported(cause: Cause, follow_ups: Collection[FollowUp], period: Period) -> Cause:
    """Return a cause with the wait for its report to the police. A report after its end does not count."""
    if cause.occasion != CREDIBLE:
        return cause
    reports = [
        event.at for event in follow_ups if event.type == PASSED_ON and cause.raised <= event.at <= (cause.ended or event.at)
    ]
    waits = [Wait(cause.raised, min(reports, default=None))] if reports or cause.ended is None else []
    return replace(cause, passed_on=_within(period, waits))


def _looked_at(cause: Cause, follow_ups: Collection[FollowUp], period: Period) -> list[Wait]:
    looks = [event.at for event in follow_ups if event.type == LOOKED_AT]
    if cause.occasion != URGENT or any(at < cause.raised for at in looks):
        return []
    looks += [cause.ended] if cause.ended is not None else []
    return _within(period, [Wait(cause.raised, min(looks, default=None))])


def _with_lapses(events: Sequence[AlarmEvent], end: int) -> Iterator[AlarmEvent]:
    """Yield the events, and a lapse at the end of each promise that no event ended in time because the server was down."""
    for event, following in zip_longest(events, events[1:]):
        yield event
        until = event.state.get("until")  # journals from before promises lack it
        if until is None or _holder(event.state) is None:
            continue
        over = to_ms(until) + LATE_MS
        if over < (end if following is None else following.at):
            yield AlarmEvent(max(over, event.at), LAPSED, event.state | _NOBODY)


def _holder(state: State) -> tuple[str, str] | None:
    """Return who has an alarm, and since when; None if nobody does, or it has ended."""
    return (state["taken_by"], state["taken_at"]) if state["taken_by"] is not None and state["ended_at"] is None else None


def _spans(events: Sequence[AlarmEvent], duties: Duties, period: Period) -> Iterator[Span]:
    for event, following in zip_longest(events, events[1:]):
        start, end = max(event.at, period.start), min(following.at if following is not None else period.end, period.end)
        if start >= end or event.state["ended_at"] is not None:
            continue
        if event.state["taken_by"] is not None:
            yield Span("held", start, end)
            continue
        overdue = max(start, min(end, event.at + ASKED_MS))
        for step_start, step_end, present in duties.steps(start, overdue):
            yield Span("asked" if _asks(event.state, present) else "unwatched", step_start, step_end)
        yield Span("unwatched", overdue, end)


def _asks(state: State, present: frozenset[str]) -> bool:
    """Return whether an alarm that nobody has asks one of the accounts on duty: by name, or as one of all accounts that did not
    cause it."""
    asks_all = state["everybody"] or state.get("asked_on_duty", False)
    asked = present.intersection(state["asked"]) | (present - {state.get("caused_by")} if asks_all else frozenset())
    return bool(asked - set(state["handed_on"]))


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].phase == span.phase and merged[-1].end == span.start:
            merged[-1] = Span(span.phase, merged[-1].start, span.end)
        elif span.start < span.end:
            merged.append(span)
    return merged


def _promises(events: Iterable[AlarmEvent], period: Period) -> Iterator[Promise]:
    promise: Promise | None = None
    holder: tuple[str, str] | None = None
    for event in events:
        state, former = event.state, holder
        holder = _holder(state)
        if promise is not None and holder != former:
            promise.outcome, promise.ended = _outcome(event), event.at
            yield promise
            promise = None
        if holder is None:
            continue
        count = state.get("promises", 1)
        if promise is None:
            promise = Promise(holder[0], event.at, state.get("until"), count)
        elif count != promise.count and event.at >= period.start:  # an extension, or its undo
            promise.extensions = max(0, promise.extensions + count - promise.count)
            promise.note = event.note if promise.extensions else None
        promise.until, promise.count = state.get("until"), count
    if promise is not None:
        yield promise


def _outcome(event: AlarmEvent) -> Outcome:
    if event.state["ended_at"] is not None:
        return "kept"
    return "lapsed" if event.type == LAPSED else "returned"


def _waits(events: Iterable[AlarmEvent]) -> Iterator[Wait]:
    since = None
    for event in events:
        is_waiting = event.state["taken_by"] is None and event.state["ended_at"] is None
        if is_waiting and since is None:
            since = event.at
        elif not is_waiting and since is not None:
            yield Wait(since, event.at)
            since = None
    if since is not None:
        yield Wait(since, None)


def _within(period: Period, waits: Iterable[Wait]) -> list[Wait]:
    """Return the waits that had not ended when the period began."""
    return [wait for wait in waits if wait.end is None or wait.end > period.start]


def _cut(period: Period, waits: Iterable[Wait]) -> list[Wait]:
    """Return the waits without their part before the period. `unwatched_ms` is cut in the same way, so they can be compared."""
    return [Wait(max(wait.start, period.start), wait.end) for wait in waits]


class Times(NamedTuple):
    """Statistics of waits in milliseconds (percentiles by nearest rank), and the cause with the longest wait."""

    number: int
    median: int
    p95: int
    longest: int
    cause: Cause


def times(causes: Iterable[Cause], name: WaitName, period: Period) -> Times | None:
    """Return the statistics of all waits, or None if there are none. A wait that outlasts the period counts up to its end."""
    lengths = [
        ((period.end if wait.end is None else wait.end) - wait.start, cause) for cause in causes for wait in getattr(cause, name)
    ]
    if not lengths:
        return None
    lengths.sort(key=lambda pair: pair[0])
    longest, cause = lengths[-1]
    return Times(len(lengths), _ranked(lengths, 50)[0], _ranked(lengths, 95)[0], longest, cause)


def _ranked(lengths: Sequence[tuple[int, Cause]], percent: int) -> tuple[int, Cause]:
    return lengths[-(-len(lengths) * percent // 100) - 1]


def seconds(ms: int) -> int:
    """Return milliseconds as seconds, rounded up, so that nothing above zero is shown as zero."""
    return -(-ms // 1000)
