"""Tour of five steps: offered once to each account on a device, without taking the focus or covering anything."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser


# Cards, headings and buttons that are partly under the tour.
COVERED = """() => {
  const box = (element) => element.getBoundingClientRect(), tour = box(document.querySelector(".tour"));
  const over = ({ left, right, top, bottom }) => left < tour.right && right > tour.left && top < tour.bottom && bottom > tour.top;
  return [...document.querySelectorAll("main *, .page-header *, [data-page-footer] *")].filter((each) => each.checkVisibility())
    .filter((each) => box(each).width && over(box(each))).map((each) => each.outerHTML.slice(0, 80));
}"""
TOP = "document.querySelector('main').getBoundingClientRect().top"


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1400, 900), (390, 844)])
async def test_tour_covers_nothing_and_explains_red_and_unanswered(browsers: Browsers, size: tuple[int, int]) -> None:
    for name in ("Noor", "Mila", "Lucas"):
        await browsers.search(person={"first_name": name})
    alice = await browsers.window("Alice", tour=True, viewport={"width": size[0], "height": size[1]})
    await alice.open("/")
    await expect(alice("main [data-search]").nth(2)).to_be_attached()
    assert await alice.page.evaluate(COVERED) == []
    await alice("[data-act=tour-start]").click()
    tour, tops, said = alice("[data-testid=tour]"), set[float](), ""
    for step in range(1, 6):
        await expect(tour).to_have_attribute("data-step", str(step))
        assert await alice.page.evaluate(COVERED) == [], step
        tops.add(await alice.page.evaluate(TOP))
        said += await tour.inner_text()
        await alice("[data-act=tour-next]").click()
    assert len(tops) == 1, "the page stays where it is"
    assert "Red means that something is waiting and nobody has it. Press “I have it”" in said
    assert "“Unanswered” lists the sightings and tips" in said


async def test_tour_has_five_steps_and_is_offered_once(browsers: Browsers) -> None:
    await browsers.search()
    alice = await browsers.window("Alice", tour=True)
    await alice.open("/")
    tour = alice("[data-testid=tour]")
    await expect(tour).to_contain_text("New to Searchboard?")
    assert await alice.page.evaluate("document.querySelector('.tour').contains(document.activeElement)") is False
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
    await alice.reload()
    await alice.live()
    await expect(tour).to_have_count(0)
    await alice.page.keyboard.press("Control+k")
    await alice.page.keyboard.type("getting started")
    await alice.page.keyboard.press("ArrowDown")
    await expect(alice("[aria-selected=true]")).to_have_attribute("data-palette-item", "tour")
    await alice.page.keyboard.press("Enter")
    await expect(tour).to_have_attribute("data-step", "1")


@pytest.mark.slow
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


@pytest.mark.slow
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
