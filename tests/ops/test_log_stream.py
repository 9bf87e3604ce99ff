"""Log stream: the program goes on whether or not the log is read; lost lines are counted."""

import asyncio
import contextlib
import fcntl
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

from board.telemetry.log_writer import MAX_QUEUED, AsyncLogWriter
from models.db.database import Database
from models.db.schema import migrate
from tests.support.people import PATIENCE_S, STARTS_WITHIN_S
from tests.support.worker_processes import WorkerProcesses

MANY = 5 * MAX_QUEUED
TALK = f"""
import logging, sys, structlog
from board.telemetry import logs
logs.set_up("INFO")
log = structlog.get_logger()
for number in range({MANY}):
    log.info("line", number=number, filling="x" * 100)
print("said", flush=True)
sys.stdin.readline()
logging.getLogger("board").warning("last")
"""
END = b"\n"


@contextlib.contextmanager
def talking(stderr: int, *before: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a process that logs; end it if it hangs."""
    command = [*before, sys.executable, "-c", TALK]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr) as process:
        patience = threading.Timer(STARTS_WITHIN_S, process.kill)
        patience.start()
        yield process
        process.wait()
        patience.cancel()


def test_a_log_that_nobody_reads_keeps_nobody_waiting() -> None:
    with talking(subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"said\n"
        process.stdin.write(END)
        process.stdin.flush()
        assert process.wait(STARTS_WITHIN_S) == 0


def test_once_it_is_read_again_it_says_how_much_is_missing() -> None:
    with talking(subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"said\n"
        lines = [json.loads(process.stderr.readline())]
        while lines[-1]["event"] == "line":
            lines.append(json.loads(process.stderr.readline()))
        process.stdin.write(END)
        process.stdin.flush()
        (last,) = map(json.loads, process.stderr)
        assert process.wait(STARTS_WITHIN_S) == 0
    *written, lost = lines
    assert lost["event"] == "log lines dropped"
    assert lost["count"] == MANY - len(written) > 0
    assert lost.keys() == last.keys() - {"at", "logger"} | {"count"}
    numbers = [line["number"] for line in written]
    assert numbers == sorted(set(numbers))  # with gaps where writing was slower than logging
    assert len(written) >= MAX_QUEUED
    assert last["event"] == "last"


def test_closed_log_pipe_does_not_stop_the_server() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with talking(writing) as process:
        os.close(writing)
        out, _ = process.communicate(END, STARTS_WITHIN_S)
    assert (process.returncode, out) == (0, b"said\n")


def test_missing_standard_error_sends_the_log_nowhere_else() -> None:
    with talking(subprocess.DEVNULL, "sh", "-c", 'exec "$0" "$@" 2>&-') as process:
        out, _ = process.communicate(END, STARTS_WITHIN_S)
    assert (process.returncode, out) == (0, b"said\n")


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def _fill(writing: int) -> None:
    """Write to a pipe until not a byte more fits."""
    flags = fcntl.fcntl(writing, fcntl.F_GETFL)
    fcntl.fcntl(writing, fcntl.F_SETFL, flags | os.O_NONBLOCK)
    for size in (4_096, 1):
        try:
            while True:
                os.write(writing, b"\n" * size)
        except BlockingIOError:
            pass
    fcntl.fcntl(writing, fcntl.F_SETFL, flags)


def test_lines_that_failed_are_counted_and_said_once(pipe: tuple[int, int]) -> None:
    broken, writing = os.pipe()
    os.close(broken)
    stream = AsyncLogWriter(writing, lambda count: f"lost {count}")
    for _ in range(3):
        stream.info("never")
    assert stream.flush(PATIENCE_S)
    os.dup2(pipe[1], writing)
    for word in ("one", "two"):
        stream.info(word)
        assert stream.flush(PATIENCE_S)
    assert os.read(pipe[0], 1_000) == b"one\nlost 3\ntwo\n"
    os.close(writing)


def test_a_pipe_that_does_not_wait_loses_nothing(pipe: tuple[int, int]) -> None:
    """A process that shares standard error may have made it non-blocking."""
    reading, writing = pipe
    os.set_blocking(writing, False)
    stream = AsyncLogWriter(writing, lambda count: f"lost {count}")
    lines = [f"{number:0100}" for number in range(MAX_QUEUED // 2)]
    for line in lines:
        stream.info(line)
    assert not stream.flush(0)  # they do not fit
    read = b""
    while read.count(b"\n") < len(lines):
        assert select.select([reading], [], [], PATIENCE_S)[0]
        read += os.read(reading, 65_536)
    assert read.decode().splitlines() == lines


def test_a_fault_while_a_fault_is_logged_locks_nobody_out() -> None:
    """Garbage is collected at any moment, and what goes wrong then is logged by the thread that logs already."""
    stream = AsyncLogWriter(None, str)
    done = threading.Event()

    def log() -> None:
        with stream._counting:
            for _ in range(2 * MAX_QUEUED):
                stream.info("within")
        done.set()

    threading.Thread(target=log, daemon=True).start()
    assert done.wait(PATIENCE_S)


@pytest.mark.slow
async def test_a_server_whose_log_is_stuck_serves_and_ends(tmp_path: Path, pipe: tuple[int, int]) -> None:
    database = Database(f"sqlite:///{tmp_path}/board.db")
    await asyncio.to_thread(migrate, database)
    await database.close()
    _fill(pipe[1])
    desk = WorkerProcesses(database.url, 1, LOG_LEVEL="DEBUG")
    process = await asyncio.create_subprocess_exec(
        *desk.command, env=desk.environment, stdout=asyncio.subprocess.PIPE, stderr=pipe[1]
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), STARTS_WITHIN_S)
        async with httpx.AsyncClient(base_url=line.decode().split()[-1], timeout=PATIENCE_S) as http:
            for _ in range(20):
                assert (await http.get("/readyz")).status_code == 200
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 15) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
