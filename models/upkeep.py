"""Times of the last maintenance runs, such as a backup."""

from sqlalchemy import bindparam, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, Session, SQLModel

from models.accounts import Account
from models.db.tables import columns_of

BACKUP = "backup"
SEALED_BACKUP = "sealed backup"
BACKUP_OPENED = "test of a backup for: "  # prefix of names; a digest of its recipients follows
BACKUP_FILE = "file of the last backup: "  # prefix of one name; the path follows
PRUNING = "pruning"
SPACE_WARNING = "warning of space: "  # prefix of names; the disk or quota follows
UNUSED_REPORT = "report of unused accounts"
UNUSED_LOCK = "lock of unused accounts"
DATA_KEY = "data key: "  # prefix of names; the id of a key in use follows
DATA_KEY_WROTE = "data key that encrypted: "  # prefix of names; the id of the first key of a server or command follows
DATA_KEY_HELD = "data key in memory: "  # prefix of names; the id of a key that a server can decrypt by follows
DATA_KEY_GIVEN_UP = "data key given up: "  # prefix of names; the id of a lost key follows
DATA_KEY_REMAINS = "remains of data keys"  # a rotation has begun, and free parts of the database may be readable
FOLDER = "folder of files: "  # prefix of names; the path follows


class MaintenanceRun(SQLModel, table=True):
    """Time of the last run of a maintenance task, by name; or the time at which a folder of files was first seen."""

    __tablename__ = "upkeep"

    name: str = Field(primary_key=True)
    at: str


_RUN, _NEW = columns_of(MaintenanceRun), insert(MaintenanceRun)
_RECORD = _NEW.on_conflict_do_update(index_elements=["name"], set_={"at": _NEW.excluded.at})
_CLAIM = _NEW.on_conflict_do_update(
    index_elements=["name"], set_={"at": _NEW.excluded.at}, where=_RUN.at <= bindparam("before")
).execution_options(preserve_rowcount=True)
_FILE = select(_RUN.name).where(_RUN.name.startswith(BACKUP_FILE))
_DATA_KEYS = select(_RUN.name).where(_RUN.name.startswith(DATA_KEY)).order_by(_RUN.at, _RUN.name)
_FORGET_FILE = delete(MaintenanceRun).where(_RUN.name.startswith(BACKUP_FILE))
_FIRST_ACCOUNT = select(func.min(columns_of(Account).created_at))


def backup_times(session: Session) -> tuple[str | None, str | None]:
    """Return the times of the last backup and of the first account, which tells the age of the installation."""
    backup = session.get(MaintenanceRun, BACKUP)
    return backup.at if backup else None, session.connection().execute(_FIRST_ACCOUNT).scalar()


def record_backup(session: Session, at: str, file: str | None) -> None:
    """Record the time of a backup, and its file; None if another program made it."""
    record_run(session, BACKUP, at)
    session.connection().execute(_FORGET_FILE)
    if file is not None:
        record_run(session, f"{BACKUP_FILE}{file}", at)


def has_sealed_backups(session: Session) -> bool:
    """Return whether a backup was ever sealed by keys of searches."""
    return session.get(MaintenanceRun, SEALED_BACKUP) is not None


def backup_opened_at(session: Session, recipients_digest: str) -> str | None:
    """Return the time at which an identity of these recipients last opened a backup as a test; None if never."""
    run = session.get(MaintenanceRun, f"{BACKUP_OPENED}{recipients_digest}")
    return run.at if run else None


def backup_file(session: Session) -> str | None:
    """Return the path of the last backup; None if another program made it, or none was made."""
    name = session.connection().execute(_FILE).scalar()
    return name.removeprefix(BACKUP_FILE) if name is not None else None


def data_keys_in_use(session: Session) -> list[str]:
    """Return the ids of the keys that encrypt data at rest, the one that came into use last at the end."""
    return [name.removeprefix(DATA_KEY) for name in session.connection().execute(_DATA_KEYS).scalars()]


def record_data_key(session: Session, id: str, at: str) -> None:
    """Record that a key is in use, unless it is recorded."""
    if session.get(MaintenanceRun, f"{DATA_KEY}{id}") is None:
        record_run(session, f"{DATA_KEY}{id}", at)


def record_writing_key(session: Session, id: str, at: str) -> None:
    """Record that a key encrypts at this time."""
    record_data_key(session, id, at)
    record_run(session, f"{DATA_KEY_WROTE}{id}", at)


def data_keys_written_since(session: Session, at: str) -> set[str]:
    """Return the ids of the keys that encrypted for a server at a time or later."""
    return _names_since(session, DATA_KEY_WROTE, at)


def record_held_key(session: Session, id: str, at: str) -> None:
    """Record that a server can decrypt by a key at this time."""
    record_run(session, f"{DATA_KEY_HELD}{id}", at)


def data_keys_held_since(session: Session, at: str) -> set[str]:
    """Return the ids of the keys that a server had in memory at a time or later."""
    return _names_since(session, DATA_KEY_HELD, at)


def record_given_up_key(session: Session, id: str, at: str) -> None:
    """Record that a lost key is given up, so that it is in use no longer."""
    forget_data_key(session, id)
    record_run(session, f"{DATA_KEY_GIVEN_UP}{id}", at)


def given_up_data_keys(session: Session) -> set[str]:
    """Return the ids of the lost keys that were given up."""
    return _names_since(session, DATA_KEY_GIVEN_UP, "")


def record_found_key(session: Session, id: str, at: str) -> None:
    """Record that a key that was given up is there again, and in use."""
    clear_run(session, f"{DATA_KEY_GIVEN_UP}{id}")
    record_data_key(session, id, at)


def _names_since(session: Session, prefix: str, at: str) -> set[str]:
    query = select(_RUN.name).where(_RUN.name.startswith(prefix), _RUN.at >= at)
    return {name.removeprefix(prefix) for name in session.connection().execute(query).scalars()}


def forget_data_key(session: Session, id: str) -> None:
    """Record that nothing is encrypted by a key any longer."""
    clear_run(session, f"{DATA_KEY}{id}")


def runs_about_data(session: Session) -> list[tuple[str, str]]:
    """Return the names and times of the records that also hold for a copy of the data; the others are about one database."""
    about = or_(_RUN.name == SEALED_BACKUP, *(_RUN.name.startswith(prefix) for prefix in (DATA_KEY, DATA_KEY_GIVEN_UP)))
    return [(name, at) for name, at in session.connection().execute(select(_RUN.name, _RUN.at).where(about))]


def clear_run(session: Session, name: str) -> None:
    """Remove the record of a maintenance run."""
    session.connection().execute(delete(MaintenanceRun).where(_RUN.name == name))


def record_run(session: Session, name: str, at: str) -> None:
    """Record the time of a maintenance run. Several processes can record the same run."""
    session.connection().execute(_RECORD, {"name": name, "at": at})


def claim_run(session: Session, name: str, at: str, before: str) -> bool:
    """Record the time of a maintenance run, unless the last one was after `before`; return whether it was recorded. Of several
    processes, one succeeds."""
    return session.connection().execute(_CLAIM, {"name": name, "at": at, "before": before}).rowcount == 1
