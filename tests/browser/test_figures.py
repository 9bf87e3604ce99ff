"""Figures: a coordinator turns periods by keyboard and reads a past time; an investigator reads masked figures."""

import pytest
from playwright.async_api import expect

from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

PERIOD = "[data-testid=period]"


async def test_periods_are_turned_by_keyboard(browsers: Browsers) -> None:
    await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open("/figures?year=2026&at=2026-11-30T11:31:00Z")
    await expect(alice(PERIOD)).to_have_text("2026, as of 30 Nov 2026 12:31")
    await alice("[data-act=month]").press("Enter")
    await expect(alice(PERIOD)).to_have_text("November 2026, as of 30 Nov 2026 12:31")
    await expect(alice("[data-act=later]")).to_be_disabled()
    await alice("[data-act=year]").press("Enter")
    await expect(alice(PERIOD)).to_have_text("2026, as of 30 Nov 2026 12:31")
    assert alice.page.url.endswith("?year=2026&at=2026-11-30T11%3A31%3A00Z")
    await alice(".figures-as-of summary").press("Enter")
    await alice("[data-act=now]").press("Enter")
    await expect(alice("[data-table=kinds] tbody tr")).to_have_count(5)
    assert "?" not in alice.page.url


async def test_a_new_search_is_counted_without_reloading(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    await alice.open("/figures")
    total = alice("[data-figure=searches] dd >> nth=0")
    before = int((await total.inner_text()).replace(",", ""))
    await browsers.search()
    await expect(total).to_have_text(f"{before + 1:,}", timeout=30_000)


async def test_wrong_time_in_the_address_is_a_sentence(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    alice.may_fail("status of 422")
    await alice.open("/figures?at=yesterday")
    await expect(alice("p.problem")).to_contain_text("Enter a time with a UTC offset")


async def test_figures_are_masked_below_coordinator(browsers: Browsers) -> None:
    bob = await browsers.window("Bob")
    await bob.open("/figures?year=2020")
    await expect(bob("[data-testid=masked]")).to_be_visible()
    await expect(bob("[data-table=kinds] [data-name=runaway] td >> nth=0")).to_have_text("under 3")
