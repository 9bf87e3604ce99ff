"""Head of the handover page: who hands over to whom, the briefing on paper, the menu; and no word that breaks on a phone."""

import contextlib
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from models.board import OPERATIONS
from tests.support import handover_steps
from tests.support.browsers import Browsers, handover_desk
from tests.support.full_queue import full_queue

pytestmark = pytest.mark.browser

PDF_MS = 30_000  # to make the first PDF of a process, on a busy machine
PHONE = {"width": 390, "height": 844}
PAST_THE_EDGE = """() => [...document.querySelectorAll("[data-section] .child-summary *")]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth).map((each) => each.outerHTML)"""
LANGUAGES = ("en-GB", "fr-BE", "nl-BE", "de-BE")
MENU = "[data-act=handover-menu]"
LEFTS = "(all) => all.map((each) => Math.round(each.getBoundingClientRect().left))"
BROKEN_WORDS = """() => [...document.querySelectorAll("main :is(button, .button, summary, .about, .child, .steps b, dialog h2)")]
  .filter((each) => each.checkVisibility()).flatMap((each) => {
    const texts = document.createTreeWalker(each, NodeFilter.SHOW_TEXT), broken = [];
    for (let text; (text = texts.nextNode()); ) {
      for (const { 0: word, index } of text.data.matchAll(/[\\p{L}\\p{M}’]+/gu)) {
        const range = new Range();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) broken.push(word);
      }
    }
    return broken;
  })"""


@pytest.fixture(scope="module")
async def browser_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browsers]:
    async with handover_desk(browser, tmp_path_factory.mktemp("desk")) as desk:
        yield desk


async def stage(browsers: Browsers, name: str) -> None:
    """Bring the desk to a stage of a handover from Alice to Dora; of Mila's search something is written."""
    alice, dora = await browsers.person("Alice"), await browsers.person("Dora")
    me = (await dora.http.get("/api/v1/me")).json()["id"]
    states = {each["kind"]: each["state"] for each in await alice.entities(OPERATIONS)}
    if states.get("handover", {}).get("status") in handover_steps.OPEN:
        await alice.command(OPERATIONS, "handover.withdraw", {"handover": states["handover"]["number"]})
    await alice.command(OPERATIONS, "shift.take", {"reason": "to hand it over"})
    if name == "none":
        return
    await alice.command(OPERATIONS, "handover.prepare", {"incoming": me})
    report = (await alice.http.get("/api/v1/handover")).json()
    number = report["handover"]["number"]
    mila = next(each["board"] for each in report["searches"] if each["search"]["person"]["first_name"] == "Mila")
    await alice.command(mila, "handover.write", {"handover": number, "assessment": f"on foot, {number}"})
    if name == "signed":
        report = (await alice.http.get("/api/v1/handover")).json()
        positions = {each["board"]: each["seq"] for each in report["searches"]}
        await alice.command(OPERATIONS, "handover.sign", {"handover": number, "positions": positions})


async def test_head_says_who_hands_over_and_what_is_not_written(browsers: Browsers) -> None:
    await stage(browsers, "prepared")
    dora = await browsers.window("Dora")
    await dora.open("/handover")
    await expect(dora("[data-testid=head-about]")).to_have_text("Alice to Dora · 2 searches · nothing written about 1")
    await expect(dora("[data-act=briefing]")).to_have_attribute("href", "/handover/briefing.pdf")
    await expect(dora("a[href='/handover.md']")).to_be_hidden()
    await dora("[data-act=handover-menu]").focus()
    await dora.page.keyboard.press("Enter")
    await expect(dora("[data-act=print]")).to_be_focused()
    await dora.page.keyboard.press("ArrowDown")
    await expect(dora("a[href='/handover.pdf']")).to_be_focused()
    await expect(dora("a[href='/handover.md'], a[href='/api/v1/handover']")).to_have_count(2)
    await dora.page.keyboard.press("Escape")
    await expect(dora("[data-act=handover-menu]")).to_be_focused()
    await stage(browsers, "none")
    await expect(dora("[data-testid=head-about]")).to_have_text("2 searches")


@pytest.mark.slow
async def test_printing_from_the_menu_prints_no_menu(browsers: Browsers) -> None:
    dora = await browsers.window("Dora")
    await dora.open("/handover")
    await dora.page.evaluate("window.print = () => (window.asked = document.querySelectorAll('[popover]:popover-open').length)")
    await dora.choose("print")
    await dora.page.wait_for_function("window.asked === 0")


@pytest.mark.slow
async def test_briefing_is_in_the_menu_of_a_phone(browsers: Browsers) -> None:
    await stage(browsers, "signed")
    dora = await browsers.window("Dora", viewport=PHONE)
    await dora.open("/handover")
    await expect(dora("[data-act=briefing]")).to_be_hidden()
    await dora("[data-act=handover-menu]").click()
    item = dora("[data-act=briefing-item]")
    await expect(item).to_be_focused()
    assert await dora.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    async with dora.page.expect_download(timeout=PDF_MS) as download:
        await item.click(no_wait_after=True)  # it would wait for the PDF, no longer than for a click
    assert (await download.value).suggested_filename.startswith("briefing-")


@pytest.mark.slow
async def test_sections_are_whole_on_a_phone(browsers: Browsers) -> None:
    await stage(browsers, "prepared")
    window = await browsers.window("Alice", viewport=PHONE, locale="de")
    await window.open("/handover")
    await expect(window("[data-section] .child-summary")).to_have_count(2)
    assert await window.page.evaluate(PAST_THE_EDGE) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["none", "prepared", "signed"])
async def test_no_word_of_a_button_or_step_breaks_on_a_phone(browsers: Browsers, name: str) -> None:
    await stage(browsers, name)
    for language in LANGUAGES:
        for person in ("Alice", "Dora"):
            window = await browsers.window(person, viewport=PHONE, locale=language)
            await window.open("/handover")
            await expect(window("[data-section]")).to_have_count(2)
            assert await window.page.evaluate(BROKEN_WORDS) == [], (language, person)
            for act in ("sign", "take", "withdraw", "refuse"):
                if await window(f"main [data-act={act}]").count():
                    await window(f"main [data-act={act}]").click()
                    await window("dialog[open]").wait_for()
                    assert await window.page.evaluate(BROKEN_WORDS) == [], (language, person, act)
                    await window.page.keyboard.press("Escape")
                    await expect(window("dialog[open]")).to_have_count(0)
            await window.context.close()


@pytest.mark.slow
async def test_no_word_of_a_signed_handover_breaks_on_a_phone(browsers: Browsers) -> None:
    await stage(browsers, "signed")
    alice = await browsers.person("Alice")
    number = next(each["state"]["number"] for each in await alice.entities(OPERATIONS) if each["kind"] == "handover")
    for language in LANGUAGES:
        window = await browsers.window("Alice", viewport=PHONE, locale=language)
        await window.open(f"/handovers/{number}")
        await expect(window("[data-testid=head-about]")).to_be_visible()
        await expect(window("[data-section]")).to_have_count(2)
        assert await window.page.evaluate(BROKEN_WORDS) == [], language
        head, about, menu = [await window(each).bounding_box() for each in ("main h1", "[data-testid=head-about]", MENU)]
        assert head
        assert about
        assert menu
        assert menu["y"] < head["y"] + head["height"] < about["y"], language
        await window.context.close()


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1400])
async def test_contents_stand_in_the_same_columns_in_every_row(browsers: Browsers, width: int) -> None:
    await stage(browsers, "signed")
    window = await browsers.window("Alice", viewport={"width": width, "height": 900}, locale="de-BE")
    await window.open("/handover")
    await expect(window("[data-contents]")).to_have_count(2)
    lefts = [await window(f"[data-contents] > {part}").evaluate_all(LEFTS) for part in (".pips", "a")]
    assert all(len(set(column)) == 1 and len(column) == 2 for column in lefts), lefts


@pytest.mark.slow
async def test_goal_of_a_search_is_whole_on_a_phone(browsers: Browsers) -> None:
    await stage(browsers, "prepared")
    alice = await browsers.person("Alice")
    report = (await alice.http.get("/api/v1/handover")).json()
    board = report["searches"][0]["board"]
    await alice.command(board, "search.set_goal", {"text": "Find who got off the tram with her, between Zuid and Melle"})
    window = await browsers.window("Alice", viewport=PHONE)
    await window.open("/handover")
    goal = window(f"[data-section='{board}'] .goal")
    await expect(goal).to_contain_text("Melle")
    assert await goal.evaluate("each => each.scrollWidth <= each.clientWidth && each.getClientRects().length === 1")
    box = await goal.bounding_box()
    assert box
    assert box["x"] + box["width"] <= PHONE["width"]


async def test_a_broken_word_is_found(browsers: Browsers) -> None:
    await stage(browsers, "none")
    alice = await browsers.window("Alice", viewport=PHONE, locale="de-BE")
    await alice.open("/handover")
    await alice.page.evaluate("""for (const each of document.querySelectorAll(".steps b")) {
      each.textContent = "Unterschreiben".repeat(4);
      each.style.setProperty("overflow-wrap", "anywhere");
    }""")
    assert await alice.page.evaluate(BROKEN_WORDS)


@pytest.mark.slow
async def test_page_says_why_a_document_takes_long_or_is_refused(browsers: Browsers) -> None:
    server = browsers.server
    assert server is not None
    papers = server.service.queues.papers
    dora = await browsers.window("Dora")
    account = (await (await browsers.person("Dora")).http.get("/api/v1/me")).json()["id"]
    await dora.open("/handover")
    dora.may_fail("status of 429")
    said = dora("[data-testid=document]")
    async with contextlib.AsyncExitStack() as turns:
        for other in ("one", "two"):
            await turns.enter_async_context(papers.turn(other))
        await dora("[data-act=briefing]").click()
        await expect(said).to_contain_text("The document is being made.")
        await expect(said).to_contain_text("The documents of others are made first.")
        async with dora.page.expect_download(timeout=PDF_MS) as saving:
            await turns.aclose()
        assert (await saving.value).suggested_filename.endswith(".pdf")
        await expect(said).to_be_hidden()
    async with full_queue(papers, account):
        await dora("[data-act=briefing]").click()
        await expect(said).to_contain_text("Too many documents are being made. Try again in")
