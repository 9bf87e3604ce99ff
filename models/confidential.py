"""Confidential columns: encrypted in the database, bound to their row and column. A declaration has the word `confidential`.

Rows of text SQL (`models.db.rows`) and of an ORM session are encrypted and decrypted here. Statements of SQLAlchemy Core see the
stored form: `opened_row` decrypts one. The values are not in events, so the journal has none of them.
"""

import hmac
import logging
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Table

from models.key_ring import ID_LENGTH, KeyRing, is_id

FORM = "SBV1:"
PREFIX = f"\x1f{FORM}"  # people can't type the first character
CONFIDENTIAL = {"info": {"confidential": True}}  # `sa_column_kwargs` of a column that is not declared
UNREADABLE = "_unreadable"  # attribute of an object of a row
NONCE_BYTES = 12
_ID = slice(len(PREFIX), len(PREFIX) + ID_LENGTH)
MARK_LENGTH = _ID.stop  # characters of a stored value that tell its key
log = logging.getLogger(__name__)

Source = Callable[[], KeyRing]
_sources: list[Source] = []  # of the servers of this process, the newest last


def use(source: Source) -> None:
    """Encrypt by the keys that `source` returns, until it is released."""
    _sources.append(source)


def release(source: Source) -> None:
    if source in _sources:
        _sources.remove(source)


def ring() -> KeyRing:
    """Return the keys of this process; none if nothing is encrypted."""
    return _sources[-1]() if _sources else KeyRing()


def columns(table: Table) -> list[str]:
    """Return the names of the confidential columns."""
    return [column.name for column in table.columns if column.info.get("confidential")]


def row_id(table: Table, values: Mapping[str, Any]) -> str:
    return ":".join(str(values[column.name]) for column in table.primary_key)


def sealed(table: str, column: str, row: str, value: Any) -> Any:
    """Return the stored form of a value; without keys the value itself. None stays None."""
    keys = ring()
    id = keys.writing
    if value is None or id is None:
        return value
    nonce = secrets.token_bytes(NONCE_BYTES)
    content = nonce + _cipher(keys[id]).encrypt(nonce, orjson.dumps(value), _place(table, column, row))
    return f"{PREFIX}{id}:{urlsafe_b64encode(content).decode()}"


def opened(table: str, column: str, row: str, stored: Any) -> Any:
    """Return the value of a stored form. One that is not encrypted is returned as it is, and a damaged one as None."""
    id = stored_key(stored)
    if id is None:
        return stored
    key = ring().get(id)
    try:
        if key is None:
            raise ValueError
        content = b64decode(stored[_ID.stop + 1 :], b"-_", validate=True)
        return orjson.loads(_cipher(key).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], _place(table, column, row)))
    except (InvalidTag, ValueError):
        log.error("confidential value unreadable", extra={"table": table, "column": column, "row": row, "key": id})
        return None


def stored_key(stored: Any) -> str | None:
    """Return the id of the key of a stored form; None if it is not encrypted."""
    if not isinstance(stored, str) or not stored.startswith(PREFIX):
        return None
    key = stored[_ID]
    return key if is_id(key) else None


def opened_row(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    """Return a row that SQLAlchemy Core has read, decrypted. It must have the primary key."""
    found = {name: values[name] for name in columns(table) if stored_key(values.get(name)) is not None}
    if not found:
        return values
    row = row_id(table, values)
    return values | {name: opened(table.name, name, row, stored) for name, stored in found.items()}


def opened_attributes(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of an object: a decrypted row, and the names of its unreadable columns, if there are any."""
    found = opened_row(table, values)
    if found is values:
        return values
    names = frozenset(name for name in columns(table) if values.get(name) is not None and found[name] is None)
    return found | {UNREADABLE: names} if names else found


def unreadable(row: Any) -> frozenset[str]:
    """Return the names of the columns of a row that could not be decrypted, and have no new value since. They read as None.

    `row`: an object, or the values of `opened_attributes`.
    """
    attributes = row if isinstance(row, Mapping) else row.__dict__
    names: frozenset[str] = attributes.get(UNREADABLE, frozenset())
    return frozenset(name for name in names if attributes.get(name) is None)


def sealed_values(table: Table, values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return the stored forms of these columns of a row, without those that are None."""
    if ring().writing is None:
        return {}
    row = row_id(table, values)
    return {name: sealed(table.name, name, row, values[name]) for name in names if values[name] is not None}


def _place(table: str, column: str, row: str) -> bytes:
    return f"{table}\0{column}\0{row}".encode()


@lru_cache(64)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, b"confidential values", "sha256"))
