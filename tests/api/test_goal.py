"""Goal of a search: set by its lead and by coordinators, kept on the record, undone, printed, exported and handed over."""

import csv
import io
from typing import Any

import pytest

from board.client import Refusal
from board.engine import conditions, kinds
from models.display import PROFILES
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.display_client import DisplayBrowser, pair_browser
from tests.support.people import Person
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

SET = "search.set_goal"
TEXT, UNTIL = "Find who got off line 2 with her", "2026-11-24T11:00:00.000Z"
GOAL = {"text": TEXT, "until": "2026-11-24T12:00:00+01:00"}


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search(lead=team.bob.account["id"]))


def by(person: Person, event: dict[str, Any], **goal: Any) -> dict[str, Any]:
    return {"text": TEXT, "until": UNTIL, "by": person.account["id"], "at": event["at"]} | goal


async def test_a_goal_says_by_whom_and_when_it_was_set(scene: SearchScenario) -> None:
    alice = scene.team.alice
    event = await scene.one(SET, GOAL)
    assert (event["type"], event["changes"]) == ("search.goal_set", ["goal.at", "goal.by", "goal.text", "goal.until"])
    assert event["state"]["goal"] == by(alice, event)
    later = await scene.one(SET, {"text": "Ask the drivers"})
    assert later["state"]["goal"] == by(alice, later, text="Ask the drivers", until=None)
    cleared = await scene.one(SET, {"text": None, "until": UNTIL})
    assert cleared["state"]["goal"] is None
    assert cleared["changes"] == ["goal.at", "goal.by", "goal.text"]
    assert await scene.does(SET, {"text": None}) == []
    assert (await scene.state("search", scene.search))["goal"] is None


async def test_the_same_goal_stays_with_who_set_it_first(scene: SearchScenario) -> None:
    event = await scene.one(SET, GOAL, scene.team.bob)
    assert await scene.does(SET, {"text": TEXT, "until": UNTIL}) == []
    assert (await scene.state("search", scene.search))["goal"] == by(scene.team.bob, event)


@pytest.mark.parametrize(
    ("data", "field"),
    [({}, "text"), ({"text": " "}, "text"), ({"text": "x" * 201}, "text"), ({"text": 1}, "text"),
     (GOAL | {"until": "noon"}, "until"), (GOAL | {"by": "me"}, "by"), (GOAL | {"reason": "x"}, "reason")],
)  # fmt: skip
async def test_a_goal_that_makes_no_sense_is_refused(scene: SearchScenario, data: dict[str, Any], field: str) -> None:
    await scene.refuses("invalid", SET, data, field)


# -- rights ---------------------------------------------------------------------------------------------------------------


async def test_the_lead_sets_the_goal_and_other_investigators_do_not(team: Team, scene: SearchScenario) -> None:
    charlie = await team.add_person("Charlie", "investigator")
    assert (await scene.one(SET, GOAL, team.bob))["state"]["goal"]["by"] == team.bob.account["id"]
    for person in (charlie, team.victor):
        with pytest.raises(Refusal, match="forbidden"):
            await person.command(scene.search, SET, {"text": "Ask the drivers"})
    await team.alice.command(scene.search, "search.update", {"lead": charlie.account["id"]})
    assert await scene.one(SET, {"text": "Ask the drivers"}, charlie)
    with pytest.raises(Refusal, match="forbidden"):
        await team.bob.command(scene.search, SET, GOAL)


async def test_a_viewer_who_was_made_lead_still_only_reads(team: Team, scene: SearchScenario) -> None:
    await team.alice.command(scene.search, "search.update", {"lead": team.victor.account["id"]})
    with pytest.raises(Refusal, match="forbidden"):
        await team.victor.command(scene.search, SET, GOAL)
    assert await scene.one(SET, GOAL)


async def test_outsiders_learn_nothing_of_a_goal(team: Team) -> None:
    search = await team.secret_search(team.ada)
    await team.alice.command(search, SET, {"text": "Ask the ferryman"})
    with pytest.raises(Refusal, match="not_found"):
        await team.bob.command(search, SET, GOAL)
    for person, found in ((team.bob, []), (team.ada, [search])):
        hits = (await person.http.get("/api/v1/find", params={"q": "ferryman"})).json()["hits"]
        assert [hit["board"] for hit in hits] == found


async def test_the_right_to_a_goal_is_judged_before_its_content(team: Team, scene: SearchScenario) -> None:
    with pytest.raises(Refusal, match="forbidden"):
        await team.victor.command(scene.search, SET, {"x": 1})
    await team.alice.command(scene.search, "search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})
    with pytest.raises(Refusal, match="closed"):
        await team.bob.command(scene.search, SET, {"x": 1})


# -- undo and conflicts ---------------------------------------------------------------------------------------------------


async def test_undo_brings_back_the_goal_with_its_author(team: Team, scene: SearchScenario) -> None:
    first = await scene.one(SET, GOAL, team.bob)
    for data in ({"text": "Ask the drivers"}, {"text": None}):
        second = await scene.one(SET, data)
        undone = await scene.one("undo", {"seq": second["seq"]}, team.bob)
        assert (undone["type"], undone["undoes"]) == ("search.goal_set", second["seq"])
        assert undone["state"]["goal"] == by(team.bob, first)
    gone = await scene.one("undo", {"seq": (await scene.one(SET, {"text": None}))["seq"]})
    assert gone["state"]["goal"] == by(team.bob, first)


async def test_undo_of_the_first_goal_leaves_none(team: Team, scene: SearchScenario) -> None:
    event = await scene.one(SET, GOAL)
    with pytest.raises(Refusal, match="forbidden"):
        await (await team.add_person("Charlie", "investigator")).command(scene.search, "undo", {"seq": event["seq"]})
    assert (await scene.one("undo", {"seq": event["seq"]}, team.bob))["state"]["goal"] is None


async def test_two_goals_at_once_conflict(team: Team, scene: SearchScenario) -> None:
    base = (await team.alice.snapshot(scene.search))["seq"]
    await scene.one(SET, GOAL, team.bob)
    refused = await scene.refuses(
        "conflict", SET, {"text": "Ask the drivers"}, "goal.at", "goal.by", "goal.text", "goal.until", base=base
    )
    assert refused.current["goal"]["text"] == TEXT


# -- where it is shown ----------------------------------------------------------------------------------------------------


async def test_a_goal_is_significant_and_alerts_nobody(scene: SearchScenario) -> None:
    before = (await scene.team.bob.http.get("/api/v1/alerts")).json()["unread"]
    event = await scene.one(SET, GOAL)
    condition = kinds.event_specs()[event["type"]].significant
    assert condition is not None
    assert conditions.holds(condition, event["state"])
    assert (await scene.team.bob.http.get("/api/v1/alerts")).json()["unread"] == before
    report = (await scene.team.alice.http.get(f"/api/v1/handover?board={scene.search}")).json()
    assert event["seq"] in [each["seq"] for each in report["searches"][0]["since"]["significant"]]


async def test_the_report_of_a_handover_has_the_goal_and_the_child(scene: SearchScenario) -> None:
    await scene.does("search.update", {"person": {"needs": "inhaler", "needs_until": UNTIL, "clothing": "yellow rucksack"}})
    event = await scene.one(SET, GOAL, scene.team.bob)
    report = (await scene.team.ada.http.get(f"/api/v1/handover?board={scene.search}")).json()
    search = report["searches"][0]["search"]
    assert search["goal"] == by(scene.team.bob, event)
    assert report["people"][scene.team.bob.account["id"]] == "Bob"
    assert (search["person"]["needs"], search["person"]["clothing"]) == ("inhaler", "yellow rucksack")
    paper = (await scene.team.ada.http.get("/handover.md")).text.replace("\\", "")
    for words in (
        f"{TEXT} · by 24 Nov 2026 12:00 · Bob",
        "Clothing: yellow rucksack",
        "inhaler · not covered since 24 Nov 2026 12:00",
    ):
        assert words in paper.replace("**", ""), paper


async def test_exports_and_paper_name_who_set_the_goal(scene: SearchScenario) -> None:
    event = await scene.one(SET, GOAL, scene.team.bob)
    alice = scene.team.alice
    table = (await alice.http.get("/api/v1/boards/operations/cards.csv")).text.lstrip("\ufeff")
    (row,) = [each for each in csv.DictReader(io.StringIO(table)) if each["Id"] == scene.search]
    assert [row[name] for name in ("Goal", "Goal due", "Goal set by", "Goal set at")] == [TEXT, UNTIL, "Bob", event["at"]]
    journal = (await alice.http.get(f"/api/v1/boards/{scene.search}/journal.csv")).text
    assert f"goal.text: {TEXT}" in journal
    paper = (await alice.http.get(f"/searches/{scene.search}/history.md")).text.replace("\\", "")
    assert f"set a goal: {TEXT}, due Tue 24 Nov 2026 12:00" in paper, paper
    assert "Goal set by" not in paper, "the sentence says who did it"


async def test_a_goal_is_found_by_its_words(scene: SearchScenario) -> None:
    await scene.does(SET, {"text": "Talk to the lighthouse keeper"})
    hits = (await scene.team.victor.http.get("/api/v1/find", params={"q": "lighthouse", "board": scene.search})).json()["hits"]
    assert [part["field"] for hit in hits for part in hit["found"]] == ["goal.text"]


@pytest.mark.parametrize("profile", PROFILES)
async def test_displays_in_inner_rooms_show_text_and_time_alone(scene: SearchScenario, profile: str) -> None:
    browser = DisplayBrowser(scene.team.server)
    await pair_browser(scene.team.alice, browser, [scene.search], profile)
    display = await browser.connect()
    try:
        replica = await display.subscribe(scene.search)
        assert replica.entities["search", scene.search].get("goal") is None
        event = await scene.one(SET, GOAL, scene.team.bob)
        await display.wait_until(lambda: replica.seq >= event["seq"])
        shown = replica.entities["search", scene.search]
        assert shown.get("goal") == ({"text": TEXT, "until": UNTIL} if profile == "inner" else None)
        assert ("goal" in shown) == (profile == "inner")
        assert replica.events[-1]["changes"] == (["goal.text", "goal.until"] if profile == "inner" else [])
    finally:
        await display.close()
        await browser.close()
