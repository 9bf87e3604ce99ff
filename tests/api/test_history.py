"""History: the newest events first, as a person may see them; its pages are there for everybody who sees the search."""

from typing import Any

import pytest

from tests.support.people import Person
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team


async def newest(person: Person, board: str, before: int, **params: Any) -> list[dict[str, Any]]:
    """The events that are the newest before a seq, as a person gets them."""
    response = await person.http.get(f"/api/v1/boards/{board}/events", params={"before": before} | params)
    assert response.status_code == 200, response.text
    return list(response.json()["events"])


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    made = SearchScenario(team, await team.alice.open_search())
    for number in range(4):
        await made.one("note.add", {"text": f"note {number}"})
    return made


async def test_the_newest_events_before_a_number_come_in_order(team: Team, scene: SearchScenario) -> None:
    response = await team.bob.http.get(f"/api/v1/boards/{scene.search}/events", params={"limit": 1_000})
    every = response.json()["events"]
    head = response.json()["seq"]
    assert await newest(team.bob, scene.search, 2**53, limit=3) == every[-3:]
    assert await newest(team.bob, scene.search, head, limit=2) == every[-3:-1]
    assert await newest(team.bob, scene.search, head, after=head - 3, limit=9) == every[-3:-1]
    assert await newest(team.bob, scene.search, 3) == every[:2]
    assert await newest(team.bob, scene.search, 1) == []


async def test_the_newest_events_up_to_a_moment_come_in_order(team: Team, scene: SearchScenario) -> None:
    path = f"/api/v1/boards/{scene.search}/events"
    every = (await team.bob.http.get(path, params={"limit": 1_000})).json()["events"]

    async def until(at: str, **more: int) -> list[int]:
        answer = await team.bob.http.get(path, params={"at": at} | more)  # type: ignore[operator]
        assert answer.status_code == 200, answer.text
        return [each["seq"] for each in answer.json()["events"]]

    last = [each["seq"] for each in every if each["at"] <= every[-3]["at"]][-1]
    assert await until(every[-3]["at"], limit=1) == [last]
    assert await until("2099-01-01T00:00:00Z", limit=1) == [every[-1]["seq"]]
    assert await until(str(every[-2]["seq"]), limit=2) == [each["seq"] for each in every[-3:-1]]
    assert await until("2099-01-01T00:00:00Z", before=every[-1]["seq"], limit=1) == [every[-2]["seq"]]
    assert await until(str(every[-1]["seq"]), after=every[-2]["seq"]) == [every[-1]["seq"]]
    for wrong, status in (("2020-01-01T00:00:00Z", 404), (str(every[-1]["seq"] + 1), 404), ("yesterday", 422)):
        assert (await team.bob.http.get(path, params={"at": wrong})).status_code == status
    secret = await team.secret_search(team.bob)
    refused = await team.charlie.http.get(f"/api/v1/boards/{secret}/events", params={"at": "2099-01-01T00:00:00Z"})
    assert refused.status_code == 404


async def test_history_of_one_entity_has_only_its_own_events(team: Team, scene: SearchScenario) -> None:
    added = await scene.sighting()
    graded = [
        await scene.one("sighting.grade", {"sighting": added["id"], "grade": {"source": "B", "content": grade}})
        for grade in (1, 2)
    ]
    await scene.one("note.add", {"text": "another thing"})
    own = await newest(team.bob, scene.search, 2**53, entity=added["id"], limit=2)
    assert own == graded
    assert await newest(team.bob, scene.search, graded[0]["seq"], entity=added["id"]) == [added]
    assert await newest(team.bob, scene.search, graded[1]["seq"], entity=added["id"], after=added["seq"]) == [graded[0]]


async def test_hidden_events_are_hidden_in_history_too(team: Team) -> None:
    search = await team.secret_search(team.bob)
    for outsider in (team.charlie, team.ada):
        assert (await newest(outsider, "operations", 2**53, limit=1))[0].keys() == {"seq", "hidden"}
        assert await newest(outsider, "operations", 2**53, entity=search) == []
        refused = await outsider.http.get(f"/api/v1/boards/{search}/events", params={"before": 9})
        assert refused.status_code == 404
    assert (await newest(team.bob, "operations", 2**53, limit=1))[0]["id"] == search
    assert await newest(team.bob, "operations", 2**53, entity=search)


@pytest.mark.parametrize("before", ["0", "-1", "1.5", "x", "", str(2**53 + 1)])
async def test_invalid_before_is_refused(team: Team, before: str) -> None:
    response = await team.bob.http.get("/api/v1/boards/operations/events", params={"before": before})
    assert (response.status_code, response.json()["code"], [*response.json()["fields"]]) == (422, "invalid", ["before"])


async def test_its_pages_are_there_for_whom_the_search_is(team: Team) -> None:
    search = await team.secret_search(team.bob)
    for person, path, status in (
        (team.bob, f"/searches/{search}/history", 200),
        (team.charlie, f"/searches/{search}/history", 404),
        (team.ada, f"/searches/{search}/history", 404),
        (team.victor, "/history", 200),
        (team.victor, "/searches/operations/history", 404),
        (team.victor, "/searches/none/history", 404),
    ):
        assert (await person.http.get(path)).status_code == status, (person.account["name"], path)
    stranger = await team.bob.http.get("/history", headers={"Authorization": ""})
    assert (stranger.status_code, stranger.headers["location"]) == (303, "/login?next=%2Fhistory")
