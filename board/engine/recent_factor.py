"""Step-up: the most sensitive requests require that the person proved their identity in the last ten minutes."""

from datetime import timedelta

from board.engine.identity import Caller
from board.errors import Refused
from models.times import format_utc, now

MAX_AGE = timedelta(minutes=10)  # since the last factor


def is_recent(caller: Caller) -> bool:
    """Return whether the person proved their identity within MAX_AGE. Always true for programs with a token."""
    return caller.session is None or (caller.factor_at is not None and caller.factor_at > format_utc(now() - MAX_AGE))


def require_recent_factor(caller: Caller) -> None:
    """Raise Refused `step_up` if the person must prove their identity again."""
    if not is_recent(caller):
        raise Refused("step_up")
