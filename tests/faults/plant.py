"""The installation under test: real PostgreSQL and Redis, workers in processes of their own, and a line between any two."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from board.dev import Postgres, Redis, server_folder
from board.dev.account import ours
from board.dev.child import Child, free_port
from tests.faults.lines import Line

ROOT = Path(__file__).resolve().parent.parent.parent
STARTS_WITHIN_S = 60.0
ENDS_WITHIN_S = 16.0  # the contract: 15 s after SIGTERM
SECRET = "a secret of the fault harness alone"


class Worker:
    """`python -m board serve`, always on the same port, reached through `line`; it reaches Redis and PostgreSQL through lines
    of its own."""

    def __init__(self, number: int, tree: Path, folder: Path, environment: dict[str, str]) -> None:
        self.number, self.tree = number, tree
        self.port = free_port()
        self.log = folder / f"worker{number}.log"
        self.environment = environment
        self.starts = 0
        self.late_ends = 0  # times it had not gone by itself in time
        self._child: Child | None = None
        self.line = Line(self.port)

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.alive

    def start(self) -> None:
        """Returns when it listens."""
        began = self.log.stat().st_size if self.log.exists() else 0
        command = [sys.executable, "-m", "board", "serve", "--port", str(self.port)]
        self._child = Child(command, self.log, ours(), signal.SIGKILL, cwd=self.tree, env=self.environment)
        self.starts += 1
        if not self._child.until(lambda: b"listening on " in self.log.read_bytes()[began:]):
            raise RuntimeError(f"worker {self.number} does not start: {self._child.last_words()}")

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()

    def stop(self) -> None:
        """SIGTERM, and it has to go by itself."""
        assert self._child is not None
        began = time.monotonic()
        self._child.stop(signal.SIGTERM)
        self.late_ends += time.monotonic() - began > ENDS_WITHIN_S

    def signal(self, what: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, what)


class Plant:
    """Made by `running`. `redis` is None where there is none for the whole run."""

    def __init__(self, folder: Path, tree: Path) -> None:
        self.folder, self.tree = folder, tree
        self.postgres = Postgres(folder / "postgres")
        self.redis: Redis | None = None
        self.database_url = ""
        self.workers: list[Worker] = []
        self.redis_lines: list[Line] = []
        self.postgres_lines: list[Line] = []

    async def start(self, workers: int, redis: bool) -> None:
        await asyncio.to_thread(self.postgres.start)
        self.database_url = await asyncio.to_thread(self.postgres.create, "board")
        if redis:
            self.redis = Redis(self.folder / "redis")
            await asyncio.to_thread(self.redis.start)
        away = f"redis://127.0.0.1:{free_port()}/0"
        for number in range(workers):
            self.postgres_lines.append(await Line(self.postgres.port).open())
            if self.redis is not None:
                self.redis_lines.append(await Line(self.redis.port).open())
            redis_url = through(self.redis.url, self.redis_lines[-1]) if self.redis is not None else away
            environment = self._environment(through(self.database_url, self.postgres_lines[-1]), redis_url)
            self.workers.append(Worker(number, self.tree, self.folder, environment))
            await self.workers[-1].line.open()
        await asyncio.to_thread(self.workers[0].start)  # alone, as it makes the tables
        await asyncio.gather(*(asyncio.to_thread(each.start) for each in self.workers[1:]))

    def _environment(self, database_url: str, redis_url: str) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if name not in ("HOST", "PORT", "PUBLIC_URL", "LOG_LEVEL")}
        return ours | {
            "DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": SECRET, "WORKERS": "1",
            "MAX_MESSAGES_PER_SECOND": "0", "MAX_SOCKETS_PER_ACCOUNT": "0", "PYTHONPATH": str(self.tree),
            "BOARD_PREPARED": str(self.tree),  # a copy of the tree has no environment of its own, and needs none
        }  # fmt: skip

    def http(self, worker: int) -> str:
        return f"http://127.0.0.1:{self.workers[worker % len(self.workers)].line.port}"

    def socket(self, worker: int) -> str:
        return f"ws://127.0.0.1:{self.workers[worker % len(self.workers)].line.port}/ws"

    async def stop(self) -> None:
        for each in [*self.redis_lines, *self.postgres_lines, *(worker.line for worker in self.workers)]:
            await each.close()
        for worker in self.workers:
            await asyncio.to_thread(worker.kill)
        if self.redis is not None:
            await asyncio.to_thread(self.redis.kill)
        await asyncio.to_thread(self.postgres.kill)

    def complaints(self) -> list[str]:
        """Lines of the workers' logs that tell of a fault of ours."""
        found: list[str] = []
        for worker in self.workers:
            if worker.log.exists():
                lines = worker.log.read_text(errors="replace").splitlines()
                found += [line for line in lines if "failed" in line or "Traceback" in line or "never retrieved" in line]
        return found


def through(url: str, line: Line) -> str:
    """The same address, by way of a line."""
    parts: Any = urlsplit(url)
    return str(parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{line.port}").geturl())


@contextlib.asynccontextmanager
async def running(workers: int, redis: bool = True, tree: Path = ROOT) -> AsyncIterator[Plant]:
    """An installation in a folder of its own; nothing of it stays."""
    with server_folder() as folder:
        plant = Plant(Path(folder), tree)
        try:
            await plant.start(workers, redis)
            yield plant
        finally:
            await plant.stop()
            if keep := os.environ.get("FAULTS_KEEP"):  # a folder for the workers' logs
                for worker in plant.workers:
                    with contextlib.suppress(OSError):
                        shutil.copy(worker.log, keep)
