"""Times of the last maintenance, such as a backup."""

from sqlalchemy import text
from sqlmodel import Field, Session, SQLModel

BACKUP = "backup"
PRUNING = "pruning"
SPACE_WARNING = "warning of space: "  # begins the name; what is nearly used follows
FOLDER = "folder of files: "  # begins the name; the path follows


class Upkeep(SQLModel, table=True):
    """Time at which a kind of maintenance was last done, by its name; or at which a folder of files was first there."""

    name: str = Field(primary_key=True)
    at: str


_NOTE = text("INSERT INTO upkeep (name, at) VALUES (:name, :at) ON CONFLICT (name) DO UPDATE SET at = excluded.at")


_FIRST_ACCOUNT = text("SELECT min(created_at) FROM account")


def backup_times(session: Session) -> tuple[str | None, str | None]:
    """Return the time of the last backup, and that of the first account, which is when the installation began."""
    backup = session.get(Upkeep, BACKUP)
    return backup.at if backup else None, session.connection().execute(_FIRST_ACCOUNT).scalar()


def note(session: Session, name: str, at: str) -> None:
    """Note when something was done. Several processes may note the same at once."""
    session.connection().execute(_NOTE, {"name": name, "at": at})
