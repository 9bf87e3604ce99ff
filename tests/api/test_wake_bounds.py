"""Bounds of wakes: many confirmations, many waiting wakes, and fourteen thousand tips."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlmodel import Session

from board.commands.sightings import wakes
from board.lookup import waker
from board.lookup.waker import Waker
from board.vocabulary import Meanings
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.team import Team, running_team
from tests.support.wakes import add_dismissed_tips, confirm, due, opened, sleeping_tip, wait_for_wakes, wakes_of
from tests.unit.test_look_again import noise

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

WITHIN_S = 2.0  # from the command to the queue


@pytest.fixture
async def desk(installation: dict[str, Any], tmp_path: Path) -> AsyncIterator[Team]:
    """Team of its own, so that no tips of other tests are there."""
    async with running_team(tmp_path, **installation) as team:
        yield team


async def test_many_confirmations_cost_one_comparison(desk: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    passes: list[int] = []
    real = waker._compare

    def counted(claims: Any, known_texts: Meanings, session: Session) -> Any:
        passes.append(len(claims))
        return real(claims, known_texts, session)

    monkeypatch.setattr(waker, "_compare", counted)
    searches = [await opened(desk.alice) for _ in range(3)]
    tip = await sleeping_tip(desk.bob)
    for search in searches * 4:
        await confirm(desk.alice, search)
    assert [row.marks for row in (await due(desk.server.service)).values()] == [4, 4, 4]
    await Waker(desk.server.service).wake()
    assert passes == [3]
    assert [(await wakes_of(desk.bob, search)).keys() for search in searches] == [{tip}] * 3


async def test_waiting_wakes_of_a_board_are_bounded(desk: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakes, "MAX_WAITING", 7)
    search, process = await opened(desk.alice), Waker(desk.server.service)
    for _ in range(9):
        await sleeping_tip(desk.bob)
    counts = []
    for _ in range(2):
        await confirm(desk.alice, search)
        counts.append(await process.wake())
    assert counts == [7, 0]
    for added in (1, 1, 0):  # each answer makes room for a report that waits
        waiting = next(wake for wake in (await wakes_of(desk.bob, search)).values() if wake["queue"] == "look")
        await desk.bob.command(search, "wake.answer", {"wake": waiting["id"], "answer": "not_same"})
        assert await process.wake() == added


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.both_backends
async def test_one_of_fourteen_thousand_waits_within_two_seconds(desk: Team) -> None:
    service, search, tip = desk.server.service, await opened(desk.alice), await sleeping_tip(desk.bob)
    await add_dismissed_tips(service, noise(Random(3), 14_000))
    running = asyncio.create_task(Waker(service).run())
    await confirm(desk.alice, search)
    began = time.monotonic()
    found = await wait_for_wakes(desk.bob, search)
    took = time.monotonic() - began
    running.cancel()
    assert tip in found
    assert took < WITHIN_S


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.both_backends
async def test_fifty_confirmations_wait_for_no_comparison(desk: Team) -> None:
    service, tip = desk.server.service, await sleeping_tip(desk.bob)
    searches = [await opened(desk.alice) for _ in range(10)]
    await add_dismissed_tips(service, noise(Random(3), 10_000))
    running = asyncio.create_task(Waker(service).run())
    slowest = 0.0
    for number in range(50):
        began = time.monotonic()
        await confirm(desk.alice, searches[number % len(searches)])
        slowest = max(slowest, time.monotonic() - began)
    for search in searches:
        assert tip in await wait_for_wakes(desk.bob, search)
    while await due(service):
        await asyncio.sleep(0.02)
    running.cancel()
    assert slowest < WITHIN_S
