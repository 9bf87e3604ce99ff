"""Who is on a channel: one entry for each socket that said where it is."""

import time
from typing import TYPE_CHECKING, Any

from realtime import protocol

if TYPE_CHECKING:
    from realtime.connection import Connection

SHOWN = 100  # people in a frame; the count says how many there are
MANY = 200  # readers from which on changes are told less often: each one costs a frame to each reader
MANY_S = 5.0


class Crowd:
    def __init__(self) -> None:
        self.changed = False
        self._people: dict[Connection, dict[str, Any]] = {}
        self._told = 0.0

    def __len__(self) -> int:
        return len(self._people)

    def enter(self, connection: "Connection", place: dict[str, Any]) -> None:
        """Says, or says anew, where a socket is; the newest come last."""
        entry = {"account": connection.account["id"], "name": connection.account["name"], **place}
        if self._people.get(connection) != entry:
            self._people.pop(connection, None)
            self._people[connection] = entry
            self.changed = True

    def leave(self, connection: "Connection") -> None:
        if self._people.pop(connection, None) is not None:
            self.changed = True

    def due(self) -> bool:
        """Whether a change is to be told now."""
        now = time.monotonic()
        if not self.changed or (len(self._people) > MANY and now - self._told < MANY_S):
            return False
        self.changed, self._told = False, now
        return True

    def frame(self, channel: str) -> bytes:
        return protocol.presence(channel, len(self._people), list(self._people.values())[-SHOWN:])
