"""Work list of a search: one row for each sighting, the open one beside it, and keys for each step, without a mouse."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
TOO_WIDE = "all => all.filter((each) => each.getBoundingClientRect().right > innerWidth + 1).length"


async def sightings(browsers: Browsers, count: int, **fields: str) -> tuple[str, list[str]]:
    """Open a search with sightings; return it and their ids, the first added first."""
    board, alice = await browsers.search(), await browsers.person("Alice")
    ids = [await alice.add(board, "sighting.add", {"description": f"girl number {number}"} | fields) for number in range(count)]
    return board, ids


async def states(browsers: Browsers, board: str) -> dict[str, dict[str, object]]:
    entities = await (await browsers.person("Alice")).entities(board)
    return {each["id"]: each["state"] for each in entities if each["kind"] == "sighting"}


def row(window: Window, id: str) -> Locator:
    return window(f".work-row[data-card='{id}']")


async def press(window: Window, *keys: str) -> None:
    for key in keys:
        await window.page.keyboard.press(key)


async def handle(window: Window, id: str) -> None:
    """Grade, assess and pass on the open sighting by keys; take it, and open the next one that waits."""
    await expect(window(f".panel[data-panel='{id}']")).to_be_visible()
    await expect(row(window, id).locator("a")).to_be_focused()
    await press(window, "v")
    await expect(window.panel.locator("[data-testid=times]")).to_contain_text("looked at, Bob")
    await press(window, "g", "c", "2", "Enter")
    await expect(row(window, id).locator(".grade")).to_have_text("C2")
    await expect(row(window, id).locator("a")).to_be_focused()
    await press(window, "y")
    await expect(row(window, id).locator("[data-testid=owner]")).to_contain_text("Bob")
    await press(window, "j")
    await expect(window.panel.locator("[data-testid=assessing] input:checked")).to_be_focused()
    await press(window, "ArrowDown")
    await expect(window.panel.locator("[data-testid=assessing] input[value=credible]")).to_be_focused()
    await press(window, "Enter")
    await expect(row(window, id).locator(".waits")).to_contain_text("to pass on")
    await expect(row(window, id).locator("a")).to_be_focused()
    await press(window, "p")
    await window.page.keyboard.type("Local police Ghent")
    await press(window, "Enter")
    await expect(row(window, id)).to_have_class(re.compile("answered"))
    await press(window, "x")


async def work_through(browsers: Browsers, count: int) -> None:
    board, ids = await sightings(browsers, count)
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{board}")
    await press(bob, "w")
    await expect(row(bob, ids[0]).locator("a")).to_be_focused()
    await expect(bob("[data-testid=work-count]")).to_have_text(f"{count} of {count} wait")
    await press(bob, "Enter")
    for id in ids:
        await handle(bob, id)
    await expect(bob("[data-testid=work-count]")).to_have_text(f"0 of {count} wait")
    assert await bob(".work-row").evaluate_all("rows => rows.map((row) => row.dataset.card)") == ids, "rows keep their order"
    for state in (await states(browsers, board)).values():
        assert (state["queue"], state["grade"], state["assessment"]) == ("answered", {"source": "C", "content": 2}, "credible")


async def test_sightings_are_handled_without_a_mouse(browsers: Browsers) -> None:
    await work_through(browsers, 6)


@pytest.mark.slow
async def test_thirty_sightings_are_handled_without_a_mouse(browsers: Browsers) -> None:
    await work_through(browsers, 30)


async def test_rows_are_walked_and_assigned_by_keys(browsers: Browsers) -> None:
    board, (first, second) = await sightings(browsers, 2)
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{board}#list")
    await expect(row(bob, second)).to_be_visible()
    await press(bob, "w")
    await press(bob, "ArrowDown")
    await expect(row(bob, second).locator("a")).to_be_focused()
    await press(bob, "Enter", "o")
    await expect(bob(".panel .quick [data-field=assignee] select")).to_be_focused()
    await bob(".panel .quick [data-field=assignee] select").select_option(label="Alice")
    await expect(row(bob, second).locator("[data-testid=owner]")).to_contain_text("Alice")
    await press(bob, "Escape")
    await expect(bob.panel).to_have_count(0)
    await expect(row(bob, second).locator("a")).to_be_focused()
    await press(bob, "ArrowUp", "y")
    await expect(row(bob, first).locator("[data-testid=owner]")).to_contain_text("Bob")


async def test_all_unanswered_ones_are_listed_beside_the_open_one(browsers: Browsers) -> None:
    _, (other,) = await sightings(browsers, 1, priority="urgent")
    board, (own,) = await sightings(browsers, 1, priority="urgent")
    bob = await browsers.window("Bob")
    await bob.page.goto("/unanswered")
    await bob(f"[data-entry='{own}'] h2 a").click()
    await bob.live()
    await expect(bob(f".panel[data-panel='{own}']")).to_be_visible()
    await expect(row(bob, own)).to_have_class(re.compile("opened"))
    await expect(row(bob, other).locator(".waits")).to_contain_text("to look at")
    await row(bob, other).locator("a").click()
    await expect(bob(f".panel[data-panel='{other}']")).to_be_visible()
    await expect(row(bob, own)).to_be_visible()
    assert board not in bob.page.url


async def test_a_phone_shows_the_list_then_the_open_one(browsers: Browsers) -> None:
    board, (first, _) = await sightings(browsers, 2)
    bob = await browsers.window("Bob", viewport=PHONE, has_touch=True)
    await bob.open(f"/searches/{board}")
    await bob("[data-act=more]").click()
    await bob(".tool-sheet [data-act=list]").click()
    await row(bob, first).locator("a").click()
    await expect(bob.panel).to_be_visible()
    await expect(bob.panel).to_be_focused()
    width = await bob.panel.evaluate("(panel) => panel.getBoundingClientRect().width")
    assert width == PHONE["width"]
    await bob("[data-act=close-card]").click()
    await expect(row(bob, first)).to_be_visible()
    assert await bob(".work-list *").evaluate_all(TOO_WIDE) == 0
