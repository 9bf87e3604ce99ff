"""A reader that does not drain is let go, and nobody waits for it: not its colleagues, not the server that is told to end."""

import asyncio
import json
import signal
import socket
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect

from board.commands.registry import Command
from board.server.listening_socket import listen
from realtime.delivery import stall_check
from tests.ops import test_crash_recovery
from tests.support.people import Person, create_token, new_id, settings_for

LONG = "x" * 4_000
ENOUGH = 1_600  # notes of 4 kB: more than what the kernel holds for a reader


async def stalled(url: str, token: str, board: str, held: int = 4_096) -> ClientConnection:
    """A reader that subscribes, and reads nothing after its snapshot; its kernel holds so many bytes for it."""
    line = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, held)
    headers = {"Authorization": f"Bearer {token}"}
    reader = await connect(url.replace("http", "ws") + "/ws", sock=line, additional_headers=headers, max_queue=1)
    await reader.send(json.dumps({"type": "subscribe", "board": board}))
    while json.loads(await reader.recv())["type"] != "snapshot":  # sent when its read is recorded
        pass
    reader.transport.pause_reading()
    return reader


async def test_a_reader_that_does_not_drain_is_cut(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stall_check, "STALL_TIMEOUT_S", 1.0)
    service, search = alice.server.service, await alice.open_search()
    await alice.subscribe(search)
    slow = await stalled(alice.server.url, await create_token(service, "Sleepy", "viewer"), search)
    await alice.wait_until(lambda: len(service.hub.connections) == 2)
    leads = next(each.viewer for each in service.hub.connections if each.viewer.account.id == alice.account["id"])
    for _ in range(ENOUGH // 50):
        await asyncio.gather(*(service.execute(leads, Command(new_id(), search, "note.add", {"text": LONG})) for _ in range(50)))
        await asyncio.sleep(0)
    head = (await alice.snapshot(search))["seq"]
    await alice.wait_for_seq(search, head)
    await asyncio.wait_for(_gone(alice), 10)
    assert len(alice.boards[search].of_kind("note")) == ENOUGH
    slow.transport.abort()


def test_no_answer_waits_for_an_acknowledgement(tmp_path: Path) -> None:
    """Nagle's algorithm is off: asyncio turns it off only on sockets that name their protocol, and with it each answer took 44
    ms."""
    with listen(settings_for(tmp_path)) as listening:
        assert listening.proto == socket.IPPROTO_TCP


async def _gone(alice: Person) -> None:
    while len(alice.server.service.hub.connections) > 1:
        await asyncio.sleep(0.02)


@pytest.mark.slow
async def test_shutdown_does_not_wait_for_a_stalled_client(tmp_path: Path) -> None:
    token = test_crash_recovery.prepare(tmp_path)
    process = test_crash_recovery.Process(tmp_path)
    await process.start()
    board = await test_crash_recovery.open_search(process, token)
    slow = await stalled(process.url, token, board)
    writer = test_crash_recovery.Writer(process, token, board)
    writing = asyncio.create_task(writer.write())
    while len(writer.acked) < 500:
        await asyncio.sleep(0.02)
    writer.stopping = True
    process.process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.process.wait(), 15) == 0
    writing.cancel()
    slow.transport.abort()
