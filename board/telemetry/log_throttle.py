"""Throttle of log events that strangers can cause: one a second of each kind, with the number since the last."""

import time
from collections.abc import Callable

import structlog

INTERVAL_S = 1.0
MAX_KINDS = 100  # distinct kinds; there are some dozens

log = structlog.get_logger()


class LogThrottle:
    """Throttle of log events, by event and reason."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._logged_at: dict[tuple[str, str], float] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def info(self, event: str, reason: str) -> None:
        """Log an event and its reason, both constants of the program, or count it."""
        key = (event, reason)
        if self._clock() - self._logged_at.get(key, float("-inf")) < INTERVAL_S or (
            key not in self._logged_at and len(self._logged_at) >= MAX_KINDS
        ):
            self._counts[key] = self._counts.get(key, 0) + 1
            return
        self._logged_at[key] = self._clock()
        count = self._counts.pop(key, 0) + 1
        log.info(event, reason=reason, **({"count": count} if count > 1 else {}))


throttled_log = LogThrottle()  # of this process
