"""Positions of the searches in a signed handover, from the journal of `operations`.

A search is signed at the position up to which the signer has seen it; its alarms at its last event, so that none is left out.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from board.engine import journal
from models.board import OPERATIONS

Position = dict[str, Any]  # epoch, seq, head; alarms


def signed_positions(session: Session, before: int, seq: int) -> dict[str, Position]:
    """Return the position of each search in the handover that the event `seq` signed. Their events are between `before`, the
    position of `operations`, and that event."""
    events = journal.events_after(session, OPERATIONS, before, seq - before - 1)
    return {event.entity: event.payload()["state"]["position"] for event in events}


def alarm_seqs(positions: Mapping[str, Position]) -> dict[str, int]:
    """Return the seq of each board up to which its alarms count: that of the position itself if it has no other."""
    return {id: position.get("alarms") or position["seq"] for id, position in positions.items()}
