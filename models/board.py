"""Boards: each row contains the head of the board's journal. Writers lock it first, so that commit order is seq order."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

OPERATIONS = "operations"  # board that lists every search
AUDIT = "audit"  # id and kind of the audit journal: logins, and actions of administrators
AUDIT_NUMBER, OPERATIONS_NUMBER = 0, 1  # numbers of these boards; the boards of searches have higher numbers


class Board(SQLModel, table=True):
    """Board and the state of its journal.

    - `number`: identifies the board in the journal, where an id would take a fifth of the space.
    - `head`: hash of the last event.
    - `cards`: number of cards ever added, so that numbers are not reused.
    - `entities`: number of entities on the board, which is limited. Handovers do not count, nor searches on `operations`.
    """

    __table_args__ = (Index("board_number", "number", unique=True),)

    id: str = Field(primary_key=True)
    number: int
    kind: str
    epoch: str
    seq: int = 0
    at: str
    last_type: str = ""
    head: bytes = b""
    cards: int = 0
    entities: int = 0


class BoardShare(SQLModel, table=True):
    """Number of a board's entities that count for one account, and one token.

    `token`: empty for entities added without one. `reserved`: entities added beyond the board's limit since it was last reached.
    """

    __tablename__ = "board_share"

    board: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    token: str = Field(primary_key=True)
    entities: int = 0
    reserved: int = 0


class VisibilityChange(SQLModel, table=True):
    """Last change of an account's access to a search, as seq on `board` (that of the search, or `operations`).

    A client with an earlier position gets a snapshot.
    """

    __tablename__ = "visibility_changes"

    __table_args__ = (Index("visibility_changed", "board", "seq"),)

    board: str = Field(primary_key=True)
    search: str = Field(primary_key=True)
    account: str = Field(primary_key=True, index=True)
    seq: int
