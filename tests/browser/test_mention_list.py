"""List of people under a text in which `@` is typed."""

import pytest
from playwright.async_api import expect

from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

COAT = "Girl with a red coat"


async def test_mention_is_offered_and_alerts_the_person(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, COAT)
    alice, bob = await browsers.window("Alice"), await browsers.person("Bob")
    await alice.open(f"/searches/{board}")
    await alice.open_card(COAT)
    note = alice.panel.locator("form[data-form=note] textarea")
    await note.focus()
    await alice.page.keyboard.type("Ask bob@example.org, or @")
    options = alice(".mention-list [role=option]")
    await expect(options.first).to_have_attribute("aria-selected", "false")  # nobody is taken unasked
    assert "Alice" not in await options.all_text_contents()  # not oneself
    await alice.page.keyboard.type("bo")
    await expect(options).to_have_text(["Bob"])
    assert await note.get_attribute("aria-activedescendant") is None
    await alice.page.keyboard.press("ArrowDown")
    await expect(note).to_have_attribute("aria-activedescendant", "mention-0")
    await alice.page.keyboard.press("Enter")
    await expect(note).to_have_value("Ask bob@example.org, or @Bob ")
    await expect(options).to_have_count(0)
    assert await note.get_attribute("aria-activedescendant") is None
    await alice.page.keyboard.type("and @bo")
    await expect(options).to_have_text(["Bob"])
    await alice.page.keyboard.press("Enter")  # is a line break: nobody was selected
    await expect(note).to_have_value("Ask bob@example.org, or @Bob and @bo\n")
    await alice.page.keyboard.type("and @ch")
    await expect(options).to_have_text(["Charlie"])
    await alice.page.keyboard.press("Escape")  # closes the list, and not the card
    await expect(options).to_have_count(0)
    await expect(note).to_be_focused()
    await alice.page.keyboard.type("icken")
    await alice.page.keyboard.press("Control+Enter")
    await alice.panel.locator("[data-note]:not(.pending)").wait_for()
    alerts = (await bob.http.get("/api/v1/alerts")).json()["alerts"]
    assert [each["kind"] for each in alerts if each["board"] == board][:1] == ["mention"]


@pytest.mark.slow
async def test_a_person_is_chosen_by_arrow_or_pointer_in_a_dialog(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice("[data-act=add-sighting]").click()
    field = alice.field("add-sighting", "description")
    await field.focus()
    await alice.page.keyboard.type("@")
    options = alice("dialog .mention-list [role=option]")
    names = await options.all_text_contents()
    await alice.page.keyboard.press("ArrowDown")
    await alice.page.keyboard.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await options.nth(1).click()
    await expect(field).to_have_value(f"@{names[1].strip()} ")
    await expect(field).to_be_focused()
    await alice.page.keyboard.type("@")
    await alice.page.keyboard.press("Escape")
    await expect(alice("dialog[data-dialog=add-sighting]")).to_be_visible()
