"""Unexpected exceptions: each is logged with its traceback, counted, and answered as `failed`.

`unavailable` means "send it again", which helps if the database was busy or away. A bug persists.
"""

import structlog

from board.errors import Refused
from board.i18n import N_
from board.telemetry import logs, metrics
from models.db.database import DatabaseUnavailable, ReadTimeout

log = structlog.get_logger()

TOO_LONG = N_("Reading this takes too long right now. Try again in a moment.")


def refusal_for(error: Exception, at: str) -> Refused:
    """Return the refusal for an exception: `unavailable` if the database is at fault, otherwise `failed`.

    `at`: kind of the handler that raised it: command, call, page or socket.
    """
    if isinstance(error, DatabaseUnavailable) and not error.is_program_error:
        return Refused("unavailable", TOO_LONG if isinstance(error, ReadTimeout) else None)
    metrics.failures.labels(at).inc()
    log.error(
        f"{at} failed",
        **logs.exception_location(error.__cause__ if isinstance(error, DatabaseUnavailable) and error.__cause__ else error),
    )
    return Refused("failed")
