"""Texts of a handover carry over with author and time, and count as not written until somebody changes or confirms them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from models.board import OPERATIONS
from tests.support import handover_steps
from tests.support.handover_steps import read_report
from tests.support.people import Person
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

WRITE = "handover.write"


@pytest.fixture
async def scene(team: Team) -> AsyncIterator[SearchScenario]:
    """A search of its own, closed afterwards."""
    scene = SearchScenario(team, await team.alice.open_search())
    yield scene
    await handover_steps.take_shift(team.ada)
    over = {"status": "closed", "reason": "the scene is over", "acknowledge": "as it is"}
    await team.alice.command(scene.search, "search.set_status", over)
    await handover_steps.take_shift(team.alice)


def mark(number: int, who: Person, at: str) -> dict[str, Any]:
    return {"handover": number, "by": who.account["id"], "at": at, "confirmed_by": None, "confirmed_at": None}


async def briefing(scene: SearchScenario, path: str = "handover") -> dict[str, Any]:
    (section,) = (await read_report(scene.team.alice, path, board=scene.search))["searches"]
    return dict(section["briefing"])


async def test_carried_text_keeps_its_author_until_it_is_confirmed(scene: SearchScenario) -> None:
    alice, ada = scene.team.alice, scene.team.ada
    first = await handover_steps.prepare_handover(alice)
    event = await scene.one(WRITE, {"handover": first, "assessment": "on foot", "contacts": "the mother"})
    wrote = mark(first, alice, event["at"])
    assert event["state"]["authorship"] == {"assessment": wrote, "contacts": wrote}
    assert await scene.does(WRITE, {"handover": first, "assessment": "on foot"}) == [], "written for this handover already"
    second = await handover_steps.prepare_handover(alice)
    assert (await briefing(scene))["authorship"]["assessment"] == wrote, "carried over, and nobody has said anything"
    event = await scene.one(WRITE, {"handover": second, "assessment": "on foot"}, who=ada)
    assert event["type"] == "handover.confirmed"
    confirmed = {"handover": second, "confirmed_by": ada.account["id"], "confirmed_at": event["at"]}
    assert event["state"]["authorship"] == {"assessment": wrote | confirmed, "contacts": wrote}
    assert await scene.does(WRITE, {"handover": second, "assessment": "on foot"}) == []
    event = await scene.one(WRITE, {"handover": second, "assessment": "by tram", "contacts": None}, who=ada)
    assert event["type"] == "handover.written"
    assert event["state"]["authorship"] == {"assessment": mark(second, ada, event["at"])}
    people = (await read_report(alice))["people"]
    assert people[ada.account["id"]] == "Ada"


async def test_critical_points_carry_over_like_texts(scene: SearchScenario) -> None:
    sighting = await scene.sighting()
    first = await handover_steps.prepare_handover(scene.team.alice)
    await scene.one(WRITE, {"handover": first, "pinned": [sighting["id"]]})
    second = await handover_steps.prepare_handover(scene.team.alice)
    assert (await briefing(scene))["authorship"]["pinned"]["handover"] == first
    event = await scene.one(WRITE, {"handover": second, "pinned": [sighting["id"]]})
    assert (event["type"], event["state"]["authorship"]["pinned"]["handover"]) == ("handover.confirmed", second)


async def test_confirming_a_changed_text_is_a_conflict_of_that_text(scene: SearchScenario) -> None:
    ada = scene.team.ada
    first = await handover_steps.prepare_handover(scene.team.alice)
    seq = (await scene.one(WRITE, {"handover": first, "assessment": "on foot"}))["seq"]
    second = await handover_steps.prepare_handover(scene.team.alice)
    await ada.command(scene.search, WRITE, {"handover": second, "assessment": "by tram"})
    await scene.refuses("conflict", WRITE, {"handover": second, "assessment": "on foot"}, "assessment", base=seq)


async def test_remarks_of_the_desk_carry_over_with_their_author(scene: SearchScenario) -> None:
    alice, ada = scene.team.alice, scene.team.ada
    first = await handover_steps.prepare_handover(alice)
    await alice.command(OPERATIONS, WRITE, {"handover": first, "remarks": "quiet"})
    wrote = (await handover_steps.state(alice, "handover"))["authorship"]
    assert wrote == {"remarks": mark(first, alice, wrote["remarks"]["at"])}
    second = await handover_steps.prepare_handover(alice)
    assert (await handover_steps.state(alice, "handover"))["authorship"] == wrote
    await ada.command(OPERATIONS, WRITE, {"handover": second, "remarks": "quiet"})
    again = (await handover_steps.state(alice, "handover"))["authorship"]["remarks"]
    assert (again["handover"], again["by"], again["confirmed_by"]) == (second, alice.account["id"], ada.account["id"])


async def test_paper_says_which_texts_nobody_confirmed(scene: SearchScenario) -> None:
    alice = scene.team.alice
    first = await handover_steps.prepare_handover(alice)
    await scene.one(WRITE, {"handover": first, "assessment": "on foot", "contacts": "the mother"})
    second = await handover_steps.prepare_handover(alice)
    await scene.one(WRITE, {"handover": second, "contacts": "the mother"})
    await handover_steps.sign_handover(alice, second)
    paper = (await alice.http.get(f"/handovers/{second}.md")).text
    situation, calls = [line for line in paper.splitlines() if line.startswith(("**Situation", "**Calls"))][:2]
    assert "not confirmed for this handover: Alice, " in situation
    assert "Alice, " in calls
    assert "still true: Alice, " in calls
    assert "not confirmed" not in calls


# -- responsible persons --------------------------------------------------------------------------------------------------


async def test_keeper_is_null_once_the_next_handover_is_prepared(scene: SearchScenario) -> None:
    team, alice, ada = scene.team, scene.team.alice, scene.team.ada
    secret = await team.secret_search(ada)
    eva = await team.add_person("Eva", "coordinator")  # who prepares the next, and may not see the search
    number = await handover_steps.prepare_handover(alice, incoming=eva.account["id"])
    await alice.command(secret, WRITE, {"handover": number, "keeper": ada.account["id"]})
    await handover_steps.sign_handover(alice, number)
    await alice.command(OPERATIONS, "handover.withdraw", {"handover": number})
    screen = await ada.subscribe(secret)
    await eva.command(OPERATIONS, "handover.prepare", {"incoming": eva.account["id"]})
    await ada.wait_for_seq(secret, (await ada.snapshot(secret))["seq"])
    assert screen.of_kind("briefing")[secret]["keeper"] is None
    assert (await ada.snapshot(secret))["entities"]["briefing", secret]["keeper"] is None
    (section,) = (await read_report(ada, board=secret))["searches"]
    assert section["briefing"]["keeper"] is None
    kept = await read_report(ada, f"handovers/{number}", board=secret)
    assert kept["searches"][0]["briefing"]["keeper"] == ada.account["id"], "the signed report stays"
    over = {"status": "closed", "reason": "over", "acknowledge": "as it is"}
    await ada.command(secret, "search.set_status", over)


# -- unread searches ------------------------------------------------------------------------------------------------------


async def test_searches_accepted_unread_stay_listed_until_they_are_read(scene: SearchScenario) -> None:
    alice, ada = scene.team.alice, scene.team.ada
    read, me = await alice.open_search(), ada.account["id"]
    number = await handover_steps.hand_to_sign(alice)
    await ada.command(read, "handover.read", {"handover": number, "seq": (await ada.snapshot(read))["seq"]})
    accept = {"handover": number, "restatement": "all", "reason": "she has to go"}
    await ada.command(OPERATIONS, "handover.accept", accept)

    async def unread() -> dict[str, str | None]:
        entities = (await ada.snapshot(OPERATIONS))["entities"]
        return {id: entities["handed", id]["unread_by"] for id in (scene.search, read)}

    async def reported() -> dict[str, str | None]:
        searches = (await read_report(alice, f"handovers/{number}"))["searches"]
        return {each["board"]: each["unread_by"] for each in searches if each["board"] in (scene.search, read)}

    assert await unread() == await reported() == {scene.search: me, read: None}
    paper = (await alice.http.get(f"/handovers/{number}.md")).text
    assert "she has to go" in paper.split("Not read:**")[0]
    line = next(line for line in paper.splitlines() if "Not read:**" in line)
    reference = (await alice.snapshot(scene.search))["entities"]["search", scene.search]["reference"]
    assert reference.replace("-", "") in line.replace("\\", "").replace("-", "")
    data = {"handover": number, "seq": (await ada.snapshot(scene.search))["seq"]}
    await handover_steps.refused("conflict", alice, scene.search, "handover.read", data, "handover")
    await handover_steps.refused("conflict", ada, read, "handover.read", data | {"seq": 1}, "handover")
    await ada.command(scene.search, "handover.read", data)
    assert await unread() == {scene.search: None, read: None}
    assert await reported() == {scene.search: me, read: None}, "the signed report says what was unread then"
    await alice.command(read, "search.set_status", {"status": "closed", "reason": "the scene is over", "acknowledge": "as it is"})


async def test_reading_later_leaves_the_next_handover_as_it_is(scene: SearchScenario) -> None:
    alice, ada = scene.team.alice, scene.team.ada
    number = await handover_steps.hand_to_sign(alice)
    await ada.command(OPERATIONS, "handover.accept", {"handover": number, "restatement": "all", "reason": "late"})
    await ada.command(OPERATIONS, "handover.prepare", {})
    await ada.command(scene.search, WRITE, {"handover": number + 1, "assessment": "on foot"})
    await ada.command(scene.search, "handover.read", {"handover": number, "seq": (await ada.snapshot(scene.search))["seq"]})
    state = (await ada.snapshot(scene.search))["entities"]["briefing", scene.search]
    assert (state["handover"], state["assessment"]) == (number + 1, "on foot")


async def test_unread_members_only_search_is_shown_to_nobody_else(scene: SearchScenario) -> None:
    alice, ada, bob = scene.team.alice, scene.team.ada, scene.team.bob
    secret = await scene.team.secret_search(ada)
    number = await handover_steps.hand_to_sign(alice)
    await ada.command(OPERATIONS, "handover.accept", {"handover": number, "restatement": "all", "reason": "late"})
    told = await read_report(bob, f"handovers/{number}")
    assert secret not in str(told)
    assert secret not in (await bob.http.get(f"/api/v1/boards/{OPERATIONS}/journal.json")).text
    ours = await read_report(ada, f"handovers/{number}")
    assert {each["board"]: each["unread_by"] for each in ours["searches"]}[secret] == ada.account["id"]
    await ada.command(secret, "search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})


# -- refusals and alerts --------------------------------------------------------------------------------------------------


async def test_reason_of_a_refusal_stays_with_the_next_handover(scene: SearchScenario) -> None:
    alice, ada = scene.team.alice, scene.team.ada
    first = await handover_steps.hand_to_sign(alice)
    await ada.command(OPERATIONS, "handover.refuse", {"handover": first, "reason": "the port is missing"})
    assert (await read_report(alice))["previous"] is None, "nothing is prepared"
    await alice.command(OPERATIONS, "handover.prepare", {})
    ended = (await handover_steps.state(alice, "handover"))["number"]
    for sign in (False, True):
        if sign:
            await handover_steps.sign_handover(alice, ended)
        previous = (await read_report(ada))["previous"]
        assert (previous["number"], previous["status"], previous["reason"]) == (first, "refused", "the port is missing")
        assert (previous["ended_by"], previous["signed"]) == (ada.account["id"], True)
        assert "the port is missing" in (await ada.http.get("/handover.md")).text
    await ada.command(OPERATIONS, "handover.accept", {"handover": ended, "restatement": "all", "reason": "late"})
    await ada.command(OPERATIONS, "handover.prepare", {})
    assert (await read_report(ada))["previous"] is None, "the one before was accepted"


async def listed(who: Person, *types: str) -> list[str]:
    answer = (await who.http.get("/api/v1/alerts")).json()
    return [each["type"] for each in answer["alerts"] if each["type"] in types]


@pytest.mark.parametrize("end", ["accept", "refuse", "withdraw"])
async def test_bell_drops_a_handover_that_has_ended(scene: SearchScenario, end: str) -> None:
    alice, ada = scene.team.alice, scene.team.ada
    number = await handover_steps.hand_to_sign(alice, incoming=ada.account["id"])
    await ada.command(scene.search, "handover.restate", {"handover": number, "text": "on foot"})
    assert await listed(ada, "handover.signed") == ["handover.signed"]
    assert await listed(alice, "handover.restated") == ["handover.restated"]
    left = (await alice.http.get("/api/v1/alerts")).json()["unread"]
    data = {"accept": {"restatement": "all", "reason": "late"}, "refuse": {"reason": "no"}, "withdraw": {}}[end]
    await (alice if end == "withdraw" else ada).command(OPERATIONS, f"handover.{end}", {"handover": number} | data)
    assert await listed(ada, "handover.signed") == await listed(alice, "handover.restated") == []
    ended = 0 if end == "withdraw" else 1  # which she is told
    assert (await alice.http.get("/api/v1/alerts")).json()["unread"] == left - 1 + ended


async def test_bell_drops_an_answered_summary_and_a_former_keeper(scene: SearchScenario) -> None:
    team, alice, ada = scene.team, scene.team.alice, scene.team.ada
    number = await handover_steps.hand_to_sign(alice)
    event = await scene.one("handover.restate", {"handover": number, "text": "on foot"}, who=ada)
    answer = {"handover": number, "account": ada.account["id"], "at": event["at"], "correct": True}
    await scene.one("handover.answer", answer)
    assert await listed(alice, "handover.restated") == []
    secret, eva = await team.secret_search(ada), await team.add_person("Eva", "coordinator")
    number = await handover_steps.prepare_handover(alice, incoming=eva.account["id"])
    await alice.command(secret, WRITE, {"handover": number, "keeper": ada.account["id"]})
    assert await listed(ada, "handover.written") == ["handover.written"]
    await alice.command(secret, WRITE, {"handover": number, "keeper": alice.account["id"]})
    assert await listed(ada, "handover.written") == []
    await alice.command(secret, "search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})
