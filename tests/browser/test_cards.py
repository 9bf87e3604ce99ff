"""Cards say what matters in a fixed order, column heads count it, and an open card moves no other card."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Route, ViewportSize, expect

from tests.support.browser_window import Window
from tests.support.browsers import Browsers, SignedInUser

pytestmark = pytest.mark.browser

TRAM = "Girl with a yellow rucksack at the tram stop, alone"
SAME = "A girl with a yellow rucksack in the tram"
GENT = {"text": "Gent-Zuid", "lat": 51.04, "lon": 3.73, "radius_m": 50}
PREDEFINED = 6  # tasks of a new search
WIDTHS = [700, 1000, 1400, 1699, 1700, 2560]
# Where each column, card and title stands; the browser lays out a card that is out of the window only roughly.
PLACES = """() => [...document.querySelectorAll("[data-column], [data-list] > article, [data-list] h3")].map((each) => {
  const { left, top, width } = each.getBoundingClientRect();
  if (left > innerWidth || top > innerHeight) return "";
  return [each.dataset.card ?? each.dataset.column ?? each.textContent, left, top, width].join(" ");
})"""
BELOW = """list => [...list.children].map((each) => each.getBoundingClientRect().bottom)
  .filter((bottom) => bottom > list.getBoundingClientRect().bottom + 8).length"""
NODES = "card => { const all = document.createTreeWalker(card); let count = 1; while (all.nextNode()) count += 1; return count; }"
COLOUR = "each => getComputedStyle(each).color"


async def columns_of(alice: SignedInUser, board: str) -> dict[str, str]:
    return {each["state"]["role"]: each["id"] for each in await alice.entities(board) if each["kind"] == "column"}


async def add(alice: SignedInUser, board: str, kind: str, **data: Any) -> str:
    await alice.command(board, f"{kind}.add", data)
    added = [each for each in await alice.events(board) if each["type"] == f"{kind}.added"]
    return str(added[-1]["id"])  # an alarm about it may have come after


async def test_a_sighting_says_seen_before_reported_and_who_has_it(browsers: Browsers) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    own = (await alice.http.get("/api/v1/me")).json()["id"]
    times = {"seen_at": "2026-11-24T08:00:00Z", "received_at": "2026-11-24T08:08:00Z"}
    card = await add(
        alice, board, "sighting", description=TRAM, place=GENT, channel="hotline", priority="urgent", assignee=own, **times
    )
    await add(alice, board, "sighting", description="Looked like her", received_at=times["received_at"])
    window = await browsers.window("Bob")
    await window.open(f"/searches/{board}")
    first, second = window.card(TRAM), window.card("Looked like her")
    await expect(first.locator(".when")).to_have_text(re.compile(r"seen .*9:00\s+reported .*9:08"), use_inner_text=True)
    await expect(first.locator(".when b")).to_have_text(re.compile("^seen"))
    await expect(first.locator(".where")).to_have_text(re.compile(r"Gent-Zuid\s+± 50.m\s+hotline"), use_inner_text=True)
    await expect(first.locator(".assignee bdi")).to_have_text(re.compile(r"Alice has it until [\w\s]*\d\d:\d\d"))
    await expect(first.locator(".urgent")).to_have_text("urgent")
    await expect(second.locator(".when .unknown")).to_have_text("time unknown")
    await expect(second.locator(".foot [data-queue]")).to_contain_text("to look at")
    # a dashed edge and a dashed mark while nobody has graded it
    await expect(first.locator(".grade.open")).to_have_text("F6")
    assert await first.locator(".grade").evaluate("each => getComputedStyle(each).borderTopStyle") == "dashed"
    await alice.command(board, "sighting.grade", {"sighting": card, "grade": {"source": "B", "content": 2}})
    await expect(first.locator(".grade:not(.open)")).to_have_text("B2")
    assert await first.locator(".grade").evaluate("each => getComputedStyle(each).borderTopStyle") == "solid"
    await alice.command(board, "sighting.assess", {"sighting": card, "assessment": "not_the_child"})
    await expect(first.locator(".assessed")).to_have_text("not the child")
    assert "line-through" in await first.locator("h3").evaluate("each => getComputedStyle(each).textDecorationLine")


@pytest.mark.slow
async def test_a_click_on_any_line_of_a_card_opens_it(browsers: Browsers) -> None:
    board = await browsers.search()
    card = await add(
        await browsers.person("Alice"), board, "sighting", description=TRAM, place=GENT, seen_at="2026-11-24T08:00:00Z"
    )
    window = await browsers.window("Bob")
    for line in (".when span", ".where", ".kind"):
        await window.open(f"/searches/{board}")
        box = await window.card(TRAM).locator(line).first.bounding_box()
        assert box is not None
        await window.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        await window.page.wait_for_url(f"**/cards/{card}")


async def test_names_that_come_after_the_cards_are_drawn(browsers: Browsers) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    card = await add(await browsers.person("Bob"), board, "sighting", description=TRAM, place=GENT)
    await alice.command(board, "sighting.looked_at", {"sighting": card})
    window, asked, known = await browsers.window("Bob"), asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        asked.set()
        await known.wait()
        await route.continue_()

    await window.page.route("**/api/v1/accounts", late)
    await window.open(f"/searches/{board}")
    await asked.wait()
    await expect(window.card(TRAM).locator(".looked-at")).to_contain_text("looked at by Someone")
    known.set()
    await expect(window.card(TRAM).locator(".looked-at")).to_contain_text("looked at by Alice")


@pytest.mark.slow
async def test_a_fact_of_several_lines_has_all_its_letters(browsers: Browsers) -> None:
    board = await browsers.search()
    await add(await browsers.person("Alice"), board, "sighting", description=TRAM, place=GENT, seen_at="2026-11-24T08:00:00Z")
    window = await browsers.window("Bob")
    await window.open(f"/searches/{board}")
    await window.card(TRAM).locator(".when span").first.wait_for()
    cut = """(when) => {
      const fact = when.lastElementChild, words = document.createRange();
      fact.textContent = "a fact that goes on ".repeat(8);
      words.selectNodeContents(fact);
      const clipped = when.getBoundingClientRect().left + parseFloat(getComputedStyle(when).getPropertyValue("--gap"));
      return [...words.getClientRects()].map(({ left }) => left - clipped);
    }"""
    lefts = await window.card(TRAM).locator(".when").first.evaluate(cut)
    assert len(lefts) > 2
    assert min(lefts) > -0.5


@pytest.mark.slow
async def test_a_card_has_few_nodes(browsers: Browsers) -> None:
    """A board of a thousand cards takes as long to open as it has nodes: also of blanks, and of the comments of lit-html."""
    board, alice = await browsers.search(), await browsers.person("Alice")
    await browsers.sighting(board, TRAM)
    await add(alice, board, "task", title="Ask the driver", due="2126-01-01T04:36:00Z")
    window = await browsers.window("Alice")
    await window.open(f"/searches/{board}")
    assert await window.card(TRAM).evaluate(NODES) <= 36
    assert await window.card("Ask the driver").evaluate(NODES) <= 26


async def test_only_what_is_late_is_red(browsers: Browsers) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    done = (await columns_of(alice, board))["done"]
    for title, due in {
        "Overdue one": "2026-01-01T04:36:00Z",
        "Future one": "2126-01-01T04:36:00Z",
        "Settled one": "2026-01-01T04:36:00Z",
    }.items():
        task = await add(alice, board, "task", title=title, due=due, priority="urgent")
    await alice.command(board, "card.move", {"card": task, "column": done})
    window = await browsers.window("Bob")
    await window.open(f"/searches/{board}")
    await expect(window.card("Overdue one").locator(".late")).to_have_text(re.compile(r"^\d+ d overdue$"))
    await expect(window.card("Overdue one").locator(".when")).to_contain_text("due")
    future = window.card("Future one").locator(".when")
    await expect(future).to_have_text(re.compile(r"^due .*\s+in \d+ d\s*$"), use_inner_text=True)
    for title in ("Future one", "Settled one"):
        await expect(window.card(title).locator(".late")).to_have_count(0)
    red = await window.card("Overdue one").locator(".late").evaluate(COLOUR)
    parts = await window("article.card *:not(.late)").evaluate_all("all => all.map((each) => getComputedStyle(each).color)")
    assert parts
    assert red not in parts


@pytest.mark.parametrize("width", WIDTHS)
async def test_an_opened_card_moves_no_card(browsers: Browsers, width: int) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    columns = await columns_of(alice, board)
    for role in ("inbox", "todo", "doing", "done"):
        for number in range(8):
            await add(alice, board, "task", title=f"{role} {number}: ask the neighbours for what they saw", column=columns[role])
    window = await browsers.window("Bob", viewport={"width": width, "height": 900})
    await window.open(f"/searches/{board}")
    await expect(window("article.card")).to_have_count(32 + PREDEFINED)
    last = window(".column").last
    before = await window.page.evaluate(PLACES)
    assert len(set(before)) > 20
    await window.open_card("inbox 1")
    await window.panel.locator("[data-testid=history] > li").first.wait_for()
    assert await window.page.evaluate(PLACES) == before
    panel = await window.panel.bounding_box()
    assert panel
    assert panel["width"] == 500
    assert panel["x"] + panel["width"] == width
    # what is below the panel can be scrolled out of it
    await last.evaluate("each => each.closest('.board').scrollTo(100000, 0)")
    box = await last.bounding_box()
    assert box
    assert box["x"] + box["width"] <= panel["x"]
    if width >= 1700:
        board_box = await window("[data-testid=board]").bounding_box()
        assert board_box
        assert board_box["x"] + board_box["width"] <= panel["x"]
    await window.page.keyboard.press("Escape")
    await expect(window.panel).to_have_count(0)
    await window("[data-testid=board]").evaluate("each => each.scrollTo(0, 0)")
    assert await window.page.evaluate(PLACES) == before


async def test_column_heads_say_what_matters(browsers: Browsers) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    columns = await columns_of(alice, board)
    window = await browsers.window("Bob")
    await window.open(f"/searches/{board}")

    def head(role: str) -> Any:
        return window.column(role).locator("[data-testid=matters]")

    for role in columns:
        await expect(head(role)).to_have_text("")
    for text in ("One", "Two"):
        last = await browsers.sighting(board, text)
    await add(alice, board, "task", title="Late", due="2026-01-01T04:36:00Z")
    for title in ("Waits", "Older", "Newer"):
        card = await add(alice, board, "task", title=title, column=columns["waiting" if title == "Waits" else "done"])
    await expect(head("inbox")).to_have_text(re.compile(r"^2 to grade · \d+ (s|min)$"))
    heads = window(".column-header")
    assert len(set(await heads.evaluate_all("all => all.map((each) => each.offsetHeight)"))) == 1, "cards begin at one height"
    await expect(head("todo")).to_have_text("1 overdue")
    await expect(head("waiting")).to_have_text("for others")
    await expect(head("done")).to_have_text("")  # the older one stands above
    await alice.command(board, "card.move", {"card": card, "column": columns["done"], "before": (await done_cards(window))[0]})
    await expect(head("done")).to_have_text("newest first")
    await alice.command(board, "sighting.grade", {"sighting": last, "grade": {"source": "B"}})
    await expect(head("inbox")).to_have_text(re.compile(r"^1 to grade"))


async def done_cards(window: Window) -> list[str]:
    cards = window.column("done").locator("article[data-card]")
    await expect(cards).to_have_count(2)
    return [str(each) for each in await cards.evaluate_all("all => all.map((each) => each.dataset.card)")]


async def test_done_cards_are_moved_to_the_top_by_the_dialog(browsers: Browsers) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    for title in ("First", "Second"):
        await add(alice, board, "task", title=title)
    window = await browsers.window("Bob")
    await window.open(f"/searches/{board}")
    for title in ("First", "Second"):
        await window.move_by_menu(title, "done")
        await expect(window.column("done").locator("h3").first).to_have_text(title)
    for title in ("First", "Second"):
        await window.move_by_menu(title, "doing")
        await expect(window.column("doing").locator("h3").last).to_have_text(title)


# A change alone, with which nothing gets another size, once what was counted before is.
APPENDED = """async (list) => {
  for (let frames = 0; frames < 8; frames += 1) await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  list.append(Object.assign(document.createElement("article"), { textContent: "One more" }));
}"""


@pytest.mark.slow
async def test_the_foot_of_a_column_counts_what_is_below(browsers: Browsers) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    for number in range(12):
        await add(alice, board, "task", title=f"Task {number} of twelve")
    await browsers.sighting(board, TRAM)
    window = await browsers.window("Bob", viewport={"width": 1400, "height": 700})
    await window.open(f"/searches/{board}")
    foot, list_ = window.column("todo").locator("[data-below]"), window.column("todo").locator("[data-list]")
    await expect(foot).to_have_text(re.compile(r"^\d+ more below$"))
    hidden = await list_.evaluate(BELOW)
    await expect(foot).to_have_text(f"{hidden} more below")
    await expect(window.column("inbox").locator("[data-below]")).to_be_hidden()
    box = await foot.bounding_box()
    await list_.evaluate("list => list.scrollTo(0, 100000)")
    await expect(foot).to_have_text("")
    assert await foot.bounding_box() == box  # its place is kept
    await list_.evaluate("list => list.scrollTo(0, 0)")
    await add(alice, board, "task", title="Task of another hour")
    await expect(foot).to_have_text(f"{hidden + 1} more below")
    await window("#find").fill("another hour")
    await expect(foot).to_be_hidden()
    await window("#find").fill("")
    await expect(foot).to_have_text(f"{hidden + 1} more below")
    await list_.evaluate(APPENDED)
    await expect(foot).to_have_text(f"{hidden + 2} more below")


@pytest.mark.parametrize("size", [{"width": 1400, "height": 700}, {"width": 390, "height": 700}])
async def test_a_new_card_out_of_sight_is_one_press_away(browsers: Browsers, size: ViewportSize) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    for number in range(9):
        await browsers.sighting(board, f"Sighting {number} of nine")
    window = await browsers.window("Bob", viewport=size)
    await window.open(f"/searches/{board}")
    await expect(window.column("inbox").locator("article.card")).to_have_count(9)
    inbox = window.column("inbox")
    below, above = (inbox.locator(f"[data-new-cards={edge}]") for edge in ("below", "above"))
    for button in (below, above):
        await expect(button).to_be_hidden()
    await add(alice, board, "sighting", description="Girl at the harbour")
    name = await window.card("Girl at the harbour").locator(".kind b").inner_text()
    await expect(below).to_have_text(f"New below: {name}")
    await below.click()
    await expect(window.card("Girl at the harbour").locator("a")).to_be_focused()
    await expect(window.card("Girl at the harbour")).to_be_in_viewport()
    await expect(below).to_be_hidden()
    await add(alice, board, "sighting", description="Girl with a man, running", priority="urgent")
    await expect(inbox.locator("article.card h3").first).to_have_text("Girl with a man, running")
    await expect(above).to_have_text(re.compile("^New above, urgent: Sighting"))
    await above.click()
    await expect(window.card("Girl with a man, running").locator("a")).to_be_focused()
    await expect(above).to_be_hidden()


@pytest.mark.slow
async def test_first_view_of_a_board_rings_few_cards(browsers: Browsers) -> None:
    board, bob = await browsers.search(), await browsers.person("Bob")  # Alice opened it, and has not looked since
    for number in range(5):
        await add(bob, board, "sighting", description=f"Sighting {number} of five")
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    changed = alice("article.card.changed")
    await expect(changed).to_have_count(5)
    assert set(await changed.evaluate_all("all => all.map((each) => getComputedStyle(each).outlineStyle)")) == {"none"}
    dots = "all => all.map((each) => getComputedStyle(each, '::after').backgroundColor)"
    assert "rgba(0, 0, 0, 0)" not in await alice("article.card.new .kind b").evaluate_all(dots)
    await alice("[data-act=all-seen]").first.click()
    await expect(changed).to_have_count(0)
    await add(bob, board, "sighting", description="One more")
    await expect(changed).to_have_css("outline-style", "solid")


@pytest.mark.slow
async def test_the_first_letter_of_a_draft_marks_its_card(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, TRAM)
    window = await browsers.window("Bob")
    await window.open(f"/searches/{board}")
    await window.open_card(TRAM)
    await window.panel.locator("[data-act=edit]").click()
    mark, keys = window.column("inbox").locator("article.card .draft"), window.page.keyboard
    await expect(mark).to_have_count(0)
    await window.field("facts", "clothing").focus()
    await keys.type("r")
    await expect(mark).to_be_visible()
    await keys.type("ed")
    await expect(window.field("facts", "clothing")).to_have_value("red")
    for _ in "red":
        await keys.press("Backspace")
    await expect(mark).to_have_count(0)


async def test_a_grade_is_chosen_by_its_letter_and_digit_and_sent_when_saved(browsers: Browsers) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    await browsers.sighting(board, TRAM)
    window = await browsers.window("Bob")
    await window.open(f"/searches/{board}")
    await window.open_card(TRAM)
    grade, keys = window("form[data-form=grade]"), window.page.keyboard
    await expect(grade.get_by_role("radiogroup")).to_have_count(2)
    await expect(grade.get_by_role("radio")).to_have_count(12)
    await expect(grade.locator("[data-testid=meaning]")).not_to_contain_text("not saved yet")
    await grade.locator("[data-field='grade.source'] input:checked").focus()
    await keys.press("c")
    await keys.press("2")
    await expect(grade.get_by_role("radio", name="C: ")).to_be_checked()
    await expect(grade.locator("[data-testid=meaning]")).to_have_text(re.compile(r"^C2\s· .*\s· not saved yet$"))
    await expect(window.card(TRAM).locator(".grade")).to_have_text("F6")
    assert not any(event["type"] == "sighting.graded" for event in await alice.events(board))
    await grade.locator("[data-act=cancel]").click()
    await expect(grade.get_by_role("radio", name="F: ")).to_be_checked()
    await grade.locator("[data-field='grade.source'] input:checked").focus()
    await keys.press("b")
    await keys.press("Tab")  # one stop for each row
    await expect(grade.locator("[data-field='grade.content'] input:checked")).to_be_focused()
    await keys.press("ArrowUp")
    await keys.press("Control+Enter")
    await expect(window.card(TRAM).locator(".grade")).to_have_text("B5")
    await expect(grade.locator("[data-testid=meaning]")).not_to_contain_text("not saved yet")


async def test_a_possible_duplicate_is_linked_or_marked_in_one_step(browsers: Browsers) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    first = await add(alice, board, "sighting", description=TRAM, place=GENT)
    second = await add(alice, board, "sighting", description=SAME, place=GENT)
    await browsers.sighting(board, "Somebody phoned about quite another boy")
    window, victor = await browsers.window("Bob"), await browsers.window("Victor")
    await window.open(f"/searches/{board}/cards/{second}")
    offered = window("[data-testid=possible-duplicates] [data-similar]")
    await expect(offered.first).to_have_attribute("data-similar", first)
    await expect(window(f"[data-similar='{second}']")).to_have_count(0)  # itself
    await offered.first.locator("[data-act=link-similar]").click()
    await expect(window("li.note:not(.pending)")).to_contain_text("May be the same as Sighting")
    await expect(offered.first.locator("[data-act=link-similar]")).to_have_count(0)
    [note] = [each["state"]["text"] for each in await alice.entities(board) if each["kind"] == "note"]
    assert note.isascii(), "the number of the sighting is a word of the text: no space of the screen is stored"
    await offered.first.locator("[data-act=mark-duplicate]").click()
    await expect(window("[data-testid=assessment]")).to_have_text(re.compile("^duplicate of Sighting"))
    await expect(window("[data-testid=possible-duplicates]")).to_have_count(0)
    await expect(window("[data-testid=undo]")).to_contain_text("Sighting assessed")  # offered once the server has it
    state = {each["id"]: each["state"] for each in await alice.entities(board)}[second]
    assert (state["assessment"], state["duplicate_of"]) == ("duplicate", first)
    await window("[data-testid=undo] [data-act=undo-last]").click()
    await expect(window("[data-testid=assessment]")).to_have_text("not assessed")
    await victor.open(f"/searches/{board}/cards/{first}")
    await victor("[data-testid=history] > li").first.wait_for()
    await expect(victor("[data-testid=possible-duplicates]")).to_have_count(0)


@pytest.mark.slow
async def test_only_a_sighting_that_is_not_of_the_child_is_crossed_out(browsers: Browsers) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    first, same, other = [await add(alice, board, "sighting", description=f"Girl number {number}") for number in range(3)]
    await alice.command(board, "sighting.assess", {"sighting": first, "assessment": "credible"})
    await alice.command(board, "sighting.assess", {"sighting": same, "assessment": "duplicate", "duplicate_of": first})
    await alice.command(board, "sighting.assess", {"sighting": other, "assessment": "not_the_child"})
    window = await browsers.window("Bob")
    await window.open(f"/searches/{board}")
    crossed = {number: window.card(f"Girl number {number}").locator(".grade.out") for number in range(3)}
    await expect(crossed[2]).to_be_visible()
    await expect(window.card("Girl number 2").locator("h3")).to_have_css("text-decoration-line", "line-through")
    for number in (0, 1):  # a duplicate is of a sighting that may be the child
        await expect(window.card(f"Girl number {number}").locator("h3")).to_have_css("text-decoration-line", "none")
        await expect(crossed[number]).to_have_count(0)


@pytest.mark.parametrize("key", ["ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft"])
async def test_one_arrow_key_goes_to_the_first_card_of_a_fresh_page(browsers: Browsers, key: str) -> None:
    board = await browsers.search()
    for text in ("Zeppelin 1", "Zeppelin 2"):
        await browsers.sighting(board, text)
    window = await browsers.window("Bob")
    await window.open(f"/searches/{board}")
    await expect(window.column("inbox").locator("article.card")).to_have_count(2)
    await window.page.keyboard.press(key)
    await expect(window("article.card a").first).to_be_focused()
    await window.page.keyboard.press("ArrowDown")
    await expect(window("article.card a").nth(1)).to_be_focused()


@pytest.mark.slow
async def test_viewers_are_rings_and_writers_blue_ones(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, TRAM)
    alice, bob = await browsers.both_at(board)
    await bob.open_card(TRAM)
    viewer = alice.card(TRAM).locator(".viewer")
    await expect(viewer).to_have_attribute("title", "Bob")
    await expect(bob.card(TRAM).locator(".viewer")).to_have_count(0)  # not oneself
    quiet = await viewer.evaluate("each => getComputedStyle(each).borderTopColor")
    await bob("form[data-form=note] textarea").fill("He")
    await expect(alice.card(TRAM).locator(".viewer.writes")).to_have_attribute("title", "Bob is editing")
    assert await viewer.evaluate("each => getComputedStyle(each).borderTopColor") != quiet
    await bob.page.goto("/")
    await expect(viewer).to_have_count(0)
