"""Times that may not be in the future."""

from datetime import timedelta

from board.engine.event_writer import EventWriter
from board.errors import invalid
from board.i18n import N_
from models.times import parse_utc

MAX_CLOCK_SKEW = timedelta(minutes=5)  # tolerated difference if a client's clock is ahead


def check(writer: EventWriter, name: str, at: str) -> None:
    """Check that the time of a field is not in the future. Raises Refused `invalid`. If the journal is ahead of the clock, the
    journal counts."""
    if parse_utc(at) > parse_utc(max(writer.now, writer.board.at)) + MAX_CLOCK_SKEW:
        raise invalid(name, N_("This is in the future."))
