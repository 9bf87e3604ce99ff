"""Total bytes of an installation's photos and files, including unattached uploads: one row, updated in the same transactions."""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from models.db.tables import columns_of
from models.file import INSTALLATION, FileUsage

_USAGE, _NEW = columns_of(FileUsage), insert(FileUsage)
_ADD = _NEW.on_conflict_do_update(index_elements=["name"], set_={"bytes": _USAGE.bytes + _NEW.excluded.bytes})
_READ = select(_USAGE.bytes).where(_USAGE.name == bindparam("name"))


def add(session: Session, bytes: int) -> int:
    """Add `bytes`, which may be negative, and return the total. Locks the row until the commit."""
    session.connection().execute(_ADD, {"name": INSTALLATION, "bytes": bytes})
    return read(session)


def read(session: Session) -> int:
    """Return the bytes of all files."""
    return session.connection().execute(_READ, {"name": INSTALLATION}).scalar() or 0
