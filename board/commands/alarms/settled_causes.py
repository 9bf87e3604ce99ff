"""Cache of grave alarms that were raised and ended within a period. Reading them again takes most of a monthly report's time.

The figures of such an alarm depend only on its board's events up to its end, which the hash of its last event covers, and on the
duties during the alarm. The key is therefore that hash and a digest of these duties; it is valid for any period that includes the
alarm. `watch.reported` adds the report of the sighting to the police.
"""

import threading
from collections.abc import Iterable
from typing import NamedTuple

from board.commands.alarms.watch import Cause, Period
from board.commands.alarms.watch_presence import Duties
from board.engine.watched_events import EventHash

MAX_KEPT = 8_192  # alarms of about 2 kB; an extreme month has 3,000


class Key(NamedTuple):
    ended: bytes
    duties: int


class KeptCauses:
    """Bounded cache of causes. Drops the oldest entry."""

    def __init__(self, limit: int = MAX_KEPT) -> None:
        self._limit = limit
        self._causes: dict[Key, Cause] = {}
        self._lock = threading.Lock()

    def get(self, key: Key) -> Cause | None:
        return self._causes.get(key)

    def add(self, key: Key, cause: Cause) -> None:
        with self._lock:
            self._causes[key] = cause
            if len(self._causes) > self._limit:
                del self._causes[next(iter(self._causes))]


KEPT = KeptCauses()


class SettledCauses:
    """Causes of alarms that were raised and ended in a period. `ends`: hashes of the events that end an alarm in the period."""

    def __init__(self, ends: Iterable[EventHash], duties: Duties, period: Period) -> None:
        self._ends = {end.entity: end for end in ends}
        self._duties, self._start = duties, period.start

    def find(self, id: str, begun: int) -> Cause | None:
        """Return the cached cause of an alarm, or None. `begun`: time of its first event."""
        key = self._key(id, begun)
        return KEPT.get(key) if key is not None else None

    def keep(self, cause: Cause, begun: int) -> None:
        """Cache a cause. No-op if its alarm was not raised and ended in the period."""
        key = self._key(cause.id, begun)
        if key is not None:
            KEPT.add(key, cause)

    def _key(self, id: str, begun: int) -> Key | None:
        end = self._ends.get(id)
        return Key(end.hash, self._duties.digest(begun, end.at)) if end is not None and begun >= self._start else None
