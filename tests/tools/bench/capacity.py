"""Servers that a large desk needs, from measured costs; and a simulation of the time from a command to its last reader.

In the simulation, commands arrive at random, and each worker, core of PostgreSQL and Redis serves one command at a
time. Readers and writers of a board are spread at random over the workers. The desk grows until a resource is full
that cannot be extended: Redis has one core, PostgreSQL one machine. Then the channels are spread over several Redis
servers by board.

Not counted: readers of the operations board, to whom each worker sends summaries of changed searches once a second.
"""

import heapq
import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from realtime.wire.protocol import HEARTBEAT_S
from tests.tools.bench import Figure, percentile

TIMES = (1, 2, 4, 8, 16, 32, 64)
MOST_TIMES = 1_024
SHARDS = 8  # Redis servers, when one is not enough
SIMULATED_S, SEED = 3.0, 18
BUSY = 0.5  # used share of a core; queues grow above it
POSTGRES_CORES = 64  # of the largest machine


@dataclass(frozen=True)
class Costs:
    """Costs in µs of CPU time, each from the benchmark named beside it. `commit_ms`: latency; `connection_kb`: memory."""

    command: float = 390  # writes: the server on PostgreSQL, many clients
    database: float = 830  # writes: all processes of PostgreSQL, one client; a third of it if many commands share a commit
    commit_ms: float = 4  # writes: one client on PostgreSQL, until its ack
    message: float = 1.5  # second_process: Redis, for a message and one copy
    receipt: float = 27  # second_process: the server for each event, one reader
    delivery: float = 45  # many_readers: the server for each command on many searches, without `command`, by reader
    connection_kb: float = 12  # coming_in


@dataclass(frozen=True)
class Desk:
    """Size of a desk: investigators, boards, and commands per second on all boards."""

    readers: int = 20_000
    boards: int = 2_000
    commands: int = 2_000

    def times(self, factor: int) -> "Desk":
        return Desk(self.readers * factor, self.boards * factor, self.commands * factor)


@dataclass(frozen=True)
class Need:
    """Number of workers with one core each, and the cores that Redis and PostgreSQL need."""

    workers: int
    redis: float
    postgres: float

    def full(self, shards: int) -> str:
        """Return the first resource that is full; empty if none is."""
        if self.redis > BUSY * shards:
            return "Redis"
        return "PostgreSQL" if self.postgres > BUSY * POSTGRES_CORES else ""


def calculate(desk: Desk, costs: Costs) -> Need:
    """Return what a desk needs. More workers receive more copies, so their number is approached from below."""
    each, workers = desk.readers / desk.boards, 1
    while True:
        copies = workers * (1 - (1 - 1 / workers) ** each)  # workers with a reader of a board
        command = costs.command + copies * costs.receipt + each * costs.delivery
        used = (desk.commands * command + desk.readers * costs.delivery / HEARTBEAT_S) / 1e6
        if workers >= used / BUSY:
            break
        workers = math.ceil(used / BUSY)
    # assumes that a copy out of Redis costs as much as a message into it
    return Need(workers, desk.commands * costs.message * (1 + copies) / 2 / 1e6, desk.commands * costs.database / 1e6)


def simulate(desk: Desk, costs: Costs, need: Need, shards: int = 1) -> list[float]:
    """Return the sorted times from a command to its last reader, in seconds."""
    chance = random.Random(SEED)
    readers = [Counter(chance.randrange(need.workers) for _ in range(desk.readers // desk.boards)) for _ in range(desk.boards)]
    workers, redis = _Servers(need.workers), _Servers(shards)
    postgres = _Servers(max(1, math.ceil(need.postgres / BUSY)))
    took: dict[int, float] = {}
    at, steps = 0.0, list[tuple[float, int, str, int, int]]()  # when, which command, which step, board, worker
    while (at := at + chance.expovariate(desk.commands)) < SIMULATED_S:
        steps.append((at, len(steps), "command", chance.randrange(desk.boards), chance.randrange(need.workers)))
    began = [step[0] for step in steps]
    while steps:
        at, number, step, board, worker = heapq.heappop(steps)
        if step == "command":
            done = workers.serve(worker, at, costs.command)
            heapq.heappush(steps, (done, number, "commit", board, worker))
        elif step == "commit":
            done = postgres.serve(chance.randrange(len(postgres.free_at)), at, costs.database)
            heapq.heappush(steps, (done + costs.commit_ms / 1_000, number, "publish", board, worker))
        elif step == "publish":
            done = redis.serve(board % shards, at, costs.message * (1 + len(readers[board])) / 2)
            for each in readers[board]:
                heapq.heappush(steps, (done, number, "deliver", board, each))
        else:
            done = workers.serve(worker, at, costs.receipt + costs.delivery * readers[board][worker])
            took[number] = max(took.get(number, 0), done - began[number])
    return sorted(took.values())


class _Servers:
    """Simulated servers, each of which does one thing at a time."""

    def __init__(self, count: int) -> None:
        self.free_at = [0.0] * count

    def serve(self, which: int, at: float, cost: float) -> float:
        """Return the time at which a server finishes work that arrives at `at` and costs `cost` µs."""
        self.free_at[which] = max(at, self.free_at[which]) + cost / 1e6
        return self.free_at[which]


def measure() -> Iterator[Figure]:
    costs = Costs()
    for factor in TIMES:
        desk = Desk().times(factor)
        need = calculate(desk, costs)
        shards = SHARDS if need.full(1) == "Redis" else 1
        if need.full(shards):
            break
        yield from _figures(desk, costs, need, shards)
    for shards in (1, SHARDS):
        yield _first_limit(costs, shards)


def _figures(desk: Desk, costs: Costs, need: Need, shards: int) -> Iterator[Figure]:
    on = f"{desk.readers:,} investigators, {desk.boards:,} boards, {desk.commands:,} commands/s; {shards} Redis; calculated"
    yield Figure(f"workers, at most {BUSY:.0%} busy", need.workers, "", None, on)
    yield Figure("… Redis: cores' worth of work", need.redis, "", None, on)
    yield Figure("… PostgreSQL: cores' worth of work", need.postgres, "", None, on)
    yield Figure("… memory of connections", desk.readers * costs.connection_kb / 1e6, "GB", None, on)
    took = simulate(desk, costs, need, shards)
    for percent in (50, 99):
        yield Figure(f"… command to last reader, p{percent}", percentile(took, percent) * 1_000, "ms", None, f"{on}, simulated")


def _first_limit(costs: Costs, shards: int) -> Figure:
    """Return the factor by which the desk can grow, and the resource that is full at that size."""
    factor = 1
    while factor < MOST_TIMES and not calculate(Desk().times(factor + 1), costs).full(shards):
        factor += 1
    full = calculate(Desk().times(factor + 1), costs).full(shards) or "nothing"
    on = f"{shards} Redis, PostgreSQL with {POSTGRES_CORES} cores; calculated"
    return Figure(f"times this desk, until {full} is full", factor, "", None, on)
