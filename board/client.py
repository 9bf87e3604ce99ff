"""Client for programs: follows boards over a socket, sends commands and makes HTTP calls, as the contract says.

This file stands alone: copy it. It needs the packages `websockets` and `httpx2` (or `httpx`, with `anyio`, which both bring).
`AsyncClient` is for asyncio, `Client` for other programs. Both raise `Refusal` for what the server refuses, `AccessEnded` once
the token has ended, and httpx's errors for a call that failed repeatedly. All else is tried again for ever.
"""

import asyncio
import contextlib
import importlib.util
import json
import random
import uuid
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from anyio.from_thread import start_blocking_portal
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

httpx: Any = importlib.import_module("httpx2" if importlib.util.find_spec("httpx2") else "httpx")
MIN_PAUSE_S, MAX_PAUSE_S = 0.5, 30.0  # first and longest pause before another attempt
MAX_ASKED_PAUSE_S = 600.0  # longest pause that a server can ask for
PING_S, CALL_TIMEOUT_S, CALL_ATTEMPTS = 10.0, 30.0, 5  # a connection that leaves a ping unanswered for so long is dead
SUBSCRIBE_INTERVAL_S = 0.03  # so that many boards stay within the server's limit
REPEATED_REFUSALS = ("rate_limited", "unavailable", "status 429", "status 502", "status 503", "status 504")  # send it again
FINAL_CODES = (401, 403, 404, *range(4500, 5000))  # of HTTP and of sockets: wrong token, scope or address, or access ended
Frame = dict[str, Any]


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
    """Frames are missing before this one."""


@dataclass(slots=True)
class Board:
    """Replica of a board, put together from its frames. One that began at a position has only what changed after it."""

    name: str
    epoch: str = ""
    seq: int = -1
    entities: dict[tuple[str, str], Any] = field(default_factory=dict)  # state by kind and id
    live: bool = False
    _parts: dict[tuple[str, int], dict[tuple[str, str], Any]] = field(default_factory=dict)  # of a snapshot, by its position
    _head: Frame | None = None  # position that the server told last

    def apply(self, frame: Frame) -> None:
        """Apply a frame, if it is about this board. Raise Gap, with nothing applied, or Refusal if the board may not be seen."""
        if frame["type"] != "heads" and frame.get("board") != self.name:
            return
        match frame["type"]:
            case "snapshot":
                part = {(each["kind"], each["id"]): each["state"] for each in frame["entities"]}
                at = frame["epoch"], frame["seq"]
                self._parts = {at: self._parts.get(at, {}) | part}  # parts of another one are forgotten
                if not frame.get("more"):
                    (self.epoch, self.seq), self.entities = at, self._parts.pop(at)
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
                self.live = True
            case "heads":  # positions of boards: one is to be reached before the next one comes
                before, self._head = self._head, frame["heads"].get(self.name)
                if self.live and before and (self.epoch != before["epoch"] or self.seq < before["seq"]):
                    raise Gap(f"the head was {before}, but here is {self.seq} of {self.epoch}")
            case "unsubscribed":
                self.live, self.entities = False, {}
                raise Refusal({"code": frame["reason"], "board": self.name})
            case "error" if not self.live:  # else it is about a `presence`
                raise Refusal(frame)

    def interrupt(self) -> None:
        """Note that frames are missing from here on, until the board is subscribed again from its position."""
        self.live, self._head, self._parts = False, None, {}


class AsyncClient(contextlib.AbstractAsyncContextManager["AsyncClient"]):
    """Client for asyncio, of one account: `async with AsyncClient(url, token) as client`."""

    def __init__(self, url: str, token: str, *, proxy: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.AsyncClient(base_url=url, headers=headers, proxy=proxy, trust_env=False, timeout=CALL_TIMEOUT_S)
        self._address = url.rstrip("/").replace("http", "ws", 1) + "/ws"
        self._options: Any = {"additional_headers": headers, "proxy": proxy, "ping_interval": PING_S, "ping_timeout": PING_S}
        self._socket: ClientConnection | None = None  # of `follow`

    async def __aexit__(self, *error: object) -> None:
        await self._http.aclose()
        if self._socket is not None:
            await self._socket.close()

    async def follow(self, *boards: Board) -> AsyncGenerator[Frame, None]:
        """Yield all that the server sends, as soon as it is applied to these replicas, until the client is closed.

        They begin with a snapshot, or at their position: `Board(name, epoch, 118)`. Each event comes once. Raise AccessEnded, and
        Refusal if one of the boards, its `body["board"]`, may not be seen. For another `follow` beside it, use another client.
        """
        attempt = 0
        while not self._http.is_closed:
            code = wait = None
            try:
                async with connect(self._address, **self._options) as socket:
                    self._socket = socket
                    for board in boards:
                        position = {"epoch": board.epoch, "after": board.seq} if board.epoch else {}
                        await socket.send(json.dumps({"type": "subscribe", "board": board.name, **position}))
                        await asyncio.sleep(SUBSCRIBE_INTERVAL_S)
                    async for text in socket:
                        frame = json.loads(text)
                        for board in boards:
                            board.apply(frame)
                        yield frame
            except ConnectionClosed as closed:
                code = closed.rcvd and closed.rcvd.code
            except InvalidStatus as refused:
                code, wait = refused.response.status_code, refused.response.headers.get("Retry-After")
            except Refusal as refusal:
                if refusal.code not in REPEATED_REFUSALS:
                    raise
                wait = refusal.body.get("retry_after_s")
            except (Gap, OSError, EOFError, WebSocketException):  # the server or the network may come back
                pass
            finally:
                self._socket = None
                attempt = 0 if any(board.live for board in boards) else attempt + 1
                for board in boards:
                    board.interrupt()
            if code in FINAL_CODES:
                raise AccessEnded(f"The server ended access, with code {code}.")
            await asyncio.sleep(_pause(attempt, wait))

    async def send(self, frame: Frame) -> None:
        """Send any frame over the socket of `follow`, such as a `presence`. It is dropped while there is no connection."""
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(json.dumps(frame))

    async def command(
        self, board: str, name: str, data: Mapping[str, Any] | None = None, *, id: str | None = None, **position: Any
    ) -> Frame:
        """Send a command until it is answered; return its ack. Raise Refusal.

        It is executed once, however often it is sent, by its `id`: give your own to send it again after your program's end.
        `base` and `epoch` say where the board was when somebody decided it, so that a conflict is refused.
        """
        body = {"id": id or uuid.uuid4().hex, "name": name, "data": data or {}, **position}
        return dict(await self.request("POST", f"/api/v1/boards/{board}/commands", attempts=float("inf"), json=body))

    async def read(self, board: str, **params: Any) -> Board:
        """Read a board by HTTP; `at` names a moment of the past. Raise Refusal."""
        replica = Board(board)
        replica.apply({"type": "snapshot", **await self.request("GET", f"/api/v1/boards/{board}", params=params)})
        return replica

    async def request(self, method: str, path: str, *, attempts: float = CALL_ATTEMPTS, **options: Any) -> Any:
        """Make an HTTP call with httpx's options; return the JSON of its answer, or bytes. Raise Refusal, and httpx's errors.

        A GET, or a body with an `id`, is sent again if no answer comes; every call is after a refusal that says when.
        """
        is_repeatable = method == "GET" or "id" in (options.get("json") or ())
        attempt = 0
        while True:
            attempt, wait = attempt + 1, None
            try:
                return _read_answer(await self._http.request(method, path, **options))
            except httpx.TransportError:
                if attempt >= attempts or not is_repeatable:
                    raise
            except Refusal as refusal:
                wait = refusal.body.get("retry_after_s")
                if attempt >= attempts or refusal.code not in REPEATED_REFUSALS or not (is_repeatable or wait):
                    raise
            await asyncio.sleep(_pause(attempt, wait))


def _read_answer(answer: Any) -> Any:
    """Return the JSON of an answer, or its bytes. Raise AccessEnded or Refusal."""
    body = answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.content
    if answer.is_success:
        return body
    if answer.status_code == 401:
        raise AccessEnded("The server does not accept the token.")
    told = {"code": f"status {answer.status_code}", "retry_after_s": answer.headers.get("Retry-After")}
    raise Refusal(told | body if isinstance(body, dict) else told)


def _pause(attempt: int, wait: str | int | None = None) -> float:
    """Return the seconds until the next attempt: those that the server asks for, else growing ones; with jitter."""
    pause: float = min(MIN_PAUSE_S * 2 ** min(attempt, 16), MAX_PAUSE_S)
    if wait is not None and str(wait).isdecimal():
        pause = min(float(wait), MAX_ASKED_PAUSE_S)
    return pause * random.uniform(1.0, 1.5)  # noqa: S311  (so that not all clients come back at once)


class Client(contextlib.AbstractContextManager["Client"]):
    """Client for programs without asyncio: `with Client(url, token) as client`. An `AsyncClient` does its work in a thread."""

    def __init__(self, url: str, token: str, *, proxy: str | None = None) -> None:
        self._client = AsyncClient(url, token, proxy=proxy)
        self._thread = start_blocking_portal()
        self._portal = self._thread.__enter__()

    def __exit__(self, *error: object) -> None:
        self._portal.call(self._client.__aexit__)
        self._portal.call(self._portal.stop, True)  # cancels what other threads wait for
        self._thread.__exit__(None, None, None)

    def follow(self, *boards: Board) -> Iterator[Frame]:
        frames = self._client.follow(*boards)
        try:
            while True:
                yield self._portal.call(frames.__anext__)
        except GeneratorExit:  # the program leaves the loop
            self._portal.call(frames.aclose)

    def command(self, board: str, name: str, data: Mapping[str, Any] | None = None, **more: Any) -> Frame:
        return self._portal.call(partial(self._client.command, board, name, data, **more))

    def request(self, method: str, path: str, **options: Any) -> Any:
        return self._portal.call(partial(self._client.request, method, path, **options))

    def read(self, board: str, **params: Any) -> Board:
        return self._portal.call(partial(self._client.read, board, **params))
