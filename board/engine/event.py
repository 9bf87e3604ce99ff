"""Event of a board's journal, as it was committed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from models.ids import id_text
from models.stored_payload import unpack
from models.times import from_ms

PAGE_SIZE = 1_000  # events read at once: bounds memory, and the time for which a reading thread is held

# What a query selects to make events of the rows of `event e`. `whole` is the payload on which that of the event is based, if it
# is. It is no join, for which PostgreSQL may want to read the whole table.
WHOLE = "(SELECT w.body FROM event w WHERE w.board = e.board AND w.seq = e.base) AS whole"
COLUMNS = f"e.seq, e.at, e.type, e.kind, e.entity, e.account, e.body, {WHOLE}"
BOARD = "(SELECT number FROM board WHERE id = :board)"


def join_at(board: str, seq: str) -> str:
    """Return the SQL that joins, as `e`, the event at this number of a board and this seq, to rows of other tables."""
    return f"JOIN event e ON e.board = {board} AND e.seq = {seq}"


def count_own(board: str, after: str, until: str = "") -> str:
    """Return the SQL for the number of events of the account `:own` after a seq of the board with this number."""
    last = f" AND e.seq <= {until}" if until else ""
    return f"(SELECT count(*) FROM event e WHERE e.board = {board} AND e.seq > {after}{last} AND e.account = :own)"  # noqa: S608


@dataclass(slots=True)  # not frozen, which makes each assignment a call: commands and verification make many
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


def stored_event(board: str, row: Sequence[Any]) -> JournalEvent:
    """Return the event of a row of COLUMNS."""
    seq, at, type, kind, entity, account, body, whole = row
    return JournalEvent(
        board, seq, from_ms(at), type, kind, id_text(entity), None if account is None else id_text(account),
        None if body is None else unpack(body, whole),
    )  # fmt: skip
