"""The watch: coordinators read a night by keyboard, choose another period, and see the line on the signed handover."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from playwright.async_api import expect

from models.times import format_utc, now
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

PERIOD = "[data-testid=period]"
CALLS = """() => performance.getEntriesByType("resource").filter(({ name }) => name.includes("/api/v1/watch"))
  .map(({ initiatorType }) => initiatorType)"""


async def test_nights_are_turned_by_keyboard(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    await alice.open("/watch?night=2026-10-24")
    await expect(alice(PERIOD)).to_have_text("Night of Sat 24 Oct, 19:00 to 07:00")
    await alice("[data-act=previous-night]").press("Enter")
    await expect(alice(PERIOD)).to_have_text("Night of Fri 23 Oct, 19:00 to 07:00")
    await expect(alice("[data-testid=none]")).to_have_text("No grave alarm was open.")
    assert alice.page.url.endswith("?night=2026-10-23")
    await alice("[data-act=next-night]").press("Enter")
    await expect(alice(PERIOD)).to_have_text("Night of Sat 24 Oct, 19:00 to 07:00")


async def test_a_period_shows_figures_and_strips(browsers: Browsers) -> None:
    board = await browsers.search()
    person = await browsers.person("Alice")
    await person.command("operations", "duty.begin", {"until": format_utc(now() + timedelta(hours=8))})
    bob = await browsers.person("Bob")
    await bob.command(board, "sighting.add", {"description": "a girl", "priority": "urgent"})
    alice = await browsers.window("Alice")
    await alice.open("/watch?from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z")
    await alice(".watch-period summary").press("Enter")
    moment = now()
    period = {"from": format_utc(moment - timedelta(hours=1)), "to": format_utc(moment + timedelta(hours=1))}
    await alice.open(f"/watch?{urlencode(period)}")
    strip = alice(f"[data-board='{board}'] svg")
    await expect(strip).to_have_attribute("aria-label", "Never unwatched.")
    await expect(alice("[data-cause=sighting_urgent]")).to_be_visible()
    assert await alice.page.evaluate(CALLS) == ["link"], "requested once, while the scripts load"


async def test_the_page_is_for_coordinators(browsers: Browsers) -> None:
    bob = await browsers.window("Bob")
    bob.may_fail("status of 403")
    await bob.page.goto(f"{browsers.url}/watch")
    await expect(bob("main")).to_contain_text("Only coordinators see the watch.")
