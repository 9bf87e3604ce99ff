"""Tables and migrations. The migrations are the record of how the tables became what they are."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from sqlalchemy import Connection, inspect, text
from sqlmodel import Session, SQLModel

import models
from models.db import earlier_tables, migration_plan, releases, unfinished_upgrade
from models.db.backend import SERVER_START_TIMEOUT_S
from models.db.database import ConfigurationError, Database
from models.db.earlier_tables import Progress
from models.db.migration_plan import MigrationPlan

for _each in iter_modules(models.__path__, "models."):
    import_module(_each.name)  # which registers its tables
metadata = SQLModel.metadata
MIGRATIONS = Path(__file__).parent / "migrations"

Announce = Callable[[MigrationPlan], object]


def migrate(
    database: Database,
    patience_s: float = SERVER_START_TIMEOUT_S,
    progress: Progress = lambda done, whole: None,
    announce: Announce = lambda plan: None,
    *,
    in_upgrade: bool = False,
) -> None:
    """Migrate the database to this program's tables; wait for a server that is not up yet. Rows of tables that have become others
    are moved in many transactions: interrupted, the next call goes on. `announce` is told the plan before anything changes.
    `in_upgrade`: the caller holds the mark of an unfinished upgrade, which stops all others.

    Raises ConfigurationError if there is no database, it is of another program or is being upgraded, or its disk is too full."""
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
    """Check, without a change, that the database has this program's tables. Raises ConfigurationError if not, or if it can't be
    reached."""
    database.backend.wait_until_ready(patience_s)
    version = database.read_now(_version)
    if version is None:
        raise ConfigurationError("The database has no tables of the board. Create them with `board migrate`.")
    if version != versions()[-1]:
        raise ConfigurationError("The database has the tables of an earlier version. Update them with `board upgrade`.")
    if database.read_now(earlier_tables.left):
        raise ConfigurationError("The database is being updated, or that was interrupted. Go on with `board migrate`.")


def has_current_tables(database: Database) -> bool:
    """Return whether the database has this program's tables, and all rows are in them."""
    return database.read_now(lambda session: _is_current(session.connection()) and not earlier_tables.left(session))


def _version(session: Session, in_upgrade: bool = False) -> str | None:
    """Return the version of the tables. Raises ConfigurationError if an upgrade is not finished, except in it."""
    if not in_upgrade and unfinished_upgrade.read(session.connection()) is not None:
        raise ConfigurationError("An upgrade of this database is in progress, or was interrupted. Finish it: `board upgrade`.")
    return version_of(session.connection())


def versions() -> list[str]:
    """Return the table versions that this program knows, the newest last."""
    return sorted(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py"))


def version_of(connection: Connection) -> str | None:
    """Return the version of the tables, None if there are none. Raises ConfigurationError if they are newer than the program, or
    of no version that it can update."""
    has_any = inspect(connection).has_table("alembic_version")
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version")) if has_any else None
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
