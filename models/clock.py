"""Errors of the servers' clocks, stored so that all processes on all machines can report them."""

from sqlmodel import Field, SQLModel

JUMPED, AHEAD = "jumped", "ahead"


class ClockFault(SQLModel, table=True):
    """Error of a clock, detected at its time `at`: it jumped by `by_s` seconds, or events are ahead of it, up to `until`.

    Ids are consecutive numbers, because times do not sort after a clock is set back.
    """

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    at: str
    by_s: float | None = None
    until: str | None = None
