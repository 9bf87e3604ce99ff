"""How long an event takes from its publishing by one process to a reader's having it from another, over Redis."""

import asyncio
import gc
import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

from board.desk import Desk
from board.dev import Postgres, Redis, server_folder
from realtime.source import Record
from tests.bench import Figure
from tests.bench.coming_back import desk_of, do, heard, prepared, role, say, serve, somebody

BOARDS, READERS = 20, 10
RATE = 200  # events a second
WARM_S, SECONDS = 1, 10
SETTLE_S = 1.0

Published = list[tuple[str, int, float]]


def measure() -> Iterator[Figure]:
    with server_folder() as folder:
        postgres, redis = Postgres(folder / "postgres"), Redis(folder / "redis")
        postgres.start()
        redis.start()
        try:
            settings = {
                "DATABASE_URL": postgres.create("board"), "REDIS_URL": redis.url, "SECRET_KEY": secrets.token_urlsafe(32),
                "PORT": "0", "MAX_SOCKETS_PER_ACCOUNT": "0",
            }  # fmt: skip
            took = _took(settings)
        finally:
            redis.stop()
            postgres.stop()
    on = f"two processes, {RATE} events a second on {BOARDS} boards, {READERS} readers of each"
    yield Figure("publish to delivery, p50", took[len(took) // 2] * 1_000, "ms", 10, on, low=True)
    yield Figure("publish to delivery, p99", took[len(took) * 99 // 100] * 1_000, "ms", 50, on, low=True)


def _took(settings: dict[str, str]) -> list[float]:
    tokens, boards = asyncio.run(prepared(settings))
    serving, port = serve(settings)
    try:
        with role("readers", port, *tokens[:READERS]) as readers:
            say(readers, ",".join(boards[:BOARDS]))
            heard(readers)
            published = asyncio.run(_publish(settings, boards[:BOARDS]))
            say(readers, json.dumps(published))
            return [float(each) for each in json.loads(heard(readers))]
    finally:
        serving.terminate()
        serving.wait()


async def _publish(settings: dict[str, str], boards: list[str]) -> Published:
    """Writes at the rate, from this process; when each event was handed to the bus."""
    desk = await desk_of(settings)
    published = _noted(desk)
    gc.collect()
    gc.freeze()  # as a server does when it has started
    caller = await somebody(desk)
    began = time.monotonic()
    writing = []
    for number in range(RATE * (WARM_S + SECONDS)):
        await asyncio.sleep(began + number / RATE - time.monotonic())
        if number == RATE * WARM_S:
            published.clear()
        writing.append(asyncio.create_task(do(desk, caller, boards[number % len(boards)], "note.add", {"text": "a note"})))
    await asyncio.gather(*writing)
    await asyncio.sleep(SETTLE_S)
    kept = list(published)
    await desk.close()
    return kept


def _noted(desk: Desk) -> Published:
    published: Published = []
    publish = desk.hub.publish

    def note(name: str, epoch: str, records: list[Record]) -> Any:
        at = time.time()
        published.extend((name, record.seq, at) for record in records)
        return publish(name, epoch, records)

    desk.hub.publish = note  # type: ignore[method-assign]
    return published
