"""WebSocket protocol, by the groups of the Autobahn test suite: framing, pings, reserved bits, opcodes, fragments, UTF-8, closing
and limits (RFC 6455). Each case is fed whole, and byte by byte. Nothing more is answered to a client that broke the protocol."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from realtime.http.websocket_protocol import WebSocketProtocol
from tests.realtime.test_sweeps import HANDSHAKE
from tests.support.simulated_transport import SimulatedLoop, SimulatedTransport

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
LIMIT = 65_536
ALLOWED_CODES = (1000, 1001, 1003, 1007, 1011, 3000, 3999, 4000, 4999)
EURO = "€".encode()


def frame(opcode: int, data: bytes = b"", fin: bool = True, reserved: int = 0, mask: bytes | None = b"\x01\x02\x03\x04") -> bytes:
    """Encode a frame as clients send them; without a mask it is one that they may not send."""
    size, bit = len(data), 0x80 if mask is not None else 0
    if size < 126:
        length = bytes((bit | size,))
    elif size < 65_536:
        length = bytes((bit | 126,)) + size.to_bytes(2, "big")
    else:
        length = bytes((bit | 127,)) + size.to_bytes(8, "big")
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data)) if mask is not None else data
    return bytes(((0x80 if fin else 0) | reserved << 4 | opcode,)) + length + (mask or b"") + masked


def closing(code: int, reason: bytes = b"") -> bytes:
    return frame(CLOSE, code.to_bytes(2, "big") + reason)


class Case(NamedTuple):
    """Frames that a client sends, and those that it gets: (opcode, payload) each; of a close frame the code alone."""

    name: str
    sent: bytes
    got: list[tuple[int, Any]]


def echoed(*messages: bytes, opcode: int = TEXT) -> list[tuple[int, Any]]:
    return [(opcode, each) for each in messages]


def fails(code: int) -> list[tuple[int, Any]]:
    return [(CLOSE, code)]


CASES = [
    # 1: framing
    *(
        Case(f"text of {size} bytes", frame(TEXT, b"x" * size), echoed(b"x" * size))
        for size in (0, 1, 125, 126, 127, 65_535, LIMIT)
    ),
    *(
        Case(f"binary of {size} bytes", frame(BINARY, bytes(size)), echoed(bytes(size), opcode=BINARY))
        for size in (0, 125, 126, 65_535)
    ),
    Case("two messages at once", frame(TEXT, b"a") + frame(TEXT, b"b"), echoed(b"a", b"b")),
    Case("a frame without a mask", frame(TEXT, b"a", mask=None), fails(1002)),
    # 2: pings
    Case("a ping without payload", frame(PING), [(PONG, b"")]),
    Case("a ping of 125 bytes", frame(PING, b"\xff" * 125), [(PONG, b"\xff" * 125)]),
    Case("a ping of 126 bytes", frame(PING, b"x" * 126), fails(1002)),
    Case("a pong that nobody asked for", frame(PONG, b"x") + frame(TEXT, b"a"), echoed(b"a")),
    Case("ten pings", b"".join(frame(PING, b"%d" % number) for number in range(10)), [(PONG, b"%d" % n) for n in range(10)]),
    # 3: reserved bits
    *(Case(f"reserved bits {bits}", frame(TEXT, b"a", reserved=bits), fails(1002)) for bits in range(1, 8)),
    Case("reserved bits of a ping", frame(PING, b"a", reserved=4), fails(1002)),
    Case("reserved bits after a message", frame(TEXT, b"a") + frame(TEXT, b"b", reserved=2), fails(1002)),
    # 4: opcodes
    *(Case(f"opcode {opcode}", frame(opcode, b"a"), fails(1002)) for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)),
    # 5: fragments
    Case("a ping in parts", frame(PING, b"a", fin=False) + frame(CONT, b"b"), fails(1002)),
    Case("a text in two parts", frame(TEXT, b"a", fin=False) + frame(CONT, b"b"), echoed(b"ab")),
    Case(
        "a text in parts with a ping between",
        frame(TEXT, b"a", fin=False) + frame(PING, b"p") + frame(CONT, b"b", fin=False) + frame(CONT, b"c"),
        [(PONG, b"p"), *echoed(b"abc")],
    ),
    Case("empty parts", frame(TEXT, fin=False) + frame(CONT, fin=False) + frame(CONT), echoed(b"")),
    Case("a part without a beginning", frame(CONT, b"a"), fails(1002)),
    Case("a part after the end", frame(TEXT, b"a") + frame(CONT, b"b"), fails(1002)),
    Case("a message inside another", frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), fails(1002)),
    # 6: UTF-8
    Case("umlauts and symbols", frame(TEXT, "κόσμε €😀".encode()), echoed("κόσμε €😀".encode())),
    Case("a character cut by parts", frame(TEXT, EURO[:1], fin=False) + frame(CONT, EURO[1:]), echoed(EURO)),
    *(
        Case(f"no UTF-8: {data.hex()}", frame(TEXT, data), fails(1007))
        for data in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", EURO[:2], b"a\x80b", b"\xfc\x80\x80\x80\x80\x80")
    ),
    Case("no UTF-8 over parts", frame(TEXT, b"a\xce", fin=False) + frame(CONT, b"a"), fails(1007)),
    # 7: closing
    Case("a close without a code", frame(CLOSE), [(CLOSE, None)]),
    *(Case(f"close code {code}", closing(code), [(CLOSE, code)]) for code in ALLOWED_CODES),
    *(
        Case(f"close code {code}", closing(code), fails(1002))
        for code in (0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65_535)
    ),
    Case("a reason", closing(1000, "bis später".encode()), [(CLOSE, 1000)]),
    Case("a reason of 123 bytes", closing(1000, b"x" * 123), [(CLOSE, 1000)]),
    Case("a reason of 124 bytes", closing(1000, b"x" * 124), fails(1002)),
    Case("a reason that is no UTF-8", closing(1000, b"\xff"), fails(1007)),
    Case("half a close code", frame(CLOSE, b"\x03"), fails(1002)),
    Case("a message after a close", closing(1000) + frame(TEXT, b"a"), [(CLOSE, 1000)]),
    Case("a ping after a close", closing(1000) + frame(PING, b"a"), [(CLOSE, 1000)]),
    # 9: limits
    Case("a text above the limit", frame(TEXT, b"x" * (LIMIT + 1)), fails(1009)),
    Case("parts above the limit", frame(TEXT, b"x" * LIMIT, fin=False) + frame(CONT, b"x"), fails(1009)),
    Case("a length that nobody could send", bytes((0x81, 0xFF)) + (2**63 - 1).to_bytes(8, "big"), fails(1009)),
]


@pytest.mark.parametrize("cut", [None, 1], ids=["whole", "byte by byte"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_frames(case: Case, cut: int | None) -> None:
    if cut and len(case.sent) > 10_000:
        cut = 997
    got, transport = _play(case.sent, cut)
    assert got == case.got
    assert transport.was_closed, "by the close frame of the client, at the latest"


def test_clients_that_send_too_fast_are_read_no_further() -> None:
    """The application takes no message: after some of them the transport is not read."""
    transport, took = _play_with(lambda socket: _wait_for_ever(), [frame(TEXT, b"x" * 1_000)] * 100)
    assert not took
    assert transport.reading_paused


def _play(sent: bytes, cut: int | None) -> tuple[list[tuple[int, Any]], SimulatedTransport]:
    """Feed what a client sends to an application that echoes messages, and return the frames that it answers with."""
    transport, frames = _play_with(_echo, [sent[at : at + cut] for at in range(0, len(sent), cut)] if cut else [sent])
    return frames, transport


def _play_with(application: Callable[[Any], Any], parts: list[bytes]) -> tuple[SimulatedTransport, list[tuple[int, Any]]]:
    async def play() -> tuple[SimulatedTransport, list[tuple[int, Any]]]:
        async def run(scope: Any, receive: Any, send: Any) -> None:
            await receive()
            await send({"type": "websocket.accept"})
            await application((receive, send))

        config = SimpleNamespace(loaded_app=run, root_path="", asgi_version="3.0", ws_max_size=LIMIT, ws_ping_interval=None)
        server = SimpleNamespace(connections=set(), tasks=set(), default_headers=[])
        transport = SimulatedTransport(WebSocketProtocol(config, server, {}))
        transport.feed(HANDSHAKE)
        await asyncio.sleep(0.001)
        for part in parts:
            transport.feed(part)
        await asyncio.sleep(0.01)
        transport.drain(10**9)
        frames = list(_frames(transport.received.partition(b"\r\n\r\n")[2]))
        transport.feed(closing(1000))
        transport.was_closed = transport.is_closing()
        for task in server.tasks:
            task.cancel()
        await asyncio.gather(*server.tasks, return_exceptions=True)
        return transport, frames

    loop = SimulatedLoop()
    try:
        return loop.run_until_complete(play())
    finally:
        loop.close()


async def _echo(socket: Any) -> None:
    receive, send = socket
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send"} | {key: message[key] for key in ("text", "bytes") if key in message})


async def _wait_for_ever() -> None:
    await asyncio.get_running_loop().create_future()


def _frames(data: bytes) -> Any:
    at = 0
    while at < len(data):
        opcode, size = data[at] & 15, data[at + 1]
        start = at + (2 if size < 126 else 4 if size == 126 else 10)
        size = int.from_bytes(data[at + 2 : start], "big") if size >= 126 else size
        payload, at = data[start : start + size], start + size
        yield (opcode, payload) if opcode != CLOSE else (opcode, int.from_bytes(payload[:2], "big") if payload else None)
