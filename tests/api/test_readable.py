"""Details of children in the reader's language: for pages, for walls in inner rooms, and on papers."""

from typing import Any

import pytest

from tests.api.test_briefing import pages
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.limited_callers import add_guest, connect_guest
from tests.support.people import Person
from tests.support.team import Team

PATH = "/api/v1/details"
COAT = "dark green coat, jeans"
LOST = "two red scarves"


async def ask(who: Person, *details: tuple[str, str], language: str = "fr") -> list[tuple[str, str, bool]]:
    body = {"details": [{"field": field, "text": text} for field, text in details]}
    answer = await who.http.post(PATH, json=body, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return [(each["text"], each["typed_in"], each["is_composed"]) for each in answer.json()["details"]]


async def test_details_are_in_the_readers_language_or_as_typed(team: Team) -> None:
    assert await ask(team.bob, ("clothing", COAT), ("hair", "dark blond"), ("clothing", LOST)) == [
        ("manteau vert foncé, jean", "en", True), ("blond foncé", "en", True), (LOST, "en", False),
    ]  # fmt: skip
    assert await ask(team.bob, ("clothing", COAT), language="en") == [(COAT, "en", False)]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"details": []}, {"details": [{"field": "place", "text": "x"}]}, {"details": [{"field": "hair"}]},
        {"details": [{"field": "hair", "text": ""}]}, {"details": [{"field": "hair", "text": "x" * 4_001}]},
        {"details": [{"field": "hair", "text": "x"}] * 41}, {"details": [{"field": "hair", "text": "x"}], "more": 1},
    ],
)  # fmt: skip
async def test_bad_input_is_refused(team: Team, body: dict[str, Any]) -> None:
    assert (await team.bob.http.post(PATH, json=body)).status_code == 422


async def test_only_those_who_signed_in_are_answered(team: Team) -> None:
    guest = await connect_guest(team.server, await add_guest(team.server, await team.alice.open_search()))
    assert (await ask(guest, ("clothing", COAT)))[0][2]
    await guest.close()
    body = {"details": [{"field": "clothing", "text": COAT}]}
    stranger = await team.bob.http.post(PATH, json=body, headers={"Authorization": "Bearer nobody", "Cookie": ""})
    assert stranger.status_code == 401


async def test_wall_in_an_inner_room_gets_looks_and_no_other_does(team: Team) -> None:
    person = {"first_name": "Noor", "clothing": COAT, "hair": LOST, "features": "scar"}
    search, hidden = await team.alice.open_search(person=person), await team.secret_search()
    path = f"/wall/searches/{search}/looks.json"
    walls = {profile: DisplayBrowser(team.server) for profile in ("room", "inner")}
    for profile, wall in walls.items():
        await pair_browser(team.alice, wall, [search], profile=profile, language="fr")
    answer = await walls["inner"].request("GET", path)
    assert answer.status_code == 200, answer.text
    assert answer.json()["looks"] == [
        {"field": "clothing", "typed": COAT, "text": "manteau vert foncé, jean", "language": "fr"},
        {"field": "hair", "typed": LOST, "text": LOST, "language": "en"},
    ]
    assert (await walls["room"].request("GET", path)).status_code == 404
    assert (await walls["inner"].request("GET", f"/wall/searches/{hidden}/looks.json")).status_code == 404
    assert (await team.alice.http.get(path)).status_code == 404, "it is for displays"
    for wall in walls.values():
        await wall.close()


async def test_papers_of_the_shift_have_details_in_the_readers_language(team: Team) -> None:
    search = await team.alice.open_search(person={"first_name": "Noor", "clothing": COAT, "features": LOST})
    await team.alice.command(search, "search.set_worrying", {"worrying": True, "basis": "the duty officer"})  # printed large
    report = (await team.alice.http.get("/handover.md", headers={"Accept-Language": "fr"})).text
    assert f'<span lang="en">{LOST}</span>' in report
    for text in (report, " ".join(await pages(team.alice, language="fr"))):
        assert "manteau vert foncé, jean" in text
        assert LOST in text
        assert COAT not in text
