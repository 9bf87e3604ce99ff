"""Tables and migrations. The migrations are the record of how the tables became what they are."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from sqlalchemy import Connection, inspect, text
from sqlmodel import Session, SQLModel

import models
from models.db import earlier_tables
from models.db.backend import SERVER_START_TIMEOUT_S
from models.db.database import ConfigurationError, Database
from models.db.earlier_tables import Progress

for _each in iter_modules(models.__path__, "models."):
    import_module(_each.name)  # which registers its tables
metadata = SQLModel.metadata
MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(
    database: Database, patience_s: float = SERVER_START_TIMEOUT_S, progress: Progress = lambda done, whole: None
) -> None:
    """Migrate the database to this program's tables; wait for a server that is not up yet. Rows of tables that have become others
    are moved in many transactions: interrupted, the next call goes on. Raises ConfigurationError if there is no database, or it
    is newer than the program."""
    database.backend.wait_until_ready(patience_s)

    def run(session: Session) -> None:
        connection = session.connection()
        database.backend.lock_for_migration(connection)
        if not _is_current(connection):
            _upgrade(connection)

    if not database.read_now(lambda session: _is_current(session.connection())):
        database.write_now(run)
    earlier_tables.move(database, progress)


def check(database: Database, patience_s: float = SERVER_START_TIMEOUT_S) -> None:
    """Check, without a change, that the database has this program's tables. Raises ConfigurationError if not, or if it can't be
    reached."""
    database.backend.wait_until_ready(patience_s)
    version = database.read_now(lambda session: version_of(session.connection()))
    if version is None:
        raise ConfigurationError("The database has no tables of the board. Create them with `board migrate`.")
    if version != versions()[-1]:
        raise ConfigurationError("The database has the tables of an earlier version. Update them with `board migrate`.")
    if database.read_now(earlier_tables.left):
        raise ConfigurationError("The database is being updated, or that was interrupted. Go on with `board migrate`.")


def versions() -> list[str]:
    """Return the table versions that this program knows, the newest last."""
    return sorted(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py"))


def version_of(connection: Connection) -> str | None:
    """Return the version of the tables, None if there are none. Raises ConfigurationError if they are newer than the program."""
    has_any = inspect(connection).has_table("alembic_version")
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version")) if has_any else None
    if version is not None and version not in versions():
        raise ConfigurationError("The database was written by a newer version of the board. Start that version.")
    return version


def _is_current(connection: Connection) -> bool:
    return version_of(connection) == versions()[-1]


def _upgrade(connection: Connection, to: str = "head") -> None:
    from alembic import command  # imported late: Alembic takes as long to load as the rest, and is rarely needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
