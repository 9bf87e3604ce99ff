"""Locked screens: all tabs lock and unlock together, the board stays in its colours, and another person can sign in."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.test_accounts import hire
from tests.browser.test_second_factors import account_of
from tests.support.browser_passkeys import with_passkey
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.people import PASSWORD, new_id

pytestmark = pytest.mark.browser

BAR = "dialog.lock-bar[open]"
COLOURS = """() => [...document.querySelectorAll("main, main .card")].map((element) => {
  const { filter, opacity, color } = getComputedStyle(element);
  return [filter, opacity, color].join(" ");
})"""


async def at_board(browsers: Browsers) -> tuple[Window, str]:
    """A new person at the board of a search."""
    name, board = f"Eva{new_id()}", await browsers.search()
    await hire(browsers, name)
    window = await browsers.window(name)
    window.may_fail("422", "423", "401", "WebSocket")
    await window.open(f"/searches/{board}")
    return window, board


async def lock(window: Window) -> None:
    await window("details.account-menu > summary").click()
    await window("[data-lock]").click()
    await window(BAR).wait_for()


async def type_draft(window: Window, text: str) -> None:
    await window("[data-act=add-task]").click()
    await window.field("add-task", "title").fill(text)
    await expect(window("dialog[data-dialog=add-task]")).to_be_visible()


async def unlock(page: Page, password: str = PASSWORD) -> None:
    await page.locator(f"{BAR} [name=password]").fill(password)
    await page.locator(f"{BAR} [data-act=unlock]").click()


async def test_tabs_lock_and_unlock_together_and_typed_text_stays(browsers: Browsers) -> None:
    eva, _ = await at_board(browsers)
    other_tab = await eva.context.new_page()
    await other_tab.goto("/account")
    before = await eva.page.evaluate(COLOURS)
    await type_draft(eva, "Half a task")
    await eva.page.keyboard.press("Escape")
    await lock(eva)
    await expect(other_tab.locator(BAR)).to_be_visible()
    assert await eva.page.evaluate(COLOURS) == before, "grey means not current"
    await eva.live()
    await eva.page.keyboard.press("Escape")
    await eva.page.keyboard.press("s")  # in the field of the password
    await expect(eva("dialog[open]")).to_have_count(1)
    await eva.reload()
    await expect(eva(BAR)).to_be_visible()
    await unlock(eva.page, "wrong")
    await expect(eva(".lock-problem")).to_have_text("This password is wrong.")
    await unlock(eva.page)
    for page in (eva.page, other_tab):
        await expect(page.locator(BAR)).to_have_count(0)
    await eva("[data-act=add-task]").click()
    await expect(eva.field("add-task", "title")).to_have_value("Half a task")


async def test_locked_board_receives_the_changes_of_others(browsers: Browsers) -> None:
    eva, board = await at_board(browsers)
    await lock(eva)
    await (await browsers.person("Alice")).command(board, "task.add", {"title": "Call the school"})
    await expect(eva.card("Call the school")).to_be_visible()


async def test_screen_locks_after_the_time_without_input(browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    assert browsers.server
    monkeypatch.setattr(browsers.server.service.settings, "idle_lock_minutes", 5)
    monkeypatch.setattr(browsers.server.service.settings, "idle_lock_covers", True)
    name = f"Eva{new_id()}"
    await hire(browsers, name)
    eva = await browsers.window(name)
    eva.may_fail("423")
    await eva.page.clock.install()
    await eva.page.goto("/account")
    await expect(eva("[data-kept-drafts]")).to_have_text("nothing")
    await eva.page.clock.run_for(4 * 60_000)
    await eva.page.keyboard.press("Tab")
    await eva.page.clock.run_for(4 * 60_000)
    await expect(eva(BAR)).to_have_count(0)
    await eva.page.clock.run_for(61_000)
    await expect(eva(BAR)).to_be_visible()
    await expect(eva("main")).to_be_hidden()
    await expect(eva(".watch-line")).to_be_visible()
    await expect(eva(BAR)).to_contain_text("The page is covered.")


async def test_another_person_signs_in_and_the_same_board_stays(browsers: Browsers) -> None:
    eva, board = await at_board(browsers)
    name = f"Kim{new_id()}"
    await hire(browsers, name)
    await type_draft(eva, "Half a task of Eva")
    await eva.page.keyboard.press("Escape")
    await lock(eva)
    await eva(f"{BAR} [data-act=another-person]").click()
    await expect(eva(f"{BAR} [name=email]")).to_be_focused()
    await eva(f"{BAR} [name=email]").fill(f"{name.lower()}@desk.example")
    await eva(f"{BAR} [name=password]").fill("wrong")
    await eva(f"{BAR} [data-act=sign-in]").click()
    await expect(eva(".lock-problem")).to_have_text("Wrong e-mail address or password.")
    await eva(f"{BAR} [name=password]").fill(PASSWORD)
    await eva(f"{BAR} [data-act=sign-in]").click()
    await expect(eva(".account-menu .name")).to_have_text(name)
    await expect(eva.page).to_have_url(re.compile(f"/searches/{board}$"))
    await eva.live()
    await expect(eva(BAR)).to_have_count(0)
    await eva("[data-act=add-task]").click()
    await expect(eva.field("add-task", "title")).to_have_value("")
    stored = await eva.page.evaluate("() => JSON.stringify({ ...localStorage })")
    assert "Half a task" not in stored, "drafts of the former person are encrypted"


async def test_sign_out_of_a_locked_screen_shows_no_draft(browsers: Browsers) -> None:
    eva, _ = await at_board(browsers)
    await type_draft(eva, "Half a task")
    await eva.page.keyboard.press("Escape")
    await lock(eva)
    await eva(f"{BAR} [data-act=sign-out]").click()
    await eva.page.wait_for_url("**/login")
    await expect(eva("form.sign-in")).to_be_visible()
    assert "Half a task" not in await eva.page.content()


async def test_foreign_session_is_reported_on_the_account_page(browsers: Browsers) -> None:
    name = f"Eva{new_id()}"
    await hire(browsers, name)
    here, thief = (
        await browsers.window(name),
        await browsers.stranger(user_agent="Mozilla/5.0 (iPhone) Version/26.1 Safari/604.1"),
    )
    thief.may_fail("401", "WebSocket")
    await thief.page.goto("/login?next=/account")
    await thief.sign_in(f"{name.lower()}@desk.example")
    await thief("h1", has_text=name).wait_for()
    await here.page.goto("/account")
    await expect(here("[data-testid=sessions] li")).to_have_count(2)
    row = here("[data-testid=sessions] li", has_text="Safari on iPhone")
    await row.locator("details.disown > summary").click()
    await row.locator("form[data-form=disown] button").click()
    await expect(here("[data-testid=changed]")).to_contain_text("Change your password now")
    await expect(here("[data-testid=sessions] li")).to_have_count(1)
    await thief.page.wait_for_url("**/login?next=*")


async def test_passkey_unlocks_the_screen(browsers: Browsers) -> None:
    eva = await account_of(browsers)
    window, _ = await with_passkey(browsers, eva.email)
    window.may_fail("423", "401", "WebSocket")
    await window.page.goto("/account")
    await expect(window("[data-kept-drafts]")).to_have_text("nothing")
    await lock(window)
    await window(f"{BAR} [data-act=unlock-passkey]").click()
    await expect(window(BAR)).to_have_count(0)
    await expect(window(".account-menu .name")).to_have_text(eva.name)
    await window.reload()
    await expect(window("[data-testid=factors]")).to_contain_text("Desk key")
    await expect(window(BAR)).to_have_count(0)
