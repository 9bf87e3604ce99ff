"""Tables and migrations. The migrations are the history of the tables."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from sqlalchemy import Connection, column, inspect, select, table
from sqlmodel import Session, SQLModel

import models
from models.db import earlier_tables, migration_plan, releases, unfinished_upgrade
from models.db.backend import SERVER_START_TIMEOUT_S
from models.db.database import ConfigurationError, Database
from models.db.earlier_tables import Progress
from models.db.migration_plan import MigrationPlan

for _module in iter_modules(models.__path__, "models."):
    import_module(_module.name)  # registers its tables
metadata = SQLModel.metadata
MIGRATIONS = Path(__file__).parent / "migrations"

Announce = Callable[[MigrationPlan], object]


def migrate(
    database: Database,
    patience_s: float = SERVER_START_TIMEOUT_S,
    progress: Progress = lambda moved, total: None,
    announce: Announce = lambda plan: None,
    *,
    in_upgrade: bool = False,
) -> None:
    """Migrate the database to this program's tables. Waits for a server that is starting.

    Rows of renamed tables are moved in many transactions; after an interruption, the next call continues. `announce` receives the
    plan before anything changes. `in_upgrade`: the caller has set the mark of an unfinished upgrade, which stops all other
    callers.

    Raises ConfigurationError if there is no database, if it belongs to another program, if it is being upgraded, or if its disk
    lacks space.
    """
    database.backend.wait_until_ready(patience_s)
    plan = migration_plan.make(database, versions()[-1], database.read_now(partial(_version, in_upgrade=in_upgrade)))
    if plan is not None:
        plan.check_space()
        announce(plan)

    def run(session: Session) -> None:
        connection = session.connection()
        database.backend.lock_for_migration(connection)
        if not _is_current(connection):
            _upgrade(connection)

    if not database.read_now(lambda session: _is_current(session.connection())):
        database.write_now(run)
    earlier_tables.move(database, progress)


def check(database: Database, patience_s: float = SERVER_START_TIMEOUT_S) -> None:
    """Check that the database has this program's tables, without changing it. Raises ConfigurationError if it does not, or if it
    can't be reached."""
    database.backend.wait_until_ready(patience_s)
    version = database.read_now(_version)
    if version is None:
        raise ConfigurationError("The database has no tables of the board. Create them with `board migrate`.")
    if version != versions()[-1]:
        raise ConfigurationError("The database has the tables of an earlier version. Update them with `board upgrade`.")
    if database.read_now(earlier_tables.remaining):
        raise ConfigurationError("An update of this database is in progress, or was interrupted. Finish it: `board migrate`.")


def has_current_tables(database: Database) -> bool:
    """Return whether the database has this program's tables, and all rows are in them."""
    return database.read_now(lambda session: _is_current(session.connection()) and not earlier_tables.remaining(session))


def _version(session: Session, in_upgrade: bool = False) -> str | None:
    """Return the version of the tables. Raises ConfigurationError if an upgrade is not finished, unless `in_upgrade`."""
    if not in_upgrade and unfinished_upgrade.read(session.connection()) is not None:
        raise ConfigurationError("An upgrade of this database is in progress, or was interrupted. Finish it: `board upgrade`.")
    return version_of(session.connection())


def versions() -> list[str]:
    """Return this program's table versions, the newest last."""
    return sorted(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py"))


def version_of(connection: Connection) -> str | None:
    """Return the version of the tables, None if there are none. Raises ConfigurationError if they are newer than the program, or
    if it can't update them."""
    query: Any = select(column("version_num")).select_from(table("alembic_version"))
    version: str | None = connection.scalar(query) if inspect(connection).has_table("alembic_version") else None
    if version is not None:
        releases.check(version, versions())
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
