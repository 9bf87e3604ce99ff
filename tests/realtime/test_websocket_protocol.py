"""The line to one reader: what is written on it, and that it ends, with all that it held, whatever its reader does."""

import asyncio
import contextlib
import gc
import json
import logging
import socket
import struct
import weakref

import pytest

from board.commands.registry import Command
from board.engine.identity import Caller
from realtime.delivery import stall_check
from realtime.delivery.connection import Connection
from realtime.delivery.frame_writer import FULL_BYTES
from realtime.http import websocket_protocol as lines
from realtime.wire import protocol
from realtime.wire.text_frames import TextFrames
from tests.realtime.test_slow_reader import LONG, stalled
from tests.support.people import PATIENCE_S, Person, Server, create_token, new_id
from tests.support.worker_processes import wait_until


def _connection(person: Person) -> Connection[Caller]:
    hub = person.server.service.hub
    return next(each for each in hub.connections if each.viewer.account.id == person.account["id"])


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 300_000])
async def test_frames_of_every_size_arrive_whole(alice: Person, size: int) -> None:
    frame = {"type": "test", "text": "é" * size}
    _connection(alice).writer.write(TextFrames([json.dumps(frame, ensure_ascii=False).encode()]))
    assert await alice.wait_until(lambda: next((each for each in alice.frames if each["type"] == "test"), None)) == frame
    bare = size - len(b'{"type":"test","text":""}')
    if bare >= 0:  # exactly at the limit
        _connection(alice).writer.write(TextFrames([b'{"type":"test","text":"' + b"x" * bare + b'"}'] * 2))
        assert len(await alice.wait_until(lambda: next((f for f in alice.frames if f.get("text") == "x" * bare), None)))


async def _flood(server: Server, reader: object, board: str, count: int) -> None:
    notes = (Command(new_id(), board, "note.add", {"text": LONG}) for _ in range(count))
    await asyncio.gather(*(server.service.execute(reader, note) for note in notes))  # type: ignore[arg-type]


async def test_stalled_client_leaves_nothing_behind(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stall_check, "STALL_TIMEOUT_S", 0.5)
    monkeypatch.setattr(lines, "CLOSE_TIMEOUT_S", 0.5)
    server, search = alice.server, await alice.open_search()
    slow = await stalled(server.url, await create_token(server.service, "Sleepy", "viewer"), search)
    await wait_until(lambda: len(server.service.hub.connections) == 2)
    gone = next(each for each in server.service.hub.connections if each is not _connection(alice))
    left = [weakref.ref(gone), weakref.ref(gone.writer), weakref.ref(gone.send_queue), weakref.ref(gone.writer.transport)]  # type: ignore[attr-defined]
    line = gone.writer.transport.get_extra_info("socket")  # type: ignore[attr-defined]
    del gone
    cut = server.service.hub.counters.slow_clients_closed
    await _flood(server, _connection(alice).viewer, search, 400)
    await wait_until(lambda: len(server.uvicorn.server_state.connections) == 1)
    await wait_until(lambda: line.fileno() == -1)
    await wait_until(lambda: gc.collect() + 1 and not any(ref() for ref in left))
    assert server.service.hub.counters.slow_clients_closed == cut + 1
    slow.transport.abort()


async def test_a_slow_reader_that_gets_on_is_kept(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stall_check, "STALL_CHECKS", 120)  # before the time-out is cut short: several times a second
    server, search = alice.server, await alice.open_search()
    slow = await stalled(server.url, await create_token(server.service, "Sleepy", "viewer"), search, 65_536)
    await wait_until(lambda: len(server.service.hub.connections) == 2)
    await _flood(server, _connection(alice).viewer, search, 400)
    head = (await alice.snapshot(search))["seq"]

    async def read() -> None:
        seen = 0
        while seen < head:
            frame = json.loads(await asyncio.wait_for(slow.recv(), 3 * PATIENCE_S))
            seen = frame["events"][-1]["seq"] if frame["type"] == "events" else seen

    reading = asyncio.create_task(read())
    for number in range(20):  # it reads a little, and pauses: in all longer than a stalled reader's time-out
        if number == 2:
            monkeypatch.setattr(stall_check, "STALL_TIMEOUT_S", 1.5)
        slow.transport.resume_reading()
        await asyncio.sleep(0.002)
        slow.transport.pause_reading()
        await asyncio.sleep(0.2)
        assert slow.close_code is None
    slow.transport.resume_reading()
    await reading
    assert slow.close_code is None
    await slow.close()


async def test_unanswered_close_frame_ends_the_connection_all_the_same(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "CLOSE_TIMEOUT_S", 0.5)
    server, search = alice.server, await alice.open_search()
    slow = await stalled(server.url, await create_token(server.service, "Sleepy", "viewer"), search)
    await wait_until(lambda: len(server.service.hub.connections) == 2)
    await _flood(server, _connection(alice).viewer, search, 400)
    leaving = next(each for each in server.service.hub.connections if each is not _connection(alice))
    assert leaving.writer.unsent_bytes > 0  # type: ignore[attr-defined]
    leaving.close(4501)
    await wait_until(lambda: len(server.uvicorn.server_state.connections) == 1)
    slow.transport.abort()


async def test_a_client_that_leaves_during_the_handshake_is_no_error(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    token = await create_token(server.service, "Alice", "viewer")
    host = server.url.removeprefix("http://")
    request = (
        f"GET /ws HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()
    with caplog.at_level(logging.DEBUG):
        for _ in range(30):
            with contextlib.closing(socket.create_connection(host.split(":"))) as line:  # type: ignore[arg-type]
                line.sendall(request)
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing resets it
            await asyncio.sleep(0)
        await wait_until(lambda: not server.uvicorn.server_state.connections and not server.service.hub.connections)
        await asyncio.sleep(0)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def _frame(kind: int, data: bytes = b"") -> bytes:
    """A frame as clients send them, its mask being zero."""
    return bytes((kind, 0x80 | len(data))) + bytes(4) + data


PING, PONG, TEXT_BEGINS, TEXT_GOES_ON = 0x89, 0x8A, 0x01, 0x00


async def test_client_that_pings_and_does_not_read_costs_a_bounded_amount(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_CONTROL_FRAMES_PER_S", 10**9)
    server, search = alice.server, await alice.open_search()
    slow = await stalled(server.url, await create_token(server.service, "Sleepy", "viewer"), search)
    await wait_until(lambda: len(server.service.hub.connections) == 2)
    line = next(each.writer for each in server.service.hub.connections if each is not _connection(alice))  # type: ignore[attr-defined]
    most = 0
    for _ in range(200):  # 25 MB of answers: many times what the kernels take
        slow.transport.write(_frame(PING, bytes(125)) * 1_000)
        await wait_until(lambda: slow.transport.get_write_buffer_size() < FULL_BYTES)
        most = max(most, line.unsent_bytes)
    assert FULL_BYTES <= most < 16 * FULL_BYTES  # data read at once is answered at once
    assert slow.close_code is None
    slow.transport.abort()


async def test_pings_are_answered(alice: Person) -> None:
    for _ in range(lines.MAX_CONTROL_FRAMES_PER_S // 10):
        await asyncio.wait_for(await alice.socket.ping(), PATIENCE_S)
    assert alice.close_code is None


@pytest.mark.sample(every=3)
@pytest.mark.parametrize(
    "flood",
    [_frame(PING), _frame(PONG, b"x"), _frame(TEXT_GOES_ON)],
    ids=["pings", "pongs", "empty parts of a message"],
)
async def test_client_that_floods_control_frames_is_closed(alice: Person, flood: bytes) -> None:
    alice.socket.transport.write(_frame(TEXT_BEGINS) + flood * (20 * lines.MAX_CONTROL_FRAMES_PER_S))
    await alice.wait_until(lambda: alice.close_code)
    assert alice.close_code == protocol.CLOSE_TOO_MANY_MESSAGES
    await wait_until(lambda: not alice.server.uvicorn.server_state.connections)


async def test_writes_to_a_client_that_vanished_are_not_logged(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """A thousand that vanish at once would fill the log with asyncio's warnings."""
    token = await create_token(server.service, "Alice", "viewer")
    line = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])))
    line.setblocking(False)
    head = [
        "GET /ws HTTP/1.1", f"Host: {server.url.partition('//')[2]}", f"Authorization: Bearer {token}", "Connection: Upgrade",
        "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "",
    ]  # fmt: skip
    await asyncio.get_running_loop().sock_sendall(line, "\r\n".join(head).encode())
    await wait_until(lambda: any(each.has_room for each in server.service.hub.connections))
    (connection,) = server.service.hub.connections
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()
    for _ in range(20):
        connection.send(b"{}")
    assert [each.message for each in caplog.records if each.name == "asyncio"] == []
    await wait_until(lambda: not server.service.hub.connections)
