"""Briefing on paper: one page to talk through, tick and sign, in the reader's language, of what the reader may see."""

import re
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from board.documents.briefing_children import cut_text
from models.board import OPERATIONS
from tests.api.test_documents import fetched, text_of
from tests.support import handover_steps
from tests.support.people import Person
from tests.support.team import Team, running_team

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtin " * 2
ARABIC = "مريم"
CLOCK = re.compile(r"\b\d\d:\d\d\b")  # a minute may pass between two printed pages
TITLES = {"en": "Shift briefing", "fr": "Briefing de service", "nl": "Dienstbriefing", "de": "Schichtbriefing"}


@pytest.fixture
async def team(tmp_path: Path) -> AsyncIterator[Team]:
    """A team without other searches: pages are counted."""
    async with running_team(tmp_path) as started:
        yield started


async def open_searches(team: Team, count: int, worrying: int = 0, **data: Any) -> list[str]:
    """Open searches with one overdue task and a situation each; the first ones are worrying."""
    alice, searches = team.alice, list[str]()
    for number in range(count):
        person = {"first_name": f"Child{number}", "last_name": "Surname", "age": 9}
        search = await alice.open_search(person=person, lead=team.bob.account["id"], **data)
        await alice.command(search, "task.add", {"title": f"Ask school {number}", "due": "2026-01-01T00:00:00Z"})
        if number < worrying:
            await alice.command(search, "search.set_worrying", {"worrying": True, "basis": "the duty officer"})
        searches.append(search)
    return searches


async def pages(person: Person, path: str = "/handover/briefing.pdf", language: str = "en") -> list[str]:
    """Return the words of each page of a briefing."""
    answer = await fetched(person, path, language)
    assert (answer.status_code, answer.headers.get("content-type")) == (200, "application/pdf"), answer.text[:500]
    return [re.sub(r"\s+", " ", page.replace("\r", "")) for page in text_of(answer.content)]


@pytest.mark.sample(every=4)
@pytest.mark.parametrize("language", TITLES)
async def test_a_briefing_of_nine_searches_is_one_page(team: Team, language: str) -> None:
    searches = await open_searches(team, 9, worrying=2)
    number = await handover_steps.prepare_handover(team.alice, incoming=team.ada.account["id"])
    written = {"assessment": "On foot, after a quarrel.", "contacts": "The mother at ten.", "contingencies": "If he calls, go."}
    for search in searches[:8]:
        await team.alice.command(search, "handover.write", {"handover": number} | written)
    (page,) = await pages(team.bob, language=language)
    assert page.startswith(f"{TITLES[language]} Alice → Ada")
    page = re.sub(r"— Child\d S\., 9 ·", "", page)  # names of alarms
    for at in range(9):
        assert page.count(f"Child{at} S., 9") == 1
    assert page.count("On foot, after a quarrel.") == 8
    assert page.count("If he calls, go.") == 8
    assert page.index("Child0 S.") < page.index("Child2 S."), "worrying ones first"
    assert "Surname" not in page
    assert "1 / 1" in page


async def test_empty_answers_and_overdue_tasks_stand_on_the_paper(team: Team) -> None:
    (search,) = await open_searches(team, 1)
    number = await handover_steps.prepare_handover(team.alice)
    (page,) = await pages(team.bob)
    assert "■ Ask school 0, " in page
    assert page.count("not filled in") == 3, "situation, calls, and the legend"
    assert "The search is summarised correctly" in page
    assert "Alice signs at ____ : ____" in page
    assert "The incoming coordinator accepts at ____ : ____" in page
    written = {"handover": number, "assessment": "On foot.", "contacts": "Nobody.", "contingencies": "x"}
    await team.alice.command(search, "handover.write", written)
    await handover_steps.sign_handover(team.alice, number)
    (page,) = await pages(team.bob, f"/handovers/{number}/briefing.pdf")
    assert page.count("not filled in") == 1, "the legend"
    assert re.search(r"Signed: Alice, \d\d:\d\d", page)
    assert (await handover_steps.state(team.alice, "handover"))["digest"][:16] in page


@pytest.mark.slow
async def test_forty_searches_have_room_on_two_pages(team: Team) -> None:
    await open_searches(team, 40, worrying=2)
    found = await pages(team.bob)
    assert len(found) == 2
    whole = " ".join(found)
    assert [at for at in range(40) if f"Child{at} S., 9" not in whole] == []
    assert "All 40 searches on this sheet are summarised correctly" in found[1]
    assert all("Overdue and next" in page for page in found), "the head of the table, on each page"


async def test_a_time_in_a_narrow_column_is_never_split(team: Team) -> None:
    for search in await open_searches(team, 9):
        told = {"description": "a boy", "seen_at": "2026-01-24T19:12:00Z", "place": {"text": "Aachen (D), main station"}}
        ack = await team.alice.command(search, "sighting.add", told)
        event = (await team.alice.http.get(f"/api/v1/boards/{search}/events?after={ack['seqs'][0] - 1}")).json()["events"][0]
        await team.alice.command(search, "sighting.assess", {"sighting": event["id"], "assessment": "confirmed"})
    (page,) = await pages(team.bob, language="de")
    assert page.count("20:12 ·") == 9


async def test_a_desk_without_searches_has_a_briefing_too(team: Team) -> None:
    (page,) = await pages(team.victor)
    assert page.startswith("Shift briefing")


async def test_names_are_never_cut(team: Team) -> None:
    for name in (LONG.strip(), ARABIC):
        search = await team.alice.open_search(person={"first_name": name, "age": 9})
        await team.alice.command(search, "search.set_worrying", {"worrying": name == ARABIC, "basis": "the duty officer"})
    text = " ".join(await pages(team.bob))
    plain = unicodedata.normalize("NFKC", text)
    assert LONG.replace(" ", "") in re.sub(r"[\s￾-]", "", plain)
    assert all(plain.count(letter) >= ARABIC.count(letter) for letter in ARABIC), "in the order of their glyphs"


async def test_a_members_only_search_is_on_no_paper_of_others(team: Team) -> None:
    await open_searches(team, 1)
    secret = await team.secret_search(team.bob, person={"first_name": "Hidden", "age": 9}, reference="SECRET-1")
    await team.alice.command(secret, "task.add", {"title": "Wait for the courier", "due": "2036-01-01T00:00:00Z"})
    await team.alice.command(secret, "search.set_worrying", {"worrying": True, "basis": "the duty officer"})
    number = await handover_steps.prepare_handover(team.alice)
    await team.alice.command(secret, "handover.write", {"handover": number, "assessment": "In the shelter."})
    for path in ("/handover/briefing.pdf", f"/handovers/{number}/briefing.pdf"):
        for member in (team.alice, team.bob):
            (ours,) = await pages(member, path)
            assert {"Hidden", "In the shelter."} <= {each for each in ("Hidden", "In the shelter.") if each in ours}
            assert "MEMBERS ONLY" in ours
            assert "Not included" not in ours
        (theirs,) = await pages(team.charlie, path)
        assert not re.search(r"Hidden|shelter|courier|SECRET|MEMBERS", theirs)
        assert "Child0" in theirs
        assert "Not included: some members-only searches" in theirs.replace("\x02", "-")  # a hyphen at the end of a line
        assert "1 open search" in theirs
        if path == "/handover/briefing.pdf":
            await handover_steps.sign_handover(team.alice, number)
    assert (await fetched(team.alice, "/handovers/99/briefing.pdf")).status_code == 404


async def test_a_signed_briefing_is_the_same_for_all_who_see_the_same(team: Team) -> None:
    await open_searches(team, 3, worrying=1)
    number = await handover_steps.hand_to_sign(team.alice)
    path = f"/handovers/{number}/briefing.pdf"
    one, other = [[CLOCK.sub("", page) for page in await pages(person, path)] for person in (team.ada, team.charlie)]
    assert [page.replace("Ada", "Charlie") for page in one] == other
    assert one != other, "who printed it"


async def test_nothing_is_cut_while_the_page_has_space(team: Team) -> None:
    searches = await open_searches(team, 3, worrying=1)
    number = await handover_steps.prepare_handover(team.alice)
    note = await team.alice.command(searches[1], "note.add", {"text": "He needs insulin at six. " * 12})
    (id,) = [id for kind, id in (await team.alice.snapshot(searches[1]))["entities"] if kind == "note"]
    assert note["seqs"]
    texts = {name: f"{name} " + "word " * 25 + f"endof{name}" for name in ("assessment", "contingencies", "contacts")}
    for search in searches:
        pinned = {"pinned": [id]} if search == searches[1] else {}
        await team.alice.command(search, "handover.write", {"handover": number} | texts | pinned)
        late = {"title": "Ask the other school before the last train leaves", "due": "2025-01-01T00:00:00Z"}
        await team.alice.command(search, "task.add", late)
    (page,) = await pages(team.bob)
    assert [page.count(f"endof{name}") for name in texts] == [3, 3, 3]
    assert page.count("If … then …") == 3, "large and in rows"
    assert page.count("He needs insulin at six.") == 12
    assert "Critical points" in page
    assert page.count("before the last train leaves") == 3, "a task is whole, too"
    references = [(await team.alice.snapshot(each))["entities"]["search", each]["reference"] for each in searches]
    assert [each for each in references if each not in page] == []


@pytest.mark.sample(every=4)
@pytest.mark.parametrize("language", TITLES)
async def test_texts_of_people_are_whole_on_a_nearly_full_page(team: Team, language: str) -> None:
    searches = await open_searches(team, 10)
    number = await handover_steps.prepare_handover(team.alice)
    title = "Ask every other school, shop and station of the region before the last train to the coast leaves"
    texts = {"assessment": "On foot since six, after a quarrel about the telephone, towards the sea. Endofsituation"}
    for search in searches:
        await team.alice.command(search, "task.add", {"title": title, "due": "2025-01-01T00:00:00Z"})
        await team.alice.command(search, "handover.write", {"handover": number} | texts)
    (page,) = await pages(team.bob, language=language)
    assert page.count("Endofsituation") == 10
    assert "1 / 1" in page
    assert [at for at in range(10) if f"Child{at} S., 9" not in page] == []


@pytest.mark.slow
async def test_long_texts_end_with_a_sign_where_another_page_would_begin(team: Team) -> None:
    searches = await open_searches(team, 9)
    number = await handover_steps.prepare_handover(team.alice)
    for search in searches:
        late = {"title": "Ask the other school before the last train leaves", "due": "2025-01-01T00:00:00Z"}
        await team.alice.command(search, "task.add", late)
        long = {name: f"{name} " + "word " * 500 + "end" for name in ("assessment", "contingencies")}
        await team.alice.command(search, "handover.write", {"handover": number} | long)
    (page,) = await pages(team.bob)
    assert page.count("assessment word") == 9
    assert page.count("…") > 9
    assert page.count("word ") > 9 * 6, "as much as has room"
    assert page.count("■ Ask the other school befo…") == 9, "a task, too"


async def test_an_accepted_briefing_has_nothing_to_tick_or_sign(team: Team) -> None:
    read, unread = await open_searches(team, 2, worrying=1)
    number = await handover_steps.hand_to_sign(team.alice, incoming=team.ada.account["id"])
    path = f"/handovers/{number}/briefing.pdf"
    (page,) = await pages(team.bob, path)
    assert "____" in page
    assert "What must not be forgotten" in page
    await team.ada.command(read, "handover.read", {"handover": number, "seq": (await team.ada.snapshot(read))["seq"]})
    accept = {"handover": number, "restatement": "two searches", "reason": "she has to go"}
    await team.ada.command(OPERATIONS, "handover.accept", accept)
    (page,) = await pages(team.bob, path)
    assert "____" not in page
    assert "What must not be forgotten" not in page
    assert page.count(f"Ada accepted handover {number}, ") == page.count("Signed: Alice, ") == 1, "once each"
    assert "two searches" in page
    reference = (await team.alice.snapshot(unread))["entities"]["search", unread]["reference"]
    assert re.search(rf"Reason for not reading everything: she has to go Not read: Child1, 9 \({re.escape(reference)}\)", page)
    assert re.search(r"Ada: read, \d\d:\d\d", page)
    assert len(re.findall(r"not read\b", page)) == 1


async def test_a_signed_briefing_shows_who_has_read_and_ticks_the_rest(team: Team) -> None:
    read, wrong, right, _ = await open_searches(team, 4, worrying=1)
    number = await handover_steps.hand_to_sign(team.alice)
    path, ada = f"/handovers/{number}/briefing.pdf", team.ada
    for search in (read, wrong, right):
        await ada.command(search, "handover.read", {"handover": number, "seq": (await ada.snapshot(search))["seq"]})
    for search, answer in ((wrong, {"correct": False, "reason": "her aunt"}), (right, {"correct": True})):
        await ada.command(search, "handover.restate", {"handover": number, "text": "she is with her sister"})
        at = (await ada.snapshot(search))["entities"]["briefing", search]["restatements"][ada.account["id"]]["at"]
        answered = {"handover": number, "account": ada.account["id"], "at": at}
        await team.alice.command(search, "handover.answer", answered | answer)
    (page,) = await pages(team.bob, path)
    text = re.sub(r"[\s￾-]", "", page)  # words of the narrow column are hyphenated
    assert re.search(r"Incoming:Ada:read,\d\d:\d\dcorrect", text), "in the box of a worrying search"
    assert len(re.findall(r"Ada:read,\d\d:\d\d·summarised,notquitecorrect", text)) == 1
    assert len(re.findall(r"Ada:read,\d\d:\d\d·summarised,correct", text)) == 1
    assert text.count("readcorrect") == 1, "boxes for the search that nobody read"


async def test_a_briefing_names_the_person_who_accepted_it(team: Team) -> None:
    await open_searches(team, 1)
    number = await handover_steps.hand_to_sign(team.alice)
    path = f"/handovers/{number}/briefing.pdf"
    assert (await pages(team.bob, path))[0].startswith("Shift briefing Alice,")
    accept = {"handover": number, "restatement": "one search", "reason": "she has to go"}
    await team.ada.command(OPERATIONS, "handover.accept", accept)
    assert (await pages(team.bob, path))[0].startswith("Shift briefing Alice → Ada,")


async def test_a_refused_briefing_says_why_and_has_no_empty_boxes(team: Team) -> None:
    await open_searches(team, 1)
    number = await handover_steps.hand_to_sign(team.alice)
    await team.ada.command(OPERATIONS, "handover.refuse", {"handover": number, "reason": "the port is missing"})
    (page,) = await pages(team.bob, f"/handovers/{number}/briefing.pdf")
    assert "____" not in page
    assert re.search(rf"Ada refused handover {number}, .* Reason: the port is missing", page)


async def test_a_text_that_carried_over_says_so_on_paper(team: Team) -> None:
    (search,) = await open_searches(team, 1)
    number = await handover_steps.prepare_handover(team.alice)
    await team.alice.command(search, "handover.write", {"handover": number, "assessment": "On foot.", "contacts": "Nobody."})
    number = await handover_steps.prepare_handover(team.alice)
    await team.alice.command(search, "handover.write", {"handover": number, "contacts": "Nobody."})
    (page,) = await pages(team.bob)
    assert re.search(r"On foot\. \(not confirmed for this handover: Alice, [^)]*\)", page)
    assert page.count("not confirmed") == 1


def test_long_texts_are_cut_with_a_sign_and_stay_in_one_line() -> None:
    assert cut_text("one\ntwo  three", 20) == "one two three"
    assert cut_text("one two three", 8) == "one two…"
