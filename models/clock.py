"""Faults of the servers' clocks, stored so that all processes on all machines can report them."""

from sqlmodel import Field, SQLModel

JUMPED, AHEAD = "jumped", "ahead"


class ClockFault(SQLModel, table=True):
    """Fault of a clock, noticed at its time `at`: it jumped by `by_s` seconds, or events are ahead of it, up to `until`.

    Ids are counted, because times do not sort if a clock is set back.
    """

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    at: str
    by_s: float | None = None
    until: str | None = None
