"""Thumbnails: they come after the cards that show them, and nothing moves when they do."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.pictures_with_metadata import jpeg

pytestmark = pytest.mark.browser

DESKTOP, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
IMAGES = ":is(.card-picture, .panel .thumb, .photo-over):visible"
# What moves from now on, as the browser sees it.
WATCH = """() => {
  window.shifts = [];
  window.shiftsWatched = new PerformanceObserver((list) => window.shifts.push(...list.getEntries()));
  window.shiftsWatched.observe({ type: "layout-shift" });
}"""
# What has moved once two more frames are drawn, but for who is here and the list below that, and what the lines at the top say of
# the connection.
MOVED = """async () => {
  for (let frames = 0; frames < 2; frames += 1) await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  window.shifts.push(...window.shiftsWatched.takeRecords());
  const nodes = window.shifts.flatMap(({ sources }) => sources.map(({ node }) => node));
  const moved = nodes.map((node) => (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node));
  const told = ".presence, .due-next, .header-bar, .watch-line";
  return moved.filter((each) => !each?.closest(told)).map((each) => each?.className ?? "gone");
}"""
# The counts of all searches are there: they come after the searches.
COUNTED = "() => [...document.querySelectorAll('li[data-search] .counts')].every((each) => each.textContent.trim())"
LOADED = "(images) => images.length > 0 && images.every((each) => each.complete && each.naturalWidth > 0)"


class Held:
    """Thumbnails of a window: none comes before they are released."""

    def __init__(self, window: Window) -> None:
        self.window, self.asked = window, 0
        self._released = asyncio.Event()

    async def hold(self) -> None:
        await self.window.context.route("**/files/*/thumb", self._wait)

    async def _wait(self, route: Route) -> None:
        self.asked += 1
        await self._released.wait()
        await route.continue_()

    async def release(self) -> None:
        """Let them come, and wait until all that the window shows are drawn."""
        self._released.set()
        images = self.window(IMAGES)
        await expect(images.first).to_be_visible()
        for image in await images.all():
            await image.scroll_into_view_if_needed()
            await expect(image).to_have_js_property("complete", True)
            await image.evaluate("(image) => image.decode()")
        assert await images.evaluate_all(LOADED)


async def pictured_search(browsers: Browsers) -> tuple[str, str]:
    """Open a search with a photo, and with photos on two of its three cards; return its id, and that of one of these cards."""
    search, alice = await browsers.search(), await browsers.person("Alice")
    cards = [await browsers.sighting(search, f"A child at tram stop {number}") for number in range(3)]
    for card, size in ((cards[0], (640, 480)), (cards[2], (300, 900))):
        await alice.attach(search, jpeg(*size), card=card)
    photo = await alice.attach(search, jpeg(480, 640))
    await alice.command(search, "search.set_photo", {"file": photo})
    return search, cards[2]


@pytest.mark.sample
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("page", ["board", "card", "searches"])
async def test_nothing_moves_when_thumbnails_come(browsers: Browsers, page: str, size: dict[str, Any]) -> None:
    search, card = await pictured_search(browsers)
    window = await browsers.window("Bob", viewport=size)
    held = Held(window)
    await held.hold()
    path = {"board": f"/searches/{search}", "card": f"/searches/{search}/cards/{card}", "searches": "/"}[page]
    await window.page.goto(path, wait_until="domcontentloaded")
    await window.live()
    await expect(window(IMAGES).first).to_be_visible()
    await window.page.wait_for_function(COUNTED)
    await window.page.evaluate(WATCH)
    assert await window.page.evaluate(MOVED) == []
    await held.release()
    assert held.asked > 0
    assert await window.page.evaluate(MOVED) == []
    await window.page.evaluate("""() => { document.querySelector("main").style.paddingTop = "80px"; }""")
    assert await window.page.evaluate(MOVED) != [], "what moves is seen"
