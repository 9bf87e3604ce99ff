"""Packing of large answers with gzip, for programs.

A packed answer tells by its length whether a text that an attacker chose stands in it twice (BREACH), which takes many requests
of the victim's. So answers are packed for callers with a token alone: no foreign page can make a program ask, as it can make a
browser that has a session. And only calls that give no secret use this: not who a source is, keys, codes or the audit journal.
"""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from board.engine.identity import Caller

MIN_BYTES = 1_000  # bytes: what is shorter travels as it is
LARGE = 64 * 1024  # bytes: packing more takes longer than a millisecond, and is done in a thread
LEVEL = 4  # a fifth of the bytes of a snapshot, at half of the time of the usual 6
MAX_CONCURRENT = 2  # large answers that are packed at a time
GZIP = 16  # for zlib: with gzip's head and end
_room = asyncio.Semaphore(MAX_CONCURRENT)

CallerEndpoint = Callable[[Request, Caller], Awaitable[Response]]


def compressed(endpoint: CallerEndpoint) -> CallerEndpoint:
    """The endpoint, with its answer packed where the caller is a program that takes it so."""

    @wraps(endpoint)
    async def call(request: Request, caller: Caller) -> Response:
        return await compress(request, caller, await endpoint(request, caller))

    return call


async def compress(request: Request, caller: Caller, response: Response) -> Response:
    """Return the answer, packed where that is worth it."""
    response.headers["vary"] = "accept-encoding"
    if caller.token is None or not accepts_gzip(request.headers.get("accept-encoding", "")):
        return response
    if isinstance(response, StreamingResponse):
        response.body_iterator = _in_parts(response.body_iterator)
    elif len(response.body) < MIN_BYTES:
        return response
    else:
        response.body = await _packed(bytes(response.body))
        response.headers["content-length"] = str(len(response.body))
    response.headers["content-encoding"] = "gzip"
    return response


def accepts_gzip(header: str) -> bool:
    """Return whether `Accept-Encoding` names gzip, and not as refused (`q=0`)."""
    for each in header.lower().split(","):
        name, *parameters = (part.strip() for part in each.split(";"))
        if name in ("gzip", "x-gzip"):
            return not any(part.startswith("q=") and not part[2:].strip("0.") for part in parameters)
    return False


async def _packed(body: bytes) -> bytes:
    if len(body) < LARGE:
        return gzip.compress(body, LEVEL, mtime=0)
    async with _room:
        return await asyncio.to_thread(gzip.compress, body, LEVEL, mtime=0)


async def _in_parts(parts: AsyncIterable[str | bytes | memoryview]) -> AsyncIterator[bytes]:
    """Pack a body that is made as it is read: each part for itself, so that no more than one is in memory."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, zlib.MAX_WBITS + GZIP)
    async for part in parts:
        raw = part.encode() if isinstance(part, str) else bytes(part)
        if len(raw) < LARGE:
            made = packer.compress(raw)
        else:
            async with _room:
                made = await asyncio.to_thread(packer.compress, raw)
        if made:
            yield made
    yield packer.flush()
