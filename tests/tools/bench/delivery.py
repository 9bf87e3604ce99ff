"""Delivery time of an event, from its publication by one process to a reader of another, over Redis."""

import asyncio
import gc
import json
import time
from collections.abc import Iterator
from typing import Any

from board.service import BoardService
from realtime.source import EventRecord
from tests.tools.bench import Figure, percentile
from tests.tools.bench._server import (
    create_coordinator,
    execute,
    on_servers,
    open_service,
    prepare_searches,
    read_from,
    serving,
    start_helper,
    write_to,
)

BOARDS, READERS = 20, 10
RATE = 200  # events a second
WARM_S, SECONDS = 1, 10
SETTLE_S = 1.0

Published = list[tuple[str, int, float]]


def measure() -> Iterator[Figure]:
    with on_servers() as servers:
        took = _took(servers.settings)
    on = f"PostgreSQL, Redis, two processes, {RATE} events a second on {BOARDS} boards, {READERS} readers of each"
    yield Figure("publish to delivery, p50", percentile(took, 50) * 1_000, "ms", 10, on, low=True)
    yield Figure("publish to delivery, p99", percentile(took, 99) * 1_000, "ms", 50, on, low=True)


def _took(settings: dict[str, str]) -> list[float]:
    """Return the time of each delivery: seconds, sorted."""
    tokens, boards = asyncio.run(prepare_searches(settings, READERS, BOARDS, cards=0))
    with serving(settings) as (_, port), start_helper("_clients", "readers", port, *tokens) as readers:
        write_to(readers, ",".join(boards))
        read_from(readers)
        published = asyncio.run(_publish(settings, boards))
        write_to(readers, json.dumps(published))
        return [float(each) for each in json.loads(read_from(readers))]


async def _publish(settings: dict[str, str], boards: list[str]) -> Published:
    """Write at the given rate from this process; return when each event was handed to the bus."""
    service = await open_service(settings)
    published = _noted(service)
    gc.collect()
    gc.freeze()  # as a server does when it has started
    caller = await create_coordinator(service)
    began = time.monotonic()
    writing = []
    for number in range(RATE * (WARM_S + SECONDS)):
        await asyncio.sleep(began + number / RATE - time.monotonic())
        if number == RATE * WARM_S:
            published.clear()
        writing.append(
            asyncio.create_task(execute(service, caller, boards[number % len(boards)], "note.add", {"text": "a note"}))
        )
    await asyncio.gather(*writing)
    await asyncio.sleep(SETTLE_S)
    kept = list(published)
    await service.close()
    return kept


def _noted(service: BoardService) -> Published:
    published: Published = []
    publish = service.hub.publish

    def note(name: str, epoch: str, records: list[EventRecord]) -> Any:
        when = time.time()
        published.extend((name, record.seq, when) for record in records)
        return publish(name, epoch, records)

    service.hub.publish = note  # type: ignore[method-assign]
    return published
