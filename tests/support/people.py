"""People on real sockets of a real server: Alice leads, Bob helps, Charlie is outside.

A `Person` keeps a replica of each board, built from what the server sent by the rules of the contract alone.
"""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import uvicorn
from sqlmodel import Session
from websockets.asyncio.client import ClientConnection, connect

from board import app
from board.accounts import accounts, live_changes
from board.accounts.login import Login
from board.client import Board, Refusal
from board.config.settings import Settings
from board.documents import pdf
from board.server.listening_socket import listen
from board.server.serve import GracefulServer, uvicorn_config
from board.service import BoardService
from models.times import format_utc, now
from tests.support import backends
from tests.support.forked_decoders import decoders_by_fork

PASSWORD = "correct horse battery"
PATIENCE_S = 10  # time-out of any step: generous, as the machine may be busy
HTTP_TIMEOUT = httpx.Timeout(PATIENCE_S, read=pdf.TIMEOUT_S)  # a document is made by a process of low priority
STARTS_WITHIN_S = 6 * PATIENCE_S  # time-out of a new Python process until it serves

_ids = itertools.count(1)


def new_id() -> str:
    """Return a command id that no other command of this run has."""
    return f"t{next(_ids)}"


@dataclass
class Server:
    """Server in this process, on a free port, with a service of its own."""

    service: BoardService
    url: str
    uvicorn: uvicorn.Server

    @property
    def ws(self) -> str:
        return self.url.replace("http", "ws") + "/ws"


@contextlib.asynccontextmanager
async def running_server(folder: Path, **settings: Any) -> AsyncIterator[Server]:
    """Run a server on the database in a folder."""
    service = await BoardService.open(settings_for(folder, **({"database_url": backends.sqlite_url(folder)} | settings)))
    listening = listen(service.settings)
    started = asyncio.Event()
    server = GracefulServer(uvicorn_config(app.create_app(service)), service, started.set)
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment]
    running = asyncio.create_task(server.serve(sockets=[listening]))
    await asyncio.wait_for(started.wait(), PATIENCE_S)
    try:
        with decoders_by_fork():
            yield Server(service, f"http://127.0.0.1:{listening.getsockname()[1]}", server)
    finally:
        server.should_exit = True
        for connection in list(service.hub.connections):
            connection.close(1012)
        await running
        await service.close()


def settings_for(folder: Path, **more: Any) -> Settings:
    """Return settings without limits, whose database and files are in a folder: an absolute path, so never in the tree."""
    assert folder.is_absolute(), f"{folder} is below the current folder"
    given: dict[str, Any] = {
        "database_url": f"sqlite:///{folder}/board.db",
        "files_url": f"file://{folder}/files",
        "port": 0,
        "host": "127.0.0.1",
        "max_messages_per_second": 0,
        "max_intake_per_minute": 0,
        "max_uploads_per_minute": 0,
        "max_documents_per_minute": 0,
        "disk_reserve": "0GiB",
    }
    return Settings(_env_file=None, **(given | more))


async def create_token(service: BoardService, name: str, role: str, scope: str = "write") -> str:
    """Create an account and a bearer token; return the token."""
    email = f"{name.lower()}-{new_id()}@desk.example"
    await live_changes.add_account(service, email, name, role, PASSWORD)
    at = format_utc(now())
    return await live_changes.apply_change(
        service, lambda database: accounts.add_token(database, f"{email} {scope}", scope, email, at)
    )


async def session_cookie(service: BoardService, email: str) -> str:
    """Start a session of an account; return its cookie."""
    login = Login(service)
    account = await login.authenticate(email, PASSWORD, "peer")
    assert account is not None
    return await login.start_session(account) or ""


@dataclass
class BoardReplica(Board):
    """Replica that keeps its events. It fails on any event that is not the next one."""

    events: list[dict[str, Any]] = field(default_factory=list)
    unsubscribed: str | None = None  # reason

    def apply(self, frame: dict[str, Any]) -> None:
        with contextlib.suppress(Refusal):  # a test may look at what it was refused
            super().apply(frame)
        self.events += frame["events"] if frame["type"] == "events" else []
        self.unsubscribed = frame["reason"] if frame["type"] == "unsubscribed" else self.unsubscribed

    def of_kind(self, kind: str) -> dict[str, Any]:
        return {id: state for (each, id), state in self.entities.items() if each == kind}


class Person:
    """Client with a socket, a replica of each board, and the HTTP calls."""

    def __init__(self, server: Server, token: str, socket: ClientConnection) -> None:
        self.server, self.token, self.socket = server, token, socket
        self.boards: dict[str, BoardReplica] = {}
        self.frames: list[dict[str, Any]] = []
        self.account: dict[str, str] = {}
        self.close_code: int | None = None
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._changed = asyncio.Condition()
        self._reading = asyncio.create_task(self._read_frames())
        self.http = httpx.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=HTTP_TIMEOUT)

    async def _read_frames(self) -> None:
        try:
            async for text in self.socket:
                frame = json.loads(text)
                self._handle(frame)
                async with self._changed:
                    self._changed.notify_all()
        except Exception as error:
            if not self.socket.close_code:
                self.frames.append({"type": "failure", "error": repr(error)})
        self.close_code = self.socket.close_code
        async with self._changed:
            self._changed.notify_all()

    def _handle(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        match frame["type"]:
            case "hello" | "account":
                self.account = frame["account"]
            case "ack" | "refused":
                self._answers.pop(frame["id"]).set_result(frame)
            case _ if isinstance(frame.get("board"), str):
                self.boards.setdefault(frame["board"], BoardReplica(frame["board"])).apply(frame)

    async def wait_until(self, true: Callable[[], Any]) -> Any:
        """Wait until a condition on the received frames is true."""

        async def wait() -> Any:
            async with self._changed:
                while not (result := true()):
                    if any(each["type"] == "failure" for each in self.frames):
                        raise AssertionError(self.frames[-1])
                    await self._changed.wait()
                return result

        return await asyncio.wait_for(wait(), PATIENCE_S)

    async def send(self, frame: Any) -> None:
        await self.socket.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    async def request(self, frame: Any, **like: Any) -> dict[str, Any]:
        """Send a frame, and wait for the next one with these fields."""
        since = len(self.frames)
        await self.send(frame)
        return await self.wait_until(lambda: next((f for f in self.frames[since:] if f.items() >= like.items()), None))

    async def subscribe(self, board: str, epoch: str | None = None, after: int | None = None) -> BoardReplica:
        """Subscribe, and wait until the board is live."""
        position = {} if epoch is None else {"epoch": epoch, "after": after}
        if epoch is None:
            if board in self.boards and self.boards[board].live:  # events on their way are not for the new replica
                await self.request({"type": "unsubscribe", "board": board}, type="unsubscribed", board=board)
            self.boards[board] = BoardReplica(board)
        await self.request({"type": "subscribe", "board": board, **position}, type="subscribed", board=board)
        return self.boards[board]

    async def command(self, board: str, name: str, data: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Give a command over the socket; return its ack. Raises Refusal."""
        frame = {"type": "command", "id": new_id(), "board": board, "name": name, "data": data or {}} | more
        answer = await self.start_command(frame)
        if answer["type"] == "refused":
            raise Refusal(answer)
        return answer

    def start_command(self, frame: dict[str, Any]) -> "asyncio.Future[dict[str, Any]]":
        """Send a command without waiting; return the future of its answer."""
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[frame["id"]] = future

        async def send() -> dict[str, Any]:
            await self.send(frame)
            return await asyncio.wait_for(future, PATIENCE_S)

        return asyncio.ensure_future(send())

    async def open_search(self, **data: Any) -> str:
        """Open a new search; return its id."""
        given = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}
        return str((await self.command("operations", "search.open", given | data))["opened"])

    async def wait_for_seq(self, board: str, seq: int) -> BoardReplica:
        """Wait until the replica of a board has reached a seq."""
        await self.wait_until(lambda: self.boards[board].seq >= seq)
        return self.boards[board]

    async def snapshot(self, board: str, **params: Any) -> dict[str, Any]:
        """Return the board as the HTTP call gives it, entities by (kind, id)."""
        response = await self.http.get(f"/api/v1/boards/{board}", params=params)
        assert response.status_code == 200, response.text
        body = response.json()
        body["entities"] = {(each["kind"], each["id"]): each["state"] for each in body["entities"]}
        return dict(body)

    async def close(self) -> None:
        await self.socket.close()
        await asyncio.gather(self._reading, return_exceptions=True)
        await self.http.aclose()


async def add_own_token(server: Server, email: str, scope: str = "write") -> tuple[str, str]:
    """Add a token that the person with this address made; return its secret and its name."""
    name = f"own {new_id()}"

    def add(session: Session) -> str:
        owner = accounts.find(session, email).id
        return accounts.add_token(session, name, scope, email, format_utc(now()), made_by=owner)

    return await live_changes.apply_change(server.service, add), name


async def connect_person(server: Server, token: str) -> Person:
    """Open a socket with a token."""
    socket = await connect(server.ws, additional_headers={"Authorization": f"Bearer {token}"}, max_size=None, compression=None)
    person = Person(server, token, socket)
    await person.wait_until(lambda: person.account)
    return person
