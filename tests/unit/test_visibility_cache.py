"""Visibility cache: a process's knowledge of rights never goes back to an older state."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from board.engine.access import VisibilityView
from board.live.visibility import VisibilityCache
from models.db.database import Database, DatabaseUnavailable
from realtime.source import Position

ALICE = frozenset({"alice"})
OPEN: Any = (("epoch", 1), {}, {})
CLOSED: Any = (("epoch", 2), {"search": ALICE}, {})


class Slow:
    """A database whose answers take as long as the test likes; what they say is settled when they are asked."""

    def __init__(self) -> None:
        self.view, self.openings = OPEN, dict[tuple[str, str], str]()
        self.asked: list[tuple[Any, asyncio.Future[Any]]] = []

    async def read(self, fn: Callable[[Any], Any]) -> Any:
        view, answer = self.view, asyncio.get_running_loop().create_future()
        self.asked.append((view, answer))
        await answer
        return *view, self.openings

    async def until_asked(self, times: int) -> None:
        while len(self.asked) < times:
            await asyncio.sleep(0)


def _both() -> tuple[Slow, Database]:
    slow = Slow()
    return slow, cast(Database, slow)


async def test_an_older_reading_does_not_undo_a_newer_one() -> None:
    slow, database = _both()
    sights = VisibilityCache()
    first = asyncio.create_task(sights.reload(database))
    await slow.until_asked(1)
    slow.view = CLOSED
    second = asyncio.create_task(sights.reload(database))
    for _ in range(10):  # if both were read at once, the newer one would be first
        await asyncio.sleep(0)
    for _, answer in reversed(slow.asked):
        answer.set_result(None)
    await first
    await slow.until_asked(2)
    slow.asked[-1][1].done() or slow.asked[-1][1].set_result(None)
    await second
    assert not sights.can_see("charlie", "search")


async def test_waiters_share_one_read_that_began_after_they_asked() -> None:
    slow, database = _both()
    sights = VisibilityCache()
    tasks = [asyncio.create_task(sights.reload(database)) for _ in range(5)]
    await slow.until_asked(1)
    slow.view = CLOSED
    slow.asked[0][1].set_result(None)
    await slow.until_asked(2)
    slow.asked[1][1].set_result(None)
    await asyncio.gather(*tasks)
    assert len(slow.asked) == 2
    assert not sights.can_see("charlie", "search")


async def test_a_reading_that_failed_serves_nobody_else() -> None:
    slow, database = _both()
    sights = VisibilityCache()
    first = asyncio.create_task(sights.reload(database))
    await slow.until_asked(1)
    second = asyncio.create_task(sights.reload(database))
    slow.view = CLOSED
    slow.asked[0][1].set_exception(DatabaseUnavailable())
    with pytest.raises(DatabaseUnavailable):
        await first
    await slow.until_asked(2)
    slow.asked[1][1].set_result(None)
    await second
    assert not sights.can_see("charlie", "search")


async def _known(at: Position, members: dict[str, frozenset[str]], changed: dict[tuple[str, str], int]) -> VisibilityCache:
    """VisibilityCache by this one reading."""
    sights = VisibilityCache()
    await _read(sights, at, members, changed)
    return sights


async def _read(sights: VisibilityCache, *view: Any) -> None:
    slow, database = _both()
    slow.view = view
    reading = asyncio.create_task(sights.reload(database))
    await slow.until_asked(1)
    slow.asked[0][1].set_result(None)
    await reading


async def test_older_local_change_does_not_undo_a_newer_remote_one() -> None:
    sights = await _known(("epoch", 8), {"search": ALICE}, {("search", "charlie"): 8, ("search", "bob"): 7})
    sights.apply_event("search", "members", {"alice", "charlie"}, {"bob"}, ("epoch", 7))
    assert not sights.can_see("charlie", "search")
    assert sights.lost_access_at("charlie", "search", 8)
    sights.apply_event("search", "members", {"alice", "charlie"}, {"charlie"}, ("epoch", 9))
    assert sights.can_see("charlie", "search")


async def test_newer_of_two_local_changes_stands() -> None:
    sights = await _known(("epoch", 5), {}, {})
    sights.apply_event("search", "members", {"alice"}, {"charlie"}, ("epoch", 7))
    sights.apply_event("search", "desk", set(), {"charlie"}, ("epoch", 6))
    assert not sights.can_see("charlie", "search")


async def test_read_older_than_a_local_change_keeps_it_and_brings_the_rest() -> None:
    sights = await _known(("epoch", 5), {"other": ALICE}, {("other", "bob"): 4})
    sights.apply_event("search", "members", {"alice"}, {"charlie"}, ("epoch", 8))
    await _read(sights, ("epoch", 7), {"search": frozenset({"alice", "charlie"}), "third": ALICE}, {("third", "bob"): 7})
    assert not sights.can_see("charlie", "search")
    assert sights.lost_access_at("charlie", "search", 8)
    assert sights.can_see("bob", "other")  # another process opened it to all
    assert sights.lost_access_at("bob", "third", 7)
    await _read(sights, ("epoch", 9), {}, {("search", "charlie"): 9})
    assert sights.can_see("charlie", "search")


async def test_entries_of_another_epoch_are_forgotten() -> None:
    sights = await _known(("epoch", 5), {}, {})
    sights.apply_event("search", "desk", set(), {"charlie"}, ("epoch", 9))
    await _read(sights, ("restored", 3), {"search": ALICE}, {("search", "charlie"): 3})
    assert not sights.can_see("charlie", "search")


async def test_another_epoch_is_neither_older_nor_agreed_to() -> None:
    sights = await _known(("epoch", 500), {}, {})
    assert not sights.is_at_least(VisibilityView({}, ("restored", 40), {}))
    sights.apply_event("search", "members", {"alice"}, {"charlie"}, ("restored", 51))
    assert not sights.can_see("charlie", "search")
    assert not sights.is_at_least(VisibilityView({"search": ALICE}, ("restored", 51), {}))  # the rest of it was not read


async def test_change_found_by_a_read_is_reported_once_by_its_reader() -> None:
    slow, database = _both()
    sights = await _known(("epoch", 1), {"search": ALICE}, {})
    slow.view = (("epoch", 2), {}, {})
    first = asyncio.create_task(sights.reload(database))
    await slow.until_asked(1)
    slow.view = (("epoch", 3), {"search": ALICE}, {})
    others = [asyncio.create_task(sights.reload(database)) for _ in range(2)]
    slow.asked[0][1].set_result(None)
    await slow.until_asked(2)
    slow.asked[1][1].set_result(None)
    assert await first == ({"search": ALICE}, {})
    told = [await each for each in others]
    assert [after != before for before, after in told] == [True, False]
    assert told[0] == ({}, {"search": ALICE})


async def test_rights_given_and_taken_back_agree_only_with_a_later_read() -> None:
    """The members are as before, but the read may have seen the state between."""
    slow, database = _both()
    sights = await _known(("epoch", 2), {"search": ALICE}, {("search", "charlie"): 2})
    slow.view = (("epoch", 3), {"search": frozenset({"alice", "charlie"})}, {("search", "charlie"): 3})
    between = asyncio.create_task(sights.reload(database))
    await slow.until_asked(1)
    slow.view = (("epoch", 4), {"search": ALICE}, {("search", "charlie"): 4})
    view = VisibilityView({"search": ALICE}, ("epoch", 4), {})  # read together with a search that only Alice may see
    assert not sights.is_at_least(view)
    slow.asked[0][1].set_result(None)
    await between
    assert not sights.is_at_least(view)
    again = asyncio.create_task(sights.reload(database))
    await slow.until_asked(2)
    slow.asked[1][1].set_result(None)
    await again
    assert sights.is_at_least(view)
    assert not sights.can_see("charlie", "search")


async def test_unchanged_members_agree_without_a_read() -> None:
    sights = await _known(("epoch", 9), {"search": ALICE}, {("search", "charlie"): 2})
    assert sights.is_at_least(VisibilityView({"search": ALICE}, ("epoch", 2), {}))
    assert not sights.is_at_least(VisibilityView({}, ("epoch", 2), {}))


# -- openings in an emergency ---------------------------------------------------------------------------------------------------


async def test_opening_ends_by_the_clock_without_a_read() -> None:
    sights = await _known(("epoch", 1), {"search": ALICE}, {})
    sights.openings = {("search", "nadia"): "2026-12-01T10:00:00.000Z", ("search", "bob"): "2026-12-01T10:30:00.000Z"}
    before = sights.version
    assert not sights.end_openings("2026-12-01T09:59:59.999Z")
    assert sights.version == before
    assert sights.end_openings("2026-12-01T10:00:00.000Z")
    assert sights.openings.keys() == {("search", "bob")}
    assert sights.version > before


async def test_view_with_an_unknown_opening_needs_a_reload() -> None:
    sights = await _known(("epoch", 1), {"search": ALICE}, {})
    opened = {("search", "nadia"): "2026-12-01T10:00:00.000Z"}
    assert not sights.is_at_least(VisibilityView({"search": ALICE}, ("epoch", 1), opened))
    sights.openings = dict(opened)
    assert sights.is_at_least(VisibilityView({"search": ALICE}, ("epoch", 1), opened))
    assert sights.is_at_least(VisibilityView({"search": ALICE}, ("epoch", 1), {}))  # it ended by the clock
