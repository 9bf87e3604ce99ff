"""Client for programs: follows boards over a socket, sends commands and makes HTTP calls, as the contract says.

This file stands alone: copy it. It needs the packages `websockets` and `httpx2` or `httpx`, which both install `anyio`.
`AsyncClient` is for asyncio, `Client` for other programs. Both raise `Refusal` if the server refuses a request, `AccessEnded`
once the token has ended, and httpx's errors for a call that failed repeatedly. Everything else is retried indefinitely.
"""

import asyncio
import contextlib
import importlib.util
import json
import random
import uuid
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self, TypeVar

from anyio.from_thread import start_blocking_portal
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

httpx: Any = importlib.import_module("httpx2" if importlib.util.find_spec("httpx2") else "httpx")
MIN_PAUSE_S, MAX_PAUSE_S = 0.5, 30.0  # first and longest pause before another attempt
MAX_ASKED_PAUSE_S = 600.0  # longest pause that a server can ask for
PING_S, CLOSE_S = 10.0, 1.0  # wait for the answer to a ping, before the connection counts as dead; for its end
CALL_TIMEOUT_S, CALL_ATTEMPTS = 30.0, 5
MAX_COMMANDS, SUBSCRIBES_PER_S = 32, 15  # unanswered commands; after a reconnect. Both stay within the server's limits
REPEATED_REFUSALS = ("rate_limited", "unavailable", "status 429", "status 502", "status 503", "status 504")  # send it again
FINAL_CODES = (401, 403, 404, *range(4500, 5000))  # of HTTP and of sockets: wrong token, scope or address, or access ended
OVERLOAD_CODES = (1009, 4008, 4013)  # of sockets: this program sent too much, or read too slowly
Frame = dict[str, Any]
T = TypeVar("T")


class Refusal(Exception):
    """Refusal: a code of the contract, a sentence for each invalid field, and the current state after a conflict."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__(json.dumps(body))
        self.body, self.code = body, str(body.get("code", "unknown"))
        self.fields: dict[str, str] = body.get("fields", {})
        self.current: Any = body.get("current")


class AccessEnded(Exception):
    """The token is wrong or has ended, or its account was disabled: do not connect again."""


class Gap(Exception):
    """Frames are missing before this one."""


@dataclass(slots=True)
class Board:
    """Replica of a board, built from its frames. A replica that started at a position has only later changes."""

    name: str
    epoch: str = ""
    seq: int = -1
    entities: dict[tuple[str, str], Any] = field(default_factory=dict)  # state by kind and id
    live: bool = False
    form: str = ""  # of its entities: store it with the position, to get new fields after an upgrade
    _server_form: str = ""
    _parts: dict[tuple[str, int], dict[tuple[str, str], Any]] = field(default_factory=dict)  # of a snapshot, by its position
    _head: Frame | None = None  # last position that the server announced
    _attempt: int = 0  # subscribes in a row that were refused temporarily
    _wait_s: float | None = None  # pause before the next subscribe, if the last frame was such a refusal
    _follow: object = None  # the last `follow` that started with this replica

    def apply(self, frame: Frame) -> None:
        """Apply a frame, if it is about this board. Raises Gap if frames before it are missing, Refusal if access is refused."""
        self._wait_s = None
        if frame["type"] not in ("hello", "heads") and frame.get("board") != self.name:
            return
        match frame["type"]:
            case "hello":
                self._server_form = frame.get("form", "")
            case "snapshot":
                part = {(each["kind"], each["id"]): each["state"] for each in frame["entities"]}
                at = frame["epoch"], frame["seq"]
                self._parts = {at: self._parts.get(at, {}) | part}  # drops the parts of any other snapshot
                if not frame.get("more"):
                    (self.epoch, self.seq), self.entities = at, self._parts.pop(at)
                    self.form = frame.get("form", self._server_form)
            case "events":
                seqs = [event["seq"] for event in frame["events"]]
                if frame["epoch"] != self.epoch or seqs != list(range(self.seq + 1, self.seq + 1 + len(seqs))):
                    raise Gap(f"events {seqs} of {frame['epoch']} after {self.seq} of {self.epoch}")
                self.seq += len(seqs)
                for event in frame["events"]:
                    if event.get("state") is not None:
                        self.entities[event["kind"], event["id"]] = event["state"]
                    elif "state" in event:  # otherwise it was erased, or may not be seen
                        self.entities.pop((event["kind"], event["id"]), None)
            case "subscribed":
                if (frame["epoch"], frame["seq"]) != (self.epoch, self.seq):
                    raise Gap(f"live at {frame['seq']} of {frame['epoch']}, but here is {self.seq} of {self.epoch}")
                self.live, self._attempt = True, 0
            case "heads":  # positions of boards; the frames up to them must arrive before the next `heads`
                before, self._head = self._head, frame["heads"].get(self.name)
                if self.live and before and (self.epoch != before["epoch"] or self.seq < before["seq"]):
                    raise Gap(f"the head was {before}, but here is {self.seq} of {self.epoch}")
            case "unsubscribed":
                self.live, self.entities = False, {}
                raise Refusal({"code": frame["reason"], "board": self.name})
            case "error" if not self.live or frame["code"] in ("unavailable", "failed"):  # otherwise it is about a `presence`
                self.interrupt()
                if frame["code"] not in REPEATED_REFUSALS:
                    raise Refusal(frame)
                self._attempt += 1
                self._wait_s = _pause(self._attempt, frame.get("retry_after_s"))

    def interrupt(self) -> None:
        """Record that frames are missing from now on, until the board is subscribed again from its position."""
        self.live, self._head, self._parts = False, None, {}


class AsyncClient:
    """Client for asyncio, of one account: `async with AsyncClient(url, token) as client`."""

    def __init__(self, url: str, token: str, *, proxy: str | None = None) -> None:
        self._url, self._proxy, self._headers = url.rstrip("/"), proxy, {"Authorization": f"Bearer {token}"}
        self._closed = asyncio.Event()
        self._slots = asyncio.Semaphore(MAX_COMMANDS)
        self._follow: Callable[[], Any] = lambda: None  # weak reference to the last one
        self._boards: tuple[Board, ...] = ()  # followed by the last `follow`
        self._socket: ClientConnection | None = None

    @cached_property
    def _http(self) -> Any:
        options: Any = {"proxy": self._proxy, "trust_env": False, "timeout": CALL_TIMEOUT_S}
        return httpx.AsyncClient(base_url=self._url, headers=self._headers, **options)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        self._closed.set()
        if self._socket is not None:
            await self._socket.close()
        if "_http" in vars(self):
            await self._http.aclose()

    def follow(self, *boards: Board) -> AsyncGenerator[Frame, None]:
        """Yield each frame that the server sends, once it is applied to these replicas, until the client is closed.

        The replicas start with a snapshot, or at their position: `Board(name, epoch, 118)`. Each event arrives once. Raises
        AccessEnded, and Refusal if a board, its `body["board"]`, may not be seen. A second `follow` needs another client.
        """
        if (other := self._follow()) is not None and other.ag_frame is not None:  # it has not ended
            raise RuntimeError("This client follows boards already: close that `follow` first, or use another client.")
        frames = self._stay_connected(boards)
        self._follow = weakref.ref(frames)
        return frames

    async def _stay_connected(self, boards: tuple[Board, ...]) -> AsyncGenerator[Frame, None]:
        options: Any = {"ping_interval": PING_S, "ping_timeout": PING_S, "close_timeout": CLOSE_S, "compression": None}
        options |= {"additional_headers": self._headers, "proxy": self._proxy}
        this, attempt, self._boards = object(), 0, boards
        for board in boards:
            board.interrupt()
            board._follow = this
        while not self._closed.is_set():
            socket, is_greeted, code, wait = None, False, None, None
            subscribes: dict[str, asyncio.Task[None]] = {}  # separate from the reader, which must not wait
            try:
                async with await self._until_closed(connect(self._url.replace("http", "ws", 1) + "/ws", **options)) as socket:
                    self._socket = socket
                    for place, board in enumerate(boards):
                        subscribes[board.name] = asyncio.create_task(_subscribe(socket, board, place / SUBSCRIBES_PER_S))
                    with contextlib.suppress(ConnectionClosed):
                        async for text in socket:
                            frame, is_greeted = json.loads(text), True
                            for board in boards:
                                board.apply(frame)
                                if board._wait_s is not None:
                                    subscribes[board.name] = asyncio.create_task(_subscribe(socket, board, board._wait_s))
                            yield frame
                code = socket.close_code
            except InvalidStatus as refused:
                code, wait = refused.response.status_code, refused.response.headers.get("Retry-After")
            except (Gap, OSError, EOFError, WebSocketException):  # the server or the network may come back
                pass
            finally:
                for task in subscribes.values():
                    task.cancel()
                if self._socket is socket:
                    self._socket = None
                for board in boards:
                    if board._follow is this:  # otherwise a newer `follow` uses it
                        board.interrupt()
            if code in FINAL_CODES:
                raise AccessEnded(f"The server ended access, with code {code}.")
            attempt = 0 if is_greeted and code not in OVERLOAD_CODES else attempt + 1
            with contextlib.suppress(ConnectionAbortedError):
                await self._until_closed(asyncio.sleep(_pause(attempt, wait)))

    async def _until_closed(self, work: Awaitable[T]) -> T:
        """Wait for some work, and return its result. Raises ConnectionAbortedError if the client is closed."""
        doing, closed = asyncio.ensure_future(work), asyncio.ensure_future(self._closed.wait())
        try:
            await asyncio.wait((doing, closed), return_when=asyncio.FIRST_COMPLETED)
            if not doing.done() or (self._closed.is_set() and doing.exception() is not None):
                raise ConnectionAbortedError("The client was closed.")
            return doing.result()
        finally:
            doing.cancel()
            closed.cancel()

    async def send(self, frame: Frame) -> None:
        """Send any frame over the socket of `follow`. Drops it if there is none, and a `presence` until its board is live."""
        is_early = frame["type"] == "presence" and not any(each.live and each.name == frame["board"] for each in self._boards)
        if self._socket is not None and not is_early:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(json.dumps(frame))

    async def command(
        self, board: str, name: str, data: Mapping[str, Any] | None = None, *, id: str | None = None, **position: Any
    ) -> Frame:
        """Send a command, again if needed, until it is answered. Return its ack. Raises Refusal.

        The server executes each `id` once, however often it is sent: set it if your program may send the command again after a
        restart. `base` and `epoch`: position of the board when somebody decided the command, so that a conflict is refused.
        """
        body = {"id": id or uuid.uuid4().hex, "name": name, "data": data or {}, **position}
        async with self._slots:
            return dict(await self.request("POST", f"/api/v1/boards/{board}/commands", is_command=True, json=body))

    async def read(self, board: str, **params: Any) -> Board:
        """Read a board by HTTP, or its state in the past with `at`. Raises Refusal."""
        replica = Board(board)
        replica.apply({"type": "snapshot", **await self.request("GET", f"/api/v1/boards/{board}", params=params)})
        return replica

    async def request(self, method: str, path: str, *, is_command: bool = False, **options: Any) -> Any:
        """Make an HTTP call with httpx's options; return the JSON of its answer, or bytes. Raises Refusal, and httpx's errors.

        A GET, or a body with an `id`, is sent again if no answer arrives; any call, after a refusal that states when to retry.
        """
        is_repeatable = method == "GET" or "id" in (options.get("json") or ())
        attempts, attempt = float("inf") if is_command else CALL_ATTEMPTS, 0
        while True:
            attempt, wait = attempt + 1, None
            try:
                return _read_answer(await self._until_closed(self._http.request(method, path, **options)), is_command)
            except httpx.TransportError:
                if attempt >= attempts or not is_repeatable:
                    raise
            except Refusal as refusal:
                wait = refusal.body.get("retry_after_s")
                if attempt >= attempts or refusal.code not in REPEATED_REFUSALS or not (is_repeatable or wait):
                    raise
            await self._until_closed(asyncio.sleep(_pause(attempt, wait)))


async def _subscribe(socket: ClientConnection, board: Board, pause: float) -> None:
    """Subscribe to a board from its position, after a pause."""
    await asyncio.sleep(pause)
    position: Frame = {"epoch": board.epoch, "after": board.seq} if board.epoch else {}
    position |= {"form": board.form} if position and board.form else {}
    with contextlib.suppress(ConnectionClosed):
        await socket.send(json.dumps({"type": "subscribe", "board": board.name, **position}))


def _read_answer(answer: Any, is_command: bool) -> Any:
    """Return the JSON of an answer, or its bytes. Raises AccessEnded or Refusal."""
    body = answer.content
    if "json" in answer.headers.get("Content-Type", ""):
        with contextlib.suppress(ValueError):  # a proxy may label other content as JSON
            body = answer.json()
    if answer.is_success and is_command and not (isinstance(body, dict) and "seqs" in body):
        raise Refusal({"code": "unavailable", "message": "A proxy answered in place of the server."})
    if answer.is_success:
        return body
    if answer.status_code == 401:
        raise AccessEnded("The server does not accept the token.")
    told = {"code": f"status {answer.status_code}", "retry_after_s": answer.headers.get("Retry-After")}
    raise Refusal(told | body if isinstance(body, dict) else told)


def _pause(attempt: int, wait: str | int | None = None) -> float:
    """Return the seconds until the next attempt, with jitter: the server's choice, otherwise more after each attempt."""
    pause: float = min(MIN_PAUSE_S * 2 ** min(attempt, 16), MAX_PAUSE_S)
    if wait is not None and str(wait).isdecimal():
        pause = min(float(wait), MAX_ASKED_PAUSE_S)
    return pause * random.uniform(1.0, 1.5)  # noqa: S311  (so that not all clients come back at once)


class Client:
    """Client for programs without asyncio: `with Client(url, token) as client`. An `AsyncClient` does its work in a thread."""

    def __init__(self, url: str, token: str, *, proxy: str | None = None) -> None:
        self._client = AsyncClient(url, token, proxy=proxy)
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Self:
        self._thread = start_blocking_portal()
        self._loop = self._thread.__enter__().call(asyncio.get_running_loop)
        return self

    def __exit__(self, *error: object) -> None:
        self._wait(self._client.__aexit__)
        self._loop = None
        self._thread.__exit__(None, None, None)

    def follow(self, *boards: Board) -> Iterator[Frame]:
        frames = self._client.follow(*boards)
        before: list[tuple[str, int]] = []  # positions before the frame that is awaited
        try:
            with contextlib.suppress(StopAsyncIteration):
                while True:
                    before = [(board.epoch, board.seq) for board in boards]
                    frame = self._wait(frames.__anext__)
                    before = []
                    yield frame
        finally:
            with contextlib.suppress(RuntimeError):  # it is ending
                self._wait(frames.aclose)
            for board, position in zip(boards, before, strict=False):  # after Ctrl+C, a frame may be applied but not yielded
                board.epoch, board.seq = position

    def command(self, board: str, name: str, data: Mapping[str, Any] | None = None, **more: Any) -> Frame:
        return self._wait(self._client.command, board, name, data, **more)

    def request(self, method: str, path: str, **options: Any) -> Any:
        return self._wait(self._client.request, method, path, **options)

    def read(self, board: str, **params: Any) -> Board:
        return self._wait(self._client.read, board, **params)

    def _wait(self, work: Callable[..., Coroutine[Any, Any, T]], *arguments: Any, **options: Any) -> T:
        if self._loop is None:
            raise RuntimeError("Use the client in a `with` statement.")
        future = asyncio.run_coroutine_threadsafe(work(*arguments, **options), self._loop)
        try:
            return future.result()
        finally:
            future.cancel()  # after Ctrl+C
