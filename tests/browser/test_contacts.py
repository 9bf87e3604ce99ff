"""Contacts in the browser: added, read by one press, called, planned, and hidden from people without the right."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import expect

from models.times import format_utc, now
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

SECTION, DIALOG = "[data-testid=contacts]", "dialog[data-dialog=contact-add]"
CONTACT: dict[str, Any] = {
    "name": "An Voorbeeld", "role": "parent", "relation": "mother", "note": "Works nights.",
    "phones": [{"number": "0470 12 34 56", "label": "mobile"}],
}  # fmt: skip


async def at_log(browsers: Browsers, name: str, board: str) -> Window:
    window = await browsers.window(name)
    await window.open(f"/searches/{board}#log")
    return window


async def test_contact_is_added_shown_and_called(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await at_log(browsers, "Alice", board), await at_log(browsers, "Bob", board)
    await alice("[data-act=add-contact]").click()
    await alice.fill("contact-add", {"name": "An Voorbeeld", "role": "parent", "phones.0.number": "0612345678"})
    await alice(f"{DIALOG} [data-act=send]").click()
    await expect(alice(f"{DIALOG} [data-field='phones.0.number'] .error")).to_contain_text("not a Belgian number")
    await alice.fill("contact-add", {"phones.0.number": "0470 12 34 56"})
    await alice(f"{DIALOG} [data-act=send]").click()
    await expect(alice("dialog")).to_have_count(0)
    row = bob(f"{SECTION} [data-contact]")
    await expect(row).to_contain_text("An Voorbeeld")
    await expect(row).not_to_contain_text("470")
    await row.locator("[data-act=open-contact]").click()
    await expect(row.locator("a[href='tel:+32470123456']")).to_have_text("+32 470 12 34 56")
    await row.locator("[data-act=call-in-1]").click()
    await row.locator("[data-field=text] textarea").fill("Told her about the camera images.")
    await row.locator("[data-act=save-call]").click()
    await expect(row.locator("[data-testid=call-due]")).to_be_visible()
    await expect(row.locator("[data-testid=contact-details]")).to_have_count(0)  # closed: the number is gone
    await expect(alice(f"{SECTION} [data-testid=last-call]")).to_contain_text("Bob")
    await expect(alice("[data-category=contact]")).to_contain_text("Told her about the camera images.")
    contact = await alice(f"{SECTION} [data-contact]").get_attribute("data-contact")
    sooner = {"contact": contact, "next_call": format_utc(now() + timedelta(minutes=10))}  # than the first tasks
    await (await browsers.person("Alice")).command(board, "contact.update", sooner)
    await expect(alice("[data-testid=next-due]")).to_contain_text("Call An Voorbeeld")


async def test_contact_is_changed_by_keyboard_and_withdrawn(browsers: Browsers) -> None:
    board, person = await browsers.search(), await browsers.person("Alice")
    await person.add(board, "contact.add", CONTACT)
    alice = await at_log(browsers, "Alice", board)
    await alice("[data-act=open-contact]").focus()
    await alice.page.keyboard.press("Enter")
    await alice("[data-act=edit-contact]").click()
    number = alice("dialog[data-dialog=contact] [data-field='phones.0.number'] input")
    await expect(number).to_have_value("+32 470 12 34 56")
    await number.fill("+33 6 12 34 56 78")
    await alice.page.keyboard.press("Control+Enter")
    await expect(alice("a[href='tel:+33612345678']")).to_be_visible()
    await alice(f"{SECTION} details summary").click()
    await expect(alice("[data-testid=earlier-details]")).to_contain_text("+32 470 12 34 56")
    await alice("[data-act=withdraw-contact]").click()
    await expect(alice(f"{SECTION} [data-contact]")).to_have_count(0)


async def test_viewer_sees_no_contact(browsers: Browsers) -> None:
    board, person = await browsers.search(), await browsers.person("Alice")
    await person.add(board, "contact.add", CONTACT)
    victor = await at_log(browsers, "Victor", board)
    await expect(victor("[data-testid=details-and-log]")).to_be_visible()
    await expect(victor(SECTION)).to_have_count(0)
    assert "Voorbeeld" not in await victor.page.content()
    assert not [frame for frame in victor.frames if "Voorbeeld" in str(frame.body)]


@pytest.mark.parametrize("width", [390, 1400])
async def test_contacts_fit_the_screen(browsers: Browsers, width: int) -> None:
    board, person = await browsers.search(), await browsers.person("Alice")
    await person.add(board, "contact.add", CONTACT | {"name": "Federal magistrate " + "E" * 60})
    alice = await at_log(browsers, "Alice", board)
    await alice.page.set_viewport_size({"width": width, "height": 900})
    await alice("[data-act=open-contact]").click()
    await expect(alice("[data-testid=contact-details]")).to_be_visible()
    assert await alice.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
