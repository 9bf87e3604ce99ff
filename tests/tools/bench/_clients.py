"""Minimal clients in one process, readers that record when events arrive, and a client of small requests. All are
controlled by lines on standard input.

`python -m tests.tools.bench._clients clients PORT COUNT TOKEN…`, `… readers PORT TOKEN…`, `… snapshots PORT COUNT TOKEN`, `…
trifles PORT TOKEN`. Imports nothing of the board, so that it starts quickly.
"""

import asyncio
import http.client
import itertools
import random
import select
import sys
import time
from collections.abc import Callable
from typing import Any

import orjson

AGAIN_S = (0.2, 1.0)  # pause between two attempts of a client
PATIENCE_S = 60
OPERATIONS = "operations"


class Client(asyncio.Protocol):
    """Minimal socket client, so that a thousand of them cost little compared to the server."""

    def __init__(self, token: str, positions: dict[str, tuple[str, int] | None]) -> None:
        self.token, self.positions = token, positions
        self.live: set[str] = set()
        self.ready = asyncio.Event()
        self.gone = asyncio.Event()
        self.snapshots, self.read = 0, 0  # bytes read
        self.came: list[tuple[str, int, float]] = []  # board, seq, when
        self._data = bytearray()
        self._open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        head = (
            "GET /ws HTTP/1.1\r\nHost: board\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {self.token}\r\n\r\n"
        )
        transport.write(head.encode())

    def data_received(self, data: bytes) -> None:
        self._data += data
        self.read += len(data)
        if not self._open:
            end = self._data.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._data.startswith(b"HTTP/1.1 101"):
                self.transport.close()
                return
            del self._data[: end + 4]
            self._open = True
            for board, position in self.positions.items():
                told = {"type": "subscribe", "board": board}
                self._write(told | ({"epoch": position[0], "after": position[1]} if position else {}))
        while (frame := self._frame()) is not None:
            self._hear(frame)

    def connection_lost(self, error: Exception | None) -> None:
        self.gone.set()

    def _write(self, message: dict[str, Any]) -> None:
        body = orjson.dumps(message)
        size = bytes((0x80 | len(body),)) if len(body) < 126 else b"\xfe" + len(body).to_bytes(2, "big")
        self.transport.write(b"\x81" + size + b"\0\0\0\0" + body)

    def _frame(self) -> bytes | None:
        data = self._data
        if len(data) < 2:
            return None
        size, at = data[1] & 0x7F, 2
        if size >= 126:
            at = 4 if size == 126 else 10
            size = int.from_bytes(data[2:at], "big")
        if len(data) < at + size:
            return None
        frame, kind = bytes(data[at : at + size]), data[0] & 0x0F
        del data[: at + size]
        if kind == 9:  # a ping: the server closes clients that do not answer
            self.transport.write(b"\x8a" + bytes((0x80 | size,)) + b"\0\0\0\0" + frame)
        return frame if kind == 1 else b"{}"

    def _hear(self, frame: bytes) -> None:
        said = orjson.loads(frame)
        match said.get("type"):
            case "snapshot":
                self.snapshots += 1
                self.positions[said["board"]] = (said["epoch"], said["seq"])
            case "events":
                before = self.positions[said["board"]]
                seqs = [event["seq"] for event in said["events"]]
                assert before is not None
                assert seqs == list(range(before[1] + 1, before[1] + 1 + len(seqs))), "an event was lost or told twice"
                self.positions[said["board"]] = (said["epoch"], seqs[-1])
                at = time.time()
                self.came += [(said["board"], seq, at) for seq in seqs]
            case "subscribed":
                assert self.positions[said["board"]] == (said["epoch"], said["seq"])
                self.live.add(said["board"])
                if self.live == self.positions.keys():
                    self.ready.set()


def write_line(said: object) -> None:
    sys.stdout.write(f"{said}\n")
    sys.stdout.flush()


async def read_line() -> str:
    return (await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)).strip()


async def _clients(port: int, count: int, tokens: list[str]) -> None:
    boards = (await read_line()).split(",")
    ways = itertools.cycle(boards)
    crowd = [Client(token, {OPERATIONS: None, next(ways): None}) for token in itertools.islice(itertools.cycle(tokens), count)]
    crowd = await connect_all(port, crowd)
    write_line("in")
    await read_line()
    for client in crowd:
        client.transport.abort()
    await read_line()
    crowd = await connect_all(port, [Client(client.token, client.positions) for client in crowd])
    ended = time.time()
    assert not any(client.snapshots for client in crowd), "somebody could not go on"
    write_line(ended)
    for client in crowd:
        client.transport.abort()


async def _readers(port: int, tokens: list[str]) -> None:
    """Subscribe each reader to all boards. Given the times of publication, print the delivery times: seconds, sorted."""
    boards = (await read_line()).split(",")
    crowd = await connect_all(port, [Client(token, dict.fromkeys(boards)) for token in tokens])
    write_line("in")
    published = {(board, seq): at for board, seq, at in orjson.loads(await read_line())}
    took = [at - published[board, seq] for client in crowd for board, seq, at in client.came if (board, seq) in published]
    assert len(took) == len(published) * len(crowd), "an event was lost"
    write_line(orjson.dumps(sorted(took)).decode())


async def _snapshots(port: int, count: int, token: str) -> None:
    """Read a board over new sockets, one at a time; print the bytes of each."""
    board = await read_line()
    await connect_all(port, [Client(token, {board: None})])
    write_line("in")
    await read_line()
    read = []
    for _ in range(count):
        (client,) = await connect_all(port, [Client(token, {board: None})])
        read.append(client.read)
        client.transport.abort()
    write_line(sum(read) // count)


async def connect_all(port: int, crowd: list[Any]) -> list[Any]:
    """Connect each client until it is live on all its boards; return those that succeeded, perhaps at a second try."""
    async with asyncio.timeout(PATIENCE_S):
        return list(await asyncio.gather(*(_connect(port, client) for client in crowd)))


async def _connect(port: int, client: Any) -> Any:
    """Try until a client is live on all its boards."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            await loop.create_connection(_this(client), "127.0.0.1", port)
            waiting = [asyncio.create_task(each.wait()) for each in (client.ready, client.gone)]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for each in waiting:
                each.cancel()
            if client.ready.is_set():
                return client
        except OSError:
            pass
        await asyncio.sleep(random.uniform(*AGAIN_S))
        client = type(client)(client.token, client.positions)


def _this(client: Any) -> Callable[[], Any]:
    return lambda: client


def _small_requests(port: int, token: str) -> None:
    """Send small requests until standard input gives the time from which they count; print the duration of the slowest one
    since then."""
    took: list[tuple[float, float]] = []
    for address in itertools.cycle(("/healthz", "/api/v1/me")):
        if select.select([sys.stdin], [], [], 0.02)[0]:
            break
        asking = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        began = time.time()
        try:
            asking.request("GET", address, headers={"Authorization": f"Bearer {token}"})
        except ConnectionRefusedError:  # nobody listens yet
            continue
        answer = asking.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        took.append((began, time.time() - began))
        asking.close()
    since = float(sys.stdin.readline())
    write_line(max(seconds for began, seconds in took if began > since))


if __name__ == "__main__":
    if sys.argv[1] == "clients":
        asyncio.run(_clients(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
    elif sys.argv[1] == "readers":
        asyncio.run(_readers(int(sys.argv[2]), sys.argv[3:]))
    elif sys.argv[1] == "snapshots":
        asyncio.run(_snapshots(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
    else:
        _small_requests(int(sys.argv[2]), sys.argv[3])
