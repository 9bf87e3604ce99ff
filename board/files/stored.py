"""Files in a store, and the bounds of reading and writing them."""

from collections.abc import AsyncIterator
from typing import NamedTuple

PIECE_BYTES = 256 * 1024  # largest piece that is read or written at once
PAGE_SIZE = 1_000  # keys of one step of a listing or a deletion


class Stored(NamedTuple):
    """File in a store: key, bytes, and the time of the last change in seconds since 1970."""

    key: str
    size: int
    changed_at: float


async def chain(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the first bytes, which were read to see whether there are any, then the rest."""
    yield first
    async for piece in rest:
        yield piece
