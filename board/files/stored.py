"""Files in a store, and the limits for reading and writing them."""

import re
from collections.abc import AsyncIterator
from typing import NamedTuple

PIECE_BYTES = 256 * 1024  # largest piece of one read or write
PAGE_SIZE = 1_000  # keys per step of a listing or a deletion

_KEY = re.compile(r"(uploads|files)/[0-9A-Za-z_-]{1,64}/[0-9a-z][0-9a-z-]{0,63}")


class StoredFile(NamedTuple):
    """File in a store. `size`: bytes. `changed_at`: seconds since 1970."""

    key: str
    size: int
    changed_at: float


async def chain(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the first bytes, then the rest."""
    yield first
    async for piece in rest:
        yield piece


def is_key(text: str) -> bool:
    """Return whether a text is the name of a file in the store, without the id of an encryption key."""
    return _KEY.fullmatch(text) is not None
