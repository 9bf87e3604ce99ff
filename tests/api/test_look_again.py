"""Looking again: what was given up is suggested when a search knows more, to those who may see it, and places itself nowhere."""

from random import Random
from typing import Any

import pytest

from models.board import OPERATIONS
from models.ids import new_id
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.search_scenario import UNKNOWN_ID
from tests.support.team import Team
from tests.support.wakes import NEAR, SAID, add_dismissed_tips, add_tip, confirm
from tests.unit.test_look_again import noise

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


async def again(who: Person, search: str) -> list[dict[str, Any]]:
    answer = await who.http.get(f"/api/v1/boards/{search}/look-again")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["again"])


async def test_a_dismissed_tip_wakes_when_a_sighting_near_it_is_confirmed(team: Team) -> None:
    search, id = await team.alice.open_search(person={"first_name": "Liberty"}), await add_tip(team.bob)
    await team.bob.command(OPERATIONS, "tip.dismiss", {"tip": id, "reason": "cleared"})
    assert id not in [each["id"] for each in await again(team.bob, search)]
    head = (await team.bob.snapshot(OPERATIONS))["seq"]
    await confirm(team.alice, search)
    found = next(each for each in await again(team.charlie, search) if each["id"] == id)
    assert (found["kind"], found["board"], found["reference"], found["dismissed"]) == ("tip", OPERATIONS, None, "cleared")
    assert found["reasons"][0].startswith("the same place as Sighting ")
    assert found["reasons"][1] == "20 min apart"
    assert "mustard" in found["reasons"][2]
    assert (await team.bob.snapshot(OPERATIONS))["seq"] == head, "nothing sets itself"
    await team.bob.command(OPERATIONS, "tip.place", {"tip": id, "search": search})
    assert id not in [each["id"] for each in await again(team.bob, search)]


async def test_reasons_are_in_the_readers_language(team: Team) -> None:
    search, id = await team.alice.open_search(), await add_tip(team.bob)
    await confirm(team.alice, search)
    answer = await team.bob.http.get(f"/api/v1/boards/{search}/look-again", headers={"Accept-Language": "nl"})
    found = next(each for each in answer.json()["again"] if each["id"] == id)
    assert "20 min verschil" in found["reasons"]


async def test_given_up_sightings_of_other_searches_are_suggested(team: Team) -> None:
    search, other = await team.alice.open_search(), await team.alice.open_search(reference=f"LA-{new_id()[-6:]}")
    await team.bob.command(other, "sighting.add", {"description": SAID, "place": NEAR, "seen_at": "2026-11-24T15:20:00Z"})
    (id,) = [id for kind, id in (await team.bob.snapshot(other))["entities"] if kind == "sighting"]
    await confirm(team.alice, search)
    for assessment, there in (("not_the_child", True), ("unverifiable", True), ("credible", False), ("unassessed", False)):
        await team.bob.command(other, "sighting.assess", {"sighting": id, "assessment": assessment})
        found = {each["id"]: each for each in await again(team.bob, search)}
        assert (id in found) is there, assessment
        assert not there or (found[id]["assessment"], found[id]["board"]) == (assessment, other)
    await team.bob.command(other, "sighting.assess", {"sighting": id, "assessment": "unverifiable"})
    await team.bob.command(other, "card.withdraw", {"card": id})
    assert id not in [each["id"] for each in await again(team.bob, search)]


async def test_members_only_reports_never_show_to_outsiders(team: Team) -> None:
    search, secret = await team.alice.open_search(), await team.secret_search(team.bob, reference="ZEB-SECRET")
    placed = await add_tip(team.bob)
    await team.bob.command(OPERATIONS, "tip.place", {"tip": placed, "search": secret})
    (sighting,) = [id for kind, id in (await team.bob.snapshot(secret))["entities"] if kind == "sighting"]
    await team.bob.command(secret, "sighting.assess", {"sighting": sighting, "assessment": "not_the_child"})
    await confirm(team.alice, search)
    member = await team.bob.http.get(f"/api/v1/boards/{search}/look-again")
    assert sighting in member.text, "it could have shown"
    for outsider in (team.charlie, team.victor, team.ada):
        answer = await outsider.http.get(f"/api/v1/boards/{search}/look-again")
        assert answer.status_code == 200
        assert [trace for trace in (sighting, placed, secret, "ZEB-SECRET") if trace.encode() in answer.content] == []
        assert (await outsider.http.get(f"/api/v1/boards/{secret}/look-again")).status_code == 404


async def test_only_a_search_that_there_is_can_be_looked_at_again(team: Team) -> None:
    assert (await team.bob.http.get(f"/api/v1/boards/{UNKNOWN_ID}/look-again")).status_code == 404
    assert (await team.bob.http.get(f"/api/v1/boards/{OPERATIONS}/look-again")).json() == {"again": []}


@pytest.mark.slow
async def test_one_of_fourteen_thousand_is_among_the_first_five(team: Team) -> None:
    search, id = await team.alice.open_search(person={"first_name": "Liberty"}), await add_tip(team.bob)
    await team.bob.command(OPERATIONS, "tip.dismiss", {"tip": id, "reason": "cleared"})
    await add_dismissed_tips(team.server.service, noise(Random(3), 14_000))
    await confirm(team.alice, search)
    assert id in [each["id"] for each in await again(team.charlie, search)]
