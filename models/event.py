"""Rows of the journal: metadata, hash chain and payload of each event. A payload and its key can be erased without breaking the
chain.

`board.engine.journal` reads and writes them by text SQL, because an ORM object per event costs thirty times as much.
"""

import base64
import hashlib

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.board import AUDIT_NUMBER
from models.entity import partial_index

KEPT_BYTES = 4  # of a commitment while its payload exists: they distinguish a changed payload from a changed row
_OF_AUDIT = f"board = {AUDIT_NUMBER}"


class Event(SQLModel, table=True):
    """Event in its short form, as there are millions: the number of its board, `at` in milliseconds since 1970, and its ids by
    `id_bytes`.

    `body` is its payload (actor, command, state, changes and reason as JSON, see `models.stored_payload`). If it holds only
    what differs from an earlier payload of the entity, `base` is the seq of that one, which is stored whole. The commitment is
    the digest of the payload with a random `key`; `hash` chains metadata and commitment to the row before. Body and key are
    null once they were erased (`board.engine.erasure`); until then `commitment` is its beginning, as the rest follows from them.
    """

    __table_args__ = (
        Index("event_of_entity", "board", "entity", "seq"),
        partial_index("audit_by_account", "account", "seq", where=_OF_AUDIT),
        partial_index("audit_by_account_type", "account", "type", "seq", where=_OF_AUDIT),
        partial_index("audit_by_type", "type", "seq", where=_OF_AUDIT),
        partial_index("audit_by_time", "at", "seq", where=_OF_AUDIT),
        partial_index("event_erased", "board", "seq", where="body IS NULL"),
    )

    board: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: int = Field(sa_type=BigInteger)
    base: int | None = None
    type: str
    kind: str
    entity: bytes
    account: bytes | None = None
    commitment: bytes
    hash: bytes
    key: bytes | None = None
    body: bytes | None = None


class ProcessedCommand(SQLModel, table=True):
    """Accepted command: sent again by the same account, it gets the same answer.

    There is a row for each command of three months, so it has what the answer is made from, and no more: the number of the board,
    the first seq and the number of events there, and the board that was opened. `day` is a number such as 20261124. `content` is
    a digest of what an intake contained, keyed with the key of its first event's payload: after erasure nothing can be guessed
    from it.
    """

    __tablename__ = "done"
    __table_args__ = {"sqlite_with_rowid": False}

    digest: str = Field(primary_key=True)  # see `command_digest`
    day: int
    board: int
    seq: int
    events: int
    opened: str | None = None
    content: bytes | None = None


def command_day(at: str) -> int:
    """Return the day of a time (`2026-11-24T…`) as the number 20261124."""
    return int(at[:4] + at[5:7] + at[8:10])


def command_digest(account: str, command: str) -> str:
    """Return the digest of an account's command id: 96 bits, enough to avoid collisions among a trillion ids."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"{account}\0{command}".encode()).digest()[:12]).decode()
