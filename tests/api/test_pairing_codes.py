"""A screen that is new gets a code, however many others ask for some, and shows it for as long as it is good."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import func, select

from board.displays import api, pairing
from board.engine.identity import digest
from board.rate_limit import Limiter
from models.display import Pairing
from models.times import format_utc, now
from tests.api.test_displays import PATH, SHOWN
from tests.support.backends import Backend
from tests.support.people import PATIENCE_S, Server, connect_person, create_token, running_server

CODES = "/api/v1/wall/codes"
HERE, EVIL = "198.51.100.7", "203.0.113.9"
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
async def server(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    folder = tmp_path_factory.mktemp("desk")
    with backend.settled(folder) as settings:
        async with running_server(folder, **settings) as running:
            yield running


@pytest.fixture(autouse=True)
async def _nobody_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.service, "limiter", Limiter())
    await server.service.database.write(lambda database: database.connection().execute(Pairing.__table__.delete()))  # type: ignore[attr-defined]


async def ask(server: Server, address: str, at: datetime, before: str = "") -> str:
    """A code for a screen at this address; the screen's secret."""
    code, secret = pairing.new_code()
    await server.service.database.write(lambda database: pairing.start(database, code, secret, at, address, before))
    return secret


async def waits(server: Server, secret: str, at: datetime) -> bool:
    return await server.service.database.read(lambda database: pairing.state(database, secret, at)) == "waiting"


async def waiting(server: Server) -> int:
    count = select(func.count()).select_from(Pairing)
    return await server.service.database.read(lambda database: int(database.connection().execute(count).scalar_one()))


def screen(server: Server, address: str) -> httpx.AsyncClient:
    headers = {"X-Forwarded-For": address, "Origin": server.url}
    return httpx.AsyncClient(base_url=server.url, headers=headers, timeout=PATIENCE_S)


@pytest.mark.both_backends
async def test_pairing_codes_of_one_network_are_bounded(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "MAX_PENDING_PER_NETWORK", 10)
    at = now()
    real = await ask(server, HERE, at)
    evil = [await ask(server, EVIL, at + number * SECOND) for number in range(25)]
    late = at + 25 * SECOND
    assert await waiting(server) == 11
    assert await waits(server, real, late)
    assert [await waits(server, each, late) for each in evil] == [False] * 15 + [True] * 10, "the oldest go first"


@pytest.mark.both_backends
async def test_a_new_screen_gets_a_code_and_keeps_it_however_many_networks_ask(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "MAX_PENDING_PER_NETWORK", 10)
    monkeypatch.setattr(pairing, "MAX_PENDING", 40)
    at, asked = now(), 0

    async def besiege(networks: int) -> None:
        nonlocal asked
        for number in range(10 * networks):
            asked += 1
            await ask(server, f"203.0.113.{number % networks}", at + asked * SECOND / 10)
            assert await waiting(server) <= 40

    await besiege(10)
    real = await ask(server, HERE, at + asked * SECOND / 10)
    await besiege(10)
    assert await waits(server, real, at + asked * SECOND / 10)
    assert await waits(server, await ask(server, "198.51.100.8", at + asked * SECOND / 10), at + asked * SECOND / 10)


async def test_ipv6_site_is_one_network(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "MAX_PENDING_PER_NETWORK", 10)
    at = now()
    real = await ask(server, "2001:db8:1:1f2::7", at)
    for number in range(30):
        await ask(server, f"2001:db8:1:{number:x}::{number:x}", at + number * SECOND)
    assert await waiting(server) == 11
    assert await waits(server, real, at + 30 * SECOND)


@pytest.mark.both_backends
async def test_screen_that_asks_again_has_one_code(server: Server) -> None:
    at = now()
    first = await ask(server, HERE, at)
    second = await ask(server, HERE, at + SECOND, before=first)
    assert await waiting(server) == 1
    assert not await waits(server, first, at + SECOND)
    assert await waits(server, second, at + SECOND)
    async with screen(server, HERE) as http:
        for _ in range(3):
            assert (await http.post(CODES)).status_code == 200
        assert (await http.get(f"{CODES}/mine")).json() == {"state": "waiting"}
    assert await waiting(server) == 2


async def test_asking_is_limited_by_network_and_says_for_how_long(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = api.CODE_REQUESTS.limit
    async with screen(server, "2001:db8::1") as evil, screen(server, "2001:db8:0:1::1") as real:
        answers = []
        for number in range(limit + 5):
            evil.cookies.clear()
            evil.headers["X-Forwarded-For"] = f"2001:db8::{number + 1:x}"
            answers.append(await evil.post(CODES))
        assert [each.status_code for each in answers] == [200] * limit + [429] * 5
        assert 1 <= int(answers[-1].headers["Retry-After"]) == answers[-1].json()["retry_after_s"] <= 60
        assert answers[0].headers["RateLimit-Policy"] == f'"codes";q={limit};w=60'
        assert (await real.post(CODES)).status_code == 200


async def test_right_codes_do_not_count_and_wrong_ones_say_how_long_to_wait(server: Server) -> None:
    alice = await connect_person(server, await create_token(server.service, "Alice", "coordinator"))
    data: dict[str, Any] = {"name": "Room"} | SHOWN
    for _ in range(api.WRONG_CODES.limit + 2):
        async with screen(server, HERE) as http:
            code = (await http.post(CODES)).json()["code"]
            assert (await alice.http.post(PATH, json=data | {"code": code})).status_code == 201
    answers = [await alice.http.post(PATH, json=data | {"code": "7F3K-9QXD"}) for _ in range(api.WRONG_CODES.limit + 1)]
    assert [each.status_code for each in answers] == [404] * api.WRONG_CODES.limit + [429]
    said = answers[-1].json()
    assert said["fields"]["code"] == said["message"]
    assert re.fullmatch(r"Too many wrong codes\. Try again in (60|[1-5]?\d) seconds\.", said["message"])
    assert answers[-1].headers["Retry-After"] == str(said["retry_after_s"])
    await alice.close()


async def test_codes_that_wait_from_before_the_update_go_on(tmp_path: Path, server: Server) -> None:
    """Codes of an earlier version have no network: they share one, which is nobody's."""
    at, (code, secret) = now(), pairing.new_code()
    old = Pairing(code=digest(code.replace("-", "")), screen=digest(secret), made_at=format_utc(at))
    await server.service.database.write(lambda database: database.add(old))
    assert await waits(server, secret, at + SECOND)
