"""Positions of the searches in a signed handover, from the journal of `operations`."""

from typing import Any

from sqlmodel import Session

from board.engine import journal
from models.board import OPERATIONS

Position = dict[str, Any]  # epoch, seq, head


def signed_positions(session: Session, before: int, seq: int) -> dict[str, Position]:
    """Return the position of each search in the handover that the event `seq` signed. Their events are between `before`, the
    position of `operations`, and that event."""
    events = journal.events_after(session, OPERATIONS, before, seq - before - 1)
    return {event.entity: event.payload()["state"]["position"] for event in events}
