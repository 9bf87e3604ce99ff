"""Event of a board's journal, as it was committed."""

from dataclasses import dataclass
from typing import Any

import orjson

from board.engine.stored_payload import unpack

PAGE_SIZE = 1_000  # events read at once: bounds memory, and the time for which a reading thread is held


@dataclass(slots=True)  # not frozen, which makes each assignment a call: commands and verification make many
class JournalEvent:
    """Event as it was committed: metadata, and the payload as JSON (None if it was erased). It is made from the JSON, or from its
    stored form."""

    board: str
    seq: int
    at: str
    type: str
    kind: str
    entity: str
    account: str | None
    body: bytes | None

    def __post_init__(self) -> None:
        if self.body is not None:
            self.body = unpack(self.body)

    def to_json(self) -> bytes:
        """Return the event as JSON, as in the contract."""
        meta = orjson.dumps({"seq": self.seq, "at": self.at, "type": self.type, "kind": self.kind, "id": self.entity})
        return meta[:-1] + b"," + self.body[1:] if self.body is not None else meta[:-1] + b',"erased":true}'

    def payload(self) -> dict[str, Any]:
        """Return actor, command, state, changes and reason; empty if the payload was erased."""
        body: dict[str, Any] = orjson.loads(self.body) if self.body is not None else {}
        return body
