"""Read positions: the last event of a board that an account has seen, on any device."""

from sqlmodel import Field, SQLModel


class ReadPosition(SQLModel, table=True):
    """Read position of an account on a board.

    `at`: time when the board was last on its screen; empty, with `seq` 0, if never. `own`: number of its own events after `seq`.
    A row with another epoch than the board's is ignored.
    """

    __tablename__ = "read_positions"

    account: str = Field(primary_key=True)
    board: str = Field(primary_key=True)
    epoch: str
    seq: int
    at: str
    own: int = 0
