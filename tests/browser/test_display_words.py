"""Pages of a wall say the same in rows and on cards, for visitors and staff: the name is largest, each time says what it refers
to, an alarm says what nobody has, and visitors see no red about a child without a public appeal."""

import re
from itertools import product
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.test_display_arrangement import DESCRIPTIONS, FAULTS, LANGUAGES, LONG, SCREENS, SHORT, opened, resized, show
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

NAMES = [f"{name}{at or ''}" for at in range(4) for name in SHORT]
COUNTS = (1, 6, 12, 40)
# Texts of a tile that are as large as its name.
AS_LARGE = """() => [...document.querySelectorAll(".search-tile")].flatMap((tile) => {
  const size = (element) => parseFloat(getComputedStyle(element).fontSize), found = [];
  const name = tile.querySelector(".name"), texts = document.createTreeWalker(tile, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode: { data, parentElement: element } } = texts;
    if (!data.trim() || name.contains(element) || element.closest(".tile-photo") || !element.checkVisibility()) continue;
    if (size(element) >= size(name)) found.push(`${name.textContent} ${size(name)}: ${data.trim()} ${size(element)}`);
  }
  return found;
})"""
# Text of what is shown, by search; null where it is left out.
TEXTS = """(what) => Object.fromEntries([...document.querySelectorAll("[data-search]")].map((tile) => {
  const part = tile.querySelector(what);
  return [tile.dataset.search, part?.checkVisibility() ? part.textContent.replace(/\\s+/g, " ").trim() : null];
}))"""
# Elements that show a colour of alarms.
RED = """() => {
  const probe = document.body.appendChild(document.createElement("i"));
  const reds = ["--alert", "--alert-solid", "--alert-deep"].map((name) => {
    probe.style.setProperty("color", `var(${name})`);
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return [...document.querySelectorAll(".display-root, .display-root *")].filter((element) => {
    const { color, backgroundColor, boxShadow } = getComputedStyle(element);
    const hasText = [...element.childNodes].some(({ nodeType, data }) => nodeType === Node.TEXT_NODE && data.trim());
    return element.checkVisibility() && reds.some((red) =>
      (hasText && color === red) || backgroundColor === red || boxShadow.includes(red));
  }).map(({ className }) => className);
}"""
PLACES = """(what) => [...document.querySelectorAll(what)].map((each) => {
  const { left, right, top, bottom } = each.getBoundingClientRect();
  return { left, right, top, bottom };
})"""
TIME_OF_DAY = re.compile(r"\d:\d|\d h \d\d(?! min)")


async def names_are_largest(page: Page, screen: str, counts: tuple[int, ...]) -> None:
    await resized(page, screen)
    for count, (worrying, undecided), inner in product(counts, ((0, 0), (2, 3)), (False, True)):
        names = (LONG[:1] + NAMES if worrying else NAMES)[:count]
        await show(page, names, worrying=worrying, undecided=undecided, inner=inner, count=7, alarmed=[1, 5, 8], published=[1, 5])
        assert await page.evaluate(AS_LARGE) == [], (screen, count, worrying, inner)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
async def test_name_is_the_largest_text_of_its_tile_in_each_language_and_size(browsers: Browsers, language: str) -> None:
    page = await opened(browsers, language)
    for screen in SCREENS:
        await names_are_largest(page, screen, COUNTS)


async def test_name_is_the_largest_text_of_its_tile(browsers: Browsers) -> None:
    await names_are_largest(await opened(browsers, "nl"), "1080p", COUNTS)


async def texts(page: Page, what: str, names: list[str], **more: Any) -> dict[str, str]:
    """Return what is shown, by search, without its digits: the minute may have changed since the last time."""
    await show(page, names, worrying=1, count=0, **more)
    shown: dict[str, str | None] = await page.evaluate(TEXTS, what)
    return {search: re.sub(r"\d", "0", text) for search, text in shown.items() if text is not None}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_last_event_is_the_same_in_rows_and_cards_for_visitors_and_staff(browsers: Browsers, language: str) -> None:
    page = await opened(browsers, language)
    await resized(page, "4K")
    visitors, staff = await texts(page, ".event", NAMES[:9]), await texts(page, ".event", NAMES[:9], inner=True)
    cards: dict[str, str] = {}
    for count in range(1, 5):
        cards |= await texts(page, "[data-form=card] .event", NAMES[:count], inner=True)
    rows = await texts(page, "[data-form=row] .event", NAMES[:20])
    for others in (staff, cards, rows):
        shared = visitors.keys() & others.keys()
        assert len(shared) >= 3
        assert {search: visitors[search] for search in shared} == {search: others[search] for search in shared}
    assert await texts(page, ".kind", NAMES[:9]) == {}, "visitors are not told the kind"
    assert await texts(page, ".kind", NAMES[:9], inner=True) != {}


async def test_times_say_what_they_refer_to(browsers: Browsers) -> None:
    page = await opened(browsers)
    await resized(page, "1080p")
    await show(page, SHORT[:2], worrying=2, inner=True, alarmed=[0])
    last = (await page.evaluate(TEXTS, ".last"))["s00"]
    assert re.match(r"Confirmed since \d\d:\d\d ?Confirmed seen \w{3} \d\d:\d\d ?Gent-Sint-Pieters", last), last
    for one in (False, True):
        for inner in (False, True):
            await show(page, ["Noor"], inner=inner, one=one, alarmed=[0], published=[0], events=True)
            for part in (".missing-time", ".alarm-time", ".state"):
                for text in await page.locator(part).all_inner_texts():
                    assert not TIME_OF_DAY.search(text), text
            assert await page.inner_text(".missing-time") == "23 h"
    assert re.search(r"Confirmed, seen \w{3} \d\d:\d\d, Gent", await page.inner_text(".facts"))
    assert await page.inner_text(".alarm-time") == "2 h 00 min"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_visitors_see_no_red_about_a_child_without_a_public_appeal(browsers: Browsers, language: str) -> None:
    page = await opened(browsers, language)
    for screen in SCREENS:
        await resized(page, screen)
        await show(page, SHORT[:6], worrying=2, undecided=1, alarmed=[0, 3])
        assert await page.evaluate(RED) == [], screen
        await show(page, SHORT[:6], worrying=2, undecided=1, alarmed=[0, 3], published=[3])
        assert await page.get_attribute("[data-testid=alarm]", "data-alarm-of") == "s03"
        assert await page.locator("[data-alarmed]").count() == 1
        assert await page.evaluate(FAULTS, DESCRIPTIONS) == [], screen
        await show(page, SHORT[:6], worrying=2, undecided=1, alarmed=[0, 3], inner=True)
        assert await page.locator("[data-alarmed]").count() == 2
        assert await page.evaluate(FAULTS, DESCRIPTIONS) == [], screen
    await show(page, ["Noor"], one=True, level=None, alarmed=[0])
    assert await page.evaluate(RED) == []
    await show(page, ["Noor"], one=True, alarmed=[0])
    assert "state" in await page.evaluate(RED)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_alarms_say_what_nobody_has_and_how_many_more_there_are(browsers: Browsers, language: str) -> None:
    page = await opened(browsers, language)
    for rule, screen in product(
        ("urgent_sighting", "credible_sighting", "worrying_search", "overdue_task", "of_our_own"), SCREENS
    ):
        await resized(page, screen)
        await show(page, [LONG[0], *SHORT[:8]], worrying=1, inner=True, alarmed=[0, 2, 4, 6, 8], rule=rule)
        assert await page.locator(".alarm-others").is_visible()
        assert (await page.inner_text(".alarm-others")).startswith("+ 4"), screen
        assert await page.evaluate(FAULTS, f"{DESCRIPTIONS}, .alarm-name, .alarm-text") == [], (rule, screen)
        if language == "en":
            shown = [text for text in await page.locator(".alarmed").all_inner_texts() if text]
            assert len(shown) == 5
            assert all(re.fullmatch(r"[a-z -]+: nobody has it( yet)?", text) for text in shown), shown


@pytest.mark.slow
async def test_long_names_push_no_time(browsers: Browsers) -> None:
    page = await opened(browsers)
    for screen in SCREENS:
        await resized(page, screen)
        running = []
        for name in ("Noor", *LONG[:3]):
            await show(page, [name], one=True, inner=True)
            running += [round(place["top"]) for place in await page.evaluate(PLACES, ".running")]
        assert max(running) - min(running) <= 1, screen
        await show(page, LONG[:3], worrying=1)
        for name, time, tile in zip(
            *[await page.evaluate(PLACES, f".search-tile{part}") for part in (" .name", " .missing-time", "")], strict=True
        ):
            assert time["left"] >= name["right"] - 1, screen
            assert abs(time["top"] - name["top"]) < (tile["bottom"] - tile["top"]) / 4, screen


@pytest.mark.slow
async def test_titles_come_before_labels(browsers: Browsers) -> None:
    page = await opened(browsers)
    await resized(page, "1080p")
    await show(page, ["Noor"], one=True, inner=True, cards=12)
    assert (await page.inner_text(".open-cards li:first-child")).startswith("Ask De Lijn for camera images")
    titles, states = [await page.evaluate(PLACES, f".open-cards {part}") for part in (".title", ".state")]
    assert all(title["right"] <= state["left"] + 1 for title, state in zip(titles, states, strict=True))
    await show(page, ["Noor"], one=True, cards=12)
    assert re.match(r"Task \d+", await page.inner_text(".open-cards li:first-child"))
