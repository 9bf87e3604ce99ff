"""Answer to a wake: the same child places the tip, and a different one leaves it as it is."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from board.client import Refusal
from board.live import summary_counts
from board.lookup.waker import Waker
from models.board import OPERATIONS
from models.times import format_utc
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.team import Team, running_team
from tests.support.wakes import SAID, SEEN, add_tip, confirm, events_of_wakes, opened, sleeping_tip, wakes_of

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture
async def desk(installation: dict[str, Any], tmp_path: Path) -> AsyncIterator[Team]:
    """Team of its own, so that no tips of other tests are there."""
    async with running_team(tmp_path, **installation) as team:
        yield team


async def refused(who: Person, board: str, name: str, data: dict[str, Any]) -> Refusal:
    with pytest.raises(Refusal) as error:
        await who.command(board, name, data)
    return error.value


async def woken(desk: Team, **data: Any) -> tuple[str, str, str]:
    """Return a search, a tip and the wake of it."""
    search, tip = await opened(desk.alice), await sleeping_tip(desk.bob, **data)
    await confirm(desk.alice, search)
    await Waker(desk.server.service).wake()
    return search, tip, (await wakes_of(desk.bob, search))[tip]["id"]


async def test_same_child_places_the_tip_with_its_source(desk: Team) -> None:
    search, tip, wake = await woken(desk, source_name="Mr Richards")
    await desk.bob.command(search, "wake.answer", {"wake": wake, "answer": "same", "reason": "the anorak"})
    placed = (await desk.bob.snapshot(OPERATIONS))["entities"]["tip", tip]["placed"]
    assert (placed["board"], placed["by"]) == (search, desk.bob.account["id"])
    sighting = (await desk.bob.snapshot(search))["entities"]["sighting", placed["sighting"]]
    assert (sighting["from_tip"]["id"], sighting["description"]) == (tip, SAID)
    source = await desk.bob.http.get(f"/api/v1/boards/{search}/sightings/{placed['sighting']}/source")
    assert source.json()["name"] == "Mr Richards"
    state = (await wakes_of(desk.bob, search))[tip]
    assert (state["queue"], state["answer"]["answer"], state["answer"]["reason"]) == ("answered", "same", "the anorak")
    assert state["answer"]["by"] == desk.bob.account["id"]
    assert await Waker(desk.server.service).end_awake() == 0


async def test_different_child_leaves_the_tip_as_it_is(desk: Team) -> None:
    search, tip, wake = await woken(desk)
    before = (await desk.bob.snapshot(OPERATIONS))["seq"]
    await desk.bob.command(search, "wake.answer", {"wake": wake, "answer": "not_same"})
    assert (await desk.bob.snapshot(OPERATIONS))["seq"] == before
    assert (await wakes_of(desk.bob, search))[tip]["answer"]["answer"] == "not_same"
    assert tip not in (await desk.bob.http.get(f"/api/v1/boards/{search}/look-again")).text
    await confirm(desk.alice, search)
    assert await Waker(desk.server.service).wake() == 0, "it was answered"


async def test_sighting_of_another_search_stays_there(desk: Team) -> None:
    search, other = await opened(desk.alice), await opened(desk.alice)
    sighting = await confirm(desk.bob, other, "not_the_child", **SEEN)
    await confirm(desk.alice, search)
    await Waker(desk.server.service).wake()
    wake = (await wakes_of(desk.bob, search))[sighting]["id"]
    before = (await desk.bob.snapshot(other))["seq"]
    (seq,) = (await desk.bob.command(search, "wake.answer", {"wake": wake, "answer": "same"}))["seqs"]
    assert (await events_of_wakes(desk.bob, search))[-1]["seq"] == seq
    assert (await desk.bob.snapshot(other))["seq"] == before


async def test_second_answer_is_a_conflict(desk: Team) -> None:
    search, _, wake = await woken(desk)
    await desk.bob.command(search, "wake.answer", {"wake": wake, "answer": "not_same"})
    error = await refused(desk.charlie, search, "wake.answer", {"wake": wake, "answer": "same"})
    assert (error.code, list(error.fields or {})) == ("conflict", ["answer"])


async def test_tip_that_was_placed_meanwhile_is_a_conflict(desk: Team) -> None:
    search, tip, wake = await woken(desk)
    await desk.alice.command(OPERATIONS, "tip.place", {"tip": tip, "search": search})
    error = await refused(desk.bob, search, "wake.answer", {"wake": wake, "answer": "same"})
    assert (error.code, list(error.fields or {})) == ("conflict", ["placed"])


async def test_wake_of_another_board_is_not_found(desk: Team) -> None:
    _, _, wake = await woken(desk)
    error = await refused(desk.bob, await opened(desk.alice), "wake.answer", {"wake": wake, "answer": "not_same"})
    assert (error.code, list(error.fields or {})) == ("not_found", ["wake"])


async def test_waiting_wakes_are_listed_first_when_somebody_looks_again(desk: Team) -> None:
    search, tip, wake = await woken(desk)
    other = await add_tip(desk.bob)
    answer = await desk.charlie.http.get(f"/api/v1/boards/{search}/look-again", headers={"Accept-Language": "nl"})
    listed = [(report["id"], report["wake"]) for report in answer.json()["again"]]
    assert listed == [(tip, wake), (other, None)]
    assert "20 min verschil" in answer.json()["again"][0]["reasons"]


async def test_summary_counts_waiting_wakes_in_the_queue_look(desk: Team) -> None:
    search, _, wake = await woken(desk)
    service = desk.server.service

    async def look() -> int:
        counts = await service.database.read(partial(summary_counts.count, boards=[search], at=format_utc(service.clock())))
        return int(counts[search].summary["unanswered"]["look"])

    waiting = await look()
    await desk.bob.command(search, "wake.answer", {"wake": wake, "answer": "not_same"})
    assert await look() == waiting - 1
