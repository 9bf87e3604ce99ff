"""Possible or impossible on the map of a search: pairs that cannot both be true, and how far a person gets, live and past."""

from typing import Any

import pypdfium2
import pytest
from playwright.async_api import expect

from tests.browser.test_contradictions import AALST, GHENT, add_two, numbers
from tests.browser.test_map import at_map, barriers_beside
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

SEEN = {"text": "Korenmarkt", "lat": 51.0545, "lon": 3.722}


def beside(seen: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a sighting at the same time, to the north east."""
    place = seen["place"]
    return seen | {"place": place | {"lat": place["lat"] + number / 2_000, "lon": place["lon"] + 0.004}}


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


async def test_ends_of_a_contradiction_are_named_and_a_press_opens_the_first(browsers: Browsers) -> None:
    board = await browsers.search(last_seen=SEEN)
    cards = await add_two(browsers, board)
    alice = await browsers.person("Alice")
    for seen in (GHENT, AALST):
        for number in range(3):
            near = await alice.add(board, "sighting.add", {"description": f"Near {number}"} | beside(seen, number))
            await alice.command(board, "sighting.assess", {"sighting": near, "assessment": "not_the_child"})
    bob = await at_map(await browsers.window("Bob"), board)
    await expect(bob("path.map-link")).to_have_count(1)
    for card, number in zip(cards, await numbers(browsers, board, *cards), strict=True):
        mark = bob(f".map-mark:has([data-points~='{card}'])")
        await expect(mark.locator(".mark-text")).to_contain_text(f" · {number} · ")
        await expect(mark.locator(".mark-text")).to_be_visible()
    await bob(".map-legend summary").click()
    await expect(bob(".map-legend")).to_contain_text("Cannot both be true")
    await bob(".map-link-note").locator("span span").click()
    await expect(bob(f"[data-panel='{cards[0]}']")).to_contain_text("cannot both be true with")
    await bob.page.keyboard.press("Escape")
    await bob("path.map-link-area").dispatch_event("click")
    await expect(bob(f"[data-panel='{cards[0]}']")).to_be_visible()
    await expect(bob("[data-add]")).to_have_count(0)


@pytest.mark.slow
async def test_printed_map_is_whole_with_its_legend_and_list(browsers: Browsers) -> None:
    board = await browsers.search(last_seen=SEEN)
    await add_two(browsers, board)
    bob = await at_map(await browsers.window("Bob"), board)
    await expect(bob(".map-link-note")).to_have_count(1)
    canvas = bob(".map-canvas")
    before = await canvas.bounding_box()
    for size in ("A4", "A3"):
        paper = pypdfium2.PdfDocument(await bob.page.pdf(format=size, landscape=True))
        first, second = (" ".join(page.get_textpage().get_text_range().split()) for page in paper)
        for words in ("24 km in 4 min: not both", "Cannot both be true", "not assessed", "Natural Earth"):
            assert words in first, (size, words)
        for control in ("Print A", "How far from", "Legend", "Filter"):
            assert control not in first + second, (size, control)
        assert "By time" in second, size
    assert await canvas.bounding_box() == before
    await expect(bob(".map-legend")).not_to_have_attribute("open", "")


async def test_bar_of_the_map_cuts_no_filter_and_the_list_keeps_a_gap(browsers: Browsers) -> None:
    board = await browsers.search(last_seen=SEEN)
    await add_two(browsers, board)
    alice = await at_map(await browsers.window("Alice"), board)
    await expect(alice(".tools .chips [aria-pressed]")).to_have_count(4)
    assert await alice(".tools .chips").evaluate("(chips) => chips.scrollWidth <= chips.clientWidth")
    await alice("[data-act=list]").click()
    mark = alice(".work-row .not-both").first
    await expect(mark).to_be_visible()
    assert await mark.evaluate("(mark) => parseFloat(getComputedStyle(mark).marginLeft)") >= 4


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


@pytest.mark.slow
async def test_pair_is_on_the_home_card_and_the_map_of_all_searches_live(browsers: Browsers) -> None:
    board = await browsers.search(last_seen=SEEN | {"lat": 50.2, "lon": 5.6})  # apart from other searches
    bob, victor = await browsers.window("Bob"), await browsers.window("Victor")
    await bob.open("/map")
    await victor.open("/")
    row, card = bob(f".map-rows [data-point='{board}']"), victor(f"[data-search='{board}']")
    await expect(row).to_contain_text("Korenmarkt")
    await expect(card.locator("[data-testid=not-both]")).to_have_count(0)
    first, second = await numbers(browsers, board, *await add_two(browsers, board))
    for pair in (row.locator("[data-testid=not-both]"), card.locator("[data-testid=not-both]")):
        await expect(pair).to_have_text("24 km in 4 min: not both")
        text = f"Sighting {first} · cannot both be true with Sighting {second}: 24 km in 4 min"
        await expect(pair).to_have_attribute("title", text)
    await expect(bob(f".map-mark:has([data-points='{board}']) .mark-text")).to_contain_text("≠")
