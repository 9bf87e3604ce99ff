"""Worker processes as `board serve --workers N` starts them, and the worker that serves each socket."""

import asyncio
import contextlib
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2 as httpx
from sqlmodel import Session
from websockets.asyncio.client import ClientConnection, connect

from board.accounts import accounts
from models.db.database import Database
from models.times import format_utc, now
from tests.support.people import PASSWORD, PATIENCE_S, STARTS_WITHIN_S, new_id

LISTENS = "0A"  # a socket's state in /proc/net/tcp (the kernel's TCP_LISTEN)
SERVE = "from board.command_line.cli import main; main()"


async def wait_until(true: Callable[[], Any], within_s: float = 3 * PATIENCE_S) -> Any:
    """Wait until a condition is true; return its value."""
    async with asyncio.timeout(within_s):
        while not (found := true()):
            await asyncio.sleep(0.02)
        return found


def is_running(pid: int) -> bool:
    """Return True if a process still runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False


class WorkerProcesses:
    """Supervisor and its workers. `first`: Python that runs before the command line, to set shorter times."""

    def __init__(self, database: str, count: int, redis: str | None = None, first: str = "", **settings: str) -> None:
        self.database, self.count = database, count
        given = {"DATABASE_URL": database, "SECRET_KEY": secrets.token_urlsafe(32), "MAX_MESSAGES_PER_SECOND": "0", **settings}
        self.environment = os.environ | given | ({"REDIS_URL": redis} if redis else {})
        self.command = [sys.executable, "-c", f"{first}\n{SERVE}", "serve", "--port", "0", "--workers", str(count)]
        self.url = ""

    async def start(self) -> None:
        """Start, and return when the workers accept connections."""
        self.process = await asyncio.create_subprocess_exec(
            *self.command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, limit=2**20
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.said: list[str] = []
        self._reading = asyncio.create_task(self._read(self.process.stderr))
        line = await asyncio.wait_for(self.process.stdout.readline(), STARTS_WITHIN_S)
        assert line.startswith(b"listening on "), (line, self.said)
        self.url = line.decode().split()[-1]

    async def _read(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            self.said.append(line.decode())

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Signal the supervisor; return its exit code."""
        if self.process.returncode is None:
            self.process.send_signal(how)
        code = await asyncio.wait_for(self.process.wait(), 15)
        await asyncio.wait_for(self._reading, PATIENCE_S)
        return code

    @property
    def pids(self) -> list[int]:
        """Process ids of the current workers."""
        if self.count == 1:
            return [self.process.pid]
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [pid for pid in map(int, children.split()) if is_running(pid)]

    def _ends(self) -> list[list[str]]:
        """Return the kernel's entries for sockets on the workers' port."""
        port = f":{int(self.url.rpartition(':')[2]):04X}"
        lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
        return [line for line in lines if line[1].endswith(port)]

    @property
    def waiting(self) -> int:
        """Return how many connections wait to be accepted by a worker."""
        return next(int(end[4].rpartition(":")[2], 16) for end in self._ends() if end[3] == LISTENS)

    def serving(self, socket: ClientConnection) -> int:
        """Return the worker that has the other end of a socket."""
        client = f":{socket.transport.get_extra_info('sockname')[1]:04X}"
        inode = next(end[9] for end in self._ends() if end[2].endswith(client))
        for pid in self.pids:
            for fd in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    if os.readlink(fd) == f"socket:[{inode}]":
                        return pid
        raise AssertionError("nobody has it")

    async def hire(self, name: str, role: str) -> str:
        """Create an account; return a token of it."""
        database, at, email = Database(self.database), format_utc(now()), f"{name.lower()}-{new_id()}@desk.example"
        add = accounts.prepare_account(email, name, role, PASSWORD, at)

        def hire(session: Session) -> str:
            add(session)
            return accounts.add_token(session, new_id(), "write", email, at)

        token = await asyncio.to_thread(database.write_now, hire)
        await database.close()
        return token

    async def add_person(self, token: str) -> ClientConnection:
        headers = {"Authorization": f"Bearer {token}"}
        return await connect(f"{self.url.replace('http', 'ws')}/ws", additional_headers=headers, max_size=None)

    async def come_to(self, token: str, pid: int) -> ClientConnection:
        """Open a socket that this worker serves."""
        async with asyncio.timeout(STARTS_WITHIN_S):
            while self.serving(socket := await self.add_person(token)) != pid:
                await socket.close()
            return socket

    async def metrics(self) -> str:
        async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
            return (await http.get(f"{self.url}/metrics")).text


@contextlib.asynccontextmanager
async def running_workers(*given: Any, **more: Any) -> AsyncIterator[WorkerProcesses]:
    """Run workers, and end them when the block ends."""
    workers = WorkerProcesses(*given, **more)
    try:
        await workers.start()
        yield workers
    finally:
        if workers.process.returncode is None:
            pids = workers.pids
            workers.process.kill()
            await workers.process.wait()
            await wait_until(lambda: not any(map(is_running, pids)))
