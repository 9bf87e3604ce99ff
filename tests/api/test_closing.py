"""A search is closed knowingly: what is still open is named, and closing it all the same says why. What was said of how the child
was found stays, and can be corrected."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, true
from sqlmodel import Session, select

from board.client import Refusal
from models.db.database import Database
from models.db.schema import metadata, migrate
from models.task import Task
from tests.support import old_schemas
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

OUTCOME = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
TOLD = OUTCOME | {"family_told": True, "police_told": True}
CLOSE = {"status": "closed", "reason": "at home"}
WHY = "The parents are on the way with the police."


def found(outcome: dict[str, Any] = TOLD, reason: str = "seen by a patrol") -> dict[str, Any]:
    return {"status": "found", "reason": reason, "outcome": outcome}


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    """A search on which nothing is open: its first tasks are done."""
    scene = SearchScenario(team, await team.alice.open_search())
    await finish(scene)
    return scene


async def finish(scene: SearchScenario) -> None:
    """Move every task to the column of those that are done."""
    done = (await scene.columns())["done"]
    for kind, id in (await scene.team.alice.snapshot(scene.search))["entities"]:
        if kind == "task":
            await scene.does("card.move", {"card": id, "column": done})


async def find_child(scene: SearchScenario, data: dict[str, Any]) -> dict[str, Any]:
    """Set the search to found, and do what is to be done then; return the event of the status."""
    event, *_ = await scene.does("search.set_status", data)
    await finish(scene)
    return dict(event)


async def says(scene: SearchScenario) -> str:
    """Return what is named as open when the search is to be closed."""
    return (await scene.refuses("invalid", "search.set_status", CLOSE, "acknowledge")).fields["acknowledge"]


# -- open items -----------------------------------------------------------------------------------------------------------


async def test_search_without_open_items_closes_at_once(scene: SearchScenario) -> None:
    event = await scene.one("search.set_status", CLOSE)
    assert event["state"]["status"] == "closed"
    assert event["state"]["acknowledge"] is None
    assert "acknowledge" not in event


async def test_family_and_police_are_asked_for_of_a_child_that_was_found(scene: SearchScenario) -> None:
    await find_child(scene, found(OUTCOME | {"police_told": True}))
    assert await says(scene) == "Give a reason for closing it anyway. The family has not been told."
    await scene.one("search.set_outcome", {"outcome": {"family_told": True, "police_told": False}})
    assert "The police have not been told." in await says(scene)
    assert "family" not in await says(scene)
    await scene.one("search.set_outcome", {"outcome": {"police_told": True}})
    assert await scene.one("search.set_status", CLOSE)


async def test_take_down_and_urgent_tasks_are_open_until_done_or_withdrawn(scene: SearchScenario) -> None:
    await scene.does("search.set_appeal", {"level": "discreet"})
    _, _, *tasks = await scene.does("search.set_status", found())
    assert [task["state"]["take_down"] for task in tasks] == [True] * len(tasks)
    assert {task["state"]["priority"] for task in tasks} == {"normal"}
    urgent = await scene.task(priority="urgent")
    usual = await scene.task()
    assert (urgent["state"]["take_down"], usual["state"]["take_down"]) == (False, False)
    numbers = ", ".join(str(task["state"]["number"]) for task in [*tasks, urgent])
    assert f"Take-down or urgent tasks that are not done: {numbers}." in await says(scene)
    done = (await scene.columns())["done"]
    for task in tasks:
        await scene.does("task.update", {"task": task["id"], "title": "Renamed", "priority": "low"})
        await scene.does("card.move", {"card": task["id"], "column": (await scene.columns())["doing"]})
    assert f"not done: {numbers}." in await says(scene)
    for task in tasks:
        await scene.does("card.move", {"card": task["id"], "column": done})
    assert f"not done: {urgent['state']['number']}." in await says(scene)
    await scene.does("card.withdraw", {"card": urgent["id"]})
    assert await scene.one("search.set_status", CLOSE)


async def test_take_down_flag_cannot_be_set_by_people(scene: SearchScenario) -> None:
    task = await scene.task()
    await scene.refuses("invalid", "task.update", {"task": task["id"], "take_down": True}, "take_down")
    await scene.refuses("invalid", "task.add", {"title": "x", "take_down": True}, "take_down")


async def test_sightings_are_open_until_they_are_assessed_or_withdrawn(scene: SearchScenario) -> None:
    first, second = await scene.sighting(), await scene.sighting()
    await scene.does("card.move", {"card": first["id"], "column": (await scene.columns())["done"]})
    numbers = f"{first['state']['number']}, {second['state']['number']}"
    assert await says(scene) == f"Give a reason for closing it anyway. Sightings that are not assessed: {numbers}."
    await scene.does("sighting.assess", {"sighting": first["id"], "assessment": "unverifiable"})
    assert str(second["state"]["number"]) in await says(scene)
    await scene.does("card.withdraw", {"card": second["id"]})
    assert await scene.one("search.set_status", CLOSE)


async def test_ten_open_cards_are_named_and_the_others_counted(scene: SearchScenario) -> None:
    numbers = [str((await scene.sighting())["state"]["number"]) for _ in range(13)]
    assert f"not assessed: {', '.join(numbers[:10])} and 3 more." in await says(scene)


async def test_open_items_are_named_in_the_language_of_the_reader(scene: SearchScenario) -> None:
    alice = scene.team.alice
    await scene.does("search.set_status", found(OUTCOME))
    await scene.sighting()
    body = {"id": "french", "name": "search.set_status", "data": CLOSE}
    answer = await alice.http.post(f"/api/v1/boards/{scene.search}/commands", json=body, headers={"Accept-Language": "fr"})
    told = answer.json()["fields"]["acknowledge"]
    assert answer.status_code == 422
    assert "police" in told
    assert not any(word in told for word in ("The ", "Say", "not"))


# -- acknowledging --------------------------------------------------------------------------------------------------------


async def test_reason_for_closing_is_kept_with_the_event_and_the_search(scene: SearchScenario) -> None:
    await find_child(scene, found(OUTCOME))
    event = await scene.one("search.set_status", CLOSE | {"acknowledge": WHY})
    assert event["acknowledge"] == event["state"]["acknowledge"] == WHY
    assert event["changes"] == ["acknowledge", "status", "status_reason"]
    (mirrored,) = (
        await scene.team.alice.http.get("/api/v1/boards/operations/events", params={"before": 2**40, "limit": 1})
    ).json()["events"]
    assert (mirrored["acknowledge"], mirrored["id"]) == (WHY, scene.search)
    again = await scene.one("search.set_status", {"status": "closed", "reason": "at home, and well"})
    assert again["state"]["acknowledge"] == WHY  # only the note differs
    reopened = await scene.one("search.set_status", {"status": "open", "reason": "gone again"})
    assert reopened["state"]["acknowledge"] is None
    await scene.sighting()
    assert "not assessed" in await says(scene)


@pytest.mark.parametrize("wrong", ["", "  ", "x" * 401, 1, {}])
async def test_an_acknowledgement_is_a_short_text(scene: SearchScenario, wrong: Any) -> None:
    await scene.refuses("invalid", "search.set_status", CLOSE | {"acknowledge": wrong}, "acknowledge")


async def test_only_closing_is_acknowledged(scene: SearchScenario) -> None:
    await scene.refuses("invalid", "search.set_status", found() | {"acknowledge": WHY}, "acknowledge")
    await scene.refuses("invalid", "search.set_status", {"status": "open", "reason": "x", "acknowledge": WHY}, "acknowledge")


async def test_found_is_never_held_up(team: Team) -> None:
    """The status can be set while everything is open that can be."""
    scene = SearchScenario(team, await team.alice.open_search())
    await scene.sighting(priority="urgent")
    await scene.task(priority="urgent")
    assert (await find_child(scene, found(OUTCOME)))["state"]["status"] == "found"


async def test_an_alert_of_a_closed_search_says_why_it_was_closed(scene: SearchScenario) -> None:
    await find_child(scene, found(OUTCOME))
    await scene.one("search.set_status", CLOSE | {"acknowledge": WHY})
    alerts = (await scene.team.bob.http.get("/api/v1/alerts")).json()["alerts"]
    closed, was_found = [each for each in alerts if each["board"] == scene.search]
    assert (closed["value"], closed["acknowledge"]) == ("closed", WHY)
    assert (was_found["value"], was_found["acknowledge"]) == ("found", None)


# -- the outcome ----------------------------------------------------------------------------------------------------------


async def test_the_closing_sentence_does_not_replace_that_about_the_finding(scene: SearchScenario) -> None:
    event = await find_child(scene, found())
    assert event["state"]["outcome"]["reason"] == event["state"]["status_reason"] == "seen by a patrol"
    closed = await scene.one("search.set_status", CLOSE)
    assert closed["state"]["outcome"]["reason"] == "seen by a patrol"
    assert closed["state"]["status_reason"] == "at home"


async def test_a_search_that_an_earlier_version_found_keeps_its_sentence_too(scene: SearchScenario) -> None:
    await find_child(scene, found())
    database = scene.team.server.service.database
    old = '{"found_at":"2026-11-24T23:00:00.000Z","condition":"well","how":"police","family_told":true,"police_told":true}'
    await database.write(
        lambda session: session.connection().execute(
            text("UPDATE search SET outcome = :outcome WHERE id = :id"), {"outcome": old, "id": scene.search}
        )
    )
    closed = await scene.one("search.set_status", CLOSE)
    assert closed["state"]["outcome"]["reason"] == "seen by a patrol"


async def test_an_outcome_is_corrected_on_a_found_search_and_on_a_closed_one(scene: SearchScenario) -> None:
    await find_child(scene, found(OUTCOME))
    event = await scene.one("search.set_outcome", {"outcome": {"family_told": True}, "reason": "called at 23:10"})
    assert (event["type"], event["changes"], event["reason"]) == (
        "search.outcome_set",
        ["outcome.family_told"],
        "called at 23:10",
    )
    await scene.one("search.set_status", CLOSE | {"acknowledge": WHY})
    event = await scene.one(
        "search.set_outcome", {"outcome": {"police_told": True, "place": "Gent", "reason": "seen by a nurse"}}
    )
    assert event["changes"] == ["outcome.place", "outcome.police_told", "outcome.reason"]
    assert event["state"]["status"] == "closed"
    assert event["state"]["acknowledge"] == WHY
    operations = await scene.team.alice.snapshot("operations")
    assert operations["entities"]["search", scene.search] == event["state"]
    assert await scene.does("search.set_outcome", {"outcome": {"police_told": True}}) == []
    cleared = await scene.one("search.set_outcome", {"outcome": {"place": None}})
    assert cleared["state"]["outcome"]["place"] is None


async def test_invalid_correction_is_refused(scene: SearchScenario) -> None:
    name = "search.set_outcome"
    await scene.refuses("invalid", name, {"outcome": {"family_told": True}}, "outcome")
    await scene.does("search.set_status", CLOSE)
    await scene.refuses("invalid", name, {"outcome": OUTCOME}, "outcome")
    await scene.does("search.set_status", found(OUTCOME))
    await scene.refuses("invalid", name, {}, "outcome")
    await scene.refuses("invalid", name, {"outcome": None}, "outcome")
    await scene.refuses("invalid", name, {"outcome": {"found_at": None}}, "outcome.found_at")
    await scene.refuses("invalid", name, {"outcome": {"condition": "tired", "tall": 1}}, "outcome.condition", "outcome.tall")
    await scene.refuses("invalid", name, {"outcome": {}, "status": "open"}, "status")
    with pytest.raises(Refusal, match="forbidden"):
        await scene.team.bob.command(scene.search, name, {"outcome": {"family_told": True}})
    await scene.does("search.set_status", {"status": "open", "reason": "gone again"})
    await scene.refuses("invalid", name, {"outcome": OUTCOME}, "outcome")


async def test_corrections_of_one_field_conflict_and_of_two_are_kept(team: Team, scene: SearchScenario) -> None:
    await scene.does("search.set_status", found(OUTCOME))
    seq = (await team.alice.snapshot(scene.search))["seq"]
    await scene.does("search.set_outcome", {"outcome": {"place": "Gent"}}, team.ada)
    event = await scene.one("search.set_outcome", {"outcome": {"family_told": True}}, base=seq)
    assert event["state"]["outcome"]["place"] == "Gent"
    await scene.refuses("conflict", "search.set_outcome", {"outcome": {"place": "Aalst"}}, "outcome.place", base=seq)


@pytest.mark.parametrize("closed", [False, True])
async def test_a_correction_is_undone_also_on_a_closed_search(team: Team, scene: SearchScenario, closed: bool) -> None:
    await scene.does("search.set_status", found(OUTCOME))
    if closed:
        await scene.does("search.set_status", CLOSE | {"acknowledge": WHY})
    event = await scene.one("search.set_outcome", {"outcome": {"family_told": True, "place": "Gent"}})
    with pytest.raises(Refusal, match="forbidden"):
        await team.bob.command(scene.search, "undo", {"seq": event["seq"]})
    undone = await scene.one("undo", {"seq": event["seq"]})
    assert (undone["type"], undone["undoes"]) == ("search.outcome_set", event["seq"])
    assert undone["changes"] == ["outcome.family_told", "outcome.place"]
    assert undone["state"]["outcome"]["family_told"] is None
    again = await scene.one("undo", {"seq": undone["seq"]})
    assert again["state"]["outcome"]["place"] == "Gent"
    await scene.does("search.set_status", {"status": "open", "reason": "gone again"})
    await scene.refuses("conflict", "undo", {"seq": again["seq"]}, "outcome.family_told", "outcome.place")


async def test_closed_search_refuses_other_undos(scene: SearchScenario) -> None:
    graded = await scene.one("sighting.grade", {"sighting": (await scene.sighting())["id"], "grade": {"source": "B"}})
    await scene.does("search.set_status", CLOSE | {"acknowledge": WHY})
    note = await scene.one("note.add", {"text": "x"})
    for event in (graded, note):
        await scene.refuses("closed", "undo", {"seq": event["seq"]})


# -- an upgrade -----------------------------------------------------------------------------------------------------------


async def test_take_down_tasks_of_an_earlier_version_are_recognized(
    scene: SearchScenario, backend: Backend, tmp_path: Path
) -> None:
    await scene.task()
    await scene.does("search.set_appeal", {"level": "public"})
    _, _, *tasks = await scene.does("search.set_status", found())
    await scene.task()
    with backend.settled(tmp_path) as settings:
        old = Database(settings["database_url"])
        await asyncio.to_thread(migrate, old)
        scene.team.server.service.database.read_now(lambda source: old.write_now(partial(_as_before, source)))
        await asyncio.to_thread(migrate, old)
        known = old.read_now(lambda session: session.exec(select(Task.id).where(Task.take_down == true())).all())
        await old.close()
    assert {task["id"] for task in tasks} <= set(known)
    board = await scene.team.alice.snapshot(scene.search)
    of_board = {id for kind, id in board["entities"] if kind == "task"}
    assert set(known) & of_board == {task["id"] for task in tasks}


def _as_before(source: Session, target: Session) -> None:
    """The rows of one database in another, of the version before there were marks."""
    old_schemas.reset_to_revision(target, "0015")
    for name in ("board", "search", "column", "task"):
        table = metadata.tables[name]
        old_schemas.insert_rows(target, table, [dict(row) for row in source.connection().execute(table.select()).mappings()])
    events = old_schemas.earlier_events(source)
    old_schemas.insert_payloads(target, events)
    names = ("board", "seq", "at", "type", "kind", "entity", "account", "commitment", "hash")
    old_schemas.insert(target, "event", [{name: event[name] for name in names} for event in events])
