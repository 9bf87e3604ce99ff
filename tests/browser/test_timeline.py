"""Timeline in the browser: by keyboard, by pointer, live, in the past, on paper, without barriers."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.async_api import expect

from board.accounts import live_changes
from board.commands.registry import Command
from tests.browser.test_contradictions import add_two, numbers
from tests.browser.test_pages import TALL, barriers, overflow
from tests.browser.test_replay import at_past
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.people import new_id

pytestmark = pytest.mark.browser

BOX = "(each) => [each.getBoundingClientRect().left, each.getBoundingClientRect().right]"

MISSING, SEEN, RECEIVED = "2026-10-24T03:00:00.000Z", "2026-10-24T05:05:00.000Z", "2026-10-24T08:20:00.000Z"
TRACK = """<gpx version="1.1"><trk><name>Phone of Noor</name><trkseg>
<trkpt lat="51.05" lon="3.72"><time>2026-10-24T05:05:00Z</time></trkpt><trkpt lat="51.06" lon="3.73"/></trkseg></trk></gpx>"""
GRAPH, ROWS = "[data-testid=graph]", "[data-testid=timeline-table] tbody tr"
TEXTS = f"() => [...document.querySelectorAll('{ROWS}')].map((row) => row.dataset.row ?? 'gap')"
XS = """() => Object.fromEntries([...document.querySelectorAll("[data-testid=graph] [data-item]")].map((mark) =>
  [mark.dataset.item, mark.querySelector("g").getBoundingClientRect().x]))"""


async def told(browsers: Browsers) -> tuple[str, str]:
    """Open a search with an item in each lane; return it and its sighting."""
    board = await browsers.search(missing_since=MISSING, last_seen={"text": "Korenmarkt"})
    alice = await browsers.person("Alice")
    place = {"text": "Veldstraat 30", "radius_m": 10}
    sighting = await alice.add(
        board, "sighting.add", {"description": "a girl at the shop", "seen_at": SEEN, "received_at": RECEIVED, "place": place}
    )
    await alice.command(board, "sighting.add", {"description": "in a tram, some time", "received_at": RECEIVED})
    for category in ("contact", "phone", "bank", "decision"):
        await alice.command(board, "note.add", {"text": f"a {category}", "category": category, "happened_at": SEEN})
    await alice.command(board, "place.add", {"name": "Citadelpark", "searched_from": SEEN, "searched_until": RECEIVED})
    await alice.command(board, "search.set_appeal", {"level": "posters", "until": "2036-11-26T09:00:00Z"})
    return board, sighting


async def opened(browsers: Browsers, board: str, name: str = "Bob", **more: Any) -> Window:
    window = await browsers.window(name, **more)
    await window.open(f"/searches/{board}/timeline")
    await expect(window(GRAPH)).to_be_visible()
    return window


async def test_timeline_has_all_lanes_and_the_same_rows(browsers: Browsers) -> None:
    board, sighting = await told(browsers)
    bob = await opened(browsers, board)
    for lane in ("sightings", "contacts", "phone_bank", "places", "decisions", "appeals"):
        await expect(bob(f"{GRAPH} [data-lane={lane}] [data-item]").first).to_be_attached()
        await expect(bob(f"{ROWS}[data-lane={lane}]").first).to_be_visible()
    row = bob(f"[data-row='{sighting}']")
    await expect(row).to_contain_text("a girl at the shop")
    await expect(row).to_contain_text("Veldstraat 30 · ± 10 m")
    await expect(bob(f"{ROWS}.gap").first).to_contain_text("without a credible sighting")
    await bob("[data-lane=places][aria-pressed]").click()
    await expect(bob(f"{ROWS}[data-lane=places]")).to_have_count(0)
    await expect(bob(f"{GRAPH} [data-lane=places]")).to_have_count(0)


async def test_keyboard_alone_opens_orders_zooms_and_leaves(browsers: Browsers) -> None:
    board, sighting = await told(browsers)
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{board}")
    await bob.page.keyboard.press("d")
    await expect(bob(GRAPH)).to_be_visible()
    before = await bob.page.evaluate(XS)
    await bob.page.keyboard.press("o")
    await expect(bob("[data-order=known]")).to_have_attribute("aria-pressed", "true")
    assert (await bob.page.evaluate(XS))[sighting] > before[sighting], "it became known later"
    await bob.page.keyboard.press("o")
    await bob.page.keyboard.press("+")
    await expect(bob("[data-act=whole]")).to_have_attribute("aria-pressed", "false")
    zoomed = await bob.page.evaluate(XS)
    assert zoomed.get(sighting) != before[sighting]
    await bob.page.keyboard.press("ArrowLeft")
    await bob.page.keyboard.press("0")
    await expect(bob("[data-act=whole]")).to_have_attribute("aria-pressed", "true")
    await bob(f"[data-row='{sighting}'] a").focus()
    await expect(bob(f"{GRAPH} [data-item='{sighting}'].selected")).to_be_attached()
    await bob.page.keyboard.press("Enter")
    await expect(bob.page).to_have_url(f"{browsers.url}/searches/{board}/cards/{sighting}")


async def test_pointer_opens_a_card_and_the_wheel_zooms(browsers: Browsers) -> None:
    board, sighting = await told(browsers)
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{board}")
    await bob(".views [data-act=timeline]").click()
    await expect(bob(".views [aria-current]")).to_have_text("Timeline")
    await expect(bob(GRAPH)).to_be_visible()
    mark = bob(f"{GRAPH} [data-item='{sighting}'] > g")
    await mark.hover()  # where it is once nothing above the graph moves it any more
    await bob.page.keyboard.down("Control")
    await bob.page.mouse.wheel(0, -400)
    await bob.page.keyboard.up("Control")
    await expect(bob("[data-act=whole]")).to_have_attribute("aria-pressed", "false")
    await mark.click()
    await expect(bob.page).to_have_url(f"{browsers.url}/searches/{board}/cards/{sighting}")


async def test_new_facts_appear_on_an_open_timeline(browsers: Browsers) -> None:
    board, _ = await told(browsers)
    bob = await opened(browsers, board)
    alice = await browsers.person("Alice")
    added = await alice.add(board, "sighting.add", {"description": "at the station", "seen_at": SEEN})
    await expect(bob(f"[data-row='{added}']")).to_contain_text("at the station")
    await expect(bob(f"{GRAPH} [data-item='{added}']")).to_be_attached()
    await alice.command(board, "card.withdraw", {"card": added, "reason": "typed twice"})
    await expect(bob(f"[data-row='{added}']")).to_have_count(0)


async def test_timeline_disappears_when_access_ends(browsers: Browsers) -> None:
    board, _ = await told(browsers)
    bob = await opened(browsers, board)
    alice = await browsers.person("Alice")
    await alice.command(board, "search.set_access", {"access": "members", "members": [await alice.own_id()]})
    await expect(bob("[data-testid=forbidden]")).to_be_visible()
    await expect(bob(GRAPH)).to_have_count(0)
    assert await bob.page.title() == "Searchboard"


async def test_timeline_follows_the_replay_slider(browsers: Browsers) -> None:
    board, sighting = await told(browsers)
    alice = await browsers.person("Alice")
    head = (await alice.http.get(f"/api/v1/boards/{board}")).json()["seq"]
    await alice.command(board, "card.withdraw", {"card": sighting, "reason": "typed twice"})
    bob = await browsers.window("Bob")
    await at_past(bob, f"/searches/{board}?at={head}#timeline")
    row, slider = bob(f"[data-row='{sighting}']"), bob("[data-slider]")
    await expect(row).to_be_visible()
    await alice.command(board, "note.add", {"text": "later", "category": "contact"})
    await expect(slider).to_have_attribute("aria-valuemax", str(head + 2))
    await expect(bob("[data-lane=contacts][data-row]")).to_have_count(1)
    await slider.press("End")
    await expect(bob("[data-lane=contacts][data-row]")).to_have_count(2)
    await slider.press("ArrowLeft")
    await expect(row).to_have_count(0)
    await slider.press("Home")
    await expect(bob(ROWS)).to_have_count(3)  # last seen, the opening, and the gap
    await slider.press("End")
    await slider.press("ArrowLeft")
    await slider.press("ArrowLeft")
    await row.locator("a").press("Enter")
    await expect(bob(".panel")).to_contain_text("a girl at the shop")
    await expect(bob.page).to_have_url(re.compile(rf"/cards/{sighting}\?at={head}#timeline$"))
    await bob.page.keyboard.press("Escape")
    await expect(row.locator("a")).to_be_focused()


async def test_pair_that_cannot_both_be_true_is_named(browsers: Browsers) -> None:
    board = await browsers.search(missing_since="2026-11-24T15:00:00Z")
    cards = await add_two(browsers, board)
    first, second = await numbers(browsers, board, *cards)
    bob = await opened(browsers, board)
    await expect(bob(f"[data-row='{cards[0]}']")).to_contain_text(f"cannot both be true with Sighting {second}: 24 km in 4 min")
    await expect(bob(f"[data-row='{cards[1]}']")).to_contain_text(f"cannot both be true with Sighting {first}: 24 km in 4 min")
    await expect(bob(f"{GRAPH} [data-item='{cards[1]}']")).to_contain_text(f"not both with {first}")


async def test_time_of_the_present_covers_no_hour_and_no_label(browsers: Browsers) -> None:
    board, _ = await told(browsers)
    bob = await opened(browsers, board)
    present = await bob(f"{GRAPH} [data-testid=now]").evaluate(BOX)
    hours = await bob(f"{GRAPH} .hour").evaluate_all(f"(all) => all.map({BOX})")
    assert hours
    assert all(right <= present[0] or left >= present[1] for left, right in hours)
    order = "(all) => all.map((each) => each.classList[0])"
    drawn = await bob(f"{GRAPH} :is(path.now, g.item)").evaluate_all(order)
    assert drawn[0] == "now", "labels are drawn over the line"


@pytest.mark.slow
async def test_five_hundred_sightings_at_one_moment_are_in_the_table(browsers: Browsers) -> None:
    assert browsers.server
    board = await browsers.search(missing_since=MISSING)
    alice = await browsers.person("Alice")
    caller = await live_changes.caller_for(browsers.server.service, await alice.own_id())
    sighting = {"description": "a girl", "seen_at": SEEN, "place": {"text": "Gent", "lat": 51.05, "lon": 3.72}}
    commands = [Command(new_id(), board, "sighting.add", sighting) for _ in range(500)]
    for start in range(0, 500, 100):
        await asyncio.gather(*(browsers.server.service.execute(caller, each) for each in commands[start : start + 100]))
    bob = await opened(browsers, board)
    await expect(bob(f"{ROWS}[data-lane=sightings]")).to_have_count(501)
    await expect(bob(f"{GRAPH} [data-lane=sightings]")).to_contain_text("more in the table")
    assert await bob(f"{GRAPH} [data-lane=sightings] [data-item]").count() <= 9


@pytest.mark.parametrize("width", [390, 1400])
async def test_no_barriers_and_nothing_wider_than_the_screen(browsers: Browsers, width: int) -> None:
    board, _ = await told(browsers)
    bob = await opened(browsers, board, viewport={"width": width, "height": TALL["height"]})
    found = await barriers(bob)
    if width < 700:  # of the same colours, axe judges too few where cells are below each other
        found = [each for each in found if "could not be judged" not in each]
    assert found == []
    assert await overflow(bob) == []


@pytest.mark.slow
async def test_printed_timeline_is_a_landscape_page(browsers: Browsers) -> None:
    board, _ = await told(browsers)
    bob = await opened(browsers, board)
    for size, width, height in (("A4", 842, 595), ("A3", 1191, 842)):
        first = pypdfium2.PdfDocument(await bob.page.pdf(format=size, prefer_css_page_size=True))[0]
        assert first.get_size() == (pytest.approx(width, abs=2), pytest.approx(height, abs=2)), size
        texts = first.get_textpage()
        assert "Handovers" in texts.get_text_range(), size  # the last lane of the graph
        edges = [texts.get_charbox(index)[2] for index in range(texts.count_chars())]
        assert max(edges) > width * 0.9, size  # as wide as the sheet
    await bob.page.emulate_media(media="print")
    await expect(bob(GRAPH)).to_be_visible()
    await expect(bob(".timeline-tools")).to_be_hidden()
    await expect(bob(".on-paper")).to_contain_text("Printed by Bob")


# -- a phone's track ----------------------------------------------------------------------------------------------------------


async def test_track_becomes_a_place_with_its_file(browsers: Browsers, tmp_path: Path) -> None:
    board, _ = await told(browsers)
    track = tmp_path / "noor.gpx"
    track.write_text(TRACK, encoding="utf-8")
    bob = await opened(browsers, board)
    await bob("[data-import]").set_input_files(track)
    shown = bob("[data-testid=track-import]")
    await expect(shown).to_contain_text("Phone of Noor")
    await expect(shown).to_contain_text("2 points")
    await expect(shown.locator("polyline")).to_be_attached()
    await bob("[data-act=add-track]").press("Enter")
    row = bob(f"{ROWS}[data-lane=places]", has_text="Phone of Noor")
    await expect(row).to_be_visible()
    await row.locator("a").click()
    await expect(bob(".panel")).to_contain_text("noor.gpx")


async def test_wrong_file_is_refused_by_a_sentence(browsers: Browsers, tmp_path: Path) -> None:
    board, _ = await told(browsers)
    wrong = tmp_path / "wrong.gpx"
    wrong.write_text(TRACK.replace("51.06", "91"), encoding="utf-8")
    bob = await opened(browsers, board)
    bob.may_fail("status of 422")
    await bob("[data-import]").set_input_files(wrong)
    await expect(bob("[data-testid=track-import]")).to_contain_text("Point 2 is not on the earth")
    assert await bob("[data-act=add-track]").count() == 0


async def test_viewer_reads_the_timeline_and_imports_nothing(browsers: Browsers) -> None:
    board, _ = await told(browsers)
    victor = await opened(browsers, board, name="Victor")
    await expect(victor("[data-act=import-track]")).to_have_count(0)
