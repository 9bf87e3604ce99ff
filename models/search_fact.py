"""Facts of searches for the figures, without names. They stay when a search is erased."""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class SearchFact(SQLModel, table=True):
    """Facts of a search from one of its events on, until the next row of the board.

    `board`, `seq`: the event, by the number of its board. Times are in milliseconds since 1970.
    `age`: in years, when the child went missing.
    """

    __tablename__ = "search_facts"

    board: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: int = Field(sa_type=BigInteger)
    opened_at: int = Field(sa_type=BigInteger, index=True)
    reported_at: int | None = Field(default=None, sa_type=BigInteger)
    missing_since: int = Field(sa_type=BigInteger)
    kind: str
    age: int | None = None
    status: str
    worrying: bool | None = None
    appeal: str
    found_at: int | None = Field(default=None, sa_type=BigInteger)
    condition: str | None = None
