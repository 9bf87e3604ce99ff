"""Restatement of a search: in their own words by who takes over, and answered by who hands over."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from models.board import OPERATIONS
from tests.support import handover_steps
from tests.support.handover_steps import read_report, refused
from tests.support.people import Person
from tests.support.search_scenario import UNKNOWN_ID, SearchScenario
from tests.support.team import Team

RESTATE, ANSWER = "handover.restate", "handover.answer"
WORDS = "She is with her aunt; the mother is called at ten."


@pytest.fixture
async def scene(team: Team) -> AsyncIterator[SearchScenario]:
    """A search that Alice has handed over and signed; Ada takes over."""
    scene = SearchScenario(team, await team.alice.open_search())
    yield scene
    await handover_steps.take_shift(team.ada)
    await handover_steps.take_shift(team.alice)


async def section(scene: SearchScenario, reader: Person, path: str = "handover") -> dict[str, Any]:
    (found,) = (await read_report(reader, path, board=scene.search))["searches"]
    return dict(found)


async def test_words_are_answered_and_written_once_more(scene: SearchScenario) -> None:
    alice, ada, me = scene.team.alice, scene.team.ada, scene.team.ada.account["id"]
    number = await handover_steps.hand_to_sign(alice)
    event = await scene.one(RESTATE, {"handover": number, "text": "She is at home."}, who=ada)
    assert (event["type"], event["kind"], event["id"]) == ("handover.restated", "briefing", scene.search)
    empty = {"correct": None, "reason": None, "answered_by": None, "answered_at": None}
    first = {"handover": number, "text": "She is at home.", "at": event["at"]} | empty
    assert event["state"]["restatements"] == {me: first}
    assert await scene.does(RESTATE, {"handover": number, "text": "She is at home."}, who=ada) == [], "the same words"
    wrong = {"handover": number, "account": me, "at": first["at"], "correct": False, "reason": "with her aunt"}
    answered = await scene.one(ANSWER, wrong)
    said = {"correct": False, "reason": "with her aunt", "answered_by": alice.account["id"], "answered_at": answered["at"]}
    assert answered["state"]["restatements"] == {me: first | said}
    assert (await section(scene, ada))["restatements"] == {me: {k: v for k, v in (first | said).items() if k != "handover"}}
    again = await scene.one(RESTATE, {"handover": number, "text": WORDS}, who=ada)
    assert again["state"]["restatements"][me] == {"handover": number, "text": WORDS, "at": again["at"]} | empty
    late = await refused("conflict", alice, scene.search, ANSWER, wrong, "at")
    assert late.body["current"]["restatements"] == again["state"]["restatements"]
    right = {"handover": number, "account": me, "at": again["at"], "correct": True}
    await scene.one(ANSWER, right)
    assert await scene.does(ANSWER, right) == [], "answered so already"
    journal = (await alice.http.get(f"/api/v1/boards/{scene.search}/journal.json")).json()["events"]
    told = [each["state"]["restatements"][me]["text"] for each in journal if each["type"] == "handover.restated"]
    assert told == ["She is at home.", WORDS], "both stay on the record"


async def test_each_says_what_is_theirs_to_say(scene: SearchScenario) -> None:
    alice, ada, bob, search = scene.team.alice, scene.team.ada, scene.team.bob, scene.search
    number = await handover_steps.prepare_handover(alice)
    words, me = {"handover": number, "text": WORDS}, ada.account["id"]
    await refused("conflict", ada, search, RESTATE, words, "handover")
    await handover_steps.sign_handover(alice, number)
    await refused("forbidden", alice, search, RESTATE, words)
    await refused("forbidden", bob, search, RESTATE, words)
    await refused("conflict", ada, search, RESTATE, words | {"handover": number + 1}, "handover")
    await refused("invalid", ada, search, RESTATE, words | {"text": " "}, "text")
    said = await scene.one(RESTATE, words, who=ada)
    answer = {"handover": number, "account": me, "at": said["at"], "correct": True}
    await refused("forbidden", ada, search, ANSWER, answer)
    await refused("forbidden", bob, search, ANSWER, answer)
    await refused("invalid", alice, search, ANSWER, answer | {"correct": False}, "reason")
    await refused("not_found", alice, search, ANSWER, answer | {"account": UNKNOWN_ID}, "account")
    await refused("conflict", alice, search, ANSWER, answer | {"at": "2026-11-24T15:10:00.000Z"}, "at")
    assert (await scene.one(ANSWER, answer))["state"]["restatements"][me]["correct"] is True


async def test_words_alert_who_hands_over_and_the_answer_nobody(scene: SearchScenario) -> None:
    alice, ada = scene.team.alice, scene.team.ada
    number = await handover_steps.hand_to_sign(alice)
    said = await scene.one(RESTATE, {"handover": number, "text": WORDS}, who=ada)
    seqs = [said["seq"]]

    async def told() -> dict[str, list[tuple[str, str, int]]]:
        found = {}
        for person in (alice, ada, scene.team.bob):
            listed = (await person.http.get("/api/v1/alerts")).json()["alerts"]
            about = [each for each in listed if each["board"] == scene.search and each["seq"] in seqs]
            found[person.account["name"]] = [(each["kind"], each["type"], each["handover"]) for each in about]
        return found

    assert await told() == {"Alice": [("handover", "handover.restated", number)], "Ada": [], "Bob": []}
    answer = {"handover": number, "account": ada.account["id"], "at": said["at"], "correct": True}
    seqs.append((await scene.one(ANSWER, answer))["seq"])
    assert await told() == {"Alice": [], "Ada": [], "Bob": []}, "nothing waits for an answer"


async def test_words_are_no_news_and_hold_nobody_up(scene: SearchScenario) -> None:
    alice, ada, search = scene.team.alice, scene.team.ada, scene.search
    number = await handover_steps.hand_to_sign(alice)
    for each in (await read_report(ada))["searches"]:
        await ada.command(each["board"], "handover.read", {"handover": number, "seq": each["after"]["seq"]})
    said = await scene.one(RESTATE, {"handover": number, "text": WORDS}, who=ada)
    answer = {"handover": number, "account": ada.account["id"], "at": said["at"], "correct": False, "reason": "not at home"}
    await scene.one(ANSWER, answer)
    told = await section(scene, ada)
    assert (told["after"]["events"], told["after"]["significant"], told["reader"]["unread"]) == (0, 0, False)
    await ada.command(OPERATIONS, "handover.accept", {"handover": number, "restatement": "all of it"})
    kept = await section(scene, alice, f"handovers/{number}")
    assert kept["restatements"][ada.account["id"]]["reason"] == "not at home"
    await handover_steps.hand_to_sign(alice)
    assert (await section(scene, ada))["restatements"] == {}, "of another handover"
    await refused("conflict", ada, search, RESTATE, {"handover": number, "text": "late"}, "handover")


async def test_paper_has_the_words_and_is_the_same_for_all_who_see_them(scene: SearchScenario) -> None:
    alice, ada, bob = scene.team.alice, scene.team.ada, scene.team.bob
    secret = await scene.team.secret_search(ada)
    number = await handover_steps.hand_to_sign(alice)
    said = await scene.one(RESTATE, {"handover": number, "text": WORDS}, who=ada)
    await ada.command(secret, RESTATE, {"handover": number, "text": "In the shelter."})
    answer = {"handover": number, "account": ada.account["id"], "at": said["at"], "correct": False, "reason": "with the uncle"}
    await scene.one(ANSWER, answer)
    for path in (f"/handovers/{number}.md", "/handover.md"):
        ours, hers, theirs = [(await who.http.get(path)).text.split("Printed by")[0] for who in (alice, ada, bob)]
        assert ours == hers
        for paper in (ours, theirs):
            assert "In the words of Ada, " in paper
            assert f"> {WORDS}" in paper
            assert "> with the uncle" in paper
        assert "In the shelter." in ours
        assert "shelter" not in theirs
    one, other = await read_report(alice), await read_report(ada)
    for each in (*one["searches"], *other["searches"]):
        del each["reader"]
    assert one == other
    assert one["people"][ada.account["id"]] == "Ada"
    await alice.command(secret, "search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})
