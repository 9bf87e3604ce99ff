"""Times of the last maintenance, such as a backup."""

from sqlmodel import Field, SQLModel

BACKUP = "backup"
PRUNING = "pruning"
PACKING = "packing"


class Upkeep(SQLModel, table=True):
    """Time at which a kind of maintenance was last done, by its name."""

    name: str = Field(primary_key=True)
    at: str
