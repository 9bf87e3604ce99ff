"""Fan-out of one board to a thousand readers, in turn with other servers in one run: only the ratios are comparable.

A burst is 2,000 events, published as fast as the server accepts them; on the board, each is a command with its
commit. The CPU time of the server is counted. The floor is a program in C with one `send` for each event and reader.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median
from typing import Any

from tests.tools.bench import Figure
from tests.tools.bench._fanout_servers import NotHere, Target, board, floor, load, native_programs, node_ws, task_per_socket

ROUNDS = 3
READERS, BURST, RATE, RATED = 1_000, 2_000, 20, 200

Server = Callable[[Path], AbstractContextManager[Target]]
SERVERS: dict[str, Server] = {
    "floor in C": floor, "node ws": node_ws, "a task for each socket": task_per_socket, "board": board,
}  # fmt: skip


def measure() -> Iterator[Figure]:
    with native_programs() as programs:
        burst, rated, missing = _rounds(programs)
    on = f"{READERS:,} readers, events of 300 bytes, {ROUNDS} rounds, medians"
    for name in SERVERS.keys() - missing:
        yield Figure(f"{name}: deliveries per core second, burst", _median(burst[name], "deliv_per_cpu_s"), "", None, on)
        yield Figure(f"{name}: per core second, {RATE} events/s", _median(rated[name], "deliv_per_cpu_s"), "", None, on)
        for percent in ("p50", "p99"):
            value = median(each["lat_ms"][percent] for each in rated[name])
            yield Figure(f"{name}: {RATE} events/s, {percent}", value, "ms", None, on)
    if not {"board", "floor in C"} & missing:
        yield Figure("board to floor, burst of commands", _ratio(burst, "board", "floor in C"), "", 3, on)
        yield Figure(f"board to floor, {RATE} commands/s", _ratio(rated, "board", "floor in C"), "", 0.65, on)
    if not {"board", "node ws"} & missing:
        for percent in ("p50", "p99"):
            ours, theirs = (median(each["lat_ms"][percent] for each in rated[name]) for name in ("board", "node ws"))
            yield Figure(f"board to node ws, {RATE} events/s, {percent}", ours / theirs, "", 1.3, on, low=True)


def _rounds(programs: Path) -> tuple[dict[str, list[Any]], dict[str, list[Any]], set[str]]:
    """Measure each server in turn, and return the results by server; and the servers that can't run here."""
    burst, rated, missing = defaultdict[str, list[Any]](list), defaultdict[str, list[Any]](list), set[str]()
    for _ in range(ROUNDS):
        for name, start in SERVERS.items():
            try:
                with start(programs) as target:
                    rated[name].append(load(programs, target, READERS, RATED, "--rate", str(RATE)))
                    few = BURST // 10 if name == "a task for each socket" else BURST  # it would take minutes
                    burst[name].append(load(programs, target, READERS, few))
            except NotHere:
                missing.add(name)
    return burst, rated, missing


def _median(results: list[Any], figure: str) -> float:
    return median(each[figure] for each in results)


def _ratio(results: dict[str, list[Any]], ours: str, theirs: str) -> float:
    return _median(results[ours], "deliv_per_cpu_s") / _median(results[theirs], "deliv_per_cpu_s")
