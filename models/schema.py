"""Every table, and bringing a database up to them. The migrations are the record of how they became what they are."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlmodel import Session, SQLModel

from models import accounts, board, column, event, note, search, sighting, task  # noqa: F401  (they register themselves)
from models.database import Database, Unusable

metadata = SQLModel.metadata


def migrate(database: Database) -> None:
    """Brings the database to this program's tables. Raises Unusable when it is newer than the program."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))

    def run(session: Session) -> None:
        connection: Connection = session.connection()
        at = MigrationContext.configure(connection).get_current_revision()
        scripts = ScriptDirectory.from_config(config)
        if at == scripts.get_current_head():
            return
        if at is not None and at not in {script.revision for script in scripts.walk_revisions()}:
            raise Unusable("The database was written by a newer version of the board: start that one.")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    database.write_now(run)
