"""Grave alarms of a period, from the journals of all boards."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from sqlmodel import Session

from board.commands.alarms import watch
from board.commands.alarms.settled_causes import SettledCauses
from board.commands.alarms.watch import AlarmEvent, Cause, FollowUp, Period
from board.commands.alarms.watch_presence import LATE_MS, Audience, Duties, DutyEvent
from board.engine import kinds, watched_events
from board.engine.watched_events import WatchedEvent
from models.alarm import Alarm
from models.duty import Duty
from models.times import from_ms, to_ms

RAISED, TAKEN, ESCALATED, ENDED = "alarm.raised", "alarm.taken", "alarm.escalated", "alarm.ended"
ACCESS = ("search.opened", "search.access_set")
AROUND = (watch.LOOKED_AT, watch.PASSED_ON, *ACCESS)
DUTY_ENDED = "duty.ended"
LONGEST_DUTY_MS = 24 * 3_600_000  # from an event of a duty to its end, see `duty.begin`

Seqs = Mapping[str, int]
_raised_payload = lru_cache(4_096)(WatchedEvent.payload)  # most alarms are not grave: they are decoded only to be skipped


def read(session: Session, period: Period, until: Seqs | None = None) -> list[Cause]:
    """Return the grave alarms of a period. `until`: boards to read, each up to a seq, without the cache; None: all boards, with
    the causes that earlier calls cached."""
    duties = Duties(_duties(session, period, until))
    ends = watched_events.hashes(session, ENDED, period.start, period.end) if until is None else ()
    settled = SettledCauses(ends, duties, period)
    journals: dict[str, BoardEvents] = {}
    for event in _up_to(_beginnings(session, period), until):
        journals.setdefault(event.board, BoardEvents(event.board, settled)).begin(event)
    boards = list(journals)
    return [cause for board in boards for cause in journals.pop(board).causes(session, duties, period, until)]


def _beginnings(session: Session, period: Period) -> Iterator[WatchedEvent]:
    """Yield the earlier events of alarms that are open when a period begins, and the first events of those raised in it."""
    yield from watched_events.open_entities(session, period.start, begun=RAISED, ended=ENDED, taken=TAKEN, repeated=ESCALATED)
    yield from watched_events.between(session, [RAISED], period.start, period.end)


class BoardEvents:
    """Events of a board that the watch needs: those of its grave alarms, the first looks at their sightings and the reports of
    these to the police, and changes of access to the search. `settled`: cached causes, whose events are not needed."""

    def __init__(self, board: str, settled: SettledCauses) -> None:
        self._board, self._settled = board, settled
        self._kept: dict[str, Cause] = {}
        self._alarms: dict[str, list[AlarmEvent]] = defaultdict(list)  # in order; empty for kept causes
        self._follow_ups: dict[str, list[FollowUp]] = defaultdict(list)
        self._audiences: list[Audience] = []

    def begin(self, event: WatchedEvent) -> None:
        """Add one of the first events of an alarm, or its cached cause."""
        cause = self._settled.find(event.entity, event.at)
        if cause is None:
            self.add(event)
        else:
            self._alarms[event.entity], self._kept[event.entity] = [], cause

    def add(self, event: WatchedEvent) -> None:
        """Add an event. Events of an entity are added in order."""
        known = self._alarms.get(event.entity)
        if known and event.type == ENDED:  # not decoded: a fifth of all events
            known.append(AlarmEvent(event.at, event.type, known[-1].state | {"ended_at": from_ms(event.at)}))
            return
        if event.type == watch.LOOKED_AT and event.body is not None:  # not decoded
            self._follow_ups[event.entity].append(FollowUp(event.at, event.type))
            return
        payload = _raised_payload(event) if event.type == RAISED else event.payload()
        state = payload.get("state")
        if state is None:
            return
        if event.type in ACCESS:
            self._audiences.append(Audience(event.at, None if state["access"] == "desk" else frozenset(state["members"])))
        elif event.type == watch.PASSED_ON and state["passed_on"]:  # null if the report was undone
            self._follow_ups[event.entity].append(FollowUp(event.at, event.type))
        elif event.type not in AROUND and watch.is_grave(state):
            self._alarms[event.entity].append(AlarmEvent(event.at, event.type, state, payload.get("reason")))

    def causes(self, session: Session, duties: Duties, period: Period, until: Seqs | None) -> Iterator[Cause]:
        """Read the other events, and yield the grave alarms."""
        self._read_others(session, period, until)
        if any(audience.members is not None for audience in self._audiences):
            duties = duties.among(self._audiences)
        for id, events in self._alarms.items():
            cause = self._kept.get(id) or self._settle(id, events, duties, period)
            yield watch.reported(cause, self._follow_ups.get(cause.about["id"], ()), period)

    def _read_others(self, session: Session, period: Period, until: Seqs | None) -> None:
        alarms = {id: events[0].state["about"]["id"] for id, events in self._alarms.items() if events}
        reported = {cause.about["id"] for cause in self._kept.values() if cause.occasion == watch.CREDIBLE}
        if not alarms and not reported:
            return
        ids = {self._board, *alarms, *alarms.values(), *reported}
        types = [*AROUND, *(type for type in kinds.named(Alarm.KIND).events if type != RAISED)]
        others = watched_events.of_entities(session, self._board, ids, types, period.start, period.end)
        for event in sorted(_up_to(others, until), key=lambda event: event.seq):
            self.add(event)

    def _settle(self, id: str, events: list[AlarmEvent], duties: Duties, period: Period) -> Cause:
        """Compute a cause, and cache it if its alarm began and ended in the period."""
        follow_ups = self._follow_ups.get(events[0].state["about"]["id"], ())
        cause = watch.cause_of(self._board, id, events, follow_ups, duties, period)
        self._settled.keep(cause, events[0].at)
        return cause


def _duties(session: Session, period: Period, until: Seqs | None) -> Iterator[DutyEvent]:
    start, types = period.start - LONGEST_DUTY_MS - LATE_MS, kinds.named(Duty.KIND).events
    changes = map(_duty_event, _up_to(watched_events.between(session, types, start, period.end), until))
    return (change for change in changes if change is not None)


@lru_cache(8_192)
def _duty_event(event: WatchedEvent) -> DutyEvent | None:
    if event.type == DUTY_ENDED:  # not decoded: a duty has the id of its account
        return DutyEvent(event.at, event.entity, None)
    state = event.state()
    if state is None:
        return None
    return DutyEvent(event.at, state["account"], to_ms(state["until"]) if state["ended_at"] is None else None)


def _up_to(events: Iterable[WatchedEvent], until: Seqs | None) -> Iterator[WatchedEvent]:
    return iter(events) if until is None else (event for event in events if event.seq <= until.get(event.board, 0))
