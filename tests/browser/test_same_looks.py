"""A call in Dutch meets what another caller said in French, while the words are typed."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from models.board import OPERATIONS
from models.times import format_utc, now
from tests.browser.test_find_box import seek
from tests.support.browsers import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FRENCH = "une fille avec un sac à dos orange, un manteau turquoise et des lunettes"
DUTCH = "een meisje met een oranje rugzak, een turquoise jas en een bril"
WITHIN_MS = 2_000  # from the last word on


async def test_call_in_dutch_meets_a_tip_in_french(browsers: Browsers) -> None:
    alice = await browsers.person("Alice")
    yesterday = format_utc(now() - timedelta(days=1))
    tip = await alice.add(OPERATIONS, "tip.add", {"description": FRENCH, "seen_at": yesterday})
    bob = await browsers.window("Bob")
    await bob.open("/intake")
    await bob("#text").click()
    await bob.page.keyboard.type(DUTCH)
    found = bob(f'[data-similar-tip="{tip}"]')
    await expect(found).to_be_visible(timeout=WITHIN_MS)
    await expect(found.locator(".same-looks")).to_contain_text("orange rucksack")
    await expect(found.locator(".same-looks")).to_contain_text("glasses")


async def test_find_box_shows_how_the_words_were_understood(browsers: Browsers) -> None:
    board = await browsers.search(person={"first_name": "Noor"})
    alice = await browsers.person("Alice")
    await alice.command(board, "sighting.add", {"description": FRENCH})
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{board}")
    await seek(bob, "oranje rugzak")
    hit = bob(".hit[data-kind=sighting]")
    await expect(hit.locator("mark").first).to_have_text("sac à dos orange")
    await expect(hit.locator(".same-looks")).to_contain_text("orange rucksack")
