"""The page of displays: all of it by keys, what was done is said, and what is wrong is said where it is."""

import pytest
from playwright.async_api import Route, expect

from tests.browser.test_display import code_of, screen
from tests.support.browser_window import Window, wait_until
from tests.support.browsers import Browsers
from tests.support.display_page import pair_display

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
MOST_TABS = 40
EMPTY = "This field is required."


async def tab_to(window: Window, selector: str) -> None:
    """Focus an element by the Tab key alone."""
    for _ in range(MOST_TABS):
        await window.page.keyboard.press("Tab")
        if await window.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not come to {selector}")


async def test_keyboard_alone_pairs_changes_and_revokes_displays(browsers: Browsers) -> None:
    wall, desk = await screen(browsers), await browsers.window("Alice", viewport=PHONE)
    elias = await browsers.search(person={"first_name": "Elias", "age": 8})
    keys, said = desk.page.keyboard, desk("body > [data-announcer]")
    sending: list[Route] = []

    async def hold(route: Route) -> None:
        if route.request.method == "GET":
            return await route.continue_()
        return sending.append(route)

    await desk.page.route("**/api/v1/displays", hold)  # before it is opened: a page that is open may send past a new route
    await desk.open("/displays")
    await tab_to(desk, "[data-act=pair]")
    await keys.press("Enter")
    await expect(desk("[name=code]")).to_be_focused()
    await keys.press("Escape")
    await expect(desk("[data-act=pair]")).to_be_focused()
    await keys.press("Enter")
    await expect(desk("[name=code]")).to_be_focused()
    await keys.type(await code_of(wall).text_content() or "")
    await tab_to(desk, "[name=name]")
    await keys.type("Front room")
    await keys.press("Enter")
    await wait_until(lambda: len(sending) == 1)
    await keys.press("Enter")  # a second press while it is being sent: a code is used once, and this is no new attempt
    await sending[0].continue_()
    await expect(said).to_have_text("Front room is paired.")
    await expect(desk("[data-act=pair]")).to_be_focused()
    await expect(desk(".problem, .error")).to_have_count(0)

    row = desk("[data-display]", has_text="Front room")
    for act in ("change", "reload", "revoke"):
        await expect(row.locator(f"[data-act={act}]")).to_have_accessible_description("Front room")
    await row.locator("[data-act=change]").focus()
    await keys.press("Space")
    await tab_to(desk, f"[name=boards][value='{elias}']")
    await keys.press("Space")
    await tab_to(desk, "[data-act=send]")
    await keys.press("Enter")
    await expect(said).to_have_text("Front room was changed.")
    await expect(row.locator("[data-act=change]")).to_be_focused()
    await expect(row).to_contain_text("All searches, Elias")
    await tab_to(desk, "[data-act=reload]")
    await keys.press("Enter")
    await expect(said).to_have_text("Front room is reloading.")
    await tab_to(desk, "[data-act=revoke]")
    await keys.press("Enter")
    await tab_to(desk, "[data-act=send]")
    await keys.press("Enter")
    await expect(said).to_have_text("Front room was removed.")
    await expect(row.locator("button")).to_have_count(0)
    assert await desk.page.evaluate("document.activeElement !== document.body"), "the keyboard goes on from where it was"
    wall.may_fail("401", "HTTP Authentication failed")  # the page, or its socket if it is reloading


async def test_errors_are_shown_by_their_fields_and_the_first_is_focused(browsers: Browsers) -> None:
    desk = await browsers.window("Alice")
    desk.may_fail("422", "404")
    await desk.open("/displays")
    await desk("[data-act=pair]").click()
    await desk("[name=boards]").first.uncheck()
    await desk("[name=every_s]").fill("")
    await desk("dialog [data-act=send]").click()
    await expect(desk(".display-form .error")).to_have_text([EMPTY, EMPTY, EMPTY, "Enter 5 or more."])
    for name in ("code", "name", "every_s"):
        await expect(desk(f"[name={name}]")).to_have_attribute("aria-describedby", f"d-{name}-error")
    await expect(desk("[name=code]")).to_be_focused()

    await desk("[name=code]").fill("0000-0000")
    await desk("[name=name]").fill("Front room")
    await desk("dialog [data-act=send]").click()
    await expect(desk(".display-form .error")).to_have_text([EMPTY, "Enter 5 or more."])
    await expect(desk("[name=boards]").first).to_be_focused()
    await desk("[name=boards]").first.check()
    await desk("[name=every_s]").fill("20")
    await desk("dialog [data-act=send]").click()
    await expect(desk("#d-code-error")).to_contain_text("Wrong code, or the code has expired")


@pytest.mark.slow
async def test_ctrl_enter_sends_what_is_typed(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    alice.may_fail("422")
    await alice.page.goto("/displays")
    await alice("[data-act=pair]").click()
    await alice("dialog [name=name]").fill("Front room")
    await alice.page.keyboard.press("Control+Enter")
    await expect(alice("dialog .error").first).to_be_visible()
    await expect(alice("dialog [name=code]")).to_be_focused()


@pytest.mark.slow
async def test_a_tick_stays_with_its_search_while_others_are_opened_and_found(browsers: Browsers) -> None:
    mila = await browsers.search(person={"first_name": "Mila"}, missing_since="2026-11-20T10:00:00Z")
    id, _ = await pair_display(browsers, ["operations"])
    desk = await browsers.window("Alice")
    await desk.open("/displays")
    await desk(f"[data-display='{id}'] [data-act=change]").click()
    await desk(f"[name=boards][value='{mila}']").check()
    newer = await browsers.search(person={"first_name": "Yana"}, missing_since="2026-11-25T10:00:00Z")
    await expect(desk(f"[name=boards][value='{newer}']")).to_be_visible()  # above her
    ticked = desk("[name=boards]:checked")
    assert await ticked.evaluate_all("(all) => all.map((each) => each.value)") == ["operations", mila]
