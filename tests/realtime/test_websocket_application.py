"""WebSocket protocol towards the application: it accepts, refuses, fails or falls silent, and the client may be gone."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from realtime.http.websocket_protocol import WebSocketProtocol
from tests.realtime.test_sweeps import HANDSHAKE
from tests.support.simulated_transport import SimulatedLoop, SimulatedTransport


def played(application: Any, *, leaves: bool = False, seconds: float = 0.1, **config: Any) -> SimulatedTransport:
    """Return the transport of a client after an application was given its handshake."""

    async def play() -> SimulatedTransport:
        given = {
            "loaded_app": application,
            "root_path": "",
            "asgi_version": "3.0",
            "ws_max_size": 65_536,
            "ws_ping_interval": None,
        }
        server = SimpleNamespace(connections=set(), tasks=set(), default_headers=[])
        protocol = WebSocketProtocol(SimpleNamespace(**(given | config)), server, {})
        transport = SimulatedTransport(protocol)
        transport.feed(HANDSHAKE)
        if leaves:
            transport.abort()
        for _ in range(10):
            await asyncio.sleep(seconds / 10)
            transport.drain(10**9)
        transport.was_closed = transport.is_closing()
        protocol.shutdown()
        for task in list(server.tasks):
            task.cancel()
        await asyncio.sleep(10)
        assert not server.connections
        return transport

    loop = SimulatedLoop()
    try:
        return loop.run_until_complete(play())
    finally:
        loop.close()


async def refuses(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "websocket.close"})


async def refuses_with_a_page(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "websocket.http.response.start", "status": 429, "headers": [(b"retry-after", b"3")]})
    await send({"type": "websocket.http.response.body", "body": b"too ", "more_body": True})
    await send({"type": "websocket.http.response.body", "body": b"many"})


async def ends(scope: Any, receive: Any, send: Any) -> None:
    """Do nothing."""


async def fails(scope: Any, receive: Any, send: Any) -> None:
    raise ValueError


async def sends_nonsense(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "websocket.nonsense"})


async def accepts(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept", "subprotocol": "board", "headers": [(b"x-a", b"b")]})
    await send({"type": "websocket.send", "bytes": b"first"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def accepts_and_closes(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 4000, "reason": "done"})
    await send({"type": "websocket.send", "text": "late"})


@pytest.mark.parametrize(
    ("application", "status"),
    [(refuses, b"403"), (refuses_with_a_page, b"429"), (ends, b"500"), (fails, b"500"), (sends_nonsense, b"500")],
)
def test_a_handshake_that_is_not_accepted_is_answered_by_http(application: Any, status: bytes) -> None:
    transport = played(application)
    assert transport.received.startswith(b"HTTP/1.1 " + status)
    assert transport.was_closed
    if application is refuses_with_a_page:
        assert b"retry-after: 3" in transport.received.lower()
        assert transport.received.endswith(b"too many")


def test_an_accepted_client_is_sent_headers_and_messages() -> None:
    transport = played(accepts)
    assert b"Sec-WebSocket-Protocol: board" in transport.received
    assert transport.received.count(b"first") == 1
    assert not transport.was_closed


def test_a_close_of_the_application_is_the_last_thing_sent() -> None:
    transport = played(accepts_and_closes)
    assert transport.received.endswith((4000).to_bytes(2, "big") + b"done")


@pytest.mark.parametrize("application", [accepts, refuses, ends])
def test_a_client_that_left_costs_nothing(application: Any) -> None:
    assert played(application, leaves=True).received == b""


def test_a_client_that_answers_no_ping_is_let_go() -> None:
    transport = played(accepts, seconds=60, ws_ping_interval=20.0, ws_ping_timeout=20.0)
    assert transport.was_closed
