"""A server that is not ours: frames go through ASGI, one by one. The contract is the same."""

import asyncio
from pathlib import Path

import pytest
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from board.server import serve
from realtime.delivery.frame_writer import AsgiFrameWriter
from realtime.wire.protocol import CLOSE_SESSION_ENDED
from tests.support.team import Team, running_team
from tests.support.worker_processes import wait_until

BURST = 300
LONG = "x" * 2_000


@pytest.fixture
async def other_team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(serve, "WebSocketProtocol", WebSocketsSansIOProtocol)
    async with running_team(tmp_path) as team:
        assert all(isinstance(each.writer, AsgiFrameWriter) for each in team.server.service.hub.connections)  # type: ignore[attr-defined]
        yield team


async def test_everybody_sees_a_burst_in_order(other_team: Team) -> None:
    search = await other_team.alice.open_search()
    readers = (other_team.alice, other_team.bob, other_team.victor)
    for reader in readers:
        await reader.subscribe(search)
    await asyncio.gather(*(other_team.alice.command(search, "note.add", {"text": f"{n} {LONG}"}) for n in range(BURST)))
    head = (await other_team.alice.snapshot(search))["seq"]
    for reader in readers:
        screen = await reader.wait_for_seq(search, head)
        assert len(screen.of_kind("note")) == BURST


async def test_rights_that_end_stop_what_is_sent(other_team: Team) -> None:
    search = await other_team.secret_search(other_team.bob)
    await other_team.bob.subscribe(search)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await other_team.charlie.subscribe(search)
    await other_team.alice.command(
        search, "search.set_access", {"access": "members", "members": [other_team.alice.account["id"]]}
    )
    await other_team.bob.wait_until(lambda: [each for each in other_team.bob.frames if each["type"] == "unsubscribed"])
    await other_team.alice.command(search, "note.add", {"text": "only for Alice"})
    await other_team.bob.send({"type": "ping", "id": "1"})
    await other_team.bob.wait_until(lambda: other_team.bob.frames[-1]["type"] == "pong")
    assert "only for Alice" not in str(other_team.bob.frames)


async def test_a_close_code_arrives_behind_what_was_written(other_team: Team) -> None:
    service = other_team.server.service
    before = set(service.hub.connections)
    ending = await other_team.open_socket(other_team.victor)
    (connection,) = service.hub.connections - before
    connection.send(b'{"type":"pong","id":"last"}')
    connection.close(CLOSE_SESSION_ENDED)
    await ending.wait_until(lambda: ending.close_code)
    assert ending.close_code == CLOSE_SESSION_ENDED
    assert ending.frames[-1] == {"type": "pong", "id": "last"}
    await wait_until(lambda: connection not in service.hub.connections)


async def test_a_client_that_leaves_in_a_burst_is_forgotten(other_team: Team) -> None:
    service, search = other_team.server.service, await other_team.alice.open_search()
    before = set(service.hub.connections)
    leaving = await other_team.add_person("Gone", "viewer")
    (connection,) = service.hub.connections - before
    await leaving.subscribe(search)
    writing = [asyncio.create_task(other_team.alice.command(search, "note.add", {"text": LONG})) for _ in range(50)]
    leaving.socket.transport.abort()
    await asyncio.gather(*writing)
    await wait_until(lambda: connection not in service.hub.connections)
    assert service.hub.counters.sockets_failed == 0
