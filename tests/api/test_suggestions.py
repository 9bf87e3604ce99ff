"""Suggestions while somebody types: best first, few, only visible things; nothing is decided."""

import math
from typing import Any

import httpx2 as httpx
import pytest

from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person, create_token
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

BRUGGE = {"text": "Brugge, station", "lat": 51.1972, "lon": 3.2171, "radius_m": 100}
OOSTENDE = {"text": "Oostende", "lat": 51.2258, "lon": 2.9194, "radius_m": 100}
LIEGE = {"text": "Liège", "lat": 50.6337, "lon": 5.5675, "radius_m": 100}
AT = "2026-11-24T20:00:00Z"
LOOKS = {
    "height_cm": 132, "build": "slim", "hair": "dark, curly", "eyes": "brown", "features": "scar on the chin",
    "clothing": "yellow coat", "needs": "insulin", "needs_until": "2026-11-24T22:00:00.000Z",
}  # fmt: skip
CHILD = ("first_name", "last_name", "age", "sex", "description", *LOOKS)
COAT = "girl in a red coat with a blue rucksack, took bus 23"


def spot(place: dict[str, Any]) -> dict[str, Any]:
    """Return where a child was last seen, without a radius."""
    return {name: place[name] for name in ("text", "lat", "lon")}


async def told(team: Team, search: str, description: str, **data: Any) -> str:
    await team.alice.command(search, "sighting.add", {"description": description, "seen_at": AT} | data)
    entities = (await team.alice.snapshot(search))["entities"]
    return max(id for kind, id in entities if kind == "sighting")


async def alike(person: Person, search: str, **typed: Any) -> list[dict[str, Any]]:
    answer = await person.http.post(f"/api/v1/boards/{search}/similar", json=typed)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["similar"])


async def ids(person: Person, search: str, **typed: Any) -> list[str]:
    return [each["sighting"] for each in await alike(person, search, **typed)]


async def meant(person: Person, **asked: Any) -> list[dict[str, Any]]:
    answer = await person.http.get("/api/v1/intake/searches", params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["searches"])


async def boards(person: Person, **asked: Any) -> list[str]:
    return [each["board"] for each in await meant(person, **asked)]


# -- duplicates


async def test_the_same_words_are_found_and_others_are_not(team: Team) -> None:
    search = await team.alice.open_search()
    same = await told(team, search, COAT)
    await told(team, search, "boy on a scooter near the harbour")
    assert await ids(team.bob, search, text="a girl, red coats, rucksack") == [same]
    assert await ids(team.bob, search, text="somebody in a green jacket at the cinema") == []
    assert await ids(team.bob, search) == []
    (found,) = await alike(team.bob, search, text=COAT)
    assert (found["number"], found["description"], found["score"]) == (
        await number(team, search, same),
        COAT,
        {"words": 1, "near": 0},
    )


async def number(team: Team, search: str, sighting: str) -> int:
    return int((await team.alice.snapshot(search))["entities"]["sighting", sighting]["number"])


async def test_rare_words_count_for_more(team: Team) -> None:
    search = await team.alice.open_search()
    rare = await told(team, search, "girl with a skateboard")
    for _ in range(8):
        await told(team, search, "girl near the station")
    assert (await ids(team.bob, search, text="girl station skateboard"))[0] == rare
    assert len(await ids(team.bob, search, text="girl station")) == 5


async def test_near_counts_in_time_and_place_at_once(team: Team) -> None:
    search = await team.alice.open_search()
    here = await told(team, search, "somebody waved", place=BRUGGE)
    await told(team, search, "somebody ran", place=OOSTENDE)
    await told(team, search, "somebody sat", place=BRUGGE, seen_at="2026-11-23T20:00:00Z")
    await told(team, search, "somebody stood")
    assert await ids(team.bob, search, place=BRUGGE, seen_at="2026-11-24T21:00:00Z") == [here]
    assert await ids(team.bob, search, place=LIEGE, seen_at="2026-11-24T21:00:00Z") == []
    assert await ids(team.bob, search, place=BRUGGE, seen_at="2026-11-24T04:00:00Z") == []
    # A place without coordinates is compared by its words.
    assert await ids(team.bob, search, place={"text": "behind the windmill"}) == []
    mill = await told(team, search, "somebody", place={"text": "at the windmill"})
    assert await ids(team.bob, search, place={"text": "behind the windmill"}) == [mill]
    # A place within a circle is near to everything in that circle.
    wide = OOSTENDE | {"radius_m": 20_000}
    assert here in await ids(team.bob, search, place=wide, seen_at=AT)
    both = await told(team, search, "somebody waved a flag", place=BRUGGE)
    assert (await ids(team.bob, search, text="waved flag", place=BRUGGE, seen_at=AT)) == [both, here]


async def test_withdrawn_and_duplicate_cards_are_not_suggested(team: Team) -> None:
    search = await team.alice.open_search()
    first, second, third = [await told(team, search, COAT) for _ in range(3)]
    assert await ids(team.bob, search, text=COAT) == [third, second, first]
    await team.bob.command(search, "card.withdraw", {"card": third})
    await team.bob.command(search, "sighting.assess", {"sighting": second, "assessment": "duplicate", "duplicate_of": first})
    assert await ids(team.bob, search, text=COAT) == [first]


async def test_nothing_is_suggested_from_where_one_may_not_look(team: Team) -> None:
    secret = await team.secret_search(team.bob)
    mine = await team.alice.open_search()
    same = await told(team, secret, COAT, source_name="Zoë Quist")
    assert await ids(team.bob, secret, text=COAT) == [same]
    assert "Quist" not in str(await alike(team.bob, secret, text=COAT))
    await team.bob.command(secret, "sighting.update", {"sighting": same, "clothing": "red coat", "direction": "north"})
    (found,) = await alike(team.bob, secret, text=COAT)
    assert (found["clothing"], found["direction"], found["company"]) == ("red coat", "north", None)
    assert await ids(team.bob, secret, text="Zoë Quist") == []
    assert await ids(team.bob, mine, text=COAT) == []
    for outsider in (team.charlie, team.ada):
        answer = await outsider.http.post(f"/api/v1/boards/{secret}/similar", json={"text": COAT})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"text": 3}, "text"),
        ({"text": "x" * 4_001}, "text"),
        ({"seen_at": "noon"}, "seen_at"),
        ({"place": {"lat": 91, "lon": 0}}, "place.lat"),
        ({"q": ""}, "q"),
    ],
)
async def test_invalid_value_is_reported_by_field(team: Team, typed: dict[str, Any], field: str) -> None:
    search = await team.alice.open_search()
    answer = await team.bob.http.post(f"/api/v1/boards/{search}/similar", json=typed)
    assert (answer.status_code, [*answer.json()["fields"]]) == (422, [field])


# -- suggested searches


async def opened(team: Team, name: str, reference: str, **data: Any) -> str:
    first, _, last = name.partition(" ")
    return await team.alice.open_search(person={"first_name": first, "last_name": last}, reference=reference, **data)


async def test_names_and_references_match_with_one_wrong_letter(team: Team) -> None:
    zoe = await opened(team, "Zoëlle Vandamme", "2031-0041")
    await opened(team, "Youssra Vandenberg", "2031-0042")
    for typed in ("zoelle", "Zoë", "vandam", "zoelle vandamme", "vandamme zo", "2031-0041", "0041", "Zoele", "zoelel", "Vandame"):
        assert (await boards(team.bob, q=typed))[:1] == [zoe], typed
    for typed in ("0043", "Quentin", "zoelle vandenberg"):
        assert zoe not in await boards(team.bob, q=typed), typed
    (found,) = await meant(team.bob, q="zoelle")
    assert found == {
        "board": zoe, "reference": "2031-0041", "kind": "runaway", "missing_since": "2026-11-24T15:10:00.000Z",
        "person": dict.fromkeys(CHILD) | {"first_name": "Zoëlle", "last_name": "Vandamme"},
        "last_seen": None, "worrying": None, "distance_m": None, "nearest": None, "statements": [],
    }  # fmt: skip


async def test_looks_of_the_child_are_told_to_those_who_see_the_search(team: Team) -> None:
    looks = LOOKS | {"first_name": "Quirine", "age": 8, "birth_date": "2018-03-04"}
    search = await team.secret_search(team.bob, person=looks)
    (found,) = await meant(team.bob, q="quirine")
    assert found["board"] == search
    assert found["person"] == dict.fromkeys(CHILD) | {name: value for name, value in looks.items() if name != "birth_date"}
    for outsider in (team.charlie, team.ada):
        assert await meant(outsider, q="quirine") == []


async def test_a_child_is_found_by_its_looks_where_no_name_is_known(team: Team) -> None:
    looks = {"age": 6, "clothing": "Red coat, a cuddly rabbit", "hair": "Brown, with a fringe"}
    seen = await opened(team, "Ottoline Vos", "2036-0001")
    await team.alice.command(seen, "search.update", {"person": looks})
    named = await opened(team, "Rabbit Rood", "2036-0002")
    for typed in ("red coat rabbit", "6 coat", "girl in a red coat", "fringe"):
        assert seen in await boards(team.bob, q=typed), typed
    for typed in ("blue coat scooter hat", "in a", "7"):
        assert seen not in await boards(team.bob, q=typed), typed
    assert (await boards(team.bob, q="rabbit"))[:2] == [named, seen]  # a name says more


async def test_the_nearest_first_by_where_the_child_was_seen(team: Team) -> None:
    far = await opened(team, "Wolf Een", "2032-1", last_seen=spot(LIEGE))
    near = await opened(team, "Wolf Twee", "2032-2", last_seen=spot(OOSTENDE))
    unknown = await opened(team, "Wolf Drie", "2032-3")
    asked = {"q": "wolf", "lat": 51.1972, "lon": 3.2171}
    assert await boards(team.bob, **asked) == [near, far, unknown]
    first, _, last = await meant(team.bob, **asked)
    assert 20_000 < first["distance_m"] < 22_000
    assert (first["nearest"], last["nearest"], last["distance_m"]) == ("last_seen", None, None)
    # A later sighting counts, unless it was of another person.
    sighting = await told(team, far, "on the platform", place=BRUGGE)
    assert [(each["board"], each["nearest"]) for each in await meant(team.bob, **asked)][:1] == [(far, "sighting")]
    await team.bob.command(far, "sighting.assess", {"sighting": sighting, "assessment": "not_the_child"})
    assert await boards(team.bob, **asked) == [near, far, unknown]
    distances = [each["distance_m"] for each in await meant(team.bob, lat=51.1972, lon=3.2171)]
    nearest = [math.inf if each is None else each for each in distances]  # 0 is the same place
    assert nearest == sorted(nearest)
    assert len(nearest) <= 8


async def test_only_open_searches_that_one_may_see(team: Team) -> None:
    secret = await team.secret_search(team.bob, person={"first_name": "Xanthippe"}, last_seen=spot(BRUGGE))
    closed = await opened(team, "Xanthippe Dicht", "2033-1")
    assert {*await boards(team.bob, q="xanthippe")} == {secret, closed}
    assert await boards(team.charlie, q="xanthippe") == [closed]
    assert secret not in await boards(team.ada, lat=51.1972, lon=3.2171)
    await team.alice.command(closed, "search.set_status", {"status": "closed", "reason": "came home", "acknowledge": "as it is"})
    assert await boards(team.bob, q="xanthippe") == [secret]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"q": "x" * 201}, "q"),
        ({"lat": "51"}, "data"),
        ({"lat": "91", "lon": "3"}, "lat"),
        ({"lat": "nan", "lon": "3"}, "lat"),
        ({"lat": "x", "lon": "3"}, "lat"),
    ],
)
async def test_invalid_suggestion_query_is_reported_by_field(team: Team, asked: dict[str, str], field: str) -> None:
    answer = await team.bob.http.get("/api/v1/intake/searches", params=asked)
    assert (answer.status_code, [*answer.json()["fields"]][:1]) == (422, [field])


async def test_intake_token_gets_no_suggestions(team: Team) -> None:
    search = await team.alice.open_search()
    token = await create_token(team.server.service, "Hotline", "coordinator", "intake")
    async with httpx.AsyncClient(base_url=team.server.url, headers={"Authorization": f"Bearer {token}"}) as http:
        assert (await http.get("/api/v1/intake/searches")).status_code == 403
        assert (await http.post(f"/api/v1/boards/{search}/similar", json={"text": COAT})).status_code == 403
    async with httpx.AsyncClient(base_url=team.server.url) as http:
        assert (await http.get("/api/v1/intake/searches")).status_code == 401
        assert (await http.post(f"/api/v1/boards/{search}/similar", json={"text": COAT})).status_code == 401
    head = (await team.victor.snapshot(search))["seq"]
    assert await ids(team.victor, search, text=COAT) == []
    assert (await team.victor.snapshot(search))["seq"] == head
