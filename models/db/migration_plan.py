"""Plan of a migration, computed before it starts: the rows to move, and the required space and time."""

from typing import NamedTuple

from sqlmodel import Session

from models.db import earlier_tables
from models.db.database import Database
from models.db.errors import ConfigurationError

ROWS_PER_S = 10_000  # rows moved per second: 100,000 events take 6 s of CPU time, and up to three times as long on a busy machine
BASE_S = 5.0  # for work that does not depend on the number of rows
BASE_BYTES = 32_000_000  # for the log of a transaction
SHARE_WITHOUT_ROWS = 10  # a migration that moves no rows can rewrite this fraction (1/10) of the database: indexes, copied tables
MB = 1_000_000


class MigrationPlan(NamedTuple):
    """Plan of a migration. `bytes`: most space that it needs on the database's disk. `free`: free bytes on that disk, None if
    unknown."""

    before: str
    after: str
    rows: int
    size: int
    free: int | None

    @property
    def bytes(self) -> int:
        """Most space that the migration needs. Moved rows are temporarily in both tables, so moving rows can double the
        database."""
        return BASE_BYTES + (self.size if self.rows else self.size // SHARE_WITHOUT_ROWS)

    @property
    def seconds(self) -> float:
        return BASE_S + self.rows / ROWS_PER_S

    def check_space(self, more: int = 0) -> None:
        """Raise ConfigurationError if the disk lacks space for the migration and `more` bytes."""
        if self.free is not None and self.free < self.bytes + more:
            raise ConfigurationError(
                f"The upgrade needs {(self.bytes + more) / MB:,.0f} MB on the disk of the database, which has "
                f"{self.free / MB:,.0f} MB free. Nothing was changed. Make room, and start again."
            )


def make(database: Database, after: str, before: str | None) -> MigrationPlan | None:
    """Return the plan for a migration from tables `before` to `after`; None for an empty database, or if nothing is to do."""
    if before is None:
        return None

    def read(session: Session) -> MigrationPlan:
        rows = earlier_tables.count_rows(session, before)
        return MigrationPlan(before, after, rows, database.backend.size(session.connection()), database.backend.free_bytes())

    plan = database.read_now(read)
    return plan if plan.rows or before != after else None
