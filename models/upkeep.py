"""Times of the last maintenance, such as a backup."""

from sqlmodel import Field, SQLModel

BACKUP = "backup"
PRUNING = "pruning"
PACKING = "packing"
FOLDER = "folder of files: "  # begins the name; the path follows


class Upkeep(SQLModel, table=True):
    """Time at which a kind of maintenance was last done, by its name; or at which a folder of files was first there."""

    name: str = Field(primary_key=True)
    at: str
