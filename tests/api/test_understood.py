"""Reading of a text while it is typed: in the reader's language, for people who signed in, bounded."""

import asyncio
from typing import Any

from tests.support.limited_callers import add_guest, connect_guest
from tests.support.people import Person
from tests.support.team import Team

PATH = "/api/v1/statements"
FRENCH = "manteau vert foncé, pas de bonnet, un machin"


async def ask(who: Person, text: str, language: str = "en", **more: Any) -> dict[str, Any]:
    answer = await who.http.post(PATH, json={"text": text} | more, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_text_is_understood_in_the_readers_language(team: Team) -> None:
    answer = await ask(team.bob, FRENCH)
    assert (answer["language"], [each["text"] for each in answer["statements"]]) == ("fr", ["dark green coat", "no woolly hat"])
    assert [FRENCH[slice(*each["span"])] for each in answer["statements"]] == ["manteau vert foncé", "bonnet"]
    read = [(FRENCH[slice(*word["span"])], word["reads"]) for word in answer["statements"][0]["words"]]
    assert read == [("manteau", "coat"), ("vert", "green"), ("foncé", "dark")]
    assert [FRENCH[slice(*span)] for span in answer["unread"]] == ["machin"]
    german = await ask(team.bob, FRENCH, "de")
    assert [each["text"] for each in german["statements"]] == ["dunkelgrüner Mantel", "ohne Mütze"]


async def test_field_says_what_its_text_speaks_of(team: Team) -> None:
    assert [each["text"] for each in (await ask(team.bob, "brown", field="hair"))["statements"]] == ["brown hair"]
    assert (await ask(team.bob, "brown"))["statements"] == []


async def test_bad_input_is_refused_or_bounded(team: Team) -> None:
    for body, status in (({"text": ""}, 422), ({}, 422), ({"text": "a" * 4_001}, 422), ({"text": "a", "field": "x" * 201}, 422),
                         ({"text": 1}, 422), ({"text": "a", "other": 1}, 422), ({"text": "a" * 2_000_000}, 413)):  # fmt: skip
        assert (await team.bob.http.post(PATH, json=body)).status_code == status, str(body)[:40]
    assert len((await ask(team.bob, "red coat, blue hat, " * 190))["statements"]) <= 24


async def test_too_many_requests_at_once_wait_or_are_refused(team: Team) -> None:
    texts = [f"{number} red coats, " * 200 for number in range(20)]
    answers = await asyncio.gather(*(team.bob.http.post(PATH, json={"text": text}) for text in texts))
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 429}
    assert 200 in statuses
    assert (await ask(team.bob, FRENCH))["language"] == "fr"


async def test_only_those_who_signed_in_are_answered(team: Team) -> None:
    guest = await connect_guest(team.server, await add_guest(team.server, await team.alice.open_search()))
    assert (await ask(guest, FRENCH))["language"] == "fr"
    await guest.close()
    stranger = await team.bob.http.post(PATH, json={"text": FRENCH}, headers={"Authorization": "Bearer nobody", "Cookie": ""})
    assert stranger.status_code == 401
