"""Texts of posters in each language: listed before approval, composed, and kept with the material as they were printed."""

from typing import Any

import pytest

from board.commands.materials.printed_texts import UNTRANSLATED
from tests.api.test_campaign import POSTER, Campaign, begun
from tests.support.limited_callers import add_guest, connect_guest
from tests.support.team import Team

LANGUAGES = ["nl", "fr", "de", "en"]
SHOWS = ["looks", "clothing"]
CLOTHING = "manteau vert foncé, jean, un machin"
WORD = {"field": "clothing", "word": "machin", "nl": "ding", "de": "Ding", "en": "thing"}
GIVEN = POSTER | {"languages": LANGUAGES, "shows": SHOWS}


async def dressed(team: Team, **person: Any) -> Campaign:
    scene = await begun(team)
    person = {"hair": "dark blond, shoulder-length", "eyes": None, "clothing": CLOTHING} | person
    await scene.does("search.update", {"person": person})
    return scene


def path(scene: Campaign) -> str:
    return f"/api/v1/boards/{scene.search}/materials/texts"


async def texts(scene: Campaign, **more: Any) -> dict[str, dict[str, Any]]:
    body = {"languages": LANGUAGES, "shows": SHOWS} | more
    answer = await scene.team.alice.http.post(path(scene), json=body)
    assert answer.status_code == 200, answer.text
    return {each["field"]: each for each in answer.json()["texts"]}


def printed(detail: dict[str, Any]) -> dict[str, str]:
    return {each["language"]: each["text"] for each in detail["printed"]}


async def test_texts_are_listed_before_approval(team: Team) -> None:
    scene = await dressed(team)
    found = await texts(scene)
    assert list(found) == ["hair", "clothing"]
    assert (found["hair"]["typed_in"], found["hair"]["words"], found["hair"]["is_complete"]) == ("en", [], True)
    assert printed(found["hair"]) == {
        "nl": "Donkerblond, schouderlang", "fr": "Blond foncé, mi-longs", "de": "Dunkelblond, schulterlang",
        "en": "dark blond, shoulder-length",
    }  # fmt: skip
    assert found["clothing"]["words"] == [{"word": "machin", "languages": ["nl", "de", "en"]}]
    assert not found["clothing"]["is_complete"]
    assert printed(found["clothing"])["de"] == "Dunkelgrüner Mantel, Jeans, „machin“"
    chosen = (await texts(scene, words=[WORD]))["clothing"]
    assert chosen["is_complete"]
    assert printed(chosen)["nl"] == "Donkergroene jas, jeans, ding"


async def test_word_that_is_not_understood_needs_a_decision(team: Team) -> None:
    scene = await dressed(team)
    for words in ([], [WORD | {"de": None}], [WORD | {"field": "hair"}], [WORD | {"word": "jean"}]):
        refused = await scene.refuses("invalid", "material.approve", GIVEN | {"words": words}, "words")
        assert refused.fields["words"] == UNTRANSLATED
    await scene.approved(languages=["fr"], shows=SHOWS)


async def test_material_keeps_its_printed_texts_and_the_decisions(team: Team) -> None:
    scene = await dressed(team)
    material = (await scene.does("material.approve", GIVEN | {"words": [WORD]}))[0]["id"]
    content = (await scene.state("material", material))["content"]
    assert content["clothing"] == CLOTHING
    assert content["printed"]["clothing"] == {
        "nl": "Donkergroene jas, jeans, ding", "fr": CLOTHING, "de": "Dunkelgrüner Mantel, Jeans, Ding",
        "en": "Dark green coat, jeans, thing",
    }  # fmt: skip
    typed_in = content["typed_in"]
    assert (typed_in["hair"], typed_in["clothing"], typed_in["eyes"]) == ("en", "fr", None)
    assert [(each["word"], each["nl"], each["as_typed"]) for each in content["words"]] == [("machin", "ding", False)]
    await scene.does("search.update", {"person": {"clothing": "red coat"}})
    assert (await scene.state("material", material))["content"] == content


async def test_foreign_word_is_printed_after_a_tick_that_is_recorded(team: Team) -> None:
    scene = await dressed(team)
    tick = {"field": "clothing", "word": "machin", "nl": "ding", "as_typed": True}
    event = (await scene.does("material.approve", GIVEN | {"words": [tick]}))[0]
    content = (await scene.state("material", event["id"]))["content"]
    assert content["printed"]["clothing"]["nl"] == "Donkergroene jas, jeans, ding"
    assert content["printed"]["clothing"]["en"] == "Dark green coat, jeans, “machin”"
    assert content["words"][0]["as_typed"]


async def test_word_can_be_left_out_and_a_text_be_corrected(team: Team) -> None:
    scene = await dressed(team)
    words = [
        {"field": "clothing", "word": "machin", "left_out": True},
        {"field": "hair", "word": "dark blond, shoulder-length", "de": "mittelblond"},
    ]
    event = (await scene.does("material.approve", GIVEN | {"words": words}))[0]
    shown = (await scene.state("material", event["id"]))["content"]["printed"]
    assert shown["clothing"]["nl"] == "Donkergroene jas, jeans"
    assert (shown["hair"]["de"], shown["hair"]["nl"]) == ("mittelblond", "Donkerblond, schouderlang")


@pytest.mark.parametrize(
    "wrong",
    [
        {"languages": []}, {"languages": ["xx"]}, {"words": [WORD] * 41}, {"words": [WORD | {"nl": "x" * 401}]},
        {"words": [WORD | {"field": "place"}]}, {"words": [{"word": "machin"}]}, {"shows": ["secrets"]}, {"other": 1},
    ],
)  # fmt: skip
async def test_bad_input_is_refused(team: Team, wrong: dict[str, Any]) -> None:
    scene = await dressed(team)
    answer = await team.alice.http.post(path(scene), json={"languages": LANGUAGES, "shows": SHOWS} | wrong)
    assert answer.status_code == 422, answer.text


async def test_only_those_who_see_the_search_get_its_texts(team: Team) -> None:
    scene = await dressed(team)
    secret = await team.secret_search(team.bob)
    body = {"languages": LANGUAGES, "shows": SHOWS}
    assert (await team.charlie.http.post(f"/api/v1/boards/{secret}/materials/texts", json=body)).status_code == 404
    guest = await connect_guest(team.server, await add_guest(team.server, scene.search))
    assert (await guest.http.post(path(scene), json=body)).status_code in (200, 404)
    assert (await team.alice.http.post("/api/v1/boards/operations/materials/texts", json=body)).status_code == 404
    await guest.close()
