"""The report of a handover and the history of a search on paper: whole, for who may see it, in the reader's language; and nothing
that people typed is more than text there."""

import asyncio
import contextlib
import re
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from board.accounts import accounts, live_changes
from board.child_process import parent
from board.documents import content as paper
from board.documents import pdf as documents_pdf
from board.documents import pdf_process
from board.documents import search_history as paper_history
from board.documents.content import Block, Document, Section, UserText
from board.documents.event_lines import event_line
from board.errors import Refused
from board.handover import report_sections
from board.queues.fair_queue import FairQueue
from models.board import OPERATIONS
from tests.support import handover_steps, uploads
from tests.support.people import PATIENCE_S, Person
from tests.support.team import Team
from tests.support.worker_processes import wait_until

HOSTILE = "<img src=x onerror=alert(1)> *b* [a](http://evil.example/) `c` &lt; # h\n1. one\n- two\n    code\n---\n> q | t ${7*7}"
COMMON = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@pytest.fixture(scope="module")
async def team(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Team]:
    """Team on one server for all documents: their content is only read."""
    from tests.support.team import running_team

    async with running_team(tmp_path_factory.mktemp("paper")) as started_team:
        yield started_team


@pytest.fixture(scope="module")
async def handed(team: Team) -> dict[str, Any]:
    """A signed handover over eight searches, one of them for members only, with a word of Alice, who writes French, on each."""
    alice, service = team.alice, team.server.service
    await live_changes.apply_change(service, lambda database: accounts.set_language(database, alice.account["id"], "fr"))
    searches = [await alice.open_search(person={"first_name": f"Child{number}", "last_name": "Surname"}) for number in range(7)]
    searches.append(await team.secret_search(person={"first_name": "Hidden", "last_name": "Surname"}))
    number = await handover_steps.prepare_handover(alice)
    for at, search in enumerate(searches):
        await alice.command(search, "handover.write", {"handover": number, "assessment": f"Mot {at}", "contingencies": HOSTILE})
    await alice.command(searches[0], "sighting.add", {"description": HOSTILE})
    (card,) = (id for kind, id in (await alice.snapshot(searches[0]))["entities"] if kind == "sighting")
    await uploads.attach_ready(team.bob, searches[0], card=card, caption="<img src=x onerror=alert(1)> *b*")
    await uploads.attach_ready(team.bob, searches[0])
    await uploads.attach_ready(alice, searches[-1], caption="only for members")
    await handover_steps.sign_handover(alice, number)
    return {"number": number, "searches": searches}


async def fetched(person: Person, path: str, language: str = "en") -> httpx.Response:
    return await person.http.get(path, headers={"Accept-Language": language}, timeout=documents_pdf.TIMEOUT_S)


def text_of(pdf: bytes) -> list[str]:
    """The words of each page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = []
        for page in document:
            text = page.get_textpage()
            pages.append(text.get_text_bounded().replace("\xa0", " "))  # of which paper has many, against line breaks
            text.close()
            page.close()
        return pages
    finally:
        document.close()


# -- content --------------------------------------------------------------------------------------------------------------


async def test_a_handover_over_eight_searches_is_a_pdf_of_numbered_pages(team: Team, handed: dict[str, Any]) -> None:
    answer = await fetched(team.alice, f"/handovers/{handed['number']}.pdf", "en")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="handover-{handed["number"]}.pdf"'
    pages = text_of(answer.content)
    whole = "\n".join(pages)
    for number in range(7):
        assert f"Child{number}" in whole
        assert f"Mot {number}" in whole
    assert "Surname" not in whole
    for at, page in enumerate(pages, 1):
        assert f"{at} / {len(pages)}" in page
        assert re.search(r"Imprimé par Alice, .* état\s: \d+ \w+\.? \d{4} \d\d:\d\d", page), "by whom, when, and as of which time"


async def test_reported_time_is_not_printed_as_the_time_of_the_sighting(team: Team) -> None:
    alice, search = team.alice, await team.alice.open_search()
    times = {"description": "at the quay", "received_at": "2026-11-24T21:23:00Z"}
    for more in ({}, {"seen_at": "2026-11-24T20:00:00Z"}):
        ack = await team.bob.command(search, "sighting.add", times | more)
        (event,) = (await alice.http.get(f"/api/v1/boards/{search}/events?after={ack['seqs'][0] - 1}")).json()["events"]
        number = await handover_steps.prepare_handover(alice)
        await alice.command(search, "sighting.assess", {"sighting": event["id"], "assessment": "confirmed"})
        told = "seen 24 Nov{} 21:00" if more else "reported 24 Nov{} 22:23, time unknown"
        page = (await fetched(team.bob, "/handover.md")).text.replace("\xa0", " ")
        assert f"Sighting {event['state']['number']} · {told.format(' 2026')}\n" in page
        has_it = r"at the quay · not graded · Alice has it until [\w\s]*\d\d:\d\d · "
        assert re.search(f"{has_it}{told.format('')}\n", page)
        await alice.command(OPERATIONS, "handover.withdraw", {"handover": number})


async def test_document_is_in_the_readers_language_and_marks_other_languages(team: Team, handed: dict[str, Any]) -> None:
    path = f"/handovers/{handed['number']}.md"
    dutch = (await fetched(team.bob, path, "nl")).text
    assert dutch.startswith(f"# Overdracht {handed['number']}\n")
    assert '> <span lang="fr">Mot 3</span>' in dutch
    french = (await fetched(team.bob, path, "fr")).text
    assert french.startswith(f"# Relève {handed['number']}\n")
    assert "- **Statut\u00a0:** " in french
    assert "> Mot 3\n" in french
    assert "lang=" not in french


async def test_files_of_the_shift_are_named_on_paper(team: Team, handed: dict[str, Any]) -> None:
    for ending in ("md", "pdf"):
        path = f"/handovers/{handed['number']}.{ending}"
        ours, theirs = await fetched(team.alice, path), await fetched(team.charlie, path)
        ours_text, text = (each.text if ending == "md" else " ".join(text_of(each.content)) for each in (ours, theirs))
        assert "Photos and files added in this shift" in text
        assert re.search(r"onerror=alert[\s\S]*?Sighting \d+ · Bob · ", text)
        assert re.search(r"photo\.jpg · Bob · ", text)
        assert ("only for members" in ours_text, "only for members" in text) == (True, False)
    assert "<img" not in COMMON.render((await fetched(team.charlie, f"/handovers/{handed['number']}.md")).text)


async def test_hidden_parts_are_said_to_be_withheld(team: Team, handed: dict[str, Any]) -> None:
    path, secret = f"/handovers/{handed['number']}.md", handed["searches"][-1]
    theirs, ours = (await fetched(team.charlie, path)).text, (await fetched(team.alice, path, "en")).text
    assert "Hidden" not in theirs
    assert "Some members-only searches are not shown" in theirs
    assert "Hidden" in ours
    assert "are not shown" not in ours
    for ending in ("md", "pdf"):
        assert (await fetched(team.charlie, f"/searches/{secret}/history.{ending}")).status_code == 404
        assert (await fetched(team.charlie, f"/searches/{OPERATIONS}/history.{ending}")).status_code == 404
    assert (await fetched(team.alice, f"/searches/{secret}/history.md")).status_code == 200
    assert (await fetched(team.alice, "/handovers/99.pdf")).status_code == 404
    for path_of_none in ("/handovers/0", "/handovers/" + "9" * 5_000):
        assert (await fetched(team.alice, f"{path_of_none}.md")).status_code == 404
    async with httpx.AsyncClient(base_url=team.server.url, timeout=PATIENCE_S) as stranger:
        assert (await stranger.get(path)).headers["location"].startswith("/login")


async def test_history_of_a_search_has_old_and_new_value_of_each_event(team: Team) -> None:
    search = await team.alice.open_search(person={"first_name": "Noor"})
    await team.bob.command(search, "sighting.add", {"description": "a girl on a bicycle"})
    sighting = next(id for (kind, id) in (await team.bob.snapshot(search))["entities"] if kind == "sighting")
    await team.bob.command(search, "sighting.grade", {"sighting": sighting, "grade": {"source": "B"}, "reason": "she knows her"})
    answer = await fetched(team.bob, f"/searches/{search}/history.md")
    assert re.fullmatch(r'attachment; filename="[\w-]+-history\.md"', answer.headers["content-disposition"])
    assert "Noor" not in answer.headers["content-disposition"]
    (added,) = (line for line in answer.text.splitlines() if "added Sighting" in line)
    assert re.search(r"write” · Bob added Sighting \d+\\: a girl on a bicycle", added)
    assert added.count("bicycle") == 1, "what the sentence says is not listed again"
    (graded,) = (line for line in answer.text.splitlines() if "graded" in line)
    assert re.search(r" · Bob graded Sighting \d+\\?: B6\. Reason\\?: she knows her$", graded)


async def test_history_has_decisions_also_where_the_value_is_no_or_zero(team: Team) -> None:
    search = await team.alice.open_search(person={"first_name": "Noor", "age": 0})
    await team.alice.command(search, "search.set_worrying", {"worrying": False, "basis": "the officer says so"})
    lines = (await fetched(team.bob, f"/searches/{search}/history.md")).text.splitlines()
    _, opened = (line for line in lines if "opened the search" in line)  # the timeline is first
    assert "Age: 0" in opened
    assert "Unknown" not in opened, "what it begins with, where nobody said otherwise"
    _, decided = (line for line in lines if " decided: " in line)
    assert "Alice decided: Not worrying · Basis: " in decided
    assert "the officer says so" in decided


async def test_a_history_says_each_label_once_with_its_text(team: Team) -> None:
    ada, basis = team.ada, "her mother says"
    criteria = {"disability": {"answer": "no", "basis": basis}, "medication": {"answer": "unknown"}}
    search = await ada.open_search(criteria=criteria)
    answers: list[dict[str, str]] = [{"answer": "yes"}, {"basis": "her school says"}, {"answer": "unknown"}]
    for answer in answers:
        await ada.command(search, "search.update", {"criteria": {"disability": answer}})
    checklist = {"a": {"text": "the canteen", "rank": "a0"}, "b": {"text": "the gate", "done": True, "rank": "a1"}}
    await ada.command(search, "task.add", {"title": "Ask the school", "checklist": checklist})
    entities = (await ada.snapshot(search))["entities"]
    task = next(id for (kind, id), state in entities.items() if kind == "task" and state["title"] == "Ask the school")
    for item in ({"a": {"done": True}}, {"b": {"text": "the back gate"}}, {"a": None}):
        await ada.command(search, "task.update", {"task": task, "checklist": item})
    told = re.sub(
        " · by API token “[^”]*”", "", (await fetched(team.bob, f"/searches/{search}/history.md")).text.replace("\\", "")
    )
    said = [line.partition(" · ")[2] for line in told.splitlines() if "isability" in line]
    assert "Disability, or lack of autonomy: No (her mother says)" in said[0], "as the search was opened"
    field = "Ada changed “disability, or lack of autonomy” from"
    assert said[1:] == [
        f"{field} “No (her mother says)” to “Yes (her mother says)”",
        f"{field} “Yes (her mother says)” to “Yes (her school says)”",
        f"{field} “Yes (her school says)” to “Unknown (her school says)”",
    ]
    assert "medication:" not in told
    number = entities["task", task]["number"]
    items = [
        line.partition(" · ")[2]
        for line in told.splitlines()
        if "Ask the school" in line or "hecklist" in line or "ticked" in line
    ]
    assert items == [
        f"Ada added Task {number}: Ask the school · Column: To do · Priority: normal · Checklist: ☐ the canteen; ☑ the gate",
        f"Ada ticked “the canteen” on Task {number}",
        f"Ada changed “checklist” on Task {number} from “☑ the gate” to “☑ the back gate”",
        f"Ada removed “the canteen” from the checklist of Task {number}",
    ]


async def test_long_history_says_what_the_document_leaves_out(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search = await team.alice.open_search()
    head = (await team.alice.snapshot(search))["seq"]
    whole = (await fetched(team.bob, f"/searches/{search}/history.md")).text
    assert "newest" not in whole
    monkeypatch.setattr(paper_history, "MAX_EVENTS", 3)
    newest = (await fetched(team.bob, f"/searches/{search}/history.md")).text
    assert f"the latest 3 of {head} events" in newest
    assert len(re.findall(r"^- \d\d:\d\d:\d\d · ", newest, re.M)) == 3
    assert search not in newest


async def test_a_history_with_long_texts_has_fewer_events_and_says_so(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search = await team.alice.open_search()
    for _ in range(3):
        await team.bob.command(search, "note.add", {"text": "word " * 700})
    head = (await team.alice.snapshot(search))["seq"]
    monkeypatch.setattr(paper_history, "MAX_CHARACTERS", 8_000)
    newest = (await fetched(team.bob, f"/searches/{search}/history.md")).text
    assert f"the latest 2 of {head} events" in newest
    assert len(re.findall(r"^- \d\d:\d\d:\d\d · ", newest, re.M)) == 2
    monkeypatch.setattr(paper_history, "MAX_CHARACTERS", 1)
    assert f"the latest 1 of {head} events" in (await fetched(team.bob, f"/searches/{search}/history.md")).text


async def test_a_history_composes_no_more_lines_than_it_prints(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search, composed = await team.alice.open_search(), list[int]()
    for number in range(5):
        await team.bob.command(search, "note.add", {"text": f"{number} " * 200})

    def counted(event: dict[str, Any], *arguments: Any) -> paper.Line:
        composed.append(event["seq"])
        return event_line(event, *arguments)

    monkeypatch.setattr(paper_history, "event_line", counted)
    monkeypatch.setattr(paper_history, "MAX_CHARACTERS", 1_100)
    head = (await team.alice.snapshot(search))["seq"]
    assert f"the latest 2 of {head} events" in (await fetched(team.bob, f"/searches/{search}/history.md")).text
    assert composed == [head, head - 1, head - 2], "the newest first, and one that does not fit"


async def test_a_history_has_the_names_of_that_time(team: Team) -> None:
    search = await team.alice.open_search()
    await team.alice.command(search, "column.add", {"title": "Police", "role": "waiting"})
    await team.bob.command(search, "sighting.add", {"description": "a girl"})
    entities = (await team.bob.snapshot(search))["entities"]
    column = next(id for (kind, id), state in entities.items() if kind == "column" and state["title"] == "Police")
    card = next(id for kind, id in entities if kind == "sighting")
    await team.bob.command(search, "card.move", {"card": card, "column": column})
    await team.alice.command(search, "column.rename", {"column": column, "title": "Hospital"})
    told = re.sub("</?span[^>]*>", "", (await fetched(team.bob, f"/searches/{search}/history.md")).text)
    assert "added the column “Police”" in told
    assert re.search(r"moved Sighting \d+ from “[^”]*” to “Police”", told)
    assert "renamed the column “Police” to “Hospital”" in told


async def test_a_history_names_what_came_before_its_events(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, search = team.alice, await team.alice.open_search()
    await alice.command(search, "note.add", {"text": "the school called"})
    photos = [await uploads.attach_ready(alice, search, caption=caption) for caption in ("At the sea", "At school")]
    note = next(id for kind, id in (await alice.snapshot(search))["entities"] if kind == "note")
    number = await handover_steps.prepare_handover(alice)
    for photo in photos:
        await alice.command(search, "search.set_photo", {"file": photo})
    undone = (await alice.snapshot(search))["seq"]
    await alice.command(search, "handover.write", {"handover": number, "pinned": [note], "contacts": "call the school"})
    await alice.command(search, "undo", {"seq": undone})
    monkeypatch.setattr(paper_history, "MAX_EVENTS", 2)
    told = (await fetched(team.bob, f"/searches/{search}/history.md")).text.replace("\\", "")
    await alice.command(OPERATIONS, "handover.withdraw", {"handover": number})
    assert "Critical points: Note" in told
    assert "At the sea" in told


async def test_a_report_says_how_many_cards_it_leaves_out(
    team: Team, handed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/handovers/{handed['number']}.md"
    assert "more cards not shown." not in (await fetched(team.bob, path)).text
    monkeypatch.setattr(report_sections, "MAX_ITEMS", 1)
    assert re.search(r"\d+ more cards not shown\.", (await fetched(team.bob, path)).text)


# -- typed text is escaped ------------------------------------------------------------------------------------------------


class Elements(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def page_with(words: str, language: str | None = None) -> Document:
    typed = UserText(words, language)
    block = Block("heading", [["Task 1 · ", typed, " · due"], [typed]])
    section = Section([typed], [("Place", [typed])], [("Assessment", typed)], [block])
    return Document("Handover 1", "en", "handover-1", "Printed", [("Reason", [typed])], [], [section])


def shape(markdown: str) -> list[str]:
    """Return the structure that Markdown reads in a text, without its words."""
    kinds = []
    for token in COMMON.parse(markdown):
        kinds += [token.type, *(each.type for each in token.children or () if each.type not in ("text", "text_special"))]
    return [kind for kind in kinds if kind not in ("hardbreak", "softbreak")]


PLAIN = shape(paper.markdown(page_with("words")))
MARKED = shape(paper.markdown(page_with("words", "fr")))


@settings(deadline=None)
@given(st.text(min_size=1, max_size=60).filter(lambda words: re.sub(r"[\x00-\x1f\x7f\s]", "", words)) | st.just(HOSTILE))
def test_no_words_are_more_than_text(words: str) -> None:
    assert shape(paper.markdown(page_with(words))) == PLAIN
    assert shape(paper.markdown(page_with(words, "fr"))) == MARKED
    mild, hostile = Elements(paper.html(page_with("words", "fr"))), Elements(paper.html(page_with(words, "fr")))
    assert hostile.names == mild.names


def test_a_name_with_lines_in_it_stays_in_its_line() -> None:
    def named(name: str) -> Document:
        section = Section([f"2026-0001 · {name}"], [("Lead", [name])], [], [Block(f"Of {name}.", [[f"{name} · due"]])])
        return Document(name, "en", "handover-1", f"Printed by {name}, now", [], [f"By {name}."], [section])

    plain = shape(paper.markdown(named("Noor")))
    for name in ("Noor\n\nOdd", "Noor\r\n\r\nOdd", "Noor\n- Odd", "\nNoor", "Noor\n===\n"):
        assert shape(paper.markdown(named(name))) == plain


def test_the_words_are_all_there() -> None:
    written = paper.markdown(page_with(HOSTILE))
    assert not re.search(r"[^\\]://", written), "readers of Markdown make links of addresses that stand bare"
    shown = Elements(COMMON.render(written)).text
    for line in HOSTILE.splitlines():
        assert shown.count(line.strip()) == 6


async def test_document_is_written_without_blocking_other_requests(
    team: Team, handed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, threads = f"/handovers/{handed['number']}.md", set[int]()
    written = paper.markdown

    def markdown(made: Document) -> str:
        threads.add(threading.get_ident())
        return written(made)

    monkeypatch.setattr(paper, "markdown", markdown)
    assert (await fetched(team.bob, path)).status_code == 200
    assert threads
    assert threading.get_ident() not in threads, "of a hundred searches it takes a second: nobody waits for it"


@pytest.mark.parametrize("ending", ["pdf", "md"])
async def test_queue_of_one_persons_pdfs_does_not_block_another(
    team: Team, handed: dict[str, Any], monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    path, service = f"/handovers/{handed['number']}.{ending}", team.server.service
    monkeypatch.setattr(documents_pdf, "pdf", _printed)
    queues, bob = service.queues, team.bob.account["id"]
    gate: FairQueue = queues.papers if ending == "pdf" else queues.answers
    most = gate.bounds.per_key + gate.bounds.waiting_per_key
    async with contextlib.AsyncExitStack() as turns:
        for _ in range(gate.bounds.per_key):
            await turns.enter_async_context(gate.turn(bob))
        waiting = [asyncio.create_task(fetched(team.bob, path)) for _ in range(gate.bounds.waiting_per_key)]
        await wait_until(lambda: gate.count(bob) == most)
        refused = await fetched(team.bob, path)
        assert (refused.status_code, int(refused.headers["Retry-After"]) >= 1) == (429, True)
        assert (await fetched(team.charlie, path)).status_code == 200
        assert not any(each.done() for each in waiting)
    assert {(await each).status_code for each in waiting} == {200}
    assert gate.count(bob) == 0


async def _printed(html: str) -> bytes:
    return b"%PDF"


# -- PDF ------------------------------------------------------------------------------------------------------------------


async def test_nothing_is_fetched_for_a_pdf(tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.close()

    (tmp_path / "secret.css").write_text("p::before {content: 'secret'}")
    async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        made = await documents_pdf.pdf(
            f'<link rel=stylesheet href="file://{tmp_path}/secret.css"><p>here<img src="http://127.0.0.1:{port}/x.png">'
            f"<style>@import url(http://127.0.0.1:{port}/y.css); p {{ background: url(http://127.0.0.1:{port}/z.png) }}</style>"
        )
    assert "here" in text_of(made)[0]
    assert "secret" not in text_of(made)[0]
    assert asked == []


@pytest.mark.slow
async def test_a_pdf_is_made_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents_pdf, "MAX_MEMORY", 400 * 1024 * 1024)  # enough for the libraries
    monkeypatch.setattr(documents_pdf, "TIMEOUT_S", 600)  # a busy machine is another refusal
    with pytest.raises(Refused) as heavy:
        await documents_pdf.pdf("<p>here</p>" * 100_000)
    assert (heavy.value.code, heavy.value.message) == ("too_large", documents_pdf.TOO_LARGE)


async def test_a_pdf_is_made_of_bounded_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert text_of(await documents_pdf.pdf("<p>here"))[0].startswith("here")
    monkeypatch.setattr(documents_pdf, "MAX_HTML", 100)
    with pytest.raises(Refused) as long:
        await documents_pdf.pdf("é" * 51)
    assert long.value.code == "too_large"


async def test_pdf_process_is_given_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    child = tmp_path / "child.py"
    child.write_text("import os, sys; sys.stdout.write('%PDF ' + repr(dict(os.environ)))")
    monkeypatch.setattr(pdf_process, "__file__", str(child))
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "BOARD_TOKEN", "PGPASSWORD"):
        monkeypatch.setenv(name, "secret")
    told = (await documents_pdf.pdf("<p>here")).decode()
    assert "LC_CTYPE" in told, "Python itself sets it"
    assert "'PATH'" not in told
    assert "secret" not in told


def test_pdf_process_ends_without_unloading_libraries_under_their_threads() -> None:
    """Pango's thread for fonts ends when it likes. Where Python has unloaded its code by then, that is a segmentation fault, and
    a PDF that was made is lost."""
    run = f"import runpy; runpy.run_path({pdf_process.__file__!r}, run_name='__main__')"
    told = f"import atexit, os; atexit.register(os.write, 2, b'unloaded'); {run}"
    done = subprocess.run([sys.executable, "-I", "-c", told, "0"], input=b"<p>One</p>", capture_output=True, check=True)
    assert done.stdout.startswith(b"%PDF")
    assert b"unloaded" not in done.stderr


async def test_missing_extra_is_explained_in_a_sentence(
    team: Team, handed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents_pdf, "find_spec", lambda name: None)
    answer = await fetched(team.bob, f"/handovers/{handed['number']}.pdf")
    assert answer.status_code == 503
    assert "python3 -m board install paper" in answer.text
    assert (await fetched(team.bob, f"/handovers/{handed['number']}.md")).status_code == 200


async def test_a_refused_paper_does_not_say_that_its_search_is_missing(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    async def late(*_: object) -> bytes:
        raise parent.TooBusy

    lead = "The search does not exist, or only its members can see it."
    missing = await fetched(team.bob, "/searches/01a22cfe-eebd-74ad-93f6-cdd9bfb7edcd/history.pdf")
    assert missing.status_code == 404
    assert lead in missing.text
    monkeypatch.setattr(documents_pdf, "pdf", late)
    refused = await fetched(team.bob, f"/searches/{await team.alice.open_search()}/history.pdf")
    assert refused.status_code == 503
    assert parent.TOO_BUSY in refused.text
    assert lead not in refused.text


async def test_a_press_that_fails_or_takes_for_ever_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents_pdf, "TIMEOUT_S", 0)
    with pytest.raises(Refused) as late:
        await documents_pdf.pdf("<p>here")
    assert (late.value.code, late.value.message) == ("unavailable", parent.TOO_BUSY)
