"""Guessing a password is slow, from wherever; and whoever guesses keeps nobody out who has signed in before.

Clients come from other addresses by what a trusted proxy says of them: this machine is one.
"""

import asyncio
import contextlib
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlmodel import select
from structlog.testing import capture_logs

from board.accounts import accounts, devices, earlier_networks, live_changes, login, throttle
from board.accounts.devices import COOKIE, MAX_ACCOUNTS
from board.accounts.login import Login
from board.dev import Postgres, Redis
from board.errors import Refused
from board.rate_limit import Limiter, Rule, client_address, shared
from models.accounts import Account, LoginNetwork
from models.db.database import DatabaseUnavailable
from models.times import now
from tests.support.backends import POSTGRESQL, Backend
from tests.support.people import PASSWORD, PATIENCE_S, Server, new_id, running_server
from tests.support.worker_processes import wait_until

NEW = "quite another horse"
HERE, ELSEWHERE, EVIL = "198.51.100.7", "198.51.100.8", "203.0.113.9"


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Server shared by all of these tests."""
    async with running_server(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture(autouse=True)
def _counted_nobody(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.service, "limiter", Limiter())
    monkeypatch.setattr(client_address, "_warned_of_proxy", False)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the password check by a quick one that accepts one password."""
    monkeypatch.setattr(login, "_verify", lambda hashed, password: password == PASSWORD)


async def account(server: Server, name: str = "Eva") -> str:
    """A new account's address."""
    email = f"{name.lower()}-{new_id()}@desk.example"
    await live_changes.add_account(server.service, email, name, "investigator", PASSWORD)
    return email


def browser(server: Server, address: str = HERE, **more: Any) -> httpx.AsyncClient:
    """A browser at this address, with the cookies that it is given."""
    headers = {"X-Forwarded-For": address, "Origin": server.url} | more.pop("headers", {})
    return httpx.AsyncClient(base_url=server.url, headers=headers, timeout=PATIENCE_S, **more)


async def sign_in(http: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await http.post("/login", data={"email": email, "password": password})


async def tries(server: Server, address: str, email: str, count: int, **more: Any) -> list[int]:
    """Wrong ones of one address, one after the other: how each was answered."""
    async with browser(server, address, **more) as http:
        return [(await sign_in(http, email, f"wrong {number}")).status_code for number in range(count)]


# -- strangers ------------------------------------------------------------------------------------------------------------


async def test_wrong_tries_lock_out_who_makes_them_and_nobody_else(server: Server) -> None:
    email, other = await account(server), await account(server)
    assert await tries(server, EVIL, email, 130) == [401] * 10 + [429] * 120
    async with browser(server, EVIL) as http:
        assert (await sign_in(http, email)).status_code == 429, "not even the right one"
        assert (await sign_in(http, other)).status_code == 303
    async with browser(server) as http:
        assert (await sign_in(http, email)).status_code == 303


async def test_it_is_said_for_how_long(server: Server) -> None:
    email = await account(server)
    assert await tries(server, EVIL, email, 10) == [401] * 10
    for language, sentence in (
        ("en", "Too many attempts. Try again in 5 minutes."),
        ("fr", "Trop de tentatives. Réessayez dans 5 minutes."),
    ):
        async with browser(server, EVIL, headers={"Accept-Language": language}) as http:
            answer = await sign_in(http, email)
        assert answer.status_code == 429
        assert sentence in answer.text
        assert 290 <= int(answer.headers["Retry-After"]) <= 300
        assert "RateLimit" not in answer.headers, "how often others tried at an account is nobody's business"
        assert email in answer.text


async def test_a_thousand_tries_at_once_are_a_thousand_tries(server: Server) -> None:
    email = await account(server)
    async with browser(server, EVIL) as http:
        answers = await asyncio.gather(*(sign_in(http, email, f"wrong {number}") for number in range(20)))
    assert sorted(each.status_code for each in answers) == [401] * 10 + [429] * 10


async def test_good_sign_ins_do_not_count(server: Server) -> None:
    """A desk has one address, and all of its people come in the morning."""
    email, other = await account(server), await account(server)
    async with browser(server, EVIL) as http:
        for _ in range(120):
            http.cookies.clear()
            assert (await sign_in(http, email)).status_code == 303
        http.cookies.clear()
        answers = [(await sign_in(http, other, f"wrong {number}")).status_code for number in range(11)]
        assert answers == [401] * 10 + [429]


async def test_good_sign_ins_are_no_way_to_keep_a_server_busy(
    server: Server, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person who knows a password has only as many as anybody needs, and nobody else can use them up."""
    monkeypatch.setattr(throttle, "SUCCESSES", Rule("good sign-ins", 20, throttle.WINDOW_S))
    email = await account(server)
    await besiege(server, email)
    async with browser(server) as http:
        assert (await sign_in(http, email)).status_code == 429, "a stranger, at an account that is guessed at"
    known = devices.with_account("", await server.service.database.read(lambda database: accounts.find(database, email)))
    async with browser(server, cookies={COOKIE.name: known}) as http:
        assert [(await sign_in(http, email)).status_code for _ in range(21)] == [303] * 20 + [429]


async def test_ipv6_addresses_count_by_network(server: Server) -> None:
    email = await account(server)
    spread = [f"2001:db8:1:2:{number:x}::{number:x}" for number in range(1, 16)]
    codes = [code for each in spread for code in await tries(server, each, email, 1)]
    assert codes == [401] * 10 + [429] * 5
    assert await tries(server, "2001:db8:1:3::1", email, 1) == [401]
    assert await tries(server, "::ffff:192.0.2.4", email, 5) + await tries(server, "192.0.2.4", email, 6) == [401] * 10 + [429]


async def test_one_network_has_a_hundred_at_all_accounts(server: Server, quick: None) -> None:
    codes = [code for number in range(105) for code in await tries(server, EVIL, f"{number}@desk.example", 1)]
    assert codes == [401] * 100 + [429] * 5
    assert await tries(server, HERE, "104@desk.example", 1) == [401]


# -- many networks at one account -----------------------------------------------------------------------------------------


async def besiege(server: Server, email: str) -> None:
    """Try from as many networks as it takes until no stranger may try at this account."""
    for number in range(20):
        await tries(server, f"203.0.113.{number}", email, 5)
    assert await tries(server, "203.0.113.99", email, 1) == [429]


async def test_known_device_signs_in_while_the_account_is_under_attack(server: Server, quick: None) -> None:
    email, other = await account(server), await account(server)
    async with browser(server) as known, browser(server, EVIL) as stranger:
        assert (await sign_in(known, email)).status_code == 303
        await known.post("/logout")
        await besiege(server, email)
        assert (await sign_in(stranger, email)).status_code == 429
        assert (await sign_in(stranger, other)).status_code == 303
        known.headers["X-Forwarded-For"] = EVIL  # at its present count
        assert (await sign_in(known, email)).status_code == 303
        for _ in range(3):
            assert (await sign_in(known, email, "mistyped")).status_code == 401
        assert (await sign_in(known, email)).status_code == 303


async def test_strangers_are_slowed_down_and_not_locked(server: Server, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts are allowed again every few seconds, once the window moves on."""
    clock = [1_000.0]
    monkeypatch.setattr(server.service, "limiter", Limiter(clock=lambda: clock[0]))
    email, login = await account(server), Login(server.service)
    for number in range(100):
        assert await login.authenticate(email, "wrong", f"203.0.113.{number}") is None
    clock[0] += throttle.WINDOW_S + 1
    let, waits = 0, list[int]()
    for number in range(60):
        clock[0] += 1
        try:
            await login.authenticate(email, "wrong", f"198.51.100.{number}")
            let += 1
        except Refused as refused:
            waits.append(refused.retry_after_s or 0)
    assert all(1 <= wait_s <= 4 for wait_s in waits)
    assert 60 // 3 - 1 <= let <= 60 // 3 + 1


async def test_a_known_device_does_not_guess_faster(server: Server, quick: None) -> None:
    email = await account(server)
    async with browser(server) as http:
        assert (await sign_in(http, email)).status_code == 303
        cookies = dict(http.cookies)
        assert [(await sign_in(http, email, f"wrong {number}")).status_code for number in range(11)] == [401] * 10 + [429]
    codes = [code for number in range(9) for code in await tries(server, f"203.0.113.{number}", email, 1, cookies=cookies)]
    assert codes == [429] * 9, "wherever the cookie is taken to"
    assert await tries(server, EVIL, email, 1) == [401], "as a stranger it has what strangers have"


@pytest.mark.parametrize("cookie", ["", "x", "a" * 22, f"{'a' * 22}.{'b' * 22}", f"{'a' * 22}." * 40, "é.é", "a.b.c"])
async def test_a_cookie_that_was_made_up_makes_no_known_device(server: Server, quick: None, cookie: str) -> None:
    email = await account(server)
    found = await server.service.database.read(lambda database: accounts.find(database, email))
    assert devices.known_device(cookie, found) is None
    assert devices.known_device(cookie, None) is None
    fresh = devices.with_account(cookie, found)
    assert devices.known_device(fresh, found) == fresh[:22]


async def test_known_devices_stay_known_until_the_password_changes(server: Server) -> None:
    eva, kim = await account(server), await account(server, "Kim")
    find: Any = accounts.find

    async def read(email: str) -> Account:
        return await server.service.database.read(lambda database: find(database, email))

    async with browser(server) as http:
        assert (await sign_in(http, eva)).status_code == 303
        given = http.cookies[COOKIE.name]
        assert devices.known_device(given, await read(eva))
        assert devices.known_device(given, await read(kim)) is None
        answer = await sign_in(http, kim)
        told = [each for each in answer.headers.get_list("set-cookie") if each.startswith(COOKIE.name)]
        assert all(each in told[0] for each in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=34560000"))
        both = http.cookies[COOKIE.name]
        name = devices.known_device(both, await read(kim))
        assert name == devices.known_device(both, await read(eva)) == devices.known_device(given, await read(eva))
        assert "eva" not in both
        before = await read(kim)
        answer = await http.post("/account/password", data={"old": PASSWORD, "new": NEW})
        assert answer.status_code == 303
        assert devices.known_device(both, await read(kim)) is None
        assert devices.known_device(http.cookies[COOKIE.name], await read(kim)) == name, "where it was changed it is known still"
        assert devices.known_device(http.cookies[COOKIE.name], before) == name
    many = ""
    for number in range(MAX_ACCOUNTS + 3):
        many = devices.with_account(
            many, Account(id=str(number), email="", name="", role="", password=str(number), created_at="")
        )
    assert len(many.split(".")) == MAX_ACCOUNTS + 1
    assert len(many) < 300


async def test_password_confirmation_of_a_session_has_its_own_count(server: Server, quick: None) -> None:
    email = await account(server)
    async with browser(server) as http:
        assert (await sign_in(http, email)).status_code == 303
        await besiege(server, email)
        wrong = {"old": "wrong", "new": NEW}
        assert [(await http.post("/account/password", data=wrong)).status_code for _ in range(10)] == [422] * 10
        refused = await http.post("/account/password", data=wrong | {"old": PASSWORD})
        assert refused.status_code == 429
        assert "Too many attempts. Try again in 5 minutes." in refused.text
        assert 290 <= int(refused.headers["Retry-After"]) <= 300


# -- faults ---------------------------------------------------------------------------------------------------------------


async def test_behind_a_proxy_that_is_not_trusted_the_known_devices_go_in(server: Server, quick: None) -> None:
    email = await account(server)
    untrusted = httpx.AsyncHTTPTransport(local_address="127.0.0.9")
    async with browser(server, transport=untrusted) as http:
        with capture_logs() as said:
            assert (await sign_in(http, email)).status_code == 303
            for number in range(100):
                http.headers["X-Forwarded-For"] = f"203.0.113.{number}"
                known = http.cookies[COOKIE.name]
                http.cookies.clear()
                assert (await sign_in(http, f"{number}@desk.example", "wrong")).status_code == 401
                http.cookies.set(COOKIE.name, known)
        assert [each["event"] for each in said if each["event"].startswith("proxy")] == ["proxy not trusted"]
        told = [each for each in said if each["log_level"] == "warning" and each["event"] != "sign_in.failed"]
        assert not any("203.0" in str(each) or "127.0" in str(each) for each in told)
        assert (await sign_in(http, email)).status_code == 303
        http.cookies.clear()
        assert (await sign_in(http, email)).status_code == 429


async def test_unavailable_database_counts_no_attempt(server: Server, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    email, login = await account(server), Login(server.service)

    async def away(fn: Any) -> None:
        raise DatabaseUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(server.service.database, "read", away)
        for _ in range(20):
            with pytest.raises(DatabaseUnavailable):
                await login.authenticate(email, PASSWORD, EVIL)
    assert await login.authenticate(email, PASSWORD, EVIL) is not None


async def test_login_is_throttled_without_redis_too(tmp_path: Path, quick: None) -> None:
    async with running_server(tmp_path, redis_url="redis://127.0.0.1:1/0", secret_key=secrets.token_urlsafe(32)) as alone:
        email = await account(alone)
        assert await tries(alone, EVIL, email, 12) == [401] * 10 + [429] * 2
        async with browser(alone) as http:
            assert (await sign_in(http, email)).status_code == 303


async def test_two_processes_do_not_give_twice_the_tries(
    tmp_path: Path, postgres: Postgres, redis: Redis, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "TIMEOUT_S", PATIENCE_S)  # however busy this machine is
    with Backend(POSTGRESQL, postgres, redis).settled(tmp_path) as settings:
        async with running_server(tmp_path, **settings) as one, running_server(tmp_path, **settings) as two:
            email = await account(one)
            codes = [code for _ in range(3) for each in (one, two) for code in await tries(each, EVIL, email, 4)]
            assert codes == [401] * 10 + [429] * 14
            async with browser(one, EVIL) as here, browser(two, EVIL) as there, browser(two) as other:
                assert [(await sign_in(http, email)).status_code for http in (here, there, other)] == [429, 429, 303]
                other.cookies.delete("board_session")
                for each in (one, two):
                    await asyncio.gather(*(tries(each, f"203.0.113.{number}", email, 5) for number in range(10)))
                assert await tries(one, "203.0.113.99", email, 1) == [429]
                assert (await sign_in(other, email)).status_code == 303, "a device that is known here is known there"


def test_the_rules_keep_a_guess_slow() -> None:
    """A distributed guess at one account has under thirty thousand attempts a day, at passwords that are none of 50,000 common
    ones."""
    a_day = 24 * 3_600 // throttle.WINDOW_S
    assert throttle.STRANGERS.limit * a_day <= 30_000
    assert {rule.batch for rule in (throttle.NETWORK_AND_ACCOUNT, throttle.NETWORK, throttle.STRANGERS, throttle.DEVICE)} == {1}


# -- the queues of password checks --------------------------------------------------------------------------------------------


@contextlib.contextmanager
def held_checks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], int]]:
    """Checks of wrong passwords take as long as this lasts; how many of them run."""
    go_on, running = threading.Event(), set[int]()

    def verify(hashed: str | None, password: str) -> bool:
        if password != PASSWORD:
            running.add(threading.get_ident())
            go_on.wait(PATIENCE_S)
        return password == PASSWORD

    monkeypatch.setattr(login, "_verify", verify)
    try:
        yield lambda: len(running)
    finally:
        go_on.set()


async def test_strangers_delay_nobody_who_has_signed_in_before(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob, queues = await account(server, "Alice"), await account(server, "Bob"), server.service.queues
    async with browser(server) as at_home, browser(server, ELSEWHERE) as elsewhere:
        assert (await sign_in(at_home, alice)).status_code == 303
        assert (await sign_in(elsewhere, bob)).status_code == 303
        known = {COOKIE.name: at_home.cookies[COOKIE.name]}
    with held_checks(monkeypatch) as running:
        attacks = [
            asyncio.create_task(tries(server, f"2001:db8:{number}::9", f"{turn}@desk.example", 1))
            for number in range(3)
            for turn in range(4)
        ]
        await wait_until(lambda: queues.sign_in_strangers._turns.waiting == 11 and running() == 1)
        async with browser(server, EVIL, cookies=known) as device, browser(server, ELSEWHERE) as network:
            assert (await sign_in(device, alice)).status_code == 303, "a known device, wherever it is"
            assert (await sign_in(network, bob)).status_code == 303, "a network that signed in before"
            stranger = asyncio.create_task(tries(server, ELSEWHERE, alice, 1, cookies={}))
            await wait_until(lambda: queues.sign_in_strangers._turns.waiting == 12)
        assert running() == 1
        assert not any(each.done() for each in (*attacks, stranger)), "of another account it says nothing"
    assert [await each for each in (*attacks, stranger)] == [[401]] * 13


async def test_full_queue_of_strangers_refuses_immediately(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    queue, email = server.service.queues.sign_in_strangers, await account(server)
    most = queue.bounds.at_once + queue.bounds.waiting_per_key
    with held_checks(monkeypatch):
        attacks = [
            asyncio.create_task(tries(server, f"2001:db8:1:{number:x}::9", f"{number}@desk.example", 1)) for number in range(most)
        ]
        await wait_until(lambda: queue.count("2001:db8:1::/48") == most)
        async with browser(server, "2001:db8:1:ffff::1", headers={"Accept-Language": "fr"}) as http:
            answers = [await sign_in(http, email) for _ in range(2 * throttle.NETWORK_AND_ACCOUNT.limit)]
        assert {each.status_code for each in answers} == {429}
        assert all(1 <= int(each.headers["Retry-After"]) <= 60 for each in answers)
        assert "Trop de personnes se connectent. Réessayez dans" in answers[-1].text
        other = asyncio.create_task(tries(server, EVIL, email, 1))
        await wait_until(lambda: queue.count("203.0.113.0/24") == 1)
    assert [await each for each in attacks] == [[401]] * most
    assert await other == [401]
    assert await tries(server, "2001:db8:1:ffff::1", email, 1) == [401], "what was not checked is not counted"


@pytest.mark.parametrize(
    ("addresses", "most"),
    [
        ([f"2001:db8:1:1{number:02x}::1" for number in range(256)], throttle.SITES.limit),
        ([f"2001:db8:1:{number:x}::1" for number in range(0, 65_536, 128)], throttle.BLOCKS.limit),
        ([f"203.0.113.{number % 256}" for number in range(512)], throttle.BLOCKS.limit),
    ],
    ids=["/56", "/48", "IPv4 /24"],
)
async def test_networks_of_one_stranger_count_together(addresses: list[str], most: int) -> None:
    limiter = Limiter()
    results = [
        await limiter.take_all(throttle.limits_for(f"{number}", address, "", None)) for number, address in enumerate(addresses)
    ]
    assert sum(each.allowed for each in results) == most
    elsewhere = throttle.limits_for("one", "2001:db9::1", "", None)
    assert (await limiter.take_all(elsewhere)).allowed


async def test_account_knows_its_networks_until_its_password_changes(server: Server, quick: None) -> None:
    email, database = await account(server), server.service.database
    networks = Login(server.service)._networks
    id = await database.read(lambda session: accounts.find(session, email).id)
    at = now()

    async def is_known(address: str, account: str = id, later: timedelta = timedelta()) -> bool:
        return await database.read(lambda session: networks.is_known(session, account, address, at + later))

    home = "2001:db8:1:2300::7"
    async with browser(server, home) as http:
        assert (await sign_in(http, email)).status_code == 303
    assert await is_known(home)
    assert await is_known("2001:db8:1:23ff::8"), "another line of the same home"
    assert not await is_known("2001:db8:1:2400::7")
    assert not await is_known(home, account="another")
    assert not await is_known(home, later=earlier_networks.KEPT + timedelta(seconds=1))
    for number in range(earlier_networks.MAX_NETWORKS):
        moment = at + timedelta(seconds=1 + number)
        await database.write(lambda session, n=number, m=moment: networks.remember(session, id, f"198.51.100.{n}", m))
    assert not await is_known(home), "the one used longest ago"
    assert await is_known("198.51.100.0")
    rows = await database.read(lambda session: session.exec(select(LoginNetwork).where(LoginNetwork.account == id)).all())
    assert len(rows) == earlier_networks.MAX_NETWORKS
    assert not any("198" in row.network for row in rows)
    await live_changes.apply_change(server.service, accounts.prepare_password(email, NEW))
    assert not await is_known("198.51.100.0")
