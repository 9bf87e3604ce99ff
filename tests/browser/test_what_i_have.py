"""Own items on every page: one key lists them, each is extended, handed on and given back, and changes by others arrive."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Locator, expect

from models.times import format_utc
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

GIRL = "a girl at the tram stop"
PHONE = {"width": 390, "height": 844}
TOO_WIDE = "all => all.filter((each) => each.getBoundingClientRect().right > innerWidth + 1).length"
TOO_LOW = "all => all.filter((each) => each.getBoundingClientRect().height < 44).length"
NOTHING = {"at": "2026-11-24T08:00:00Z", "items": [], "left_out": 0}
DIALOG = "dialog[data-dialog=what-i-have]"


def item(window: Window, board: str, card: str = "") -> Locator:
    """Return the items of a board, or of one of its cards: other tests leave items too."""
    return window(f"{DIALOG} li", has=window.page.locator(f"a[href*='{board}{card and f'/cards/{card}'}']"))


async def open_page(window: Window, path: str) -> None:
    """Open a page, and wait until its scripts work: the line shows a fact or an alarm."""
    await window.page.goto(path)
    await expect(window(".watch-main > *").first).to_be_visible()


async def bobs_things(browsers: Browsers) -> tuple[str, str, str]:
    """Give Bob the alarm of an urgent sighting, and a task; return the search and both ids."""
    alice, bob, board = await browsers.person("Alice"), await browsers.person("Bob"), await browsers.search()
    own = await bob.own_id()
    sighting = await alice.add(board, "sighting.add", {"description": GIRL, "priority": "urgent"})
    alarm = next(each["id"] for each in await alice.entities(board) if each["kind"] == "alarm")
    await bob.command(board, "alarm.take", {"alarm": alarm})
    assert browsers.server is not None
    due = format_utc(browsers.server.service.clock() + timedelta(hours=2))
    task = await alice.add(board, "task.add", {"title": "Ask the school", "assignee": own, "due": due})
    return board, sighting, task


async def test_one_key_lists_own_alarms_and_cards_on_any_page(browsers: Browsers) -> None:
    board, sighting, task = await bobs_things(browsers)
    bob = await browsers.window("Bob")
    for page in ("/account", "/unanswered", f"/searches/{board}"):
        await open_page(bob, page)
        await bob.page.keyboard.press("i")
        await expect(item(bob, board)).to_have_count(2)
        await bob.page.keyboard.press("Escape")
        await expect(bob(DIALOG)).to_have_count(0)
    await bob.page.keyboard.press("i")
    promised, due = item(bob, board, sighting), item(bob, board, task)
    await expect(promised.locator("[data-testid=owner]")).to_have_text(
        re.compile(r"You have it until [\w\s]*\d\d:\d\d\s· to look at")
    )
    await expect(due.locator("[data-testid=owner]")).to_have_text("You have it")
    await expect(due.locator(".what")).to_contain_text("Ask the school")
    await expect(due.locator(".until")).to_have_text(re.compile(r"\d\d:\d\d"))


async def test_items_are_extended_handed_on_and_given_back(browsers: Browsers) -> None:
    board, sighting, task = await bobs_things(browsers)
    alice, bob = await browsers.person("Alice"), await browsers.window("Bob")

    async def states() -> dict[str, dict[str, object]]:
        return {each["id"]: each["state"] for each in await alice.entities(board)}

    before = (await states())[task]["due"]
    await open_page(bob, "/account")
    await bob("details.account-menu summary").click()
    await bob("[data-work]").click()
    await item(bob, board, task).locator("[data-minutes='30']").click()
    await item(bob, board, task).locator("[data-act=hand-on]").click()
    await bob("dialog[data-dialog=hand-on-alarm] select").select_option(await alice.own_id())
    await bob("dialog [data-act=send]").click()
    await bob.page.keyboard.press("i")
    await expect(item(bob, board, task)).to_have_count(0)
    after = (await states())[task]
    assert after["assignee"] == await alice.own_id()
    assert str(after["due"]) > str(before)
    await item(bob, board, sighting).locator("[data-act=give-back]").click()
    await expect(item(bob, board)).to_have_count(0)
    assert (await states())[sighting]["assignee"] is None


async def test_changes_by_others_arrive_and_an_empty_list_says_so(browsers: Browsers) -> None:
    alice, charlie, board = await browsers.person("Alice"), await browsers.person("Charlie"), await browsers.search()
    own, window = await charlie.own_id(), await browsers.window("Charlie")
    await open_page(window, "/account")
    await window.page.keyboard.press("i")
    await expect(window(DIALOG)).to_be_visible()
    task = await alice.add(board, "task.add", {"title": "Ask the school", "assignee": own})
    await expect(item(window, board)).to_have_count(1)
    await expect(window("[data-testid=what-i-have]")).to_contain_text("You have")
    await alice.command(board, "card.assign", {"card": task, "assignee": None})
    await expect(item(window, board)).to_have_count(0)
    await window.page.route("**/api/v1/work", lambda route: route.fulfill(json=NOTHING))
    await open_page(window, "/account")
    await window("details.account-menu summary").click()
    await window("[data-work]").click()
    await expect(window("[data-testid=no-work]")).to_contain_text("You have nothing.")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_items_fit_into_a_phone(browsers: Browsers, theme: str) -> None:
    board, *_ = await bobs_things(browsers)
    bob = await browsers.window("Bob", viewport=PHONE, has_touch=True, color_scheme=theme)
    await open_page(bob, "/account")
    await bob("details.account-menu summary").click()
    await bob("[data-work]").click()
    await expect(item(bob, board)).to_have_count(2)
    assert await bob("dialog *").evaluate_all(TOO_WIDE) == 0
    assert await bob(".own-work button").evaluate_all(TOO_LOW) == 0
