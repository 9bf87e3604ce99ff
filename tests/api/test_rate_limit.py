"""Rate limits: attempts are counted in a sliding window, by one process or by all together. Flooding fills no memory and clears
nobody's count; a slow or missing Redis delays nobody and lifts no limit."""

import asyncio
import contextlib
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import redis as redis_py
from structlog.testing import capture_logs

from board.dev import Redis
from board.rate_limit import Limiter, Rule, batches, limiter, shared
from board.rate_limit.addresses import network_of
from board.rate_limit.rules import Counts
from board.rate_limit.shared import Answer, Shared
from tests.support.people import PATIENCE_S
from tests.support.readme_blocks import document

TEN = Rule("ten", 10, 300)
SECRET = b"of these processes alone, and long"


class Clock:
    """Clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def allowed(limiter: Limiter, rule: Rule, key: str, tries: int) -> int:
    return sum([(await limiter.take(rule, key)).allowed for _ in range(tries)])


# -- one process ----------------------------------------------------------------------------------------------------------


async def test_limit_allows_as_many_as_the_rule_for_each_key(clock: Clock) -> None:
    limiter = Limiter(clock=clock)
    taken = [await limiter.take(TEN, "a") for _ in range(12)]
    assert [each.allowed for each in taken] == [True] * 10 + [False] * 2
    assert [each.remaining for each in taken[:3]] == [9, 8, 7]
    assert (await limiter.take(TEN, "b")).allowed
    assert (await limiter.take(Rule("other", 1, 300), "a")).allowed


async def test_one_more_fits_when_it_said_and_not_before(clock: Clock) -> None:
    limiter = Limiter(clock=clock)
    assert await allowed(limiter, TEN, "a", 10) == 10
    for _ in range(25):
        refused = await limiter.take(TEN, "a")
        assert not refused.allowed
        began = clock.now
        clock.now += refused.retry_after_s - 0.01
        assert not (await limiter.take(TEN, "a")).allowed
        clock.now = began + refused.retry_after_s
        assert (await limiter.take(TEN, "a")).allowed


async def test_no_window_has_many_more_than_the_rule_says(clock: Clock) -> None:
    """Checked for a client that tries all the time, in any five minutes."""
    limiter, taken = Limiter(clock=clock), []
    for _ in range(3_000):
        if (await limiter.take(TEN, "a")).allowed:
            taken.append(clock.now)
        clock.now += 1
    most = max(sum(1 for other in taken if 0 <= other - each < 300) for each in taken)
    assert most <= 11
    assert len(taken) >= 3_000 // 300 * 9


async def test_released_attempt_does_not_count(clock: Clock) -> None:
    limiter = Limiter(clock=clock)
    for _ in range(30):
        assert (await limiter.take(TEN, "a")).allowed
        await limiter.give_back([(TEN, "a")])
    assert await allowed(limiter, TEN, "a", 20) == 10
    clock.now += 301
    await limiter.give_back([(TEN, "a")] * 10)  # of the previous period
    assert await allowed(limiter, TEN, "a", 20) == 10
    await limiter.give_back([(TEN, "never seen")])
    assert await allowed(limiter, TEN, "never seen", 20) == 10


async def test_attempt_refused_by_one_key_counts_under_none(clock: Clock) -> None:
    limiter, one = Limiter(clock=clock), Rule("one", 1, 300)
    assert (await limiter.take_all([(one, "a")])).allowed
    refused = await limiter.take_all([(TEN, "b"), (one, "a"), (one, "c")])
    assert (refused.allowed, refused.rule) == (False, one)
    assert (await limiter.take(TEN, "b")).remaining == 9
    assert (await limiter.take(one, "c")).allowed


async def test_a_rule_without_a_limit_counts_nothing() -> None:
    limiter, free = Limiter(), Rule("free", 0, 1)
    assert await allowed(limiter, free, "a", 100) == 100
    await limiter.give_back([(free, "a")])
    assert len(limiter.memory) == 0


async def test_a_thousand_at_once_are_a_thousand(clock: Clock) -> None:
    limiter = Limiter(clock=clock)
    taken = await asyncio.gather(*(limiter.take(TEN, "a") for _ in range(1_000)))
    assert sum(each.allowed for each in taken) == 10


async def test_there_are_never_more_keys_than_it_can_hold(clock: Clock) -> None:
    limiter, most = Limiter(clock=clock, max_keys=100), 0
    for number in range(10_000):
        assert (await limiter.take(TEN, str(number))).allowed
        most = max(most, len(limiter.memory))
    assert 50 <= most <= 100


async def test_a_flood_of_keys_clears_nobodys_count(clock: Clock) -> None:
    limiter = Limiter(clock=clock, max_keys=100)
    assert await allowed(limiter, TEN, "a", 10) == 10
    for number in range(10_000):
        clock.now += 0.001
        assert (await limiter.take(TEN, str(number))).allowed
    assert not (await limiter.take(TEN, "a")).allowed


async def test_expired_keys_are_evicted_before_live_ones(clock: Clock) -> None:
    limiter = Limiter(clock=clock, max_keys=100)
    for number in range(60):
        assert await allowed(limiter, TEN, f"old {number}", 10) == 10
    clock.now += 2 * TEN.window_s
    for number in range(41):
        assert (await limiter.take(TEN, f"new {number}")).allowed
    assert len(limiter.memory) == 41
    assert all([(await limiter.take(TEN, f"new {number}")).remaining == 8 for number in range(41)])


def test_the_wait_is_until_one_more_fits() -> None:
    assert Counts(0, 0.0, 9, 500.0).wait_s(10, 300) == 0
    assert Counts(0, 0.0, 10, 500.0).wait_s(10, 300) == 200  # the end of its period
    assert Counts(0, 0.0, 20, 500.0).wait_s(10, 300) == 200 + 150
    assert Counts(10, 300.0, 5, 600.0).wait_s(10, 300) == 150
    assert Counts(0, 0.0, 0, 0.0).wait_s(10, 300) == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"), ("2001:db8:1:3::9", "2001:db8:1:3::/64"), ("fe80::1%eth0", "fe80::/64"),
        ("", ""), ("no address", "no address"),
    ],
)  # fmt: skip
def test_ipv6_addresses_count_by_network(address: str, network: str) -> None:
    assert network_of(address) == network


# -- several processes ----------------------------------------------------------------------------------------------------


@pytest.fixture
def own_redis(server_dir: Path) -> Iterator[Redis]:
    """Redis that may be broken."""
    server = Redis(server_dir / "limits")
    server.start()
    yield server
    with contextlib.suppress(ProcessLookupError):
        os.kill(server.pid, signal.SIGCONT)
    server.stop()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis that is well is waited for, however busy this machine is: else each would count for itself."""
    monkeypatch.setattr(shared, "TIMEOUT_S", PATIENCE_S)


@contextlib.asynccontextmanager
async def processes(url: str, count: int = 2, secret: bytes = SECRET) -> AsyncIterator[list[Limiter]]:
    """Limiters of so many processes of one installation."""
    made = [Limiter(Shared(url, secret)) for _ in range(count)]
    yield made
    for each in made:
        await each.close()


async def test_two_processes_do_not_give_twice_the_tries(patient: None, redis_url: str) -> None:
    async with processes(redis_url) as (one, two):
        taken = [await each.take(TEN, "a") for _ in range(10) for each in (one, two)]
        assert [each.allowed for each in taken] == [True] * 10 + [False] * 10
        assert all(299 < each.retry_after_s < 301 for each in taken[10:])
        assert (await two.take(TEN, "b")).allowed
        await one.give_back([(TEN, "a")])
        assert (await two.take(TEN, "a")).allowed
        assert not (await two.take(TEN, "a")).allowed


async def test_a_thousand_at_once_on_two_processes_are_a_thousand(patient: None, redis_url: str) -> None:
    async with processes(redis_url, secret=SECRET + b"!") as (one, two):
        taken = await asyncio.gather(*(each.take(TEN, "a") for _ in range(100) for each in (one, two)))
        assert sum(each.allowed for each in taken) == 10


@pytest.mark.parametrize("period", ["previous", "current, which is over"])
async def test_previous_period_counts_by_its_part_of_the_window(patient: None, redis_url: str, period: str) -> None:
    async with processes(redis_url, 1, SECRET + os.urandom(8)) as (one,):
        assert one._shared is not None
        previous, current = one._shared.keys(TEN, "a")
        client = redis_py.Redis.from_url(redis_url)
        client.set(previous if period == "previous" else current, 10, px=160_000)  # a bit more than half of the window
        client.close()
        assert await allowed(one, TEN, "a", 10) == 5


async def test_a_rule_without_a_limit_asks_no_redis(redis_url: str) -> None:
    async with processes(redis_url, 1) as (one,):
        assert await allowed(one, Rule("free", 0, 1), "a", 3) == 3


async def test_two_installations_on_one_redis_do_not_count_together(redis_url: str) -> None:
    async with processes(redis_url, 1, SECRET + b"1") as (one,), processes(redis_url, 1, SECRET + b"2") as (two,):
        assert await allowed(one, TEN, "a", 10) + await allowed(two, TEN, "a", 10) == 20


async def test_redis_learns_no_key_and_forgets_what_is_over(patient: None, redis_url: str) -> None:
    async with processes(redis_url, 1, SECRET + b"keys") as (one,):
        assert (await one.take(TEN, "192.0.2.77 eva@desk.example")).allowed
    client = redis_py.Redis.from_url(redis_url)
    kept = [key for key in client.scan_iter("board:*:limits:*") if b"{ten/" in key]
    assert kept
    for key in kept:
        assert b"192.0.2.77" not in key
        assert b"eva@" not in key
        assert 0 < client.ttl(key) <= 2 * TEN.window_s
    client.close()


async def test_a_flood_of_keys_fills_no_redis(patient: None, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiter, "_NEW_KEYS", Rule("new keys", 5, 600, batch=0))
    flood = Rule("flood", 10, 300)
    async with processes(redis_url, 1) as (one,):
        assert await allowed(one, flood, "told of before", 3) == 3
        for number in range(20):
            assert (await one.take(flood, str(number))).allowed
        assert await allowed(one, flood, "told of before", 10) == 7
    client = redis_py.Redis.from_url(redis_url)
    assert len(list(client.scan_iter("board:*:limits:{flood/*"))) == 5
    client.close()


async def test_each_process_counts_alone_without_redis_and_nobody_waits(own_redis: Redis) -> None:
    async with processes(own_redis.url) as (one, two):
        assert (await one.take(TEN, "a")).allowed
        own_redis.stop()
        with capture_logs() as said:
            assert await allowed(one, TEN, "a", 20) == 9
            assert await allowed(two, TEN, "a", 20) == 10
        assert [each["event"].partition(":")[0] for each in said] == ["rate limits not shared"] * 2


async def test_a_redis_that_hangs_is_waited_for_once(own_redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    async with processes(own_redis.url, 1) as (one,):
        assert (await one.take(TEN, "a")).allowed
        real = asyncio.timeout

        def counting(seconds: float) -> asyncio.Timeout:
            nonlocal asked
            asked += 1
            return real(seconds)

        monkeypatch.setattr(shared.asyncio, "timeout", counting)  # type: ignore[attr-defined]
        os.kill(own_redis.pid, signal.SIGSTOP)
        taken = [await one.take(TEN, str(number)) for number in range(50)]
        os.kill(own_redis.pid, signal.SIGCONT)
        assert all(each.allowed for each in taken)
        assert asked <= 2  # the first one, and perhaps one that checked whether Redis is back


async def test_counts_are_shared_again_when_redis_is_back(own_redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "PAUSE_S", (0.0, 0.0))
    async with processes(own_redis.url) as (one, two):
        own_redis.stop()
        assert await allowed(one, TEN, "a", 4) == 4
        own_redis.start()
        async with asyncio.timeout(PATIENCE_S):
            while await one._shared.count(TEN, "a", tries=0) is None:  # type: ignore[union-attr]
                await asyncio.sleep(0.02)
        assert await allowed(one, TEN, "a", 10) == 6
        assert await allowed(two, TEN, "a", 10) == 4  # calls counted without Redis are unknown to the other process


async def test_a_user_of_the_rights_that_the_how_to_names_is_enough(patient: None, own_redis: Redis) -> None:
    (rights,) = re.findall(r"^user board on >\S+ (.+)$", document("how-to/install"), flags=re.M)
    client = redis_py.Redis.from_url(own_redis.url)
    client.execute_command("ACL", "SETUSER", "board", "on", ">pass", *rights.split())  # type: ignore[no-untyped-call]
    quick = Rule("quick", 10, 1)
    async with processes(f"redis://board:pass@127.0.0.1:{own_redis.port}/3") as (one, two):
        for _ in range(3):  # also when a period ends
            assert (await one.take(quick, "a")).allowed
            await one.give_back([(quick, "a")])
            await asyncio.sleep(0.6)
        assert await allowed(one, TEN, "a", 10) == 10
        refused = [await two.take(TEN, "a") for _ in range(3)][-1]  # the first two are the share of this process
        assert not refused.allowed
    assert client.execute_command("ACL", "LOG") == [], "it tried nothing that it may not do"  # type: ignore[no-untyped-call]
    client.close()


async def test_a_user_of_too_few_rights_counts_alone(own_redis: Redis) -> None:
    client = redis_py.Redis.from_url(own_redis.url)
    client.execute_command("ACL", "SETUSER", "board", "on", ">pass", "resetchannels", "&board:*", "-@all", "+publish", "+ping")  # type: ignore[no-untyped-call]
    client.close()
    async with processes(f"redis://board:pass@127.0.0.1:{own_redis.port}", 1) as (one,):
        assert await allowed(one, TEN, "a", 20) == 10


# -- batches --------------------------------------------------------------------------------------------------------------

MANY = Rule("many", 100, 60, batch=10)


async def settled(*limiters: Limiter) -> None:
    """Wait until all counts have been sent."""
    for each in limiters:
        assert each._batches is not None
        while each._batches._tasks:
            await asyncio.gather(*each._batches._tasks)


async def test_batches_are_sent_later_and_two_processes_stay_near_the_limit(patient: None, redis_url: str) -> None:
    async with processes(redis_url, secret=SECRET + b"batches") as (one, two):
        taken = 0
        for _ in range(100):
            for each in (one, two):
                taken += each.take_now(MANY, "a").allowed  # not awaited: it never waits
            await settled(one, two)
        assert 100 - 2 * MANY.batch <= taken <= 100 + 2 * MANY.batch
        refused = one.take_now(MANY, "a")
        assert not refused.allowed
        assert 0 < refused.retry_after_s <= 120
        assert one.take_now(MANY, "b").allowed


async def test_overdrawn_counts_are_sent_again_before_more_is_taken(patient: None, redis_url: str) -> None:
    """Else every process could go on by a batch for each single one that fits."""
    quick = Rule("quick", 40, 2, batch=10)
    async with processes(redis_url, 3, SECRET + b"debts") as made:
        began, taken = time.monotonic(), 0
        while time.monotonic() - began < 3:
            for each in made:
                taken += each.take_now(quick, "a").allowed
            await settled(*made)
            await asyncio.sleep(0.005)
        windows = (time.monotonic() - began) / quick.window_s
        assert taken <= quick.limit * (windows + 1) + 3 * quick.batch


async def test_batches_without_redis_are_counted_here(own_redis: Redis) -> None:
    async with processes(own_redis.url) as (one, two):
        own_redis.stop()
        taken = 0
        for _ in range(150):
            taken += one.take_now(MANY, "a").allowed
            await settled(one)
        assert taken == 100
        assert two.take_now(MANY, "a").allowed


class Told:
    """Redis as batches see it: keeps what it was told, and answers by what the test says."""

    def __init__(self) -> None:
        self.costs: list[int] = []
        self.fits: bool | None = True
        self.ready = asyncio.Event()
        self.ready.set()

    async def count(self, rule: Rule, key: str, tries: int = 1) -> Answer | None:
        self.costs.append(tries)
        await self.ready.wait()
        full = Counts(0, 0.0, rule.limit, 30.0)  # the limit is used up for half a minute more
        return None if self.fits is None else Answer(self.fits, full)


def batches_of(told: Told, clock: Clock) -> batches.Batches:
    return batches.Batches(told, clock)  # type: ignore[arg-type]


async def told_all(made: batches.Batches) -> None:
    while made._tasks:
        await asyncio.gather(*made._tasks)


async def test_batch_that_redis_refused_is_carried_over_until_it_fits(clock: Clock) -> None:
    told = Told()
    made = batches_of(told, clock)
    told.fits = False
    for _ in range(MANY.batch):
        made.add(MANY, "a")
    await told_all(made)
    assert told.costs == [10]
    wait_s = made.wait_s(MANY, "a")
    assert wait_s > 0
    clock.now += wait_s
    told.fits = True
    assert made.wait_s(MANY, "a") > 0, "not before it is told"
    await told_all(made)
    assert told.costs == [10, 10], "all that was owed is told again"
    assert made.wait_s(MANY, "a") == 0
    for _ in range(MANY.batch):
        made.add(MANY, "a")
    await told_all(made)
    assert told.costs == [10, 10, 10], "and is owed no more"


async def test_attempts_while_a_batch_is_sent_are_carried_over(clock: Clock) -> None:
    told = Told()
    made = batches_of(told, clock)
    told.ready.clear()
    for _ in range(MANY.batch):
        made.add(MANY, "a")
    await asyncio.sleep(0)
    assert told.costs == [10]
    for _ in range(MANY.batch - 1):
        made.add(MANY, "a")
    told.ready.set()
    await told_all(made)
    made.add(MANY, "a")
    await told_all(made)
    assert told.costs == [10, 10]


async def test_a_batch_that_redis_did_not_answer_counts_here_alone(clock: Clock) -> None:
    told = Told()
    made = batches_of(told, clock)
    told.fits = None
    for _ in range(MANY.batch):
        made.add(MANY, "a")
    await told_all(made)
    assert made.wait_s(MANY, "a") == 0, "nobody waits for a Redis that is gone"
    told.fits = True
    for _ in range(MANY.batch):
        made.add(MANY, "a")
    await told_all(made)
    assert told.costs == [10, 10], "nothing of the first is told later, when it is long over"


async def test_batches_keep_no_more_keys_than_they_may(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MAX_KEYS", 10)
    async with processes(redis_url, 1) as (one,):
        for number in range(50):
            assert one.take_now(MANY, str(number)).allowed
        assert one._batches is not None
        assert len(one._batches) == 10
