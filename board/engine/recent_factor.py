"""Step-up: what discloses or changes most asks people to prove their identity again, ten minutes after the last time."""

from datetime import timedelta

from board.engine.identity import Caller
from board.errors import Refused
from models.times import format_utc, now

MAX_AGE = timedelta(minutes=10)  # of the last factor


def is_recent(caller: Caller) -> bool:
    """Return whether the person proved their identity lately. Programs with a token are not asked."""
    return caller.session is None or (caller.factor_at is not None and caller.factor_at > format_utc(now() - MAX_AGE))


def require_recent_factor(caller: Caller) -> None:
    """Raise Refused `step_up` if the person must prove their identity again."""
    if not is_recent(caller):
        raise Refused("step_up")
