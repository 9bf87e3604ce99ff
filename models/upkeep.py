"""When what keeps an installation safe was done last."""

from sqlmodel import Field, SQLModel

BACKUP = "backup"


class Upkeep(SQLModel, table=True):
    """One row for each thing that is done, by its name."""

    name: str = Field(primary_key=True)
    at: str
