"""Significant events, as the contract lists them: nobody may take over a shift without having read them. One holds while what it
says is still so: a sighting that was ruled out or withdrawn is credible no more, though the event stays in the history."""

from collections.abc import Iterable, Mapping

from sqlmodel import Session, select

from board.engine import kinds, many_boards
from board.engine.conditions import holds
from board.engine.event import JournalEvent
from models.entity import State

FIRST_WINDOW = 50  # events read at first to find the last significant one
MAX_READ = 1_000  # events of a board that are read at once, the newest: one account may write hundreds of thousands in a shift
BATCH_SIZE = 500  # cards in a query


def types() -> tuple[str, ...]:
    """Return the types of events that may be significant."""
    return tuple(type for type, spec in kinds.event_specs().items() if spec.significant is not None)


def is_significant(event: JournalEvent) -> bool:
    """Return whether an event is significant; False if its payload was erased."""
    spec = kinds.event_specs().get(event.type)
    if spec is None or spec.significant is None:
        return False
    state = event.payload().get("state")
    return state is not None and holds(spec.significant, state)


def significant_events_after(
    session: Session, positions: Mapping[str, int], until: Mapping[str, int] | None = None
) -> dict[str, list[JournalEvent]]:
    """Return the significant events after each board's seq and up to `until`, in order, of the newest MAX_READ that may be;
    boards without one are left out."""
    found = many_boards.events_after(session, positions, types(), MAX_READ, until)
    significant = {board: [event for event in events if is_significant(event)] for board, events in found.items()}
    return {board: events for board, events in significant.items() if events}


def boards_with_news(session: Session, positions: Mapping[str, int]) -> set[str]:
    """Return the boards with a significant event after their seq, and those with so many that may be that not all were read."""
    found = many_boards.events_after(session, positions, types(), MAX_READ)
    return {board for board, events in found.items() if len(events) == MAX_READ or any(map(is_significant, events))}


def last_significant_events(session: Session, heads: Mapping[str, int], but: str = "") -> list[JournalEvent]:
    """Return the last significant event of each board up to its head that holds, without those of the type `but`: of the newest
    MAX_READ that may be. Reads back from the heads, so that it costs the same after years."""
    last: dict[str, JournalEvent] = {}
    left, window = dict(heads), FIRST_WINDOW
    while left:
        after = {board: max(seq - window, 0) for board, seq in left.items()}
        found = many_boards.events_after(session, after, types(), MAX_READ)
        last |= _last_that_hold(session, found, but)
        read = last.keys() | {board for board, events in found.items() if len(events) == MAX_READ}
        left = {board: seq for board, seq in left.items() if board not in read and seq > window}
        window *= 4
    return list(last.values())


def last_significant_events_after(
    session: Session, positions: Mapping[str, int], but: str = ""
) -> tuple[list[JournalEvent], set[str]]:
    """Return the last significant event after each board's seq that holds, and the boards without one whose earlier events may
    no longer hold, or hold again."""
    revising = {type for type, spec in kinds.event_specs().items() if spec.revises}
    found = many_boards.events_after(session, positions, {*types(), *revising}, MAX_READ)
    last = _last_that_hold(session, found, but)
    revised = {board for board, events in found.items() if any(event.type in revising for event in events)}
    return list(last.values()), revised - last.keys()


def _last_that_hold(session: Session, found: Mapping[str, Iterable[JournalEvent]], but: str) -> dict[str, JournalEvent]:
    """Return the last significant event of each board that holds, of those found, without those of the type `but`."""
    events = [event for each in found.values() for event in each if event.type != but and is_significant(event)]
    cards = _present_cards(session, events)
    return {event.board: event for event in events if _holds(event, cards)}


def _holds(event: JournalEvent, cards: Mapping[str, State]) -> bool:
    """Return whether what a significant event says is still so. What is no card changes by events that are significant too."""
    if not kinds.named(event.kind).is_card:
        return True
    state, condition = cards.get(event.entity), kinds.event_specs()[event.type].significant
    return state is not None and condition is not None and not state["withdrawn"] and holds(condition, state)


def _present_cards(session: Session, events: Iterable[JournalEvent]) -> dict[str, State]:
    """Return the present states of the cards that these events are about, by id."""
    ids: dict[str, set[str]] = {}
    for event in events:
        ids.setdefault(event.kind, set()).add(event.entity)
    found: dict[str, State] = {}
    for kind in filter(lambda each: each.is_card, map(kinds.named, ids)):
        wanted = sorted(ids[kind.name])
        for start in range(0, len(wanted), BATCH_SIZE):
            rows = session.exec(select(kind.model).where(kind.model.id.in_(wanted[start : start + BATCH_SIZE])))  # type: ignore[attr-defined]
            found |= {row.id: row.state() for row in rows}
    return found
