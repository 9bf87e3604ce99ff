"""Keyed semaphore: slots are granted in order, given back once, and forgotten with their key."""

import asyncio

import pytest

from realtime.keyed_semaphore import KeyedSemaphore


async def test_slot_that_is_released_twice_frees_one() -> None:
    slots = KeyedSemaphore(1)
    first = await slots.acquire("a")
    second, third = asyncio.create_task(slots.acquire("a")), asyncio.create_task(slots.acquire("a"))
    await asyncio.sleep(0)
    assert slots.count("a") == 3
    first.release()
    first.release()
    granted = await second
    await asyncio.sleep(0)
    assert not third.done()
    granted.release()
    (await third).release()
    assert slots.count("a") == 0


async def test_waiter_that_gives_up_leaves_its_place_to_the_next() -> None:
    slots = KeyedSemaphore(1)
    held = await slots.acquire("a")
    gone, waiting = asyncio.create_task(slots.acquire("a")), asyncio.create_task(slots.acquire("a"))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert slots.count("a") == 2
    held.release()
    (await waiting).release()
    assert slots.count("a") == 0
