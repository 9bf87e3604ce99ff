"""Marks under a text about looks: what the board understood of it, and a press that says that a word is a name."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.test_pages import TALL, barriers, keep, overflow
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAID = "une fille en manteau vert avec un sac rose"


async def type_call(window: Window, text: str) -> Locator:
    await window.open("/intake")
    await window("#text").click()
    await window.page.keyboard.type(text)
    return window("[data-row=text] [data-testid=understood]")


async def test_marks_are_in_the_typists_language_and_the_text_stays(browsers: Browsers) -> None:
    window = await browsers.window("Bob")
    marks = await type_call(window, SAID)
    await expect(marks.locator("[role=group] button")).to_have_text(["girl", "green coat", "pink bag"])
    await expect(window("#text")).to_have_value(SAID)
    await expect(window("#text")).to_be_focused()


async def test_press_says_that_a_word_is_a_name(browsers: Browsers) -> None:
    window = await browsers.window("Bob")
    marks = await type_call(window, SAID)
    chip = marks.get_by_role("button", name="pink bag")
    await chip.focus()
    await window.page.keyboard.press("Enter")
    await expect(chip).to_have_attribute("aria-expanded", "true")
    correction = marks.locator("[data-testid=correction]")
    await expect(correction.locator("p span").nth(1)).to_have_text("“rose” was read as: pink")
    await correction.get_by_role("button", name="“rose” is a name").press("Enter")
    await expect(window("#text")).to_have_value(SAID.replace("rose", "“rose”"))
    await expect(window("#text")).to_be_focused()
    await expect(marks.locator("[role=group] button")).to_have_text(["girl", "green coat", "bag"])


async def test_details_of_the_child_have_marks(browsers: Browsers) -> None:
    board = await browsers.search(person={"first_name": "Noor", "clothing": "donkergroene jas, blabla", "hair": "brown"})
    window = await browsers.window("Alice")
    await window.open(f"/searches/{board}")
    await window.page.get_by_role("button", name="Details and log").click()
    await window.page.get_by_role("button", name="Edit").first.click()
    clothing = window('[data-field="person.clothing"] [data-testid=understood]')
    await expect(clothing.locator("[role=group] button")).to_have_text(["dark green coat"])
    await expect(clothing.locator(".unread")).to_have_text(["“blabla”?"])
    await expect(window('[data-field="person.hair"] [role=group] button')).to_have_text(["brown hair"])


@pytest.mark.parametrize("width", [390, 1400])
async def test_marks_have_room(browsers: Browsers, width: int) -> None:
    window = await browsers.window("Bob", viewport={"width": width, "height": 900})
    marks = await type_call(window, f"{SAID}, un homme en veste grise, pas de bonnet")
    await marks.get_by_role("button", name="pink bag").click()
    assert await overflow(window) == []
    await keep(window, "understood", width)


async def test_axe_finds_no_barrier_in_the_marks(browsers: Browsers) -> None:
    window = await browsers.window("Bob", viewport=TALL)
    marks = await type_call(window, SAID)
    await marks.get_by_role("button", name="pink bag").click()
    assert await barriers(window, "[data-row=text]") == []
