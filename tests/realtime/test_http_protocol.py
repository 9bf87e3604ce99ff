"""HTTP/1.1 towards clients and towards the application: requests one after the other, bodies, and failures."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import h11
import pytest

from realtime.http.http_protocol import MAX_HEAD, MAX_UNREAD_BODY, HttpProtocol
from realtime.http.websocket_protocol import WebSocketProtocol
from tests.support.people import PATIENCE_S
from tests.support.worker_processes import wait_until

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]

GET = "GET /{} HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = "GET /{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
POST = "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


async def reply(send: Send, body: bytes, status: int = 200, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


class Application:
    """Application whose answer depends on the path; `scopes` and `messages` are what it was given, `go_on` lets it answer."""

    def __init__(self) -> None:
        self.scopes: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.go_on = asyncio.Event()
        self.sent = 0

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        match scope["path"]:
            case "/echo":
                body = b""
                while True:
                    self.messages.append(await receive())
                    body += self.messages[-1].get("body", b"")
                    if not self.messages[-1].get("more_body"):
                        break
                await reply(send, body)
            case "/held":
                await self.go_on.wait()
                while not self.messages or self.messages[-1].get("more_body"):
                    self.messages.append(await receive())
                await reply(send, b"")
            case "/slow":
                await self.go_on.wait()
                await reply(send, b"slow")
            case "/left":
                await receive()
                self.messages.append(await receive())
                await reply(send, b"nobody reads this")
            case "/parts":
                await send({"type": "http.response.start", "status": 200, "headers": []})
                for part in (b"one ", b"two ", b""):
                    await send({"type": "http.response.body", "body": part, "more_body": part != b""})
            case "/large":
                await send({"type": "http.response.start", "status": 200, "headers": []})
                while self.sent < 1_000:
                    await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
                    self.sent += 1
                await send({"type": "http.response.body"})
            case "/silent":
                return
            case "/half":
                await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
                await send({"type": "http.response.body", "body": b"half", "more_body": True})
                raise ValueError("it fails in the middle")
            case "/bad_header":
                await reply(send, b"", headers=((b"x-bad", b"two\r\nlines"),))
            case "/twice":
                await reply(send, b"once")
                await reply(send, b"again")
            case _:
                await reply(send, scope["path"].encode())


class Server:
    """The protocol on a free port, without uvicorn."""

    def __init__(self) -> None:
        self.application = Application()
        self.state = SimpleNamespace(connections=set(), tasks=set(), default_headers=[(b"x-by", b"us")], total_requests=0)
        self.config = SimpleNamespace(
            loaded_app=self.application, ws_protocol_class=None, root_path="", asgi_version="3.0", timeout_keep_alive=60
        )  # fmt: skip
        self.port = self.open = 0
        self.writers: list[asyncio.StreamWriter] = []

    def protocol(self) -> HttpProtocol:
        return HttpProtocol(self.config, self.state, {"of": "the application"}, enter=self.enter)

    def enter(self, address: str | None) -> Callable[[], None]:
        assert address == "127.0.0.1"
        self.open += 1
        return self.leave

    def leave(self) -> None:
        self.open -= 1

    async def ask(self, *sent: str | bytes) -> bytes:
        """Return all that is answered until the connection is closed."""
        reader, writer = await self.connect()
        for each in sent:
            writer.write(each if isinstance(each, bytes) else each.encode())
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE_S):
            return await reader.read()

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        self.writers.append(writer)
        return reader, writer


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    running = Server()
    listening = await asyncio.get_running_loop().create_server(running.protocol, "127.0.0.1", 0)
    running.port = listening.sockets[0].getsockname()[1]
    yield running
    listening.close()
    for writer in running.writers:
        writer.close()
    for each in list(running.state.connections):
        each.abort()
    running.application.go_on.set()
    await wait_until(lambda: not running.state.connections and not running.state.tasks)
    assert running.open == 0


# -- requests one after the other -------------------------------------------------------------------------------------------


async def test_requests_on_one_connection_are_answered_in_order(server: Server) -> None:
    server.application.go_on.set()
    answer = await server.ask(GET.format("slow") + GET.format("1"), LAST.format("2"))
    assert answer.count(b"HTTP/1.1 200 OK\r\nx-by: us\r\n") == 3
    assert answer.index(b"\r\nslow") < answer.index(b"\r\n/1") < answer.index(b"\r\n/2")
    assert server.state.total_requests == 3


async def test_a_second_request_waits_for_the_first(server: Server) -> None:
    reader, writer = await server.connect()
    writer.write((GET.format("slow") + LAST.format("next")).encode())
    await wait_until(lambda: server.application.scopes)
    assert [each["path"] for each in server.application.scopes] == ["/slow"]
    server.application.go_on.set()
    answer = await reader.read()
    assert answer.index(b"slow") < answer.index(b"/next")


async def test_bytes_behind_the_last_request_are_ignored(server: Server) -> None:
    server.application.go_on.set()
    answer = await server.ask(LAST.format("slow") + "\r\n" + GET.format("next"))
    assert answer.endswith(b"\r\nslow")
    assert len(server.application.scopes) == 1


async def test_idle_connection_is_closed_after_a_time(server: Server) -> None:
    server.config.timeout_keep_alive = 0.1
    answer = await server.ask(GET.format("1"))
    assert answer.endswith(b"/1")


async def test_old_client_without_keep_alive_is_closed(server: Server) -> None:
    assert (await server.ask("GET /1 HTTP/1.0\r\n\r\n")).endswith(b"/1")


async def test_shutdown_closes_idle_connections_and_lets_requests_finish(server: Server) -> None:
    idle, busy = await server.connect(), await server.connect()
    idle[1].write(GET.format("1").encode())
    assert (await idle[0].readuntil(b"\r\n/1")).startswith(b"HTTP/1.1 200")
    busy[1].write(GET.format("slow").encode())
    await wait_until(lambda: len(server.application.scopes) == 2)
    for each in list(server.state.connections):
        each.shutdown()
    assert await idle[0].read() == b""
    server.application.go_on.set()
    assert (await busy[0].read()).endswith(b"slow")


# -- what the application is given --------------------------------------------------------------------------------------------


async def test_scope_says_what_was_asked(server: Server) -> None:
    await server.ask("GET /a%20b/%C3%A9?q=1%202 HTTP/1.1\r\nHost: x\r\nX-Some: Thing\r\nConnection: close\r\n\r\n")
    (scope,) = server.application.scopes
    assert (scope["type"], scope["method"], scope["http_version"], scope["scheme"]) == ("http", "GET", "1.1", "http")
    assert (scope["path"], scope["raw_path"], scope["query_string"]) == ("/a b/é", b"/a%20b/%C3%A9", b"q=1%202")
    assert (b"x-some", b"Thing") in scope["headers"]
    assert scope["client"][0] == scope["server"][0] == "127.0.0.1"
    assert scope["state"] == {"of": "the application"}


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("Content-Length: 11\r\n\r\n", [b"some", b" of ", b"it!"]),
        ("Transfer-Encoding: chunked\r\n\r\n", [b"4\r\nsome\r\n", b"7\r\n of it!\r\n0\r\n\r\n"]),
    ],
    ids=["of a length", "in chunks"],
)
async def test_body_arrives_whole(server: Server, head: str, body: list[bytes]) -> None:
    assert (await server.ask(POST + head, *body)).endswith(b"some of it!")


async def test_body_is_asked_for_when_the_application_wants_it(server: Server) -> None:
    reader, writer = await server.connect()
    writer.write((POST + "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n").encode())
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"body")
    assert (await reader.read()).endswith(b"body")


async def test_body_that_nobody_reads_is_not_kept(server: Server) -> None:
    reader, writer = await server.connect()
    size = 64 * MAX_UNREAD_BODY
    writer.write(f"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode() + b"x" * size)
    await wait_until(lambda: any(each._reading_paused for each in server.state.connections))
    (line,) = server.state.connections
    assert len(line._exchange._body) <= 8 * MAX_UNREAD_BODY
    server.application.go_on.set()
    writer.write(LAST.format("next").encode())  # the rest is skipped
    answer = await reader.read()
    assert answer.index(b"slow") < answer.index(b"/next")


async def test_application_is_told_that_the_client_left(server: Server) -> None:
    _, writer = await server.connect()
    writer.write(GET.format("left").encode())
    await wait_until(lambda: server.application.scopes)
    writer.close()
    await wait_until(lambda: server.application.messages)
    assert server.application.messages == [{"type": "http.disconnect"}]
    await wait_until(lambda: not server.state.tasks)


@pytest.mark.parametrize("rest", [0, 5], ids=["the whole body", "a part of the body"])
async def test_body_that_arrived_is_read_after_the_connection_ended(server: Server, rest: int) -> None:
    body = b"x" * MAX_UNREAD_BODY
    _, writer = await server.connect()
    writer.write(f"POST /held HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body) + rest}\r\n\r\n".encode() + body)
    writer.close()
    await wait_until(lambda: server.application.scopes and not server.state.connections)
    server.application.go_on.set()
    await wait_until(lambda: not server.state.tasks)
    assert b"".join(each.get("body", b"") for each in server.application.messages) == body
    assert [each.get("more_body") for each in server.application.messages] == ([True, None] if rest else [False])


# -- what the client is sent --------------------------------------------------------------------------------------------------


async def test_response_without_a_length_is_sent_in_chunks(server: Server) -> None:
    answer = await server.ask(LAST.format("parts"))
    assert answer.partition(b"\r\n\r\n")[2] == b"4\r\none \r\n4\r\ntwo \r\n0\r\n\r\n"


async def test_answer_to_head_has_no_body(server: Server) -> None:
    head, _, body = (await server.ask("HEAD /1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).partition(b"\r\n\r\n")
    assert (b"content-length: 2" in head.lower(), body) == (True, b"")


async def test_application_waits_for_a_client_that_does_not_read(server: Server) -> None:
    reader, writer = await server.connect()
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(LAST.format("large").encode())
    await wait_until(lambda: any(each._writing_paused for each in server.state.connections))
    assert server.application.sent < 1_000
    writer.transport.resume_reading()  # type: ignore[attr-defined]
    size = 0
    async with asyncio.timeout(PATIENCE_S):
        while part := await reader.read(2**20):
            size += len(part)
    assert size > 1_000 * 65_536


@pytest.mark.parametrize("path", ["silent", "bad_header"])
async def test_application_that_fails_is_answered_with_500(server: Server, path: str) -> None:
    answer = await server.ask(GET.format(path))
    assert answer.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert b"two\r\nlines" not in answer


async def test_response_that_fails_in_the_middle_is_cut_off(server: Server) -> None:
    answer = await server.ask(GET.format("half"))
    assert answer.endswith(b"\r\n\r\nhalf")


async def test_only_the_first_response_is_sent(server: Server) -> None:
    assert (await server.ask(LAST.format("twice"))).endswith(b"once")


@pytest.mark.parametrize(
    "sent",
    ["nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nBad Name: x\r\n\r\n",
     "GET / HTTP/1.1\r\nHost: x\r\nX: " + 20_000 * "x",
     "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
     "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
    ids=["no HTTP", "no host", "a bad name", "a long head", "two lengths", "a bad chunk"],
)  # fmt: skip
async def test_bytes_that_are_not_http_are_refused(server: Server, sent: str) -> None:
    assert (await server.ask(sent)).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    await wait_until(lambda: not server.state.tasks)


@pytest.mark.parametrize(("length", "is_read"), [(MAX_HEAD - 40, True), (MAX_HEAD, False), (4 * MAX_HEAD, False)])
async def test_head_that_is_too_large_is_not_parsed(server: Server, length: int, is_read: bool) -> None:
    protocol = server.protocol()
    protocol._parser.receive_data(GET.format("x" * length).encode() + b"x" * MAX_HEAD)
    if is_read:
        assert isinstance(protocol._next_event(), h11.Request)
    else:
        with pytest.raises(h11.RemoteProtocolError, match="head too large"):
            protocol._next_event()


async def test_refused_connection_is_closed_at_once(server: Server) -> None:
    server.enter = lambda address: None  # type: ignore[method-assign, assignment, return-value]
    with contextlib.suppress(ConnectionError):
        assert await server.ask(GET.format("1")) == b""
    assert not server.application.scopes


# -- handshakes -------------------------------------------------------------------------------------------------------------

HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: x\r\nUPGRADE: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nX-Some: Thing\r\n\r\n"
)


@pytest.fixture
def sockets(server: Server) -> Server:
    server.config.ws_protocol_class, server.config.ws_max_size, server.config.ws_ping_interval = WebSocketProtocol, 1_000, None
    return server


@pytest.mark.parametrize("cut", [None, 1, 30, len(HANDSHAKE) - 2], ids=["whole", "after a byte", "in the head", "before the end"])
@pytest.mark.parametrize("first", ["", GET.format("1")], ids=["at first", "after a request"])
async def test_handshake_opens_a_socket(sockets: Server, cut: int | None, first: str) -> None:
    reader, writer = await sockets.connect()
    if first:
        writer.write(first.encode())
        await reader.readuntil(b"\r\n/1")
    for part in (HANDSHAKE[:cut], HANDSHAKE[cut:]) if cut else (HANDSHAKE,):
        writer.write(part.encode())
        await asyncio.sleep(0.01)
    answer = await reader.readuntil(b"\r\n\r\n")  # the application accepts none
    assert b" 500 " in answer or b" 403 " in answer
    scope = sockets.application.scopes[-1]
    assert (scope["type"], scope["path"]) == ("websocket", "/ws")
    assert (b"x-some", b"Thing") in scope["headers"]
    assert sockets.open == 1 or not sockets.state.connections


@pytest.mark.parametrize(
    ("changed", "to", "status"),
    [("Host: x\r\n", "", 400), ("UPGRADE: WebSocket\r\n", "Upgrade: h2c\r\n", 200), ("keep-alive, Upgrade", "keep-alive", 200),
     ("dGhlIHNhbXBsZSBub25jZQ==", "short", 400), ("GET /ws", "POST /ws", 405)],
    ids=["no host", "another protocol", "no upgrade", "a bad key", "a POST"],
)  # fmt: skip
async def test_handshake_that_is_none_opens_no_socket(sockets: Server, changed: str, to: str, status: int) -> None:
    sockets.config.timeout_keep_alive = 0.1
    answer = await sockets.ask(HANDSHAKE.replace(changed, to))
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer
    assert [each for each in sockets.application.scopes if each["type"] == "websocket"] == []
