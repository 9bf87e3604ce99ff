"""When the server's clock could not be trusted: kept so that every process can say it, on every machine."""

from sqlmodel import Field, SQLModel

JUMPED, AHEAD = "jumped", "ahead"


class ClockFault(SQLModel, table=True):
    """A fault of the clock, noticed by one process when its own clock said `at`: it jumped by `by_s` seconds, or events carry
    times that are ahead of it, up to `until`. Ids grow by one, as clocks that go back would not sort."""

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    at: str
    by_s: float | None = None
    until: str | None = None
