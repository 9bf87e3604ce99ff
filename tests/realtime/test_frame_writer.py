"""Writing through ASGI, and work in slices, without a server: what is closed, what is full, and what waits."""

import asyncio
from types import SimpleNamespace
from typing import Any

from realtime.channels import slices
from realtime.channels.slices import SlicedWork
from realtime.delivery.frame_writer import FULL_BYTES, AsgiFrameWriter
from realtime.http.websocket_protocol import WebSocketProtocol
from realtime.wire.text_frames import TextFrames
from tests.support.simulated_transport import SimulatedLoop


class SlowSocket:
    """Socket of an ASGI server that sends when it may."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.may_send = asyncio.Event()

    async def send_text(self, text: str) -> None:
        await self.may_send.wait()
        self.sent.append(text)

    async def close(self, code: int) -> None:
        self.sent.append(code)


async def test_nothing_is_written_behind_a_close() -> None:
    socket = SlowSocket()
    writer = AsgiFrameWriter(socket)  # type: ignore[arg-type]
    await writer.finish()  # nothing was written
    writer.write(TextFrames([b"one"]))
    writer.write(TextFrames([b"two"]))
    writer.close(4001)
    writer.close(4002)
    writer.write(TextFrames([b"late"]))
    socket.may_send.set()
    await writer.finish()
    assert socket.sent == ["one", "two", 4001]


async def test_room_is_told_once_and_only_to_who_listens() -> None:
    for listens in (True, False):
        socket, told = SlowSocket(), list[int]()
        writer = AsgiFrameWriter(socket)  # type: ignore[arg-type]
        writer.on_room = (lambda told=told: told.append(1)) if listens else None
        writer.write(TextFrames([b"x" * FULL_BYTES, b"more"]))
        assert writer.is_full
        socket.may_send.set()
        await writer.finish()
        assert not writer.is_full
        assert told == ([1] if listens else [])


def test_long_work_is_done_in_slices_in_order() -> None:
    loop = SimulatedLoop()
    done: list[int] = []

    def act(number: int) -> None:
        done.append(number)
        loop.now += slices.SLICE_S / 4  # each takes a while

    async def work() -> None:
        queue = SlicedWork()
        queue.add(range(500), act)
        assert 0 < len(done) < 500
        queue.add(range(500, 600), act)
        assert len(done) < 500
        while len(done) < 600:
            await asyncio.sleep(0)

    try:
        loop.run_until_complete(work())
    finally:
        loop.close()
    assert done == list(range(600))


async def test_room_that_is_gone_again_is_not_told() -> None:
    config: Any = SimpleNamespace(ws_max_size=65_536, ws_ping_interval=None)
    protocol, told = WebSocketProtocol(config, SimpleNamespace(connections=set()), {}), list[int]()
    protocol.on_room = lambda: told.append(1)
    protocol.resume_writing()
    protocol.pause_writing()
    await asyncio.sleep(0)
    assert told == []
    protocol.resume_writing()
    await asyncio.sleep(0)
    assert told == [1]
