"""List of what a person has: alarms that they took, and cards and tips assigned to them, with the next step and its time."""

from typing import Any

import pytest

from board.lookup import own_work
from models.board import OPERATIONS
from tests.api.test_alarms import URGENT, Alarms, alarms, desk, id_of, urgent
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team
from tests.support.wakes import add_wake, sleeping_tip

__all__ = ["alarms", "desk"]  # fixtures

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

EARLY, LATE = "2026-01-02T08:00:00.000Z", "2036-01-02T08:00:00.000Z"


async def work(person: Person, board: str | None = None) -> list[dict[str, Any]]:
    """Return the items of a person, on one board if it is given."""
    response = await person.http.get("/api/v1/work")
    assert response.status_code == 200, response.text
    return [item for item in response.json()["items"] if board in (None, item["board"])]


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


async def test_assigned_cards_are_listed_by_their_time_until_finished(scene: SearchScenario) -> None:
    bob, mine = scene.team.bob, {"assignee": id_of(scene.team.bob)}
    undated = await scene.task(title="no hurry", **mine)
    later = await scene.task(title="later", due=LATE, **mine)
    sighting = await scene.sighting(priority="normal", **mine)
    first = await scene.task(title="overdue", due=EARLY, **mine)
    await scene.task(title="of nobody")
    await scene.task(title="of Alice", assignee=id_of(scene.team.alice))
    listed = await work(bob, scene.search)
    assert [item["id"] for item in listed] == [first["id"], sighting["id"], later["id"], undated["id"]]
    assert [(item["kind"], item["queue"], item["by"]) for item in listed[::3]] == [("task", None, EARLY), ("task", None, None)]
    assert (listed[1]["queue"], listed[1]["alarm"], listed[1]["by"] > listed[1]["queue_since"]) == ("look", None, True)
    assert {item["assignee"]["name"] for item in listed} == {"Bob"}
    await scene.does("card.move", {"card": first["id"], "column": (await scene.columns())["done"]})
    await scene.does("sighting.assess", {"sighting": sighting["id"], "assessment": "not_the_child"})
    await scene.does("card.withdraw", {"card": later["id"]})
    assert [item["id"] for item in await work(bob, scene.search)] == [undated["id"]]
    await scene.does("card.assign", {"card": undated["id"], "assignee": None})
    assert await work(bob, scene.search) == []


async def test_a_taken_alarm_and_its_card_are_one_item_with_the_promise(alarms: Alarms) -> None:
    id, charlie = await urgent(alarms), alarms.desk.charlie
    assert await work(charlie) == []
    await charlie.command(alarms.search, "alarm.take", {"alarm": id})
    (item,) = await work(charlie)
    assert (item["alarm"]["id"], item["queue"], item["by"]) == (id, "look", item["alarm"]["until"])
    assert item["assignee"]["name"] == item["alarm"]["taken_by"]["name"] == "Charlie"
    await charlie.command(alarms.search, "alarm.give_back", {"alarm": id})
    assert await work(charlie) == []


async def test_an_assigned_card_whose_alarm_another_person_has_says_so(alarms: Alarms) -> None:
    desk = alarms.desk
    await desk.bob.command(alarms.search, "sighting.add", URGENT | {"priority": "normal", "assignee": id_of(desk.charlie)})
    sighting = next(id for (kind, id) in (await desk.bob.snapshot(alarms.search))["entities"] if kind == "sighting")
    await desk.bob.command(alarms.search, "sighting.update", {"sighting": sighting, "priority": "urgent"})
    await desk.ada.command(alarms.search, "alarm.take", {"alarm": (await alarms.only())[0]})
    (assigned,), (taken,) = await work(desk.charlie), await work(desk.ada)
    assert assigned["id"] == taken["id"] == sighting
    assert [item["alarm"]["taken_by"]["name"] for item in (assigned, taken)] == ["Ada", "Ada"]
    assert taken["assignee"]["name"] == "Charlie"


async def test_own_tips_are_listed_without_a_search(alarms: Alarms) -> None:
    desk = alarms.desk
    seqs = (await desk.bob.command(OPERATIONS, "tip.add", URGENT | {"priority": "normal"}))["seqs"]
    tip = next(id for (kind, id) in (await desk.bob.snapshot(OPERATIONS))["entities"] if kind == "tip")
    assert seqs
    assert await work(desk.charlie) == []
    await desk.bob.command(OPERATIONS, "tip.assign", {"tip": tip, "assignee": id_of(desk.charlie)})
    (item,) = await work(desk.charlie)
    assert (item["id"], item["board"], item["child"], item["queue"]) == (tip, OPERATIONS, None, "look")
    await desk.bob.command(OPERATIONS, "tip.dismiss", {"tip": tip, "reason": "no child"})
    assert await work(desk.charlie) == []


async def test_work_of_a_hidden_or_closed_search_is_not_listed(team: Team) -> None:
    search = await team.secret_search(team.bob)
    scene = SearchScenario(team, search)
    await scene.task(title="call the school", assignee=id_of(team.bob))
    assert len(await work(team.bob, search)) == 1
    await team.alice.command(search, "search.set_access", {"access": "members", "members": [id_of(team.alice)]})
    assert await work(team.bob, search) == []
    await team.alice.command(search, "search.set_access", {"access": "desk", "members": []})
    assert len(await work(team.bob, search)) == 1
    closed = {"status": "closed", "reason": "at home", "acknowledge": "as it is"}
    await team.alice.command(search, "search.set_status", closed)
    assert await work(team.bob, search) == []


async def test_a_wake_is_an_item_of_the_person_in_charge_until_answered(alarms: Alarms) -> None:
    desk, tip = alarms.desk, await sleeping_tip(alarms.desk.bob)
    wake = await add_wake(desk.server.service, alarms.search, tip)
    (item,) = await work(desk.alice, alarms.search)
    assert (item["kind"], item["id"], item["queue"]) == ("wake", wake, "look")
    assert await work(desk.bob) == []
    await desk.bob.command(alarms.search, "wake.answer", {"wake": wake, "answer": "not_same"})
    assert await work(desk.alice) == []


async def test_a_shorter_list_has_the_first_items_and_reads_no_more(alarms: Alarms, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, mine = alarms.desk, {"assignee": id_of(alarms.desk.charlie)}
    scene = SearchScenario(desk, alarms.search)
    for due in (LATE, None, EARLY, None, EARLY):
        await scene.task(title="call the school", **mine, **({"due": due} if due else {}))
    for data in ({"priority": "normal"} | mine, mine, {}, {}):
        await desk.bob.command(alarms.search, "sighting.add", URGENT | data)
    for id, alarm in (await alarms.states()).items():
        if alarm["taken_by"] is None:
            await desk.charlie.command(alarms.search, "alarm.take", {"alarm": id})
    await desk.bob.command(OPERATIONS, "tip.add", URGENT | {"priority": "normal"})
    tip = next(id for (kind, id) in (await desk.bob.snapshot(OPERATIONS))["entities"] if kind == "tip")
    await desk.bob.command(OPERATIONS, "tip.assign", {"tip": tip} | mine)
    all_items = await work(desk.charlie)
    assert len([item for item in all_items if item["alarm"]]) == 3
    assert len(all_items) == 10
    read: list[str] = []
    of_card = own_work._of_card
    monkeypatch.setattr(own_work, "_of_card", lambda kind, row, person: read.append(row.id) or of_card(kind, row, person))
    for limit in range(1, len(all_items) + 1):
        monkeypatch.setattr(own_work, "MAX_ITEMS", limit)
        body = (await desk.charlie.http.get("/api/v1/work")).json()
        assert body["items"] == all_items[:limit]
        assert body["left_out"] == len(all_items) - limit
        assert len(read) <= limit
        read.clear()
