"""Store of files in an S3 bucket, for installations on several machines. S3 itself is durable and atomic."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar

import obstore
from obstore import exceptions
from obstore.store import S3Store

from board.files.stored import PAGE_SIZE, PIECE_BYTES, StoredFile, chain
from board.files.unavailable import FilesUnavailable, Reason

T = TypeVar("T")

PART_BYTES = 5 * 1024 * 1024  # smallest part that S3 accepts
CONNECT_TIMEOUT = timedelta(seconds=3)
REQUEST_TIMEOUT = timedelta(seconds=15)
RETRIES = 2
TIMEOUT_S = 30.0  # for one call with its retries
PUT_TIMEOUT_S = 120.0  # for storing a complete file, in several requests

_NO_BUCKET = "NoSuchBucket"
_FULL = ("XMinioStorageFull", "QuotaExceeded", "InsufficientStorage", " 507 ")  # codes of S3-compatible stores


class Bucket:
    """Bucket, or a prefix in one. `config`: arguments of S3Store, which override the environment's AWS_* variables."""

    def __init__(self, name: str, prefix: str, config: dict[str, Any]) -> None:
        self._store = S3Store(
            name, prefix=prefix or None, **config,
            client_options={
                "connect_timeout": CONNECT_TIMEOUT, "timeout": REQUEST_TIMEOUT,
                "allow_http": str(config.get("endpoint", "")).startswith("http://"),
            },
            retry_config={"max_retries": RETRIES, "retry_timeout": REQUEST_TIMEOUT},
        )  # fmt: skip

    async def put(self, key: str, content: bytes | AsyncIterator[bytes]) -> None:
        """Send a file of one part in one request, and a larger file as a multipart upload."""
        async with _call(PUT_TIMEOUT_S, writes=True):
            first, rest = (content, None) if isinstance(content, bytes) else await _first_part(content)
            if rest is None:
                await obstore.put_async(self._store, key, first, use_multipart=False)
            else:
                parts = chain(first, rest)
                await obstore.put_async(self._store, key, parts, use_multipart=True, chunk_size=PART_BYTES, max_concurrency=1)

    async def get(self, key: str) -> AsyncIterator[bytes]:
        async with _call():
            result = await obstore.get_async(self._store, key)
            pieces = result.stream(min_chunk_size=PIECE_BYTES).__aiter__()
        while True:
            async with _call():
                piece = bytes(await _next(pieces, b""))
            if not piece:
                return
            for start in range(0, len(piece), PIECE_BYTES):
                yield piece[start : start + PIECE_BYTES]

    async def size(self, key: str) -> int:
        async with _call():
            return (await obstore.head_async(self._store, key))["size"]

    async def delete(self, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), PAGE_SIZE):
            async with _call(writes=True):
                await obstore.delete_async(self._store, list(keys[start : start + PAGE_SIZE]))

    async def list(self, prefix: str) -> AsyncIterator[StoredFile]:
        pages = obstore.list(self._store, prefix.strip("/") or None, chunk_size=PAGE_SIZE).__aiter__()
        while True:
            async with _call(writes=True):
                page = await _next(pages, ())
            if not page:
                return
            for entry in page:
                yield StoredFile(entry["path"], entry["size"], entry["last_modified"].timestamp())

    async def close(self) -> None:
        return None


async def _next(stream: AsyncIterator[T], end: T) -> T:
    """Return the next item, or `end`. (`anext` with a default does not support the futures of obstore.)"""
    try:
        return await anext(stream)
    except StopAsyncIteration:
        return end


async def _first_part(content: AsyncIterator[bytes]) -> tuple[bytes, AsyncIterator[bytes] | None]:
    """Return the first part, and the rest; None if the file ends in the first part."""
    first = bytearray()
    async for piece in content:
        first += piece
        if len(first) > PART_BYTES:
            return bytes(first), content
    return bytes(first), None


@asynccontextmanager
async def _call(timeout_s: float = TIMEOUT_S, writes: bool = False) -> AsyncIterator[None]:
    """Limit the time of a call, and raise FilesUnavailable for errors of the store.

    `writes`: "not found" means that the bucket is missing, not a file.
    """
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except TimeoutError:
        raise FilesUnavailable(Reason.SLOW) from None
    except FileNotFoundError as error:
        if writes or _NO_BUCKET in str(error):
            raise FilesUnavailable(Reason.GONE) from None
        raise FileNotFoundError from None
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
        raise FilesUnavailable(Reason.REFUSED) from None
    except exceptions.BaseError as error:  # no cause, because it quotes addresses and answers of the store
        raise FilesUnavailable(_reason(str(error))) from None


def _reason(text: str) -> Reason:
    if any(code in text for code in _FULL):
        return Reason.FULL
    if _NO_BUCKET in text:
        return Reason.GONE
    return Reason.SLOW if "timed out" in text or "error sending request" in text else Reason.FAILED
