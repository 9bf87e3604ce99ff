"""Durable commands a second over real sockets: from one client who waits for each ack, and from many people at once.

Each server has one core, and the clients the others. The servers are measured in turn, several times, and the median counts, so
that all of them meet the same machine.
"""

import asyncio
import contextlib
import json
import os
import statistics
from collections.abc import Iterator
from typing import NamedTuple

from board.engine import journal
from tests.tools.bench import Figure, percentile
from tests.tools.bench._machine import cpu_s, family_cpu_s
from tests.tools.bench._server import (
    Servers,
    create_coordinator,
    create_coordinators,
    execute,
    on_servers,
    on_sqlite,
    open_search,
    open_service,
    read_from,
    serving,
    start_helper,
    write_to,
)
from tests.tools.bench._workload import SIGHTING_TEXT

PEOPLE, BOARDS = 64, 32
WARM_S, SECONDS, ROUNDS = 1, 4, 3
PROCESSES = (1, 2)  # server processes, on PostgreSQL

Person = tuple[str, str, list[str]]  # their board, a card of their own, the board's columns


class Server(NamedTuple):
    """Server to measure, with its token and people. `aims`: commands a second of one client, and of all."""

    on: str
    pid: int
    port: int
    token: str
    people: list[Person]
    aims: tuple[float | None, float | None]
    beside: Servers | None = None


class Measured(NamedTuple):
    """Commands a second, the times of their acks in milliseconds, and the processor time for each in microseconds: of the server,
    of the database server and of Redis."""

    rate: float
    p50: float
    p99: float
    cpu: float
    database: float
    redis: float


def measure() -> Iterator[Figure]:
    with on_sqlite() as small, on_servers() as servers, contextlib.ExitStack() as running:
        measured = [_begin(running, small, "SQLite, one process", (500, 2_500))]
        for count in PROCESSES:
            more = {"DATABASE_URL": servers.postgres.create(f"writes_{count}"), "WORKERS": str(count)}
            aims = (350, 2_000) if count == 1 else (None, None)
            on = f"PostgreSQL, Redis, {count} process{'es' if count > 1 else ''}"
            measured.append(_begin(running, servers.settings | more, on, aims)._replace(beside=servers))
        rounds = [[(_sent(each, each.people[:1]), _sent(each, each.people)) for each in measured] for _ in range(ROUNDS)]
    for each, results in zip(measured, zip(*rounds, strict=True), strict=True):
        whose = ("one client, one after the other", f"{PEOPLE} clients on {BOARDS} boards")
        for who, aim, found in zip(whose, each.aims, zip(*results, strict=True), strict=True):
            rate, p50, p99, cpu, database, redis = (statistics.median(values) for values in zip(*found, strict=True))
            yield Figure(f"commands by socket, {who}", rate, "/s", aim, each.on)
            yield Figure("… until its ack, p50", p50, "ms", None, each.on)
            yield Figure("… until its ack, p99", p99, "ms", None, each.on)
            for process, used in (("server", cpu), ("database server", database), ("Redis", redis)):
                if used:
                    yield Figure(f"… processor time of the {process} for each", used, "µs", None, each.on)


def _begin(running: contextlib.ExitStack, settings: dict[str, str], on: str, aims: tuple[float | None, float | None]) -> Server:
    """Start a server until the end of the stack, on the first core."""
    token, people = asyncio.run(_prepared(settings))
    with _on_cores(first=True):
        process, port = running.enter_context(serving(settings))
    return Server(on, process.pid if settings.get("WORKERS", "1") == "1" else 0, port, token, people, aims)


def _sent(server: Server, people: list[Person]) -> Measured:
    with _on_cores(first=False), start_helper("_writers", server.port, WARM_S, SECONDS, server.token) as senders:
        write_to(senders, json.dumps(people))
        read_from(senders)
        before = _used(server)
        write_to(senders, "go")
        rate, took = json.loads(read_from(senders))
        count = max(1, rate * (WARM_S + SECONDS))  # those while it warmed up included
        each = [(after - earlier) / count * 1e6 for after, earlier in zip(_used(server), before, strict=True)]
    return Measured(rate, percentile(took, 50) * 1_000, percentile(took, 99) * 1_000, *each)


def _used(server: Server) -> tuple[float, float, float]:
    """Return the processor time that the server, the database server and Redis have used; 0 for what is not measured."""
    own = cpu_s(server.pid) if server.pid else 0
    if server.beside is None:
        return own, 0, 0
    return own, family_cpu_s(server.beside.postgres.pid), cpu_s(server.beside.redis.pid)


@contextlib.contextmanager
def _on_cores(*, first: bool) -> Iterator[None]:
    """Give the processes that are started meanwhile the first core, or all others, if there are several."""
    if not hasattr(os, "sched_setaffinity") or len(cores := sorted(os.sched_getaffinity(0))) < 2:
        yield
        return
    os.sched_setaffinity(0, cores[:1] if first else cores[1:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


async def _prepared(settings: dict[str, str]) -> tuple[str, list[Person]]:
    """Return a token, and the people, spread evenly over the boards."""
    service = await open_service(settings)
    (token,) = await create_coordinators(service, 1)
    caller = await create_coordinator(service)
    people: list[Person] = []
    for _ in range(BOARDS):
        board = await open_search(service, caller)
        for _ in range(PEOPLE // BOARDS):
            await execute(service, caller, board, "sighting.add", {"description": SIGHTING_TEXT})
        said = await service.database.read(lambda session, board=board: journal.events_after(session, board, 0))
        columns = [each.entity for each in said if each.type == "column.added"]
        people += [(board, each.entity, columns) for each in said if each.type == "sighting.added"]
    await service.close()
    return token, people
