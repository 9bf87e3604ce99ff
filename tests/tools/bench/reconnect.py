"""Restart of everything, with a thousand clients that resume from their positions while another client sends small requests.

The clients are one process with a thousand sockets, each of which retries within a second until it is let in, as a browser does.
Each follows the operations board and one of twenty searches, on which events happened while it was away.
"""

import asyncio
import time
from collections.abc import Iterator

from tests.tools.bench import Figure
from tests.tools.bench._server import (
    create_coordinator,
    execute,
    on_servers,
    open_service,
    prepare_searches,
    read_from,
    serve,
    start_helper,
    write_to,
)

CLIENTS, ACCOUNTS, SEARCHES, CARDS, MISSED = 1_000, 100, 20, 30, 25
WORKERS = (1, 2)


def measure() -> Iterator[Figure]:
    for workers in WORKERS:
        back, trifles = _come_back(workers)
        on = f"PostgreSQL, Redis, {workers} worker{'s' if workers > 1 else ''}"
        yield Figure(f"{CLIENTS} clients come back", back, "s", 5, on, low=True)
        yield Figure("slowest trifle meanwhile", trifles * 1_000, "ms", 250, on, low=True)


def _come_back(workers: int) -> tuple[float, float]:
    """Return the seconds from the server's return until the last client is live again, and the longest time of a small
    request."""
    with on_servers(workers) as servers:
        settings = servers.settings
        tokens, boards = asyncio.run(prepare_searches(settings, ACCOUNTS, SEARCHES, CARDS))
        serving, port = serve(settings)
        settings["PORT"] = str(port)
        try:
            with start_helper("_clients", "clients", port, CLIENTS, *tokens) as clients:
                write_to(clients, ",".join(boards))
                read_from(clients)
                write_to(clients, "leave")
                asyncio.run(_meanwhile(settings, boards))
                serving.kill()
                serving.communicate()
                servers.redis.restart()
                servers.postgres.restart()
                write_to(clients, "return")
                with start_helper("_clients", "trifles", port, tokens[0]) as trifles:
                    serving, _ = serve(settings)
                    since = time.time()
                    back = float(read_from(clients))
                    write_to(trifles, str(since))
                    slowest = float(read_from(trifles))
                return back - since, slowest
        finally:
            serving.terminate()
            serving.communicate()


async def _meanwhile(settings: dict[str, str], boards: list[str]) -> None:
    service = await open_service(settings)
    caller = await create_coordinator(service)
    for board in boards:
        await asyncio.gather(
            *(execute(service, caller, board, "note.add", {"text": f"note {number}"}) for number in range(MISSED))
        )
    await service.close()
