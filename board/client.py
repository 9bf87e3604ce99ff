"""Client for programs: follows boards over one socket, sends commands and makes HTTP calls, as the contract says.

This file stands alone: copy it. It needs the packages `websockets` and `httpx2` (or `httpx`, with `anyio`, which both bring).
`AsyncClient` is for asyncio, `Client` for other programs. Both raise `Refusal` for what the server refuses, `AccessEnded` from
everything once the token has ended, and httpx's errors for a call that failed repeatedly. All else is tried again for ever.
"""

import asyncio
import contextlib
import importlib
import importlib.util
import json
import random
import re
import uuid
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

MIN_PAUSE_S, MAX_PAUSE_S = 0.5, 30.0  # first and longest pause before another attempt
MAX_ASKED_PAUSE_S = 600.0  # longest pause that a server can ask for
PING_S = 10.0  # interval of pings; a connection that leaves one unanswered for so long is dead
MAX_SENT_BYTES, MAX_RECEIVED_BYTES = 65_536, 1_048_576  # of a frame, by the contract
MAX_QUEUED_FRAMES = 64  # of one board; a program that reads slower gets the rest when it has read these
MAX_COMMANDS = 32  # without an answer; all are sent again after a reconnect, within the server's limit for a second
CALL_ATTEMPTS, CALL_TIMEOUT_S = 5, 30.0
REPEATED_REFUSALS = ("rate_limited", "unavailable")  # nothing was done: the same may be sent again
SUBSCRIBES_PER_S = 15  # after a reconnect, beside the commands that are sent again
FINAL_CLOSE_CODES = range(4500, 5000)
OVERLOAD_CLOSE_CODES = (1009, 4008, 4013)  # this client sent too much, or read too slowly: come back later each time
FINAL_STATUSES = (401, 403, 404)  # wrong token, wrong scope, wrong address
Frame = dict[str, Any]
T = TypeVar("T")


class Refusal(Exception):
    """Refusal: a code of the contract, a sentence for each field at fault, and the current state after a conflict."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__(json.dumps(body))
        self.body, self.code = body, str(body.get("code", "unknown"))
        self.fields: dict[str, str] = body.get("fields", {})
        self.current: Any = body.get("current")


class AccessEnded(Exception):
    """The token is wrong or has ended, or its account was disabled: do not come back."""


class Gap(Exception):
    """An event is not the next one."""


@dataclass(slots=True)
class Board:
    """Replica of a board, put together from its frames. One that began at a position has only what changed after it."""

    epoch: str = ""
    seq: int = -1
    entities: dict[tuple[str, str], Any] = field(default_factory=dict)  # state by kind and id
    live: bool = False
    unsubscribed: str | None = None  # reason
    refused: Refusal | None = None  # why it is not followed any more
    people: list[Frame] | None = None  # by the last `presence`
    summaries: dict[str, Frame] = field(default_factory=dict)  # by search
    _parts: dict[tuple[str, str], Any] = field(default_factory=dict)  # of a snapshot that is not whole
    _queue: deque[Frame] | None = None  # frames that `follow` has not yielded
    _parts_at: tuple[str, int] | None = None  # epoch and seq of that snapshot
    _attempt: int = 0  # subscribes that were refused for now
    _overrun: bool = False  # the queue was full: frames are missing after the last one
    _head: Frame | None = None  # position that the server told last
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def apply(self, frame: Frame) -> None:
        """Apply a frame of this board. Raise Gap, with nothing applied, if an event is not the next one."""
        match frame["type"]:
            case "snapshot":
                if self._parts_at != (at := (frame["epoch"], frame["seq"])):  # the server began another one
                    self._parts, self._parts_at = {}, at
                self._parts |= {(each["kind"], each["id"]): each["state"] for each in frame["entities"]}
                if not frame.get("more"):
                    (self.epoch, self.seq), self.entities, self._parts, self._parts_at = at, self._parts, {}, None
            case "events":
                seqs = [event["seq"] for event in frame["events"]]
                if frame["epoch"] != self.epoch or seqs != list(range(self.seq + 1, self.seq + 1 + len(seqs))):
                    raise Gap(f"events {seqs} of {frame['epoch']} after {self.seq} of {self.epoch}")
                self.seq += len(seqs)
                for event in frame["events"]:
                    if event.get("state") is not None:
                        self.entities[event["kind"], event["id"]] = event["state"]
                    elif "state" in event:  # else it was erased, or may not be seen
                        self.entities.pop((event["kind"], event["id"]), None)
            case "subscribed":
                if (frame["epoch"], frame["seq"]) != (self.epoch, self.seq):
                    raise Gap(f"live at {frame['seq']} of {frame['epoch']}, but here is {self.seq} of {self.epoch}")
                self.live, self._attempt = True, 0
            case "unsubscribed":
                self.live, self.unsubscribed, self.entities = False, frame["reason"], {}
            case "presence":
                self.people = frame["people"]
            case "summary":
                self.summaries |= frame["searches"]

    def is_behind(self, head: Frame) -> bool:
        """Return whether this is live and has not reached the head that was told before this one."""
        before, self._head = self._head, head
        return self.live and before is not None and (self.epoch != before["epoch"] or self.seq < before["seq"])

    def interrupt(self) -> None:
        """Note that frames are missing from here on, until the board is subscribed again from its position."""
        self.live, self.people, self._head, self._parts_at = False, None, None, None
        self._changed.set()


class AsyncClient:
    """Connection of one account: `async with AsyncClient(url, token) as client`. It comes back until it is closed or refused."""

    def __init__(
        self, url: str, token: str, *, proxy: str | None = None, on_frame: Callable[[Frame], object] = lambda frame: None
    ) -> None:
        """Connect when the first frame is to be sent. `on_frame` gets every frame of the server, such as `alerts` and `heads`."""
        self._url, self._proxy, self._on_frame = url.rstrip("/"), proxy, on_frame
        self._headers = {"Authorization": f"Bearer {token}"}
        self._socket: ClientConnection | None = None  # from its `hello` on
        self._tasks: set[asyncio.Task[None]] = set()  # the reader of the socket, and subscribes that wait
        self._boards: dict[str, Board] = {}
        self._leaving: set[str] = set()  # unsubscribed, not confirmed: until then, frames of the board are old
        self._commands: dict[str, tuple[Frame, asyncio.Future[Frame]]] = {}
        self._slots = asyncio.Semaphore(MAX_COMMANDS)
        self._failure: Exception | None = None  # raised by everything from then on
        self._http: Any = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        self._fail(ConnectionError("The client was closed."))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.aclose()

    # -- boards

    async def follow(self, board: str, epoch: str = "", after: int = -1) -> AsyncGenerator[Frame, None]:
        """Yield the frames of a board for ever, each event once: from a position, else from a snapshot. Raise Refusal."""
        if board in self._boards:
            raise ValueError(f"The board {board} is followed already.")
        queue: deque[Frame] = deque()
        replica = self._boards[board] = Board(epoch, after, _queue=queue)
        try:
            await self._subscribe(board, replica)
            while True:
                await self.wait_until(replica, lambda _: bool(queue))
                yield queue.popleft()
                if replica._overrun and not queue:
                    replica._overrun = False
                    await self._subscribe(board, replica)
        finally:
            await self.unsubscribe(board)

    async def subscribe(self, board: str) -> Board:
        """Keep a replica of a board up to date, and return it once it is live. Raise Refusal."""
        if (replica := self._boards.get(board)) is None or replica.refused:
            replica = self._boards[board] = Board()
            await self._subscribe(board, replica)
        return await self.wait_until(replica, lambda replica: replica.live)

    async def wait_until(self, replica: Board, condition: Callable[[Board], bool]) -> Board:
        """Wait until a replica fulfils a condition. Raise Refusal once it is not followed any more."""
        while not condition(replica):
            if (failure := replica.refused or self._failure) is not None:
                raise failure
            replica._changed.clear()
            await replica._changed.wait()
        return replica

    async def unsubscribe(self, board: str) -> None:
        """Stop following a board. Whoever waits for it gets a Refusal."""
        if (replica := self._boards.pop(board, None)) is not None and replica.refused is None:
            replica.refused = Refusal({"code": "left", "message": "This board is not followed any more."})
            await self._leave(board, replica)

    # -- commands and calls

    async def command(
        self, board: str, name: str, data: Mapping[str, Any] | None = None, *, id: str | None = None, **position: Any
    ) -> Frame:
        """Send a command until it is answered; return its ack. Raise Refusal.

        It is executed once, however often it is sent, by its `id`: give your own to send it again after your program's end.
        `base` and `epoch` say where the board was when somebody decided it, so that a conflict is refused.
        """
        id = id or uuid.uuid4().hex
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", id):  # the server would answer without it
            raise ValueError("An id has 1 to 64 letters, digits, - and _.")
        frame = {"type": "command", "id": id, "board": board, "name": name, "data": data or {}, **position}
        if len(json.dumps(frame)) > MAX_SENT_BYTES:  # the server would close the connection, again and again
            raise Refusal({"code": "too_large", "message": f"A command has more than {MAX_SENT_BYTES} bytes."})
        if id in self._commands:
            raise ValueError(f"The command {id} waits for its answer already.")
        attempt = 0
        async with self._slots:
            while (answer := await self._answer(id, frame))["type"] != "ack":
                if answer["code"] not in REPEATED_REFUSALS:
                    raise Refusal(answer)
                await asyncio.sleep(_pause(attempt, answer.get("retry_after_s")))
                attempt += 1
        return answer

    async def _answer(self, id: str, frame: Frame) -> Frame:
        if self._failure is not None:
            raise self._failure
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._commands[id] = frame, answer
        try:
            await self.send(frame)
            return await answer
        finally:
            del self._commands[id]

    async def send(self, frame: Frame) -> None:
        """Send any frame, such as a `presence`. Dropped while there is no connection; a presence until its board is live."""
        if frame["type"] == "presence" and not ((replica := self._boards.get(frame["board"])) and replica.live):
            return
        if not self._tasks and self._failure is None:
            self._start(self._run())
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(json.dumps(frame))

    async def request(self, method: str, path: str, **options: Any) -> Any:
        """Make an HTTP call with httpx's options; return the JSON of its answer, or bytes. Raise Refusal, and httpx's errors.

        A GET, or a body with an `id`, is sent again if no answer comes; every call is after a refusal that says when.
        """
        library: Any = importlib.import_module("httpx2" if importlib.util.find_spec("httpx2") else "httpx")
        if self._http is None:
            limits: Any = {"proxy": self._proxy, "trust_env": False, "timeout": CALL_TIMEOUT_S}
            self._http = library.AsyncClient(base_url=self._url, headers=self._headers, **limits)
        repeatable = method == "GET" or "id" in (options.get("json") or ())
        attempt = 0
        while True:
            attempt, wait = attempt + 1, None
            try:
                answer = await self._http.request(method, path, **options)
            except library.TransportError:
                if not repeatable or attempt == CALL_ATTEMPTS:
                    raise
            else:
                body = answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.content
                if answer.is_success:
                    return body
                if answer.status_code == 401:
                    raise AccessEnded("The server does not accept the token.")
                wait = answer.headers.get("Retry-After")
                if attempt == CALL_ATTEMPTS or answer.status_code not in (429, 502, 503, 504) or not (repeatable or wait):
                    raise Refusal(body if isinstance(body, dict) else {"code": f"status {answer.status_code}"})
            await asyncio.sleep(_pause(attempt, wait))

    async def read(self, board: str, **params: Any) -> Board:
        """Read a board by HTTP; `at` names a moment of the past. Raise Refusal."""
        replica = Board()
        replica.apply({"type": "snapshot", **await self.request("GET", f"/api/v1/boards/{board}", params=params)})
        return replica

    # -- the socket

    async def _run(self) -> None:
        """Stay connected until access ends."""
        try:
            await self._stay_connected()
        except Exception as failure:
            self._fail(failure)

    def _fail(self, failure: Exception) -> None:
        self._failure = failure
        for _, answer in self._commands.values():
            if not answer.done():
                answer.set_exception(failure)
        for replica in self._boards.values():
            replica._changed.set()

    async def _stay_connected(self) -> None:
        limits: Any = {"max_size": MAX_RECEIVED_BYTES, "ping_interval": PING_S, "ping_timeout": PING_S, "close_timeout": 1}
        limits |= {"additional_headers": self._headers, "compression": None, "proxy": self._proxy}
        attempt = 0
        while True:
            attempt, wait = attempt + 1, None
            try:
                async with connect(self._url.replace("http", "ws", 1) + "/ws", **limits) as socket:
                    with contextlib.suppress(ConnectionClosed):
                        async for text in socket:
                            await self._take(socket, json.loads(text))
                if socket.close_code in FINAL_CLOSE_CODES:
                    raise AccessEnded(f"The server ended access, by close code {socket.close_code}.")
                if self._socket is not None and socket.close_code not in OVERLOAD_CLOSE_CODES:
                    attempt = 0
            except InvalidStatus as refused:
                if (status := refused.response.status_code) in FINAL_STATUSES:
                    raise AccessEnded(f"The server refuses the connection with status {status}.") from None
                wait = refused.response.headers.get("Retry-After")
            except (OSError, EOFError, WebSocketException):  # the server or the network may come back
                pass
            self._socket = None
            self._leaving.clear()
            for replica in self._boards.values():
                replica.interrupt()
            await asyncio.sleep(_pause(attempt, wait))

    async def _take(self, socket: ClientConnection, frame: Frame) -> None:
        self._on_frame(frame)
        board = frame.get("board") or ""
        if frame["type"] == "hello":
            self._socket = socket
            for command, _ in list(self._commands.values()):
                await self.send(command)
            for place, (name, replica) in enumerate(self._boards.items()):
                self._start(self._subscribe(name, replica, place / SUBSCRIBES_PER_S))
        elif frame["type"] == "heads":
            for name in frame["heads"].keys() & self._boards.keys():
                if self._boards[name].is_behind(frame["heads"][name]):
                    await self._leave(name, self._boards[name])
        elif frame["type"] in ("ack", "refused") or frame.get("id") in self._commands:
            if (waiting := self._commands.get(frame["id"])) and not waiting[1].done():  # sent twice, it is answered twice
                waiting[1].set_result(frame)
        elif board in self._leaving:
            if frame["type"] == "error":  # it may have been our `unsubscribe`: no confirmation would come
                await socket.close()
            elif frame.get("reason") == "asked":
                self._leaving.discard(board)
                if board in self._boards:
                    await self._subscribe(board, self._boards[board])
        elif board in self._boards:
            await self._update(board, self._boards[board], frame)

    async def _update(self, name: str, replica: Board, frame: Frame) -> None:
        try:
            if frame["type"] == "error":
                if frame["code"] in REPEATED_REFUSALS and not replica.live:
                    self._start(self._subscribe(name, replica, _pause(replica._attempt, frame.get("retry_after_s"))))
                    replica._attempt += 1
                elif not replica.live:  # else it is of a `presence`
                    replica.refused = Refusal(frame)
            elif replica._queue is not None and len(replica._queue) >= MAX_QUEUED_FRAMES:
                replica._overrun = True
                await self._leave(name, replica)
            else:
                replica.apply(frame)
                if replica._queue is not None:
                    replica._queue.append(frame)
                if frame["type"] == "unsubscribed":
                    replica.refused = Refusal({"code": frame["reason"], "message": "The right to see this board has ended."})
        except Gap:
            await self._leave(name, replica)
        replica._changed.set()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the reader of the socket, which must not wait."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _subscribe(self, name: str, replica: Board, pause: float = 0.0) -> None:
        """Subscribe a board from its position, unless its turn is over when the pause is: by a lost connection, say."""
        socket = self._socket
        await asyncio.sleep(pause)
        is_due = not (replica.live or replica._overrun or replica.refused or name in self._leaving)
        if is_due and self._socket is socket and self._boards.get(name) is replica:
            position = {"epoch": replica.epoch, "after": replica.seq} if replica.epoch else {}
            await self.send({"type": "subscribe", "board": name, **position})

    async def _leave(self, name: str, replica: Board) -> None:
        """Unsubscribe a board. If it is still wanted when this is confirmed, it is subscribed again from its position."""
        replica.interrupt()
        if self._socket is not None and name not in self._leaving:
            self._leaving.add(name)
            await self.send({"type": "unsubscribe", "board": name})


def _pause(attempt: int, wait: str | int | None = None) -> float:
    """Return the seconds until the next attempt: those that the server asks for, else growing ones; with jitter."""
    pause: float = min(MIN_PAUSE_S * 2 ** min(attempt, 16), MAX_PAUSE_S)
    if wait is not None and str(wait).isdecimal():
        pause = min(float(wait), MAX_ASKED_PAUSE_S)
    return pause * random.uniform(1.0, 1.5)  # noqa: S311  (so that not all clients come back at once)


class Client:
    """Client for programs without asyncio: `with Client(url, token) as client`. An `AsyncClient` works for it in a thread."""

    def __init__(self, url: str, token: str, *, proxy: str | None = None) -> None:
        self._client = AsyncClient(url, token, proxy=proxy)
        self._portal: BlockingPortal | None = None

    def __enter__(self) -> Self:
        self._thread = start_blocking_portal()
        self._portal = self._thread.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Close the client. What other threads wait for is cancelled."""
        self._wait(self._client.__aexit__)
        if self._portal is not None:
            self._wait(self._portal.stop, True)
        self._thread.__exit__(None, None, None)
        self._portal = None

    def follow(self, board: str, epoch: str = "", after: int = -1) -> Iterator[Frame]:
        frames = self._client.follow(board, epoch, after)
        try:
            while True:
                yield self._wait(frames.__anext__)
        finally:
            self._wait(frames.aclose)

    def command(self, board: str, name: str, data: Mapping[str, Any] | None = None, **more: Any) -> Frame:
        return self._wait(partial(self._client.command, board, name, data, **more))

    def request(self, method: str, path: str, **options: Any) -> Any:
        return self._wait(partial(self._client.request, method, path, **options))

    def read(self, board: str, **params: Any) -> Board:
        return self._wait(partial(self._client.read, board, **params))

    def _wait(self, work: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        if self._portal is None:
            raise RuntimeError("Use the client in a `with` statement.")
        future = self._portal.start_task_soon(work, *arguments)
        try:
            return future.result()
        finally:
            future.cancel()  # after Ctrl+C
