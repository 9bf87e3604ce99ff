"""Writer that gives commands at a steady pace, several at a time, and resends unanswered ones with the same id."""

import asyncio
import contextlib
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from random import Random
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from models.board import OPERATIONS
from tests.tools.faults import custody
from tests.tools.faults.reader import BACK_S, OPENS_WITHIN_S, Address
from tests.tools.faults.recordings import CommandLog

MAX_IN_FLIGHT = 8  # unanswered commands of one writer
SILENT_S = 3.0  # a connection without an answer for this long counts as dead
AGAIN_S = 0.25  # until a temporarily refused command is sent again
TEXTS = ("near the station", "at the harbour, läte", "on bus 42", "by the canal")


@dataclass(slots=True)
class WriterBoard:
    """State of a board that a writer must know, so that its commands can succeed."""

    id: str
    sightings: list[str] = field(default_factory=list)
    cards: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    seq: int = 0  # lower bound of the board's position
    alarms: list[str] = field(default_factory=list)  # open alarms, from the server's last list
    promised: list[str] = field(default_factory=list)  # alarms that the writer has


def random_command(random: Random, board: WriterBoard, accounts: list[str]) -> tuple[str, dict[str, Any]]:
    """Return a random command. Most commands create no entity, because a board can only have 10,000."""
    chance = random.random()
    text = f"{random.choice(TEXTS)} {random.randrange(10_000)}"
    if chance < 0.30:
        grade = {"source": random.choice("ABCDEF"), "content": random.randrange(1, 7)}
        return "sighting.grade", {"sighting": random.choice(board.sightings), "grade": grade}
    if chance < 0.55:
        return "card.assign", {"card": random.choice(board.cards), "assignee": random.choice(accounts)}
    if chance < 0.75:
        return "card.move", {"card": random.choice(board.cards), "column": random.choice(board.columns)}
    if chance < 0.92:
        field = random.choice(["clothing", "direction", "company"])
        return "sighting.update", {"sighting": random.choice(board.sightings), field: text}
    if chance < 0.95:
        return "note.add", {"text": text}
    if chance < 0.97:  # on two boards in one transaction
        return "search.update", {"person": {"description": text}}
    return "sighting.add", {"description": text}


class Writer:
    """Writer of commands. `rate`: commands per second; `custody`: commands per second about alarms and duties. `stopping`: set it
    to give no new commands, so that `write` ends once all commands have their answers."""

    def __init__(
        self,
        commands: CommandLog,
        token: str,
        boards: list[WriterBoard],
        accounts: list[str],
        address: Address,
        seed: int,
        rate: float,
        custody: float = 0.0,
    ) -> None:
        self.commands, self._token, self._boards, self._accounts = commands, token, boards, accounts
        self._address, self._random, self._rate, self._custody = address, Random(seed), rate, custody
        self._custody_at = float("inf")
        self.stopping = False
        self.refusals = Counter[str]()  # by code, including commands that were sent again
        self.resolved = 0  # commands that got their answer only after a lost connection
        self._open: dict[str, bytes] = {}
        self._sent_at: dict[str, float] = {}
        self._again: deque[tuple[float, str]] = deque()
        self._socket: ClientConnection | None = None

    def reset(self) -> None:
        if self._socket is not None:
            self._socket.transport.abort()

    async def write(self) -> None:
        attempt = 0
        if self._custody:
            self._custody_at = time.monotonic()
        while not (self.stopping and not self._open):
            with contextlib.suppress(OSError, WebSocketException, TimeoutError, EOFError):
                await self._on_a_line(self._address(attempt))
            self._socket = None
            attempt += 1
            await asyncio.sleep(self._random.uniform(*BACK_S))

    async def _on_a_line(self, url: str) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        options: dict[str, Any] = {"compression": None, "max_size": None, "ping_interval": None, "close_timeout": 0.2}
        async with connect(url, additional_headers=headers, open_timeout=OPENS_WITHIN_S, **options) as socket:
            self._socket = socket
            await socket.send('{"type":"alarms"}', text=True)
            giving = asyncio.create_task(self._give(socket))
            try:
                async for frame in socket:
                    self._take(orjson.loads(frame), time.monotonic())
            finally:
                giving.cancel()
                await asyncio.gather(giving, return_exceptions=True)

    async def _give(self, socket: ClientConnection) -> None:
        self._again.clear()
        for id in list(self._open):
            await self._send(socket, id)
        while not (self.stopping and not self._open):
            await asyncio.sleep(self._random.uniform(0.5, 1.5) / self._rate)
            now = time.monotonic()
            if any(now - at > SILENT_S for at in self._sent_at.values()):
                socket.transport.abort()
                return
            while self._again and self._again[0][0] <= now:
                _, id = self._again.popleft()
                if id in self._open:
                    await self._send(socket, id)
            if len(self._open) < MAX_IN_FLIGHT and not self.stopping:
                await self._send(socket, self._new())
        await socket.close()

    def _new(self) -> str:
        if time.monotonic() >= self._custody_at:
            self._custody_at += self._random.expovariate(self._custody)
            return self._new_of_custody()
        number = self._random.randrange(len(self._boards))
        board = self._boards[number]
        name, data = random_command(self._random, board, self._accounts)
        is_based = name == "sighting.grade" and self._random.random() < 0.2
        return self._open_command(number, name, data, {"base": board.seq} if is_based else {})

    def _new_of_custody(self) -> str:
        """Return a new command about an alarm, or about the writer's own duty."""
        number, name, data = custody.random_command(self._random, self._boards)
        if number is None:
            id = self._open_command(len(self._boards), name, data)
            self.commands.duties[_number(id)] = name, data.get("until")
            return id
        return self._open_command(number, name, data)

    def _open_command(self, number: int, name: str, data: dict[str, Any], more: dict[str, Any] | None = None) -> str:
        """Record a new command on the board with this number; `operations` comes after the last search."""
        id = self.commands.invoke(name, number, time.monotonic())
        board = self._boards[number].id if number < len(self._boards) else OPERATIONS
        frame = {"type": "command", "id": id, "board": board, "name": name, "data": data} | (more or {})
        self._open[id] = orjson.dumps(frame)
        return id

    async def _send(self, socket: ClientConnection, id: str) -> None:
        self.commands.sent[_number(id)] += 1
        self._sent_at[id] = time.monotonic()
        await socket.send(self._open[id], text=True)

    def _take(self, said: dict[str, Any], at: float) -> None:
        if said["type"] == "alarms":
            for board in self._boards:
                listed = [alarm for alarm in said["alarms"] if alarm["board"] == board.id]
                board.alarms = [alarm["id"] for alarm in listed if not alarm["taken_by"]]
                owners = {alarm["id"]: alarm["taken_by"]["id"] for alarm in listed if alarm["taken_by"]}
                board.promised = [id for id, owner in owners.items() if owner == self.commands.account]
        if said["type"] not in ("ack", "refused"):
            return
        id, number = said["id"], _number(said["id"])
        if said["type"] == "ack":
            self.commands.ok(number, said["seqs"], at)
            if said["seqs"] and self.commands.board[number] < len(self._boards):
                board = self._boards[self.commands.board[number]]
                board.seq = max(board.seq, said["seqs"][-1])
            self._close(id)
            return
        self.refusals[said["code"]] += 1
        if said["code"] in ("unavailable", "failed"):
            self.commands.turned_away.append(at)
        if said["code"] in ("unavailable", "rate_limited"):
            self._sent_at[id] = at
            self._again.append((at + AGAIN_S, id))
        else:
            self.commands.refuse(number, at)
            self._close(id)

    def _close(self, id: str) -> None:
        """Forget a command that has its answer."""
        number = _number(id)
        self._sent_at.pop(id, None)
        if self._open.pop(id, None) is not None and self.commands.sent[number] > 1:
            self.resolved += 1


def _number(id: str) -> int:
    return int(id.rpartition("-")[2])
