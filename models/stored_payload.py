"""Stored form of a payload: its JSON, compressed with a dictionary that all payloads share.

If it makes a payload much smaller, it is also compressed with an earlier payload of the entity, its base, so that only the
changes are stored. A base is stored in full, so a payload is read from at most two rows. Before a base is erased, the payloads
that need it are stored in full (`board.engine.erasure`). All other code, and the chain's commitment, use the JSON. Journals of
earlier versions contain uncompressed JSON, which begins with a brace; all forms can be read.
"""

import zlib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson

MARK = b"\x01"  # first byte of a compressed payload: the number of its dictionary
BASED = b"\x02"  # the same dictionary, followed by another payload
DICTIONARY = Path(__file__).parent / "payload_dictionary_1.txt"  # immutable: a better dictionary gets a new number
MAX_BYTES = 64_000_000  # of a payload: far more than a command can write; a damaged row must not fill the memory
MAX_BASE = 8_000  # bytes of a base: earlier bytes are outside the window
MAX_SHARE = 0.6  # of the base's size; a larger payload is stored in full, and can be the next base
WINDOW_BITS, MEMORY_LEVEL, LEVEL = -13, 5, 6  # 20 µs per payload; the largest values save 1 % and take twice as long


class Base(NamedTuple):
    """Payload that is stored in full, and its seq."""

    seq: int
    body: bytes
    stored_bytes: int


class Bases(dict[tuple[str, str, str], Base]):
    """Bases of the next payloads, by board, kind and id of their entities."""

    def store(self, entity: tuple[str, str, str], seq: int, body: bytes) -> tuple[int | None, bytes]:
        """Return the seq of a payload's base, and the payload's stored form.

        The seq is None if the payload is stored in full. Then it is the base of the next payloads.
        """
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
    """Return a compressor to copy for each payload, because reading the dictionary costs more than the payload."""
    return zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL, zlib.Z_DEFAULT_STRATEGY, _dictionary())


def pack(body: bytes) -> bytes:
    """Return the stored form of a payload's JSON."""
    compressor = _compressor().copy()
    packed: bytes = MARK + compressor.compress(body) + compressor.flush()
    return packed if len(packed) < len(body) else body


def pack_on(base: Base, body: bytes) -> bytes | None:
    """Return the stored form of the difference from a base; None if that is not much smaller."""
    dictionary = _dictionary() + base.body
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL, zlib.Z_DEFAULT_STRATEGY, dictionary)
    packed = BASED + compressor.compress(body) + compressor.flush()
    return packed if len(packed) <= MAX_SHARE * base.stored_bytes else None


def base_of(seq: int, stored: bytes | None) -> Base | None:
    """Return a stored payload as a base for later payloads; None if it was erased or is not suitable."""
    if stored is None or stored[:1] == BASED or len(body := unpack(stored)) > MAX_BASE:
        return None
    return Base(seq, body, len(stored))


def is_packed(stored: bytes) -> bool:
    """Return whether a stored payload is compressed."""
    return stored[:1] in (MARK, BASED)


def unpack(stored: bytes, stored_base: bytes | None = None) -> bytes:
    """Return the JSON of a stored payload. A damaged one is returned unchanged: it is not JSON, and the chain reports it."""
    if not isinstance(stored, bytes) or not is_packed(stored):
        return stored
    has_base = stored[:1] == BASED
    if has_base and stored_base is None:
        return stored
    decompressor = zlib.decompressobj(
        WINDOW_BITS, _dictionary() + unpack(stored_base) if has_base and stored_base is not None else _dictionary()
    )
    try:
        body = decompressor.decompress(stored[1:], MAX_BYTES)
    except zlib.error:
        return stored
    return body if decompressor.eof and not decompressor.unused_data else stored


def load(stored: bytes | None, stored_base: bytes | None = None) -> dict[str, Any]:
    """Return a stored payload, parsed; empty if it was erased. `stored_base`: stored form of its base."""
    payload: dict[str, Any] = orjson.loads(unpack(stored, stored_base)) if stored is not None else {}
    return payload
