"""Endpoints that read many rows. Each request holds a slot of its account until the response is delivered."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TypeVar, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from board.engine.identity import Caller
from board.web.http import require_caller, service_of
from realtime.keyed_semaphore import Slot

R = TypeVar("R", bound=Response)
CHUNK_BYTES = 256 * 1024  # written at a time, so that a response to a slow client is not buffered twice


class SlotHoldingResponse(Response):
    """Response that releases a slot when its delivery ends or fails."""

    def __init__(self, answer: Response, slot: Slot) -> None:
        super().__init__(status_code=answer.status_code)
        self.raw_headers = answer.raw_headers
        self._answer, self._slot = answer, slot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._answer(scope, receive, _in_chunks(send))
        finally:
            self._slot.release()


def _in_chunks(send: Send) -> Send:
    """Wrap `send` so that it waits for the client between chunks of a large body."""

    async def part(message: Message) -> None:
        body = message.get("body", b"")
        for start in range(0, len(body) - CHUNK_BYTES, CHUNK_BYTES):
            await send({"type": message["type"], "body": body[start : start + CHUNK_BYTES], "more_body": True})
        if len(body) > CHUNK_BYTES:
            message = dict(message) | {"body": body[(len(body) - 1) // CHUNK_BYTES * CHUNK_BYTES :]}
        await send(message)

    return part


def limited_per_account(endpoint: Callable[[Request, Caller], Awaitable[R]]) -> Callable[[Request], Awaitable[R]]:
    """Wrap an endpoint so that it runs in a slot of its caller's account. Raises Refused `rate_limited`."""

    @wraps(endpoint)
    async def call(request: Request) -> R:
        return await respond_in_slot(request, await require_caller(request), endpoint)

    return call


async def respond_in_slot(request: Request, caller: Caller, endpoint: Callable[[Request, Caller], Awaitable[R]]) -> R:
    """Return the endpoint's response, which holds a slot of the caller's account until it is delivered.

    Raises Refused `rate_limited`.
    """
    slot = await service_of(request).queues.answers.acquire(caller.account.id)
    try:
        return cast(R, SlotHoldingResponse(await endpoint(request, caller), slot))  # with the same body
    except BaseException:
        slot.release()
        raise
