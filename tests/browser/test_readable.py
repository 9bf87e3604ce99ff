"""Details of a child for a reader of another language: composed, the original one press away, and otherwise as typed."""

import pytest
from playwright.async_api import expect

from tests.browser.test_pages import barriers, keep, overflow
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.display_page import open_display

pytestmark = pytest.mark.browser

COAT, LOST = "dark green coat, jeans", "two red scarves"
FRENCH = "manteau vert foncé, jean"
PERSON = {"first_name": "Noor", "age": 11, "hair": "dark blond", "features": LOST, "clothing": COAT, "needs": "insulin"}
WEARS, LOOKS = "dd[data-testid=wears]", "dd[data-testid=looks]"


async def french(browsers: Browsers, width: int = 1400) -> Window:
    board = await browsers.search(person=PERSON)
    window = await browsers.window("Bob", locale="fr-BE", viewport={"width": width, "height": 900})
    await window.open(f"/searches/{board}")
    return window


async def test_header_has_details_in_the_readers_language(browsers: Browsers) -> None:
    window = await french(browsers)
    await expect(window(WEARS)).to_have_text(FRENCH)
    await expect(window(LOOKS)).to_contain_text("blond foncé")
    await expect(window(LOOKS).locator("[lang=en]")).to_have_text(LOST)
    toggle = window(".wears [data-act=original]")
    await expect(toggle).to_have_text("EN")
    await toggle.focus()
    await window.page.keyboard.press("Enter")
    await expect(window(f"{WEARS} [lang=en]")).to_have_text(COAT)
    await expect(toggle).to_have_attribute("aria-pressed", "true")
    await window.page.keyboard.press("Enter")
    await expect(window(WEARS)).to_have_text(FRENCH)
    alice = await browsers.window("Alice")
    await alice.open(window.page.url)
    await expect(alice(WEARS)).to_have_text(COAT)
    await expect(alice("[data-act=original]")).to_have_count(0)


@pytest.mark.slow
async def test_changed_detail_is_composed_again(browsers: Browsers) -> None:
    window = await french(browsers)
    await expect(window(WEARS)).to_have_text(FRENCH)
    board = window.page.url.rpartition("/")[2]
    await (await browsers.person("Alice")).command(board, "search.update", {"person": {"clothing": "yellow rucksack"}})
    await expect(window(WEARS)).to_have_text("sac à dos jaune")


@pytest.mark.slow
async def test_details_stay_as_typed_without_an_answer(browsers: Browsers) -> None:
    board = await browsers.search(person=PERSON)
    window = await browsers.window("Bob", locale="fr-BE")
    window.may_fail("Failed to load resource")
    await window.page.route("**/api/v1/details", lambda route: route.abort())
    await window.open(f"/searches/{board}")
    await expect(window(WEARS)).to_have_text(COAT)


@pytest.mark.slow
async def test_details_view_handover_and_call_use_the_same_texts(browsers: Browsers) -> None:
    window = await french(browsers)
    board = window.page.url.rpartition("/")[2]
    await window("[data-act=log]").first.click()
    fact = window('[data-testid=search-facts] [data-field="person.clothing"]')
    await expect(fact).to_contain_text(FRENCH)
    await fact.locator("[data-act=original]").click()
    await expect(fact.locator("[lang=en]")).to_have_text(COAT)
    await window.open("/handover")
    await expect(window(f"[data-section='{board}'] .child-summary, section .child-summary").first).to_contain_text(FRENCH)


@pytest.mark.slow
async def test_wall_in_an_inner_room_has_details_in_its_language(browsers: Browsers) -> None:
    board = await browsers.search(person=PERSON)
    wall, _ = await open_display(browsers, [board], language="fr", profile="inner")
    await wall.page.goto("/wall")
    await expect(wall(".fact.looks dd")).to_contain_text(FRENCH)


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1400])
async def test_header_in_another_language_has_room(browsers: Browsers, width: int) -> None:
    window = await french(browsers, width)
    await expect(window.page.get_by_text(FRENCH).first).to_be_attached()
    assert await overflow(window) == []
    await keep(window, "readable-details", width)


@pytest.mark.slow
async def test_axe_finds_no_barrier_in_details_of_another_language(browsers: Browsers) -> None:
    window = await french(browsers)
    await expect(window(".wears [data-act=original]")).to_be_visible()
    assert await barriers(window, ".search-header") == []
