"""A hostile Redis writer locks nobody out: a refusal of Redis holds only beyond the share of limits that each process gives."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import redis as redis_py

from board.accounts import throttle
from board.rate_limit import Limiter, Rule, shared
from board.rate_limit.limiter import SHARES
from board.rate_limit.rules import Counts
from board.rate_limit.shared import Shared
from tests.api.test_administration import browser, hire
from tests.support.people import PASSWORD, PATIENCE_S, new_id
from tests.support.team import Team, running_team

SECRET = b"the secret of all processes"
TEN, MANY = Rule("ten hostile", 10, 300), Rule("many hostile", 1_000, 10, batch=25)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "TIMEOUT_S", PATIENCE_S)


@contextlib.asynccontextmanager
async def limiter_on(url: str) -> AsyncIterator[Limiter]:
    made = Limiter(Shared(url, SECRET + new_id().encode()))
    yield made
    await made.close()


class Writer:
    """Attacker who can write to Redis."""

    def __init__(self, url: str) -> None:
        self._client = redis_py.Redis.from_url(url)

    def set_all(self, value: Any = 10**9) -> int:
        """Set every count of every limit, for a long time."""
        keys = list(self._client.scan_iter("board:*:limits:*"))
        for key in keys:
            self._client.set(key, value, px=10**9)
        return len(keys)

    def set_of(self, limiter: Limiter, rule: Rule, key: str, value: Any = 10**9) -> None:
        """Set a count that nobody has made yet."""
        assert limiter._shared is not None
        for name in limiter._shared.keys(rule, key):
            self._client.set(name, value, px=10**9)

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def writer(redis_url: str) -> Any:
    made = Writer(redis_url)
    yield made
    made.close()


async def test_redis_refuses_nothing_below_the_share_of_a_process(redis_url: str, writer: Writer) -> None:
    async with limiter_on(redis_url) as one:
        writer.set_of(one, TEN, "a")
        taken = [await one.take(TEN, "a") for _ in range(5)]
        share = -(-TEN.limit // SHARES)
        assert [each.allowed for each in taken] == [True] * share + [False] * (5 - share)
        assert all(0 < each.retry_after_s <= 2 * TEN.window_s + 1 for each in taken[share:])
        await one.give_back([(TEN, "a")])  # a sign-in that succeeded
        assert (await one.take(TEN, "a")).allowed


async def test_batched_limit_refuses_nothing_below_the_share(redis_url: str, writer: Writer) -> None:
    async with limiter_on(redis_url) as one:
        writer.set_of(one, MANY, "a")
        share = MANY.limit // SHARES
        for _ in range(share):
            assert one.take_now(MANY, "a").allowed
            await asyncio.sleep(0)
        assert one._batches is not None
        await asyncio.gather(*one._batches._tasks)
        refused = one.take_now(MANY, "a")
        assert not refused.allowed
        assert refused.retry_after_s <= 2 * MANY.window_s


@pytest.mark.parametrize("value", ["many", "-5", "9" * 400, "1e400", ""])
async def test_count_that_is_no_number_leaves_the_count_of_the_process(redis_url: str, writer: Writer, value: str) -> None:
    async with limiter_on(redis_url) as one:
        writer.set_of(one, TEN, "a", value)
        taken = [(await one.take(TEN, "a")).allowed for _ in range(12)]
        assert sum(taken) <= TEN.limit
        assert taken[:2] == [True, True]


def test_counts_of_redis_are_cut_to_what_a_rule_can_make() -> None:
    assert Counts(10**30, 1e300, 10**30, 1e300).within(TEN) == Counts(10, 300, 10, 600)
    assert Counts(-1, -1.0, 3, 5.0).within(TEN) == Counts(0, 0.0, 3, 5.0)


async def test_alice_signs_in_and_works_while_every_limit_is_full(tmp_path: Path, redis_url: str, writer: Writer) -> None:
    limits = {"max_messages_per_second": 50, "max_intake_per_minute": 300, "max_uploads_per_minute": 60}
    async with running_team(tmp_path, redis_url=redis_url, **limits) as team:
        eva = await hire(team.server)
        async with browser(team.server, eva) as known:
            await _works(team, known)
            assert writer.set_all() >= len([throttle.DEVICE, throttle.SUCCESSES, throttle.NETWORK])
            await _works(team, known)
            again = await known.post("/login", data={"email": eva.email, "password": PASSWORD})
            assert again.status_code == 303
            await _works(team, known)
        async with browser(team.server, eva) as new_device:
            await _works(team, new_device)


async def _works(team: Team, http: httpx.AsyncClient) -> None:
    for _ in range(10):
        command = {"id": new_id(), "name": "note.add", "data": {"text": "works"}}
        assert (await http.post("/api/v1/boards/operations/commands", json=command)).status_code == 200
    assert (await http.get("/api/v1/me")).status_code == 200
