"""Memory of a server: by itself, and for each connection that follows the operations board and a search."""

import asyncio
import subprocess
import time
from collections.abc import Iterator

from tests.tools.bench import Figure
from tests.tools.bench._machine import memory
from tests.tools.bench._server import on_sqlite, prepare_searches, read_from, serving, start_helper, write_to

FIRST = 100  # clients that are not counted: for them the server allocates what it needs once
CLIENTS = 1_000
ACCOUNTS, SEARCHES, CARDS = 100, 20, 30
SETTLE_S = 3.0  # after the last one came: a heartbeat or two for all


def measure() -> Iterator[Figure]:
    with on_sqlite() as settings:
        tokens, boards = asyncio.run(prepare_searches(settings, ACCOUNTS, SEARCHES, CARDS))
        with (
            serving(settings) as (process, port),
            start_helper("_clients", "clients", port, FIRST, *tokens) as first,
            start_helper("_clients", "clients", port, CLIENTS, *tokens) as more,
        ):
            idle = memory(process.pid)
            write_to(first, ",".join(boards))
            before = _settled(first, process.pid)
            write_to(more, ",".join(boards))
            after = _settled(more, process.pid)
            for each in (first, more):
                each.kill()
    yield Figure("memory of a server, idle", idle / 1e6, "MB", None, "SQLite, one process")
    on = f"{CLIENTS} connections more than {FIRST}, SQLite, one process"
    yield Figure("memory for each connection", (after - before) / CLIENTS / 1e3, "kB", 40, on, low=True)


def _settled(clients: "subprocess.Popen[str]", pid: int) -> int:
    """Return the server's memory when all of these clients are connected and it has stopped growing."""
    read_from(clients)
    time.sleep(SETTLE_S)
    return memory(pid)
