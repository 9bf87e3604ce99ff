"""HTTP/1.1 protocol of the server on the parser of `h11`, because general servers have no limits on slow clients and on the
number of connections.

Uvicorn creates it (`Config.http`) with its configuration and state, and calls `shutdown`. No other part of uvicorn is used.
"""

import asyncio
import logging
from asyncio.transports import BaseTransport, Transport
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import unquote

import h11

from realtime.deadlines import Deadlines
from realtime.http.http_exchange import HttpExchange
from realtime.http.request_framing import encode_head, is_ambiguous, is_websocket_handshake
from realtime.http.websocket_protocol import WebSocketProtocol, address_of, tune_socket

log = logging.getLogger("realtime.http.http_protocol")

NOT_HTTP = "Invalid HTTP request received."  # both in uvicorn's words, for programs that count such clients
UNKNOWN_UPGRADE = "Unsupported upgrade request."
MAX_HEAD = 65_536  # bytes of a head that arrives at once; of one in pieces, h11 accepts less
MAX_UNREAD_BODY = 65_536  # bytes of a body that the application has not read; above it, reading pauses

OnClose = Callable[[], None]
Admit = Callable[[str | None], OnClose | None]  # called with the peer's address; None refuses the connection


def _ignore() -> None:
    """Do nothing at the end of a connection that is not counted."""


class HttpProtocol(asyncio.Protocol):
    """HTTP connection, until it is upgraded to a WebSocket. `enter`: counts it, and may refuse it.

    The other arguments are uvicorn's: its configuration, the state that its connections share, and the application's state.
    Requests are answered in turn: during an answer, h11 keeps the following bytes, and reading pauses.
    """

    def __init__(self, config: Any, server_state: Any, app_state: dict[str, Any], _loop: Any = None, *, enter: Admit) -> None:
        self.loop: asyncio.AbstractEventLoop = _loop or asyncio.get_running_loop()
        self._config, self._server, self._app_state = config, server_state, app_state
        self._admit, self._on_close = enter, _ignore
        self._parser = h11.Connection(h11.SERVER)
        self._exchange: HttpExchange | None = None  # the last request, and its response
        self._reading_paused = self._writing_paused = self._shutting_down = False
        self._keep_alive: asyncio.TimerHandle | None = None
        self._head_since: float | None = None  # while the head of a request is incomplete
        self._body_since: float | None = None  # while its body is incomplete, without time spent not reading
        self._received_at = self._checked_at = 0.0
        self._unsent_bytes, self._unsent_since = 0, 0.0

    # -- the transport ---------------------------------------------------------------------------------------------------

    def connection_made(self, transport: BaseTransport) -> None:
        self.transport = cast(Transport, transport)
        self._server.connections.add(self)
        tune_socket(transport.get_extra_info("socket"))
        self._client = address_of(transport.get_extra_info("peername"))
        self._head_since = self._checked_at = self.loop.time()
        on_close = self._admit(self._client[0] if self._client else None)
        if on_close is None:
            self.abort()
        else:
            self._on_close = on_close

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self)
        self._stop_keep_alive()
        if self._exchange is not None:
            self._exchange.disconnect()
            self._exchange = None  # each refers to the other
        self._on_close()

    def eof_received(self) -> None:
        """Let the transport close."""

    def pause_writing(self) -> None:
        self._writing_paused = True
        if self._exchange is not None:
            self._exchange.pause()

    def resume_writing(self) -> None:
        self._writing_paused = False
        self._unsent_bytes = 0  # later output is new, even if it has the same size
        if self._exchange is not None:
            self._exchange.resume()

    def abort(self) -> None:
        """Close the connection now; unsent output is discarded."""
        self.transport.abort()

    def shutdown(self) -> None:
        """End the connection because the server ends, after the response if there is a request."""
        self._shutting_down = True
        if self._unanswered is None:
            self.transport.close()

    @property
    def _unanswered(self) -> HttpExchange | None:
        """Request being answered, or None."""
        return None if self._exchange is None or self._exchange.response_complete else self._exchange

    # -- what the client sends ---------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self._received_at = self.loop.time()
        self._stop_keep_alive()
        if self._exchange is None and self._is_handshake(data):  # the first request
            self._upgrade(data)
            return
        self._parser.receive_data(data)
        self._read_events()
        self._update_waits(more=True)

    def _read_events(self) -> None:
        """Handle the received bytes, until the end of an unanswered request."""
        while not self.transport.is_closing() and self._parser.their_state is not h11.MUST_CLOSE:
            try:
                event = self._next_event()
            except h11.RemoteProtocolError:
                self._on_bad_request()
                return
            match event:
                case h11.Request() if self._wants_websocket(event):
                    self._upgrade(encode_head(event) + self._parser.trailing_data[0])
                    return
                case h11.Request():
                    self._start_exchange(event)
                case h11.Data():
                    if (reader := self._unanswered) is not None and reader.receive_body(event.data) > MAX_UNREAD_BODY:
                        self._pause_reading()
                case h11.EndOfMessage():
                    if (reader := self._unanswered) is not None:
                        reader.end_body()
                    self._next_cycle()
                case h11.PAUSED:  # the next request has arrived already
                    self._pause_reading()
                    return
                case _:  # more data is needed, or the client has closed
                    return

    def _next_event(self) -> Any:
        """Return the parser's next event. Raises RemoteProtocolError if a head is too large, or its framing ambiguous."""
        if self._parser.their_state is not h11.IDLE:
            return self._parser.next_event()
        before = self._parser.trailing_data[0]
        if len(before) > MAX_HEAD and before.find(b"\r\n\r\n", 0, MAX_HEAD) < 0:
            raise h11.RemoteProtocolError("head too large")
        event = self._parser.next_event()
        if isinstance(event, h11.Request) and is_ambiguous(before[: len(before) - len(self._parser.trailing_data[0])]):
            raise h11.RemoteProtocolError("ambiguous framing")
        return event

    def _start_exchange(self, request: h11.Request) -> None:
        self._stop_keep_alive()  # set by the previous response, if this request had arrived already
        exchange = self._exchange = HttpExchange(self._scope(request), self._parser, self.transport, self._server.default_headers)
        exchange.on_read, exchange.on_complete = self._resume_reading, self._on_response
        if self._writing_paused:  # the client has not read the previous response
            exchange.pause()
        task = self.loop.create_task(exchange.run(self._config.loaded_app))
        self._server.tasks.add(task)
        task.add_done_callback(self._server.tasks.discard)

    def _scope(self, request: h11.Request) -> dict[str, Any]:
        """Return the scope of ASGI's HTTP specification, version 2.3."""
        raw_path, _, query = request.target.partition(b"?")
        root: str = self._config.root_path
        return {
            "type": "http",
            "asgi": {"version": self._config.asgi_version, "spec_version": "2.3"},
            "http_version": request.http_version.decode("ascii"),
            "server": address_of(self.transport.get_extra_info("sockname")),
            "client": self._client,
            "scheme": "http" if self.transport.get_extra_info("sslcontext") is None else "https",
            "method": request.method.decode("ascii"),
            "root_path": root,
            "path": root + unquote(raw_path.decode("ascii")),
            "raw_path": root.encode("ascii") + raw_path,
            "query_string": query,
            "headers": list(request.headers),
            "state": self._app_state.copy(),
        }

    def _on_bad_request(self) -> None:
        log.warning(NOT_HTTP)
        if (reader := self._unanswered) is not None:
            reader.disconnect()
        if self._parser.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            headers = [("content-type", "text/plain; charset=utf-8"), ("connection", "close")]
            response = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
            for event in (response, h11.Data(data=NOT_HTTP.encode()), h11.EndOfMessage()):
                self.transport.write(self._parser.send(event) or b"")
        self.transport.close()

    def _pause_reading(self) -> None:
        if not self._reading_paused:
            self._reading_paused = True
            self.transport.pause_reading()

    def _resume_reading(self) -> None:
        if self._reading_paused:
            self._reading_paused = False
            self.transport.resume_reading()

    # -- the next request --------------------------------------------------------------------------------------------------

    def _on_response(self) -> None:
        """Close the connection after a response, or wait for the next request."""
        self._server.total_requests += 1
        if self._shutting_down or self._parser.our_state is h11.MUST_CLOSE:
            self.transport.close()
        if self.transport.is_closing():
            return
        self._keep_alive = self.loop.call_later(self._config.timeout_keep_alive, self.transport.close)
        self._resume_reading()
        if self._next_cycle():
            self._read_events()
        self._update_waits(more=bool(self._parser.trailing_data[0]))  # part of the next request may have arrived

    def _next_cycle(self) -> bool:
        """Prepare for the next request if this one and its response are complete; return whether they are."""
        if self._parser.our_state is not h11.DONE or self._parser.their_state is not h11.DONE:
            return False
        self._parser.start_next_cycle()
        return True

    def _stop_keep_alive(self) -> None:
        if self._keep_alive is not None:
            self._keep_alive.cancel()
            self._keep_alive = None

    # -- WebSockets --------------------------------------------------------------------------------------------------------

    def _wants_websocket(self, request: h11.Request) -> bool:
        upgrade, connection = b"", b""
        for name, value in request.headers:
            if name == b"upgrade":
                upgrade = value.lower()
            elif name == b"connection":
                connection += b"," + value.lower()
        if not upgrade or b"upgrade" not in [token.strip() for token in connection.split(b",")]:
            return False
        if upgrade != b"websocket" or self._config.ws_protocol_class is None:
            log.warning(UNKNOWN_UPGRADE)
            return False
        return True

    def _is_handshake(self, data: bytes) -> bool:
        """Return whether these first bytes are a WebSocket handshake in the usual form.

        Our WebSocket protocol parses it, so h11 need not. `_wants_websocket` finds all others.
        """
        if self._config.ws_protocol_class is not WebSocketProtocol:
            return False
        head, end, _ = data.partition(b"\r\n\r\n")
        is_first = self._parser.their_state is h11.IDLE and not self._parser.trailing_data[0]
        return bool(end) and len(head) <= MAX_HEAD and is_first and is_websocket_handshake(head)

    def _upgrade(self, data: bytes) -> None:
        """Pass the transport to the WebSocket protocol, with the request and the following bytes."""
        self._server.connections.discard(self)
        protocol = self._config.ws_protocol_class(config=self._config, server_state=self._server, app_state=self._app_state)
        protocol.on_close, self._on_close = self._on_close, _ignore
        protocol.connection_made(self.transport)
        self.transport.set_protocol(protocol)
        protocol.data_received(data)

    # -- waiting for the client --------------------------------------------------------------------------------------------

    def _update_waits(self, more: bool) -> None:
        """Update the start times of incomplete parts of a request. `more`: part of the next request may have arrived."""
        now, state = self.loop.time(), self._parser.their_state
        self._head_since = (self._head_since or now) if state is h11.IDLE and more else None
        self._body_since = (self._body_since or now) if state is h11.SEND_BODY else None

    def is_late(self, now: float, deadlines: Deadlines) -> bool:
        """Return whether the client takes too long to send a request or to read a response."""
        if self._body_since is not None and self._is_kept_waiting:
            self._body_since += now - self._checked_at
            self._received_at = now
        self._checked_at = now
        if self._head_since is not None and now - self._head_since > deadlines.head:
            return True
        if self._body_since is not None:
            return now - self._received_at > deadlines.body or now - self._body_since > deadlines.whole_body
        return self._is_output_unread(now, deadlines.unread_output)

    @property
    def _is_kept_waiting(self) -> bool:
        """Return whether the server does not read the body yet."""
        return self._reading_paused or (self._exchange is not None and self._exchange.is_continue_owed)

    def _is_output_unread(self, now: float, limit_s: float) -> bool:
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent_bytes or not unsent:
            self._unsent_bytes, self._unsent_since = unsent, now
        return now - self._unsent_since > limit_s
