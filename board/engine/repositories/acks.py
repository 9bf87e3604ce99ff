"""Acks of executed commands. The acks of a batch are read with its locks; new acks are written with the commit."""

from collections.abc import Collection
from typing import Any, NamedTuple

from models.db.statement import BulkWrite, Query, Row, Statement, Write
from models.event import command_day, command_digest

CommandKey = tuple[str, str]  # account and command id

_ADD = BulkWrite.insert(
    "processed_commands",
    {
        "digest": "text", "day": "integer", "board": "integer", "seq": "integer", "events": "integer", "opened": "text",
        "content": "bytea",
    },
)  # fmt: skip
_FIND = Statement(
    "SELECT d.digest, b.id, d.seq, d.events, d.opened, d.content FROM processed_commands d JOIN board b ON b.number = d.board "
    "WHERE d.digest IN :digests"
)


class StoredAck(NamedTuple):
    """Ack of an executed command.

    `board`, `seq`, `events`: the command's board, its first seq there and the number of its events. `opened`: the board that it
    created. `content`: digest of the command's content, if stored.
    """

    board: str
    seq: int
    events: int
    opened: str | None
    content: bytes | None


class Acks(dict[CommandKey, StoredAck | None]):
    """Acks by account and command id; None: the command was not executed."""

    def __init__(self) -> None:
        super().__init__()
        self._digests: dict[CommandKey, str] = {}
        self._new: list[dict[str, Any]] = []

    def query(self, commands: Collection[CommandKey]) -> Query:
        """Return the query for the acks of these commands."""
        by_digest = {command_digest(*key): key for key in commands}
        self._digests.update({key: digest for digest, key in by_digest.items()})

        def store(rows: list[Row]) -> None:
            self.update(dict.fromkeys(by_digest.values()))
            self.update({by_digest[digest]: StoredAck(*ack) for digest, *ack in rows})

        return Query(_FIND, {"digests": by_digest}, store)

    def add(self, key: CommandKey, ack: StoredAck, board: int, at: str) -> None:
        """Add the ack of a command, executed on the board with this number. `query` must have run for its key."""
        self[key] = ack
        self._new.append({**ack._asdict(), "digest": self._digests[key], "day": command_day(at), "board": board})

    def writes(self) -> list[Write]:
        """Return the new acks, once. They are sorted, so that two processes with the same ids never deadlock."""
        new, self._new = sorted(self._new, key=lambda row: row["digest"]), []
        return [(_ADD, new)] if new else []
