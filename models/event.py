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

KEPT_BYTES = 4  # bytes of a commitment, stored while its payload exists: they tell a changed payload from a changed row
WATCHED = ("alarm", "duty")  # kinds whose events have an index by time, for the watch
_OF_AUDIT = f"board = {AUDIT_NUMBER}"


class Event(SQLModel, table=True):
    """Event in a short form, because there are millions: the number of its board, `at` in milliseconds since 1970, and ids in the
    form of `id_bytes`.

    - `body`: its payload (actor, command, state, changes and reason as JSON, see `models.stored_payload`); null if erased.
    - `base`: seq of an earlier payload of the entity, stored in full, if `body` contains only the difference from it.
    - `key`: random key of the commitment; null if erased (`board.engine.erasure`).
    - `commitment`: digest of the payload with `key`. Only its first bytes are stored while the payload exists, because the rest
      can be computed.
    - `hash`: chains metadata and commitment to the previous row.
    """

    __table_args__ = (
        Index("event_of_entity", "board", "entity", "seq"),
        partial_index("audit_by_account", "account", "seq", where=_OF_AUDIT),
        partial_index("audit_by_account_type", "account", "type", "seq", where=_OF_AUDIT),
        partial_index("audit_by_type", "type", "seq", where=_OF_AUDIT),
        partial_index("audit_by_time", "at", "seq", where=_OF_AUDIT),
        partial_index("event_watched", "type", "at", "board", "entity", where="kind IN ('alarm', 'duty')"),
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
    """Executed command. If the same account sends it again, it gets the same answer.

    There is a row for each command of three months, so it has only the data of the answer: the number of the board, the first seq
    and the number of events there, and the board that was opened. `day`: a number such as 20261124. `content`: digest of an
    intake's content, keyed with the payload key of its first event, so that nothing can be guessed from it after erasure.
    """

    __tablename__ = "processed_commands"
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
