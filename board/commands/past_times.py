"""Times that must not be in the future."""

from datetime import timedelta

from board.config import sentences
from board.engine.event_writer import EventWriter
from board.errors import invalid
from models.times import parse_utc

MAX_CLOCK_SKEW = timedelta(minutes=5)  # tolerated difference if a client's clock is ahead


def check(writer: EventWriter, name: str, at: str) -> None:
    """Raise Refused `invalid` for the field `name` if its time is in the future. If the journal is ahead of the clock, the time
    of its last event counts as now."""
    if parse_utc(at) > parse_utc(max(writer.now, writer.board.at)) + MAX_CLOCK_SKEW:
        raise invalid(name, sentences.FUTURE)
