"""Tour of five steps: offered once to each account on a device, without taking the focus or moving anything."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser


async def test_tour_has_five_steps_and_is_offered_once(browsers: Browsers) -> None:
    await browsers.search()
    alice = await browsers.window("Alice", tour=True)
    await alice.open("/")
    tour = alice("[data-testid=tour]")
    await expect(tour).to_contain_text("New to Searchboard?")
    assert await alice.page.evaluate("document.querySelector('.tour').contains(document.activeElement)") is False
    first = await alice("main h1").bounding_box()
    await alice("[data-act=tour-start]").click()
    for step in range(1, 6):
        await expect(tour).to_have_attribute("data-step", str(step))
        await expect(alice("[data-tour-ring]")).to_have_count(1)
        await expect(alice("[data-tour-ring]")).to_be_in_viewport()
        if step == 2:
            await alice("[data-act=tour-back]").click()
            await expect(tour).to_have_attribute("data-step", "1")
            await alice("[data-act=tour-next]").click()
        await alice("[data-act=tour-next]").click()
    await expect(tour).to_have_count(0)
    await expect(alice("[data-tour-ring]")).to_have_count(0)
    assert await alice("main h1").bounding_box() == first  # it moved nothing
    await alice.reload()
    await alice.live()
    await expect(tour).to_have_count(0)
    await alice.page.keyboard.press("Control+k")
    await alice.page.keyboard.type("getting started")
    await expect(alice("[aria-selected=true]")).to_have_attribute("data-palette-item", "tour")
    await alice.page.keyboard.press("Enter")
    await expect(tour).to_have_attribute("data-step", "1")


async def test_escape_closes_the_tour_for_good(browsers: Browsers) -> None:
    victor = await browsers.window("Victor", tour=True, viewport={"width": 390, "height": 844})
    await victor.open("/")
    tour = victor("[data-testid=tour]")
    await victor("[data-act=tour-start]").click()
    await victor("[data-act=tour-next]").click()
    await victor("[data-act=tour-next]").click()
    await expect(victor("summary[data-tour-ring]")).to_be_in_viewport()  # a phone has the pages in this menu
    await victor.page.keyboard.press("Escape")
    await expect(tour).to_have_count(0)
    await victor.reload()
    await victor.live()
    await expect(tour).to_have_count(0)


@pytest.mark.parametrize("touch", [False, True])
async def test_tour_names_a_key_only_where_there_are_keys(browsers: Browsers, touch: bool) -> None:
    how: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True} if touch else {}
    alice = await browsers.window("Alice", tour=True, **how)
    await alice.open("/")
    await alice("[data-act=tour-start]").click()
    await alice("[data-act=tour-next]").click()
    await alice("[data-act=tour-next]").click()
    await expect(alice("[data-testid=tour]")).to_contain_text("use “+ Sighting”")
    expected = expect(alice("[data-testid=tour]"))
    await (expected.not_to_contain_text("press S") if touch else expected.to_contain_text("press S"))
