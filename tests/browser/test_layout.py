"""Layout: content has room beside an open card, at 200 %, on paper, and in colours chosen by the user."""

import io

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

LANGUAGES = ["en", "fr", "nl", "de"]
# Parts of a card that are not wholly inside it.
WIDER = """() => [...document.querySelectorAll("article.card")].flatMap((card) => {
  const { right } = card.getBoundingClientRect();
  const parts = [...card.querySelectorAll("*")].filter((part) => part.getClientRects().length && !part.matches("a"));
  return parts.filter((part) => part.getBoundingClientRect().right > right + 0.5).map((part) => part.className);
})"""
# Parts of the bar that are outside the window, or overlap the part before them (the bell may, by its margin).
BAR = """() => {
  const parts = [...document.querySelectorAll(".header-bar > *")].filter((each) => each.getBoundingClientRect().width > 1);
  const boxes = parts.map((each) => each.getBoundingClientRect());
  const isOut = ({ left, right }, at) => right > innerWidth || (at > 0 && left < boxes[at - 1].right - 9);
  return parts.filter((_, at) => isOut(boxes[at], at)).map((each) => each.className);
}"""


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_card_is_cut_beside_an_open_one(browsers: Browsers, language: str) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    own = (await alice.http.get("/api/v1/me")).json()["id"]
    for _ in range(3):
        place = {"text": "Gent, Veldstraat 30", "lat": 51.05, "lon": 3.72, "radius_m": 10}
        seen = {"description": "Shopkeeper, who knows her by name", "priority": "urgent", "assignee": own, "place": place}
        sighting = await alice.add(board, "sighting.add", seen | {"seen_at": "2026-11-24T15:10:00Z", "channel": "hotline"})
        await alice.command(board, "sighting.assess", {"sighting": sighting, "assessment": "credible"})
    await alice.command(
        board, "task.add", {"title": "Ring", "due": "2026-11-24T15:10:00Z", "assignee": own, "priority": "urgent"}
    )
    window = await browsers.window("Bob", locale=f"{language}-BE")
    await window.open(f"/searches/{board}/cards/{sighting}")
    await window.panel.wait_for()
    for width in (1000, 1200, 1400):
        await window.page.set_viewport_size({"width": width, "height": 900})
        assert await window.page.evaluate(WIDER) == [], width


@pytest.mark.parametrize("language", LANGUAGES)
async def test_header_is_whole_at_200_percent(browsers: Browsers, language: str) -> None:
    board = await browsers.search()
    await (await browsers.person("Alice")).http.post("/api/v1/shift/take", json={})
    window = await browsers.window("Alice", locale=f"{language}-BE")
    await window.open(f"/searches/{board}")
    for width in (320, 390, 512, 640, 683, 700, 800, 960, 1024, 1100, 1280, 1366, 1400, 1920, 2560):
        await window.page.set_viewport_size({"width": width, "height": 450})
        assert await window.page.evaluate(BAR) == [], width


@pytest.mark.slow
async def test_a_board_is_printed_with_all_its_columns(browsers: Browsers) -> None:
    board = await browsers.search()
    for number in range(30):
        await browsers.sighting(board, f"Something seen {number}")
    for width in (390, 700, 1400):
        window = await browsers.window("Alice", viewport={"width": width, "height": 600})
        await window.open(f"/searches/{board}")
        await expect(window("article.card[data-kind=sighting]")).to_have_count(30)
        await window.page.emulate_media(media="print")
        columns = window("section[data-column]")
        assert await columns.count() == 5
        paper = await window.page.evaluate("document.documentElement.clientWidth")
        for box in [await columns.nth(at).bounding_box() for at in range(5)]:
            assert box
            assert box["height"] > 0
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= paper
        last = window("section[data-role=inbox] article.card").last
        ends, column = await last.bounding_box(), await window("section[data-role=inbox]").bounding_box()
        assert ends
        assert column
        assert ends["y"] + ends["height"] <= column["y"] + column["height"]  # none is hidden by a scrolling edge
        await expect(window(".printed")).to_contain_text("Printed by Alice")
        await expect(window("[data-act=add-sighting]")).to_be_hidden()
        await window.page.emulate_media(media="screen")
        await expect(window(".printed")).to_be_hidden()


@pytest.mark.slow
async def test_chosen_colours_keep_past_and_future_of_the_time_line_apart(browsers: Browsers) -> None:
    board = await browsers.search()
    for number in range(20):
        await browsers.sighting(board, f"Something seen {number}")
    window = await browsers.window("Alice", forced_colors="active")
    await window.page.goto(f"/searches/{board}?at=5")
    line = window("[data-testid=timeline]")
    await line.wait_for()
    ahead = await window(".timeline .future").bounding_box()
    assert ahead
    clip = {"x": ahead["x"] + 20, "y": ahead["y"], "width": ahead["width"] - 40, "height": ahead["height"]}
    await window("[data-testid=timeline] .density").evaluate("each => (each.style.visibility = 'hidden')")
    shot = await window.page.screenshot(clip=clip, type="png")  # type: ignore[arg-type]
    colours = Image.open(io.BytesIO(shot)).convert("RGB").getcolors(1 << 20)
    assert colours
    assert len(colours) > 1  # the future is hatched, and the past is not
