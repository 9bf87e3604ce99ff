"""Confidential values whose key is lost, in the browser: said so on screens and in forms."""

import re
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

SEEN = "Girl with a red coat at the Graslei"
SOURCE = {"name": None, "contact": "0470 11", "unreadable": ["name"], "earlier": []}
CONTACT = {"phones": [], "email": None, "note": "at night", "unreadable": ["phones", "email", "earlier"]}


async def answer(window: Window, path: str, body: dict[str, Any]) -> None:
    """Let a call of a window have this answer, as from a server that lost a key."""

    async def fulfil(route: Route) -> None:
        await route.fulfill(json=body)

    await window.page.route(re.compile(path), fulfil)


async def test_unreadable_source_is_said_on_card_and_form(browsers: Browsers) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    await alice.add(board, "sighting.add", {"description": SEEN, "source_name": "Griet", "source_contact": "0470 11"})
    window = await browsers.window("Alice")
    await answer(window, r"/sightings/[^/]+/source", SOURCE)
    await window.open(f"/searches/{board}")
    await window.open_card(SEEN)
    await window("[data-act=read-source]").click()
    await expect(window("dd[data-field=source_name]")).to_have_text("cannot be read")
    await expect(window("dd[data-field=source_contact]")).to_have_text("0470 11")
    await window.panel.locator("[data-act=edit]").click()
    hint = window("[data-field=source_name] [data-unreadable]")
    await expect(hint).to_have_text("The recorded entry cannot be read. What you enter here replaces it.")
    await expect(window("[data-field=source_contact] [data-unreadable]")).to_have_count(0)


async def test_unreadable_details_of_a_contact_are_said(browsers: Browsers) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    await alice.add(board, "contact.add", {"name": "An Voorbeeld", "phones": [{"number": "0470123456"}]})
    window = await browsers.window("Alice")
    await answer(window, r"/contacts/[^/]+$", CONTACT)
    await window.open(f"/searches/{board}#log")
    await window("[data-act=open-contact]").click()
    details = window("[data-testid=contact-details]")
    await expect(details.locator("[data-unreadable]")).to_have_text(["cannot be read"] * 3)
    await expect(details).not_to_contain_text("No number yet.")
    await window("[data-act=edit-contact]").click()
    await expect(window("dialog [data-unreadable]")).to_have_count(2)
