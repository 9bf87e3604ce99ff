"""Sweeps and cursors over a simulated loop and transport: whatever clients do, each gets whole frames, and each event that it may
see once and in order, and costs a bounded amount of memory."""

import asyncio
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.websockets import WebSocket

from realtime.channels import read_back, ring, slices
from realtime.delivery import delivery
from realtime.delivery.connection import Connection
from realtime.delivery.frame_writer import FULL_BYTES, frame_writer
from realtime.http.websocket_protocol import WebSocketProtocol
from realtime.hub import Hub
from realtime.source import EventRecord, Subject
from tests.support.event_journal import EventJournal, hub_on
from tests.support.simulated_transport import SimulatedLoop, SimulatedTransport

BOARD = "a"
NAMES = ("Alice", "Bob", "Charlie")
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: board\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
LARGEST_FRAME = 2 * delivery.MAX_SWEEP_BYTES + 1_024

_client = st.sampled_from(NAMES)
STEPS = st.one_of(
    st.tuples(st.just("publish"), st.integers(1, 40), st.sampled_from([0, 200, 9_000])),
    st.tuples(st.just("erase"), st.integers(1, 3), st.sampled_from([0, 9_000])),
    st.tuples(st.just("lose"), st.integers(1, 3), st.just(0)),
    st.tuples(st.just("restore"), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("wait"), st.sampled_from([0.0, 0.001, 0.006, 2.0]), st.just(0)),
    st.tuples(st.just("age"), st.just(0), st.just(0)),
    st.tuples(st.just("drain"), _client, st.sampled_from([1, 700, 40_000, 10**9])),
    st.tuples(st.sampled_from(["subscribe", "unsubscribe", "hide", "show", "ping", "close", "abort"]), _client, st.just(0)),
)


class Reader:
    """Client of one person over a simulated transport, and what the hub may have sent it."""

    def __init__(self, hub: Hub[str], name: str) -> None:
        self.name, self.gone = name, False
        self.hidden_since: int | None = None  # head when the right to see the channel ended
        self.hidden_epoch = ""

        async def application(scope: Any, receive: Any, send: Any) -> None:
            socket = WebSocket(scope, receive, send)
            account = {"id": name, "name": name, "role": "viewer"}
            await Connection(frame_writer(socket), hub, name, account, _refuse, 0).run("test")

        config = SimpleNamespace(
            loaded_app=application, root_path="", asgi_version="3.0", ws_max_size=65_536, ws_ping_interval=None
        )
        self.server = SimpleNamespace(connections=set(), tasks=set(), default_headers=[])
        self.transport = SimulatedTransport(WebSocketProtocol(config, self.server, {}))
        self.transport.feed(HANDSHAKE)

    def send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode()
        self.transport.feed(bytes((0x81, 0x80 | len(data))) + bytes(4) + data)

    def frames(self) -> Iterator[dict[str, Any]]:
        """Yield the frames that were written to the transport; a cut one is an error unless the connection was aborted."""
        data = self.transport.written.partition(b"\r\n\r\n")[2]
        at = 0
        while at < len(data):
            if at + 1 == len(data):
                assert self.gone, "a cut frame"
                return
            opcode, size = data[at] & 15, data[at + 1]
            assert data[at] & 0x80, "a fragment"
            start = at + (2 if size < 126 else 4 if size == 126 else 10)
            if size >= 126:
                size = int.from_bytes(data[at + 2 : start], "big")
            at = start + size
            if at > len(data):
                assert self.gone, "a cut frame"
                return
            if opcode == 1:
                yield json.loads(data[start:at])


async def _refuse(connection: Any, command: Any) -> bytes:
    return b"{}"


def record(seq: int, size: int) -> EventRecord:
    return EventRecord(seq, b'{"seq":%d,"text":"%s"}' % (seq, b"x" * size), seq // 3, Subject("note", "n", "note.added"))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=5, max_size=60))
def test_each_client_gets_each_event_once_and_nothing_that_it_may_not_see(
    steps: list[tuple[str, Any, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring, "MAX_KEPT_BYTES", 40_000)  # 60 small events, or 4 large ones
    monkeypatch.setattr(ring, "MIN_RELEASED_BYTES", 1)
    monkeypatch.setattr(read_back, "MAX_BEHIND", 90)
    monkeypatch.setattr(delivery, "ITEMS_PER_CLOCK", 1)  # each client is a slice of its own
    monkeypatch.setattr(slices, "SLICE_S", 0.0)
    loop = SimulatedLoop()
    try:
        loop.run_until_complete(_play(steps))
    finally:
        loop.close()


async def _play(steps: list[tuple[str, Any, Any]]) -> None:
    journal = EventJournal(head=3)
    journal.page_size = 25
    hub = await hub_on(journal)
    readers = {name: Reader(hub, name) for name in NAMES}
    try:
        await _play_with(hub, journal, readers, steps)
    finally:
        await hub.stop()
        for reader in readers.values():
            reader.transport.abort()
            await asyncio.gather(*reader.server.tasks)


async def _play_with(hub: Hub[str], journal: EventJournal, readers: dict[str, Reader], steps: list[tuple[str, Any, Any]]) -> None:
    await asyncio.sleep(0.001)
    for reader in readers.values():
        reader.send({"type": "subscribe", "board": BOARD})
    await asyncio.sleep(0.01)
    for step, first, second in steps:
        await asyncio.sleep(0)
        if step in ("publish", "erase"):
            journal.erasures |= {journal.head + 1} if step == "erase" else set()
            new = [record(journal.head + 1 + number, second) for number in range(first)]
            journal.events += new
            hub.publish(BOARD, journal.epoch, new)
        elif step == "lose":  # committed, and the message about it is lost
            journal.events += [record(journal.head + 1 + number, second) for number in range(first)]
        elif step == "restore":  # from a backup: another epoch, and perhaps fewer events
            journal.epoch += "'"
            journal.events = journal.events[: len(journal.events) - first]
            await hub.head_poller._poll(requested=True)
        elif step == "age":
            await hub.delivery._age()
        elif step == "wait":
            await asyncio.sleep(first)
        else:
            _act(hub, journal, readers[first], step, second)
        _check_memory(hub)
    for reader in readers.values():  # all come back, and read everything
        _act(hub, journal, reader, "show", 0)
    for _ in range(60):
        for reader in readers.values():
            reader.transport.drain(10**9)
        await hub.head_poller._poll(requested=True)
        await asyncio.sleep(0.05)
    for reader in readers.values():
        _check(reader, journal.head, BOARD in _followed(hub, reader))


def _followed(hub: Hub[str], reader: Reader) -> set[str]:
    return next((each.followed for each in hub.connections if each.viewer == reader.name), set())


def _act(hub: Hub[str], journal: EventJournal, reader: Reader, step: str, size: int) -> None:
    match step:
        case "drain":
            reader.transport.drain(size)
        case "subscribe" | "unsubscribe":
            reader.send({"type": step, "board": BOARD})
        case "ping":
            reader.send({"type": "ping", "id": 1})
        case "hide" if reader.hidden_since is None:
            reader.hidden_since, reader.hidden_epoch = journal.head, journal.epoch
            journal.hidden_from.add(reader.name)
        case "show" if reader.hidden_since is not None:
            for frame in reader.frames():
                if frame.get("epoch") == reader.hidden_epoch:
                    assert all(
                        event["seq"] <= reader.hidden_since for event in [frame, *frame.get("events", ())] if "seq" in event
                    )
            hub.subscriptions.drop_unauthorized()  # as whoever changes rights does
            reader.hidden_since = None
            journal.hidden_from.discard(reader.name)
        case "close":
            reader.transport.feed(bytes((0x88, 0x82)) + bytes(4) + (1000).to_bytes(2, "big"))
            reader.gone = True
        case "abort":
            reader.transport.abort()
            reader.gone = True


def _check_memory(hub: Hub[str]) -> None:
    held = [each for channel in hub.channels.values() for each in (channel.ring, *channel.pages)]
    assert hub.subscriptions.rings.held_bytes == sum(each.held_bytes for each in held)
    if not any(channel.reading_back for channel in hub.channels.values()):  # a page is kept whole until it was sent
        assert hub.subscriptions.rings.held_bytes <= ring.MAX_KEPT_BYTES


def _check(reader: Reader, head: int, follows: bool) -> None:
    position: int | None = None
    epoch = ""
    for frame in reader.frames():
        if frame["type"] == "snapshot":
            position, epoch = frame["seq"], frame["epoch"]
        elif frame["type"] == "events":
            assert frame["epoch"] == epoch
            assert position is not None, "events before a snapshot, or after the end of a subscription"
            for event in frame["events"]:
                assert event["seq"] == position + 1
                position += 1
        elif frame["type"] == "unsubscribed" or frame["type"] == "error":
            position = None
        elif frame["type"] == "subscribed":
            assert position == frame["seq"]
    assert reader.transport.most_buffered <= FULL_BYTES + LARGEST_FRAME
    if not reader.gone and follows:
        assert position == head
