"""Callers who describe the same in two languages find each other, only where one may see it."""

from typing import Any

import pytest

from models.board import OPERATIONS
from models.ids import new_id
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.limited_callers import add_guest, connect_guest
from tests.support.people import Person
from tests.support.search_scenario import UNKNOWN_ID
from tests.support.team import Team
from tests.support.wakes import NEAR, confirm

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

DUTCH = "een meisje met een oranje rugzak en een bril"
FRENCH = "une fille avec un sac à dos orange et des lunettes"
AT = "2026-11-24T20:00:00Z"


async def find(person: Person, q: str, **params: Any) -> list[dict[str, Any]]:
    answer = await person.http.get("/api/v1/find", params={"q": q} | params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["hits"])


async def intake(person: Person, q: str) -> list[dict[str, Any]]:
    answer = await person.http.get("/api/v1/intake/searches", params={"q": q})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["searches"])


async def similar(person: Person, board: str, text: str, **headers: str) -> dict[str, Any]:
    answer = await person.http.post(f"/api/v1/boards/{board}/similar", json={"text": text, "seen_at": AT}, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def newest(person: Person, board: str, kind: str) -> str:
    return max(id for each, id in (await person.snapshot(board))["entities"] if each == kind)


async def add_tip(person: Person, text: str, **data: Any) -> str:
    await person.command(OPERATIONS, "tip.add", {"description": text, "seen_at": AT} | data)
    return await newest(person, OPERATIONS, "tip")


def texts(found: dict[str, Any]) -> list[str]:
    return [each["text"] for each in found["statements"]]


@pytest.mark.parametrize(
    "q", ["orange rucksack", "sac à dos orange", "orangefarbener Rucksack", "orange bag glasses", "girl glasses"]
)
async def test_find_box_finds_it_in_another_language(team: Team, q: str) -> None:
    search = await team.alice.open_search()
    await team.alice.command(search, "sighting.add", {"description": DUTCH})
    (hit,) = [each for each in await find(team.bob, q, board=search) if each["kind"] == "sighting"]
    assert hit["id"] == await newest(team.alice, search, "sighting")
    (snippet,) = hit["found"]
    assert snippet["field"] == "description"
    marked = [snippet["text"][start:end] for start, end in snippet["marks"]]
    assert marked, "the words that say it are marked"
    assert set(marked) <= {"meisje", "oranje rugzak", "bril"}
    assert hit["statements"]


async def test_find_box_says_what_it_understood_in_the_readers_language(team: Team) -> None:
    search = await team.alice.open_search()
    await team.alice.command(search, "sighting.add", {"description": DUTCH})
    answer = await team.bob.http.get(
        "/api/v1/find", params={"q": "sac orange", "board": search}, headers={"Accept-Language": "de"}
    )
    (hit,) = answer.json()["hits"]
    assert texts(hit) == ["orangefarbene Tasche"]
    (hit,) = await find(team.bob, "oranje rugzak", board=search)
    assert hit["statements"] == [], "the words are there as they were typed"


async def test_find_box_finds_nothing_that_says_something_else(team: Team) -> None:
    search = await team.alice.open_search()
    await team.alice.command(search, "sighting.add", {"description": "pas de sac à dos orange, un manteau vert"})
    for q in ("orange rucksack", "red coat", "orange coat", "Zibi rucksack", "green coat glasses"):
        assert await find(team.bob, q, board=search) == [], q
    assert await find(team.bob, "green coat", board=search)


async def test_find_box_finds_nothing_of_hidden_searches(team: Team) -> None:
    search = await team.alice.open_search(access="members", members=[team.alice.account["id"], team.bob.account["id"]])
    await team.alice.command(search, "sighting.add", {"description": "een fuchsia hoed met een uil"})
    assert await find(team.alice, "fuchsia hat")
    assert await find(team.charlie, "fuchsia hat") == []
    answer = await team.charlie.http.get("/api/v1/find", params={"q": "fuchsia hat", "board": search})
    assert answer.status_code == 404


async def test_names_and_looks_are_found_together(team: Team) -> None:
    search = await team.alice.open_search(person={"first_name": "Ysolde", "clothing": "gele regenjas", "hair": "kort, bruin"})
    assert [each["board"] for each in await find(team.bob, "Ysolde yellow raincoat")] == [search]
    assert [each["board"] for each in await find(team.bob, "Ysolde cheveux bruns")] == [search]
    assert await find(team.bob, "Ysolde red raincoat") == []


async def test_take_a_call_suggests_searches_by_looks(team: Team) -> None:
    person = {"first_name": "Wilhelmine", "clothing": "turquoise jas met kap, paarse laarzen", "features": "litteken op de kin"}
    search = await team.alice.open_search(person=person)
    other = await team.alice.open_search(person={"first_name": "Other", "clothing": "grüner Mantel, paarse laarzen"})
    found = await intake(team.bob, "manteau turquoise, bottes violettes")
    assert found[0]["board"] == search
    assert texts(found[0]) == ["turquoise coat", "purple boots"]
    assert other not in [each["board"] for each in found if "turquoise coat" in texts(each)]
    assert (await intake(team.bob, "Wilhelmine"))[0]["statements"] == []


async def test_similar_sightings_are_found_across_languages(team: Team) -> None:
    search = await team.alice.open_search()
    await team.alice.command(search, "sighting.add", {"description": DUTCH, "seen_at": AT})
    same = await newest(team.alice, search, "sighting")
    await team.alice.command(search, "sighting.add", {"description": "ein Junge mit grüner Kappe", "seen_at": AT})
    (found,) = (await similar(team.bob, search, FRENCH))["similar"]
    assert (found["sighting"], found["score"]["words"]) == (same, 1.0)
    assert texts(found) == ["girl", "orange rucksack", "glasses"]
    (found,) = (await similar(team.bob, search, FRENCH, **{"Accept-Language": "fr"}))["similar"]
    assert texts(found) == ["fille", "sac à dos orange", "lunettes"]


async def test_tip_is_found_while_a_call_is_typed(team: Team) -> None:
    tip, search = await add_tip(team.bob, FRENCH), await team.alice.open_search()
    for board in (OPERATIONS, search):
        answer = await similar(team.alice, board, DUTCH)
        assert tip in [each["tip"] for each in answer["tips"]]
    assert (await similar(team.alice, OPERATIONS, DUTCH))["similar"] == []
    await team.bob.command(OPERATIONS, "tip.place", {"tip": tip, "search": search})
    assert tip not in [each["tip"] for each in (await similar(team.alice, OPERATIONS, DUTCH))["tips"]]


async def test_guest_gets_no_tips(team: Team) -> None:
    search = await team.alice.open_search()
    await add_tip(team.bob, FRENCH)
    await team.alice.command(search, "sighting.add", {"description": FRENCH, "seen_at": AT})
    guest = await connect_guest(team.server, await add_guest(team.server, search))
    answer = await similar(guest, search, DUTCH)
    assert (len(answer["similar"]), answer["tips"]) == (1, [])
    refused = await guest.http.post(f"/api/v1/boards/{OPERATIONS}/similar", json={"text": DUTCH})
    assert refused.status_code == 404
    await guest.close()


async def test_tip_in_another_language_wakes(team: Team) -> None:
    search = await team.alice.open_search(person={"first_name": "Ann", "clothing": "mauve raincoat, silver boots"})
    tip = await add_tip(team.bob, "un imperméable mauve, des bottes argentées", place=NEAR)
    await confirm(team.alice, search)
    answer = await team.bob.http.get(f"/api/v1/boards/{search}/look-again", headers={"Accept-Language": "nl"})
    assert tip in [each["id"] for each in answer.json()["again"]]


async def test_closed_searches_are_found_by_looks(team: Team) -> None:
    clothing = "khaki bomberjack, paarse muts"
    search = await team.alice.open_search(person={"first_name": "Closed", "clothing": clothing})
    await team.alice.command(search, "search.set_status", {"status": "closed", "reason": "moved", "acknowledge": "as it is"})
    for q, expected in (
        ("bonnet violet", True),
        ("bonnet rouge", False),
        ("Closed bonnet violet", True),
        ("Nobody bonnet violet", False),
    ):
        answer = await team.bob.http.get("/api/v1/closed", params={"q": q})
        assert answer.status_code == 200, answer.text
        assert (search in [each["board"] for each in answer.json()["searches"]]) is expected, q
        page = await team.bob.http.get("/closed", params={"q": q})
        assert (f"/searches/{search}" in page.text) is expected, q


async def test_earlier_disappearances_are_ordered_by_looks(team: Team) -> None:
    searches = []
    for features in ("glasses, scar on the chin", "beard", "crutches"):
        searches.append(await team.alice.open_search(person={"first_name": "Ildikó", "features": features}))
        await team.alice.command(
            searches[-1], "search.set_status", {"status": "closed", "reason": "moved", "acknowledge": "as it is"}
        )
    body = {"first_name": "Ildiko", "looks": "une cicatrice et des lunettes"}
    found = (await team.bob.http.post("/api/v1/earlier", json=body)).json()["searches"]
    assert found[0]["board"] == searches[0]
    assert texts(found[0]) == ["scar", "glasses"]
    assert {each["board"] for each in found} == set(searches)
    without = (await team.bob.http.post("/api/v1/earlier", json={"first_name": "Ildiko"})).json()["searches"]
    assert [each["statements"] for each in without] == [[], [], []]


@pytest.mark.parametrize("text", ["red " * 900, "🎒" * 900, "é" * 900, "שלום, red coat", "no rucksack, or maybe", "x" * 4_000])
async def test_strange_texts_are_answered(team: Team, text: str) -> None:
    search = await team.alice.open_search()
    await team.alice.command(search, "sighting.add", {"description": text[:4_000]})
    await similar(team.bob, search, text[:4_000])
    await find(team.bob, text[:200], board=search)
    await intake(team.bob, text[:200])


async def test_too_much_is_refused(team: Team) -> None:
    search = await team.alice.open_search()
    for path, body in (
        (f"/api/v1/boards/{search}/similar", {"text": "x" * 4_001}),
        ("/api/v1/earlier", {"first_name": "Ann", "looks": "x" * 4_001}),
    ):
        assert (await team.bob.http.post(path, json=body)).status_code == 422
    for path in ("/api/v1/find", "/api/v1/intake/searches", "/api/v1/closed"):
        assert (await team.bob.http.get(path, params={"q": "red coat " * 30})).status_code == 422
    assert (await team.bob.http.post(f"/api/v1/boards/{UNKNOWN_ID}/similar", json={"text": new_id()})).status_code == 404
