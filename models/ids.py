"""Ids that the server generates: UUIDs of version 7, which sort by time."""

import re
import secrets

from uuid_utils import uuid7


def new_id() -> str:
    return str(uuid7())


_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UUID_BYTES = 16
_NO_TEXT = b"\xff"  # never in UTF-8


def is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def id_bytes(id: str) -> bytes:
    """Return the short form of an id, for large tables: the 16 bytes of a UUID, otherwise its text."""
    if is_uuid(id):
        return bytes.fromhex(id.replace("-", ""))
    encoded = id.encode()
    return encoded + _NO_TEXT if len(encoded) == _UUID_BYTES else encoded


def id_text(short: bytes) -> str:
    """Return the id with this short form."""
    if len(short) != _UUID_BYTES:
        return short.removesuffix(_NO_TEXT).decode()
    digits = short.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def id_sql(column: str, dialect: str) -> str:
    """Return the SQL for the text of an id in a column of short forms: a UUID, or a word whose length is not 16."""
    if dialect == "postgresql":
        text = f"CAST(CAST(encode({column}, 'hex') AS uuid) AS text)"
        return f"CASE octet_length({column}) WHEN {_UUID_BYTES} THEN {text} ELSE convert_from({column}, 'UTF8') END"
    groups = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    digits = " || '-' || ".join(f"substr(hex({column}), {start}, {size})" for start, size in groups)
    return f"CASE length({column}) WHEN {_UUID_BYTES} THEN lower({digits}) ELSE CAST({column} AS TEXT) END"


def new_epoch() -> str:
    """Return a random name for an epoch, which is an unbroken journal of a board."""
    return secrets.token_urlsafe(12)
