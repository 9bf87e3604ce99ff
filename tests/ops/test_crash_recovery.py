"""A server that is killed in the middle of a storm has kept all that it acknowledged, and nothing twice."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import aclosing
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from board import client as client_module
from board import config
from board.accounts import accounts
from board.client import AsyncClient, Frame
from board.engine import hash_chain
from board.engine.event import stored_event
from models.board import Board
from models.db.database import Database
from models.db.schema import migrate
from models.times import format_utc, now
from tests.support.journal_sql import BOARD, COLUMNS
from tests.support.people import PASSWORD, PATIENCE_S, STARTS_WITHIN_S, new_id

SHARES = Path(config.__file__).with_name("data") / "shares.toml"
WRITERS = 4
IN_FLIGHT = 6  # unanswered commands of a writer
MAX_ACKS = 150  # before a kill, counted and not timed, so that fifty kills on a quick machine do not fill a board of 10,000 cards


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Come back soon, however long a killed server takes to start."""
    monkeypatch.setattr(client_module, "MAX_PAUSE_S", 1.0)


class Process:
    """A server in a process of its own, always on the same port once it has one."""

    def __init__(self, folder: Path) -> None:
        files = folder / "files"
        files.mkdir(exist_ok=True)
        (files / "shares.toml").write_text(SHARES.read_text().replace("token = 4_000", "token = 9_000"))
        self.environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder}/board.db", "FILES_PATH": str(files), "MAX_MESSAGES_PER_SECOND": "0"
        }  # fmt: skip
        self.url = ""

    async def start(self) -> None:
        command = [sys.executable, "-m", "board", "serve", "--port", self.url.rpartition(":")[2] or "0"]
        self.process = await asyncio.create_subprocess_exec(*command, env=self.environment, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        try:
            line = await asyncio.wait_for(self.process.stdout.readline(), STARTS_WITHIN_S)
        except TimeoutError:
            await self.end(signal.SIGKILL)
            raise
        assert line.startswith(b"listening on "), line
        self.url = line.decode().split()[-1]

    async def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        await asyncio.wait_for(self.process.wait(), 3 * PATIENCE_S)


class Writer:
    """Writer that sends commands by HTTP as fast as they are answered, over lost connections too."""

    def __init__(self, process: Process, token: str, board: str) -> None:
        self.process, self.token, self.board = process, token, board
        self.acked: dict[str, list[int]] = {}
        self.stopping = False

    async def write(self) -> None:
        async with AsyncClient(self.process.url, self.token) as client:
            await asyncio.gather(*(self._write(client) for _ in range(IN_FLIGHT)))

    async def _write(self, client: AsyncClient) -> None:
        while not self.stopping:
            id = new_id()
            ack = await client.command(self.board, "sighting.add", {"description": f"sighting {id}"}, id=id)
            self.acked[id] = ack["seqs"]


class SocketWriter(Writer):
    """Writer that sends commands over a socket, as browsers do, and those without an answer again after each reconnect."""

    async def write(self) -> None:
        waiting: dict[str, Frame] = {}
        async with AsyncClient(self.process.url, self.token) as client, aclosing(client.follow()) as frames:
            async for frame in frames:
                if frame["type"] == "ack":
                    waiting.pop(frame["id"], None)
                    self.acked[frame["id"]] = frame["seqs"]
                elif frame["type"] == "refused":
                    assert frame["code"] == "unavailable", frame
                    await client.send(waiting[frame["id"]])
                elif frame["type"] == "hello":
                    for command in waiting.values():
                        await client.send(command)
                while len(waiting) < IN_FLIGHT and not self.stopping:
                    id = new_id()
                    data = {"description": f"sighting {id}"}
                    waiting[id] = {"type": "command", "id": id, "board": self.board, "name": "sighting.add", "data": data}
                    await client.send(waiting[id])
                if self.stopping and not waiting:
                    break


def prepare(folder: Path) -> str:
    """A database with Alice in it; her token."""
    database = Database(f"sqlite:///{folder}/board.db")
    migrate(database)
    at = format_utc(now())
    database.write_now(accounts.prepare_account("alice@desk.example", "Alice", "coordinator", PASSWORD, at))
    return database.write_now(lambda session: accounts.add_token(session, "storm", "write", "alice@desk.example", at))


async def open_search(process: Process, token: str) -> str:
    person = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}
    async with AsyncClient(process.url, token) as client:
        return str((await client.command("operations", "search.open", person))["opened"])


def check(folder: Path, board_id: str, writers: list[Writer]) -> int:
    """Every ack stands in the journal where it said, every command once, the chain holds. Gives the head."""
    database = Database(f"sqlite:///{folder}/board.db")

    def read(session: Any) -> int:
        board = session.exec(select(Board).where(Board.id == board_id)).one()
        assert hash_chain.verify(session, board) is None
        every = session.connection().execute(text(f"SELECT {COLUMNS} FROM event e WHERE e.board = {BOARD}"), {"board": board_id})
        command_of = {event.seq: event.payload()["command"] for event in (stored_event(board_id, row) for row in every)}
        for writer in writers:
            for id, seqs in writer.acked.items():
                assert [command_of.get(seq) for seq in seqs] == [id]
        adds = Counter(command for command in command_of.values() if command_of)
        opened = command_of[1]
        assert {id: count for id, count in adds.items() if count != 1 and id != opened} == {}
        return int(board.seq)

    return database.read_now(read)


async def _storm(folder: Path, kills: int, seed: int) -> int:
    random = Random(seed)
    token = prepare(folder)
    process = Process(folder)
    await process.start()
    board = await open_search(process, token)
    writers = [writer(process, token, board) for writer in (Writer, SocketWriter) for _ in range(WRITERS // 2)]
    working = [asyncio.create_task(writer.write()) for writer in writers]
    for _ in range(kills):
        enough = sum(len(writer.acked) for writer in writers) + random.randint(10, MAX_ACKS)
        while sum(len(writer.acked) for writer in writers) < enough:
            await asyncio.sleep(random.uniform(0.001, 0.02))
            assert not any(task.done() for task in working)
        await process.end(signal.SIGKILL)
        check(folder, board, writers)
        await process.start()
    for writer in writers:
        writer.stopping = True
    await asyncio.wait_for(asyncio.gather(*working), 3 * PATIENCE_S)
    await process.end(signal.SIGTERM)
    assert all(writer.acked for writer in writers)
    return check(folder, board, writers)


@pytest.mark.slow
async def test_acknowledged_commands_survive_five_kills(tmp_path: Path) -> None:
    assert await _storm(tmp_path, 5, seed=1) > 50


@pytest.mark.slow
async def test_acknowledged_commands_survive_fifty_kills(tmp_path: Path) -> None:
    assert await _storm(tmp_path, 50, seed=2) > 500
