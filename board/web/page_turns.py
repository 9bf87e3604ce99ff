"""Fair queue of pages, static files, and all requests of strangers: they use the event loop, which carries everybody's commands.

A person who is signed in takes turns by account, and their calls of the API do not wait: these have limits of their own.
Strangers take turns by network. After its work a turn lasts as long again, so that half of the time is left to others, however
many connections ask.
"""

import asyncio
from collections.abc import Hashable

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from board import client_address
from board.errors import Refused
from board.i18n import translate
from board.queues.fair_queue import FairQueue
from board.rate_limit.addresses import block_of
from board.service import BoardService
from board.web import auth, language
from board.web.http import STATUS, error_response, with_retry_after
from realtime.keyed_semaphore import Slot

TURN_S = 0.1  # a request that takes longer waits for something else, and uses the loop no more
FREE = ("/healthz", "/readyz", "/metrics")  # asked by machines, which take a late answer for an outage


class PageTurnsMiddleware:
    """Middleware that lets requests wait for their turn. A full queue answers 429 in a few bytes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in FREE:
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        queue, key = _queue_of(connection)
        if queue is None:
            await self._app(scope, receive, send)
            return
        try:
            slot = await queue.acquire(key)
        except Refused as refused:
            await _refusal(connection, refused)(scope, receive, send)
            return
        await self._in_turn(slot, scope, receive, send)

    async def _in_turn(self, slot: Slot, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        began, timer = loop.time(), loop.call_later(TURN_S, slot.release)
        try:
            await self._app(scope, receive, send)
        finally:
            timer.cancel()
            loop.call_later(min(TURN_S, loop.time() - began), slot.release)


def _refusal(connection: HTTPConnection, refused: Refused) -> Response:
    """Return the refusal in plain text, as a page would take as long as the one that was refused; for programs as JSON."""
    reads = language.language_for(connection)
    if connection.scope["path"].startswith("/api/"):
        return error_response(refused, language=reads)
    return with_retry_after(PlainTextResponse(translate(refused.message, reads), STATUS[refused.code]), refused)


def _queue_of(connection: HTTPConnection) -> tuple[FairQueue | None, Hashable]:
    """Return the queue of a request and its key; no queue for calls of the API by somebody who is signed in."""
    service: BoardService = connection.app.state.service
    credential = auth.credential_of(connection)
    account = service.recent_credentials.account(credential) if credential else None
    if account is None:
        return service.queues.strangers, block_of(client_address.of(connection))
    is_call = connection.scope["path"].startswith("/api/")
    return (None, None) if is_call else (service.queues.pages, account)
