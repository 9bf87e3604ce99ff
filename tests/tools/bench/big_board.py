"""Opening of a board of a thousand cards: time until its cards are on the screen, and cost for the server and the network."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass

from tests.tools.bench import Figure, percentile
from tests.tools.bench._big_boards import big_board
from tests.tools.bench._browsers import open_browsers
from tests.tools.bench._machine import cpu_s
from tests.tools.bench._openings import NOTED, noted_on
from tests.tools.bench._server import on_sqlite, read_from, serving, start_helper, write_to

CARDS, NOTES = 1_000, 500
OPENINGS = 7  # each in a new browser profile with an empty cache
SNAPSHOTS = 50

BYTES = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, each) => sum + each.transferSize, 0)"""


@dataclass
class Opened:
    first_ms: float
    all_ms: float
    cpu_s: float
    page_bytes: int


def measure() -> Iterator[Figure]:
    on = f"{CARDS:,} cards and {NOTES} notes; SQLite, one process"
    with on_sqlite() as settings:
        token, board = asyncio.run(big_board(settings, CARDS, NOTES))
        with serving(settings) as (process, port):
            opened = asyncio.run(_open(f"http://127.0.0.1:{port}", board, process.pid))
            cpu, size = _snapshots(port, token, board, process.pid)
    first, whole = (sorted(each) for each in zip(*((each.first_ms, each.all_ms) for each in opened), strict=True))
    cold = f"p50 of {OPENINGS} windows with nothing in the cache; {on}"
    yield Figure("big board: first cards on the screen", percentile(first, 50), "ms", 500, cold, low=True)
    yield Figure("big board: all cards on the screen", percentile(whole, 50), "ms", 1_500, cold, low=True)
    yield Figure("big board: time of the server's processor", cpu * 1_000, "ms", 20, f"snapshot by a socket; {on}", low=True)
    page_cpu = percentile(sorted(each.cpu_s for each in opened), 50)
    yield Figure("big board: the same, with page and scripts", page_cpu * 1_000, "ms", None, cold)
    yield Figure("big board: bytes of the snapshot", size / 1e3, "kB", None, on)
    yield Figure("big board: bytes of page and scripts", opened[0].page_bytes / 1e3, "kB", None, cold)


async def _open(url: str, board: str, pid: int) -> list[Opened]:
    async with open_browsers(url) as people:
        opened = []
        for number in range(OPENINGS + 1):  # the first one warms up the server
            alice = await people.window("Alice")
            await alice.context.add_init_script(f"({NOTED})({CARDS})")
            before = cpu_s(pid)
            await alice.open(f"/searches/{board}")
            noted = await noted_on(alice.page)
            if number:
                opened.append(Opened(noted["first"], noted["all"], cpu_s(pid) - before, await alice.page.evaluate(BYTES)))
            await people.clear()
        return opened


def _snapshots(port: int, token: str, board: str, pid: int) -> tuple[float, int]:
    """Return the CPU seconds for opening a socket and reading the board, and the bytes of the frames."""
    with start_helper("_clients", "snapshots", port, SNAPSHOTS, token) as reading:
        write_to(reading, board)
        read_from(reading)
        before = cpu_s(pid)
        write_to(reading, "go")
        size = int(json.loads(read_from(reading)))
        return (cpu_s(pid) - before) / SNAPSHOTS, size
