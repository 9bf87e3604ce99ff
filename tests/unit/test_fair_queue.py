"""Queue over the event loop: a full one refuses immediately and says when to come again; who leaves holds up nobody."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from board.errors import Refused
from board.queues.fair_queue import MAX_RETRY_S, FairQueue
from board.queues.turns import Bounds
from board.telemetry import metrics


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def queue_of(clock: Clock, **more: Any) -> FairQueue:
    bounds = {"at_once": 2, "per_key": 1, "waiting": 3, "waiting_per_key": 2, "longest_wait_s": 60.0} | more
    return FairQueue("test", Bounds(**bounds), clock=clock)


async def started(*waiting: "asyncio.Task[Any]") -> list[bool]:
    for _ in range(5):
        await asyncio.sleep(0)
    return [each.done() for each in waiting]


def value(name: str) -> float:
    samples = (sample for family in metrics.registry.collect() for sample in family.samples)
    return sum(each.value for each in samples if each.name == name and each.labels.get("queue") == "test")


@pytest.fixture
def refusals() -> Iterator[list[float]]:
    before = value("board_queue_refused_total")
    found: list[float] = []
    yield found
    assert value("board_queue_refused_total") - before == len(found)


async def test_full_queue_refuses_immediately_with_its_wait(clock: Clock, refusals: list[float]) -> None:
    queue = queue_of(clock)
    first = await queue.acquire("victor")
    clock.now += 4
    first.release()  # a turn takes 4 s
    slots = [await queue.acquire("victor"), await queue.acquire("bob")]
    waiting = [asyncio.create_task(queue.acquire("victor")) for _ in range(2)]
    await started(*waiting)
    with pytest.raises(Refused) as own:
        await queue.acquire("victor")
    refusals.append(own.value.retry_after_s or 0)
    assert (own.value.code, own.value.retry_after_s) == ("rate_limited", 12)
    waiting.append(asyncio.create_task(queue.acquire("alice")))
    await started(*waiting)
    assert (value("board_queue_running"), value("board_queue_waiting")) == (2, 3)
    with pytest.raises(Refused) as full:
        await queue.acquire("charlie")
    refusals.append(full.value.retry_after_s or 0)
    assert 4 <= (full.value.retry_after_s or 0) <= 12
    slots[1].release()
    assert await started(*waiting) == [False, False, True], "Alice does not wait for Victor's requests"
    for each in waiting[:2]:
        each.cancel()
    await asyncio.gather(*waiting[:2], return_exceptions=True)
    slots[0].release()
    waiting[2].result().release()
    assert (value("board_queue_running"), value("board_queue_waiting")) == (0, 0)


async def test_retry_after_is_bounded(clock: Clock, refusals: list[float]) -> None:
    queue = queue_of(clock, at_once=1, waiting=0)
    slot = await queue.acquire("victor")
    clock.now += 10_000
    slot.release()
    async with queue.turn("victor"):
        with pytest.raises(Refused) as refused:
            await queue.acquire("alice")
    refusals.append(0)
    assert refused.value.retry_after_s == MAX_RETRY_S


async def test_long_wait_ends_with_a_refusal(clock: Clock, refusals: list[float]) -> None:
    queue = queue_of(clock, longest_wait_s=0.0)
    async with queue.turn("alice"):
        with pytest.raises(Refused):
            await queue.acquire("alice")
        refusals.append(0)
        assert queue.count("alice") == 1
    async with queue.turn("alice"):
        assert queue.count("alice") == 1
    assert queue.count("alice") == 0


async def test_cancelled_request_passes_its_turn_on(clock: Clock) -> None:
    """A request is cancelled before its turn, in the moment of its turn, or just after it: the next one starts each time."""
    for moment in ("before", "at", "after"):
        queue = queue_of(clock, at_once=1)
        held = await queue.acquire("alice")
        leaving, next = (asyncio.create_task(queue.acquire(key)) for key in ("bob", "charlie"))
        await started(leaving, next)
        if moment == "before":
            leaving.cancel()
            await started(leaving)
            held.release()
        elif moment == "at":
            leaving.cancel()
            held.release()
        else:
            held.release()
            leaving.cancel()
        assert await started(leaving, next) == [True, True], moment
        assert leaving.cancelled()
        next.result().release()
        assert [queue.count(key) for key in ("alice", "bob", "charlie")] == [0, 0, 0]
        async with asyncio.timeout(5), queue.turn("alice"):
            pass


async def test_slot_is_released_once(clock: Clock) -> None:
    queue = queue_of(clock, at_once=1)
    slot = await queue.acquire("alice")
    slot.release()
    slot.release()
    async with queue.turn("bob"):
        assert queue.wait_s("charlie") >= 0
        assert queue._turns.running == 1
