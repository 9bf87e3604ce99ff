"""Board of a search on a phone: room for cards, the bar at the bottom, sheets, and targets for a thumb."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
MOST = 0.22  # of the screen, before the first card
TOP = "each => each.getBoundingClientRect().top"
# Whether a line is inside of what holds it, and wide enough for some words.
IS_SHOWN = """line => {
  const box = line.getBoundingClientRect(), around = line.parentElement.getBoundingClientRect();
  return box.bottom <= around.bottom + 1 && box.width >= 150;
}"""
UNDER_13 = {"under_13": {"answer": "yes", "basis": "Birth certificate"}}
# Least room between the text of a button and its sides.
ROOM = """each => {
  const range = document.createRange(), edge = each.getBoundingClientRect();
  range.selectNodeContents([...each.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()));
  const text = range.getBoundingClientRect();
  return Math.min(text.left - edge.left, edge.right - text.right);
}"""
# Controls that a thumb needs and that are smaller than 44 px.
SMALL = """within => [...document.querySelectorAll(within)].filter((each) => each.checkVisibility()).flatMap((each) => {
  const { width, height } = each.getBoundingClientRect();
  const what = `${each.dataset.act ?? each.className} ${Math.round(width)} x ${Math.round(height)}`;
  return width < 43.5 || height < 43.5 ? [what] : [];
})"""


async def phone(browsers: Browsers, board: str, name: str = "Alice", **more: Any) -> Window:
    window = await browsers.window(name, viewport=PHONE, has_touch=True, **more)
    await window.open(f"/searches/{board}")
    return window


@pytest.mark.parametrize("language", ["en", "de"])
async def test_cards_begin_in_the_first_fifth_of_the_screen(browsers: Browsers, language: str) -> None:
    board = await browsers.search()
    await browsers.sighting(board, "A girl at the tram stop")
    window = await phone(browsers, board, locale=f"{language}-BE")
    assert await window("article.card").first.evaluate(TOP) <= MOST * PHONE["height"]
    assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
async def test_a_need_has_a_line_of_its_own_below_the_badge(browsers: Browsers, language: str) -> None:
    needs = "No milk; the father knows"
    board = await browsers.search(person={"first_name": "Mila", "age": 6, "needs": needs}, criteria=UNDER_13)
    await browsers.sighting(board, "A girl at the tram stop")
    window = await phone(browsers, board, locale=f"{language}-BE")
    await expect(window(".child-name .rest")).to_contain_text(needs)
    assert await window(".child-name .rest").evaluate(IS_SHOWN)
    assert await window("article.card").first.evaluate(TOP) <= MOST * PHONE["height"]


@pytest.mark.slow
@pytest.mark.parametrize(("until", "colour"), [("2099-01-01T00:00:00Z", "grave"), ("2026-11-24T08:00:00Z", "text-alert")])
async def test_a_need_is_red_once_its_time_is_over(browsers: Browsers, until: str, colour: str) -> None:
    board = await browsers.search(person={"first_name": "Chloé", "age": 17, "needs": "Insulin", "needs_until": until})
    window = await phone(browsers, board)
    await expect(window(".child-name .rest b").first).to_have_class(colour)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
async def test_five_columns_and_the_words_of_both_buttons_have_room(browsers: Browsers, language: str) -> None:
    board = await browsers.search()
    window = await phone(browsers, board, locale=f"{language}-BE")
    await expect(window(".tabs [data-tab]")).to_have_count(5)
    assert await window(".tabs").evaluate("tabs => tabs.scrollWidth <= tabs.clientWidth")
    for act in ("add-sighting", "add-task"):
        assert await window(f"[data-act={act}]").evaluate(ROOM) >= 5, act  # px between the words and the edge


@pytest.mark.slow
async def test_the_menu_has_the_call_once(browsers: Browsers) -> None:
    board = await browsers.search()
    narrow = await phone(browsers, board)
    await narrow("details.account-menu").evaluate("each => each.open = true")
    await expect(narrow(".account-menu .menu [href='/intake']")).to_be_visible()
    wide = await browsers.window("Bob")
    await wide.open(f"/searches/{board}")
    await wide("details.account-menu summary").click()
    await expect(wide(".account-menu .menu [href='/account']")).to_be_visible()
    await expect(wide(".account-menu .menu [href='/intake']")).to_be_hidden()  # it stands in the bar


async def test_the_bar_at_the_bottom_adds_and_leads_on(browsers: Browsers) -> None:
    board = await browsers.search()
    window = await phone(browsers, board)
    assert await window.page.evaluate(SMALL, ".add-buttons > *, .header-bar .brand, .child-name, .tabs button") == []
    await window.add_sighting("A girl at the tram stop")
    await expect(window("article.sighting")).to_have_count(1)
    await window.open_card("A girl at the tram stop")
    await window.close_card()  # the card is a sheet over the bar
    await expect(window.panel).to_have_count(0)
    await window("[data-act=whats-new]").click()
    await expect(window.page).to_have_url(f"{browsers.url}/since")


async def test_the_sheet_has_the_rest_and_closes(browsers: Browsers) -> None:
    board = await browsers.search()
    window = await phone(browsers, board)
    sheet, more = window(".tool-sheet-body"), window("[data-act=more]")
    await expect(window("[data-act=edit-search]")).to_be_hidden()
    await more.click()
    await expect(window("[data-act=edit-search]")).to_be_visible()
    assert (
        await window.page.evaluate(SMALL, ".tool-sheet-body :is(.menu-item, .views button, .chip, .sheet-status, .find-input)")
        == []
    )
    await window.page.keyboard.press("Escape")
    await expect(window("[data-act=edit-search]")).to_be_hidden()
    await expect(more).to_be_focused()
    await more.click()
    await window("[data-act=appeal]").click()
    await expect(window("dialog[data-dialog=appeal]")).to_be_visible()
    await window.page.keyboard.press("Escape")
    await expect(sheet.locator("[data-act=appeal]")).to_be_hidden()
    await more.click()
    await window("[data-act=pages]").click()
    await expect(window(".account-menu a[href='/account']")).to_be_visible()
    viewer = await phone(browsers, board, "Victor")
    await viewer("[data-act=more]").click()
    await expect(viewer("[data-act=history]")).to_be_visible()
    await expect(viewer("[data-act=edit-search]")).to_have_count(0)
    await expect(viewer("[data-act=add-sighting]")).to_have_count(0)


@pytest.mark.slow
async def test_the_menus_of_all_searches_have_targets_for_a_thumb(browsers: Browsers) -> None:
    window = await browsers.window("Alice", viewport=PHONE, has_touch=True)
    await window.open("/")
    await window("details.more-menu summary").click()
    await expect(window(".chips-on-phone .chip").first).to_be_visible()
    assert await window.page.evaluate(SMALL, ".account-menu > summary, .more-menu :is(a, button, summary)") == []


@pytest.mark.slow
async def test_a_phone_says_that_cards_are_hidden_while_the_sheet_is_closed(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, "A girl at the tram stop")
    window = await phone(browsers, board)
    before = await window("article.card").first.evaluate(TOP)
    await window("[data-act=more]").click()
    await window("[data-chip=ungraded]").click()
    await window.page.keyboard.press("Escape")
    await expect(window("[data-testid=filtered]")).to_be_visible()
    assert await window("article.card").first.evaluate(TOP) == before
    await window("[data-filter=all]").click()
    await expect(window("[data-testid=filtered]")).to_have_count(0)
