"""Ten thousand readers: all on one search with few changes, and spread over a thousand searches with many writers."""

import asyncio
import json
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.tools.bench import Figure, percentile
from tests.tools.bench._fanout_servers import (
    Target,
    load,
    loaded,
    longest_block,
    native_programs,
    running_board,
    start_load,
    subscription,
)
from tests.tools.bench._server import on_sqlite, prepare_searches, read_from, start_helper, write_to

READERS, RATE, SECONDS = 10_000, 4, 10
SEARCHES, READERS_EACH = 1_000, 10
WRITERS, COMMANDS_PER_S, EACH = 50, 1_000, 20  # `EACH` notes to each search


def measure() -> Iterator[Figure]:
    with native_programs() as programs, tempfile.TemporaryDirectory() as folder, on_sqlite() as settings:
        notes = Path(folder) / "lag"
        (token,), searches = asyncio.run(prepare_searches(settings, 1, SEARCHES, cards=0))
        with running_board(settings, token, searches[0], {"BENCH_LAG": str(notes)}) as target:
            yield from _one_search(programs, target, notes)
        with running_board(settings, token, searches[0], {"BENCH_LAG": str(notes)}) as target:
            yield from _many_searches(programs, target, notes, token, searches)


def _one_search(programs: Path, target: Target, notes: Path) -> Iterator[Figure]:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    readers = READERS if most == resource.RLIM_INFINITY or most > READERS + 500 else most - 500
    result = load(programs, target, readers, RATE * SECONDS, "--rate", str(RATE))
    on = f"{readers:,} readers of one search, {RATE} commands/s; SQLite, one process"
    for percent, aim in (("p50", None), ("p99", 150)):
        yield Figure(f"command to reader, {percent}", result["lat_ms"][percent], "ms", aim, on, low=True)
    yield Figure("… processor of the server for each delivery", result["us_per_deliv"], "µs", None, on)
    yield from longest_block(notes, result, on)


def _many_searches(programs: Path, target: Target, notes: Path, token: str, searches: list[str]) -> Iterator[Figure]:
    firsts = notes.with_name("firsts")
    firsts.write_text("".join(f"{subscription(each)}\n" for each in searches))
    follow = ["--header", f"Authorization: Bearer {token}", "--firsts", str(firsts), "--mark", "~t=:"]
    readers = Target(target.port, target.pids, "none", follow)
    count, options = EACH * len(searches), ("--tell", "--idle", "20")
    with (
        start_helper("_paced_writers", target.port, token, WRITERS, COMMANDS_PER_S, count) as writers,
        start_load(programs, readers, READERS_EACH * len(searches), EACH, *options) as reading,
    ):
        write_to(writers, json.dumps(searches))
        read_from(writers)
        read_from(reading)
        write_to(writers, "go")
        result, acks = loaded(reading), json.loads(read_from(writers))
        write_to(writers, "end")
    on = f"{len(searches):,} searches with {READERS_EACH} readers each, {COMMANDS_PER_S:,} commands/s of {WRITERS} writers"
    for percent, aim in (("p50", None), ("p99", 50)):
        yield Figure(f"command to reader, {percent}", result["lat_ms"][percent], "ms", aim, on, low=True)
    yield Figure("… its ack, p99", percentile(acks, 99) * 1_000, "ms", None, on)
    yield Figure("… commands", count / result["dur_s"], "/s", None, on)
    yield Figure("… processor of the server for each command", result["server_cpu_s"] / count * 1e6, "µs", None, on)
    yield from longest_block(notes, result, on)
