"""Sightings that cannot both be true, on the screens of several people: marks on both cards, sentences in the panel, live."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from models.times import format_utc, now
from tests.browser.test_pages import TALL, barriers
from tests.browser.test_replay import at_past
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

GHENT = {"place": {"text": "Gent-Zuid", "lat": 51.0471, "lon": 3.7302, "radius_m": 50}, "seen_at": "2026-11-24T16:00:00Z"}
AALST = {"place": {"text": "Aalst", "lat": 50.943, "lon": 4.0397, "radius_m": 100}, "seen_at": "2026-11-24T16:04:00Z"}


async def add_two(browsers: Browsers, board: str) -> tuple[str, str]:
    alice = await browsers.person("Alice")
    first = await alice.add(board, "sighting.add", {"description": "Girl at the tram stop"} | GHENT)
    return first, await alice.add(board, "sighting.add", {"description": "Girl at the station"} | AALST)


async def expect_marks(window: Window, first: str, second: str) -> None:
    await expect(window.card("Girl at the tram stop").locator("[data-testid=not-both]")).to_have_text(first)
    await expect(window.card("Girl at the station").locator("[data-testid=not-both]")).to_have_text(second)


async def numbers(browsers: Browsers, board: str, *cards: str) -> list[int]:
    states = {entity["id"]: entity["state"] for entity in await (await browsers.person("Alice")).entities(board)}
    return [states[card]["number"] for card in cards]


async def test_both_cards_show_a_contradiction_live(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    cards = await add_two(browsers, board)
    first, second = await numbers(browsers, board, *cards)
    for window in (alice, bob):
        await expect_marks(window, f"not both with {second}", f"not both with {first}")
    person = await browsers.person("Bob")
    await person.command(board, "sighting.update", {"sighting": cards[1], "seen_at": "2026-11-24T16:40:00Z"})
    for window in (alice, bob):
        await expect(window("[data-testid=not-both]")).to_have_count(0)
    await person.command(board, "sighting.update", {"sighting": cards[1], "seen_at": AALST["seen_at"]})
    await person.command(board, "sighting.assess", {"sighting": cards[0], "assessment": "confirmed"})
    for window in (alice, bob):
        await expect_marks(window, f"not both with {second}", f"doubtful: not both with {first}")
    await person.command(board, "card.withdraw", {"card": cards[1]})
    for window in (alice, bob):
        await expect(window("[data-testid=not-both]")).to_have_count(0)


async def test_the_panel_names_the_reason_and_leads_to_the_other_sighting(browsers: Browsers) -> None:
    board = await browsers.search()
    cards = await add_two(browsers, board)
    first, second = await numbers(browsers, board, *cards)
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{board}/cards/{cards[0]}")
    sentence = bob("[data-testid=contradictions] li")
    await expect(sentence).to_have_text(f"cannot both be true with Sighting {second}: 24 km in 4 min")
    assert await barriers(bob, "[data-testid=contradictions]") == []
    await sentence.locator("a").focus()
    await bob.page.keyboard.press("Enter")
    await expect(bob(f"[data-panel='{cards[1]}']")).to_be_visible()
    await expect(bob("[data-testid=contradictions] li")).to_have_text(
        f"cannot both be true with Sighting {first}: 24 km in 4 min"
    )


@pytest.mark.parametrize(
    ("locale", "mark"), [("fr-BE", "incompatible avec"), ("nl-BE", "niet samen met"), ("de-BE", "nicht vereinbar mit")]
)
async def test_marks_are_in_the_readers_language(browsers: Browsers, locale: str, mark: str) -> None:
    board = await browsers.search()
    await add_two(browsers, board)
    window = await browsers.window("Victor", locale=locale)
    await window.open(f"/searches/{board}")
    await expect(window("[data-testid=not-both]")).to_have_count(2)
    await expect(window("[data-testid=not-both]").first).to_contain_text(mark)


async def test_the_past_shows_the_contradictions_of_its_moment(browsers: Browsers) -> None:
    board = await browsers.search()
    cards = await add_two(browsers, board)
    person = await browsers.person("Alice")
    seq = (await person.events(board))[-1]["seq"]
    await person.command(board, "card.withdraw", {"card": cards[0]})
    window = await browsers.window("Bob")
    await window.open(f"/searches/{board}")
    await expect(window.card("Girl at the station")).to_be_visible()
    await expect(window("[data-testid=not-both]")).to_have_count(0)
    past = await at_past(await browsers.window("Victor"), f"/searches/{board}?at={seq}")
    await expect(past("[data-testid=not-both]")).to_have_count(2)


async def test_a_board_without_two_placed_sightings_asks_for_nothing(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, "Girl somewhere")
    window = await browsers.window("Bob")
    requested: list[str] = []
    window.page.on("request", lambda request: requested.append(request.url))
    await window.open(f"/searches/{board}")
    await expect(window.card("Girl somewhere")).to_be_visible()
    cards = await add_two(browsers, board)
    await expect(window("[data-testid=not-both]")).to_have_count(2)
    assert len([url for url in requested if "/contradictions" in url]) == 1, cards


async def test_the_panel_says_how_far_by_now_when_it_is_opened(browsers: Browsers) -> None:
    board = await browsers.search()
    seen_at = format_utc(now() - timedelta(minutes=40))
    alice = await browsers.person("Alice")
    card = await alice.add(board, "sighting.add", {"description": "Girl at the tram stop"} | GHENT | {"seen_at": seen_at})
    bob = await browsers.window("Bob", viewport=TALL)
    requested: list[str] = []
    bob.page.on("request", lambda request: requested.append(request.url))
    await bob.open(f"/searches/{board}/cards/{card}")
    await bob("[data-testid=reach] summary").click()
    rows = bob("[data-testid=reach] dl > div")
    await expect(rows).to_have_count(4)
    await expect(rows.nth(0)).to_contain_text(re.compile(r"on foot.*up to 3\.\d\s?km", re.DOTALL))
    await expect(rows.nth(2)).to_contain_text(re.compile(r"by car.*up to 4\d(\.\d)?\s?km", re.DOTALL))
    await expect(rows.nth(3)).to_contain_text(re.compile(r"by train.*\d+ stations: ", re.DOTALL))
    assert await barriers(bob, "[data-testid=reach]") == []
    count = len([url for url in requested if "/reach?" in url])
    await bob("[data-testid=reach] summary").click()
    await expect(rows).to_have_count(0)
    assert 4 <= count <= 8, "nothing is asked before it is opened, and once for each minute"
