"""SQLite and power: before an acknowledgement is on the wire, the log is on the disk. Shown by a trace of system calls."""

import asyncio
import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

from board.client import AsyncClient, Board, Frame
from models.event import command_digest
from tests.ops.test_crash_recovery import prepare
from tests.support import strace_log
from tests.support.people import PATIENCE_S, STARTS_WITHIN_S
from tests.support.worker_processes import SERVE

CLIENTS, COMMANDS, IN_FLIGHT = 2, 60, 2
LESS_SURE = """
from models.db import sqlite
configure = sqlite.configure_connection
def less_sure(connection, *reading):
    configure(connection, *reading)
    connection.execute("PRAGMA synchronous = NORMAL")
sqlite.configure_connection = less_sure
"""
FIRST = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}


def no_trace() -> str:
    """Return why system calls can't be traced here; empty if they can."""
    strace = shutil.which("strace")
    if strace is None:
        return "strace is not here: on Debian, apt install strace"
    done = subprocess.run([strace, "-f", "-o", "/dev/null", "true"], check=False, capture_output=True, text=True)
    return f"tracing is not permitted here: {done.stderr.strip()}" if done.returncode else ""


async def traced(folder: Path, first: str = "") -> tuple[list[strace_log.Call], set[str]]:
    """A server works under the eyes of strace, with `first` done before it starts; its calls, and what was acknowledged."""
    if why := no_trace():
        pytest.skip(why)
    token, told = prepare(folder), folder / "trace"
    process = await asyncio.create_subprocess_exec(
        "strace", "-f", "-y", "-xx", "-s", "100000", "-e", "signal=none",
        "-e", f"trace={','.join(strace_log.CALLS)}", "-o", str(told),
        sys.executable, "-c", f"{first}\n{SERVE}", "serve", "--port", "0",
        env=os.environ | {"DATABASE_URL": f"sqlite:///{folder}/board.db", "MAX_MESSAGES_PER_SECOND": "0"}, stdout=subprocess.PIPE,
    )  # fmt: skip
    server = 0
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), STARTS_WITHIN_S)
        server = int(
            Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0]
        )  # strace itself does not end
        url = line.decode().split()[-1]
        acked = await asyncio.gather(*(give(url, token, f"client{number}") for number in range(CLIENTS)))
        os.kill(server, signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 3 * PATIENCE_S)
    finally:
        if process.returncode is None:
            if server:
                os.kill(server, signal.SIGKILL)
            process.kill()
            await process.wait()
    with told.open() as lines:
        return strace_log.parse_calls(lines), set().union(*acked)


async def give(url: str, token: str, name: str) -> set[str]:
    """Commands over a socket, some at a time, while events travel between the acks; those that were acknowledged."""
    async with AsyncClient(url, token) as client, asyncio.timeout(3 * PATIENCE_S):
        opened = await client.command("operations", "search.open", FIRST, id=f"{name}-opens")
        acked, commands = {opened["id"]}, (note(opened["opened"], f"{name}-{number:03}") for number in range(COMMANDS))
        async with contextlib.aclosing(client.follow(Board(opened["opened"]))) as frames:
            async for frame in frames:
                acked |= {frame["id"]} if frame["type"] == "ack" else set()
                if len(acked) > COMMANDS:
                    break
                for command in islice(commands, {"subscribed": IN_FLIGHT, "ack": 1}.get(frame["type"], 0)):
                    await client.send(command)
    return acked


def note(board: str, id: str) -> Frame:
    return {"type": "command", "id": id, "board": board, "name": "note.add", "data": {"text": f"note {id}"}}


def digests_of_alice(folder: Path) -> Callable[[str], str]:
    """Return what of a command's id stands in the database."""
    with contextlib.closing(sqlite3.connect(folder / "board.db")) as database:
        (alice,) = database.execute("SELECT id FROM account WHERE email = 'alice@desk.example'").fetchone()
    return partial(command_digest, alice)


async def test_every_acknowledgement_follows_a_sync_of_the_log(tmp_path: Path) -> None:
    calls, acked = await traced(tmp_path)
    assert len(acked) == CLIENTS * (COMMANDS + 1)
    assert set(strace_log.acknowledged_commands(calls)) == acked
    assert len(list(strace_log.commits(calls))) > COMMANDS / IN_FLIGHT / 2  # waiting commands share a commit
    assert strace_log.acknowledged_before_sync(calls, digests_of_alice(tmp_path)) == []


@pytest.mark.slow
async def test_the_same_check_finds_a_log_that_is_synced_later(tmp_path: Path) -> None:
    calls, acked = await traced(tmp_path, LESS_SURE)
    assert set(strace_log.acknowledged_commands(calls)) == acked
    assert len(strace_log.acknowledged_before_sync(calls, digests_of_alice(tmp_path))) > len(acked) / 2


# -- the check itself, on invented traces -----------------------------------------------------------------------------------

LOG, SOCKET = "/home/board.db-wal", "socket:[7]"
MORE, LAST = bytes(24), bytes(4) + b"\0\0\0\x09" + bytes(16)  # headers of frames; the second ends a commit
WRITE_OF_T1 = [
    ("pwrite64", LOG, MORE),
    ("pwrite64", LOG, b'page {"command":"t1"}'),
    ("pwrite64", LOG, LAST),
    ("pwrite64", LOG, b"page"),
]
SYNC = ("fsync", LOG, b"")
ACK = ("sendto", SOCKET, b'\x81\x1f{"type":"ack","id":"t1","board":"b"}')


def said(*calls: tuple[str, str, bytes]) -> list[str]:
    """The lines of strace for calls that follow each other."""
    return [f"10 {begun(*call)}) = {len(call[2])}" for call in calls]


def begun(name: str, path: str, data: bytes) -> str:
    told = f', "{coded(data)}", {len(data)}' if data else ""
    return f"{name}(5<{coded(path.encode())}>{told}"


def coded(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)


def early(lines: list[str]) -> list[str]:
    calls = strace_log.parse_calls(lines)
    assert list(strace_log.acknowledged_commands(calls)) == ["t1"]
    return strace_log.acknowledged_before_sync(calls)


def test_written_synced_and_sent_is_good() -> None:
    assert early(said(*WRITE_OF_T1, SYNC, ACK)) == []


@pytest.mark.parametrize(
    "calls",
    [
        [*WRITE_OF_T1, ACK],
        [*WRITE_OF_T1, ACK, SYNC],
        [SYNC, *WRITE_OF_T1, ACK],
        [*WRITE_OF_T1[:3], SYNC, *WRITE_OF_T1[3:], ACK],
        [*WRITE_OF_T1, ("fsync", "/home/board.db", b""), ACK],
        [*WRITE_OF_T1[:2], SYNC, ACK],
        [SYNC, ACK],
    ],
    ids=[
        "no sync",
        "sync after",
        "sync before",
        "sync before the last write",
        "another file",
        "no end of the commit",
        "never written",
    ],
)
def test_anything_else_is_found(calls: list[tuple[str, str, bytes]]) -> None:
    assert early(said(*calls)) == ["t1"]


def test_a_sync_that_is_still_under_way_or_failed_does_not_count() -> None:
    under_way = [*said(*WRITE_OF_T1), f"11 {begun(*SYNC)} <unfinished ...>", *said(ACK), "11 <... fsync resumed>) = 0"]
    assert early(under_way) == ["t1"]
    assert early([*under_way[:5], under_way[6], under_way[5]]) == []
    failed = [*said(*WRITE_OF_T1), f"11 {begun(*SYNC)}) = -1 EIO (Input/output error)", *said(ACK)]
    assert early(failed) == ["t1"]
