"""Significant events, as the contract lists them: nobody may take over a shift without having read them."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from board.engine import many_boards
from board.engine.event import JournalEvent
from models.entity import State

ASSURED = ("credible", "confirmed")
_SAYS: dict[str, Callable[[State], bool]] = {  # by type: whether the new state makes the event significant
    "search.opened": lambda state: True,
    "search.status_set": lambda state: True,
    "search.worrying_set": lambda state: True,
    "search.appeal_set": lambda state: True,
    "sighting.assessed": lambda state: state["assessment"] in ASSURED,
    "sighting.added": lambda state: bool(state["priority"] == "urgent"),
    "note.added": lambda state: bool(state["category"] == "decision"),
}
TYPES = tuple(_SAYS)


def is_significant(event: JournalEvent) -> bool:
    """Return whether an event is significant; False if its payload was erased."""
    state = event.payload().get("state") if event.type in _SAYS else None
    return state is not None and _SAYS[event.type](state)


def significant_events_after(session: Session, positions: Mapping[str, int]) -> dict[str, list[JournalEvent]]:
    """Return the significant events after each board's seq, in order; boards without one are left out."""
    found = many_boards.events_after(session, positions, TYPES)
    significant = {board: [event for event in events if is_significant(event)] for board, events in found.items()}
    return {board: events for board, events in significant.items() if events}
