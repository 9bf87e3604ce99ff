"""Fair queue for pages, static files, and all requests of strangers: they use the event loop, on which all commands run.

A person who is signed in takes turns by account. Their calls of the API do not wait, because they have separate limits.
Strangers take turns by network. A turn lasts twice as long as its work, so that half of the time is free for others with any
number of connections.
"""

import asyncio
from collections.abc import Hashable

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from board.errors import Refused
from board.queues.fair_queue import FairQueue
from board.queues.recent_credentials import RecentAccount
from board.rate_limit import client_address
from board.rate_limit.addresses import block_of
from board.service import BoardService
from board.web import auth, busy_page, language
from board.web.auth import SAFE
from board.web.refusals import error_response
from realtime.keyed_semaphore import Slot

TURN_S = 0.1  # a request that takes longer waits for something other than the loop
FREE = ("/healthz", "/readyz", "/metrics")  # requested by machines, which treat a late answer as an outage


class PageTurnsMiddleware:
    """Middleware that makes requests wait for their turn. A full queue answers 429 in a few bytes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in FREE:
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        account = _recent_account(connection)
        queue, key = _queue_of(connection, account)
        if queue is None:
            await self._app(scope, receive, send)
            return
        try:
            slot = await queue.acquire(key)
        except Refused as refused:
            await _refusal(connection, refused, account)(scope, receive, send)
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


def _refusal(connection: HTTPConnection, refused: Refused, account: RecentAccount | None) -> Response:
    """Return the refusal: a small page for browsers, JSON for calls of the API, otherwise one line of text."""
    lang = language.if_offered(account.language if account else "") or language.language_for(connection)
    if connection.scope["path"].startswith("/api/"):
        return error_response(refused, language=lang)
    if "text/html" in connection.headers.get("accept", ""):
        return busy_page.page(refused, lang, account.theme if account else "", again=connection.scope["method"] in SAFE)
    return busy_page.line(refused, lang)


def _recent_account(connection: HTTPConnection) -> RecentAccount | None:
    service: BoardService = connection.app.state.service
    credential = auth.credential_of(connection)
    return service.recent_credentials.account(credential) if credential else None


def _queue_of(connection: HTTPConnection, account: RecentAccount | None) -> tuple[FairQueue | None, Hashable]:
    """Return the queue of a request and its key; no queue for calls of the API by a signed-in caller."""
    service: BoardService = connection.app.state.service
    if account is None:
        return service.queues.strangers, block_of(client_address.of(connection))
    is_call = connection.scope["path"].startswith("/api/")
    return (None, None) if is_call else (service.queues.pages, account.id)
