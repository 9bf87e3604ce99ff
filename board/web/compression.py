"""Compression of large responses with gzip, for programs.

The length of a compressed response discloses whether text chosen by an attacker occurs in it (BREACH), which takes many
requests of the victim. So only responses to bearer tokens are compressed: a foreign page can make a browser with a session
send requests, but not a program. Endpoints that return secrets (sources, keys, codes, the audit journal) do not use this.
"""

import gzip
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from functools import partial, wraps
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from board.engine.identity import Caller
from board.web.http import service_of

MIN_BYTES = 1_000  # shorter responses are sent as they are
LARGE = 64 * 1024  # bytes; compressing more takes over a millisecond, and runs in a thread
LEVEL = 4  # a fifth of the size of a snapshot, in half the time of the usual level 6
GZIP = 16  # zlib flag: with gzip header and trailer

R = TypeVar("R", bound=Response)
Run = Callable[[Callable[[], bytes]], Awaitable[bytes]]  # in a thread, in turn


def compressed(endpoint: Callable[[Request, Caller], Awaitable[R]]) -> Callable[[Request, Caller], Awaitable[R]]:
    """Wrap an endpoint so that its response is compressed if the caller is a program that accepts gzip."""

    @wraps(endpoint)
    async def call(request: Request, caller: Caller) -> R:
        return await compress(request, caller, await endpoint(request, caller))

    return call


async def compress(request: Request, caller: Caller, response: R) -> R:
    """Return the response, compressed if the caller is a program that accepts gzip and the body is long enough."""
    response.headers["vary"] = "accept-encoding"
    if caller.token is None or not accepts_gzip(request.headers.get("accept-encoding", "")):
        return response
    run = partial(service_of(request).queues.compression.run, caller.account.id)
    if isinstance(response, StreamingResponse):
        response.body_iterator = _in_parts(response.body_iterator, run)
    elif len(response.body) < MIN_BYTES:
        return response
    else:
        response.body = await _packed(bytes(response.body), run)
        response.headers["content-length"] = str(len(response.body))
    response.headers["content-encoding"] = "gzip"
    return response


def accepts_gzip(header: str) -> bool:
    """Return whether `Accept-Encoding` names gzip with a weight above 0."""
    for coding in header.lower().split(","):
        name, *parameters = (part.strip() for part in coding.split(";"))
        if name in ("gzip", "x-gzip"):
            return not any(part.startswith("q=") and not part[2:].strip("0.") for part in parameters)
    return False


async def _packed(body: bytes, run: Run) -> bytes:
    if len(body) < LARGE:
        return gzip.compress(body, LEVEL, mtime=0)
    return await run(partial(gzip.compress, body, LEVEL, mtime=0))


async def _in_parts(parts: AsyncIterable[str | bytes | memoryview], run: Run) -> AsyncIterator[bytes]:
    """Compress a streamed body part by part, so that only one part is in memory."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, zlib.MAX_WBITS + GZIP)
    async for part in parts:
        raw = part.encode() if isinstance(part, str) else bytes(part)
        if len(raw) < LARGE:
            compressed_part = packer.compress(raw)
        else:
            compressed_part = await run(partial(packer.compress, raw))
        if compressed_part:
            yield compressed_part
    yield packer.flush()
