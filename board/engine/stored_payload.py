"""Stored form of a payload: its JSON, compressed with a dictionary that all payloads share.

Everybody else, and the chain's commitment, has the JSON. No payload depends on another one, so each can be erased by itself.
Journals of earlier versions have the JSON itself, which begins with a brace; both can be read.
"""

import zlib
from functools import cache
from typing import Any

import orjson

from board.paths import DATA

MARK = b"\x01"  # first byte of a compressed payload: the number of its dictionary
DICTIONARY = "payload_dictionary_1.txt"  # never changed: a better one gets a number of its own
MAX_BYTES = 64_000_000  # of one payload, far above what a command can write: a damaged row must not fill the memory
WINDOW_BITS, MEMORY_LEVEL, LEVEL = -13, 5, 6  # a payload costs 20 µs; the largest values save 1 % and cost twice as much


@cache
def _dictionary() -> bytes:
    return (DATA / DICTIONARY).read_bytes()


@cache
def _compressor() -> Any:
    """Return a compressor that is copied for each payload, as reading the dictionary costs more than the payload."""
    return zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW_BITS, MEMORY_LEVEL, zlib.Z_DEFAULT_STRATEGY, _dictionary())


def pack(body: bytes) -> bytes:
    """Return the stored form of a payload's JSON."""
    compressor = _compressor().copy()
    packed: bytes = MARK + compressor.compress(body) + compressor.flush()
    return packed if len(packed) < len(body) else body


def is_packed(stored: bytes) -> bool:
    """Return whether a stored payload is compressed."""
    return stored[:1] == MARK


def unpack(stored: bytes) -> bytes:
    """Return the JSON of a stored payload. A damaged one is returned as it is, and is no JSON: the chain tells of it."""
    if not isinstance(stored, bytes) or not is_packed(stored):
        return stored
    decompressor = zlib.decompressobj(WINDOW_BITS, _dictionary())
    try:
        body = decompressor.decompress(stored[1:], MAX_BYTES)
    except zlib.error:
        return stored
    return body if decompressor.eof and not decompressor.unused_data else stored


def load(stored: bytes | None) -> dict[str, Any]:
    """Return a stored payload, parsed; empty if it was erased."""
    payload: dict[str, Any] = orjson.loads(unpack(stored)) if stored is not None else {}
    return payload
