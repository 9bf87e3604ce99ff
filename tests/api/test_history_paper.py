"""Printed history of a search: its timeline and events tell each fact once."""

import re

import pytest

from models.times import desk_date, format_utc, now
from tests.api.test_documents import fetched
from tests.support.handover_steps import hand_to_sign
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

MISSING, SEEN = "2026-10-24T03:00:00.000Z", "2026-10-24T05:05:00.000Z"
LONG = f"{'First way: talk with the sister. ' * 7}If he does not answer, request the return."


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search(missing_since=MISSING, person={"first_name": "Mila"}))


async def printed(scene: SearchScenario, language: str = "en") -> tuple[list[str], list[str]]:
    """Return the lines of the timeline and of the events on paper."""
    answer = await fetched(scene.team.bob, f"/searches/{scene.search}/history.md", language)
    assert answer.status_code == 200, answer.text
    text = re.sub(r'<span lang="\w+">|</span>', "", answer.text).replace("\xa0", " ").replace("\\", "")
    timeline, events = text.partition("\n## ")[2].split("\n## ", 1)
    return [line[2:] for line in timeline.splitlines() if line.startswith("- ")], events.splitlines()


def one(lines: list[str], words: str) -> str:
    (line,) = (line for line in lines if words in line)
    return line


async def test_a_decision_on_the_timeline_names_its_person_once(scene: SearchScenario) -> None:
    await scene.one("search.set_goal", {"text": "Reach the father"})
    timeline, _ = await printed(scene)
    for words, title in (("Reach the father", "Goal changed"), ("opened the search", "Search opened")):
        line = one(timeline, words)
        assert (line.count("Alice"), title in line) == (1, False)


async def test_a_long_decision_is_whole_on_paper(scene: SearchScenario) -> None:
    await scene.one("note.add", {"text": LONG, "category": "decision", "happened_at": SEEN}, scene.team.bob)
    timeline, _ = await printed(scene)
    assert f"Decision · {LONG} · Bob" in one(timeline, "First way")


@pytest.mark.parametrize(("language", "since"), [("en", "since 24 Oct"), ("fr", "depuis le 24 oct."), ("de", "seit 24. Okt.")])
async def test_a_gap_without_an_end_says_since_when(scene: SearchScenario, language: str, since: str) -> None:
    timeline, _ = await printed(scene, language)
    assert one(timeline, "— ").endswith(f"{since} 05:00")


async def test_a_handover_on_the_timeline_says_that_it_was_signed(scene: SearchScenario) -> None:
    number = await hand_to_sign(scene.team.alice)
    timeline, _ = await printed(scene)
    assert one(timeline, "handover").endswith(f" · Alice signed handover {number}")


async def test_a_call_is_told_once_with_its_contact_and_the_next_call(scene: SearchScenario) -> None:
    bob, contact = scene.team.bob, await scene.one("contact.add", {"name": "Saskia", "role": "parent"})
    call = {"contact": contact["id"], "result": "reached", "text": "she slept", "next_call": "2026-10-24T12:00:00Z"}
    await scene.does("contact.log", call | {"incoming": True}, bob)
    await scene.does("contact.log", call | {"text": "still there", "next_call": None}, bob)
    _, events = await printed(scene)
    assert one(events, "she slept").endswith(" · Saskia called Bob: she slept")
    assert one(events, "still there").endswith(" · Bob called Saskia (reached): still there")
    assert one(events, "next call").endswith("Bob planned the next call with Saskia: Sat 24 Oct 2026 14:00, Bob")
    assert one(events, "no further call").endswith("Bob planned no further call with Saskia")


async def test_a_call_on_the_timeline_says_who_called_whom(scene: SearchScenario) -> None:
    bob, contact = scene.team.bob, await scene.one("contact.add", {"name": "Saskia", "role": "parent"})
    call = {"contact": contact["id"], "result": "reached", "text": "Told her about the images."}
    await scene.does("contact.log", call, bob)
    timeline, _ = await printed(scene)
    assert one(timeline, "Told her").endswith(" · Contact · Bob called Saskia (reached): Told her about the images.")
    answer = await bob.http.get(f"/api/v1/boards/{scene.search}/timeline")
    assert "Bob called Saskia (reached): Told her about the images." in [item["text"] for item in answer.json()["items"]]


async def test_a_searched_place_on_the_timeline_says_of_what_it_is_sure(scene: SearchScenario) -> None:
    await scene.one("place.add", {"name": "Park", "searched_by": "Dogs", "certainty": "not_sure", "searched_from": SEEN})
    for language, certainty in (
        ("en", "Certainty: not sure"),
        ("de", "Absuche: nicht verlässlich"),
        ("nl", "Zekerheid: niet zeker"),
    ):
        timeline, _ = await printed(scene, language)
        assert f" · {certainty} · Park · Dogs" in one(timeline, "Park")


async def test_times_on_the_day_of_the_heading_have_no_date(scene: SearchScenario) -> None:
    today, day = format_utc(now()), desk_date(format_utc(now()))
    await scene.one("search.set_goal", {"text": "Find her", "until": today})
    await scene.one("search.set_goal", {"text": "Ask again", "until": "2036-10-24T03:00:00.000Z"})
    _, events = await printed(scene)
    if desk_date(format_utc(now())) == day:
        assert re.search(r"Find her, due \d\d:\d\d$", one(events, "Find her"))
    assert one(events, "Ask again").endswith("due Fri 24 Oct 2036 05:00")


async def test_the_head_of_a_history_says_how_the_search_stands(scene: SearchScenario) -> None:
    async def status(language: str) -> str:
        text = (await fetched(scene.team.bob, f"/searches/{scene.search}/history.md", language)).text
        label = {"fr": "Statut", "nl": "Status", "de": "Status", "en": "Status"}[language]
        return re.sub(r"[\\*]", "", one(text.splitlines(), f"**{label}")).replace("\xa0", " ").removeprefix("- ")

    assert await status("en") == "Status: Open · missing since 24 Oct 05:00"
    outcome = {"found_at": SEEN, "condition": "well", "how": "sighting", "place": "Melle"}
    await scene.does("search.set_status", {"status": "found", "reason": "at the station", "outcome": outcome})
    assert await status("en") == "Status: Found · 24 Oct 07:05 · alive and well · through a sighting · Melle"
    assert (await status("nl")).endswith(" · dankzij een waarneming · Melle")
    await scene.does("search.update", {"person": {"sex": "f"}})
    assert " · saine et sauve · " in await status("fr")
