"""Comparison of a sighting with what is known of the child over HTTP: for those who see the board, now and then, bounded."""

from typing import Any

import pytest

from tests.api.test_contradictions import AALST, GHENT, SINCE
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.limited_callers import add_guest, connect_guest
from tests.support.people import Person
from tests.support.search_scenario import UNKNOWN_ID, SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

NOOR = {"first_name": "Noor", "sex": "f", "clothing": "dark green coat, yellow rucksack", "features": "blue glasses"}
FRENCH = "Une fille en manteau rouge avec un sac jaune, avec un homme à casquette grise."


async def compared(who: Person, search: str, sighting: str, language: str = "en", **params: Any) -> dict[str, Any]:
    answer = await who.http.get(path(search, sighting), params=params, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def path(search: str, sighting: str) -> str:
    return f"/api/v1/boards/{search}/sightings/{sighting}/comparison"


def verdicts(answer: dict[str, Any]) -> dict[str, str]:
    return {row["thing"]: row["verdict"] for row in answer["rows"]}


async def scene_with(team: Team, **search: Any) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search(**{"person": NOOR} | search))


async def test_sighting_is_compared_in_the_readers_language(team: Team) -> None:
    scene = await scene_with(team)
    sighting = (await scene.sighting(description=FRENCH))["id"]
    answer = await compared(team.bob, scene.search, sighting)
    assert verdicts(answer) == {"coat": "differs", "rucksack": "same", "girl": "fits", "glasses": "not_said"}
    assert [(row["name"], row["known"], row["said"], row["verdict_text"]) for row in answer["rows"][:2]] == [
        ("Coat", "dark green coat", "red coat", "differs"), ("Rucksack", "yellow rucksack", "yellow bag", "same"),
    ]  # fmt: skip
    assert answer["rows"][0]["quotes"] == [{"field": "description", "text": "manteau rouge", "language": "fr"}]
    assert [each["thing"] for each in answer["rows"][0]["said_statements"]] == ["coat"]
    assert answer["others"] == [{"whose": "companion", "text": "man · grey cap"}]
    for language, name, mark in (
        ("nl", "Jas", "verschilt: jas"), ("fr", "Manteau", "différent\u00a0: manteau"), ("de", "Mantel", "anders: Mantel"),
    ):  # fmt: skip
        answer = await compared(team.bob, scene.search, sighting, language)
        assert (answer["rows"][0]["name"], answer["mark"]) == (name, mark)


async def test_comparison_is_true_at_every_moment(team: Team) -> None:
    scene = await scene_with(team)
    added = await scene.sighting(description=FRENCH)
    changed = await scene.one("search.update", {"person": {"clothing": "red coat"}})
    assert verdicts(await compared(team.bob, scene.search, added["id"]))["coat"] == "same"
    past = await compared(team.bob, scene.search, added["id"], at=changed["seq"] - 1)
    assert verdicts(past)["coat"] == "differs"
    now = await compared(team.bob, scene.search, added["id"])
    assert await compared(team.bob, scene.search, added["id"], at=changed["seq"]) == now
    for at, status in (("0", 422), ("x", 422), (str(changed["seq"] + 1), 404), (str(added["seq"] - 1), 404)):
        answer = await team.bob.http.get(path(scene.search, added["id"]), params={"at": at})
        assert answer.status_code == status, at


async def test_time_and_place_are_compared_with_a_credible_sighting(team: Team) -> None:
    scene = await scene_with(team, **SINCE)
    ghent, aalst = await scene.sighting(**GHENT), await scene.sighting(**AALST)
    assert "travel" not in verdicts(await compared(team.bob, scene.search, aalst["id"])), "nothing is known"
    await scene.does("sighting.assess", {"sighting": ghent["id"], "assessment": "credible"})
    answer = await compared(team.bob, scene.search, aalst["id"])
    (row,) = [row for row in answer["rows"] if row["thing"] == "travel"]
    assert (row["name"], row["verdict"], answer["mark"]) == ("When", "differs", "differs: when")
    assert f"cannot both be true with Sighting {ghent['state']['number']}: 24 km in 4 min" in row["said"]
    await scene.does("sighting.update", {"sighting": aalst["id"], "seen_at": "2026-11-24T19:00:00Z"})
    assert verdicts(await compared(team.bob, scene.search, aalst["id"]))["travel"] == "fits"
    await scene.does("sighting.update", {"sighting": aalst["id"], "seen_at": "2026-11-24T14:00:00Z"})
    assert verdicts(await compared(team.bob, scene.search, aalst["id"]))["travel"] == "differs", "the child was not missing yet"


async def test_only_those_who_see_the_board_compare(team: Team) -> None:
    scene, other = await scene_with(team, access="members", members=[team.alice.account["id"]]), await scene_with(team)
    sighting = (await scene.sighting(description=FRENCH))["id"]
    await compared(team.alice, scene.search, sighting)
    for who, search, id in (
        (team.bob, scene.search, sighting), (team.alice, other.search, sighting), (team.alice, scene.search, UNKNOWN_ID),
        (team.alice, UNKNOWN_ID, sighting), (team.alice, "operations", sighting),
    ):  # fmt: skip
        assert (await who.http.get(path(search, id))).status_code == 404


async def test_guest_compares_on_the_own_search_alone(team: Team) -> None:
    scene, other = await scene_with(team), await scene_with(team)
    own, foreign = [(await each.sighting(description=FRENCH))["id"] for each in (scene, other)]
    guest = await connect_guest(team.server, await add_guest(team.server, scene.search))
    assert verdicts(await compared(guest, scene.search, own))["coat"] == "differs"
    assert (await guest.http.get(path(other.search, foreign))).status_code == 404
    await guest.close()


async def test_longest_text_is_compared(team: Team) -> None:
    scene = await scene_with(team)
    sighting = (await scene.sighting(description=("not a red coat, I mean orange. " * 700)[:4_000]))["id"]
    answer = await compared(team.bob, scene.search, sighting)
    assert verdicts(answer)["coat"] == "differs"
    assert len(answer["rows"]) <= 60
