"""Table beside a sighting: what it says next to what is known of the child, contradictions first, kept up to date."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.test_cards import add
from tests.browser.test_pages import TALL, barriers, keep, overflow
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOOR = {
    "first_name": "Noor", "clothing": "dark green coat, yellow rucksack", "hair": "dark blond", "eyes": "grey-green",
    "features": "blue glasses", "build": "average",
}  # fmt: skip
SAID = "Une fille sans lunettes, en manteau rouge avec un sac jaune. Un homme à casquette grise près d'une camionnette grise."


async def open_comparison(browsers: Browsers, locale: str = "en-GB") -> tuple[str, Window, Locator]:
    board = await browsers.search(person=NOOR)
    card = await add(await browsers.person("Alice"), board, "sighting", description=SAID)
    window = await browsers.window("Bob", locale=locale)
    await window.open(f"/searches/{board}/cards/{card}")
    return board, window, window("[data-testid=said-and-known]")


def cells(compared: Locator, column: str) -> Locator:
    return compared.locator(f"tbody {column}")


async def test_contradictions_are_first_and_words_are_bound(browsers: Browsers) -> None:
    _, _, compared = await open_comparison(browsers)
    await expect(cells(compared, "th")).to_have_text(["Coat", "Glasses", "Rucksack", "Sex", "Hair", "Eyes", "Build"])
    await expect(cells(compared, ".verdict")).to_have_text(
        ["differs", "differs", "same", "not known", "not said", "not said", "not said"]
    )
    await expect(compared.locator("[data-thing=coat] q")).to_have_text("manteau rouge")
    await expect(compared.locator("[data-thing=coat] q")).to_have_attribute("lang", "fr")
    await expect(compared.locator(".others bdi")).to_have_text(["man · grey cap", "grey van"])


async def test_comparison_follows_what_is_known(browsers: Browsers) -> None:
    board, _, compared = await open_comparison(browsers)
    await expect(compared.locator("[data-thing=coat] .verdict")).to_have_text("differs")
    await (await browsers.person("Alice")).command(board, "search.update", {"person": {"clothing": "red coat"}})
    await expect(compared.locator("[data-thing=coat] .verdict")).to_have_text("same")


async def test_comparison_is_in_the_readers_language(browsers: Browsers) -> None:
    _, _, compared = await open_comparison(browsers, "nl-BE")
    await expect(compared.locator("[data-thing=coat] td").first).to_have_text("donkergroene jas")
    await expect(compared.locator("[data-thing=coat] .verdict")).to_have_text("verschilt")
    await expect(compared.locator("[data-verdict=not_said] td").last).to_have_text("niet gezegd")


@pytest.mark.parametrize("width", [390, 1400])
async def test_comparison_has_room(browsers: Browsers, width: int) -> None:
    _, window, compared = await open_comparison(browsers)
    await window.page.set_viewport_size({"width": width, "height": 1_400})
    await expect(compared.locator("tbody tr").first).to_be_visible()
    await compared.scroll_into_view_if_needed()
    assert await compared.evaluate("each => each.scrollWidth - each.clientWidth") <= 0
    assert await overflow(window) == []
    await keep(window, "comparison", width)


async def test_axe_finds_no_barrier_in_the_comparison(browsers: Browsers) -> None:
    _, window, compared = await open_comparison(browsers)
    await window.page.set_viewport_size(TALL)
    await expect(compared.locator("tbody tr").first).to_be_visible()
    assert await barriers(window, "[data-testid=said-and-known]") == []
