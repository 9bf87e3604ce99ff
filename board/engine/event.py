"""Event of a board's journal, as it was committed."""

from dataclasses import dataclass
from typing import Any

import orjson

PAGE_SIZE = 1_000  # events read at once: bounds memory, and the time for which a reading thread is held


@dataclass(frozen=True, slots=True)
class JournalEvent:
    """Event as it was committed: metadata, and the payload as JSON (None if it was erased)."""

    board: str
    seq: int
    at: str
    type: str
    kind: str
    entity: str
    account: str | None
    body: bytes | None

    def to_json(self) -> bytes:
        """Return the event as JSON, as in the contract."""
        meta = orjson.dumps({"seq": self.seq, "at": self.at, "type": self.type, "kind": self.kind, "id": self.entity})
        return meta[:-1] + b"," + self.body[1:] if self.body is not None else meta[:-1] + b',"erased":true}'

    def payload(self) -> dict[str, Any]:
        """Return actor, command, state, changes and reason; empty if the payload was erased."""
        body: dict[str, Any] = orjson.loads(self.body) if self.body is not None else {}
        return body
