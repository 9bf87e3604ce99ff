"""Bytes of an installation's photos and files, with unattached uploads: one row, updated in the same transactions."""

from sqlalchemy import text
from sqlmodel import Session

from models.file import INSTALLATION

_ADD = text(
    "INSERT INTO file_usages (name, bytes) VALUES (:name, :bytes) "
    "ON CONFLICT (name) DO UPDATE SET bytes = file_usages.bytes + excluded.bytes"
)
_READ = text("SELECT bytes FROM file_usages WHERE name = :name")


def add(session: Session, bytes: int) -> int:
    """Add `bytes`, which may be negative, and return the total. Locks the row until the commit."""
    session.connection().execute(_ADD, {"name": INSTALLATION, "bytes": bytes})
    return read(session)


def read(session: Session) -> int:
    """Return the bytes of all files."""
    return session.connection().execute(_READ, {"name": INSTALLATION}).scalar() or 0
