"""Beginning of the period that the next handover covers. Signed handovers leave no gap: they include the time between a
signature and its acceptance, and shifts that somebody took without a handover."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlmodel import Session

from board.engine import event_queries
from board.engine.event import JournalEvent
from models.board import OPERATIONS
from models.handover import Handover, Shift

ACCEPTED = "handover.accepted"


class Beginning(NamedTuple):
    """Time, and position of `operations` at that time."""

    at: str
    seq: int


def beginning(session: Session, shift: Shift) -> Beginning:
    """Return the signature of the last accepted handover. Before the first one, the beginning of the shift."""
    session.flush()
    accepted = next((event for event in handover_events(session) if event.type == ACCEPTED), None)
    if accepted is None:
        return Beginning(shift.since, shift.seq)
    state = accepted.payload()["state"]
    return Beginning(state["signed_at"], state["position"]["seq"])


def handover_events(session: Session) -> Iterator[JournalEvent]:
    """Yield the events of handovers, newest first, except changes of their texts."""
    return event_queries.newest_first(session, OPERATIONS, Handover.KIND, OPERATIONS, except_type="handover.written")
