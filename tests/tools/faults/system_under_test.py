"""Installation under test: real PostgreSQL and Redis, worker processes, and a faulty proxy on every link."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from board.dev import Postgres, Redis, server_folder
from board.dev.child_process import ManagedProcess, free_port
from board.dev.unprivileged_user import current_user
from tests.support.bucket_server import bucket_environment
from tests.tools.faults.faulty_proxy import FaultyProxy

ROOT = Path(__file__).resolve().parents[3]
STARTS_WITHIN_S = 60.0
ENDS_WITHIN_S = 16.0  # the contract promises 15 s after SIGTERM
SECRET = "a secret of the fault harness alone"
NO_LIMITS = {
    "MAX_SOCKETS_PER_ACCOUNT": "0",
    "MAX_UPLOADS_PER_MINUTE": "0",
    "MAX_DOCUMENTS_PER_MINUTE": "0",
    "MAX_MESSAGES_PER_SECOND": "0",
}


def _accepts(port: int) -> bool:
    """Return True if a local server accepts connections on this port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class Worker:
    """Server process (`python -m board serve`) on a fixed port. Clients reach it through a proxy, and it reaches Redis and
    PostgreSQL through its own proxies."""

    def __init__(self, number: int, tree: Path, folder: Path, environment: dict[str, str]) -> None:
        self.number, self.tree = number, tree
        self.port = free_port()
        self.log = folder / f"worker{number}.log"
        self.seam = folder / f"worker{number}.seam"  # asks a mutant to wait; the mutant renames it when it does
        self.environment = environment | {"KILLED_HERE": str(self.seam)}
        self.starts = 0
        self.late_ends = 0  # number of stops that took too long
        self._child: ManagedProcess | None = None
        self.line = FaultyProxy(self.port)

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.alive

    def start(self) -> None:
        """Start the process, and return once it listens."""
        began = self.log.stat().st_size if self.log.exists() else 0
        command = [sys.executable, "-m", "board", "serve", "--port", str(self.port)]
        self._child = ManagedProcess(command, self.log, current_user(), signal.SIGKILL, cwd=self.tree, env=self.environment)
        self.starts += 1
        if not self._child.until(lambda: b"listening on " in self.log.read_bytes()[began:]):
            raise RuntimeError(f"worker {self.number} does not start: {self._child.log_end()}")

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()

    def stop(self) -> None:
        """Send SIGTERM, and wait until the process ends."""
        assert self._child is not None
        began = time.monotonic()
        self._child.stop(signal.SIGTERM)
        self.late_ends += time.monotonic() - began > ENDS_WITHIN_S

    def end(self) -> None:
        """Stop the worker permanently."""
        self.kill()

    def signal(self, what: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, what)


class SupervisedWorker(Worker):
    """Worker of `python -m board serve --workers N`, whose supervisor replaces workers that end. `first`: object that owns the
    supervisor; None for that object itself."""

    def __init__(
        self, number: int, tree: Path, folder: Path, environment: dict[str, str], first: "SupervisedWorker | None"
    ) -> None:
        super().__init__(number, tree, folder, environment)
        self.first = first or self
        if first is not None:
            self.port, self.log, self.line = first.port, first.log, FaultyProxy(first.port)

    @property
    def pids(self) -> list[int]:
        """Return the process ids of all current workers, oldest first."""
        supervisor = Worker.pid.fget(self.first)  # type: ignore[attr-defined]
        found = subprocess.run(["/bin/ps", "-o", "pid=", "--ppid", str(supervisor)], capture_output=True, text=True, check=False)
        return sorted(int(each) for each in found.stdout.split())

    @property
    def pid(self) -> int:
        pids = self.pids
        if not pids:
            raise ProcessLookupError
        return pids[self.number % len(pids)]

    def start(self) -> None:
        if self.first is self and self._child is None:
            super().start()
            return
        self.starts += 1
        self._until(lambda: len(self.pids) >= int(self.environment["WORKERS"]))

    def kill(self) -> None:
        self.signal(signal.SIGKILL)

    def stop(self) -> None:
        pid, began = self.pid, time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        self._until(lambda: pid not in self.pids)
        self.late_ends += time.monotonic() - began > ENDS_WITHIN_S

    def end(self) -> None:
        if self.first is self:
            super().kill()

    @staticmethod
    def _until(true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not true():
            if time.monotonic() > deadline:
                raise RuntimeError("the supervisor does not bring its workers back")
            time.sleep(0.05)


class SystemUnderTest:
    """Installation created by `running_system`.

    `redis`: None if the run has no Redis.
    `supervised`: all workers belong to one `board serve`, and share their proxies to Redis and PostgreSQL.
    `limits`: the limits of accounts are on.
    """

    def __init__(self, folder: Path, tree: Path, supervised: bool = False, limits: bool = False) -> None:
        self.folder, self.tree, self.supervised, self.limits = folder, tree, supervised, limits
        self.postgres = Postgres(folder / "postgres")
        self.redis: Redis | None = None
        self.database_url = ""
        self.workers: list[Worker] = []
        self.redis_lines: list[FaultyProxy] = []
        self.postgres_lines: list[FaultyProxy] = []
        self.store: Path | FaultyProxy | None = None  # folder of files, or proxy to the bucket
        self.files_settings: dict[str, str] = {}
        self._bucket: ManagedProcess | None = None

    async def start_store(self, kind: str) -> None:
        """Create the file store: a `folder`, or a `bucket` behind a faulty proxy. Call this before the workers start."""
        if kind == "folder":
            self.store = self.folder / "files"
            self.files_settings = {"FILES_URL": self.store.as_uri()}
            return
        port = free_port()
        command = [sys.executable, "-m", "tests.support.bucket_server", str(self.folder / "bucket"), str(port)]
        self._bucket = ManagedProcess(command, self.folder / "bucket.log", current_user(), signal.SIGKILL, cwd=ROOT)
        await asyncio.to_thread(self._bucket.until, lambda: _accepts(port))
        self.store = await FaultyProxy(port).open()
        self.files_settings = bucket_environment(f"http://127.0.0.1:{self.store.port}")

    async def start(self, workers: int, redis: bool) -> None:
        await asyncio.to_thread(self.postgres.start)
        self.database_url = await asyncio.to_thread(self.postgres.create, "board")
        if redis:
            self.redis = Redis(self.folder / "redis")
            await asyncio.to_thread(self.redis.start)
        away = f"redis://127.0.0.1:{free_port()}/0"
        for number in range(workers):
            if not (self.supervised and number):
                to_postgres = await FaultyProxy(self.postgres.port).open()
                to_redis = await FaultyProxy(self.redis.port).open() if self.redis is not None else None
            self.postgres_lines.append(to_postgres)
            self.redis_lines += [to_redis] if to_redis is not None else []
            redis_url = via_proxy(self.redis.url, to_redis) if self.redis is not None and to_redis is not None else away
            environment = self._environment(via_proxy(self.database_url, to_postgres), redis_url)
            self.workers.append(self._worker(number, workers, environment))
            await self.workers[-1].line.open()
        await asyncio.to_thread(self.workers[0].start)  # alone at first, because it creates the tables
        await asyncio.gather(*(asyncio.to_thread(each.start) for each in self.workers[1:]))

    def _worker(self, number: int, workers: int, environment: dict[str, str]) -> Worker:
        if not self.supervised:
            return Worker(number, self.tree, self.folder, environment)
        first = self.workers[0] if self.workers else None
        assert first is None or isinstance(first, SupervisedWorker)
        return SupervisedWorker(number, self.tree, self.folder, environment | {"WORKERS": str(workers)}, first)

    def _environment(self, database_url: str, redis_url: str) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if name not in ("HOST", "PORT", "PUBLIC_URL", "LOG_LEVEL")}
        return ours | {
            "DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": SECRET, "WORKERS": "1",
            "PYTHONPATH": str(self.tree),
            "FILES_PATH": str(self.tree / "tests/tools/faults/files"),  # a short ladder of alarms
            "BOARD_PREPARED": str(self.tree),  # a copied tree has no virtual environment and needs none
        } | self.files_settings | ({} if self.limits else NO_LIMITS)  # fmt: skip

    def http(self, worker: int) -> str:
        return f"http://127.0.0.1:{self.workers[worker % len(self.workers)].line.port}"

    def socket(self, worker: int) -> str:
        return f"ws://127.0.0.1:{self.workers[worker % len(self.workers)].line.port}/ws"

    async def stop(self) -> None:
        for worker in self.workers:  # before their lines, to which they would connect again
            await asyncio.to_thread(worker.end)
        for each in [*self.redis_lines, *self.postgres_lines, *(worker.line for worker in self.workers)]:
            await each.close()
        if isinstance(self.store, FaultyProxy):
            await self.store.close()
        if self._bucket is not None:
            await asyncio.to_thread(self._bucket.kill)
        if self.redis is not None:
            await asyncio.to_thread(self.redis.kill)
        await asyncio.to_thread(self.postgres.kill)

    def complaints(self) -> list[str]:
        """Return lines of the workers' logs that report an internal error."""
        found: list[str] = []
        for log in dict.fromkeys(worker.log for worker in self.workers):
            if log.exists():
                lines = log.read_text(errors="replace").splitlines()
                found += [line for line in lines if "failed" in line or "Traceback" in line or "never retrieved" in line]
        return found


def via_proxy(url: str, line: FaultyProxy) -> str:
    """Return a URL that leads through a proxy."""
    parts: Any = urlsplit(url)
    return str(parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{line.port}").geturl())


@contextlib.asynccontextmanager
async def running_system(
    workers: int, redis: bool = True, tree: Path = ROOT, supervised: bool = False, files: str = "folder", limits: bool = False
) -> AsyncIterator[SystemUnderTest]:
    """Run an installation in a temporary folder, and remove it afterwards."""
    with server_folder() as folder:
        plant = SystemUnderTest(Path(folder), tree, supervised, limits)
        try:
            await plant.start_store(files)
            await plant.start(workers, redis)
            yield plant
        finally:
            await plant.stop()
            if keep := os.environ.get("FAULTS_KEEP"):  # a folder for the workers' logs
                for worker in plant.workers:
                    with contextlib.suppress(OSError):
                        shutil.copy(worker.log, keep)
