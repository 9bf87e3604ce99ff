"""A coordinator arranges the columns of a search from the menu at their heads; nobody else is offered it."""

import re

import pytest
from playwright.async_api import Locator, expect

from board.i18n import translate
from tests.browser.test_pages import barriers
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

FIVE = ["New", "To do", "Doing", "Waiting", "Done"]
PHONE = {"width": 390, "height": 844}


async def names(window: Window, wanted: list[str]) -> None:
    """The columns, from left to right."""
    await expect(window("section.column h2")).to_have_text([f"{name} 0" for name in wanted])


async def menu(window: Window, role: str) -> Locator:
    """Open the menu of the first column of a role."""
    column = window.column(role).first
    await column.locator("[data-act=column-menu]").click()
    return column.locator("[data-testid=column-menu]")


async def bare(browsers: Browsers) -> str:
    """A search without cards: its first tasks are moved to another board's place, out of the columns' counts."""
    board = await browsers.search(kind="undefined")
    alice = await browsers.person("Alice")
    for card in [each["id"] for each in await alice.entities(board) if each["kind"] == "task"]:
        await alice.command(board, "card.withdraw", {"card": card})
    return board


async def test_alice_renames_adds_moves_and_removes_columns_and_bob_sees_each(browsers: Browsers) -> None:
    board = await bare(browsers)
    alice, bob = await browsers.both_at(board)
    await (await menu(alice, "doing")).locator("[data-act=rename-column]").click()
    await alice.fill("column-title", {"title": "In the field"})
    await alice("dialog [data-act=send]").click()
    await names(bob, ["New", "To do", "In the field", "Waiting", "Done"])
    await (await menu(alice, "doing")).locator("[data-act=rename-column]").click()
    await alice.fill("column-title", {"title": ""})
    await alice("dialog [data-act=send]").click()
    await names(bob, FIVE)
    await (await menu(alice, "done")).locator("[data-act=add-before]").click()
    await alice.fill("column-before", {"title": "Police", "role": "waiting"})
    await alice("dialog [data-act=send]").click()
    await names(bob, ["New", "To do", "Doing", "Waiting", "Police", "Done"])
    await (await menu(alice, "inbox")).locator("[data-act=add-after]").click()
    await alice.fill("column-after", {"role": "inbox"})
    await alice("dialog [data-act=send]").click()
    await names(bob, ["New", "New", "To do", "Doing", "Waiting", "Police", "Done"])
    await (await menu(alice, "inbox")).locator("[data-act=remove-column]").click()
    await names(bob, ["New", "To do", "Doing", "Waiting", "Police", "Done"])
    await (await menu(alice, "doing")).locator("[data-act=move-left]").click()
    await names(bob, ["New", "Doing", "To do", "Waiting", "Police", "Done"])
    await (await menu(alice, "doing")).locator("[data-act=move-right]").click()
    await names(bob, [*FIVE[:4], "Police", "Done"])
    await browsers.same(alice, bob, board)


async def test_a_column_that_can_not_be_removed_says_why(browsers: Browsers) -> None:
    board = await bare(browsers)
    await browsers.sighting(board, "Girl at the tram")
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    for role, why in {"inbox": "Move its 1 card first.", "todo": "withdrawn card"}.items():
        opened = await menu(alice, role)
        remove = opened.locator("[data-act=remove-column]")
        await expect(remove).to_be_disabled()
        await expect(opened.locator("small").last).to_contain_text(why)
        assert await remove.get_attribute("aria-describedby") == await opened.locator("small").last.get_attribute("id")
        await remove.click(force=True)
        await expect(alice("section.column")).to_have_count(5)
        await alice.page.keyboard.press("Escape")
    await alice.move_by_menu("Girl at the tram", "done")
    await expect(alice.column("done").locator(".card")).to_have_count(1)
    await expect((await menu(alice, "inbox")).locator("small").last).to_have_text(
        "New sightings arrive here. Keep at least one such column."
    )
    await alice.page.keyboard.press("Escape")
    await (await menu(alice, "doing")).locator("[data-act=remove-column]").click()
    await expect(alice("section.column")).to_have_count(4)


@pytest.mark.slow
async def test_columns_are_arranged_by_keyboard_and_the_focus_stays(browsers: Browsers) -> None:
    board = await bare(browsers)
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    keys, head = alice.page.keyboard, alice.column("doing").locator("[data-act=column-menu]")
    await head.focus()
    await keys.press("Enter")
    await expect(alice.column("doing").locator("[data-act=rename-column]")).to_be_focused()
    await keys.press("Escape")
    await expect(head).to_be_focused()
    for press, wanted in ((3, ["New", "Doing", "To do", "Waiting", "Done"]), (4, FIVE)):
        await keys.press("Enter")
        for _ in range(press):
            await keys.press("Tab")
        await keys.press("Enter")
        await names(alice, wanted)
        await expect(head).to_be_focused()
    await keys.press("Enter")
    await keys.press("Enter")
    await expect(alice.field("column-title", "title")).to_be_focused()
    await keys.type("Under way")
    await keys.press("Enter")
    await names(alice, ["New", "To do", "Under way", "Waiting", "Done"])
    await expect(head).to_be_focused()
    await keys.press("Enter")
    for _ in range(5):
        await keys.press("Tab")
    await keys.press("Enter")
    await names(alice, ["New", "To do", "Waiting", "Done"])
    await expect(alice.column("waiting").locator("[data-act=column-menu]")).to_be_focused()


async def test_changes_by_others_leave_an_open_menu_open(browsers: Browsers) -> None:
    board = await bare(browsers)
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    opened = await menu(alice, "doing")
    bob = await browsers.person("Bob")
    await bob.command(board, "sighting.add", {"description": "Girl at the tram"})
    await expect(alice.card("Girl at the tram")).to_be_visible()
    await expect(opened).to_be_visible()
    await expect(opened.locator("[data-act=rename-column]")).to_be_focused()


@pytest.mark.slow
async def test_a_refused_name_comes_back_to_its_dialog(browsers: Browsers) -> None:
    board = await bare(browsers)
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await (await menu(alice, "doing")).locator("[data-act=rename-column]").click()
    await alice.fill("column-title", {"title": "x" * 201})
    await alice("dialog [data-act=send]").click()
    await expect(alice("dialog .error")).to_be_visible()
    await expect(alice.field("column-title", "title")).to_have_value("x" * 201)
    await names(alice, FIVE)


@pytest.mark.slow
async def test_phone_shows_the_menu_of_the_column_in_view(browsers: Browsers) -> None:
    board = await bare(browsers)
    alice = await browsers.window("Alice", viewport=PHONE, has_touch=True)
    await alice.open(f"/searches/{board}")
    await alice(".tabs [data-tab]", has_text="Waiting").click()
    await alice(".tabs [data-act=column-menu]").click()
    await alice("[data-act=rename-column]").and_(alice(":visible")).click()
    await alice.fill("column-title", {"title": "With the police"})
    await alice("dialog [data-act=send]").click()
    await expect(alice(".tabs [data-tab]").nth(3)).to_contain_text("With the police")


@pytest.mark.parametrize("name", ["Bob", "Victor"])
async def test_other_roles_are_offered_no_menu(browsers: Browsers, name: str) -> None:
    board = await bare(browsers)
    window = await browsers.window(name)
    await window.open(f"/searches/{board}")
    await expect(window("section.column")).to_have_count(5)
    await expect(window("[data-act=column-menu]")).to_have_count(0)


@pytest.mark.slow
async def test_a_closed_search_is_not_arranged_any_more(browsers: Browsers) -> None:
    board = await bare(browsers)
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await expect(alice("section.column [data-act=column-menu]")).to_have_count(5)
    await (await browsers.person("Alice")).command(
        board, "search.set_status", {"status": "closed", "reason": "Home again", "acknowledge": "as it is"}
    )
    await expect(alice("[data-act=column-menu]")).to_have_count(0)


@pytest.mark.slow
async def test_axe_finds_no_barrier_in_the_menu_or_its_dialogs(browsers: Browsers) -> None:
    board = await bare(browsers)
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await menu(alice, "inbox")
    found = await barriers(alice, ".column-menu:popover-open")
    await alice.page.keyboard.press("Escape")
    for act in ("rename-column", "add-before", "add-after"):
        await (await menu(alice, "doing")).locator(f"[data-act={act}]").click()
        found += await barriers(alice, "dialog")
        await alice.page.keyboard.press("Escape")
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
async def test_a_task_that_is_done_is_not_late(browsers: Browsers, language: str) -> None:
    board, alice = await bare(browsers), await browsers.person("Alice")
    done = {each["state"].get("role"): each["id"] for each in await alice.entities(board)}["done"]
    await alice.command(board, "task.add", {"title": "Ask the school", "due": "2026-01-01T04:36:00Z"})
    task = next(each["id"] for each in await alice.entities(board) if each["state"].get("title") == "Ask the school")
    for name in ("Alice", "Victor"):
        window = await browsers.window(name, locale=language)
        await window.open(f"/searches/{board}")
        await expect(window(f"article[data-card='{task}'] [data-overdue]")).to_have_count(1)
    await alice.command(board, "card.move", {"card": task, "column": done})
    due = translate("due {at}", language).partition("{at}")[0]
    for window in browsers.windows[-2:]:
        card = window(f"article[data-card='{task}']")
        await expect(card.locator("[data-due]")).to_have_count(0)
        await expect(card).not_to_contain_text(":36")
        await card.click()
        await expect(window("[data-panel] :is(.until, .quick-read)")).to_contain_text(re.compile(rf"{due}.*5:36"))
        await expect(window("[data-panel] [data-overdue]")).to_have_count(0)
