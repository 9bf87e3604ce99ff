"""Lines of the log that strangers can cause: of each kind at most one a second, with how many came since the last."""

import time
from collections.abc import Callable

import structlog

EVERY_S = 1.0
MOST = 100  # kinds that are told apart; there are some dozens

log = structlog.get_logger()


class Seldom:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: dict[tuple[str, str], float] = {}
        self._since: dict[tuple[str, str], int] = {}

    def info(self, event: str, reason: str) -> None:
        """Says an event and its reason, both words of ours; or counts it."""
        key = (event, reason)
        if self._clock() - self._said.get(key, float("-inf")) < EVERY_S or (key not in self._said and len(self._said) >= MOST):
            self._since[key] = self._since.get(key, 0) + 1
            return
        self._said[key] = self._clock()
        count = self._since.pop(key, 0) + 1
        log.info(event, reason=reason, **({"count": count} if count > 1 else {}))


seldom = Seldom()  # of this process
