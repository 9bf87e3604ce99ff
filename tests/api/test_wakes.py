"""Reports that were set aside wait on the board of a search that knows more, once, and only people place them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text
from sqlmodel import select

from board.commands.sightings import due_wakes, wakes
from board.dev import Postgres, Redis
from board.lookup import waker
from board.lookup.waker import Waker
from models.board import OPERATIONS
from models.ids import new_id
from models.wake import DueWake, Wake
from tests.support.backends import POSTGRESQL, SLOW_ON_POSTGRESQL, Backend
from tests.support.people import running_server
from tests.support.team import Team, running_team
from tests.support.wakes import SAID, SEEN, add_tip, confirm, due, events_of_wakes, opened, sleeping_tip, wait_for_wakes, wakes_of

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture
async def desk(installation: dict[str, Any], tmp_path: Path) -> AsyncIterator[Team]:
    """Team of its own, so that no tips of other tests are there."""
    async with running_team(tmp_path, **installation) as team:
        yield team


# -- once ----------------------------------------------------------------------------------------------------------------


@pytest.mark.both_backends
async def test_tip_waits_in_the_queue_though_no_page_is_open(desk: Team) -> None:
    lead = desk.alice.account["id"]
    search, tip = await opened(desk.alice, lead=lead), await sleeping_tip(desk.bob)
    running = asyncio.create_task(Waker(desk.server.service).run())
    await confirm(desk.alice, search)
    wake = (await wait_for_wakes(desk.bob, search))[tip]
    running.cancel()
    assert (wake["sighting"], wake["search"], wake["assignee"], wake["queue"]) == (None, search, lead, "look")
    assert wake["answer"] is None
    assert wake["score"] >= 0.55
    assert [reason["code"] for reason in wake["reasons"]] == ["same_place", "time_apart", "same_words"]
    assert "Zébulonne".lower() not in str(wake).lower(), "it quotes nothing of the tip"
    answer = (await desk.charlie.http.get("/api/v1/unanswered", params={"queue": "look"})).json()
    (entry,) = [entry for entry in answer["entries"] if entry["kind"] == "wake"]
    assert (entry["id"], entry["board"], entry["title"], entry["assignee"]) == (wake["id"], search, SAID, lead)
    assert not entry["late"]
    assert entry["target_min"] > 0
    assert (await events_of_wakes(desk.bob, search))[0]["actor"] is None
    assert (await desk.bob.snapshot(OPERATIONS))["entities"]["tip", tip]["placed"] is None, "nothing is set automatically"


@pytest.mark.both_backends
@pytest.mark.parametrize("assessment", ["credible", "confirmed"])
async def test_each_report_wakes_once_however_often_it_is_compared(desk: Team, assessment: str) -> None:
    search, tip = await opened(desk.alice), await sleeping_tip(desk.bob)
    processes = [Waker(desk.server.service) for _ in range(3)]
    await confirm(desk.alice, search, assessment)
    assert sum(await asyncio.gather(*(each.wake() for each in processes))) == 1
    await confirm(desk.alice, search, assessment)
    assert sum(await asyncio.gather(*(each.wake() for each in processes))) == 0
    assert [event["type"] for event in await events_of_wakes(desk.bob, search)] == ["wake.added"]
    assert (await wakes_of(desk.bob, search)).keys() == {tip}
    assert await due(desk.server.service) == {}


async def test_two_processes_on_one_database_wake_each_tip_once(postgres: Postgres, redis: Redis, tmp_path: Path) -> None:
    with Backend(POSTGRESQL, postgres, redis).settled(tmp_path) as settings:
        async with running_team(tmp_path, **settings) as desk, running_server(tmp_path, **settings) as other:
            tip = await sleeping_tip(desk.bob)
            searches = [await opened(desk.alice) for _ in range(4)]
            processes = [Waker(desk.server.service), Waker(other.service)]
            for _ in range(3):
                await asyncio.gather(*(confirm(desk.alice, search) for search in searches), *(each.wake() for each in processes))
            await asyncio.gather(*(each.wake() for each in processes))
            assert await due(other.service) == {}
            for search in searches:
                added = [event["state"]["tip"] for event in await events_of_wakes(desk.bob, search)]
                assert added == [tip]


@pytest.mark.both_backends
async def test_restart_between_event_and_comparison_loses_nothing(installation: dict[str, Any], tmp_path: Path) -> None:
    async with running_team(tmp_path, **installation) as desk:
        search, tip = await opened(desk.alice), await sleeping_tip(desk.bob)
        await confirm(desk.alice, search)
    async with running_server(tmp_path, **installation) as server:
        assert await Waker(server.service).wake() == 1
    async with running_server(tmp_path, **installation) as server:
        assert await Waker(server.service).wake() == 0
        rows = await server.service.database.read(lambda session: list(session.exec(select(Wake))))
        assert [(row.tip, row.board) for row in rows] == [(tip, search)]


@pytest.mark.both_backends
async def test_claim_of_a_killed_process_expires(desk: Team) -> None:
    service, search = desk.server.service, await opened(desk.alice)
    await sleeping_tip(desk.bob)
    await confirm(desk.alice, search)
    claim = await service.database.write(lambda session: due_wakes.claim(session, search, service.clock))
    assert claim is not None
    assert await Waker(service).wake() == 0, "another process has it"
    expire = text("UPDATE due_wakes SET claimed_until = since")
    await service.database.write(lambda session: session.connection().execute(expire))
    assert await Waker(service).wake() == 1


async def test_knowledge_that_comes_during_a_comparison_is_compared_too(desk: Team) -> None:
    service, search = desk.server.service, await opened(desk.alice)
    await confirm(desk.alice, search)
    claim = await service.database.write(lambda session: due_wakes.claim(session, search, service.clock))
    await confirm(desk.alice, search)
    assert claim is not None
    await service.database.write(lambda session: due_wakes.finish(session, claim))
    row = (await due(service))[search]
    assert (row.marks, row.claimed_until, row.tries) == (2, None, 0)
    assert await service.database.read(lambda session: due_wakes.due(session, service.clock)) == [search]


async def test_comparison_that_never_ends_is_set_aside(desk: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    service, search = desk.server.service, await opened(desk.alice)
    await confirm(desk.alice, search)

    def fails(*_: Any) -> Any:
        raise RuntimeError("a bug")

    monkeypatch.setattr(waker, "MAX_TRIES", 1)
    monkeypatch.setattr(waker, "_compare", fails)
    expire = text("UPDATE due_wakes SET claimed_until = since")
    with pytest.raises(RuntimeError):
        await Waker(service).wake()
    await service.database.write(lambda session: session.connection().execute(expire))
    assert await Waker(service).wake() == 0
    assert await due(service) == {}


# -- what wakes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "is_due"),
    [
        ("search.update", {"person": {"hair": "red"}}, True),
        ("search.update", {"person": {"first_name": "Libby"}}, True),
        ("search.update", {"details": {"aliases": ["Lib"]}}, True),
        ("search.update", {"last_seen": {"text": "Monon bridge"}}, True),
        ("search.update", {"missing_since": "2026-11-23T10:00:00Z"}, True),
        ("search.update", {"person": {"age": 12}}, False),
        ("search.set_worrying", {"worrying": True, "basis": "the duty officer"}, False),
        ("note.add", {"text": "the aunt was called"}, False),
    ],
)
async def test_search_is_due_when_what_is_compared_changes(desk: Team, name: str, data: dict[str, Any], is_due: bool) -> None:
    search = await opened(desk.alice)
    await desk.alice.command(search, name, data)
    assert ((await due(desk.server.service)).keys() == {search}) is is_due


async def test_only_assured_sightings_make_a_search_due(desk: Team) -> None:
    service, search = desk.server.service, await opened(desk.alice)
    sighting = await confirm(desk.alice, search, "unverifiable")
    await desk.alice.command(search, "sighting.update", {"sighting": sighting, "clothing": "red"})
    assert await due(service) == {}
    await desk.alice.command(search, "sighting.assess", {"sighting": sighting, "assessment": "credible"})
    assert (await due(service))[search].marks == 1
    await desk.alice.command(search, "sighting.update", {"sighting": sighting, "clothing": "a red anorak"})
    assert (await due(service))[search].marks == 2
    await desk.alice.command(search, "sighting.update", {"sighting": sighting, "priority": "urgent"})
    assert (await due(service))[search].marks == 2


async def test_undone_exclusion_of_a_sighting_makes_its_search_due(desk: Team) -> None:
    service, search = desk.server.service, await opened(desk.alice)
    sighting = await confirm(desk.alice, search)
    excluded = {"sighting": sighting, "assessment": "not_the_child"}
    (seq,) = (await desk.alice.command(search, "sighting.assess", excluded))["seqs"]
    await desk.alice.command(search, "undo", {"seq": seq})
    assert (await due(service))[search].marks == 2


async def test_changed_details_wake_a_tip_without_a_confirmation(desk: Team) -> None:
    search, tip = await opened(desk.alice), await sleeping_tip(desk.bob)
    last_seen = {"text": "Monon bridge", "lat": 50.4701, "lon": 4.8702}
    await desk.alice.command(search, "search.update", {"last_seen": last_seen})
    await Waker(desk.server.service).wake()
    wake = (await wakes_of(desk.bob, search))[tip]
    assert [reason["code"] for reason in wake["reasons"]] == ["where_last_seen", "time_apart"]


async def test_unplaced_tips_and_excluded_sightings_of_other_searches_wake(desk: Team) -> None:
    search, other = await opened(desk.alice), await opened(desk.alice)
    tip = await add_tip(desk.bob)
    excluded = await confirm(desk.bob, other, "not_the_child", **SEEN)
    doubtful = await confirm(desk.bob, other, "unverifiable", **SEEN)
    await desk.bob.command(other, "sighting.add", SEEN)
    await confirm(desk.alice, search)
    assert await Waker(desk.server.service).wake() == 3
    found = await wakes_of(desk.bob, search)
    assert found.keys() == {tip, excluded, doubtful}
    assert (found[excluded]["tip"], found[excluded]["sighting"]) == (None, excluded)
    assert await wakes_of(desk.bob, other) == {}


async def test_closed_and_found_searches_get_no_wakes_until_they_are_reopened(desk: Team) -> None:
    search, tip = await opened(desk.alice), await sleeping_tip(desk.bob)
    await confirm(desk.alice, search)
    outcome = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
    await desk.alice.command(search, "search.set_status", {"status": "found", "reason": "came home", "outcome": outcome})
    assert await Waker(desk.server.service).wake() == 0
    await desk.alice.command(search, "search.set_status", {"status": "open", "reason": "it was another child"})
    assert await Waker(desk.server.service).wake() == 1
    assert (await wakes_of(desk.bob, search)).keys() == {tip}


# -- broken on purpose -----------------------------------------------------------------------------------------------------


async def test_duplicates_are_found_if_ids_are_random(desk: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakes, "wake_id", lambda board, report: new_id())
    monkeypatch.setattr(waker, "_is_new", lambda board, known, report: report.board != board)
    with pytest.raises(AssertionError):
        await test_each_report_wakes_once_however_often_it_is_compared(desk, "confirmed")


async def test_lost_mark_is_found_if_a_comparison_deletes_it(desk: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due_wakes, "_FINISH", delete(DueWake).where(due_wakes._OF_BOARD))
    with pytest.raises((AssertionError, KeyError)):
        await test_knowledge_that_comes_during_a_comparison_is_compared_too(desk)
