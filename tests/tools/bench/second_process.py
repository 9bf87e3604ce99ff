"""Events that a second process commits to PostgreSQL and publishes through Redis, to a thousand readers of one search.

A burst is committed first and published at once; readers and journal must have the same digest. The server does not poll the
heads meanwhile, so that nothing reaches it by the journal before it is published.
"""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tests.tools.bench import Figure, percentile
from tests.tools.bench._fanout_servers import (
    Target,
    floor,
    load,
    loaded,
    longest_block,
    native_programs,
    running_board,
    start_load,
)
from tests.tools.bench._machine import cpu_s
from tests.tools.bench._server import Servers, on_servers, prepare_searches, read_from, start_helper, write_to

ROUNDS = 3
READERS, BURST = 1_000, 2_000
RATE, SECONDS = 1_000, 30
APART, APART_EVENTS = 20, 200  # so few a second that no two are in one frame
ON = "PostgreSQL, Redis; committed by a second process"


class Burst(NamedTuple):
    """Processor of the server and of Redis for a burst, in seconds."""

    server_s: float
    redis_s: float


def measure() -> Iterator[Figure]:
    with native_programs() as programs, tempfile.TemporaryDirectory() as folder, on_servers() as servers:
        notes = Path(folder) / "lag"
        (token,), (search,) = asyncio.run(prepare_searches(servers.settings, 1, 1, cards=0))
        yield _one_by_one(programs, servers, token, search)
        with running_board(servers.settings, token, search, {"BENCH_LAG": str(notes), "BENCH_POLL_S": "600"}) as target:
            floors, bursts, alone = [], [], []
            for _ in range(ROUNDS):
                with floor(programs) as bare:
                    floors.append(load(programs, bare, READERS, BURST // 4)["deliv_per_cpu_s"])
                bursts.append(_burst(programs, servers, target, search, READERS))
                alone.append(_burst(programs, servers, target, search, 1))
        on = f"{READERS:,} readers, {BURST:,} events of 300 bytes, {ROUNDS} rounds, medians; {ON}"
        ours = READERS * BURST / median(each.server_s for each in bursts)
        yield Figure("deliveries per core second, burst", ours, "", None, on)
        yield Figure("… as a ratio to the floor in C", ours / median(floors), "", 15, on)
        for what, costs in (("server", (each.server_s for each in alone)), ("Redis", (each.redis_s for each in alone))):
            yield Figure(f"processor of the {what} for each event, one reader", median(costs) / BURST * 1e6, "µs", None, on)
        with running_board(servers.settings, token, search, {"BENCH_LAG": str(notes)}) as target:
            result, commits = _paced(programs, servers, target, search, RATE, RATE * SECONDS)
        on = f"{READERS:,} readers, {RATE:,} events/s for {SECONDS} s; {ON}"
        yield Figure("publication to reader, p50", result["lat_ms"]["p50"], "ms", None, on)
        yield Figure("publication to reader, p99", result["lat_ms"]["p99"], "ms", 20, on, low=True)
        yield Figure("… events published", RATE * SECONDS / result["dur_s"], "/s", None, on)
        yield Figure("… commit in the second process, p99", percentile(commits, 99) * 1_000, "ms", None, on)
        yield Figure("… the server's share of a core", result["server_cpu_s"] / result["dur_s"], "", None, on)
        yield from longest_block(notes, result, on)


def _burst(programs: Path, servers: Servers, target: Target, search: str, readers: int) -> Burst:
    """Commit a burst, publish it, and compare what each reader got with the journal."""
    with _second_process(servers, "held", search, BURST) as publisher, _readers(programs, target, readers, BURST) as reading:
        write_to(publisher, "commit")
        journal = int(read_from(publisher), 16)
        server_s, redis_s = cpu_s(target.pids[0]), cpu_s(servers.redis.pid)
        write_to(publisher, "publish")
        result = loaded(reading)
        used = Burst(cpu_s(target.pids[0]) - server_s, cpu_s(servers.redis.pid) - redis_s)
    assert result["digests"] == 1, "the readers differ"
    assert int(result["digest"], 16) == journal, "the readers have something else than the journal"
    return used


def _one_by_one(programs: Path, servers: Servers, token: str, search: str) -> Figure:
    """Return the ratio to the floor of one event a frame: the server publishes, and commits nothing, as the floor does."""
    floors, ours = [], []
    with running_board(servers.settings, token, search) as target:
        for _ in range(ROUNDS):
            with floor(programs) as bare:
                floors.append(load(programs, bare, READERS, APART_EVENTS, "--rate", str(APART))["deliv_per_cpu_s"])
            ours.append(_paced(programs, servers, target, search, APART, APART_EVENTS)[0]["deliv_per_cpu_s"])
    on = f"{READERS:,} readers, {APART} events of 300 bytes a second, {ROUNDS} rounds, medians; {ON}"
    return Figure("one event a frame, as a ratio to the floor in C", median(ours) / median(floors), "", 0.65, on)


def _paced(
    programs: Path, servers: Servers, target: Target, search: str, rate: int, count: int
) -> tuple[dict[str, Any], list[float]]:
    """Return what the readers measured at a fixed rate, and the sorted times of the commits."""
    with (
        _second_process(servers, "paced", search, count, rate) as publisher,
        _readers(programs, target, READERS, count) as reading,
    ):
        write_to(publisher, "go")
        return loaded(reading), json.loads(read_from(publisher))


@contextlib.contextmanager
def _second_process(servers: Servers, *words: object) -> Iterator[Any]:
    with start_helper("_second_process", *words) as process:
        write_to(process, json.dumps({name.lower(): value for name, value in servers.settings.items()}))
        read_from(process)
        yield process
        write_to(process, "end")


@contextlib.contextmanager
def _readers(programs: Path, target: Target, readers: int, events: int) -> Iterator[Any]:
    others = Target(target.port, target.pids, "none", target.more)
    with start_load(programs, others, readers, events, "--tell", "--idle", "20", "--timeout", "90") as process:
        read_from(process)
        yield process
