"""Possible or impossible on the map of a search: pairs that cannot both be true, and how far a person gets, live and past."""

import pytest
from playwright.async_api import expect

from tests.browser.test_contradictions import AALST, GHENT, add_two, numbers
from tests.browser.test_map import at_map, barriers_beside
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

SEEN = {"text": "Korenmarkt", "lat": 51.0545, "lon": 3.722}


async def test_map_joins_sightings_that_cannot_both_be_true(browsers: Browsers) -> None:
    board = await browsers.search(last_seen=SEEN)
    bob = await at_map(await browsers.window("Bob"), board)
    await expect(bob("[data-testid=not-both]")).to_have_count(0)
    cards = await add_two(browsers, board)
    _, second = await numbers(browsers, board, *cards)
    await expect(bob(f".map-row[data-point='{cards[0]}'] [data-testid=not-both]")).to_have_text(f"not both with {second}")
    await expect(bob("path.map-link")).to_have_count(1)
    await expect(bob(".map-link-note")).to_have_text("24 km in 4 min: not both")
    seq = (await (await browsers.person("Alice")).events(board))[-1]["seq"]
    await (await browsers.person("Alice")).command(board, "card.withdraw", {"card": cards[1]})
    await expect(bob("path.map-link")).to_have_count(0)
    past = await at_map(await browsers.window("Victor"), board, f"?at={seq}")
    await expect(past("path.map-link")).to_have_count(1)


async def test_chosen_means_draw_how_far_a_person_gets(browsers: Browsers) -> None:
    board = await browsers.search(last_seen=SEEN)
    alice = await browsers.person("Alice")
    card = await alice.add(board, "sighting.add", {"description": "Girl at the tram stop"} | GHENT)
    await alice.command(board, "sighting.add", {"description": "Girl at the station"} | AALST)
    events = await alice.events(board)
    bob = await at_map(await browsers.window("Bob"), board, f"?at={events[-1]['seq']}")
    box = bob("[data-testid=map-reach]")
    await expect(box).to_contain_text("How far from Last seen (as recorded)")
    await expect(bob("path.map-reach")).to_have_count(0)
    await bob(f".map-row[data-point='{card}'] a").click()
    await expect(box).to_contain_text("How far from Sighting")
    await box.locator("[data-by=foot]").click()
    await expect(box.locator("[data-by=foot]")).to_have_attribute("aria-pressed", "true")
    await expect(box.locator("[data-by=foot]")).to_contain_text("km")
    await expect(bob("path.map-reach.foot, path.map-reach")).to_have_count(1)
    await expect(bob(".map-reach-name")).to_contain_text("on foot, until")
    await box.locator("[data-by=train]").click()
    await expect(bob(".map-reached").first).to_be_attached()
    assert await barriers_beside(bob, "[data-testid=map-reach]") == []
    await box.locator("[data-by=foot]").click()
    await expect(bob("path.map-reach")).to_have_count(0)
