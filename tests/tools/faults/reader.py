"""Reader that subscribes like a browser, records what it receives, and resumes from its position after each disconnect."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.tools.faults.recordings import (
    CAUGHT_UP,
    DROPPED,
    GONE,
    HIDDEN,
    LIVE,
    RESET,
    SNAPSHOT,
    ReceivedEvent,
    ReceivedStream,
    entity_digest,
    received_event,
)

OPENS_WITHIN_S = 2.0
SILENT_S = 3.0  # after a ping, a connection without a frame for this long is dead
BROWSER_PATIENCE_S = 10.0  # replaces both limits for a reader that waits as long as a browser
ASKS_S = 1.0  # ping interval of a quiet connection
BACK_S = (0.05, 0.3)  # between two attempts; a browser waits longer, but this measures the server
REFUSED_S = 0.4  # until a refused subscription is retried, unless the server names a time

Address = Callable[[int], str]  # URL of the n-th attempt


@lru_cache(maxsize=512)  # many readers get the same frame, byte for byte
def _events(frame: bytes) -> tuple[str, str, list[ReceivedEvent]]:
    read = orjson.loads(frame)
    return read["board"], read["epoch"], [received_event(event) for event in read["events"]]


class BoardReplica:
    """Copy of a board that a reader maintains."""

    def __init__(self, following: ReceivedStream, restricted: set[str], epochs: dict[str, int]) -> None:
        self.following, self._restricted, self._epochs = following, restricted, epochs
        self.epoch: str | None = None
        self.seq = -1
        self.live = self.followed = False
        self.entities: dict[tuple[str, str], int] = {}  # by kind and id: a shift and its handover have the same id
        self.fold = 0
        self._asked_at: tuple[str, int] | None = None  # epoch and seq of the last heartbeat
        self._part: dict[tuple[str, str], int] = {}

    @property
    def position(self) -> dict[str, Any]:
        return {} if self.epoch is None else {"epoch": self.epoch, "after": self.seq}

    def lost(self) -> None:
        """Record that the connection is lost. The position stays."""
        self.live = self.followed = False
        self._asked_at = None
        self._part = {}

    def gone(self, at: float) -> None:
        """Record that the right to see the board ended."""
        self.lost()
        self.following.note(GONE, 0, 0, 0, at)
        self.entities, self.fold, self.epoch, self.seq = {}, 0, None, -1

    def snapshot(self, frame: dict[str, Any], at: float) -> None:
        for each in frame["entities"]:
            if not (each["id"] in self._restricted and frame["board"] == "operations"):
                self._part[each["kind"], each["id"]] = entity_digest(each["kind"], each["id"], each["state"])
        if frame.get("more"):
            return
        kind = SNAPSHOT if self.epoch is None else RESET
        self.entities, self._part = self._part, {}
        self.fold = 0
        for each in self.entities.values():
            self.fold ^= each
        self.epoch, self.seq = frame["epoch"], frame["seq"]
        self.following.note(kind, self._number(frame["epoch"]), self.seq, self.fold, at)

    def events(self, epoch: str, events: list[ReceivedEvent], at: float) -> bool:
        """Apply events. Return False if one is missing before them: the reader then subscribes again, as a browser would."""
        kind, number, whole = (LIVE if self.live else CAUGHT_UP), self._number(epoch), True
        for event in events:
            self.following.note(kind, number, event.seq, event.digest, at)
            whole = whole and event.seq == self.seq + 1 and epoch == self.epoch
            self.seq = max(self.seq, event.seq)
            if event.digest not in (HIDDEN, DROPPED) and not (
                event.id in self._restricted and self.following.board == "operations"
            ):
                assert event.id is not None
                self.fold ^= self.entities.get((event.kind, event.id), 0) ^ event.entity
                self.entities[event.kind, event.id] = event.entity
        return whole

    def heads(self, epoch: str, seq: int) -> bool:
        """Process a heartbeat with the database's position. Return True if this replica has not even reached the previous
        heartbeat, so that the reader must subscribe again."""
        behind = self._asked_at is not None and (self._asked_at[0] != self.epoch or self.seq < self._asked_at[1])
        self._asked_at = (epoch, seq)
        return behind

    def restart(self) -> None:
        self.lost()
        self.epoch, self.seq = None, -1

    def _number(self, epoch: str) -> int:
        return self._epochs.setdefault(epoch, len(self._epochs) + 1)


class Reader:
    """Reader of boards.

    `address`: returns the URL of each attempt.
    `trusting`: resubscribe only if the server asks for it, so that a server bug stays visible (for the mutants).
    `is_patient`: wait for a slow connection as long as a browser does.
    """

    def __init__(
        self, name: str, token: str, boards: Sequence[str], address: Address, seed: int, restricted: set[str],
        epochs: dict[str, int], trusting: bool = False, is_patient: bool = False,
    ) -> None:  # fmt: skip
        self.name, self._token, self._address, self._random = name, token, address, Random(seed)
        self.screens = {board: BoardReplica(ReceivedStream(name, board), restricted, epochs) for board in boards}
        self.resyncs = self.lines = 0
        self.refusals = Counter[str]()  # subscribes, by code
        self.ended = False  # the server ended the connection: board access must be checked again
        self._trusting = trusting
        self._opens_within_s = BROWSER_PATIENCE_S if is_patient else OPENS_WITHIN_S
        self._silent_s = BROWSER_PATIENCE_S if is_patient else SILENT_S
        self._sleeps_until = 0.0
        self._socket: ClientConnection | None = None
        self._heard = 0.0
        self._later: set[asyncio.TimerHandle] = set()

    @property
    def live(self) -> bool:
        return all(screen.live for screen in self.screens.values())

    def sleep(self, seconds: float) -> None:
        """Read nothing for some seconds, like a laptop with its lid shut."""
        self._sleeps_until = time.monotonic() + seconds

    def reset(self) -> None:
        if self._socket is not None:
            self._socket.transport.abort()

    async def read(self) -> None:
        """Read until cancelled."""
        attempt = 0
        while True:
            try:
                await self._on_a_line(self._address(attempt))
            except (OSError, WebSocketException, TimeoutError, EOFError):
                pass
            finally:
                self._lost()
            attempt += 1
            await asyncio.sleep(self._random.uniform(*BACK_S))

    def _lost(self) -> None:
        self._socket = None
        for screen in self.screens.values():
            screen.lost()
        for handle in self._later:
            handle.cancel()
        self._later.clear()

    async def _on_a_line(self, url: str) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        options: dict[str, Any] = {"compression": None, "max_size": None, "ping_interval": None, "close_timeout": 0.2}
        async with connect(url, additional_headers=headers, open_timeout=self._opens_within_s, **options) as socket:
            self._socket, self._heard = socket, time.monotonic()
            self.lines += 1
            for board in self.screens:
                await self._follow(board)
            watching = asyncio.create_task(self._watch(socket))
            try:
                while True:
                    frame = await socket.recv(decode=False)
                    self._heard = time.monotonic()
                    await self._take(frame, self._heard)
                    if self._sleeps_until > self._heard:
                        await asyncio.sleep(self._sleeps_until - self._heard)
                        self._heard = time.monotonic()
            finally:
                watching.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watching

    async def _watch(self, socket: ClientConnection) -> None:
        """Ping a quiet connection, and abort one that stays silent."""
        with contextlib.suppress(WebSocketException, OSError):
            while True:
                await asyncio.sleep(ASKS_S)
                quiet = time.monotonic() - max(self._heard, self._sleeps_until)
                if quiet > self._silent_s:
                    return socket.transport.abort()
                if quiet > ASKS_S:
                    await socket.send('{"type":"ping"}')
        return None

    async def _follow(self, board: str) -> None:
        screen = self.screens[board]
        screen.live, screen.followed = False, True
        await self._say({"type": "subscribe", "board": board, **screen.position})

    async def _say(self, frame: dict[str, Any]) -> None:
        if self._socket is not None:
            await self._socket.send(orjson.dumps(frame).decode())

    def _follow_later(self, board: str, wait_s: float | None = None) -> None:
        def again() -> None:
            if self._socket is not None and not self.screens[board].followed:
                task = asyncio.ensure_future(self._follow(board))
                task.add_done_callback(lambda done: done.cancelled() or done.exception())

        self.screens[board].followed = False
        self._later.add(asyncio.get_running_loop().call_later(wait_s or REFUSED_S, again))

    async def _take(self, frame: bytes, at: float) -> None:
        if frame.startswith(b'{"type":"events"'):
            board, epoch, events = _events(frame)
            if not self.screens[board].events(epoch, events, at):
                self.screens[board].restart()
                await self._follow(board)
            return
        said = orjson.loads(frame)
        match said["type"]:
            case "snapshot":
                self.screens[said["board"]].snapshot(said, at)
            case "subscribed":
                self.screens[said["board"]].live = True
            case "unsubscribed" if said["reason"] == "forbidden":
                self.screens[said["board"]].gone(at)
                self._follow_later(said["board"])
            case "error" if said.get("board") in self.screens:
                self.refusals[said["code"]] += 1
                self._follow_later(said["board"], said.get("retry_after_s"))
            case "heads" if not self._trusting:
                for board, head in said["heads"].items():
                    screen = self.screens.get(board)
                    if screen is not None and screen.live and screen.heads(head["epoch"], head["seq"]):
                        self.resyncs += 1
                        await self._follow(board)
