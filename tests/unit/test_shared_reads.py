"""Reads that are shared by whoever asks for the same."""

import asyncio

import pytest

from board.engine.concurrency import SharedReads


class Source:
    """Source that counts its readings, and ends them when told."""

    def __init__(self) -> None:
        self.readings = 0
        self.may_end = asyncio.Event()
        self.fails = False

    async def read(self) -> int:
        self.readings += 1
        number = self.readings
        await self.may_end.wait()
        if self.fails:
            raise ValueError(number)
        return number


async def test_fifty_readers_of_the_same_read_once() -> None:
    shared, source = SharedReads(60.0, 8), Source()
    asking = [asyncio.create_task(shared.get("a", source.read)) for _ in range(50)]
    await asyncio.sleep(0)
    source.may_end.set()
    assert await asyncio.gather(*asking) == [1] * 50
    assert await shared.get("a", source.read) == 1
    assert await shared.get("b", source.read) == 2


async def test_a_failure_is_not_shared() -> None:
    shared, source = SharedReads(60.0, 8), Source()
    source.fails = True
    asking = [asyncio.create_task(shared.get("a", source.read)) for _ in range(2)]
    await asyncio.sleep(0)
    source.may_end.set()
    assert [str(each) for each in await asyncio.gather(*asking, return_exceptions=True)] == ["1", "2"]
    source.fails = False
    assert await shared.get("a", source.read) == 3


async def test_a_reader_that_leaves_takes_the_read_from_nobody() -> None:
    shared, source = SharedReads(60.0, 8), Source()
    first, second = (asyncio.create_task(shared.get("a", source.read)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    source.may_end.set()
    assert await second == 1


async def test_results_are_bounded_and_grow_old() -> None:
    source = Source()
    source.may_end.set()
    bounded = SharedReads(60.0, 2)
    assert [await bounded.get(key, source.read) for key in "abca"] == [1, 2, 3, 4]
    aged = SharedReads(0.0, 2)
    assert [await aged.get("a", source.read) for _ in range(2)] == [5, 6]
