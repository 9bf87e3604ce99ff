"""What a process knows of rights is never older than what it knew before."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from board.access import Sights
from models.database import Database, Unavailable

OPEN: Any = ({}, {})
CLOSED: Any = ({"search": frozenset({"alice"})}, {})


class Slow:
    """A database whose answers take as long as the test likes; what they say is settled when they are asked."""

    def __init__(self) -> None:
        self.view = OPEN
        self.asked: list[tuple[Any, asyncio.Future[Any]]] = []

    async def read(self, fn: Callable[[Any], Any]) -> Any:
        view, answer = self.view, asyncio.get_running_loop().create_future()
        self.asked.append((view, answer))
        await answer
        return view

    async def until_asked(self, times: int) -> None:
        while len(self.asked) < times:
            await asyncio.sleep(0)


def _both() -> tuple[Slow, Database]:
    slow = Slow()
    return slow, cast(Database, slow)


async def test_an_older_reading_does_not_undo_a_newer_one() -> None:
    slow, database = _both()
    sights = Sights()
    first = asyncio.create_task(sights.reload(database))
    await slow.until_asked(1)
    slow.view = CLOSED
    second = asyncio.create_task(sights.reload(database))
    for _ in range(10):  # were both read at once, the newer one would be there first
        await asyncio.sleep(0)
    for _, answer in reversed(slow.asked):
        answer.set_result(None)
    await first
    await slow.until_asked(2)
    slow.asked[-1][1].done() or slow.asked[-1][1].set_result(None)
    await second
    assert not sights.may_see("charlie", "search")


async def test_all_who_wait_are_served_by_one_reading_that_began_after_they_asked() -> None:
    slow, database = _both()
    sights = Sights()
    tasks = [asyncio.create_task(sights.reload(database)) for _ in range(5)]
    await slow.until_asked(1)
    slow.view = CLOSED
    slow.asked[0][1].set_result(None)
    await slow.until_asked(2)
    slow.asked[1][1].set_result(None)
    await asyncio.gather(*tasks)
    assert len(slow.asked) == 2
    assert not sights.may_see("charlie", "search")


async def test_a_reading_that_failed_serves_nobody_else() -> None:
    slow, database = _both()
    sights = Sights()
    first = asyncio.create_task(sights.reload(database))
    await slow.until_asked(1)
    second = asyncio.create_task(sights.reload(database))
    slow.view = CLOSED
    slow.asked[0][1].set_exception(Unavailable())
    with pytest.raises(Unavailable):
        await first
    await slow.until_asked(2)
    slow.asked[1][1].set_result(None)
    await second
    assert not sights.may_see("charlie", "search")


async def test_what_this_process_set_before_does_not_undo_what_another_set_since() -> None:
    slow, database = _both()
    slow.view = ({"search": frozenset({"alice"})}, {("search", "charlie"): 8, ("search", "bob"): 7})
    sights = Sights()
    reading = asyncio.create_task(sights.reload(database))
    await slow.until_asked(1)
    slow.asked[0][1].set_result(None)
    await reading
    sights.learn("search", "members", {"alice", "charlie"}, {"bob"}, 7)
    assert not sights.may_see("charlie", "search")
    sights.learn("search", "members", {"alice", "charlie"}, {"charlie"}, 9)
    assert sights.may_see("charlie", "search")
