"""Interface of a store of files, and its bounds."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, Protocol

PIECE_BYTES = 256 * 1024  # largest piece that is read or written at once
PAGE_SIZE = 1_000  # keys of one step of a listing or a deletion


class Stored(NamedTuple):
    """File in a store: key, bytes, and the time of the last change in seconds since 1970."""

    key: str
    size: int
    changed_at: float


class Backend(Protocol):
    """Store of files: a folder, or a bucket. All methods raise FilesUnavailable; those that read, FileNotFoundError."""

    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None: ...
    def get(self, key: str) -> AsyncIterator[bytes]: ...
    async def size(self, key: str) -> int: ...
    async def delete(self, keys: Sequence[str]) -> None: ...
    def list(self, prefix: str) -> AsyncIterator[Stored]: ...
    async def room(self) -> int | None: ...
    async def close(self) -> None: ...
