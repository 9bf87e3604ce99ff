"""Servers whose fan-out is compared: the floor in C, Node's `ws`, a task for each socket, and the board; and the load on them."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from board.dev import Redis, npm_packages, server_folder
from tests.tools.bench import Figure
from tests.tools.bench._server import ROOT, on_sqlite, prepare_searches, serving

NATIVE = Path(__file__).parent / "native"
LOAD_CORE, SERVER_CORE = "0", "1"


@dataclass
class Target:
    """A running server: the address for readers, and the way to its publisher. `pids`: processes whose CPU time is counted."""

    port: int
    pids: list[int]
    publisher: str
    more: list[str] = field(default_factory=list)


class NotHere(Exception):
    """A program that a server needs is not on this machine."""


@contextlib.contextmanager
def native_programs() -> Iterator[Path]:
    """Compile the C programs into a temporary folder. Raises NotHere without a compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise NotHere("no C compiler")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("wsload", "rawcast"):
            command = [compiler, "-O2", "-w", "-o", f"{folder}/{name}", str(NATIVE / f"{name}.c")]
            if subprocess.run(command, capture_output=True, check=False).returncode:
                raise NotHere(f"{name} can't be compiled")
        yield Path(folder)


def load(programs: Path, target: Target, readers: int, events: int, *options: str) -> dict[str, Any]:
    """Open readers, publish events of 300 bytes, and return what the load generator measured."""
    process = start_load(programs, target, readers, events, *options)
    return loaded(process)


def start_load(programs: Path, target: Target, readers: int, events: int, *options: str) -> "subprocess.Popen[str]":
    """Start the load generator. With `--tell`, it prints a line when all readers are connected."""
    command = [
        *pinned(LOAD_CORE), str(programs / "wsload"), "--port", str(target.port), "--path", "/ws", "-n", str(readers),
        "-m", str(events), "--size", "300", "--inflight", "32", "--pub", target.publisher,
        "--pids", ",".join(map(str, target.pids)), *target.more, *options,
    ]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def loaded(process: "subprocess.Popen[str]", complete: bool = True) -> dict[str, Any]:
    """Wait for the load generator, and return its measurements. `complete`: fail if an event was lost."""
    result: dict[str, Any] = json.loads(process.communicate()[0])
    assert result["lost"] == 0 or not complete, result
    return result


def pinned(core: str) -> list[str]:
    """Return the words that pin a command to a core; none on a machine with one core."""
    return ["taskset", "-c", core] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []


@contextlib.contextmanager
def floor(programs: Path) -> Iterator[Target]:
    """Run the floor: one `send` for each event and reader, in C."""
    port = _free_port()
    with _running([str(programs / "rawcast"), str(port)]) as process:
        _wait_for(port)
        yield Target(port, [process.pid], f"ws:{port}:/pub")


@contextlib.contextmanager
def node_ws(programs: Path) -> Iterator[Target]:
    """Run a server on Node's `ws`."""
    node, packages, port = shutil.which("node"), npm_packages.folder(ROOT), _free_port()
    if node is None or not (packages / "ws").exists():
        raise NotHere("no node, or no package ws (python3 -m board test --scripts fetches it)")
    script = shutil.copy(NATIVE / "ws_rival.mjs", programs)
    if not (programs / "node_modules").exists():  # where the script looks for the package
        (programs / "node_modules").symlink_to(packages)
    with _running([node, str(script), str(port)]) as process:
        _wait_for(port)
        yield Target(port, [process.pid], f"ws:{port}:/pub")


@contextlib.contextmanager
def task_per_socket(_: Path) -> Iterator[Target]:
    """Run a server with a task and a Redis subscription for each socket."""
    with server_folder() as folder:
        redis, port = Redis(folder / "redis"), _free_port()
        redis.start()
        try:
            with _running([sys.executable, str(NATIVE / "task_per_socket.py"), str(port), redis.url]) as process:
                _wait_for(port)
                yield Target(port, [process.pid], f"ws:{port}:/pub")
        finally:
            redis.stop()


@contextlib.contextmanager
def board(_: Path, cards: int = 0) -> Iterator[Target]:
    """Run the board; its publisher adds notes by commands to a search with `cards` cards."""
    with on_sqlite() as settings:
        (token,), (search,) = asyncio.run(prepare_searches(settings, 1, 1, cards=cards))
        with running_board(settings, token, search) as target:
            yield target


@contextlib.contextmanager
def running_board(settings: dict[str, str], token: str, search: str, watched: dict[str, str] | None = None) -> Iterator[Target]:
    """Run the board on prepared settings; its publisher adds notes to a search by commands."""
    with serving(settings, watched) as (process, port):
        if pinned(SERVER_CORE):
            subprocess.run(["taskset", "-acp", SERVER_CORE, str(process.pid)], capture_output=True, check=True)
        yield Target(port, [process.pid], f"cmd:{port}:/ws:{search}", follow(token, search))


def follow(token: str, search: str) -> list[str]:
    """Return the options of readers who follow a search."""
    return ["--header", f"Authorization: Bearer {token}", "--first", subscription(search), "--mark", "~t=:"]


def subscription(search: str) -> str:
    return json.dumps({"type": "subscribe", "board": search})


def longest_block(notes: Path, result: dict[str, Any], on: str) -> Iterator[Figure]:
    """Yield the longest block of a watched server's loop during the load: in total, and by its own CPU time."""
    lines = (tuple(map(float, line.split())) for line in notes.read_text().splitlines() if line.count(" ") == 2)
    blocks = [(late, used) for at, late, used in lines if result["began"] <= at <= result["ended"]]
    yield Figure("… longest block of the loop", max((late for late, _ in blocks), default=0) * 1_000, "ms", 20, on, low=True)
    own = max((min(each) for each in blocks), default=0)
    yield Figure("… its own processor in one block, at most", own * 1_000, "ms", None, on)


@contextlib.contextmanager
def _running(command: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([*pinned(SERVER_CORE), *command], stdout=subprocess.DEVNULL, cwd=ROOT)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.1):
            return
        time.sleep(0.05)
    raise NotHere(f"nothing listens on {port}")
