"""Keys of data at rest that are in use. A key is recorded before it encrypts its first value, until a rotation finds no value
that it encrypts.

A server that reads a new key only decrypts with it at first. It encrypts with it after reading the keys again: by then, all
servers have the key.
"""

import structlog
from sqlmodel import Session

from models.db.errors import ConfigurationError
from models.key_ring import KeyRing
from models.upkeep import data_keys_in_use, given_up_data_keys, record_found_key, record_held_key, record_writing_key

log = structlog.get_logger()


def open_ring(session: Session, ring: KeyRing, at: str) -> KeyRing:
    """Return the keys of a starting server, the encrypting key first, and record them in the database.

    Raises ConfigurationError if a key in use is missing.
    """
    in_use = data_keys_in_use(session)
    if missing := [id for id in in_use if id not in ring]:
        raise ConfigurationError(lost(missing))
    if in_use and ring.writing not in in_use:  # other servers may not have read it yet
        ring = ring.led_by(in_use[-1])
    return _recorded(session, ring, at)


def renewed_ring(session: Session, read: KeyRing, before: KeyRing, at: str) -> KeyRing:
    """Return the keys of a running server after it has read them again, and record them. A key in use that is missing stays in
    memory, so that its values remain readable."""
    if missing := [id for id in data_keys_in_use(session) if id not in read]:
        log.error("data key lost", advice=lost(missing))
        read = KeyRing(read | {id: before[id] for id in missing if id in before})
    if before.writing is not None and before.writing in read and read.writing not in before:
        read = read.led_by(before.writing)
    return _recorded(session, read, at)


def lost(ids: list[str]) -> str:
    """Return the error message about missing keys that are in use."""
    return f"DATA_KEYS lacks keys in use: {', '.join(ids)}. Restore them: without them, what they encrypt can't be read."


def _recorded(session: Session, ring: KeyRing, at: str) -> KeyRing:
    for id in given_up_data_keys(session) & ring.keys():
        record_found_key(session, id, at)
    for id in ring:
        record_held_key(session, id, at)
    if ring.writing is not None:
        record_writing_key(session, ring.writing, at)
    return ring
