"""Boards with bad input: nothing overlaps, nothing sticks out, and nothing but a description is cut, and that with "…"."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.test_cards import PREDEFINED, columns_of
from tests.browser.test_stable_layout import Heard
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

SIZES = [
    {"width": 390, "height": 844},
    {"width": 844, "height": 390},
    {"width": 1400, "height": 900},
    {"width": 2560, "height": 1440},
]
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamter"  # 68 characters
# Cards get their real height only in the frame after they have come into sight, so that the end moves: it is the end when it has
# held for some frames.
TO_THE_END = """async (list) => {
  for (let held = 0; held < 4; held++) {
    if (list.scrollTop + list.clientHeight < list.scrollHeight - 1) {
      list.scrollTo(0, list.scrollHeight);
      held = 0;
    }
    await new Promise(requestAnimationFrame);
  }
}"""
ARABIC = "رأيت فتاة تحمل حقيبة ظهر صفراء في محطة الترام، كانت وحدها وصعدت إلى الخط 2 باتجاه ميله ولم تتحدث مع أحد"
# Parts that overlap a neighbour, that stick out of their card, column head or panel, or whose text is cut. Only a description may
# be cut, by a line clamp, which draws "…".
FAULTS = """() => {
  const found = new Set();
  const said = (each) => each.className || each.localName;
  const rect = (each) => each.getBoundingClientRect();
  const shown = (each) => each.checkVisibility() && getComputedStyle(each).opacity !== "0" && rect(each).width > 1;
  const apart = "svg, svg *, select, option, input, .visually-hidden, [popover], [popover] *";
  const overlap = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  function checkPart(part, box) {
    const { left, right } = rect(part), outer = rect(box), style = getComputedStyle(part);
    if (left < outer.left - 3 || right > outer.right + 3) found.add(`out of ${said(box)}: ${said(part)}`);
    const wide = style.overflowX === "hidden" && part.scrollWidth > part.clientWidth + 1;
    const high = style.overflowY === "hidden" && part.scrollHeight > part.clientHeight + 1;
    const signed = style.webkitLineClamp !== "none" && part.matches("h3, .outcome, .said");
    if ((wide || high) && !signed) found.add(`cut: ${said(part)}`);
  }
  function checkRow(row) {
    const inner = [...row.children].filter(shown).map(rect);
    if (inner.some((each, at) => at > 0 && overlap(inner[at - 1], each))) found.add(`overlap in ${said(row)}`);
  }
  for (const box of document.querySelectorAll("article.card, .column-header, .panel")) {
    if (!box.checkVisibility()) continue;
    if (box.matches("article") && rect(box).width > 361) found.add(`wide: ${rect(box).width}`);
    for (const part of box.querySelectorAll("*")) if (shown(part) && !part.matches(apart)) checkPart(part, box);
    box.querySelectorAll(".kind, .when, .where, .foot, .panel-bar").forEach(checkRow);
  }
  for (const list of document.querySelectorAll("[data-list]")) {
    const cards = [...list.children].filter((each) => each.checkVisibility()).map(rect);
    if (cards.some((each, at) => at > 0 && each.top < cards[at - 1].bottom)) found.add("cards overlap");
  }
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) found.add(`the page is ${scrollWidth} px wide`);
  return [...found];
}"""


async def check(window: Window) -> None:
    found = {}
    for size in SIZES:
        await window.page.set_viewport_size(size)  # type: ignore[arg-type]
        found[size["width"]] = await window.page.evaluate(FAULTS)
    assert found == {size["width"]: [] for size in SIZES}


async def test_a_fault_of_layout_is_found(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, "Girl")
    window = await browsers.window("Bob")
    await window.open(f"/searches/{board}")
    await check(window)
    await window("article.card .foot").first.evaluate("each => { each.style.width = '3000px'; }")
    assert any("out of" in fault for fault in await window.page.evaluate(FAULTS))


async def test_long_words_and_right_to_left_texts_are_whole(browsers: Browsers) -> None:
    board, alice = await browsers.search(person={"first_name": WORD[:60], "clothing": WORD}), await browsers.person("Alice")
    own = (await alice.http.get("/api/v1/me")).json()["id"]
    place = {"text": WORD, "lat": 51.05, "lon": 3.72, "radius_m": 12_000}
    columns = await columns_of(alice, board)
    await alice.command(board, "column.rename", {"column": columns["doing"], "title": WORD[:60]})
    for text, name in ((WORD, "inbox"), (ARABIC, "doing"), (f"{ARABIC} {WORD} " * 4, "done")):
        for assessment in ("credible", "not_the_child"):
            said = {"description": text, "place": place, "channel": "social_media", "priority": "urgent", "assignee": own}
            card = await alice.add(board, "sighting.add", said | {"received_at": "2026-11-24T15:10:00Z", "clothing": WORD})
            await alice.command(board, "sighting.assess", {"sighting": card, "assessment": assessment})
            await alice.command(board, "card.move", {"card": card, "column": columns[name]})
        await alice.command(
            board, "task.add", {"title": text[:200], "due": "2026-01-01T04:36:00Z", "assignee": own, "sighting": card}
        )
    for locale in ("de-BE", "fr-BE"):
        window = await browsers.window("Bob", locale=locale)
        await window.open(f"/searches/{board}")
        await expect(window("article.card")).to_have_count(9 + PREDEFINED)
        direction = await window("article.card h3", has_text=ARABIC[:20]).first.evaluate(
            "each => getComputedStyle(each).direction"
        )
        assert direction == "rtl"
        await check(window)
        await window.page.goto(f"/searches/{board}/cards/{card}")
        await window.panel.locator("[data-testid=history] > li").first.wait_for()
        await check(window)


@pytest.mark.slow
async def test_a_board_without_cards_is_whole(browsers: Browsers) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    for card in [each["id"] for each in await alice.entities(board) if each["kind"] == "task"]:
        await alice.command(board, "card.withdraw", {"card": card})
    window = await browsers.window("Bob", locale="de-BE")
    await window.open(f"/searches/{board}")
    await expect(window(".column .none")).to_have_count(5)
    await check(window)
    await expect(window("[data-below]:visible")).to_have_count(0)


@pytest.mark.slow
async def test_three_hundred_cards_in_one_column_are_whole_and_counted(browsers: Browsers) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    for number in range(300):
        await alice.command(
            board, "sighting.add", {"description": f"Seen {number}: girl with a yellow rucksack at the tram stop"}
        )
    window = await browsers.window("Bob")
    await window.open(f"/searches/{board}")
    await expect(window("article.card")).to_have_count(300 + PREDEFINED)
    await check(window)
    await window.page.set_viewport_size(SIZES[2])  # type: ignore[arg-type]
    foot = window.column("inbox").locator("[data-below]")
    await expect(foot).to_contain_text("29")  # some of the first are in sight
    await window.column("inbox").locator("[data-list]").evaluate(TO_THE_END)
    await expect(foot).to_have_text("")


@pytest.mark.slow
async def test_forty_people_on_one_card_leave_room_for_its_assignee(browsers: Browsers) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    own = (await alice.http.get("/api/v1/me")).json()["id"]
    card = await alice.add(board, "sighting.add", {"description": "Girl at the tram", "assignee": own, "priority": "urgent"})
    window = await browsers.window("Bob")
    heard = Heard(window)
    await heard.listen()
    await window.open(f"/searches/{board}")
    people: list[dict[str, Any]] = [
        {"account": f"p{each}", "name": f"Person {each} {WORD[:40]}", "card": card, "editing": each % 2 == 0}
        for each in range(40)
    ]
    await expect(window("[data-testid=here] .avatar")).to_have_count(1)  # the server has said who is here
    heard.say("presence", board=board, count=40, people=people)
    await expect(window("article.card .viewer.more")).to_have_text("+38")
    await check(window)
    await window.page.set_viewport_size(SIZES[2])  # type: ignore[arg-type]
    await window("article.card a").first.click()
    await window.panel.locator("[data-testid=history] > li").first.wait_for()
    heard.say("presence", board=board, count=40, people=people)
    await expect(window(".panel .viewer.more")).to_have_text("+38")
    await check(window)
