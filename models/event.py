"""Rows of the journal: metadata, hash chain and payload of each event. A payload and its key can be erased while the chain still
verifies.

`board.engine.journal` reads and writes them by text SQL, because an ORM object per event costs thirty times as much.
"""

import base64
import hashlib

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.entity import partial_index


class Event(SQLModel, table=True):
    """Event. `body` is its payload (actor, command, state, changes and reason as JSON, see `board.engine.stored_payload`),
    `commitment` the digest of the payload with a random `key`; `hash` chains metadata and commitment to the row before. Body and
    key are null once they were erased: `ERASE` does it."""

    __table_args__ = (
        Index("event_of_entity", "board", "entity", "seq"),
        partial_index("audit_by_account", "account", "seq", where="board = 'audit'"),
        partial_index("audit_by_type", "type", "seq", where="board = 'audit'"),
        partial_index("audit_by_time", "at", "seq", where="board = 'audit'"),
        partial_index("event_erased", "board", "seq", where="body IS NULL"),
    )

    board: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: str
    type: str
    kind: str
    entity: str
    account: str | None = None
    commitment: bytes
    hash: bytes
    key: bytes | None = None
    body: bytes | None = None


ERASE = text("UPDATE event SET key = NULL, body = NULL WHERE board = :board AND seq = :seq")


class ProcessedCommand(SQLModel, table=True):
    """Accepted command: sent again by the same account, it gets the same answer.

    There is a row for each command of three months, so it has what the answer is made from, and no more: the board (by
    `id_bytes`), the first seq and the number of events there, and the board that was opened. `content` is a digest of what an
    intake contained, keyed with the key of its first event's payload: after erasure nothing can be guessed from it.
    """

    __tablename__ = "done"
    __table_args__ = {"sqlite_with_rowid": False}

    digest: str = Field(primary_key=True)  # see `command_digest`
    day: str
    board: bytes
    seq: int
    events: int
    opened: str | None = None
    content: bytes | None = None


def command_digest(account: str, command: str) -> str:
    """Return the short name of an account's command id: 96 bits, so that no two of a trillion are ever the same."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"{account}\0{command}".encode()).digest()[:12]).decode()
