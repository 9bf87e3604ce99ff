"""HTTP protocol of the server: uvicorn's over h11, with limits on slow clients and on the number of connections."""

from asyncio.transports import BaseTransport
from collections.abc import Callable
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from realtime.deadlines import Deadlines
from realtime.websocket_protocol import WebSocketProtocol, tune_socket

OnClose = Callable[[], None]
Admit = Callable[[str | None], OnClose | None]  # called with the peer's address; None refuses the connection


def _ignore() -> None:
    """Default at the end of a connection that is not counted."""


class HttpProtocol(H11Protocol):
    """HTTP connection, until it is upgraded to a WebSocket. `enter` counts it, and may refuse it."""

    def __init__(self, *args: Any, enter: Admit, **options: Any) -> None:
        super().__init__(*args, **options)
        self._admit, self._on_close = enter, _ignore
        self._head_since: float | None = None  # while the head of a request is incomplete
        self._body_since: float | None = None  # while its body is incomplete, without time spent not reading
        self._received_at = self._checked_at = 0.0
        self._unsent_bytes, self._unsent_since = 0, 0.0

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        tune_socket(transport.get_extra_info("socket"))
        self._head_since = self._checked_at = self.loop.time()
        on_close = self._admit(self.client[0] if self.client else None)
        if on_close is None:
            self.abort()
        else:
            self._on_close = on_close

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._on_close()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        super().handle_websocket_upgrade(event)
        cast("WebSocketProtocol", self.transport.get_protocol()).on_close, self._on_close = self._on_close, _ignore

    def abort(self) -> None:
        """Close the connection now; unsent output is discarded."""
        self.transport.abort()

    # -- waiting for the client --------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self._received_at = self.loop.time()
        super().data_received(data)
        self._update_waits(more=True)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._update_waits(more=bool(self.conn.trailing_data[0]))  # part of the next request may be here

    def _update_waits(self, more: bool) -> None:
        """Update what of a request is missing. `more`: part of the next request may have arrived."""
        now, state = self.loop.time(), self.conn.their_state
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
        return self.flow.read_paused or (self.cycle is not None and self.cycle.waiting_for_100_continue)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unsent_bytes = 0  # later output is new, even if it is as much

    def _is_output_unread(self, now: float, limit_s: float) -> bool:
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent_bytes or not unsent:
            self._unsent_bytes, self._unsent_since = unsent, now
        return now - self._unsent_since > limit_s
