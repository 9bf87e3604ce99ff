"""Durable commands a second over real sockets: from one client who waits for each ack, and from many people at once."""

import asyncio
import json
from collections.abc import Iterator

from board.engine import journal
from tests.bench import Figure, percentile
from tests.bench._server import (
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
from tests.bench._workload import SIGHTING_TEXT

PEOPLE, BOARDS = 64, 32
WARM_S, SECONDS = 1, 6
PROCESSES = (1, 2)  # server processes, on PostgreSQL

Person = tuple[str, str, list[str]]  # their board, a card of their own, the board's columns


def measure() -> Iterator[Figure]:
    with on_sqlite() as settings:
        yield from _figures(settings, "SQLite, one process")
    with on_servers() as servers:
        for count in PROCESSES:
            more = {"DATABASE_URL": servers.postgres.create(f"sockets_{count}"), "WORKERS": str(count)}
            yield from _figures(servers.settings | more, f"PostgreSQL, Redis, {count} process{'es' if count > 1 else ''}")


def _figures(settings: dict[str, str], on: str) -> Iterator[Figure]:
    token, people = asyncio.run(_prepared(settings))
    with serving(settings) as (_, port):
        for who, some, aim in (
            ("one client, one after the other", people[:1], 300),
            (f"{PEOPLE} clients on {BOARDS} boards", people, 2_000),
        ):
            rate, took = _sent(port, token, some)
            yield Figure(f"commands by socket, {who}", rate, "/s", aim, on)
            yield Figure("… until its ack, p50", percentile(took, 50) * 1_000, "ms", None, on)
            yield Figure("… until its ack, p99", percentile(took, 99) * 1_000, "ms", None, on)


def _sent(port: int, token: str, people: list[Person]) -> tuple[float, list[float]]:
    """Return the commands acknowledged a second, and the time of each: seconds, sorted."""
    with start_helper("_writers", port, WARM_S, SECONDS, token) as senders:
        write_to(senders, json.dumps(people))
        read_from(senders)
        write_to(senders, "go")
        rate, took = json.loads(read_from(senders))
    return rate, took


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
