"""Copy a database from PostgreSQL to an SQLite file, the form of sealed backups, and back."""

from pathlib import Path

from board.maintenance import postgresql_backup, transfer
from board.maintenance.chains import Progress
from models.db import schema, unfinished_upgrade
from models.db.database import Database
from models.db.unfinished_upgrade import Mark


def to_sqlite(database: Database, file: Path, progress: Progress) -> None:
    """Copy a snapshot of a database to an empty file while servers run. Raises OperationError."""
    target = Database(f"sqlite:///{file}")
    try:
        schema.migrate(target)
        transfer.copy_snapshot(database, target, progress)
    finally:
        target.dispose()


def to_postgresql(file: Path, database: Database, mark: Mark, progress: Progress) -> None:
    """Replace the tables of a database by those of a file. After an interruption it can be repeated; until then the mark prevents
    servers from starting. Raises OperationError."""
    source = Database(f"sqlite:///{file}")
    try:
        schema.migrate(source)
        database.write_now(lambda session: postgresql_backup.empty(session.connection(), mark))
        database.dispose()
        schema.migrate(database, in_upgrade=True)
        transfer.copy_snapshot(source, database, progress)
        database.write_now(lambda session: unfinished_upgrade.clear(session.connection()))
    finally:
        source.dispose()
