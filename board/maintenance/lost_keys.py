"""Lost keys of data at rest that an administrator gives up: their data stays unreadable, and checks no longer warn of them."""

from datetime import timedelta
from typing import NamedTuple

from sqlmodel import Session

from board.audit import writer
from board.audit.entries import DataKeyForgotten
from board.config.settings import Settings
from board.errors import OperationError
from board.maintenance.data_keys import GRACE, usage
from board.maintenance.database import by_command_line
from board.maintenance.exclusive import one_rotation
from models.db.database import Database
from models.key_ring import KeyRing
from models.times import format_utc, now
from models.upkeep import data_keys_held_since, data_keys_in_use, given_up_data_keys, record_given_up_key


class Loss(NamedTuple):
    """Number of files and values that a lost key encrypts."""

    id: str
    files: int
    values: int


def find(settings: Settings, database: Database, ring: KeyRing, id: str) -> Loss:
    """Return how much is lost with a key. Raises OperationError if it can't be given up, and FilesUnavailable."""
    _check_ring(ring, id)
    used = usage(settings, database)
    database.read_now(lambda session: _check_use(session, id, is_used=id in used.ids))
    return Loss(id, used.files[id], used.values[id])


def give_up(database: Database, loss: Loss) -> None:
    """Record that a key is given up, also in the audit journal. Raises OperationError if it can't be."""

    def record(session: Session) -> None:
        _check_use(session, loss.id, is_used=True)
        record_given_up_key(session, loss.id, format_utc(now()))
        entry = DataKeyForgotten(id="server", data_key=loss.id, files=loss.files, values=loss.values)
        writer.write(session, entry)

    with one_rotation(database):
        database.write_now(by_command_line(record))


def held_lately(session: Session) -> set[str]:
    """Return the ids of the keys that a server can still have in memory."""
    return data_keys_held_since(session, format_utc(now() - GRACE))


def _check_ring(ring: KeyRing, id: str) -> None:
    if id in ring:
        raise OperationError(f"DATA_KEYS has the key {id}: it is not lost. To stop using it, run: board keys rotate.")
    if ring.writing is None:
        raise OperationError("DATA_KEYS is unset. Set it to a new key first: board keys new.")


def _check_use(session: Session, id: str, *, is_used: bool) -> None:
    if id in given_up_data_keys(session):
        raise OperationError(f"The key {id} is given up already.")
    if not is_used and id not in data_keys_in_use(session):
        raise OperationError(f"Nothing is encrypted by a key {id!r}. List the keys: board keys list.")
    if id in held_lately(session):
        raise OperationError(
            f"A server had the key {id} in memory within the last {GRACE // timedelta(minutes=1)} minutes, and reads what it "
            "encrypts. Restore the key, or stop that server and wait."
        )
