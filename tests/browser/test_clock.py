"""Clock changes: screens warn that times may be wrong, and show the times of the clock of then."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.support.browser_window import PATIENCE_MS
from tests.support.browsers import Browsers
from tests.support.display_page import open_display
from tests.support.server_clock import WallClock

pytestmark = pytest.mark.browser

SEEN = "Girl with a red coat at the Graslei"
HOURS = timedelta(hours=5)
LEARNS_MS = 2 * 5_000 + PATIENCE_MS  # after two heartbeats a screen knows that a clock was set back


async def test_boards_and_walls_say_that_the_clock_jumped(browsers: Browsers, wall_clock: WallClock) -> None:
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{await browsers.search()}")
    wall, _ = await open_display(browsers, ["operations"])
    await wall.page.goto("/wall")
    await expect(wall.page.get_by_test_id("now")).to_be_visible()
    await expect(alice("[data-notice=clock]")).to_have_count(0)
    wall_clock.set(HOURS)
    await expect(alice("[data-notice=clock]")).to_contain_text("jumped ahead by 5 h 00 min at", timeout=LEARNS_MS)
    await expect(wall.page.get_by_test_id("wrong-server")).to_contain_text("Times may be wrong", timeout=LEARNS_MS)


@pytest.mark.slow
async def test_screens_say_that_times_may_be_wrong_and_are_not_misled_themselves(
    browsers: Browsers, wall_clock: WallClock
) -> None:
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    wall, _ = await open_display(browsers, ["operations"])
    await wall.page.goto("/wall")
    notice, on_wall = alice("[data-notice=clock]"), wall.page.get_by_test_id("wrong-server")
    await expect(wall.page.get_by_test_id("now")).to_be_visible()
    await expect(notice).to_have_count(0)
    wall_clock.set(HOURS)
    await expect(notice).to_contain_text("The server’s clock jumped ahead by 5 h 00 min at", timeout=LEARNS_MS)
    await expect(on_wall).to_contain_text("Times may be wrong", timeout=LEARNS_MS)
    await expect(wall.page.get_by_test_id("wrong-clock")).to_have_count(0)  # the fault is another screen's
    await bob.add_sighting(SEEN)
    await expect(alice.card(SEEN)).to_be_visible()
    wall_clock.set(timedelta(0))
    await expect(notice).to_contain_text("The server’s clock jumped back by 5 h 00 min at", timeout=LEARNS_MS)
    await expect(notice).to_contain_text("the newest events had the time")
    await bob.card(SEEN).locator("a[data-part=open]").click()
    await bob.fill("grade", {"grade.source": "B"})
    await bob("[data-act=grade]").click()
    # a new event is shown as new, whatever time the journal has
    await expect(alice.card(SEEN).locator(".change-note time")).to_have_text("just now", timeout=LEARNS_MS)
    hour = await wall.page.evaluate("new Date().toLocaleTimeString('en-GB', { timeZone: 'Europe/Brussels' }).slice(0, 2)")
    await expect(wall.page.get_by_test_id("now")).to_have_text(re.compile(rf"^{hour}:|:(?:59|00)$"), timeout=LEARNS_MS)
    graded = alice("[data-testid=history] li[data-type='sighting.graded']")
    await alice.open_card(SEEN)
    await expect(graded.get_by_test_id("by-clock")).to_contain_text("clock time: ")
    await alice.open(f"/searches/{board}/history")
    await expect(alice("li[data-type='sighting.graded']").get_by_test_id("by-clock")).to_be_visible()
    await expect(alice("li[data-type='sighting.added']").get_by_test_id("by-clock")).to_have_count(0)
