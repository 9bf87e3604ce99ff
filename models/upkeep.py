"""Times of the last maintenance runs, such as a backup."""

from sqlalchemy import text
from sqlmodel import Field, Session, SQLModel

BACKUP = "backup"
PRUNING = "pruning"
SPACE_WARNING = "warning of space: "  # prefix of names; the disk or quota follows
FOLDER = "folder of files: "  # prefix of names; the path follows


class MaintenanceRun(SQLModel, table=True):
    """Time of the last run of a maintenance task, by name; or the time at which a folder of files was first seen."""

    __tablename__ = "upkeep"

    name: str = Field(primary_key=True)
    at: str


_RECORD = text("INSERT INTO upkeep (name, at) VALUES (:name, :at) ON CONFLICT (name) DO UPDATE SET at = excluded.at")
_FIRST_ACCOUNT = text("SELECT min(created_at) FROM account")


def backup_times(session: Session) -> tuple[str | None, str | None]:
    """Return the times of the last backup and of the first account, which tells the age of the installation."""
    backup = session.get(MaintenanceRun, BACKUP)
    return backup.at if backup else None, session.connection().execute(_FIRST_ACCOUNT).scalar()


def record_run(session: Session, name: str, at: str) -> None:
    """Record the time of a maintenance run. Several processes can record the same run."""
    session.connection().execute(_RECORD, {"name": name, "at": at})
