"""Logs: entries are found by an id, and name nobody, whatever is typed or broken, at the most verbose level."""

import asyncio
import contextlib
import json
import re
import secrets
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from board.accounts import accounts
from board.dev import Postgres
from models.db.database import Database
from models.db.schema import migrate
from models.times import format_utc, now
from tests.ops.test_workers import give, hear
from tests.support import backends
from tests.support.people import PATIENCE_S, new_id
from tests.support.worker_processes import WorkerProcesses, running_workers, wait_until

# Two handlers that fail with typed text in their message: an exception of ours, and one of the database.
BROKEN = """
import dataclasses
from board.commands import registry
def ours(pen, data):
    raise ValueError(f"can't do {data!r}")
def the_database(pen, data):
    pen.session.connection().exec_driver_sql(f"SELECT * FROM nothing WHERE title = '{data.title}'")
registry.TABLE["card.withdraw"] = dataclasses.replace(registry.TABLE["card.withdraw"], handler=ours)
registry.TABLE["task.add"] = dataclasses.replace(registry.TABLE["task.add"], handler=the_database)
"""


class Canaries:
    """Words that occur nowhere else, by what they stand for."""

    def __init__(self) -> None:
        self._by_use: dict[str, str] = {}

    def __getitem__(self, use: str) -> str:
        return self._by_use.setdefault(use, f"canary{secrets.token_hex(6)}")

    def sung(self, text: str) -> set[str]:
        """Return the canary words that a text contains."""
        return {use for use, word in self._by_use.items() if word in text}


@pytest.fixture
def canaries() -> Canaries:
    return Canaries()


def _lines(workers: WorkerProcesses) -> list[dict[str, Any]]:
    """Return the log. Every line is a JSON object."""
    return [json.loads(line) for line in workers.said]


async def _hired(folder: Path, canaries: Canaries, role: str = "coordinator") -> tuple[str, str]:
    """SQLite installation with one account; its database and her token."""
    url = f"sqlite:///{folder}/board.db"
    database = Database(url)
    await asyncio.to_thread(migrate, database)
    email, at = f"{canaries['e-mail']}@desk.example", format_utc(now())
    name, password = canaries["name of an account"], canaries["password"]

    add = accounts.prepare_account(email, name, role, password, at)

    def hire(session: Any) -> str:
        add(session)
        return accounts.add_token(session, "t", "write", email, at)

    token = await asyncio.to_thread(database.write_now, hire)
    await database.close()
    return url, token


async def _work(workers: WorkerProcesses, token: str, canaries: Canaries) -> None:
    """Give commands that succeed, on a search with names on it."""
    alice = await workers.add_person(token)
    await hear(alice, type="hello")
    person = {"first_name": canaries["first name"], "last_name": canaries["last name"], "description": canaries["description"]}
    opened = {"kind": "runaway", "person": person, "missing_since": "2026-11-24T15:10:00Z", "reference": canaries["reference"]}
    board = (await give(alice, "operations", "search.open", opened))["opened"]
    await give(alice, board, "note.add", {"text": canaries["note"]})
    source = {
        "source": {"kind": "named"},
        "source_name": canaries["source's name"],
        "source_contact": canaries["source's contact"],
    }
    added = await give(alice, board, "sighting.add", {"description": canaries["sighting"], **source})
    assert added["type"] == "ack", added
    await give(alice, board, "search.update", {"reference": canaries["new reference"], canaries["unknown field"]: 1})
    await give(alice, board, canaries["unknown command"], {})
    await give(alice, board, "note.add", {"text": canaries["too long"] * 1_000})
    # A failure with typed text in its message is answered with a fixed sentence, without the message.
    failed = await give(alice, board, "card.withdraw", {"card": new_id(), "reason": canaries["reason"]}, "failing-command")
    assert (failed["type"], failed["code"]) == ("refused", "failed")
    broken = await give(alice, board, "task.add", {"title": canaries["title"]})
    assert (broken["type"], broken["code"]) == ("refused", "failed")
    assert not canaries.sung(json.dumps([failed, broken]))
    for frame in ('{"type": "' + canaries["frame"], json.dumps({"type": canaries["type"]}), canaries["binary"].encode()):
        await alice.send(frame)
        await hear(alice, type="error")
    async with httpx.AsyncClient(base_url=workers.url, timeout=PATIENCE_S) as http:  # here they are found
        shown = (await http.get(f"/api/v1/boards/{board}", headers={"Authorization": f"Bearer {token}"})).text
    assert {"first name", "description", "reference", "note", "sighting"} <= canaries.sung(shown)
    await alice.close()


async def _knock(workers: WorkerProcesses, token: str, canaries: Canaries) -> None:
    """Send requests that are refused."""
    own, board = {"Authorization": f"Bearer {token}"}, canaries["board"]
    async with httpx.AsyncClient(base_url=workers.url, timeout=PATIENCE_S) as http:
        wrong = {"email": f"{canaries['wrong e-mail']}@desk.example", "password": canaries["wrong password"]}
        assert (await http.post("/login", data=wrong)).status_code == 401
        email = f"{canaries['e-mail']}@desk.example"
        fits = await http.post("/login", data={"email": email, "password": canaries["password"]}, follow_redirects=False)
        assert fits.status_code == 303
        canaries._by_use["cookie of a session"] = fits.cookies["board_session"]
        await http.get(f"/api/v1/boards/{board}?at={canaries['query']}", headers=own)
        await http.get(f"/searches/{canaries['path']}?q={canaries['query of a page']}")
        await http.post(f"/api/v1/boards/{board}/commands", headers=own, content='{"id": "' + canaries["body"])
        await http.post(f"/api/v1/boards/{board}/commands", headers=own, content=b"\xff" + canaries["bytes"].encode())
        await http.get("/api/v1/me", headers={"Authorization": f"Bearer {canaries['token']}"})
        await http.get("/api/v1/me", headers={"Cookie": f"board_session={canaries['cookie']}"})
        await http.get("/healthz", headers={"X-Request-Id": f"<{canaries['request id']}>", "User-Agent": canaries["browser"]})
    with pytest.raises(WebSocketException):
        await workers.add_person(canaries["token of a socket"])
    with contextlib.suppress(WebSocketException):
        await connect(f"{workers.url.replace('http', 'ws')}/ws?token={canaries['query of a socket']}")
    port = int(workers.url.rpartition(":")[2])
    upgrade = (
        f"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-It: {canaries['bad upgrade']}\r\n\r\n"
    )
    for raw in (f"GET /{canaries['bad request']}\r\n\r\n", f"{canaries['nonsense']}\r\n\r\n", upgrade):
        reading, writing = await asyncio.open_connection("127.0.0.1", port)
        writing.write(raw.encode())
        await asyncio.wait_for(reading.read(100), PATIENCE_S)
        writing.close()


async def test_nothing_that_is_typed_is_ever_logged(tmp_path: Path, canaries: Canaries) -> None:
    database, token = await _hired(tmp_path, canaries)
    canaries._by_use["token that is good"] = token
    lost = f"redis://:{canaries['password of Redis']}@127.0.0.1:1/0"
    secret = canaries["secret"] + canaries["rest of the secret"]
    async with running_workers(database, 1, lost, BROKEN, LOG_LEVEL="DEBUG", SECRET_KEY=secret) as workers:
        await _work(workers, token, canaries)
        await _knock(workers, token, canaries)
        async with httpx.AsyncClient(base_url=workers.url, timeout=PATIENCE_S) as http:
            ready = await http.get("/readyz")
            assert (ready.status_code, ready.json()) == (200, {"database": "ok", "writes": "ok", "bus": "down", "going": False})
        told = await workers.metrics()
        assert not canaries.sung(told)
        assert 'board_commands_total{outcome="failed"} 2.0' in told  # an exception of ours, and one of the database
        assert await workers.end() == 0
        told = {line["event"] for line in _lines(workers) if "127.0.0.1" in json.dumps(line)}  # type: ignore[assignment]
        assert told == {"sign_in.failed"}, "an address"  # type: ignore[comparison-overlap]
        assert not canaries.sung("".join(workers.said))
        # The failure is logged all the same, with the command's id and the place in the code.
        failed = next(line for line in _lines(workers) if line.get("command") == "failing-command" and line["level"] == "error")
        assert failed["error"] == "ValueError"
        assert failed["traceback"][-1].endswith(" ours")
        assert re.fullmatch(r"[0-9a-f]{16}", failed["request"])
        assert {line["pid"] for line in _lines(workers)} == {workers.process.pid}


@pytest.mark.slow
async def test_a_database_that_goes_away_is_logged_without_its_password(postgres: Postgres, canaries: Canaries) -> None:
    with backends.fresh_database(postgres) as url:
        canaries._by_use["password of the database"] = url.split("@")[0].rpartition(":")[2]
        async with running_workers(url, 1, LOG_LEVEL="DEBUG") as workers:
            alice = await workers.add_person(await workers.hire("Alice", "coordinator"))
            postgres.drop(url.rpartition("/")[2])
            note = {"type": "command", "id": "n", "board": "operations", "name": "note.add", "data": {"text": canaries["note"]}}
            await alice.send(json.dumps(note))
            async with httpx.AsyncClient(base_url=workers.url, timeout=PATIENCE_S) as http:
                ready = await http.get("/readyz")
                assert (ready.status_code, ready.json()["database"], ready.json()["bus"]) == (503, "down", "none")
                assert (await http.get("/healthz")).status_code == 200
            await wait_until(lambda: workers.said)
            await alice.close()
            await workers.end()
            assert not canaries.sung("".join(workers.said))
            assert _lines(workers)


@pytest.mark.slow
async def test_request_is_found_by_the_id_in_its_answer(tmp_path: Path, canaries: Canaries) -> None:
    database, token = await _hired(tmp_path, canaries)
    async with running_workers(database, 1, LOG_LEVEL="DEBUG", first=BROKEN) as workers:
        async with httpx.AsyncClient(base_url=workers.url, timeout=PATIENCE_S) as http:
            plain = (await http.get("/healthz")).headers["x-request-id"]
            other = (await http.get("/healthz")).headers["x-request-id"]
            proxys = (await http.get("/healthz", headers={"X-Request-Id": "From_nginx-1"})).headers["x-request-id"]
            long = (await http.get("/healthz", headers={"X-Request-Id": "a" * 65})).headers["x-request-id"]
            missing = (await http.get("/nowhere")).headers["x-request-id"]
            search = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}
            own, call = {"Authorization": f"Bearer {token}"}, "/api/v1/boards/operations/commands"
            body = {"id": "opening", "name": "search.open", "data": search}
            board = (await http.post(call, headers=own, json=body)).json()["opened"]
            body = {"id": "over-http", "name": "card.withdraw", "data": {"card": new_id()}}
            failed = await http.post(f"/api/v1/boards/{board}/commands", headers=own, json=body)
            assert failed.status_code == 500
            assert failed.headers["content-security-policy"]
        assert await workers.end() == 0
        assert re.fullmatch(r"[0-9a-f]{16}", plain)
        assert len({plain, other, long, missing}) == 4
        assert proxys == "From_nginx-1"
        by_id = {line["request"]: line for line in _lines(workers) if line["event"] == "answered"}
        assert (by_id[plain]["status"], by_id[missing]["status"]) == (200, 404)
        of_failed = [line for line in _lines(workers) if line.get("request") == failed.headers["x-request-id"]]
        assert any(line["level"] == "error" and line["command"] == "over-http" for line in of_failed)
