"""First look at a sighting: a second person opened it, or anybody decided on it or made a task from it."""

from board.engine.event_writer import EventWriter
from models.sighting import FirstLook, Sighting


def record(writer: EventWriter, sighting: Sighting) -> None:
    """Record that the author looked at a sighting. No-op if it has left the queue `look`."""
    if sighting.queue == "look":
        looked_at = FirstLook(by=writer.account_id, at=writer.now).model_dump()
        writer.update(sighting, "sighting.looked_at", {"looked_at": looked_at}, conflicts=False)
