"""Report of a handover on paper: it agrees with the briefing, with the history, and with the state of the shift."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from board.alarms.escalation import Escalation
from board.config import sentences
from board.documents.briefing import MAX_NAMED
from board.documents.open_alarms import FORMER
from models.alarm import LOSSES
from models.board import OPERATIONS
from models.times import format_utc, now
from tests.api.test_briefing import pages
from tests.api.test_documents import fetched
from tests.support import handover_steps
from tests.support.people import Person
from tests.support.team import Team, running_team

IMPORTANT = "Important since the shift began"


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    async with running_team(tmp_path) as started:
        yield started


async def printed(person: Person, path: str = "/handover.md") -> str:
    answer = await fetched(person, path)
    assert answer.status_code == 200, answer.text
    return answer.text.replace("\xa0", " ")


async def read(person: Person, search: str, number: int) -> None:
    await person.command(search, "handover.read", {"handover": number, "seq": (await person.snapshot(search))["seq"]})


def facts(text: str, label: str) -> list[str]:
    """Return the values of a fact, one for each section that has it."""
    return re.findall(rf"^- \*\*{re.escape(label)}:\*\* (.*)$", text, re.MULTILINE)


async def test_a_decision_is_due_only_if_a_criterion_applies(team: Team) -> None:
    search = await team.alice.open_search(person={"first_name": "Noor", "age": 9})
    await team.alice.open_search(person={"first_name": "Sam", "age": 16})
    await handover_steps.take_shift(team.alice)
    due, none = facts(await printed(team.alice), "Worrying")
    assert due == "To be decided · suggested by the age: Younger than 13"
    assert none == "Criteria not gone through yet"
    await team.alice.command(search, "search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})
    assert sorted(facts(await printed(team.alice), "Worrying"))[1].startswith("Not decided")


async def test_an_accepted_report_says_who_has_the_shift(team: Team) -> None:
    await team.alice.open_search()
    number = await handover_steps.hand_to_sign(team.alice)
    path, moment = f"/handovers/{number}.md", r"\d+ \w+ \d{4} \d\d:\d\d"
    (shift,) = facts(await printed(team.alice, path), "Shift")
    assert re.fullmatch(rf"Alice, since {moment}", shift)
    accept = {"handover": number, "restatement": "one search", "reason": "she has to go"}
    await team.ada.command(OPERATIONS, "handover.accept", accept)
    (shift,) = facts(await printed(team.alice, path), "Shift")
    assert re.fullmatch(rf"Alice, {moment} to {moment}, then Ada", shift)


async def test_readers_stay_on_an_accepted_report(team: Team) -> None:
    search, unread = await team.alice.open_search(), await team.alice.open_search()
    number = await handover_steps.hand_to_sign(team.alice)
    path = f"/handovers/{number}.md"
    await read(team.ada, search, number)
    (signed,) = facts(await printed(team.alice, path), "Read by")
    accept = {"handover": number, "restatement": "two searches", "reason": "she has to go"}
    await team.ada.command(OPERATIONS, "handover.accept", accept)
    assert facts(await printed(team.alice, path), "Read by") == [signed]
    later = await handover_steps.hand_to_sign(team.alice)
    await read(team.ada, search, later)
    await read(team.ada, unread, later)
    assert facts(await printed(team.alice, path), "Read by") == ["Ada"], "the time belongs to the later handover now"


async def test_reading_is_no_other_event_since_signing(team: Team) -> None:
    search = await team.alice.open_search()
    number = await handover_steps.hand_to_sign(team.alice)
    assert facts(await printed(team.alice), "Since signing") == ["no events"]
    await read(team.ada, search, number)
    assert facts(await printed(team.alice), "Since signing") == ["only read"]
    await team.ada.command(search, "handover.restate", {"handover": number, "text": "on foot"})
    (section,) = (await handover_steps.read_report(team.alice))["searches"]
    ((account, summary),) = section["restatements"].items()
    assert facts(await printed(team.alice), "Since signing") == ["only read and summarised"], "nobody has answered"
    await team.alice.command(
        search,
        "handover.answer",
        {"handover": number, "account": account, "at": summary["at"], "correct": True},
    )
    assert facts(await printed(team.alice), "Since signing") == ["only read, summarised and answered"]
    await team.bob.command(search, "sighting.add", {"description": "a girl on a bicycle"})
    assert facts(await printed(team.alice), "Since signing") == ["1 event"]


def block(text: str, heading: str) -> list[str]:
    """Return the lines of a list."""
    (found,) = re.findall(rf"^#+ {re.escape(heading)}\n\n((?:- .*\n)+)", text, re.MULTILINE)
    return [line.removeprefix("- ") for line in found.splitlines()]


async def test_open_work_without_a_due_time_is_listed_with_its_owner(team: Team) -> None:
    search, alice = await team.alice.open_search(), team.alice
    await alice.command(search, "task.add", {"title": "Ask the shop", "priority": "urgent", "assignee": team.bob.account["id"]})
    await alice.command(search, "task.add", {"title": "Call the aunt", "priority": "urgent"})
    await alice.command(search, "task.add", {"title": "Some day"})
    await alice.command(search, "task.add", {"title": "Ask school", "due": "2026-01-01T00:00:00Z"})
    await team.bob.command(search, "sighting.add", {"description": "a girl on a bicycle"})
    text = await printed(alice)
    asked, called = block(text, "Urgent or in progress, no due time")
    assert asked.endswith("Ask the shop · Bob")
    assert called.endswith("Call the aunt · nobody assigned")
    assert block(text, "Overdue")[0].partition(" · due ")[0].endswith("Ask school · nobody assigned")
    assert "a girl on a bicycle" in block(text, "Sightings not looked at")[0]


async def sighting(team: Team, search: str, **data: Any) -> str:
    """Report a sighting; return its id."""
    seq = (await team.bob.command(search, "sighting.add", data))["seqs"][0]
    answer = await team.bob.http.get(f"/api/v1/boards/{search}/events", params={"after": seq - 1, "limit": 1})
    return str(answer.json()["events"][0]["id"])


async def test_lists_say_who_has_a_card_and_until_when(team: Team) -> None:
    search, alice, bob = await team.alice.open_search(), team.alice, team.bob
    await sighting(team, search, description="a girl on the tram", priority="urgent")
    assert " · nobody has it · " in block(await printed(alice), "Sightings not looked at")[0]
    (alarm,) = (await bob.http.get("/api/v1/alarms")).json()["alarms"]
    await bob.command(search, "alarm.take", {"alarm": alarm["id"]})
    assert re.search(r" · Bob has it until [^·]*\d\d:\d\d · ", block(await printed(alice), "Sightings not looked at")[0])


async def test_a_signed_report_says_that_nobody_had_an_alarm_then(team: Team) -> None:
    search, alice = await team.alice.open_search(), team.alice
    await sighting(team, search, description="a girl on the tram", priority="urgent")
    assert "nobody has it" in await printed(alice)
    number = await handover_steps.hand_to_sign(alice)
    text = await printed(alice, f"/handovers/{number}.md")
    assert re.search(r"^## Open alarms at signing, .*\d\d:\d\d$", text, re.MULTILINE)
    assert "nobody had it" in text
    assert "nobody has it" not in text
    (page,) = await pages(alice, f"/handovers/{number}/briefing.pdf")
    assert "Open alarms at signing, " in page


async def test_important_events_say_what_they_set_and_what_changed_since(team: Team) -> None:
    await handover_steps.take_shift(team.alice)
    search, alice = await team.alice.open_search(), team.alice
    settled, credible, gone, waiting = [
        await sighting(team, search, description=text, priority="urgent") for text in ("jogger", "shopkeeper", "a dog", "tram")
    ]
    await alice.command(search, "sighting.assess", {"sighting": credible, "assessment": "credible"})
    await alice.command(search, "sighting.assess", {"sighting": settled, "assessment": "unverifiable"})
    await alice.command(search, "card.withdraw", {"card": gone, "reason": "not a sighting"})
    await alice.command(search, "note.add", {"text": "First line: the aunt.", "category": "decision"})
    for text in ("find the bus", "find the driver"):
        await alice.command(search, "search.set_goal", {"text": text})
    await alice.command(search, "search.set_appeal", {"level": "discreet"})
    await alice.command(OPERATIONS, "handover.prepare", {})
    number = (await handover_steps.state(alice, "handover"))["number"]
    await handover_steps.sign_handover(alice, number)
    await alice.command(search, "sighting.assess", {"sighting": waiting, "assessment": "not_the_child"})
    lines = [line.partition(" · ")[2] for line in block(await printed(alice, f"/handovers/{number}.md"), IMPORTANT)]
    numbers = [(await alice.snapshot(search))["entities"]["sighting", id]["number"] for id in (settled, credible, gone, waiting)]
    results = (
        ("added", "not assessed · now: cannot be verified"), ("assessed", "credible"), ("added", "not assessed · now: withdrawn"),
        ("added", "not assessed"),
    )  # fmt: skip
    said = [
        f"Sighting {how}: Sighting {number} · {result}" for number, (how, result) in zip(numbers, results, strict=True)
    ]  # fmt: skip
    assert lines == [
        "Search opened", said[0], said[2], said[3], said[1], "Decision: First line: the aunt. · Alice",
        "Goal changed: find the driver", "Appeal changed: discreet",
    ]  # fmt: skip


async def test_an_ungraded_sighting_is_listed_once(team: Team) -> None:
    search, alice = await team.alice.open_search(), team.alice
    seen, looked = [await sighting(team, search, description=text) for text in ("a girl", "a coat")]
    await alice.command(search, "sighting.looked_at", {"sighting": looked})
    text = await printed(alice)
    assert "Sightings not yet graded" not in text
    assert [text.count(each) for each in ("a girl", "a coat")] == [1, 1]
    assert " · not graded · " in block(text, "Sightings not looked at")[0]
    assert " · not graded · " in block(text, "Sightings to assess")[0]
    await alice.command(search, "sighting.grade", {"sighting": seen, "grade": {"source": "B"}})
    assert "a girl" in block(await printed(alice), "Sightings to assess")[0]
    assert "not graded" not in block(await printed(alice), "Sightings to assess")[0]


async def test_overdue_tasks_begin_with_the_longest_overdue(team: Team) -> None:
    search, alice = await team.alice.open_search(), team.alice
    for title, day in (("Ask school", "02"), ("Ask the shop", "01")):
        await alice.command(search, "task.add", {"title": title, "due": f"2026-01-{day}T00:00:00Z"})
    assert ["the shop" in line for line in block(await printed(alice), "Overdue")] == [True, False]


async def test_a_critical_point_that_is_done_says_so(team: Team) -> None:
    search, alice = await team.alice.open_search(), team.alice
    await alice.command(search, "task.add", {"title": "Custody"})
    entities = (await alice.snapshot(search))["entities"]
    (task,) = (id for (kind, id), state in entities.items() if kind == "task" and state["title"] == "Custody")
    (done,) = (id for (kind, id), state in entities.items() if kind == "column" and state["role"] == "done")
    number = await handover_steps.prepare_handover(alice)
    await alice.command(search, "handover.write", {"handover": number, "pinned": [task]})
    assert block(await printed(alice), "Critical points")[0].endswith("Custody · nobody assigned")
    await alice.command(search, "card.move", {"card": task, "column": done})
    assert block(await printed(alice), "Critical points")[0].endswith("Custody · Done")
    await alice.command(search, "task.update", {"task": task, "result": "joint authority"})
    assert block(await printed(alice), "Critical points")[0].endswith("Custody · Done: joint authority")
    assert "(Done) Custody → joint authority" in (await pages(alice))[0]


async def test_needs_say_until_when_they_are_covered(team: Team) -> None:
    for name, until in (("Noor", "2036-11-24T15:10:00Z"), ("Chloé", "2026-01-02T15:10:00Z")):
        person = {"first_name": name, "age": 9, "needs": "Insulin", "needs_until": until}
        search = await team.alice.open_search(person=person)
        await team.alice.command(search, "search.set_worrying", {"worrying": True, "basis": "the duty officer"})
    text = await printed(team.alice)
    assert sorted(facts(text, "Needs")) == [
        "Insulin · covered until 24 Nov 2036 16:10", "Insulin · not covered since 2 Jan 2026 16:10",
    ]  # fmt: skip
    (page,) = await pages(team.alice)
    assert "Insulin · covered until 24 Nov" in page
    assert "Insulin · not covered since 2 Jan" in page


async def test_a_briefing_says_that_further_tasks_are_overdue(team: Team) -> None:
    search, alice = await team.alice.open_search(), team.alice
    for title in ("Ask school", "Ask the shop"):
        await alice.command(search, "task.add", {"title": title, "due": "2026-01-01T00:00:00Z"})
    (page,) = await pages(alice)
    assert re.search(r"Ask school, \d+ d \d+ h · nobody assigned · 1 more overdue", page)
    (page,) = await pages(alice, language="fr")
    assert "et 1 autre en retard" in page


async def test_rows_of_a_briefing_name_who_has_the_next_task(team: Team) -> None:
    search, bob = await team.alice.open_search(), team.bob.account["id"]
    await team.alice.command(search, "task.add", {"title": "Ask school", "due": "2026-01-01T00:00:00Z", "assignee": bob})
    soon = format_utc(now() + timedelta(minutes=5))  # before the first tasks
    await team.alice.command(search, "task.add", {"title": "Call the aunt", "due": soon, "assignee": bob})
    (page,) = await pages(team.alice)
    assert re.search(r"Ask school, \d+ d \d+ h · Bob", page)
    assert "Call the aunt · Bob" in page


async def test_briefing_and_report_count_the_same_sightings(team: Team) -> None:
    search = await team.alice.open_search()
    for _ in range(3):
        await team.bob.command(search, "sighting.add", {"description": "a girl on a bicycle"})
    ids = [id for kind, id in (await team.alice.snapshot(search))["entities"] if kind == "sighting"]
    await team.alice.command(search, "sighting.looked_at", {"sighting": ids[0]})
    assert facts(await printed(team.alice), "Unanswered") == ["2 not looked at, 1 to assess"]
    (page,) = await pages(team.alice)
    assert page.count("unanswered: 2 not looked at, 1 to assess") == 2, "in the head, and in the row"


async def test_words_and_reason_of_an_acceptance_say_whose_they_are(team: Team) -> None:
    await team.alice.open_search()
    number = await handover_steps.hand_to_sign(team.alice)
    accept = {"handover": number, "restatement": "one search", "reason": "she has to go"}
    await team.ada.command(OPERATIONS, "handover.accept", accept)
    text, (page,) = (
        await printed(team.alice, f"/handovers/{number}.md"),
        await pages(team.alice, f"/handovers/{number}/briefing.pdf"),
    )
    assert facts(text, "In the words of Ada") == ["one search"]
    assert facts(text, "Reason for not reading everything") == ["she has to go"]
    assert "In the words of Ada: one search" in page


async def test_a_members_only_search_names_the_person_responsible_once(team: Team) -> None:
    await team.secret_search(team.ada)
    await handover_steps.prepare_handover(team.alice, incoming=team.ada.account["id"])
    assert facts(await printed(team.alice), "Responsible in the shift") == [
        "Alice · Ada becomes responsible for it with the shift."
    ]


async def test_the_category_of_a_comment_is_said_once(team: Team) -> None:
    search = await team.alice.open_search()
    for category in ("comment", "contact"):
        await team.alice.command(search, "note.add", {"text": f"a {category}", "category": category})
    text = await printed(team.alice, f"/searches/{search}/history.md")
    assert re.search(r"Alice wrote in the log: a comment$", text, re.MULTILINE)
    assert re.search(r"Alice wrote in the log \(contact\): a contact$", text, re.MULTILINE)


# -- who has an alarm -----------------------------------------------------------------------------------------------------


@pytest.fixture
async def three_alarms(team: Team) -> str:
    """An alarm that Bob has, one about an overdue task of Bob, who is off duty and has not answered, and one that nobody has;
    return their search."""
    search, bob = await team.alice.open_search(lead=team.alice.account["id"]), team.bob
    await team.charlie.command(OPERATIONS, "duty.begin", {"until": format_utc(now() + timedelta(hours=8))})
    await sighting(team, search, description="a girl on the tram", priority="urgent")
    (alarm,) = (await bob.http.get("/api/v1/alarms")).json()["alarms"]
    await bob.command(search, "alarm.take", {"alarm": alarm["id"]})
    await sighting(team, search, description="a girl at the canal", priority="urgent")
    overdue = {"title": "Ask the school", "priority": "urgent", "due": format_utc(now() - timedelta(hours=1))}
    await team.alice.command(search, "task.add", overdue | {"assignee": bob.account["id"]})
    await Escalation(team.server.service).escalate()
    return search


COUNTS = {
    "en": "1 that nobody has · 1 assigned, not answered · 1 that someone has",
    "fr": "1 dont personne ne se charge · 1 attribuée, sans réponse · 1 dont quelqu’un se charge",
    "nl": "1 die niemand opvolgt · 1 toegewezen, onbeantwoord · 1 die iemand opvolgt",
    "de": "1, um den sich niemand kümmert · 1 zugewiesen, unbeantwortet · 1, um den sich jemand kümmert",
}


@pytest.mark.sample(every=4)
@pytest.mark.parametrize("language", COUNTS)
async def test_counts_tell_assigned_alarms_from_free_ones(team: Team, three_alarms: str, language: str) -> None:
    await handover_steps.prepare_handover(team.alice)
    answer = await fetched(team.alice, "/handover.md", language)
    assert COUNTS[language] in answer.text.replace("\xa0", " ").replace("\\", "")
    (section,) = (await handover_steps.read_report(team.alice))["searches"]
    assert section["board"] == three_alarms
    assert [section["alarms"][name] for name in ("held", "assigned", "open")] == [1, 1, 2]
    alarms = section["alarms"]["listed"]
    assert [(alarm["taken_by"] is None, alarm["assignee"] is None) for alarm in alarms] == [
        (True, True), (True, False), (False, False),
    ], "those that nobody has come first"  # fmt: skip


OWNERS = {
    "en": ("nobody has it", "Bob, alarm not answered"),
    "fr": ("personne ne s’en charge", "Bob, alarme sans réponse"),
    "nl": ("niemand volgt dit op", "Bob, alarm onbeantwoord"),
    "de": ("niemand kümmert sich darum", "Bob, Alarm unbeantwortet"),
}


@pytest.mark.sample(every=4)
@pytest.mark.parametrize("language", OWNERS)
async def test_a_briefing_names_first_the_alarms_that_nobody_has(team: Team, three_alarms: str, language: str) -> None:
    (page,) = await pages(team.bob, language=language)
    nobody, waiting = OWNERS[language]
    assert COUNTS[language] in page
    assert page.index(f"8 · {nobody}") < page.index("7 · Bob "), "of two sightings"
    assert waiting in page, "beside the overdue task"


@pytest.mark.sample(every=4)
@pytest.mark.parametrize("language", OWNERS)
async def test_an_alarm_that_was_given_back_is_told_as_free(team: Team, three_alarms: str, language: str) -> None:
    entities = (await team.alice.snapshot(three_alarms))["entities"]
    (alarm,) = [id for (kind, id), state in entities.items() if kind == "alarm" and state["taken_by"]]
    await team.bob.command(three_alarms, "alarm.give_back", {"alarm": alarm, "reason": "I have to go"})
    answer = await fetched(team.alice, "/handover.md", language)
    said = [line for line in answer.text.replace("\xa0", " ").splitlines() if OWNERS[language][0] in line]
    assert len(said) >= 2, "and never that nobody has had it yet"
    assert "yet" not in " ".join(said)


async def test_an_alarm_that_was_given_back_names_its_former_owner(team: Team) -> None:
    search, bob = await team.alice.open_search(lead=team.alice.account["id"]), team.bob
    await sighting(team, search, description="a girl on the tram", priority="urgent")
    (alarm,) = (await bob.http.get("/api/v1/alarms")).json()["alarms"]
    for name in ("alarm.take", "alarm.give_back"):
        await bob.command(search, name, {"alarm": alarm["id"]})
    number = await handover_steps.prepare_handover(team.alice)
    assert re.search(r"Urgent sighting \d+ · .* · nobody has it, Bob had it until \d", await printed(team.alice))
    await handover_steps.sign_handover(team.alice, number)
    assert "nobody had it, Bob had it until" in await printed(team.alice, f"/handovers/{number}.md")


async def test_an_alarm_that_its_owner_lost_says_why_and_blames_nobody(team: Team) -> None:
    alice, bob = team.alice, team.bob
    search = await alice.open_search(lead=alice.account["id"])
    await sighting(team, search, description="a girl on the tram", priority="urgent")
    (alarm,) = (await bob.http.get("/api/v1/alarms")).json()["alarms"]
    await bob.command(search, "alarm.take", {"alarm": alarm["id"]})
    await alice.command(search, "search.set_access", {"access": "members", "members": [alice.account["id"]]})
    assert team.server
    await Escalation(team.server.service).escalate()
    (listed,) = (await alice.http.get("/api/v1/alarms")).json()["alarms"]
    assert (listed["released_by"]["name"], listed["released_because"]) == ("Bob", "access")
    number = await handover_steps.prepare_handover(alice)
    assert re.search(r"nobody has it: Bob lost access \(\d\d:\d\d\)", await printed(alice))
    await handover_steps.sign_handover(alice, number)
    signed = await printed(alice, f"/handovers/{number}.md")
    assert "nobody had it: Bob had lost access (" in signed
    assert "Bob had it" not in signed


@pytest.mark.parametrize("because", LOSSES)
def test_each_reason_for_a_lost_alarm_has_sentences(because: str) -> None:
    said = sentences.for_scripts()
    live, signed = said[f"lost_{because}"], said[f"lost_{because}_at_signing"]
    assert FORMER[because] == (live, signed)
    assert (live.partition(":")[0], signed.partition(":")[0]) == ("nobody has it", "nobody had it")


async def test_a_briefing_counts_the_alarms_that_it_does_not_name(team: Team) -> None:
    search = await team.alice.open_search(lead=team.alice.account["id"])
    for number in range(MAX_NAMED + 2):
        await sighting(team, search, description=f"a girl, {number}", priority="urgent")
    await handover_steps.prepare_handover(team.alice)
    (page,) = await pages(team.bob)
    assert "2 more in the handover report" in page


async def test_a_text_about_calls_is_not_missed_if_calls_are_due(team: Team) -> None:
    search = await team.alice.open_search()
    number = await handover_steps.prepare_handover(team.alice)
    await team.alice.command(search, "handover.write", {"handover": number, "assessment": "On foot."})
    assert re.search(r"Not filled in: .*Calls and updates due", await printed(team.alice))
    due = format_utc(now() + timedelta(hours=1))
    await team.alice.command(search, "contact.add", {"name": "An Voorbeeld", "role": "parent", "next_call": due})
    text = await printed(team.alice)
    assert "Not filled in: " in text
    assert not re.search(r"Not filled in: .*Calls and updates due", text)


# -- times and places -----------------------------------------------------------------------------------------------------


async def test_a_report_without_a_signature_has_its_time_in_seconds(team: Team) -> None:
    await team.alice.open_search()
    assert re.search(r"Searches as they were at \d+ \w+ \d{4} \d\d:\d\d:\d\d", await printed(team.alice))


async def test_a_corrected_place_is_not_told_as_that_of_the_report(team: Team) -> None:
    search = await team.alice.open_search(last_seen={"text": "Korenmarkt"})
    await team.alice.command(search, "search.update", {"last_seen": {"text": "Veldstraat 30"}})
    assert facts(await printed(team.alice), "Last seen (as recorded)") == ["Veldstraat 30"]
