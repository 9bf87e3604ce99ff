"""Appeals: people decide whether a search is worrying and how far its appeal goes; finding the child ends the appeal."""

from datetime import timedelta

import pytest

from board.config.predefined_tasks import load_catalogue
from models.times import format_utc, parse_utc
from tests.support.appeals import child_alert
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

OUTCOME = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
FOUND = {"status": "found", "reason": "came home", "outcome": OUTCOME}
NONE = {"level": "none", "from": None, "until": None}


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


# -- worrying -------------------------------------------------------------------------------------------------------------


async def test_worrying_is_decided_with_its_basis_and_can_be_taken_back(scene: SearchScenario) -> None:
    event = await scene.one("search.set_worrying", {"worrying": True, "basis": "under 13, says the duty officer"})
    assert (event["type"], event["changes"]) == ("search.worrying_set", ["worrying", "worrying_basis"])
    assert event["state"]["worrying"] is True
    assert event["state"]["worrying_basis"] == "under 13, says the duty officer"
    event = await scene.one("search.set_worrying", {"worrying": False, "basis": "she called her aunt"})
    assert event["state"]["worrying"] is False
    event = await scene.one("search.set_worrying", {"worrying": None, "basis": "she called her aunt"})
    assert event["changes"] == ["worrying"]
    assert event["state"]["worrying"] is None
    assert await scene.does("search.set_worrying", {"worrying": None, "basis": "she called her aunt"}) == []


async def test_no_answer_to_a_criterion_decides_it(scene: SearchScenario) -> None:
    criteria = (await scene.state("search", scene.search))["criteria"]
    event = await scene.one("search.update", {"criteria": {key: {"answer": "yes", "basis": "x"} for key in criteria}})
    assert event["state"]["worrying"] is None


async def test_a_decision_without_a_basis_or_an_answer_is_refused(scene: SearchScenario) -> None:
    name = "search.set_worrying"
    await scene.refuses("invalid", name, {"worrying": True}, "basis")
    await scene.refuses("invalid", name, {"worrying": None, "basis": None}, "basis")
    await scene.refuses("invalid", name, {"worrying": True, "basis": " "}, "basis")
    await scene.refuses("invalid", name, {"worrying": True, "basis": "x" * 401}, "basis")
    await scene.refuses("invalid", name, {"basis": "x"}, "worrying")
    await scene.refuses("invalid", name, {"worrying": "yes", "basis": "x"}, "worrying")
    await scene.refuses("invalid", name, {"worrying": 1, "basis": "x"}, "worrying")
    await scene.refuses("invalid", name, {"worrying": True, "basis": "x", "reason": "x"}, "reason")
    assert await scene.does(name, {"worrying": True, "basis": "x" * 400})


async def test_simultaneous_contrary_decisions_conflict(team: Team, scene: SearchScenario) -> None:
    seq = (await team.alice.snapshot(scene.search))["seq"]
    await scene.does("search.set_worrying", {"worrying": True, "basis": "medication"}, team.ada)
    await scene.does("search.set_appeal", {"level": "public"}, team.ada)
    say = {"worrying": False, "basis": "no"}
    await scene.refuses("conflict", "search.set_worrying", say, "worrying", "worrying_basis", base=seq)
    await scene.refuses("conflict", "search.set_appeal", {"level": "discreet"}, "appeal.level", base=seq)
    # `found` would end an appeal that the author has not seen
    await scene.refuses("conflict", "search.set_status", FOUND, "appeal.level", base=seq)
    assert (await scene.state("search", scene.search))["status"] == "open"
    head = (await team.alice.snapshot(scene.search))["seq"]
    assert await scene.does("search.set_status", FOUND, base=head)


# -- appeal ---------------------------------------------------------------------------------------------------------------


async def test_an_appeal_has_a_level_and_dates_and_all_are_set_at_once(scene: SearchScenario) -> None:
    dates = {"from": "2026-11-25T08:00:00+01:00", "until": "2026-12-01T00:00:00Z"}
    event = await scene.one("search.set_appeal", {"level": "posters", "reason": "the parents agree"} | dates)
    assert (event["type"], event["reason"]) == ("search.appeal_set", "the parents agree")
    assert event["changes"] == ["appeal.from", "appeal.level", "appeal.until"]
    appeal = {"level": "posters", "from": "2026-11-25T07:00:00.000Z", "until": "2026-12-01T00:00:00.000Z"}
    assert event["state"]["appeal"] == appeal
    assert await scene.does("search.set_appeal", {"level": "posters"} | dates) == []
    event = await scene.one("search.set_appeal", {"level": "public", "until": dates["until"]})
    assert event["state"]["appeal"] == appeal | {"level": "public", "from": None}
    assert "reason" not in event


async def test_no_appeal_has_no_dates(scene: SearchScenario) -> None:
    await scene.does("search.set_appeal", {"level": "public", "from": "2026-11-25T08:00:00Z"})
    event = await scene.one("search.set_appeal", {"level": "none", "from": "2026-11-25T08:00:00Z", "until": None})
    assert event["changes"] == ["appeal.from", "appeal.level"]
    assert event["state"]["appeal"] == NONE


async def test_an_appeal_that_makes_no_sense_is_refused(scene: SearchScenario) -> None:
    name, at = "search.set_appeal", "2026-11-25T08:00:00Z"
    await scene.refuses("invalid", name, {}, "level")
    await scene.refuses("invalid", name, {"level": None}, "level")
    await scene.refuses("invalid", name, {"level": "shout"}, "level")
    await scene.refuses("invalid", name, {"level": "public", "from": "tomorrow"}, "from")
    await scene.refuses("invalid", name, {"level": "public", "since": at}, "since")
    await scene.refuses("invalid", name, {"level": "public", "from": at, "until": at}, "until")
    await scene.refuses("invalid", name, {"level": "public", "from": at, "until": "2026-11-25T08:30:00+01:00"}, "until")
    await scene.refuses("invalid", name, {"level": "public", "reason": "x" * 4_001}, "reason")
    assert await scene.does(name, {"level": "public", "from": at, "until": "2026-11-25T08:00:01Z"})


# -- the close-out --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["discreet", "posters", "public", "child_alert"])
async def test_a_found_child_ends_the_appeal_and_its_traces_are_to_be_wiped(scene: SearchScenario, level: str) -> None:
    await scene.does("search.set_worrying", {"worrying": True, "basis": "the officer"})
    data = child_alert() if level == "child_alert" else {"level": level, "until": "2026-12-01T00:00:00Z"}
    await scene.does("search.set_appeal", data)
    number = (await scene.sighting())["state"]["number"]
    ack = await scene.team.alice.command(scene.search, "search.set_status", FOUND)
    status, appeal, *tasks = await scene.events(ack["seqs"])
    assert {event["command"] for event in (status, appeal, *tasks)} == {ack["id"]}
    assert (status["type"], status["state"]["status"]) == ("search.status_set", "found")
    assert appeal["type"] == "search.appeal_set"
    assert {"appeal.level", "appeal.until"} <= set(appeal["changes"])
    assert appeal["reason"] == "came home"
    assert appeal["state"] == status["state"] | {"appeal": NONE}
    known = load_catalogue().take_down(level)
    assert known
    assert [(task["type"], task["state"]["title"]) for task in tasks] == [("task.added", each.title) for each in known]
    assert [task["state"]["number"] for task in tasks] == list(range(number + 1, number + 1 + len(known)))
    assert {task["state"]["column"] for task in tasks} == {(await scene.columns())["todo"]}
    for task, each in zip(tasks, known, strict=True):
        assert (task["state"]["priority"], task["state"]["instruction"]) == (each.priority, each.instruction)
        due = parse_utc(task["at"]) + timedelta(minutes=each.due_minutes) if each.due_minutes else None
        assert task["state"]["due"] == (due and format_utc(due))


async def test_both_boards_say_that_it_is_over(team: Team, scene: SearchScenario) -> None:
    operations = await (await team.open_socket(team.bob)).subscribe("operations")
    await scene.does("search.set_appeal", {"level": "posters"})
    await scene.does("search.set_status", FOUND)
    seq = (await team.alice.snapshot("operations"))["seq"]
    reader = next(person for person in team._people if person.boards.get("operations") is operations)
    await reader.wait_for_seq("operations", seq)
    said = [event for event in operations.events if event["id"] == scene.search]
    assert [event["type"] for event in said] == ["search.appeal_set", "search.status_set", "search.appeal_set"]
    assert said[-1]["state"] == await scene.state("search", scene.search)
    assert not [event for event in operations.events if event["type"] == "task.added"]


async def test_search_without_an_appeal_has_nothing_to_take_down(scene: SearchScenario) -> None:
    assert (await scene.one("search.set_status", FOUND))["type"] == "search.status_set"
    await scene.does("search.set_status", {"status": "open", "reason": "gone again"})
    await scene.does("search.set_appeal", {"level": "public"})
    # closed with the child still missing: people decide about the appeal
    (closed,) = await scene.does(
        "search.set_status", {"status": "closed", "reason": "handed to the police", "acknowledge": "as it is"}
    )
    assert closed["state"]["appeal"]["level"] == "public"
    types = [event["type"] for event in await scene.does("search.set_status", FOUND)]
    assert types[:2] == ["search.status_set", "search.appeal_set"]
    # the outcome is corrected: the appeal ended before
    again = FOUND | {"outcome": OUTCOME | {"place": "Gent"}}
    assert [event["type"] for event in await scene.does("search.set_status", again)] == ["search.status_set"]
