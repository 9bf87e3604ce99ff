"""Clients that send or read too slowly, or come by hundreds, are let go; and who behaves is served beside them."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2 as httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidMessage

from board import app
from board.engine import snapshot
from board.server.connections import Connections, stands_for_many
from board.server.listening_socket import listen
from board.server.serve import GracefulServer, uvicorn_config
from board.service import BoardService
from board.web import websocket
from models.board import OPERATIONS
from realtime.deadlines import Deadlines
from realtime.http.http_protocol import HttpProtocol
from tests.support import backends
from tests.support.people import PATIENCE_S, Server, connect_person, create_token, settings_for
from tests.support.worker_processes import running_workers, wait_until

SHORT = Deadlines(head=0.4, body=0.4, handshake=0.4, unread_output=0.8, check_interval=0.05)
STEP_S = 0.1  # pause between two bytes of a slow client

HEAD = "POST /login HTTP/1.1\r\nHost: x\r\n"
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
UPGRADE = "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"


@contextlib.asynccontextmanager
async def opened(folder: Path, most: int = 0, deadlines: Deadlines = SHORT, **settings: Any) -> AsyncIterator[Server]:
    """A server with short deadlines, and so many connections of one address; this machine's too."""
    service = await BoardService.open(settings_for(folder, database_url=backends.sqlite_url(folder), **settings))
    listening, started = listen(service.settings), asyncio.Event()
    connections = Connections(most, lambda address: False)
    server = GracefulServer(uvicorn_config(app.create_app(service), connections=connections), service, started.set, deadlines)
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment]
    running = asyncio.create_task(server.serve(sockets=[listening]))
    await started.wait()
    try:
        yield Server(service, f"http://127.0.0.1:{listening.getsockname()[1]}", server)
    finally:
        server.should_exit = True
        await running
        await service.close()
    assert len(connections) == 0


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with opened(tmp_path) as running:
        yield running


class Client:
    """A bare connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, data: str | bytes) -> None:
        self.writer.write(data if isinstance(data, bytes) else data.encode())

    async def hear(self, until: bytes = b"alive\n") -> bytes:
        async with asyncio.timeout(PATIENCE_S):
            return await self.reader.readuntil(until)

    async def gone(self) -> bytes:
        """Return what was still received until the server closed."""
        async with asyncio.timeout(PATIENCE_S):
            with contextlib.suppress(ConnectionError):
                return await self.reader.read()
        return b""


_came: list[Client] = []


@pytest.fixture(autouse=True)
async def _all_leave() -> AsyncIterator[None]:
    yield
    while _came:
        client = _came.pop()
        client.writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await client.writer.wait_closed()


async def add_person(server: Server) -> Client:
    port = int(server.url.rpartition(":")[2])
    client = Client(*await asyncio.open_connection("127.0.0.1", port, limit=2**20))
    _came.append(client)
    return client


async def is_served(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE_S) as http:
        assert (await http.get("/healthz")).text == "alive\n"


async def drip(client: Client, drop: bytes) -> None:
    """A drop again and again, each in time."""
    with contextlib.suppress(ConnectionError):
        while not client.writer.is_closing():
            client.send(drop)
            await client.writer.drain()
            await asyncio.sleep(STEP_S)


# -- slow senders ---------------------------------------------------------------------------------------------------------

HALF = {
    "nothing": "",
    "half a head": "GET /healthz HTTP/1.1\r\nHost:",
    "a head without its end": HEAD + "X-Some: thing\r\n",
    "half an upgrade": UPGRADE,
    "half a body": HEAD + "Content-Length: 100\r\n\r\nemail=",
    "a body of which nothing comes": HEAD + "Content-Length: 100\r\n\r\n",
    "half of a body in chunks": HEAD + "Transfer-Encoding: chunked\r\n\r\n6\r\nemail=\r\n",
    "half of a body that nobody wants": "POST /api/v1/seen HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
}


@pytest.mark.sample(every=2)
@pytest.mark.parametrize("sent", HALF.values(), ids=HALF)
async def test_client_that_sends_part_of_a_request_is_closed(server: Server, sent: str, caplog: pytest.LogCaptureFixture) -> None:
    client = await add_person(server)
    client.send(sent)
    await is_served(server)
    with caplog.at_level(logging.WARNING):
        await client.gone()
        await wait_until(lambda: not server.uvicorn.server_state.connections and not server.uvicorn.server_state.tasks)
    assert not [record for record in caplog.records if record.name.startswith(("uvicorn", "realtime"))], (
        "it is no failure of ours"
    )
    await is_served(server)


@pytest.mark.parametrize(
    ("sent", "drop"),
    [("GET /healthz HTTP/1.1\r\nX-Long: ", b"x"), (HEAD + "Content-Length: 60000\r\n\r\n", b"x")],
    ids=["a head", "a body"],
)
async def test_client_that_drips_a_request_without_end_is_closed(tmp_path: Path, sent: str, drop: bytes) -> None:
    async with opened(tmp_path, deadlines=replace(SHORT, whole_body=1.0)) as server:
        client = await add_person(server)
        client.send(sent)
        dripping = asyncio.create_task(drip(client, drop))
        await client.gone()
        client.writer.close()
        await dripping


async def test_next_request_on_a_connection_has_the_same_limits(server: Server) -> None:
    client, other = await add_person(server), await add_person(server)
    client.send(WHOLE + b"GET /healthz HT")
    other.send(WHOLE)
    assert b"200 OK" in await client.hear()
    assert b"200 OK" in await other.hear()
    other.send(b"GET /hea")
    assert await client.gone() == await other.gone() == b""


async def test_a_line_on_which_nothing_is_asked_is_kept(server: Server) -> None:
    client = await add_person(server)
    client.send(WHOLE)
    await client.hear()
    for _ in range(3):  # later ones time out
        await (await add_person(server)).gone()
    client.send(WHOLE)
    assert b"200 OK" in await client.hear()


async def test_slow_client_that_makes_progress_is_served(server: Server) -> None:
    body = "email=alice%40desk.example&password=wrong"
    client = await add_person(server)
    client.send(f"{HEAD}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n")
    for start in range(0, len(body), 8):  # each part comes in time, and the whole takes longer than one part may
        await asyncio.sleep(STEP_S)
        client.send(body[start : start + 8])
    assert (await client.gone()).startswith(b"HTTP/1.1 401")


async def test_client_with_a_slow_answer_is_not_closed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    late, go_on = await add_person(server), asyncio.Event()

    async def slow(*_: Any) -> bool:
        await go_on.wait()
        return False

    monkeypatch.setattr(app.board_pages, "can_open_board", slow)  # type: ignore[attr-defined]
    token = await create_token(server.service, "Alice", "viewer")
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE_S, headers={"Authorization": f"Bearer {token}"}) as http:
        asking = asyncio.create_task(http.get(f"/searches/{OPERATIONS[:-1]}"))
        for _ in range(4):
            await late.gone()
            late = await add_person(server)
        assert not asking.done()
        go_on.set()
        assert (await asking).status_code == 404


async def test_hundreds_of_partial_requests_are_closed_while_others_are_served(server: Server) -> None:
    clients = [await add_person(server) for _ in range(240)]
    for client, sent in zip(clients, list(HALF.values()) * 30, strict=True):
        client.send(sent)
    alice = await connect_person(server, await create_token(server.service, "Alice", "coordinator"))
    search = await alice.open_search()
    await asyncio.gather(*(client.gone() for client in clients))
    await alice.command(search, "note.add", {"text": "still here"})
    await wait_until(lambda: len(server.uvicorn.server_state.connections) <= 2)  # Alice's connections
    await alice.close()


# -- slow readers ---------------------------------------------------------------------------------------------------------


@pytest.fixture
async def victor(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """Viewer who asks for a board larger than socket buffers; the token."""
    monkeypatch.setattr(snapshot, "entities", lambda *_: [b'{"text":"%s"}' % (b"x" * 50_000)] * 400)
    return await create_token(server.service, "Victor", "viewer")


def ask(client: Client, token: str) -> None:
    client.send(
        f"GET /api/v1/boards/{OPERATIONS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    )


async def test_client_that_does_not_read_its_answer_is_closed(server: Server, victor: str) -> None:
    client = await add_person(server)
    client.writer.transport.pause_reading()  # type: ignore[attr-defined]
    ask(client, victor)
    await wait_until(lambda: server.service.queues.answers._turns.running)
    await wait_until(lambda: not server.uvicorn.server_state.connections)
    await wait_until(lambda: not server.service.queues.answers._turns.running)


async def test_client_that_reads_slowly_gets_the_whole_answer(server: Server, victor: str) -> None:
    client, other = await add_person(server), await add_person(server)
    for each in (client, other):
        ask(each, victor)
    other.writer.transport.pause_reading()  # type: ignore[attr-defined]
    size = 0
    while (part := await client.reader.read(800_000)) and not client.reader.at_eof():
        size += len(part)
        await asyncio.sleep(STEP_S)
    assert size + len(part) > 400 * 50_000
    await wait_until(lambda: not server.uvicorn.server_state.connections)  # the stalled reader is disconnected by then, or soon


def test_unchanged_buffer_size_after_a_resume_counts_as_progress() -> None:
    line: Any = HttpProtocol.__new__(HttpProtocol)
    line.transport = SimpleNamespace(get_write_buffer_size=lambda: 256_000)
    line._exchange = None
    line._body_since = line._head_since = None
    line._unsent_bytes, line._unsent_since = 0, 0.0
    assert not line.is_late(0.0, SHORT)
    assert not line.is_late(0.5, SHORT)
    line.resume_writing()  # everything was sent, and more was queued
    assert not line.is_late(1.0, SHORT)
    assert line.is_late(2.0, SHORT)


# -- handshakes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", ["accepted", "refused"])
async def test_a_handshake_that_stalls_is_ended(
    server: Server, ends: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    token = await create_token(server.service, "Alice", "viewer")
    go_on, admit = asyncio.Event(), websocket._authenticate

    async def stalls(*given: Any) -> Any:
        await go_on.wait()
        return await admit(*given)

    monkeypatch.setattr(websocket, "_authenticate", stalls)
    headers = {"Authorization": f"Bearer {token if ends == 'accepted' else 'none'}"}
    with caplog.at_level(logging.WARNING):
        with pytest.raises((InvalidMessage, ConnectionError, EOFError)):
            async with asyncio.timeout(PATIENCE_S):
                await connect(server.ws, additional_headers=headers)
        await wait_until(lambda: not server.uvicorn.server_state.connections)
        go_on.set()
        await wait_until(lambda: not server.uvicorn.server_state.tasks)
    assert [record.getMessage() for record in caplog.records if record.name.startswith(("uvicorn", "realtime"))] == []
    assert not server.service.hub.connections
    monkeypatch.setattr(websocket, "_authenticate", admit)
    alice = await connect_person(server, token)
    await alice.close()


async def test_a_socket_that_is_open_has_no_deadline_of_these(server: Server) -> None:
    alice = await connect_person(server, await create_token(server.service, "Alice", "viewer"))
    for _ in range(3):
        await (await add_person(server)).gone()
    assert alice.close_code is None
    await alice.subscribe(OPERATIONS)
    await alice.close()


# -- many connections of one address --------------------------------------------------------------------------------------


async def test_connections_of_one_address_are_bounded(tmp_path: Path) -> None:
    async with opened(tmp_path, most=5, deadlines=Deadlines()) as server:
        alice = await connect_person(server, await create_token(server.service, "Alice", "viewer"))  # a socket is one of them
        await alice.http.get("/api/v1/me")  # and a kept-alive connection
        clients = [await add_person(server) for _ in range(3)]
        for client in clients:
            client.send(WHOLE)
            await client.hear()
        refused = await add_person(server)
        refused.send(WHOLE)
        assert await refused.gone() == b""
        clients[0].send(WHOLE)
        assert b"200 OK" in await clients[0].hear(), "who is here is served"
        await alice.close()
        await wait_until(lambda: len(server.uvicorn.server_state.connections) < 4)
        client = await add_person(server)
        client.send(WHOLE)
        assert b"200 OK" in await client.hear(), "who has left makes room"


def test_an_address_of_ipv6_is_its_line() -> None:
    connections = Connections(2, stands_for_many("10.0.0.7"))
    leave = connections.enter("2001:db8:0:1::1")
    assert leave is not None
    assert connections.enter("2001:db8:0:1:ffff::2") is not None
    assert connections.enter("2001:db8:0:1::3") is None
    assert connections.enter("2001:db8:0:2::1") is not None
    leave()
    assert connections.enter("2001:db8:0:1::3") is not None
    assert len(connections) == 3


@pytest.mark.parametrize(
    ("address", "trusted", "many"),
    [
        ("127.0.0.1", "10.0.0.7", True), ("::1", "", True), ("::ffff:127.0.0.1", "", True), ("10.0.0.7", "10.0.0.7", True),
        ("10.1.2.3", "10.0.0.7, 10.1.0.0/16", True), ("192.0.2.1", "*", True), ("192.0.2.1", "10.0.0.7", False),
        ("2001:db8::1", "127.0.0.1", False), (None, "127.0.0.1", True),
    ],
)  # fmt: skip
def test_trusted_proxy_address_has_no_bound(address: str | None, trusted: str, many: bool) -> None:
    connections = Connections(1, stands_for_many(trusted))
    came = [connections.enter(address) for _ in range(600)]
    assert all(came) is many
    assert came[0] is not None


def test_connections_in_all_are_bounded_by_open_files() -> None:
    connections = Connections(0, stands_for_many("*"), total=3)
    came = [connections.enter("127.0.0.1") for _ in range(4)]
    assert [leave is None for leave in came] == [False, False, False, True]


# The server's own process: all clients come from this machine.
NOBODY_STANDS_FOR_MANY = "from board.server import serve; serve.stands_for_many = lambda trusted: lambda address: False"


@pytest.mark.slow
async def test_a_server_counts_by_its_settings(tmp_path: Path) -> None:
    url = backends.sqlite_url(tmp_path)
    async with running_workers(url, 1, first=NOBODY_STANDS_FOR_MANY, MAX_CONNECTIONS_PER_ADDRESS="2") as workers:
        desk = Server(None, workers.url, None)  # type: ignore[arg-type]
        clients = [await add_person(desk) for _ in range(2)]
        for client in clients:
            client.send(WHOLE)
            await client.hear()
        assert await (await add_person(desk)).gone() == b""
        clients[0].send("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b'board_refused_total{reason="connections"} 1.0' in await clients[0].gone()
        assert any("MAX_CONNECTIONS_PER_ADDRESS" in line for line in workers.said)
