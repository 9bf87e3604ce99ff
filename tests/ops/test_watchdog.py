"""A loop that stands still is noticed, and said where it stands; and systemd hears what it asks for."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from board.telemetry import watchdog
from models.db.database import Database
from models.db.schema import migrate
from tests.support.people import PATIENCE_S
from tests.support.worker_processes import WorkerProcesses, running_workers, wait_until

STANDS_STILL = """
import asyncio
from starlette.routing import Route
from board import app
async def still(request):
    import time
    time.sleep(300)
make = app.create_app
def make_with(service):
    made = make(service)
    made.router.routes.insert(0, Route("/still", still))
    return made
app.create_app = make_with
"""

# Heartbeats before READY=1 would fill the socket's queue.
QUICK = """
from board.server import supervisor; from board.telemetry import watchdog
watchdog.BEAT_S = supervisor.CHECK_INTERVAL_S = 0.05
"""


async def test_a_loop_that_stands_still_is_noticed_with_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "STALL_S", 0.2)
    monkeypatch.setattr(watchdog, "BEAT_S", 0.05)
    go_on = threading.Event()
    beats: list[None] = []
    beating = asyncio.create_task(watchdog.LoopWatchdog(lambda: beats.append(None)).run())
    try:
        await wait_until(lambda: len(beats) > 1)
        with structlog.testing.capture_logs() as said:

            def noticed() -> None:
                while not said:
                    pass
                go_on.set()

            threading.Thread(target=noticed, daemon=True).start()
            go_on.wait(PATIENCE_S)  # this blocks the loop
            assert go_on.is_set()
            await wait_until(lambda: len(said) > 1)
    finally:
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating
    assert [line["event"] for line in said] == ["event loop stalled", "event loop recovered"]
    assert any("test_a_loop_that_stands_still" in line for line in said[0]["traceback"])


@contextlib.contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    """Systemd's end of the line."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(path))
        line.setblocking(False)
        yield line


async def _hear(line: socket.socket, word: str) -> None:
    async with asyncio.timeout(3 * PATIENCE_S):
        while (await asyncio.get_running_loop().sock_recv(line, 100)).decode() != word:
            pass


async def _empty(folder: Path) -> str:
    database = Database(f"sqlite:///{folder}/board.db")
    await asyncio.to_thread(migrate, database)
    await database.close()
    return database.url


async def test_single_process_notifies_systemd(tmp_path: Path) -> None:
    with listening(tmp_path / "notify") as line:
        told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "3000000"}
        async with running_workers(await _empty(tmp_path), 1, **told) as workers:
            for word in ("READY=1", "WATCHDOG=1", "WATCHDOG=1"):
                await _hear(line, word)
            ending = asyncio.create_task(workers.end())
            await _hear(line, "STOPPING=1")
            assert await ending == 0


@pytest.mark.slow
async def test_supervisor_notifies_systemd_and_its_workers_do_not(tmp_path: Path, postgres_url: str, redis_url: str) -> None:
    with listening(tmp_path / "notify") as line:
        told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "3000000"}
        async with running_workers(postgres_url, 2, redis_url, first=QUICK, **told) as workers:
            for word in ("READY=1", "WATCHDOG=1"):
                await _hear(line, word)
            for pid in workers.pids:
                assert b"NOTIFY_SOCKET" not in Path(f"/proc/{pid}/environ").read_bytes()
            ending = asyncio.create_task(workers.end())
            await _hear(line, "STOPPING=1")
            assert await ending == 0


async def _stand_still(workers: WorkerProcesses) -> None:
    port = int(workers.url.rpartition(":")[2])
    _, writing = await asyncio.open_connection("127.0.0.1", port)
    writing.write(b"GET /still HTTP/1.1\r\nHost: x\r\n\r\n")
    await wait_until(lambda: any('"event loop stalled"' in line for line in workers.said))
    writing.close()


@pytest.mark.slow
async def test_stalled_single_process_says_so_and_ends_in_time(tmp_path: Path) -> None:
    async with running_workers(await _empty(tmp_path), 1, first=STANDS_STILL) as workers:
        await _stand_still(workers)
        stalls = [json.loads(line) for line in workers.said if '"event loop stalled"' in line]
        assert any(where.endswith(" still") for stall in stalls for where in stall["traceback"])
        assert await workers.end() == 1
        assert '"shutdown timed out"' in workers.said[-1]


@pytest.mark.slow
async def test_a_single_process_whose_terminal_is_gone_ends_in_order(tmp_path: Path) -> None:
    minds = "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL)"  # also if these tests run under `nohup`
    async with running_workers(await _empty(tmp_path), 1, first=minds) as workers:
        os.kill(workers.process.pid, signal.SIGHUP)
        assert await asyncio.wait_for(workers.process.wait(), 15) == 0
