"""Every table, and bringing a database up to them. The migrations are the record of how they became what they are."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlmodel import Session, SQLModel

from models import accounts, alert, board, column, event, note, search, sighting, task  # noqa: F401  (they register themselves)
from models.database import START_S, Database, Unusable

metadata = SQLModel.metadata


def migrate(database: Database, patience_s: float = START_S) -> None:
    """Brings the database to this program's tables; waits for a server that is not up yet. Raises Unusable when there is
    none, or when the database is newer than the program."""
    database.reach(patience_s)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)

    def run(session: Session) -> None:
        connection = session.connection()
        database.store.lock_tables(connection)
        if not _is_current(connection, scripts):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    if not database.read_now(lambda session: _is_current(session.connection(), scripts)):
        database.write_now(run)


def _is_current(connection: Connection, scripts: ScriptDirectory) -> bool:
    at = MigrationContext.configure(connection).get_current_revision()
    if at is not None and at not in {script.revision for script in scripts.walk_revisions()}:
        raise Unusable("The database was written by a newer version of the board: start that one.")
    return at == scripts.get_current_head()
