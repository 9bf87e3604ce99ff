"""Reads of many rows: two of one account at a time, each with an end; and nobody's sign-in, command or heads wait behind them."""

import asyncio
import itertools
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session

from board.accounts import accounts, live_changes
from board.engine import snapshot
from board.queues.bounds import RUNNING_PER_ACCOUNT, WAITING_PER_ACCOUNT
from models.accounts import Account
from models.board import OPERATIONS
from models.db import database, read_pacing
from models.db.database import ReadTimeout
from models.db.read_pacing import paced, yield_to_others
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.full_queue import full_queue
from tests.support.people import PASSWORD, PATIENCE_S, Person
from tests.support.team import Team
from tests.support.worker_processes import wait_until

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n")
HEAVY = [
    "/api/v1/boards/{board}", "/api/v1/boards/{board}?at=3", "/api/v1/boards/{board}/events", "/api/v1/boards/{board}/chain",
    "/api/v1/boards/{board}/cards.csv", "/api/v1/boards/{board}/cards.json", "/api/v1/boards/{board}/journal.csv",
    "/api/v1/boards/{board}/journal.json", "/api/v1/boards/{board}/timeline", "/api/v1/boards/{board}/places.geojson",
    "/api/v1/boards/{board}/places.gpx", "/api/v1/boards/{board}/places.kml",
    "/api/v1/find?q=anything", "/api/v1/since", "/api/v1/since?board={board}",
    "/api/v1/handover", "/api/v1/handovers", "/api/v1/intake/searches?q=noor",
    "/api/v1/boards/{board}/look-again", "/searches/{board}/history.md", "/handover.md",
]  # fmt: skip
LIGHT = ["/api/v1/me", "/api/v1/accounts", "/api/v1/boards", "/api/v1/seen", "/api/v1/boards/{board}/events?limit=50"]


async def asks(person: Person, path: str, **how: Any) -> httpx.Response:
    return await person.http.request(how.pop("method", "GET"), path, **how)


async def _email(person: Person) -> str:
    id = person.account["id"]
    return await person.server.service.database.read(lambda session: session.get_one(Account, id).email)


@asynccontextmanager
async def busy(team: Team, person: Person) -> AsyncIterator[None]:
    """All turns of somebody are taken, and nobody more of them may wait."""
    async with full_queue(team.server.service.queues.answers, person.account["id"]):
        yield


@contextmanager
def stopped(monkeypatch: pytest.MonkeyPatch, account: str) -> Iterator[Callable[[], int]]:
    """Snapshots for an account are read for as long as this lasts; how many of them are being read."""
    go_on, reading, really = threading.Event(), set[int](), snapshot.entities

    def entities(session: Session, board: Any, who: str) -> list[bytes]:
        if who == account:
            reading.add(threading.get_ident())
            go_on.wait(PATIENCE_S)
            reading.discard(threading.get_ident())
        return really(session, board, who)

    monkeypatch.setattr(snapshot, "entities", entities)
    try:
        yield lambda: len(reading)
    finally:
        go_on.set()


# -- turns ----------------------------------------------------------------------------------------------------------------


async def test_two_heavy_reads_of_one_account_run_and_others_are_served(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search = await team.alice.open_search()
    victor, service = team.victor, team.server.service
    id, path = victor.account["id"], f"/api/v1/boards/{search}"
    with stopped(monkeypatch, id) as reading:
        waiting = [asyncio.create_task(asks(victor, path)) for _ in range(RUNNING_PER_ACCOUNT + WAITING_PER_ACCOUNT)]
        await wait_until(
            lambda: (
                service.queues.answers.count(id) == RUNNING_PER_ACCOUNT + WAITING_PER_ACCOUNT and reading() == RUNNING_PER_ACCOUNT
            )
        )
        one_too_many = await asks(victor, path)
        assert (one_too_many.status_code, one_too_many.json()["code"]) == (429, "rate_limited")
        assert int(one_too_many.headers["Retry-After"]) > 0
        assert (await asks(team.bob, path)).status_code == 200
        command = {"id": "beside", "name": "note.add", "data": {"text": "meanwhile"}}
        assert (await asks(team.alice, f"{path}/commands", method="POST", json=command)).status_code == 200
        assert reading() == RUNNING_PER_ACCOUNT
        assert not any(each.done() for each in waiting)
    assert {(await each).status_code for each in waiting} == {200}
    assert service.queues.answers.count(id) == 0
    assert (await asks(victor, path)).status_code == 200


@pytest.mark.parametrize("path", HEAVY)
async def test_reads_of_many_rows_wait_for_a_slot(team: Team, path: str) -> None:
    address = path.format(board=await team.alice.open_search())
    async with busy(team, team.bob):
        refused = await asks(team.bob, address)
        assert (refused.status_code, int(refused.headers["Retry-After"]) >= 1) == (429, True)
    assert (await asks(team.bob, address)).status_code == 200
    assert team.server.service.queues.answers.count(team.bob.account["id"]) == 0


async def test_read_positions_and_suggestions_wait_for_a_slot(team: Team) -> None:
    search = await team.alice.open_search()
    for path, body in ((f"/api/v1/boards/{search}/similar", {"text": "a girl"}), ("/api/v1/seen", {"marks": []})):
        async with busy(team, team.bob):
            assert (await asks(team.bob, path, method="POST", json=body)).status_code == 429
        assert (await asks(team.bob, path, method="POST", json=body)).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/audit", "/api/v1/audit.csv", "/api/v1/boards/audit/chain"])
async def test_reads_of_the_audit_journal_wait_for_a_slot(team: Team, path: str) -> None:
    async with busy(team, team.ada):
        assert (await asks(team.ada, path)).status_code == 429
    assert (await asks(team.ada, path)).status_code == 200
    assert (await asks(team.bob, path)).status_code == 404


@pytest.mark.parametrize("path", LIGHT)
async def test_reads_of_few_rows_need_no_slot(team: Team, path: str) -> None:
    address = path.format(board=await team.alice.open_search())
    async with busy(team, team.bob):
        assert (await asks(team.bob, address)).status_code == 200


async def test_read_that_waits_too_long_is_told_to_retry(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    answers, bob = team.server.service.queues.answers, team.bob.account["id"]
    monkeypatch.setattr(answers._turns, "bounds", replace(answers.bounds, longest_wait_s=0.05))
    async with answers.turn(bob), answers.turn(bob):
        answer = await asks(team.bob, "/api/v1/since")
        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert answers.count(bob) == 0


async def test_rights_are_checked_again_when_a_waiting_read_begins(team: Team) -> None:
    zoe, service = await team.add_person("Zoe", "viewer"), team.server.service
    id = zoe.account["id"]
    async with service.queues.answers.turn(id), service.queues.answers.turn(id):
        waiting = [asyncio.create_task(asks(zoe, path)) for path in ("/api/v1/since", "/api/v1/find?q=anything")]
        await wait_until(lambda: service.queues.answers.count(id) == RUNNING_PER_ACCOUNT + len(waiting))
        email = await _email(zoe)
        await live_changes.apply_change(service, lambda session: accounts.set_enabled(session, email, False))
    assert {(await each).status_code for each in waiting} == {401}


async def test_refused_or_failed_read_frees_its_slot(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    bob = team.bob
    assert (await asks(bob, "/api/v1/boards/none")).status_code == 404

    def fails(*_: Any) -> list[bytes]:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(snapshot, "entities", fails)
    assert (await asks(bob, f"/api/v1/boards/{OPERATIONS}")).status_code == 500
    assert team.server.service.queues.answers.count(bob.account["id"]) == 0


# -- the answer -----------------------------------------------------------------------------------------------------------


PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture
def long_board(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """A snapshot of more than kernels hold."""
    entities = [b'{"text":"%s"}' % (b"x" * 50_000)] * 400
    monkeypatch.setattr(snapshot, "entities", lambda *_: entities)
    return entities


async def test_a_long_answer_comes_whole(team: Team, long_board: list[bytes]) -> None:
    answer = await asks(team.bob, f"/api/v1/boards/{OPERATIONS}", headers=PLAIN)
    assert answer.content.endswith(b'"entities":[' + b",".join(long_board) + b"]}")
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    head = await asks(team.bob, f"/api/v1/boards/{OPERATIONS}", headers=PLAIN, method="HEAD")
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(answer.content)))
    assert head.content == b""


async def test_unread_answer_keeps_its_slot_until_the_client_leaves(team: Team, long_board: list[bytes]) -> None:
    server, victor = team.server, team.victor
    id, port = victor.account["id"], int(server.url.rpartition(":")[2])
    request = f"GET /api/v1/boards/{OPERATIONS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {victor.token}\r\n\r\n".encode()
    lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(2 * RUNNING_PER_ACCOUNT)]
    for line in lines:
        line.sendall(request)
    await wait_until(lambda: server.service.queues.answers.count(id) == len(lines))
    written = [each.transport.get_write_buffer_size() for each in server.uvicorn.server_state.connections]
    assert max(written) < len(b"".join(long_board)) / 4, "what is not read waits once, in a few parts"
    assert (await asks(team.bob, "/api/v1/since")).status_code == 200
    for line in lines:
        line.close()
    await wait_until(lambda: server.service.queues.answers.count(id) == 0)


# -- threads of their own -------------------------------------------------------------------------------------------------


async def test_sign_in_rights_and_heads_do_not_wait_behind_heavy_reads(team: Team) -> None:
    service, search = team.server.service, await team.alice.open_search()
    go_on = threading.Event()
    reading = [
        asyncio.create_task(service.database.read_heavy(lambda session: go_on.wait(PATIENCE_S)))
        for _ in range(2 * service.database.backend.heavy_read_threads)
    ]
    try:
        backend = service.database.backend
        await wait_until(lambda: backend.read_engine.pool.checkedout() >= backend.heavy_read_threads)  # type: ignore[attr-defined]
        email = await _email(team.alice)
        async with httpx.AsyncClient(base_url=team.server.url, timeout=PATIENCE_S) as http:
            assert (await http.post("/login", data={"email": email, "password": PASSWORD})).status_code == 303
            assert (await http.get("/readyz")).status_code == 200
        assert (await asks(team.alice, "/api/v1/me")).status_code == 200
        assert (await asks(team.alice, f"/searches/{search}")).status_code == 200
        at, heads = await service.source.heads([search])
        assert at
        assert search in heads
        await service.rights_changed()
        assert not any(each.done() for each in reading)
    finally:
        go_on.set()
        await asyncio.gather(*reading)


# -- deadline -------------------------------------------------------------------------------------------------------------


async def test_a_statement_is_stopped_at_the_deadline(team: Team) -> None:
    with pytest.raises(ReadTimeout):
        await team.server.service.database.read_heavy(lambda session: session.execute(ENDLESS), 0.05)
    assert (await asks(team.bob, "/api/v1/since")).status_code == 200


async def test_a_loop_is_stopped_at_the_deadline(team: Team) -> None:
    with pytest.raises(ReadTimeout):
        await team.server.service.database.read_heavy(lambda session: sum(paced(itertools.repeat(1))), 0.05)


@pytest.mark.parametrize("way", ["a statement", "a loop"])
async def test_a_call_that_takes_too_long_is_answered(team: Team, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "HEAVY_READ_LIMIT_S", 0.05)
    search = await team.alice.open_search()

    def endless(session: Session, *_: Any) -> Any:
        return session.execute(ENDLESS) if way == "a statement" else sum(paced(itertools.repeat(1)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot, "entities", endless)
        answer = await asks(team.bob, f"/api/v1/boards/{search}", headers={"Accept-Language": "fr"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.json()["message"] == "La lecture prend trop de temps en ce moment. Réessayez dans un instant."
    assert answer.headers["Retry-After"]
    monkeypatch.setattr(database, "HEAVY_READ_LIMIT_S", PATIENCE_S)
    assert (await asks(team.bob, f"/api/v1/boards/{search}")).status_code == 200


async def test_abandoned_read_is_stopped(team: Team) -> None:
    begun, ended = threading.Event(), threading.Event()

    def endless(session: Session) -> None:
        begun.set()
        try:
            for _ in paced(itertools.repeat(1)):
                pass
        finally:
            ended.set()

    reading = asyncio.create_task(team.server.service.database.read_heavy(endless, 10 * PATIENCE_S))
    await wait_until(begun.is_set)
    reading.cancel()
    await wait_until(ended.is_set)
    with pytest.raises(asyncio.CancelledError):
        await reading


# -- the pace -------------------------------------------------------------------------------------------------------------


class Machine:
    """Clock on which each look takes a second, and an offer of the interpreter as long as other threads have it."""

    def __init__(self, taken_s: float = 0.0) -> None:
        self.taken_s = taken_s
        self.now = 0.0
        self.slept = list[float]()

    def monotonic(self) -> float:
        self.now += 1.0
        return self.now

    def sleep(self, seconds: float) -> None:
        """Sleep; an offer ends at the next look at the clock, unless somebody took it."""
        self.slept.append(seconds)
        if seconds == read_pacing.GIL_OFFER_S:
            self.now += seconds + self.taken_s - 1.0


def test_a_heavy_read_rests_as_it_works_where_others_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(taken_s=2 * read_pacing.TAKEN_S)
    monkeypatch.setattr(read_pacing, "time", machine)
    assert sum(paced([1] * 1_000)) == 1_000
    assert machine.slept == []
    with read_pacing.Pace(10**9).activate():
        assert sum(paced([1] * 1_000, every=50)) == 1_000
        assert machine.slept == [read_pacing.GIL_OFFER_S, read_pacing.MAX_REST_S] * 20
    yield_to_others()
    assert len(machine.slept) == 40


def test_a_heavy_read_goes_on_at_once_where_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()
    monkeypatch.setattr(read_pacing, "time", machine)
    with read_pacing.Pace(10**9).activate():
        assert sum(paced([1] * 1_000, every=50)) == 1_000
    assert machine.slept == [read_pacing.GIL_OFFER_S] * 20


def test_another_thread_has_its_share_beside_a_heavy_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real interpreter and clock: the read finds out that another thread wants to work, and rests."""
    ended, slept = threading.Event(), list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(seconds)

    def work() -> None:
        while not ended.is_set():
            sum(range(1_000))

    monkeypatch.setattr(read_pacing, "time", SimpleNamespace(monotonic=time.monotonic, sleep=sleep))
    other = threading.Thread(target=work, daemon=True)
    other.start()
    try:
        with read_pacing.Pace(PATIENCE_S).activate():
            for _ in paced(itertools.count()):
                if any(seconds > read_pacing.TAKEN_S for seconds in slept):
                    break
    finally:
        ended.set()
        other.join(PATIENCE_S)
    assert slept[0] == read_pacing.GIL_OFFER_S


@pytest.mark.parametrize("path", HEAVY)
async def test_each_read_of_many_rows_is_held_to_a_pace(team: Team, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, keep = list[str](), read_pacing.Pace.activate

    def kept_in(self: read_pacing.Pace) -> Any:
        kept.append(threading.current_thread().name)
        return keep(self)

    monkeypatch.setattr(read_pacing.Pace, "activate", kept_in)
    assert (await asks(team.bob, path.format(board=await team.alice.open_search()))).status_code == 200
    assert kept
    assert all(name.startswith("read heavy") for name in kept)


@pytest.mark.sample(every=3)
@pytest.mark.parametrize("path", ["", "?at=2099-01-01T00:00:00Z", "/journal.json", "/journal.csv", "/cards.json", "/chain"])
async def test_the_longer_a_read_is_the_more_often_it_gives_way(team: Team, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    search, steps = await team.alice.open_search(), list[int]()
    monkeypatch.setattr(read_pacing.Pace, "yield_if_due", lambda self: steps.append(1))

    async def given_way(cards: int) -> int:
        for number in range(cards):
            await team.alice.command(search, "sighting.add", {"description": f"seen {number}"})
        team.server.service.verified_chains.cached.clear()
        steps.clear()
        assert (await asks(team.bob, f"/api/v1/boards/{search}{path}")).status_code == 200
        return len(steps)

    few = await given_way(60)
    assert await given_way(240) > few
