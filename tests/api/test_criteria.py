"""Criteria of a worrying disappearance: the six of the published list are asked. What was answered before stays readable."""

import json
from typing import Any

import jsonschema_rs
import pytest
from sqlalchemy import text

from board.bootstrap import ROOT
from board.client import Refusal
from board.commands import schemas
from board.commands.searches import searches
from board.commands.searches.suggested_criteria import suggested, undecided
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

pytestmark = [pytest.mark.both_backends(SLOW_ON_POSTGRESQL), pytest.mark.usefixtures("quick_polls")]

# Age, date of birth, missing since, answer to `under_13`: whether it is suggested. tests/js/rules.test.js has the same cases.
AGES: list[tuple[int | None, str | None, str, str, bool]] = json.loads((ROOT / "tests/rule_cases.json").read_text())["ages"]
FORMER = {"answer": "yes", "basis": "the school"}


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


async def answered_before(scene: SearchScenario, former: dict[str, Any]) -> None:
    """Store an answer to a retired criterion, as an earlier version let people give it."""
    criteria = (await scene.state("search", scene.search))["criteria"] | {"danger_to_others": former}
    sql = text("UPDATE search SET criteria = :criteria WHERE id = :id")
    await scene.team.server.service.database.write(
        lambda session: session.connection().execute(sql, {"criteria": json.dumps(criteria), "id": scene.search})
    )


# -- questions ------------------------------------------------------------------------------------------------------------


async def test_a_criterion_that_is_asked_no_more_is_taken_by_no_command(team: Team, scene: SearchScenario) -> None:
    with pytest.raises(Refusal) as refused:
        await team.alice.open_search(criteria={"danger_to_others": FORMER})
    assert list(refused.value.fields) == ["criteria.danger_to_others"]
    await answered_before(scene, FORMER)
    for patch in (FORMER, {"answer": "no"}, None):
        data = {"criteria": {"danger_to_others": patch}}
        await scene.refuses("invalid", "search.update", data, "criteria.danger_to_others")


async def test_earlier_answers_stay_whatever_else_changes(scene: SearchScenario) -> None:
    await answered_before(scene, FORMER)
    event = await scene.one("search.update", {"person": {"age": 9}, "criteria": {"medication": {"answer": "no"}}})
    assert event["changes"] == ["criteria.medication.answer", "person.age"]
    assert event["state"]["criteria"]["danger_to_others"] == FORMER
    undone = await scene.one("undo", {"seq": event["seq"]})
    assert undone["state"]["criteria"]["danger_to_others"] == FORMER
    cleared = await scene.one("search.update", {"criteria": None, "person": {"age": 10}})
    assert cleared["state"]["criteria"]["danger_to_others"] == FORMER


async def test_both_kinds_of_search_are_as_the_description_says(scene: SearchScenario) -> None:
    valid = jsonschema_rs.validator_for(schemas.state(searches.KIND)).is_valid
    state = await scene.state("search", scene.search)
    assert valid(state)
    await answered_before(scene, FORMER)
    old = await scene.state("search", scene.search)
    assert valid(old)
    assert not valid(old | {"criteria": old["criteria"] | {"tall": FORMER}})


async def test_exports_of_a_search_have_earlier_answers(scene: SearchScenario) -> None:
    await answered_before(scene, FORMER)
    await scene.does("search.update", {"person": {"age": 30}})
    answer = await scene.team.alice.http.get("/api/v1/boards/operations/cards.csv")
    assert "danger_to_others: yes (the school)" in answer.text


# -- suggestions ----------------------------------------------------------------------------------------------------------


def search_of(age: int | None, born: str | None, since: str, answer: str) -> dict[str, Any]:
    return {
        "person": {"first_name": "Noor", "age": age, "birth_date": born}, "missing_since": since, "worrying": None,
        "criteria": {"under_13": {"answer": answer, "basis": None}, "medication": {"answer": "unknown", "basis": None}},
    }  # fmt: skip


@pytest.mark.parametrize(("age", "born", "since", "answer", "is_suggested"), AGES)
def test_the_age_suggests_that_a_child_is_younger(age: Any, born: Any, since: str, answer: str, is_suggested: bool) -> None:
    search = search_of(age, born, since, answer)
    assert suggested(search) == (["under_13"] if is_suggested else [])
    assert undecided(search) == (is_suggested or answer == "yes")


def test_somebody_should_decide_until_somebody_has() -> None:
    young, old = search_of(9, None, AGES[0][2], "unknown"), search_of(14, None, AGES[0][2], "unknown")
    assert [undecided(young | {"worrying": decided}) for decided in (None, True, False)] == [True, False, False]
    assert not undecided(old)
    assert undecided(old | {"criteria": old["criteria"] | {"medication": {"answer": "yes", "basis": None}}})
    assert undecided(old | {"criteria": old["criteria"] | {"danger_to_others": FORMER}})
    assert suggested(young | {"criteria": {}}) == ["under_13"]  # a search of a version without these questions


async def test_summaries_and_report_show_suggestions_and_decide_nothing(team: Team) -> None:
    search = await team.alice.open_search(person={"first_name": "Noor", "age": 9})
    scene, reader = SearchScenario(team, search), await team.open_socket(team.bob)
    await reader.subscribe("operations")

    def told() -> list[str]:
        frames = [each["searches"] for each in reader.frames if each["type"] == "summary"]
        return next((each[search]["suggested"] for each in reversed(frames) if search in each), ["nothing yet"])

    async def reported() -> tuple[list[str], bool]:
        report = (await team.alice.http.get("/api/v1/handover", params={"board": search})).json()
        (section,) = report["searches"]
        return section["search"]["suggested"], section["search"]["undecided"]

    await reader.wait_until(lambda: told() == ["under_13"])
    assert await reported() == (["under_13"], True)
    assert (await scene.state("search", search))["worrying"] is None
    await scene.does("search.update", {"criteria": {"under_13": {"answer": "no", "basis": "her passport"}}})
    await reader.wait_until(lambda: told() == [])
    assert await reported() == ([], False)
    await scene.does("search.update", {"criteria": {"under_13": None}})
    await reader.wait_until(lambda: told() == ["under_13"])
    await scene.does("search.update", {"person": {"age": None, "birth_date": "2009-03-27"}})
    await reader.wait_until(lambda: told() == [])
    await scene.does("search.update", {"person": {"birth_date": "2019-03-27"}})
    await reader.wait_until(lambda: told() == ["under_13"])
    await scene.does("search.set_worrying", {"worrying": False, "basis": "she called"})
    assert await reported() == (["under_13"], False)
    await scene.does("search.set_status", {"status": "closed", "reason": "the scene is over", "acknowledge": "as it is"})


async def test_the_report_puts_those_to_decide_on_after_the_worrying_ones(team: Team) -> None:
    calm = await team.alice.open_search(person={"first_name": "Noor", "age": 16})
    young = await team.alice.open_search(person={"first_name": "Mila", "age": 4})
    grave = await team.alice.open_search(person={"first_name": "Zoé", "age": 16})
    await team.alice.command(grave, "search.set_worrying", {"worrying": True, "basis": "the prosecutor"})
    report = (await team.alice.http.get("/api/v1/handover")).json()
    order = [section["board"] for section in report["searches"] if section["board"] in (calm, young, grave)]
    assert order == [grave, young, calm]
    for search in order:
        close = {"status": "closed", "reason": "the scene is over", "acknowledge": "as it is"}
        await team.alice.command(search, "search.set_status", close)
