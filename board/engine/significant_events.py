"""Significant events, as the contract lists them: nobody may take over a shift without having read them."""

from collections.abc import Mapping

from sqlmodel import Session

from board.engine import kinds, many_boards
from board.engine.event import JournalEvent

FIRST_WINDOW = 50  # events read at first to find the last significant one


def types() -> tuple[str, ...]:
    """Return the types of events that may be significant."""
    return tuple(type for type, spec in kinds.event_specs().items() if spec.is_significant is not None)


def is_significant(event: JournalEvent) -> bool:
    """Return whether an event is significant; False if its payload was erased."""
    spec = kinds.event_specs().get(event.type)
    if spec is None or spec.is_significant is None:
        return False
    state = event.payload().get("state")
    return state is not None and spec.is_significant(state)


def significant_events_after(session: Session, positions: Mapping[str, int]) -> dict[str, list[JournalEvent]]:
    """Return the significant events after each board's seq, in order; boards without one are left out."""
    found = many_boards.events_after(session, positions, types())
    significant = {board: [event for event in events if is_significant(event)] for board, events in found.items()}
    return {board: events for board, events in significant.items() if events}


def last_significant_events(session: Session, heads: Mapping[str, int], but: str = "") -> list[JournalEvent]:
    """Return the last significant event of each board up to its head, without those of the type `but`. Reads back from the
    heads, so that it costs the same after years."""
    last: dict[str, JournalEvent] = {}
    left, window = dict(heads), FIRST_WINDOW
    while left:
        found = significant_events_after(session, {board: max(seq - window, 0) for board, seq in left.items()})
        last |= {board: event for board, events in found.items() for event in events if event.type != but}
        left = {board: seq for board, seq in left.items() if board not in last and seq > window}
        window *= 4
    return list(last.values())
