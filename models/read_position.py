"""Read positions: how far an account has seen a board, on any device. Later events are new to it."""

from sqlmodel import Field, SQLModel


class ReadPosition(SQLModel, table=True):
    """Read position of an account on a board. `at` is when the board was last on its screen (empty: never, then `seq` is 0);
    `own` is how many of the events after `seq` are its own. A row with another epoch than the board's does not count."""

    __tablename__ = "seen"

    account: str = Field(primary_key=True)
    board: str = Field(primary_key=True)
    epoch: str
    seq: int
    at: str
    own: int = 0
