"""HTTP exchange: one request and its response, as ASGI between the application and h11."""

import asyncio
import logging
from asyncio.transports import Transport
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import h11

log = logging.getLogger("realtime.http.http_protocol")

_PHRASES = {status.value: status.phrase.encode() for status in HTTPStatus}

Message = dict[str, Any]
Application = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


class HttpExchange:
    """Request and response on a connection.

    `on_read`: called when the application needs more of the body. `on_complete`: called when the response was written.
    """

    def __init__(
        self, scope: Message, parser: h11.Connection, transport: Transport, default_headers: list[tuple[bytes, bytes]]
    ) -> None:
        self.on_read: Callable[[], None] = lambda: None
        self.on_complete: Callable[[], None] = lambda: None
        self.response_complete = False
        self.is_continue_owed = parser.they_are_waiting_for_100_continue  # the client sends the body after this answer
        self._scope, self._parser, self._transport, self._default_headers = scope, parser, transport, default_headers
        self._body = bytearray()
        self._body_complete = self._disconnected = self._response_started = False
        self._head = b""  # of the response: written with the first part of its body
        self._news = asyncio.Event()  # there is something for `receive` to return
        self._writable = asyncio.Event()
        self._writable.set()

    # -- from the connection -----------------------------------------------------------------------------------------------

    def receive_body(self, data: bytes) -> int:
        """Append to the body; return the number of bytes that the application has not read."""
        self._body += data
        self._news.set()
        return len(self._body)

    def end_body(self) -> None:
        self._body_complete = True
        self._news.set()

    def pause(self) -> None:
        """Make the application wait before it sends more."""
        self._writable.clear()

    def resume(self) -> None:
        self._writable.set()

    def disconnect(self) -> None:
        """Record that the client has left. The application gets the rest of the body, then the disconnect; its output is
        discarded."""
        self._disconnected = True
        self._news.set()
        self._writable.set()

    # -- the application ---------------------------------------------------------------------------------------------------

    async def run(self, application: Application) -> None:
        """Run the application. If it fails, answer with 500, or close the connection if the response has begun."""
        try:
            await application(self._scope, self._receive, self._send)
        except asyncio.CancelledError:  # the server ends, after waiting long enough
            self._transport.abort()
            raise
        except Exception:
            log.exception("request failed")
            await self._fail()
        else:
            if not self.response_complete and not self._disconnected:
                if self._response_started:
                    log.error("response not completed")
                else:
                    log.error("response not started")
                await self._fail()

    async def _fail(self) -> None:
        if self._response_started:
            self._transport.close()
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        await self._send({"type": "http.response.start", "status": 500, "headers": headers})
        await self._send({"type": "http.response.body", "body": b"Internal Server Error"})

    async def _receive(self) -> Message:
        if self.is_continue_owed and not self._disconnected:
            self.is_continue_owed = False
            self._write(h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue"))
        if not self._disconnected and not self.response_complete:
            self.on_read()
            await self._news.wait()
            self._news.clear()
        if (self._disconnected and not self._body) or self.response_complete:
            return {"type": "http.disconnect"}
        body, self._body = bytes(self._body), bytearray()
        return {"type": "http.request", "body": body, "more_body": not self._body_complete}

    async def _send(self, message: Message) -> None:
        await self._writable.wait()
        if self._disconnected:
            return
        match message["type"]:
            case "http.response.start" if not self._response_started:
                self._start_response(message["status"], list(message.get("headers", ())))
            case "http.response.body" if self._response_started and not self.response_complete:
                self._send_body(message.get("body", b""), more=message.get("more_body", False))
            case unexpected:
                raise RuntimeError(f"{unexpected} can't be sent now")

    def _start_response(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        response = h11.Response(
            status_code=status, headers=self._default_headers + headers, reason=_PHRASES.get(status, b"")
        )  # fmt: skip
        self._response_started, self.is_continue_owed = True, False
        self._head = self._parser.send(response) or b""

    def _send_body(self, body: bytes, more: bool) -> None:
        head, self._head = self._head, b""
        data = b"" if self._scope["method"] == "HEAD" else body
        if more:
            self._transport.write(head + (self._parser.send(h11.Data(data=data)) or b""))
            return
        output = self._parser.send(h11.Data(data=data)) or b""
        output += self._parser.send(h11.EndOfMessage()) or b""
        self._transport.write(head + output)
        self.response_complete = True
        self._news.set()
        self.on_complete()

    def _write(self, event: h11.InformationalResponse) -> None:
        self._transport.write(self._parser.send(event) or b"")
