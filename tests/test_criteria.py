"""Criteria of a worrying disappearance: the six of the published list are asked. What was answered before stays readable."""

import json
from typing import Any

import jsonschema_rs
import pytest
from sqlalchemy import text

from board.programs import schemas
from models.search import Search
from tests.cast import Refusal
from tests.company import Company
from tests.houses import BY_TURNS
from tests.scene import Scene

pytestmark = pytest.mark.houses(BY_TURNS)

FORMER = {"answer": "yes", "basis": "the school"}


@pytest.fixture
async def scene(company: Company) -> Scene:
    return Scene(company, await company.alice.open_search())


async def answered_before(scene: Scene, former: dict[str, Any]) -> None:
    """Has the search answer a criterion that is asked no more, as an earlier version let it."""
    criteria = (await scene.state("search", scene.search))["criteria"] | {"danger_to_others": former}
    sql = text("UPDATE search SET criteria = :criteria WHERE id = :id")
    await scene.company.server.desk.database.write(
        lambda session: session.connection().execute(sql, {"criteria": json.dumps(criteria), "id": scene.search})
    )


# -- which are asked ------------------------------------------------------------------------------------------------------


async def test_a_criterion_that_is_asked_no_more_is_taken_by_no_command(company: Company, scene: Scene) -> None:
    with pytest.raises(Refusal) as refused:
        await company.alice.open_search(criteria={"danger_to_others": FORMER})
    assert list(refused.value.fields) == ["criteria.danger_to_others"]
    await answered_before(scene, FORMER)
    for patch in (FORMER, {"answer": "no"}, None):
        data = {"criteria": {"danger_to_others": patch}}
        await scene.refuses("invalid", "search.update", data, "criteria.danger_to_others")


async def test_what_was_answered_before_stays_whatever_else_is_changed(scene: Scene) -> None:
    await answered_before(scene, FORMER)
    event = await scene.one("search.update", {"person": {"age": 9}, "criteria": {"medication": {"answer": "no"}}})
    assert event["changes"] == ["criteria.medication.answer", "person.age"]
    assert event["state"]["criteria"]["danger_to_others"] == FORMER
    undone = await scene.one("undo", {"seq": event["seq"]})
    assert undone["state"]["criteria"]["danger_to_others"] == FORMER
    cleared = await scene.one("search.update", {"criteria": None, "person": {"age": 10}})
    assert cleared["state"]["criteria"]["danger_to_others"] == FORMER


async def test_both_kinds_of_search_are_as_the_description_says(scene: Scene) -> None:
    valid = jsonschema_rs.validator_for(schemas.state(Search)).is_valid
    state = await scene.state("search", scene.search)
    assert valid(state)
    await answered_before(scene, FORMER)
    old = await scene.state("search", scene.search)
    assert valid(old)
    assert not valid(old | {"criteria": old["criteria"] | {"tall": FORMER}})


async def test_files_of_a_search_tell_what_was_answered_before(scene: Scene) -> None:
    await answered_before(scene, FORMER)
    await scene.does("search.update", {"person": {"age": 30}})
    answer = await scene.company.alice.http.get("/api/v1/boards/operations/cards.csv")
    assert "danger_to_others: yes (the school)" in answer.text
