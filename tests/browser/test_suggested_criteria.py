"""A child of nine is one of whom somebody should decide: on the board, in the list, in the order of a wall, in the handover."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.test_close_search import decide, send
from tests.support.browsers import Browsers
from tests.support.display_page import open_display

pytestmark = pytest.mark.browser


async def test_age_of_nine_is_suggested_everywhere_until_answered(browsers: Browsers) -> None:
    since = "2026-11-02T10:00:00Z"
    old = await browsers.search(person={"first_name": "Lars", "age": 15}, missing_since="2026-11-03T10:00:00Z")
    mila = await browsers.search(person={"first_name": "Mila", "age": 9}, missing_since=since)
    alice, bob = await browsers.both_at(mila)
    wall, _ = await open_display(browsers, ["operations"])
    await wall.page.goto("/wall")
    lists = await browsers.window("Bob")
    await lists.open("/")
    await expect(alice("[data-testid=worrying]")).to_have_text("Worrying?")
    await expect(lists(f"[data-search='{mila}'] .worry")).to_have_text("Worrying?")
    assert await order(lists.page, mila, old) == [mila, old]
    await expect(wall(f"[data-search='{mila}']")).to_be_visible()
    assert await order(wall.page, mila, old) == [mila, old]
    # A display says that somebody has to decide, and not by which criterion.
    await expect(wall(".worry:visible")).to_have_text("WORRYING?")
    await expect(wall(f"[data-search='{mila}'] .worry:visible")).to_have_count(1)
    await expect(wall("body")).not_to_contain_text(re.compile("under.13|younger|suggested|by the age", re.IGNORECASE))

    await alice("[data-act=log]").click()
    await expect(alice("[data-criterion=under_13]")).to_have_text("Unknown · suggested by the age")
    await expect(alice("[data-testid=suggestion]")).to_contain_text("Suggested by the age: Younger than 13.")
    handover = await browsers.window("Alice")
    await handover.open("/handover")
    section = handover(f"[data-section='{mila}']")
    await expect(section.locator(".worry")).to_have_text("Worrying?")
    await expect(section.locator(".facts-line")).to_contain_text("To be decided · suggested by the age: Younger than 13")

    await decide(alice, "edit-search")
    await expect(alice("dialog [data-suggested=under_13]")).to_be_visible()
    await alice.fill("facts", {"person.age": "14"})
    await expect(alice("dialog [data-suggested]")).to_have_count(0)
    await alice.fill("facts", {"person.age": "9", "criteria.under_13.answer": "no", "criteria.under_13.basis": "Her passport"})
    await expect(alice("dialog [data-suggested]")).to_have_count(0)
    await send(alice)
    for window in (alice, bob):
        await expect(window("[data-testid=worrying]")).to_have_count(0)
    await expect(lists(f"[data-search='{mila}'] .worry")).to_have_count(0)
    await expect(section.locator(".worry")).to_have_count(0)
    await expect(section.locator(".facts-line")).to_contain_text("Not all criteria gone through yet")
    await lists.page.wait_for_function(FIRST, arg=[old, mila])
    await wall.page.wait_for_function(FIRST, arg=[old, mila])
    await expect(wall(".worry")).to_have_count(0)


FIRST = """([first, second]) => {
  const found = [...document.querySelectorAll("[data-search]")].map((each) => each.dataset.search);
  return found.indexOf(first) >= 0 && found.indexOf(first) < found.indexOf(second);
}"""


async def order(page: object, *searches: str) -> list[str]:
    """Return these searches in the order of a page."""
    found: list[str] = await page.evaluate(  # type: ignore[attr-defined]
        "() => [...document.querySelectorAll('[data-search]')].map((each) => each.dataset.search)"
    )
    return [each for each in found if each in searches]
