"""A signed handover says the same on the screen, in print, and as PDF; what was accepted unread stays listed until it is read."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from models.board import OPERATIONS
from tests.api.test_documents import text_of
from tests.browser.test_handover_head import stage
from tests.support.browsers import Browsers, handover_desk

pytestmark = pytest.mark.browser

LABELS = """() => [...document.querySelectorAll("[data-section] :is(h3, dt)")].filter((each) => each.checkVisibility())
  .map((each) => [...each.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.data : "")).join("").trim())"""
PAPER_S = 60.0  # time-out of a PDF, which is made at a low priority
DAY = "2026-11-24T0"
PERSON = {
    "first_name": "Zqname", "last_name": "Surname", "age": 11, "sex": "f", "height_cm": 142, "description": "Zqdescription",
    "hair": "Zqhair", "eyes": "Zqeyes", "features": "Zqfeatures", "clothing": "Zqclothing", "needs": "Zqneeds",
    "needs_until": f"{DAY}9:00:00Z",
}  # fmt: skip
TEXTS = {
    "assessment": "Zqassess",
    "hypotheses": "Zqhypo",
    "contingencies": "Zqcontin",
    "contacts": "Zqcontacts",
}  # `dropped` is empty
DONE = "Zqdone"
TYPED = re.compile(r"Zq[a-z]+")


@pytest.fixture(scope="module")
async def browser_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browsers]:
    async with handover_desk(browser, tmp_path_factory.mktemp("desk")) as desk:
        yield desk


@pytest.mark.slow
async def test_searches_accepted_unread_stay_listed_until_they_are_read(browsers: Browsers) -> None:
    await stage(browsers, "signed")
    dora, alice = await browsers.window("Dora"), await browsers.window("Alice")
    await dora.open("/")
    notice = dora("[data-testid=handover-call]")
    count = len((await (await browsers.person("Dora")).http.get("/api/v1/handover")).json()["searches"])
    await expect(notice).to_contain_text(f"Alice hands over to you: read {count} searches")
    await alice.open("/")
    await expect(alice("[data-testid=handover-call]")).to_have_count(0)
    await notice.get_by_role("link", name="Open handover").click()
    await expect(dora("form[data-form=accept] textarea")).to_have_count(2)
    await dora("form[data-form=accept] textarea").first.fill("Two searches.")
    await dora("form[data-form=accept] textarea").last.fill("she has to go")
    await dora("[data-act=accept]").click()
    holder, unread = dora("[data-testid=holder]"), dora("[data-testid=still-unread]")
    await expect(holder).to_contain_text("You are in charge since ")
    await expect(unread).to_contain_text(f"{count} searches that you accepted are not read yet:")
    await dora("[data-section] [data-act=mark-read]").first.click()
    await expect(unread.locator("a")).to_have_count(count - 1)
    await dora.reload()
    await expect(unread.locator("a")).to_have_count(count - 1)
    for left in range(count - 2, -1, -1):
        await dora.page.keyboard.press("r")
        await dora.page.keyboard.press("r")
        await expect(unread.locator("a")).to_have_count(left)
    await expect(dora("[data-act=mark-read]")).to_have_count(0)
    number = (await (await browsers.person("Alice")).http.get("/api/v1/handovers")).json()["handovers"][0]["number"]
    await alice.open(f"/handovers/{number}")
    listed = alice("[data-testid=accepted-unread-list]")
    await expect(listed.locator("a")).to_have_count(count)
    await expect(alice("[data-testid=holder]")).to_contain_text("she has to go")
    await expect(alice("[data-section] [data-testid=accepted-unread]")).to_have_count(count)


async def one(person: Any, board: str, name: str, data: dict[str, Any]) -> str:
    """Give a command that makes an entity, and return its id."""
    seq = (await person.command(board, name, data))["seqs"][0]
    events = (await person.http.get(f"/api/v1/boards/{board}/events", params={"after": seq - 1, "limit": 1})).json()["events"]
    return str(events[0]["id"])


async def rich_search(browsers: Browsers) -> tuple[str, str, int]:
    """Hand over a search with all fields, and one of which only Dora's summary says something; return them and the number of the
    handover, which Dora accepted unread."""
    alice, dora = await browsers.person("Alice"), await browsers.person("Dora")
    me = (await dora.http.get("/api/v1/me")).json()["id"]
    board = await browsers.search(person=PERSON, reference="ZQ-1", last_seen={"text": "Zqlastseen"})
    bare = await browsers.search(reference="ZQ-2")
    columns = {each["state"]["role"]: each["id"] for each in await alice.entities(board) if each["kind"] == "column"}
    await alice.command(board, "search.set_goal", {"text": "Zqgoal"})
    await alice.command(board, "search.set_worrying", {"worrying": True, "basis": "the duty officer"})
    for description, assessment in (("Zqcredible", "credible"), ("Zqungraded", None)):
        sighting = {"description": description, "place": {"text": f"{description}place"}, "seen_at": f"{DAY}7:00:00Z"}
        id = await one(alice, board, "sighting.add", sighting)
        if assessment:
            await alice.command(board, "sighting.assess", {"sighting": id, "assessment": assessment})
    await alice.command(board, "task.add", {"title": "Zqoverdue", "due": f"{DAY}8:00:00Z", "assignee": me})
    done = await one(alice, board, "task.add", {"title": DONE})
    note = await one(alice, board, "note.add", {"text": "Zqpinned", "category": "decision"})
    await alice.command(OPERATIONS, "shift.take", {"reason": "Zqtaken"})
    await alice.command(board, "card.move", {"card": done, "column": columns["done"]})
    await alice.command(board, "task.update", {"task": done, "result": "Zqresult"})
    await alice.command(board, "note.add", {"text": "Zqdecision", "category": "decision"})
    await alice.command(OPERATIONS, "handover.prepare", {"incoming": me})
    number = (await alice.http.get("/api/v1/handover")).json()["handover"]["number"]
    await alice.command(board, "handover.write", {"handover": number, "pinned": [note, done]} | TEXTS)
    await alice.command(OPERATIONS, "handover.write", {"handover": number, "faults": "Zqfaults", "remarks": "Zqremarks"})
    report = (await alice.http.get("/api/v1/handover")).json()
    positions = {each["board"]: each["seq"] for each in report["searches"]}
    await alice.command(OPERATIONS, "handover.sign", {"handover": number, "positions": positions})
    await dora.command(board, "handover.restate", {"handover": number, "text": "Zqsummary"})
    await dora.command(bare, "handover.restate", {"handover": number, "text": "Zqbare"})
    accept = {"handover": number, "restatement": "Zqrestatement", "reason": "Zqreason"}
    await dora.command(OPERATIONS, "handover.accept", accept)
    return board, bare, number


@pytest.mark.slow
async def test_screen_print_and_pdf_of_a_handover_say_the_same(browsers: Browsers) -> None:
    board, bare, number = await rich_search(browsers)
    victor = await browsers.window("Victor")
    await victor.open(f"/handovers/{number}")
    await expect(victor(f"[data-section='{board}']")).to_contain_text("Zqcontacts")
    http = (await browsers.person("Victor")).http
    texts = {"screen": await victor("main").inner_text()}
    await victor.page.emulate_media(media="print")
    texts["print"] = await victor("main").inner_text()
    labels = set(await victor.page.evaluate(LABELS))
    texts["markdown"] = (await http.get(f"/handovers/{number}.md")).text
    texts["pdf"] = re.sub(r"\s+", "", " ".join(text_of((await http.get(f"/handovers/{number}.pdf", timeout=PAPER_S)).content)))
    said = {where: set(TYPED.findall(text)) for where, text in texts.items() if where != "pdf"}
    everything = set().union(*said.values())
    assert {where: everything - words for where, words in said.items()} == {where: set() for where in said}
    assert {word for word in everything if word not in texts["pdf"]} == set()
    given = set(TYPED.findall(str((PERSON, TEXTS)))) | {"Zqgoal", "Zqoverdue", DONE, "Zqpinned", "Zqfaults", "Zqremarks"}
    given |= {"Zqtaken", "Zqsummary", "Zqrestatement", "Zqreason", "Zqlastseen", "Zqungraded", "Zqcredibleplace", "Zqresult"}
    assert given - everything == set()
    facts = set(re.findall(r"\*\*(.+?)(?: · .*?)?:?\*\*", texts["markdown"]))
    blocks = set(re.findall(r"^### (.+)$", texts["markdown"], re.MULTILINE))
    assert {label.rstrip(":") for label in labels} - facts - blocks == set(), "each label of the screen is on paper"
    assert blocks - labels == set(), "each list of the paper is on the screen"
    for text in (
        "In the words of Dora",
        "Reason for not reading everything",
        "Done: Zqresult",
        "Not read",
        "ZQ-1",
        "Latest credible",
        "Not filled in: Dropped hypotheses, and why",
        "Alice, ",
    ):
        missing = [
            where
            for where, content in texts.items()
            if re.sub(r"\s|\\", "", text).lower() not in re.sub(r"\s|\\", "", content).lower()
        ]
        assert missing == [], text
    not_filled_in = "Not filled in: Situation"
    await expect(victor(f"[data-section='{bare}'] [data-testid=unwritten]")).to_contain_text(not_filled_in)
    summarised = next(part for part in texts["markdown"].split("\n## ") if "ZQ-2" in part.split("\n")[0])
    assert "Zqbare" in summarised
    assert not_filled_in in summarised, "the summary was written about this search"
    assert "none so far" not in texts["markdown"].split("ZQ")[1].split("\n## ")[0], "there is a credible one"


@pytest.mark.slow
async def test_each_printed_page_has_the_name_and_reference(browsers: Browsers) -> None:
    alice = await browsers.person("Alice")
    board = await browsers.search(person={"first_name": "Longest", "age": 9}, reference="LONG-1")
    for number in range(60):
        await alice.command(
            board, "task.add", {"title": f"Ask school {number} " + "and its neighbours " * 8, "due": f"{DAY}8:00:00Z"}
        )
    window = await browsers.window("Alice")
    await window.open("/handover")
    await expect(window(f"[data-section='{board}'] .late li")).to_have_count(60)
    printed = text_of(await window.page.pdf(format="A4"))
    made = text_of((await alice.http.get("/handover.pdf", timeout=60)).content)
    for pages in (printed, made):
        about = [page for page in pages if "Ask school" in page]
        assert len(about) > 1
        assert [page for page in about if "Longest, 9" not in page or "LONG-1" not in page] == []
