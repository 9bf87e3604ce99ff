"""Queues: each sighting waits for one step, or is answered; who looked at it, to whom it was passed on, and what is late."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from board.client import Refusal
from board.commands.sightings.queues import queue_of
from board.config.targets import load_targets
from models.db.database import ConfigurationError
from models.times import format_utc, now, parse_utc
from tests.support import random_commands
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.search_scenario import UNKNOWN_ID, SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

LOOK, PASS_ON = "sighting.looked_at", "sighting.pass_on"
ZONE = "Local police Ghent"
ROWS = text("SELECT id, queue, queue_since, assignee FROM sighting WHERE board = :board")


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


async def waiting(person: Person, **query: Any) -> dict[str, Any]:
    """Return what this person is told to be unanswered."""
    response = await person.http.get("/api/v1/unanswered", params=query)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def own(scene: SearchScenario, **query: Any) -> list[dict[str, Any]]:
    """Return the entries of the scene's search."""
    found = await waiting(scene.team.alice, limit=500, **query)
    return [entry for entry in found["entries"] if entry["board"] == scene.search]


async def stands(scene: SearchScenario, id: str) -> str:
    return str((await scene.state("sighting", id))["queue"])


# -- one queue after the other --------------------------------------------------------------------------------------------


async def test_sighting_goes_from_look_to_judge_to_pass_on_to_answered(scene: SearchScenario) -> None:
    bob, added = scene.team.bob, await scene.sighting()
    id, one = added["id"], {"sighting": added["id"]}
    assert (added["state"]["queue"], added["state"]["queue_since"]) == ("look", added["at"])
    looked = await scene.one(LOOK, one, bob)
    assert looked["state"]["looked_at"] == {"by": bob.account["id"], "at": looked["at"]}
    assert (looked["state"]["queue"], looked["state"]["queue_since"]) == ("judge", looked["at"])
    assert looked["changes"] == ["looked_at.at", "looked_at.by", "queue", "queue_since"]
    graded = await scene.one("sighting.grade", one | {"grade": {"source": "B", "content": 2}})
    assert (graded["state"]["queue"], graded["state"]["queue_since"]) == ("judge", looked["at"])
    credible = await scene.one("sighting.assess", one | {"assessment": "credible"})
    assert (credible["state"]["queue"], credible["state"]["queue_since"]) == ("pass_on", credible["at"])
    confirmed = await scene.one("sighting.assess", one | {"assessment": "confirmed"})
    assert confirmed["state"]["queue_since"] == credible["at"]
    passed = await scene.one(PASS_ON, one | {"to": ZONE, "reference": "GE.12.L1.000123/2026"}, bob)
    assert passed["state"]["passed_on"] == {
        "to": ZONE, "at": passed["at"], "reference": "GE.12.L1.000123/2026", "by": bob.account["id"],
    }  # fmt: skip
    assert await stands(scene, id) == "answered"


@pytest.mark.parametrize("assessment", ["not_the_child", "unverifiable"])
async def test_settled_sighting_is_answered_without_a_look(scene: SearchScenario, assessment: str) -> None:
    id = (await scene.sighting())["id"]
    await scene.does("sighting.assess", {"sighting": id, "assessment": assessment})
    assert await stands(scene, id) == "answered"
    await scene.does("sighting.assess", {"sighting": id, "assessment": "unassessed"})
    assert await stands(scene, id) == "look"


async def test_withdrawn_sighting_is_answered_and_waits_again_when_restored(scene: SearchScenario) -> None:
    id = (await scene.sighting())["id"]
    await scene.does("card.withdraw", {"card": id})
    assert await stands(scene, id) == "answered"
    restored = await scene.one("card.restore", {"card": id})
    assert (restored["state"]["queue"], restored["state"]["queue_since"]) == ("look", restored["at"])


async def test_grade_alone_takes_a_sighting_out_of_look(scene: SearchScenario) -> None:
    one = {"sighting": (await scene.sighting())["id"]}
    await scene.does("sighting.grade", one | {"grade": {"content": 3}})
    assert await stands(scene, one["sighting"]) == "judge"
    assert await scene.does(LOOK, one, scene.team.bob) == [], "it was graded: somebody has looked"


async def test_first_look_stays_and_the_one_who_took_it_in_does_not_count(scene: SearchScenario) -> None:
    one = {"sighting": (await scene.sighting())["id"]}
    assert await scene.does(LOOK, one) == [], "Alice took it in"
    first = await scene.one(LOOK, one, scene.team.bob)
    assert await scene.does(LOOK, one, scene.team.charlie) == []
    assert (await scene.state("sighting", one["sighting"]))["looked_at"] == first["state"]["looked_at"]


async def test_decision_on_a_sighting_or_task_from_it_is_a_look(scene: SearchScenario) -> None:
    me, ids = scene.team.alice.account["id"], [(await scene.sighting())["id"] for _ in range(4)]
    await scene.does("note.add", {"card": ids[0], "text": "Seen twice", "category": "comment"})
    await scene.does("note.add", {"card": ids[1], "text": "Treated as hers", "category": "decision"})
    await scene.does("task.add", {"title": "Ask for the cameras", "sighting": ids[2]})
    task = await scene.one("task.add", {"title": "Ring the bell"})
    await scene.does("task.update", {"task": task["id"], "sighting": ids[3]})
    states = [await scene.state("sighting", id) for id in ids]
    assert [state["queue"] for state in states] == ["look", "judge", "judge", "judge"]
    assert [state["looked_at"] and state["looked_at"]["by"] for state in states] == [None, me, me, me]
    assert [entry["queue"] for entry in await own(scene)].count("look") == 1
    assert await scene.does("note.add", {"card": ids[1], "text": "Again", "category": "decision"}, scene.team.bob) != []
    assert (await scene.state("sighting", ids[1]))["looked_at"]["by"] == me, "the first look stays"


async def test_a_look_never_conflicts_and_can_not_be_undone(scene: SearchScenario) -> None:
    one = {"sighting": (await scene.sighting())["id"]}
    base = (await scene.team.alice.snapshot(scene.search))["seq"]
    await scene.does("card.assign", {"card": one["sighting"], "assignee": scene.team.alice.account["id"]})
    looked = await scene.one(LOOK, one, scene.team.bob, base=base)
    await scene.refuses("invalid", "undo", {"seq": looked["seq"]}, "seq")
    with pytest.raises(Refusal, match="not_found"):
        await scene.team.bob.command(scene.search, LOOK, {"sighting": UNKNOWN_ID})


async def test_only_credible_and_confirmed_sightings_are_passed_on(scene: SearchScenario) -> None:
    one = {"sighting": (await scene.sighting())["id"]}
    for assessment in ("unassessed", "not_the_child", "unverifiable"):
        await scene.does("sighting.assess", one | {"assessment": assessment})
        await scene.refuses("invalid", PASS_ON, one | {"to": ZONE}, "sighting")
    await scene.does("sighting.assess", one | {"assessment": "credible"})
    await scene.refuses("invalid", PASS_ON, one | {"to": " "}, "to")
    await scene.refuses("invalid", PASS_ON, one, "to")
    late = format_utc(parse_utc((await scene.sighting())["at"]) + timedelta(minutes=6))
    await scene.refuses("invalid", PASS_ON, one | {"to": ZONE, "at": late}, "at")
    passed = await scene.one(PASS_ON, one | {"to": ZONE, "at": "2026-11-24T23:00:00+01:00"})
    assert passed["state"]["passed_on"]["at"] == "2026-11-24T22:00:00.000Z"


async def test_undo_brings_back_since_when_it_waits(scene: SearchScenario) -> None:
    one = {"sighting": (await scene.sighting())["id"]}
    credible = await scene.one("sighting.assess", one | {"assessment": "credible"})
    passed = await scene.one(PASS_ON, one | {"to": ZONE})
    undone = await scene.one("undo", {"seq": passed["seq"]})
    state = undone["state"]
    assert (state["queue"], state["queue_since"], state["passed_on"]) == ("pass_on", credible["at"], None)


async def test_queue_that_changed_since_does_not_stop_an_undo(scene: SearchScenario) -> None:
    added = await scene.sighting()
    one = {"sighting": added["id"]}
    credible = await scene.one("sighting.assess", one | {"assessment": "credible"})
    await scene.does(PASS_ON, one | {"to": ZONE}, scene.team.bob)
    undone = await scene.one("undo", {"seq": credible["seq"]})
    assert (undone["state"]["queue"], undone["state"]["queue_since"]) == ("look", added["at"])
    assert undone["state"]["passed_on"]["to"] == ZONE, "the police have it all the same"


async def test_edits_of_other_fields_do_not_conflict_over_the_queue(scene: SearchScenario) -> None:
    one = {"sighting": (await scene.sighting())["id"]}
    base = (await scene.team.alice.snapshot(scene.search))["seq"]
    await scene.does("sighting.grade", one | {"grade": {"source": "B"}}, scene.team.bob)
    withdrawn = await scene.one("card.withdraw", {"card": one["sighting"]}, base=base)
    assert withdrawn["state"]["queue"] == "answered"


# -- any history ----------------------------------------------------------------------------------------------------------


@pytest.mark.sample(every=3)
@pytest.mark.parametrize("seed", range(3))
async def test_any_history_has_one_queue_and_one_owner_at_each_moment(scene: SearchScenario, seed: int) -> None:
    """Rows, events, and the board as of each event say the same, and what the rule says."""
    team, random = scene.team, Random(seed)
    screen, accounts = await team.alice.subscribe(scene.search), [team.alice.account["id"], team.bob.account["id"]]
    rows: dict[int, dict[str, Any]] = {}
    kept = (await scene.sighting())["id"]  # what is drawn depends on ids: a history could go by without this queue
    await scene.does("sighting.assess", {"sighting": kept, "assessment": "credible"})
    for _ in range(150):
        giver = random.choice([team.alice, team.bob])
        name, data = random_commands.random_command(random, screen, accounts)
        try:
            ack = await giver.command(scene.search, name, data)
        except Refusal as refused:
            if refused.code == "closed":
                await team.alice.command(scene.search, "search.set_status", {"status": "open", "reason": "more came in"})
            continue
        if ack["seqs"]:
            head = (await team.alice.snapshot(scene.search))["seq"]  # who takes an alarm gets its card right after the command
            await team.alice.wait_for_seq(scene.search, head)
            rows[head] = await read_rows(team, scene.search)
    states: dict[str, dict[str, Any]] = {}
    seen = set()
    for event in screen.events:
        if event["kind"] == "sighting":
            was = states.get(event["id"], {})
            state = states[event["id"]] = event["state"]
            seen.add(state["queue"])
            assert state["queue"] == queue_of(state)
            if was.get("queue") == state["queue"]:
                assert state["queue_since"] == was["queue_since"]
            else:
                assert state["queue_since"] == event["at"] or "undoes" in event
            assert ("queue" in event["changes"]) == (was.get("queue") != state["queue"])
        if event["seq"] in rows:
            told = {id: (state["queue"], state["queue_since"], state["assignee"]) for id, state in states.items()}
            assert rows[event["seq"]] == told
            response = await team.alice.http.get(f"/api/v1/boards/{scene.search}", params={"at": event["seq"]})
            as_of = {each["id"]: each["state"] for each in response.json()["entities"] if each["kind"] == "sighting"}
            assert {id: (state["queue"], state["queue_since"], state["assignee"]) for id, state in as_of.items()} == told
    assert seen == {"look", "judge", "pass_on", "answered"}


async def read_rows(team: Team, search: str) -> dict[str, tuple[str, str, str | None]]:
    def read(session: Session) -> dict[str, tuple[str, str, str | None]]:
        return {id: tuple(rest) for id, *rest in session.connection().execute(ROWS, {"board": search})}

    return await team.server.service.database.read(read)


# -- the list -------------------------------------------------------------------------------------------------------------


async def test_list_has_what_waits_with_its_owner_and_target(scene: SearchScenario) -> None:
    bob = scene.team.bob
    added = await scene.sighting(priority="urgent", place={"text": "Gent"}, assignee=bob.account["id"])
    judged, answered = await scene.sighting(), await scene.sighting()
    await scene.does(LOOK, {"sighting": judged["id"]}, bob)
    await scene.does("sighting.assess", {"sighting": answered["id"], "assessment": "not_the_child"})
    entries = {entry["id"]: entry for entry in await own(scene)}
    assert entries.keys() == {added["id"], judged["id"]}
    one = entries[added["id"]]
    assert (one["kind"], one["queue"], one["queue_since"], one["target_min"], one["late"]) == (
        "sighting", "look", added["at"], 10, False,
    )  # fmt: skip
    assert (one["assignee"], one["place"], one["title"], one["number"]) == (
        bob.account["id"], "Gent", "a girl", added["state"]["number"],
    )  # fmt: skip
    assert entries[judged["id"]]["looked_at"]["by"] == bob.account["id"]
    assert (one["alarm"]["taken_by"], entries[judged["id"]]["alarm"]) == (bob.account["id"], None)
    assert one["alarm"]["until"] > one["queue_since"]
    assert [entry["id"] for entry in await own(scene, queue="judge")] == [judged["id"]]
    whole, judging = await waiting(bob, limit=500), await waiting(bob, queue="judge")
    assert judging["counts"] == whole["counts"], "counts are of all queues"
    assert {queue: whole["counts"][queue] for queue in ("look", "judge", "pass_on")} == {
        queue: sum(entry["queue"] == queue for entry in whole["entries"]) for queue in ("look", "judge", "pass_on")
    }


async def test_latest_against_its_target_comes_first_and_the_rest_is_counted(
    scene: SearchScenario, age: Callable[[str, int], Any]
) -> None:
    slow, urgent, fresh = (
        (await scene.sighting())["id"], (await scene.sighting(priority="urgent"))["id"], (await scene.sighting())["id"],
    )  # fmt: skip
    await age(slow, 90)  # of 60: half as much again
    await age(urgent, 25)  # of 10
    await age(fresh, 30)
    found = await own(scene)
    assert [entry["id"] for entry in found] == [urgent, slow, fresh]
    assert [entry["late"] for entry in found] == [True, True, False]
    whole, short = await waiting(scene.team.alice, limit=500), await waiting(scene.team.alice, limit=1)
    assert whole["counts"]["late"] == sum(entry["late"] for entry in whole["entries"]) >= 2
    assert ([entry["id"] for entry in short["entries"]], short["left_out"]) == ([urgent], len(whole["entries"]) - 1)


async def test_urgent_sightings_come_before_those_that_are_later(scene: SearchScenario, age: Callable[[str, int], Any]) -> None:
    slow, urgent, late = (
        (await scene.sighting())["id"], (await scene.sighting(priority="urgent"))["id"], (await scene.sighting())["id"],
    )  # fmt: skip
    await age(slow, 70)  # of 60
    await age(late, 600)
    assert [(entry["id"], entry["late"]) for entry in await own(scene)] == [(urgent, False), (late, True), (slow, True)]


async def test_found_searches_have_nothing_late_and_closed_ones_do_not_wait(
    scene: SearchScenario, age: Callable[[str, int], Any]
) -> None:
    id = (await scene.sighting())["id"]
    await age(id, 600)
    outcome = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
    await scene.does("search.set_status", {"status": "found", "reason": "home", "outcome": outcome})
    assert [(entry["id"], entry["late"], entry["target_min"], entry["status"]) for entry in await own(scene)] == [
        (id, False, None, "found")
    ]
    await scene.does("search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})
    assert await own(scene) == []


async def test_outsiders_are_told_nothing_of_a_search_of_members(team: Team) -> None:
    search = await team.secret_search(team.bob)
    await team.alice.command(search, "sighting.add", {"description": "a quiet secret"})
    inside, outside = await waiting(team.bob, limit=500), await team.charlie.http.get("/api/v1/unanswered?limit=500")
    assert search in {entry["board"] for entry in inside["entries"]}
    assert outside.json()["counts"]["look"] == inside["counts"]["look"] - 1
    assert search not in outside.text
    assert "secret" not in outside.text


async def test_questions_that_make_no_sense_are_refused(team: Team) -> None:
    for query in ({"queue": "answered"}, {"limit": "0"}, {"limit": "501"}):
        response = await team.alice.http.get("/api/v1/unanswered", params=query)
        assert (response.status_code, list(response.json()["fields"])) == (422, list(query))


@pytest.fixture
def age(scene: SearchScenario) -> Callable[[str, int], Any]:
    """Make a sighting older in its queue than it is, by so many minutes."""

    async def make(id: str, minutes: int) -> None:
        since = format_utc(now() - timedelta(minutes=minutes))
        sql = text("UPDATE sighting SET queue_since = :since WHERE id = :id")
        await scene.team.server.service.database.write(
            lambda session: session.connection().execute(sql, {"since": since, "id": id}).rowcount
        )

    return make


# -- counts of a search, and its closing ----------------------------------------------------------------------------------


async def test_summary_counts_each_queue_and_what_is_late(scene: SearchScenario, age: Callable[[str, int], Any]) -> None:
    team, late = scene.team, (await scene.sighting())["id"]
    await age(late, 61)
    one = {"sighting": (await scene.sighting())["id"]}
    await scene.does("sighting.assess", one | {"assessment": "credible"})
    reader = await team.open_socket(team.bob)
    await reader.subscribe("operations")

    def told() -> dict[str, Any]:
        frames = [each["searches"] for each in reader.frames if each["type"] == "summary"]
        return next((each[scene.search] for each in reversed(frames) if scene.search in each), {})

    await reader.wait_until(told)
    red = {"look": 1, "judge": 0, "pass_on": 0}
    assert told()["unanswered"] == {"look": 1, "judge": 0, "pass_on": 1, "late": 1, "late_open": red}


async def test_closing_asks_about_sightings_that_are_not_passed_on(scene: SearchScenario) -> None:
    added = await scene.sighting()
    one = {"sighting": added["id"]}
    await scene.does("sighting.assess", one | {"assessment": "confirmed"})
    closing = {"status": "closed", "reason": "over"}
    refused = await scene.refuses("invalid", "search.set_status", closing, "acknowledge")
    assert f"not passed on to the police: {added['state']['number']}." in refused.fields["acknowledge"]
    await scene.does(PASS_ON, one | {"to": ZONE})
    (event, *_) = await scene.does("search.set_status", closing | {"acknowledge": "the first tasks"})
    assert event["state"]["status"] == "closed"


# -- targets as data ------------------------------------------------------------------------------------------------------

OWN = "[look]\nurgent = 5\nother = 20\n[judge]\nurgent = 5\nother = 20\n[pass_on]\nurgent = 5\nother = 20\n"


def test_an_installation_has_targets_of_its_own(tmp_path: Path) -> None:
    assert load_targets(str(tmp_path)) == load_targets()
    (tmp_path / "targets.toml").write_text(OWN)
    assert load_targets(str(tmp_path)).minutes("look", "urgent") == 5
    assert load_targets(str(tmp_path)).minutes("judge", "low") == 20


@pytest.mark.parametrize("wrong", [OWN.replace("urgent = 5", "urgent = 0", 1), OWN.replace("[judge]", "[jugde]"), "[look"])
def test_targets_that_make_no_sense_are_refused_at_start(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "targets.toml").write_text(wrong)
    with pytest.raises(ConfigurationError) as refused:
        load_targets(str(tmp_path))
    assert str(tmp_path / "targets.toml") in str(refused.value)
