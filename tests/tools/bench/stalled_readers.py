"""Readers that never read, among many healthy ones on one search with many large events.

The memory of a stalled reader is what the server holds more than without any, after the same number of events.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.tools.bench import Figure
from tests.tools.bench._fanout_servers import loaded, longest_block, native_programs, running_board, start_load
from tests.tools.bench._machine import memory
from tests.tools.bench._server import on_sqlite, prepare_searches, read_from

HEALTHY, STALLED = 950, 50
RATE, SECONDS = 500, 60
SIZE = 3_600  # of the command: its event has 4 kB
POLL_S = 0.2
WEIGHED_AT_S = 20  # when the stalled have filled their buffers, and are not closed yet


def measure() -> Iterator[Figure]:
    with native_programs() as programs, tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "lag"
        _, without, _ = _weighed(programs, notes, 0, WEIGHED_AT_S + 1)
        result, weight, gone_s = _weighed(programs, notes, STALLED, SECONDS)
        on = f"{HEALTHY} healthy readers, {STALLED} that never read, {RATE} events/s of 4 kB for {SECONDS} s; SQLite"
        yield Figure("command to healthy reader, p50", result["lat_ms"]["p50"], "ms", None, on)
        yield Figure("command to healthy reader, p99", result["lat_ms"]["p99"], "ms", 20, on, low=True)
        yield Figure("events that healthy readers lost", result["lost"] / result["expected"] * 100, "%", 0, on, low=True)
        fullest = max(map(int, Path(f"{notes}.buffers").read_text().split()))
        yield Figure("fullest buffer of a reader", fullest / 1_024, "KiB", 160, on, low=True)
        yield Figure("… memory for each stalled", max(0, weight - without) / STALLED / 1_024, "KiB", None, f"{on}; rough")
        yield Figure("the last stalled is closed after", gone_s, "s", 35, f"{on}; from the first event", low=True)
        yield Figure("… the server's share of a core", result["server_cpu_s"] / result["dur_s"], "", None, on)
        yield from longest_block(notes, result, on)


def _weighed(programs: Path, notes: Path, stalled: int, seconds: int) -> tuple[dict[str, Any], int, float]:
    """Return what healthy readers measured, by how much the server's memory grew until WEIGHED_AT_S, and when the server had
    closed the stalled: seconds since the first event."""
    with on_sqlite() as settings:
        (token,), (search,) = asyncio.run(prepare_searches(settings, 1, 1, cards=0))
        with running_board(settings, token, search, {"BENCH_LAG": str(notes)}) as target:
            options = ["--tell", "--nowarm", "--rate", str(RATE), "--size", str(SIZE), "--skip", str(SIZE * 9 // 10)]
            more = ("--stall", str(stalled), "--timeout", "120")
            with start_load(programs, target, HEALTHY + stalled, RATE * seconds, *options, *more) as reading:
                read_from(reading)
                before, began, gone_s = memory(target.pids[0]), time.monotonic(), float("inf")
                time.sleep(WEIGHED_AT_S)
                grown = memory(target.pids[0]) - before
                while reading.poll() is None:
                    if gone_s == float("inf") and _open_sockets(target.port) <= HEALTHY + 1:  # and the one that publishes
                        gone_s = time.monotonic() - began
                    time.sleep(POLL_S)
                return loaded(reading, complete=False), grown, gone_s


def _open_sockets(port: int) -> int:
    """Return how many connections a server has open. The client's end says nothing: it has to read until it gets to the close."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines())
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "01" for row in rows)  # 01: established
