"""Colours of a wall: every text and mark in both themes, and in colours that its user forces on all pages."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page

from tests.browser.test_display_arrangement import SHORT, SHOW, answer_for_invented_searches
from tests.browser.test_pages import AXE, DRAWN, JUDGED, WCAG
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

THEMES = ["light", "dark"]
# What a display shows, of each kind there is: worrying, to be decided and neither; late, ungraded, without a lead; one search.
VIEWS: dict[str, dict[str, Any]] = {
    "overview": {"names": SHORT[:9], "worrying": 2, "undecided": 2, "count": 7, "inner": True},
    "calm": {"names": SHORT[:2], "count": 0, "events": False},
    "single": {"names": ["Noor"], "worrying": 1, "inner": True, "one": True},
    "undecided": {"names": ["Noor"], "undecided": 1, "one": True},
    "nothing": {"names": []},
}
TOLD = {"worrying": 0, "undecided": 0, "count": 3, "holder": "Alice Dewit", "events": True, "inner": False, "one": False}
# The overlay covers all, so that axe could judge nothing below it: it is judged by itself. The edges are pseudo elements, for
# which axe cannot judge the colours of a text.
BARE = """(what) => {
  const overlay = document.querySelector("[data-stale-overlay]"), sheet = new CSSStyleSheet();
  sheet.replaceSync("*::before, *::after { content: none !important } [data-stale-overlay] { animation: none !important;"
    + "background: none !important }");
  document.adoptedStyleSheets = [sheet];
  overlay.hidden = what !== "overlay";
  document.querySelector(".display-root").hidden = what === "overlay";
  overlay.querySelector("[data-stale-since]").textContent = "since 09:19:40";
}"""
# Parts of the left end of a tile, as [left, width] in units of the type; and the ground of the tile beside them.
STRIPS = """(what) => {
  const unit = parseFloat(getComputedStyle(document.body).fontSize) / 4;
  const { left, top, height } = document.querySelector(what).getBoundingClientRect();
  const strip = ([from, wide]) => ({ x: left + from * unit, y: top + height / 4, width: wide * unit, height: height / 2 });
  return [[0.3, 0.6], [1.2, 1], [3, 0.5]].map(strip);
}"""
NOT_CURRENT = """() => {
  const overlay = document.querySelector("[data-stale-overlay]");
  overlay.hidden = false;
  overlay.style.animation = "none";
  overlay.querySelector("[data-stale-since]").textContent = "since 09:19:40";
}"""


async def opened(browsers: Browsers, **more: Any) -> Page:
    window = await browsers.stranger(viewport={"width": 1920, "height": 1080}, **more)
    await answer_for_invented_searches(window.page)
    await window.page.goto("/wall")
    return window.page


async def barriers(page: Page) -> list[str]:
    """Return what axe finds; fail unless it could judge the colours of most texts."""
    await page.evaluate(f"window.axe || (() => {{ {AXE} }})()")
    found: list[str] = []
    for what in ("all", "overlay"):
        await page.evaluate(BARE, what)
        await page.evaluate(DRAWN)
        broken, judged, open = await page.evaluate(JUDGED, ["body", {"type": "tag", "values": WCAG}])
        found += [f"{what}: {each}" for each in broken]
        found += (
            [f"{what}: the colours of {open} texts could not be judged, of {judged} they could"] if judged <= 9 * open else []
        )
    return found


@pytest.mark.slow
@pytest.mark.parametrize("forced", ["none", "active"])
async def test_every_text_of_a_wall_can_be_read_in_both_themes(browsers: Browsers, forced: Any) -> None:
    found: dict[str, Any] = {}
    for theme in THEMES:
        page = await opened(browsers, forced_colors=forced, color_scheme=theme)
        for name, view in VIEWS.items():
            await page.evaluate(SHOW, TOLD | view | {"theme": theme})
            found[f"{name}, {theme}"] = await barriers(page)
            assert await page.evaluate("document.documentElement.dataset.theme") == theme
    assert {place: some for place, some in found.items() if some} == {}


async def colours(page: Page, clip: Any) -> dict[tuple[int, ...], int]:
    shot = Image.open(io.BytesIO(await page.screenshot(clip=clip))).convert("RGB")
    found: Any = shot.getcolors(1 << 20)
    return {colour: count for count, colour in found}


def luminance(colour: tuple[int, ...]) -> float:
    parts = [each / 255 for each in colour]
    red, green, blue = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


async def edge(page: Page, what: str) -> list[float]:
    """Return which share of the first unit of a tile, and of the second, stands out from its ground by 3 : 1."""
    *strips, ground = await page.evaluate(STRIPS, what)
    below = await colours(page, ground)
    (plain,) = sorted(below, key=lambda each: below[each])[-1:]
    shares = []
    for strip in strips:
        found = await colours(page, strip)
        shares.append(sum(count for each, count in found.items() if contrast(each, plain) >= 3) / sum(found.values()))
    return shares


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("forced", ["none", "active"])
async def test_edges_tell_how_grave_a_search_is(browsers: Browsers, forced: Any, theme: Any) -> None:
    page = await opened(browsers, forced_colors=forced, color_scheme=theme)
    await page.evaluate(SHOW, TOLD | VIEWS["overview"] | {"theme": theme})
    await page.evaluate("document.querySelector('[data-stale-overlay]').hidden = true")
    assert await edge(page, ".search-tile.worrying") == [1, 1]
    hatched = await edge(page, ".search-tile.to-decide")
    assert all(0.25 < share < 0.75 for share in hatched), hatched
    assert await edge(page, ".search-tile:not(.worrying, .to-decide)") == [1, 0]  # narrow
    for view, one in (("single", ".facts.worrying"), ("undecided", ".facts.to-decide")):
        await page.evaluate(SHOW, TOLD | VIEWS[view] | {"theme": theme})
        share = (await edge(page, one))[1]
        assert share == 1 if view == "single" else 0.25 < share < 0.75, view


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("forced", ["none", "active"])
async def test_band_of_not_current_stands_out_and_what_is_below_is_hatched(browsers: Browsers, forced: Any, theme: Any) -> None:
    page = await opened(browsers, forced_colors=forced, color_scheme=theme)
    await page.evaluate(SHOW, TOLD | VIEWS["nothing"] | {"theme": theme})
    ground = {"x": 40, "y": 900, "width": 300, "height": 100}
    await page.evaluate("document.querySelector('[data-stale-overlay]').hidden = true")
    (plain,) = await colours(page, ground)
    await page.evaluate(NOT_CURRENT)
    found = await colours(page, {"x": 0, "y": 0, "width": 20, "height": 60})
    (band,) = sorted(found, key=lambda each: found[each])[-1:]
    assert contrast(band, plain) >= 3
    assert len(await colours(page, ground)) > 1  # hatched
