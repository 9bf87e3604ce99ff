"""A board's own row: where its journal stands. Locked first by whoever writes, so that commit order is seq order."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

OPERATIONS = "operations"  # the one board on which every search appears
AUDIT = "audit"  # the one board on which is written who was let in, and what administrators did: its id and its kind


class Board(SQLModel, table=True):
    """`head` is the hash of the last event; `cards` counts those that were ever made, so that numbers are never reused;
    `entities` what there is on it, so that it stays bounded: of handovers nothing, and on `operations` no searches."""

    id: str = Field(primary_key=True)
    kind: str
    epoch: str
    seq: int = 0
    at: str
    last_type: str = ""
    head: bytes = b""
    cards: int = 0
    entities: int = 0


class VisibilityChange(SQLModel, table=True):
    """Where an account's sight of a search last changed, as seq on `board` (the search's own, or `operations`). A position
    before it is answered with a snapshot."""

    __tablename__ = "sight"

    __table_args__ = (Index("sight_changed", "board", "seq"),)

    board: str = Field(primary_key=True)
    search: str = Field(primary_key=True)
    account: str = Field(primary_key=True, index=True)
    seq: int
