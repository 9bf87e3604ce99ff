"""A guest in the browser: added by a coordinator, sees one board and nothing else, and is out when the access ends."""

import pytest
from playwright.async_api import expect

from tests.browser.test_pages import overflow
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.people import new_id

pytestmark = pytest.mark.browser

NEW = "four words that nobody guesses"
PHONE = {"width": 390, "height": 844}


async def invite(browsers: Browsers, alice: Window, board: str) -> tuple[Window, str]:
    """Add a guest as Alice; return the guest's window on the board, and the name."""
    name = f"Gustine{new_id()}"
    await alice.page.goto(f"/searches/{board}/guests")
    form = alice("form[data-form=add]")
    await form.locator("[name=name]").fill(name)
    await form.locator("[name=email]").fill(f"{name.lower()}@zone.example")
    await form.locator("button").click()
    link = await alice("[data-secret]").input_value()
    guest = await browsers.stranger()
    await guest.page.goto(link)
    await guest("[name=new]").fill(NEW)
    await guest.page.keyboard.press("Enter")
    await guest.live()
    return guest, name


async def test_guest_sees_one_board_and_leaves_when_the_access_ends(browsers: Browsers) -> None:
    board, other = await browsers.search(), await browsers.search()
    await browsers.sighting(board, "Girl with a red coat")
    alice = await browsers.window("Alice")
    guest, name = await invite(browsers, alice, board)
    assert guest.page.url == f"{browsers.url}/searches/{board}"
    await expect(guest.card("Girl with a red coat")).to_be_visible()
    for selector in ("header nav", "[data-bell]", "[data-shift]", "[data-palette]", "[data-act=add-sighting]", "[data-export]"):
        await expect(guest(selector)).to_have_count(0)
    await browsers.sighting(board, "Boy on a bicycle")
    await expect(guest.card("Boy on a bicycle")).to_be_visible()  # live
    guest.may_fail("404")
    await guest.page.goto(f"/searches/{other}")
    await expect(guest("h1")).to_have_text("Not found, or you do not have access.")
    await guest.page.goto("/account")
    await expect(guest("#tokens, #alerts")).to_have_count(0)
    await guest.open(f"/searches/{board}")

    guest.may_fail("401", "WebSocket")
    await alice.page.goto(f"/searches/{board}/guests")
    row = alice("[data-guest]").filter(has_text=name)
    await expect(row).to_have_attribute("data-active", "yes")
    await row.locator("[data-form=end] button").click()
    await expect(row).to_have_attribute("data-active", "no")
    await guest.page.wait_for_url("**/login?next=*")
    await expect(guest("body")).not_to_contain_text("Girl with a red coat")


@pytest.mark.slow
async def test_guest_whom_a_coordinator_lets_write_adds_a_card(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    guest, name = await invite(browsers, alice, board)
    await expect(guest("[data-act=add-sighting]")).to_have_count(0)
    await alice.page.goto(f"/searches/{board}/guests")
    row = alice("[data-guest]").filter(has_text=name)
    await row.locator("[name=rights]").select_option("write")
    await row.locator("[data-form=rights] button").click()
    await expect(row.locator("[data-testid=writes]")).to_have_text("also writes")
    await guest("[data-act=add-sighting]").wait_for()  # without a reload
    await guest.open(f"/searches/{board}")
    await guest("[data-act=add-task]").click()
    await guest.field("add-task", "title").fill("Ask the tram driver")
    await guest.page.keyboard.press("Control+Enter")
    await expect(guest.card("Ask the tram driver")).to_be_visible()
    await expect((await browsers.window("Bob")).card("Ask the tram driver")).to_have_count(0)
    for selector in ("header nav", "[data-bell]", "[data-palette]", "[data-reveal]"):
        await expect(guest(selector)).to_have_count(0)
    await alice.page.goto(f"/searches/{board}/guests")
    await row.locator("[name=rights]").select_option("read")
    await row.locator("[data-form=rights] button").click()
    await expect(guest("[data-act=add-sighting]")).to_have_count(0)


async def test_guests_and_review_fit_on_a_phone(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice", viewport=PHONE)
    _, name = await invite(browsers, alice, board)
    await alice.page.goto(f"/searches/{board}/guests")
    await expect(alice("[data-guest]").filter(has_text=name)).to_be_visible()
    assert not await overflow(alice)
