"""Plan of a migration, made before it starts: the rows that it moves, and the space and time that it needs."""

from typing import NamedTuple

from sqlmodel import Session

from models.db import earlier_tables
from models.db.database import Database
from models.db.errors import ConfigurationError

ROWS_PER_S = 10_000  # moved: 100,000 events took 6 s of CPU time, on a machine that had other work three times as long
BASE_S = 5.0  # for everything that does not grow with the rows
BASE_BYTES = 32_000_000  # for the log of a transaction
SHARE_WITHOUT_ROWS = 10  # part of the database that a migration without moved rows may write again: new indexes, copied tables
MB = 1_000_000


class MigrationPlan(NamedTuple):
    """Plan of a migration. `bytes` is the space that it needs at most on the disk of the database, `free` that which is free
    there; None if that is unknown."""

    before: str
    after: str
    rows: int
    size: int
    free: int | None

    @property
    def bytes(self) -> int:
        """Moved rows are in both tables for a while, so a migration that moves any may double the database."""
        return BASE_BYTES + (self.size if self.rows else self.size // SHARE_WITHOUT_ROWS)

    @property
    def seconds(self) -> float:
        return BASE_S + self.rows / ROWS_PER_S

    def check_space(self, more: int = 0) -> None:
        """Raise ConfigurationError if the disk has too little for the migration and `more` bytes."""
        if self.free is not None and self.free < self.bytes + more:
            raise ConfigurationError(
                f"The upgrade needs {(self.bytes + more) / MB:,.0f} MB on the disk of the database, which has "
                f"{self.free / MB:,.0f} MB free. Nothing was changed. Make room, and start again."
            )


def make(database: Database, after: str, before: str | None) -> MigrationPlan | None:
    """Return the plan to tables `after` from `before`; None for an empty database, and for one that has them."""
    if before is None:
        return None

    def read(session: Session) -> MigrationPlan:
        rows = earlier_tables.count_rows(session, before)
        return MigrationPlan(before, after, rows, database.backend.size(session.connection()), database.backend.free_bytes())

    plan = database.read_now(read)
    return plan if plan.rows or before != after else None
