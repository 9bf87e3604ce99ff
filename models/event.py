"""The journal's rows. Metadata and hash chain here, the payload with its key apart, so that it can be erased while the
chain still verifies. Written and read by text SQL in `board.engine.journal`: an ORM object for each event costs thirty times."""

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel


def _of_audit(name: str, *columns: str) -> Index:
    """An index by which entries of the audit journal are found; it has no row of any other board."""
    only = text("board = 'audit'")
    return Index(name, *columns, sqlite_where=only, postgresql_where=only)


class Event(SQLModel, table=True):
    """`commitment` is a keyed digest of the payload; `hash` chains this row's metadata and commitment to the row before."""

    __table_args__ = (
        Index("event_of_entity", "board", "entity", "seq"),
        _of_audit("audit_by_account", "account", "seq"),
        _of_audit("audit_by_type", "type", "seq"),
        _of_audit("audit_by_time", "at", "seq"),
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


class Payload(SQLModel, table=True):
    """What an event says: actor, command, state, changes, reason, as JSON. A row is deleted when its data is erased."""

    board: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    key: bytes
    body: bytes


class ProcessedCommand(SQLModel, table=True):
    """A command that was accepted: sent again by the same account, it gets the same answer. `content` is a digest of what was
    taken in, keyed with the key of its first event's payload: erasing that leaves nothing by which a content could be guessed."""

    __tablename__ = "done"

    account: str = Field(primary_key=True)
    command: str = Field(primary_key=True)
    name: str
    ack: str
    at: str
    content: bytes | None = None
