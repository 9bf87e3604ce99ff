"""Event of a board's journal, as it was committed."""

from dataclasses import dataclass
from typing import Any

import orjson

PAGE_SIZE = 1_000  # events read at once: bounds memory, and how long a reading thread is held


@dataclass(frozen=True, slots=True)
class JournalEvent:
    """One event as it was committed: its metadata, and its payload as JSON (None where it was erased)."""

    board: str
    seq: int
    at: str
    type: str
    kind: str
    entity: str
    account: str | None
    body: bytes | None

    def to_json(self) -> bytes:
        """The event as the contract has it."""
        meta = orjson.dumps({"seq": self.seq, "at": self.at, "type": self.type, "kind": self.kind, "id": self.entity})
        return meta[:-1] + b"," + self.body[1:] if self.body is not None else meta[:-1] + b',"erased":true}'

    def payload(self) -> dict[str, Any]:
        """Actor, command, state, changes, reason; empty where it was erased."""
        body: dict[str, Any] = orjson.loads(self.body) if self.body is not None else {}
        return body
