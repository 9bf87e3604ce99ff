"""Up to where somebody has seen a board: what happened after it is new to them, on whichever device."""

from sqlmodel import Field, SQLModel


class ReadPosition(SQLModel, table=True):
    """`at` is when the board was last before their eyes (empty: never, then `seq` is 0); `own` how many of the events after `seq`
    are their own. A row of another epoch says nothing of this life of the board."""

    __tablename__ = "seen"

    account: str = Field(primary_key=True)
    board: str = Field(primary_key=True)
    epoch: str
    seq: int
    at: str
    own: int = 0
