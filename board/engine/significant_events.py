"""Significant events, which the contract lists. Everyone must read them before taking over a shift.

A significant event is valid while its state is still true: the event about a credible sighting stays in the history, but is no
longer valid once the sighting is ruled out or withdrawn.
"""

from collections.abc import Iterable, Mapping

from sqlmodel import Session, select

from board.engine import kinds, many_boards
from board.engine.conditions import holds
from board.engine.event import JournalEvent
from models.entity import State

FIRST_WINDOW = 50  # seqs in the first search for the last significant event
MAX_READ = 1_000  # newest events read per board: one account can write hundreds of thousands in a shift
BATCH_SIZE = 500  # cards per query


def types() -> tuple[str, ...]:
    """Return the types of events that can be significant."""
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
    """Return the significant events after each board's seq and up to `until`, in order. Reads the newest MAX_READ candidates of
    each board. Omits boards without a significant event."""
    candidates = many_boards.events_after(session, positions, types(), MAX_READ, until)
    significant = {board: [event for event in events if is_significant(event)] for board, events in candidates.items()}
    return {board: events for board, events in significant.items() if events}


def boards_with_news(session: Session, positions: Mapping[str, int]) -> set[str]:
    """Return the boards with a significant event after their seq, and the boards with MAX_READ candidates or more."""
    candidates = many_boards.events_after(session, positions, types(), MAX_READ)
    return {board for board, events in candidates.items() if len(events) == MAX_READ or any(map(is_significant, events))}


def last_significant_events(session: Session, heads: Mapping[str, int], except_type: str = "") -> list[JournalEvent]:
    """Return the last valid significant event of each board up to its head, without events of `except_type`. Considers the newest
    MAX_READ candidates. Reads backwards from the heads, so that the cost does not grow with the journals."""
    last: dict[str, JournalEvent] = {}
    remaining, window = dict(heads), FIRST_WINDOW
    while remaining:
        after = {board: max(seq - window, 0) for board, seq in remaining.items()}
        candidates = many_boards.events_after(session, after, types(), MAX_READ)
        last |= _last_valid(session, candidates, except_type)
        finished = last.keys() | {board for board, events in candidates.items() if len(events) == MAX_READ}
        remaining = {board: seq for board, seq in remaining.items() if board not in finished and seq > window}
        window *= 4
    return list(last.values())


def last_significant_events_after(
    session: Session, positions: Mapping[str, int], except_type: str = ""
) -> tuple[list[JournalEvent], set[str]]:
    """Return the last valid significant event after each board's seq, without events of `except_type`; and the boards without
    such an event in which an earlier significant event may have become invalid, or valid again."""
    revising_types = {type for type, spec in kinds.event_specs().items() if spec.revises}
    candidates = many_boards.events_after(session, positions, {*types(), *revising_types}, MAX_READ)
    last = _last_valid(session, candidates, except_type)
    revised = {board for board, events in candidates.items() if any(event.type in revising_types for event in events)}
    return list(last.values()), revised - last.keys()


def _last_valid(session: Session, candidates: Mapping[str, Iterable[JournalEvent]], except_type: str) -> dict[str, JournalEvent]:
    """Return the last valid significant event of each board among the candidates, without events of `except_type`."""
    events = [
        event
        for board_events in candidates.values()
        for event in board_events
        if event.type != except_type and is_significant(event)
    ]
    cards = _present_cards(session, events)
    return {event.board: event for event in events if _is_valid(event, cards)}


def _is_valid(event: JournalEvent, cards: Mapping[str, State]) -> bool:
    """Return whether the state of a significant event is still true. Always true for entities other than cards: their later
    events are significant too."""
    if not kinds.named(event.kind).is_card:
        return True
    state, condition = cards.get(event.entity), kinds.event_specs()[event.type].significant
    return state is not None and condition is not None and not state["withdrawn"] and holds(condition, state)


def _present_cards(session: Session, events: Iterable[JournalEvent]) -> dict[str, State]:
    """Return the current states of the cards of these events, by id."""
    ids: dict[str, set[str]] = {}
    for event in events:
        ids.setdefault(event.kind, set()).add(event.entity)
    states: dict[str, State] = {}
    for kind in filter(lambda kind: kind.is_card, map(kinds.named, ids)):
        card_ids = sorted(ids[kind.name])
        for start in range(0, len(card_ids), BATCH_SIZE):
            rows = session.exec(select(kind.model).where(kind.model.id.in_(card_ids[start : start + BATCH_SIZE])))  # type: ignore[attr-defined]
            states |= {row.id: row.state() for row in rows}
    return states
