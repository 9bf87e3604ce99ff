"""Server on a small disk of its own, an ext4 image or memory, which is mounted in a private namespace of Linux."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2 as httpx

from board.bootstrap import ROOT
from tests.ops.test_command_line import Shell
from tests.support.people import PASSWORD, PATIENCE_S, STARTS_WITHIN_S

ROLES = {"Alice": "coordinator", "Bob": "investigator", "Mallory": "investigator", "Ada": "admin"}
RUN = 'mount {options} "$1" && cp -a "$2"/. "$1" && shift 2 && exec "$@"'
IMAGE, MEMORY = "-o loop {image}", "-t tmpfs -o size={mb}m none"


class DiskUnavailable(Exception):
    """Disk that cannot be mounted here; the text says why."""


class SmallDisk:
    """Running server whose database and files are on a small disk. `http` has a client for each person, with a token."""

    def __init__(
        self, process: asyncio.subprocess.Process, settings: dict[str, str], folder: Path, url: str, tokens: dict[str, str]
    ) -> None:
        self._process, self._settings, self.folder, self.url = process, settings, folder, url
        self.lines: list[str] = []
        self._reading = asyncio.create_task(self._read())
        self.http = {
            name: httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE_S)
            for name, token in tokens.items()
        }

    async def _read(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self.lines.append(line.decode())

    def logged(self, event: str) -> list[dict[str, Any]]:
        return [line for line in map(json.loads, self.lines) if line["event"] == event]

    async def run(self, *words: str) -> str:
        """Run a command that sees the disk; return what it prints."""
        process = await asyncio.create_subprocess_exec(
            "nsenter", f"--target={self._process.pid}", "--mount", *words,
            cwd=ROOT, env=self._settings, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        out, _ = await process.communicate()
        return out.decode()

    async def board(self, *words: str) -> str:
        return await self.run(sys.executable, "-m", "board", *words)

    async def metric(self, sample: str) -> float:
        lines = (await self.http["Ada"].get("/metrics")).text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(sample))

    async def command(self, who: str, board: str, name: str, data: dict[str, Any], id: str) -> httpx.Response:
        return await self.http[who].post(f"/api/v1/boards/{board}/commands", json={"id": id, "name": name, "data": data})

    async def close(self) -> None:
        for client in self.http.values():
            await client.aclose()
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.wait()
        await self._reading


@contextlib.asynccontextmanager
async def serve_on_small_disk(folder: Path, mb: int, **settings: str) -> AsyncIterator[SmallDisk]:
    """Run a server on a disk of so many MB. Raises DiskUnavailable."""
    options = _mount_options(folder, mb)
    prepared, disk = folder / "prepared", folder / "disk"
    prepared.mkdir()
    disk.mkdir()
    tokens = await _prepare(prepared)
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}
    own = {"BOARD_PREPARED": str(ROOT), "DATABASE_URL": f"sqlite:///{disk}/board.db", "MAX_MESSAGES_PER_SECOND": "0"}
    given = kept | own | settings
    process = await asyncio.create_subprocess_exec(
        "unshare", "--mount", "sh", "-c", RUN.format(options=options), "sh", str(disk), str(prepared),
        sys.executable, "-m", "board", "serve", "--port", "0",
        cwd=ROOT, env=given, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(STARTS_WITHIN_S):
        line = (await process.stdout.readline()).decode()
    match = re.search(r"http\S+", line)
    assert match, line
    served = SmallDisk(process, given, disk, match.group(), tokens)
    try:
        yield served
    finally:
        await served.close()


async def _prepare(folder: Path) -> dict[str, str]:
    """Make a database with the people, on an ordinary disk; return their tokens."""
    shell, tokens = Shell({"DATABASE_URL": f"sqlite:///{folder}/board.db"}), dict[str, str]()
    for name, role in ROLES.items():
        email = f"{name.lower()}@desk.example"
        add = ("account", "add", email, "--name", name, "--role", role, "--password-stdin")
        await shell.works(*add, given=f"{PASSWORD}\n")
        tokens[name] = (await shell.works("token", "add", name, "--scope", "write", "--account", email)).strip()
    return tokens


def _mount_options(folder: Path, mb: int) -> str:
    """Return how a disk can be mounted in a namespace of its own. Raises DiskUnavailable."""
    if sys.platform != "linux" or not all(map(shutil.which, ("unshare", "nsenter", "mount"))):
        raise DiskUnavailable("mount namespaces are Linux's: on Debian, apt install util-linux mount")
    image = folder / "disk.ext4"
    image.touch()
    os.truncate(image, mb * 1_000_000)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=False, capture_output=True)
    trial, said = folder / "trial", ""
    trial.mkdir()
    for options in (IMAGE.format(image=image), MEMORY.format(mb=mb)):
        tried = subprocess.run(
            ["unshare", "--mount", "sh", "-c", f'mount {options} "$1"', "sh", str(trial)],
            check=False,
            capture_output=True,
            text=True,
        )
        if tried.returncode == 0:
            return options
        said = tried.stderr.strip()
    raise DiskUnavailable(f"a disk of its own cannot be mounted here: {said}")
