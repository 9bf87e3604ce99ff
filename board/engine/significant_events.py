"""What nobody may take over a shift without having read: the contract's list of significant events, in one place."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from board.engine import many_boards
from board.engine.event import JournalEvent
from models.entity import State

ASSURED = ("credible", "confirmed")
_SAYS: dict[str, Callable[[State], bool]] = {  # by type: whether what is true now makes it significant
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
    """Whether an event is; of one that was erased nobody can say so any more."""
    state = event.payload().get("state") if event.type in _SAYS else None
    return state is not None and _SAYS[event.type](state)


def significant_events_after(session: Session, positions: Mapping[str, int]) -> dict[str, list[JournalEvent]]:
    """The significant events after a seq of each of these boards, in order; boards without one are left out."""
    found = many_boards.events_after(session, positions, TYPES)
    significant = {board: [event for event in events if is_significant(event)] for board, events in found.items()}
    return {board: events for board, events in significant.items() if events}
