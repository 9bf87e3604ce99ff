"""Initials in the place of the photo: on every page that shows a child, whole in any script, and not read out. Walls have no such
place: from afar only names are read."""

from typing import Any

import pytest
from playwright.async_api import expect

from models.board import OPERATIONS
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.display_page import open_display

pytestmark = pytest.mark.browser

SIZES = {"phone": (390, 844), "desk": (1400, 900), "wide": (2560, 1440)}  # the first one by default
CHILDREN: dict[str, dict[str, Any]] = {
    "NV": {"first_name": "Noor", "last_name": "Voorbeeld", "age": 11},
    "MI": {"first_name": "Mila", "age": 6},
    "WW": {"first_name": "Wilhelmina-Wubbina", "last_name": "van der Wouwenberg-Wijnants"},
    "عب": {"first_name": "عبد الرحمن", "last_name": "بن"},
}
# Of each place of a photo that is in sight: its text, whether it is hidden from screen readers, whole, and empty of pictures.
PHOTOS = """(within) => [...document.querySelectorAll(`${within} :is(.portrait, .photo)`)]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().width > 1).map((each) => {
    const range = new Range(), box = each.getBoundingClientRect();
    range.selectNodeContents(each);
    const text = range.getBoundingClientRect();
    const isWhole = text.left >= box.left && text.right <= box.right && text.top >= box.top - 1 && text.bottom <= box.bottom + 1;
    return [each.textContent, each.getAttribute("aria-hidden"), isWhole, each.querySelectorAll("img").length];
  })"""


async def stands(window: Window, within: str, wanted: str) -> None:
    """Check that the initials stand there once."""
    assert await window.page.evaluate(PHOTOS, within) == [[wanted, "true", True, 0]], (within, window.page.url)


@pytest.mark.parametrize("size", SIZES)
async def test_initials_stand_whole_in_the_place_of_the_photo(browsers: Browsers, size: str) -> None:
    searches = {letters: await browsers.search(person=person) for letters, person in CHILDREN.items()}
    alice = await browsers.person("Alice")
    await alice.command(OPERATIONS, "shift.take", {"reason": "to hand it over"})
    await alice.command(OPERATIONS, "handover.prepare", {})
    window = await browsers.window("Alice")
    width, height = SIZES[size]
    await window.page.set_viewport_size({"width": width, "height": height})
    for path, within in (("/", "li[data-search='{}']"), ("/handover", "[data-section='{}']")):
        await window.open(path)
        for letters, search in searches.items():
            place = within.format(search)
            await expect(window(place).first).to_be_attached()
            await window(place).first.scroll_into_view_if_needed()
            await stands(window, place, letters)
    for letters, search in searches.items():
        for path in (f"/searches/{search}", f"/searches/{search}/history"):
            await window.open(path)
            await expect(window(".portrait:visible").first).to_have_text(letters)
            await stands(window, "body", letters)
    prepared = next(each["state"] for each in await alice.entities(OPERATIONS) if each["state"].get("status") == "prepared")
    await alice.command(OPERATIONS, "handover.withdraw", {"handover": prepared["number"]})


@pytest.mark.slow
async def test_walls_keep_no_place_for_a_photo(browsers: Browsers) -> None:
    search = await browsers.search(person=CHILDREN["NV"])
    wall, _ = await open_display(browsers, [search])
    await wall.page.goto("/wall")
    await expect(wall(".display-root")).to_contain_text("Noor")
    assert await wall.page.evaluate(PHOTOS, "body") == []
    await expect(wall("img, picture")).to_have_count(0)
    assert "NV" not in (await wall(".display-root").inner_text()).split()
