"""Grave alarms of a period, from the journals of all boards."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from sqlmodel import Session

from board.commands.alarms import watch
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


def read(session: Session, period: Period, until: Seqs | None = None) -> list[Cause]:
    """Return the grave alarms of a period. `until`: boards to read, each up to a seq; None: all boards."""
    journals: dict[str, BoardEvents] = defaultdict(BoardEvents)
    for event in _up_to(_beginnings(session, period), until):
        journals[event.board].add(event)
    duties = Duties(_duties(session, period, until))
    boards = list(journals)
    return [cause for board in boards for cause in journals.pop(board).causes(session, board, duties, period, until)]


def _beginnings(session: Session, period: Period) -> Iterator[WatchedEvent]:
    """Yield the earlier events of alarms that are open when a period begins, and the first events of those raised in it."""
    yield from watched_events.open_entities(session, period.start, begun=RAISED, ended=ENDED, taken=TAKEN, repeated=ESCALATED)
    yield from watched_events.between(session, [RAISED], period.start, period.end)


class BoardEvents:
    """Events of a board that the watch needs: those of its grave alarms; looks at the sightings that these are about, and their
    reports to the police; and who saw the search."""

    def __init__(self) -> None:
        self._alarms: dict[str, list[AlarmEvent]] = defaultdict(list)
        self._follow_ups: dict[str, list[FollowUp]] = defaultdict(list)
        self._audiences: list[Audience] = []

    def add(self, event: WatchedEvent) -> None:
        """Add an event. Events of an entity are added in order."""
        known = self._alarms.get(event.entity)
        if known and event.type == ENDED:  # not decoded: a fifth of all events
            known.append(AlarmEvent(event.at, event.type, known[-1].state | {"ended_at": from_ms(event.at)}))
            return
        if event.type == watch.LOOKED_AT and event.body is not None:  # not decoded
            self._follow_ups[event.entity].append(FollowUp(event.at, event.type))
            return
        payload = event.payload()
        state = payload.get("state")
        if state is None:
            return
        if event.type in ACCESS:
            self._audiences.append(Audience(event.at, None if state["access"] == "desk" else frozenset(state["members"])))
        elif event.type == watch.PASSED_ON and state["passed_on"]:  # null: its undo
            self._follow_ups[event.entity].append(FollowUp(event.at, event.type))
        elif event.type not in AROUND and watch.is_grave(state):
            self._alarms[event.entity].append(AlarmEvent(event.at, event.type, state, payload.get("reason")))

    def causes(self, session: Session, board: str, duties: Duties, period: Period, until: Seqs | None) -> Iterator[Cause]:
        """Read the other events, and yield the grave alarms."""
        subjects = {events[0].state["about"]["id"] for events in self._alarms.values()}
        if not subjects:
            return
        types = [*AROUND, *(type for type in kinds.named(Alarm.KIND).events if type != RAISED)]
        others = watched_events.of_entities(session, board, {board, *subjects, *self._alarms}, types, period.start, period.end)
        for event in sorted(_up_to(others, until), key=lambda event: event.seq):
            self.add(event)
        if any(audience.members is not None for audience in self._audiences):
            duties = duties.among(self._audiences)
        for id, events in self._alarms.items():
            follow_ups = self._follow_ups.get(events[0].state["about"]["id"], ())
            yield watch.cause_of(board, id, events, follow_ups, duties, period)


def _duties(session: Session, period: Period, until: Seqs | None) -> Iterator[DutyEvent]:
    start, types = period.start - LONGEST_DUTY_MS - LATE_MS, kinds.named(Duty.KIND).events
    for event in _up_to(watched_events.between(session, types, start, period.end), until):
        if event.type == DUTY_ENDED:  # not decoded: a duty has the id of its account
            yield DutyEvent(event.at, event.entity, None)
        elif (state := event.state()) is not None:
            yield DutyEvent(event.at, state["account"], to_ms(state["until"]) if state["ended_at"] is None else None)


def _up_to(events: Iterable[WatchedEvent], until: Seqs | None) -> Iterator[WatchedEvent]:
    return iter(events) if until is None else (event for event in events if event.seq <= until.get(event.board, 0))
