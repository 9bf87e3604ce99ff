"""Each person reads in the language that they chose, else in that of their browser; codes and what was typed are in none."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2 as httpx
import pytest

from board import i18n
from board.accounts import accounts, live_changes
from board.client import Refusal
from board.config import predefined_tasks, task_templates
from board.web import language
from tests.support.people import PASSWORD, PATIENCE_S, Server, new_id

FRENCH, DUTCH = {"Accept-Language": "fr-BE,fr;q=0.9,en;q=0.8"}, {"Accept-Language": "nl"}


@pytest.mark.parametrize(
    ("header", "best"),
    [
        ("", "en"), ("fr", "fr"), ("fr-BE", "fr"), ("NL-be, fr;q=0.5", "nl"), ("fr;q=0.5,de;q=0.7,en;q=0.1", "de"),
        ("da, nl;q=0.2", "nl"), ("da", "en"), ("*", "en"), ("fr;q=0", "en"), ("fr;q=much, de;q=0.1", "de"), ("fr;q=nan", "en"),
        (",;=,;q=", "en"), ("x" * 5_000 + ",fr", "en"),
    ],
)  # fmt: skip
def test_the_best_of_our_languages_that_a_browser_asks_for(header: str, best: str) -> None:
    assert language.negotiate(header) == best


@pytest.fixture
async def visitor(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, headers={"Origin": server.url}, timeout=PATIENCE_S) as client:
        yield client


@pytest.fixture
async def bob_there(server: Server, visitor: httpx.AsyncClient) -> httpx.AsyncClient:
    """Bob, signed in in a browser."""
    await live_changes.add_account(server.service, "bob@desk.example", "Bob", "investigator", PASSWORD)
    answer = await visitor.post("/login", data={"email": "bob@desk.example", "password": PASSWORD})
    assert answer.status_code == 303
    return visitor


async def test_visitor_reads_in_the_language_of_their_browser(visitor: httpx.AsyncClient) -> None:
    assert '<html lang="en"' in (await visitor.get("/login")).text
    page = (await visitor.get("/login", headers=FRENCH)).text
    assert '<html lang="fr"' in page
    assert i18n.gettext_for("fr")("Password") in page
    wrong = await visitor.post("/login", data={"email": "nobody@desk.example", "password": "x"}, headers=FRENCH)
    assert i18n.gettext_for("fr")("Wrong e-mail address or password.") in wrong.text
    nothing = await visitor.get("/nothing/here", headers=DUTCH)
    assert nothing.status_code == 404
    assert i18n.gettext_for("nl")("Not found, or you do not have access.") in nothing.text


async def test_chosen_language_beats_that_of_the_browser(bob_there: httpx.AsyncClient) -> None:
    assert '<html lang="nl"' in (await bob_there.get("/account", headers=DUTCH)).text
    assert (await bob_there.get("/api/v1/me")).json()["language"] is None
    chosen = await bob_there.post("/account/language", data={"language": "fr"}, headers=DUTCH)
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/account")
    for path in ("/", "/account", "/searches/none"):
        assert '<html lang="fr"' in (await bob_there.get(path, headers=DUTCH)).text
    assert (await bob_there.get("/api/v1/me")).json()["language"] == "fr"
    await bob_there.post("/account/language", data={"language": ""})
    assert '<html lang="nl"' in (await bob_there.get("/account", headers=DUTCH)).text


@pytest.mark.parametrize("data", [{"language": "xx"}, {"language": "../nl"}])
async def test_a_language_that_there_is_not_can_not_be_chosen(bob_there: httpx.AsyncClient, data: dict[str, str]) -> None:
    assert (await bob_there.post("/account/language", data=data)).status_code == 422
    assert (await bob_there.get("/api/v1/me")).json()["language"] is None


async def test_another_site_chooses_no_language_for_anybody(bob_there: httpx.AsyncClient) -> None:
    answer = await bob_there.post("/account/language", data={"language": "fr"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert (await bob_there.get("/api/v1/me")).json()["language"] is None


async def test_visitor_cannot_choose_a_language(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.post("/account/language", data={"language": "fr"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/account")


async def test_refusal_on_an_open_socket_is_in_the_readers_language(alice: Any, server: Server) -> None:
    board = await alice.open_search()
    too_long = {"description": "x" * 4_001}
    with pytest.raises(Refusal) as refused:
        await alice.command(board, "sighting.add", too_long)
    assert refused.value.fields == {"description": "At most 4000 characters."}
    await choose(server, alice, "nl")
    with pytest.raises(Refusal) as refused:
        await alice.command(board, "sighting.add", too_long)
    told = i18n.gettext_for("nl")
    assert refused.value.code == "invalid"
    assert refused.value.body["message"] == told("This is not valid. Check what you entered.")
    assert refused.value.fields == {"description": told("At most {max_length} characters.").format(max_length=4_000)}


async def test_and_over_http(alice: Any, server: Server) -> None:
    board = await alice.open_search()
    await choose(server, alice, "de")
    answer = await alice.http.post(f"/api/v1/boards/{board}/commands", json={"id": new_id(), "name": "none", "data": {}})
    missing = await alice.http.get("/api/v1/boards/none", headers=FRENCH)
    assert answer.json()["message"] == i18n.gettext_for("de")("Unknown command for this board.")
    assert missing.json()["message"] == i18n.gettext_for("de")("Not found, or you do not have access.")


async def test_first_tasks_are_in_the_language_of_the_person_who_opens(alice: Any, server: Server) -> None:
    first = predefined_tasks.load_catalogue().first_tasks("runaway")
    english = await tasks(alice)
    await choose(server, alice, "nl")
    assert english == [(each.title, each.instruction) for each in first]
    assert await tasks(alice) == [(each.title_nl, each.instruction_nl) for each in first]


async def tasks(person: Any) -> list[tuple[str, str]]:
    """Title and instruction of each task of a new search, in their order."""
    screen = await person.subscribe(await person.open_search())
    return [
        (each["title"], each["instruction"]) for each in sorted(screen.of_kind("task").values(), key=lambda task: task["number"])
    ]


def test_a_task_is_in_english_where_it_is_not_known_in_a_language() -> None:
    bus = task_templates.TaskTemplate(title="Bus", instruction="Ask the driver", title_fr="Autobus")
    assert bus.text_in("fr") == {"title": "Autobus", "instruction": "Ask the driver"}
    assert bus.text_in("nl") == bus.text_in("") == {"title": "Bus", "instruction": "Ask the driver"}


@pytest.mark.parametrize("code", ["fr", "nl", "de"])
def test_the_tasks_that_come_along_are_known_in_every_language(code: str) -> None:
    known = predefined_tasks.load_catalogue()
    lists = [known.first_tasks(kind) for kind in predefined_tasks.FirstTasksFile.model_fields]
    lists += [known.take_down(level) for level in ("discreet", "posters", "public", "child_alert")]
    every = [each for tasks in lists for each in tasks]
    assert every
    for each in every:
        english, said = each.text_in(""), each.text_in(code)
        assert said["title"] != english["title"], each.key
        assert said["instruction"] != english["instruction"], each.key


SCHOOL = "School: last lesson, absences, friends, locker"


def test_a_predefined_task_is_shown_in_each_readers_language() -> None:
    titles = {code: predefined_tasks.shown_text(SCHOOL, code) for code in i18n.languages()}
    assert len(set(titles.values())) > 3
    assert {predefined_tasks.shown_text(title, "nl") for title in titles.values()} == {titles["nl"]}
    assert predefined_tasks.shown_text(f"{SCHOOL}.", "nl") == f"{SCHOOL}.", "somebody changed it"


async def test_scripts_get_the_texts_of_predefined_tasks(visitor: httpx.AsyncClient) -> None:
    for code in i18n.languages():
        rows = (await visitor.get(f"/i18n/{code}.json")).json()["standard"]
        shown, *stored = next(row for row in rows if SCHOOL in row)
        assert shown == predefined_tasks.shown_text(SCHOOL, code)
        assert {predefined_tasks.shown_text(each, code) for each in stored} == {shown}


async def test_paper_has_predefined_tasks_in_the_readers_language(alice: Any) -> None:
    board = await alice.open_search()
    tasks = (await alice.subscribe(board)).of_kind("task")
    changed = next(id for id, task in tasks.items() if task["title"] == SCHOOL)
    paper = f"/searches/{board}/history.md"
    first = (await alice.http.get(paper, headers=FRENCH)).text
    await alice.command(board, "task.update", {"task": changed, "title": "Ring the school"})
    then = (await alice.http.get(paper, headers=FRENCH)).text
    assert predefined_tasks.shown_text(SCHOOL, "fr").partition(":")[0].strip() in first
    assert "Ring the school" in then


async def test_french_paper_agrees_with_the_child(alice: Any) -> None:
    outcome = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
    for sex, words in (("f", "saine et sauve"), ("m", "sain et sauf"), (None, "sain et sauf")):
        board = await alice.open_search(person={"first_name": "Sam", "sex": sex})
        await alice.command(board, "search.set_status", {"status": "found", "reason": "home", "outcome": outcome})
        assert words in (await alice.http.get(f"/searches/{board}/history.md", headers=FRENCH)).text


async def choose(server: Server, person: Any, code: str) -> None:
    await live_changes.apply_change(server.service, lambda database: accounts.set_language(database, person.account["id"], code))


def test_each_language_says_what_it_is_called() -> None:
    assert set(i18n.languages()) == set(i18n.LANGUAGES)
