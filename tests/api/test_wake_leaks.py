"""Visibility of wakes: a report that an account may not see is in no byte for it, also if it became members-only later."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import true

from board.commands.sightings import wake_steps, wakes
from board.engine import erasure
from board.lookup import set_aside_reports, waker
from board.lookup.waker import Waker
from models.board import OPERATIONS
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.team import Team, running_team
from tests.support.wakes import SEEN, add_tip, confirm, events_of_wakes, opened, sleeping_tip, wakes_of

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture
async def desk(installation: dict[str, Any], tmp_path: Path) -> AsyncIterator[Team]:
    """Team of its own, so that no tips of other tests are there."""
    async with running_team(tmp_path, **installation) as team:
        yield team


async def test_members_only_reports_reach_no_byte_of_outsiders(desk: Team) -> None:
    search, secret = await opened(desk.alice), await desk.secret_search(desk.bob, reference="ZEB-SECRET")
    placed = await add_tip(desk.bob)
    await desk.bob.command(OPERATIONS, "tip.place", {"tip": placed, "search": secret})
    ruled_out = await confirm(desk.bob, secret, "not_the_child", **SEEN)
    public = await sleeping_tip(desk.bob)
    await confirm(desk.alice, search)
    await confirm(desk.alice, secret)
    await Waker(desk.server.service).wake()
    assert (await wakes_of(desk.bob, search)).keys() == {public}
    assert (await wakes_of(desk.bob, secret)).keys() == {public}, "it could have been found"
    for outsider in (desk.charlie, desk.victor, desk.ada):
        calls = [f"boards/{search}", f"boards/{search}/events", f"boards/{search}/look-again", "unanswered", f"boards/{secret}"]
        for call in calls:
            answer = await outsider.http.get(f"/api/v1/{call}")
            assert [trace for trace in (placed, ruled_out, secret, "ZEB-SECRET") if trace.encode() in answer.content] == [], call
        assert (await outsider.http.get(f"/api/v1/boards/{secret}/events")).status_code == 404


async def test_tip_that_is_placed_elsewhere_no_longer_waits(desk: Team) -> None:
    service, search, other = desk.server.service, await opened(desk.alice), await opened(desk.alice)
    tip = await sleeping_tip(desk.bob)
    await confirm(desk.alice, search)
    await Waker(service).wake()
    await desk.bob.command(OPERATIONS, "tip.place", {"tip": tip, "search": other})
    waiting = (await desk.charlie.http.get("/api/v1/unanswered")).json()
    assert [entry for entry in waiting["entries"] if entry["kind"] == "wake"] == [], "even before the wake ends"
    assert tip not in (await desk.charlie.http.get(f"/api/v1/boards/{search}/look-again")).text
    assert await Waker(service).end_awake() == 1
    assert await Waker(service).end_awake() == 0
    assert [event["type"] for event in await events_of_wakes(desk.bob, search)] == ["wake.added", "wake.ended"]


async def bytes_for(reader: Person, search: str) -> bytes:
    """Return what an account can read of a search and its wakes."""
    calls = [f"boards/{search}", f"boards/{search}/events?limit=1000", f"boards/{search}/look-again", "unanswered"]
    return b"".join([(await reader.http.get(f"/api/v1/{call}")).content for call in calls])


async def wake_is_gone(desk: Team, search: str, report: str) -> None:
    """Check that the wake of a report that became members-only is in no byte for outsiders."""
    waiting = (await desk.charlie.http.get("/api/v1/unanswered")).json()["entries"]
    assert [entry for entry in waiting if entry["kind"] == "wake"] == [], "even before the wake is removed"
    await Waker(desk.server.service)._run_once()
    written = await events_of_wakes(desk.charlie, search)
    assert (written[-1]["type"], written[-1]["state"]) == ("wake.removed", None)
    assert [event.get("erased") for event in written[:-1]] == [True] * (len(written) - 1)
    for outsider in (desk.charlie, desk.victor, desk.ada):
        assert report.encode() not in await bytes_for(outsider, search)
    assert await Waker(desk.server.service)._end(wake_steps.awake) == 0


@pytest.mark.both_backends
@pytest.mark.parametrize("is_answered", [False, True])
async def test_wake_of_a_tip_that_becomes_members_only_is_removed_and_erased(desk: Team, is_answered: bool) -> None:
    search, secret, tip = await opened(desk.alice), await desk.secret_search(desk.bob), await sleeping_tip(desk.bob)
    await confirm(desk.alice, search)
    await Waker(desk.server.service).wake()
    wake = (await wakes_of(desk.bob, search))[tip]["id"]
    if is_answered:
        await desk.bob.command(search, "wake.answer", {"wake": wake, "answer": "not_same"})
    assert tip.encode() in await bytes_for(desk.charlie, search), "it could be found"
    await desk.bob.command(OPERATIONS, "tip.place", {"tip": tip, "search": secret})
    await wake_is_gone(desk, search, tip)


@pytest.mark.parametrize("is_answered", [False, True])
async def test_wake_of_a_sighting_whose_search_becomes_members_only_is_removed(desk: Team, is_answered: bool) -> None:
    search, other = await opened(desk.alice), await opened(desk.alice)
    sighting = await confirm(desk.bob, other, "not_the_child", **SEEN)
    await confirm(desk.alice, search)
    await Waker(desk.server.service).wake()
    wake = (await wakes_of(desk.bob, search))[sighting]["id"]
    if is_answered:
        await desk.bob.command(search, "wake.answer", {"wake": wake, "answer": "same"})
    assert sighting.encode() in await bytes_for(desk.charlie, search), "it could be found"
    await desk.alice.command(other, "search.set_access", {"access": "members", "members": [desk.alice.account["id"]]})
    await wake_is_gone(desk, search, sighting)


async def test_wake_of_a_tip_remains_on_the_search_where_it_was_placed(desk: Team) -> None:
    search, tip = await opened(desk.alice), await sleeping_tip(desk.bob)
    await confirm(desk.alice, search)
    await Waker(desk.server.service).wake()
    wake = (await wakes_of(desk.bob, search))[tip]["id"]
    await desk.bob.command(search, "wake.answer", {"wake": wake, "answer": "same"})
    await desk.alice.command(search, "search.set_access", {"access": "members", "members": [desk.alice.account["id"]]})
    await Waker(desk.server.service)._run_once()
    assert [event["type"] for event in await events_of_wakes(desk.alice, search)] == ["wake.added", "wake.answered"]


async def test_tip_placed_during_a_comparison_does_not_wake(desk: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    service, search, secret = desk.server.service, await opened(desk.alice), await desk.secret_search(desk.bob)
    tip = await sleeping_tip(desk.bob)
    await confirm(desk.alice, search)
    write = service.write

    async def write_late(fn: Any, boards: tuple[str, ...] = (OPERATIONS,)) -> Any:
        await desk.bob.command(OPERATIONS, "tip.place", {"tip": tip, "search": secret})
        return await write(fn, boards)

    monkeypatch.setattr(service, "write", write_late)
    assert await Waker(service).wake() == 0
    assert await wakes_of(desk.bob, search) == {}


# -- broken on purpose -----------------------------------------------------------------------------------------------------


async def test_late_placement_is_found_if_nothing_is_checked_under_the_lock(desk: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakes, "sleeps", lambda session, wake: True)
    with pytest.raises(AssertionError):
        await test_tip_placed_during_a_comparison_does_not_wake(desk, monkeypatch)


@pytest.mark.parametrize("is_answered", [False, True])
async def test_leak_is_found_if_hidden_reports_are_not_looked_for(
    desk: Team, monkeypatch: pytest.MonkeyPatch, is_answered: bool
) -> None:
    monkeypatch.setattr(wakes, "is_hidden", lambda session, wake: False)
    with pytest.raises(AssertionError):
        await test_wake_of_a_tip_that_becomes_members_only_is_removed_and_erased(desk, is_answered)


async def test_leak_is_found_if_events_are_not_erased(desk: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "erase_before", lambda *_: None)
    with pytest.raises(AssertionError):
        await test_wake_of_a_tip_that_becomes_members_only_is_removed_and_erased(desk, False)


async def test_leak_is_found_if_every_report_is_compared(desk: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakes, "sleeps", lambda session, wake: True)
    monkeypatch.setattr(waker, "visible_to_all", partial(set_aside_reports.visible_where, boards=true()))
    with pytest.raises(AssertionError):
        await test_members_only_reports_reach_no_byte_of_outsiders(desk)
