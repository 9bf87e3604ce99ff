"""Development start: PostgreSQL, Redis and the board with two workers start by `honcho start`, work together, and stop
together."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import httpx2 as httpx
import pytest

from board.bootstrap import ROOT
from tests.ops.test_workers import SEARCH, follow, give, hear
from tests.support.worker_processes import WorkerProcesses, is_running, wait_until

COMES_UP_WITHIN_S = 120  # time to create a database, play the sample data, and start four processes on a busy machine
GOES_WITHIN_S = 30


class Honcho:
    """Call of `honcho start` as a newcomer has it: the Procfile, an environment without settings, and a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder = home, home / "searchboard-dev"
        self.lines: list[str] = []
        kept = {name: value for name, value in os.environ.items() if name in ("LANG", "TMPDIR", "HOME")}
        self.environment = kept | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",  # the PATH's first python3 is this environment's
            "PYTHONPATH": str(ROOT), "BOARD_PREPARED": str(ROOT), "XDG_DATA_HOME": str(home), "PORT": "0",
        }  # fmt: skip

    async def run(self, *words: str, **settings: str) -> asyncio.subprocess.Process:
        """Start a command there; its output is in `lines`."""
        process = await asyncio.create_subprocess_exec(
            *words, cwd=self.home, env=self.environment | settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.reading = asyncio.create_task(self._read(process))
        return process

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self.lines.append(line.decode().rstrip())

    async def said(self, pattern: str) -> re.Match[str]:
        """Wait for a line of output."""

        def look() -> re.Match[str] | None:
            found = (re.search(pattern, line) for line in self.lines)
            return next((each for each in found if each), None)

        try:
            return await wait_until(look, COMES_UP_WITHIN_S)
        except TimeoutError:
            raise AssertionError("\n".join(self.lines)) from None

    def processes(self) -> dict[int, str]:
        """All that live and know this home."""
        found = {}
        for each in Path("/proc").glob("[0-9]*"):
            try:
                known = (each / "environ").read_bytes() + (each / "cmdline").read_bytes()
            except OSError:
                continue
            if str(self.home).encode() in known and int(each.name) != os.getpid() and is_running(int(each.name)):
                found[int(each.name)] = (each / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found


@pytest.fixture
async def honcho(server_dir: Path) -> AsyncIterator[Honcho]:
    home = server_dir / "home"
    home.mkdir(mode=0o711)
    shutil.copy(ROOT / "Procfile", home)
    honcho = Honcho(home)
    yield honcho
    for pid in honcho.processes():
        os.kill(pid, signal.SIGKILL)
    await wait_until(lambda: not honcho.processes())
    shutil.rmtree(home)


@pytest.mark.slow
async def test_procfile_starts_all_and_two_workers_share_a_search(honcho: Honcho) -> None:
    started = await honcho.run("honcho", "start")
    url = (await honcho.said(r"board is at (http://\S+),"))[1]
    password = (await honcho.said(r"with the password (\S+)"))[1]
    email = (await honcho.said(r"(\S+@\S+) +coordinator"))[1]
    async with httpx.AsyncClient(base_url=url, headers={"Origin": url}) as browser:
        assert (await browser.post("/login", data={"email": email, "password": password})).status_code == 303
        ready = await browser.get("/readyz")
        assert ready.status_code == 200, ready.text

    desk = WorkerProcesses((honcho.folder / "postgres.url").read_text(), 2)
    desk.url, desk.process = url, SimpleNamespace(pid=int((await honcho.said(r"web.1 started \(pid=(\d+)\)"))[1]))  # type: ignore[assignment]
    one, two = desk.pids
    alice = await desk.come_to(await desk.hire("Alice", "coordinator"), one)
    bob = await desk.come_to(await desk.hire("Bob", "investigator"), two)
    await follow(bob, "operations")
    opened = (await give(alice, "operations", "search.open", SEARCH))["opened"]
    assert [event["id"] for event in (await hear(bob, type="events"))["events"]] == [opened]
    await follow(bob, opened)

    other = Honcho(honcho.home)
    assert await (await other.run("python3", "-m", "board", "dev", "postgres")).wait() == 1
    assert await other.said("Another `board dev` runs already")

    assert len(honcho.processes()) > 8
    started.send_signal(signal.SIGINT)
    await asyncio.wait_for(started.wait(), GOES_WITHIN_S)
    assert {name: await honcho.said(rf"{name}.1 stopped \(rc=(-?\d+)\)") for name in ("web", "redis", "postgres")}
    assert [line for line in honcho.lines if "stopped (rc=" in line and "(rc=0)" not in line] == []
    await wait_until(lambda: not honcho.processes())
    assert not list(honcho.folder.glob("*.url"))
    await asyncio.gather(alice.close(), bob.close())


@pytest.mark.slow
async def test_a_port_that_is_taken_is_said_and_ends_all(honcho: Honcho, postgres_url: str, redis_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        started = await honcho.run("honcho", "start", PORT=port, DATABASE_URL=postgres_url, REDIS_URL=redis_url)
        assert await honcho.said(rf"web.1 +\| Can't listen on 127.0.0.1, port {port}: ")
        assert await asyncio.wait_for(started.wait(), GOES_WITHIN_S) == 1
    await wait_until(lambda: not honcho.processes())


@pytest.mark.slow
async def test_servers_named_by_the_environment_are_not_started(honcho: Honcho, postgres_url: str, redis_url: str) -> None:
    settings = {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url}
    started = await honcho.run("honcho", "start", **settings)
    assert await honcho.said(r"listening on http://127\.0\.0\.1:\d+")
    assert await honcho.said("DATABASE_URL names a database: none is started")
    assert await honcho.said("REDIS_URL names a Redis: none is started")
    assert not any("password" in line for line in honcho.lines)
    started.send_signal(signal.SIGTERM)
    await asyncio.wait_for(started.wait(), GOES_WITHIN_S)
    await wait_until(lambda: not honcho.processes())


@pytest.mark.slow
async def test_known_passwords_are_not_offered_to_the_network(honcho: Honcho) -> None:
    assert await (await honcho.run("python3", "-m", "board", "dev", "web", HOST="0.0.0.0")).wait() == 1
    assert await honcho.said("passwords of the sample data are public")
