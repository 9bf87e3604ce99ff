"""A disk that is full is told: by /readyz, in the log, in the numbers, and to whoever wanted to write; then all goes on."""

import asyncio
import json
import resource
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from board.telemetry.metrics import commands
from models.db import sqlite
from models.db.database import Database
from models.db.errors import DatabaseUnavailable
from models.db.schema import migrate
from models.db.write_health import WriteHealth, error_code  # type: ignore[attr-defined]
from tests.ops.test_command_line import Shell
from tests.support.people import PATIENCE_S, STARTS_WITHIN_S, Server

SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T17:00:00Z"}


class Served:
    """Running `board serve` on a disk of its own."""

    def __init__(self, process: asyncio.subprocess.Process, http: httpx.AsyncClient) -> None:
        self.process, self.http, self.lines = process, http, list[str]()
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.lines.append(line.decode())

    def fill_the_disk(self) -> None:
        """Make every further write to a file fail, by a resource limit, as a full disk would need an administrator."""
        self._limit(0)

    def make_room(self) -> None:
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, bytes: int) -> None:
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (bytes, resource.RLIM_INFINITY))

    async def give(self, id: str) -> httpx.Response:
        told = {"id": id, "name": "search.open", "data": SEARCH}
        return await self.http.post("/api/v1/boards/operations/commands", json=told)

    async def ready(self) -> tuple[int, str]:
        answer = await self.http.get("/readyz")
        return answer.status_code, answer.json()["writes"]

    async def until_ready(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while await self.ready() != (200, "ok"):
                await asyncio.sleep(0.05)

    async def told(self, sample: str) -> float:
        lines = (await self.http.get("/metrics")).text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(sample))

    def said(self, event: str) -> list[dict[str, Any]]:
        return [line for line in map(json.loads, self.lines) if line["event"] == event]


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    shell = Shell({"DATABASE_URL": f"sqlite:///{tmp_path}/board.db"})
    add = ("account", "add", "alice@desk.example", "--name", "Alice", "--role", "coordinator", "--password-stdin")
    await shell.works(*add, given="correct horse 1\n")
    token = (await shell.works("token", "add", "t", "--scope", "write", "--account", "alice@desk.example")).strip()
    process = await shell.start("serve", "--port", "0")
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), STARTS_WITHIN_S)).decode()
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=line.split()[-1], headers=headers, timeout=PATIENCE_S) as http:
        served = Served(process, http)
        yield served
    if process.returncode is None:
        process.terminate()
    await process.wait()
    await served.reading


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
async def test_full_disk_is_reported_until_there_is_room_again(served: Served) -> None:
    assert (await served.give("one")).status_code == 200
    assert await served.ready() == (200, "ok")

    served.fill_the_disk()
    attempts, said = 0, None
    while said != ((503, "down"), 0):  # else a probe found room between these calls, in what the files had already
        attempts += 1
        assert attempts < 20
        refused = await served.give("two")
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        said = await served.ready(), await served.told("board_writes_up")
    assert (await served.http.get("/healthz")).status_code == 200  # it runs
    unrecorded = await served.http.get("/api/v1/boards/operations")  # a read that cannot be recorded (SERVE_UNRECORDED_READS)
    assert (unrecorded.status_code, unrecorded.json()["code"]) == (503, "unavailable")
    assert await served.told('board_commands_total{outcome="failed"}') == attempts
    assert await served.told('board_commands_total{outcome="unavailable"}') == 0
    fault = served.said("write failed")[-1]  # logged once until writes work, with the database's own code
    assert fault["code"].startswith(("SQLITE_IOERR", "SQLITE_FULL"))

    served.make_room()
    await served.until_ready()
    assert (await served.give("two")).status_code == 200
    assert await served.told("board_writes_up") == 1
    assert len(served.said("writes recovered")) >= len(served.said("write failed")) > 0  # a fault is logged once a minute
    boards = (await served.http.get("/api/v1/boards")).json()["boards"]
    assert len(boards) == 3  # operations, and what was accepted: each once


async def test_overload_is_not_counted_as_a_failed_write(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """An overload is refused by the same code, and is no fault of the disk."""
    from board.client import Refusal
    from tests.support.people import connect_person, create_token

    alice = await connect_person(server, await create_token(server.service, "Alice", "coordinator"))
    before = commands.labels("failed")._value.get()

    def full(*_: object, **__: object) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr(server.service.database, "write", full)
    with pytest.raises(Refusal, match="unavailable"):
        await alice.command("operations", "search.open", SEARCH)
    assert commands.labels("failed")._value.get() == before
    assert server.service.database.health.error_code is None
    monkeypatch.undo()
    await alice.close()


async def test_writes_are_not_reported_ready_while_the_disk_is_nearly_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small one fits into what the file has already."""
    database = Database(f"sqlite:///{tmp_path}/board.db")
    migrate(database)
    database.health.record_failure(OSError())
    with monkeypatch.context() as patch:
        patch.setattr(sqlite, "MIN_FREE_BYTES", 2**80)
        await database.probe()
        assert database.health.error_code == "OSError"
    await database.probe()
    assert database.health.error_code is None
    await database.close()


def test_database_fault_is_reported_once_with_its_code(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/board.db")
    said: list[str | None] = []
    health = WriteHealth()
    health.on_change = said.append
    for error in (OperationalError("SELECT 'Noor'", {}, psycopg.errors.DiskFull("of Noor")), OSError("of Noor")):
        health.record_failure(error)
    health.record_success()
    health.record_success()
    assert said == ["53100", None]
    with pytest.raises(DatabaseUnavailable):
        database.write_now(lambda session: session.connection().exec_driver_sql("SELECT * FROM nothing"))
    assert database.health.error_code is None  # this is not a fault of the disk
    assert error_code(ValueError("of Noor")) == "ValueError"
