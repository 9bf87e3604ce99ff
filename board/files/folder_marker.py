"""Marker in the database which records that the folder of files exists. The program then never creates the folder again, because
an empty one may be a mount point whose disk is not mounted."""

from sqlalchemy import inspect
from sqlmodel import Session, col, delete, select

from board.files.store import FileStore
from models import upkeep
from models.file import File
from models.upkeep import FOLDER, MaintenanceRun


def has_files(session: Session) -> bool:
    """Return whether there are files, so that their folder must exist."""
    return session.exec(select(File.id).limit(1)).first() is not None


def is_known(session: Session, store: FileStore) -> bool:
    """Return whether the folder was recorded. False for a database of an earlier version, which may lack the table."""
    name = _name(store)
    return (
        name is not None and inspect(session.connection()).has_table("upkeep") and session.get(MaintenanceRun, name) is not None
    )


def record(session: Session, store: FileStore, at: str) -> None:
    """Record that the folder exists."""
    if (name := _name(store)) is not None and session.get(MaintenanceRun, name) is None:
        upkeep.record_run(session, name, at)


def forget(session: Session) -> None:
    """Delete all markers, because after a restore they describe another machine or time."""
    session.exec(delete(MaintenanceRun).where(col(MaintenanceRun.name).startswith(FOLDER)))


def _name(store: FileStore) -> str | None:
    return f"{FOLDER}{store.folder.absolute()}" if store.folder is not None else None
