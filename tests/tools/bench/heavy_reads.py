"""Effect of heavy reads: one viewer reads a board of 10,000 cards forty times at once, over and over, while somebody works on
another search. Measured: time to ack their commands, and whether their screen is confirmed current in time."""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from board.client import AsyncClient, Board, Frame
from tests.tools.bench import Figure, percentile
from tests.tools.bench._big_boards import big_board
from tests.tools.bench._clients import read_line, write_line
from tests.tools.bench._server import (
    create_coordinator,
    create_viewer,
    on_servers,
    on_sqlite,
    open_search,
    open_service,
    read_from,
    serving,
    start_helper,
    write_to,
)

CARDS, AT_ONCE = 9_900, 40  # a board takes 10,000 entities, its columns among them
WARM_S, SECONDS, PAUSE_S = 1.0, 20.0, 0.05
HEARTBEAT_S = 5  # as the server promises


def measure() -> Iterator[Figure]:
    with on_sqlite() as settings:
        yield from _figures(settings, "SQLite, one process")
    with on_servers() as servers:
        yield from _figures(servers.settings, "PostgreSQL, Redis, 1 worker")


def _figures(settings: dict[str, str], on: str) -> Iterator[Figure]:
    token, board = asyncio.run(big_board(settings, CARDS, 0))
    viewer, other = asyncio.run(_others(settings))
    with serving(settings) as (_, port):
        over_http, by_socket, gaps, whole = measured(port, token, other, viewer, f"/api/v1/boards/{board}")
    on = f"{AT_ONCE} snapshots of {CARDS:,} cards at once by one viewer ({whole} were read); {on}"
    for way, took in (("over HTTP", over_http), ("by a socket", by_socket)):
        yield Figure(f"somebody else's command {way}, p50", percentile(took, 50) * 1_000, "ms", None, on)
        yield Figure(f"somebody else's command {way}, p95", percentile(took, 95) * 1_000, "ms", 500, on, low=True)
        yield Figure(f"somebody else's command {way}, longest", took[-1] * 1_000, "ms", None, on)
    yield Figure("heads of somebody else, longest gap", gaps[-1], "s", HEARTBEAT_S + 2, on, low=True)


async def _others(settings: dict[str, str]) -> tuple[str, str]:
    """Create a viewer, and a search on which somebody works; return their tokens and the search."""
    service = await open_service(settings)
    token = await create_viewer(service)
    search = await open_search(service, await create_coordinator(service))
    await service.close()
    return token, search


Measured = tuple[list[float], list[float], list[float], int]


def measured(port: int, token: str, search: str, viewer: str, address: str) -> Measured:
    """Return sorted seconds until each command was acknowledged, over HTTP and by a socket, and between two heads; and how often
    the viewer was answered."""
    reads, works = ("reads", port, viewer, AT_ONCE, address), ("works", port, token, WARM_S, SECONDS)
    with start_helper("heavy_reads", *reads) as reading, start_helper("heavy_reads", *works) as working:
        write_to(working, search)
        for each in (reading, working):
            assert read_from(each) == "ready"
        write_to(reading, "go")
        write_to(working, "go")
        over_http, by_socket, gaps = map(sorted, json.loads(read_from(working)))
        write_to(reading, "enough")
        return over_http, by_socket, gaps, int(read_from(reading))


# -- the viewer -----------------------------------------------------------------------------------------------------------


async def _reads(port: int, token: str, at_once: int, address: str) -> None:
    write_line("ready")
    await read_line()
    answered = [0]
    readers = [asyncio.create_task(_read_on(port, token, address, answered)) for _ in range(at_once)]
    await read_line()
    for each in readers:
        if each.done():
            each.result()
        each.cancel()
    write_line(answered[0])


async def _read_on(port: int, token: str, address: str, answered: list[int]) -> None:
    """Read again and again; retry later when told to."""
    request = f"GET {address} HTTP/1.1\r\nHost: board\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n".encode()
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        while await reader.read(2**20):
            pass
        writer.close()
        answered[0] += " 200 " in head.partition("\r\n")[0]
        if "retry-after: " in head:
            await asyncio.sleep(int(head.partition("retry-after: ")[2].partition("\r\n")[0]))


# -- somebody else --------------------------------------------------------------------------------------------------------


class Screen:
    """Screen of a person at work: the seconds between the frames that confirm that it is current, and commands by its socket."""

    def __init__(self, client: AsyncClient, board: str) -> None:
        self.gaps: list[float] = []
        self.live = asyncio.Event()
        self._client, self._board = client, board
        self._acks: asyncio.Queue[Frame] = asyncio.Queue()
        self._last = time.monotonic()

    async def read(self) -> None:
        async for frame in self._client.follow(Board(self._board)):
            match frame["type"]:
                case "subscribed":
                    self.live.set()
                case "heads":
                    self.proven()
                case "ack" | "refused":
                    self._acks.put_nowait(frame)

    async def command(self, name: str, data: dict[str, Any], id: str) -> None:
        await self._client.send({"type": "command", "id": id, "board": self._board, "name": name, "data": data})
        answer = await self._acks.get()
        assert (answer["type"], answer["id"]) == ("ack", id), answer

    def proven(self) -> None:
        now = time.monotonic()
        self.gaps.append(now - self._last)
        self._last = now


async def _works(port: int, token: str, warm_s: float, seconds: float) -> None:
    """Give commands by the socket and over HTTP, in turn."""
    board = await read_line()
    took: tuple[list[float], list[float]] = ([], [])
    async with AsyncClient(f"http://127.0.0.1:{port}", token) as client:
        screen = Screen(client, board)
        reading = asyncio.create_task(screen.read())
        await screen.live.wait()
        write_line("ready")
        await read_line()
        await asyncio.sleep(warm_s)
        screen.gaps.clear()
        until = time.monotonic() + seconds
        for number in itertools.count():
            id, data = f"n{number}", {"text": f"Called back, {number} times."}
            began = time.monotonic()
            if number % 2:
                await screen.command("note.add", data, id)
            else:
                await client.command(board, "note.add", data, id=id)
            took[number % 2].append(time.monotonic() - began)
            if number and time.monotonic() > until:
                break
            await asyncio.sleep(PAUSE_S)
        screen.proven()  # commands that were waiting until now count too
        reading.cancel()
    write_line(json.dumps([*took, screen.gaps]))


if __name__ == "__main__":
    _what, _port, _token, _number, _last = sys.argv[1:]
    if _what == "reads":
        asyncio.run(_reads(int(_port), _token, int(_number), _last))
    else:
        asyncio.run(_works(int(_port), _token, float(_number), float(_last)))
