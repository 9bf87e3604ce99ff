"""Stored form of a payload: its JSON, compressed with a dictionary that all payloads share.

A payload that follows another one of its entity is compressed with that one, too, as long as this makes it much smaller: what is
stored is what changed. The earlier one, its base, is stored whole, so a payload is read from two rows at most, and before a base
is erased, those that need it are stored whole (`board.engine.erasure`). Everybody else, and the chain's commitment, has the JSON.
Journals of earlier versions have the JSON itself, which begins with a brace; all forms can be read.
"""

import zlib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson

MARK = b"\x01"  # first byte of a compressed payload: the number of its dictionary
BASED = b"\x02"  # the same dictionary, followed by another payload
DICTIONARY = Path(__file__).parent / "payload_dictionary_1.txt"  # never changed: a better one gets a number of its own
MAX_BYTES = 64_000_000  # of one payload, far above what a command can write: a damaged row must not fill the memory
MAX_BASE = 8_000  # bytes of a base: what is further back is out of the window
MAX_SHARE = 0.6  # of what its base takes: above it a payload is stored whole, and the next ones may be based on it
WINDOW_BITS, MEMORY_LEVEL, LEVEL = -13, 5, 6  # a payload costs 20 µs; the largest values save 1 % and cost twice as much


class Base(NamedTuple):
    """Payload that is stored whole, and its seq."""

    seq: int
    body: bytes
    stored_bytes: int


class Bases(dict[tuple[str, str, str], Base]):
    """Bases of the next payloads, by board, kind and id of their entities."""

    def store(self, entity: tuple[str, str, str], seq: int, body: bytes) -> tuple[int | None, bytes]:
        """Return the stored form of a payload's JSON, and before it the seq of its base. If it is stored whole there is none, and
        the next ones are based on it."""
        base = self.get(entity)
        if base is not None and (packed := pack_on(base, body)) is not None:
            return base.seq, packed
        stored = pack(body)
        if len(body) <= MAX_BASE:
            self[entity] = Base(seq, body, len(stored))
        return None, stored


@cache
def _dictionary() -> bytes:
    return DICTIONARY.read_bytes()


@cache
def _compressor() -> Any:
    """Return a compressor that is copied for each payload, as reading the dictionary costs more than the payload."""
    return zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL, zlib.Z_DEFAULT_STRATEGY, _dictionary())


def pack(body: bytes) -> bytes:
    """Return the stored form of a payload's JSON."""
    compressor = _compressor().copy()
    packed: bytes = MARK + compressor.compress(body) + compressor.flush()
    return packed if len(packed) < len(body) else body


def pack_on(base: Base, body: bytes) -> bytes | None:
    """Return the stored form of what differs from a base; None if that is not much smaller."""
    dictionary = _dictionary() + base.body
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL, zlib.Z_DEFAULT_STRATEGY, dictionary)
    packed = BASED + compressor.compress(body) + compressor.flush()
    return packed if len(packed) <= MAX_SHARE * base.stored_bytes else None


def base_of(seq: int, stored: bytes | None) -> Base | None:
    """Return the payload of that event as a base for later ones; None if it was erased, or can't be one."""
    if stored is None or stored[:1] == BASED or len(body := unpack(stored)) > MAX_BASE:
        return None
    return Base(seq, body, len(stored))


def is_packed(stored: bytes) -> bool:
    """Return whether a stored payload is compressed."""
    return stored[:1] in (MARK, BASED)


def unpack(stored: bytes, whole: bytes | None = None) -> bytes:
    """Return the JSON of a stored payload; `whole` is its base as it is stored. A damaged one is returned as it is, and is no
    JSON: the chain tells of it."""
    if not isinstance(stored, bytes) or not is_packed(stored):
        return stored
    based = stored[:1] == BASED
    if based and whole is None:
        return stored
    decompressor = zlib.decompressobj(
        WINDOW_BITS, _dictionary() + unpack(whole) if based and whole is not None else _dictionary()
    )
    try:
        body = decompressor.decompress(stored[1:], MAX_BYTES)
    except zlib.error:
        return stored
    return body if decompressor.eof and not decompressor.unused_data else stored


def load(stored: bytes | None, whole: bytes | None = None) -> dict[str, Any]:
    """Return a stored payload, parsed; empty if it was erased. `whole` is its base as it is stored."""
    payload: dict[str, Any] = orjson.loads(unpack(stored, whole)) if stored is not None else {}
    return payload
