"""Pages of a wall for one to twelve searches, drawn by its own view from what a server would send: no number, name or decisive
word is cut, nothing overlaps, and the gravest is the largest, on each screen, in each language, with counts up to 999."""

import re
from math import hypot, radians
from typing import Any

import pytest
from playwright.async_api import Page, Route

from board.bootstrap import ROOT
from board.displays import map_pages
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

SCREENS = {"720p": (1280, 720), "1080p": (1920, 1080), "4K": (3840, 2160), "portrait": (1080, 1920), "4:3": (1024, 768)}
LANGUAGES = ["en", "fr", "nl", "de"]
SHORT = ["Noor", "Mila", "Wout", "Sam", "Ilyas", "Lucas", "Yonas", "Emma", "Chloé", "Elias", "Lars", "Yana"]
LONG = ["Maximiliaan-Alexander", "Anna Katharina Elisabeth Wilhelmina", "عبد الرحمن محمد", "Bartholomeus"]
HOLDER = "Bartholomeus Vandenbroucke-Desmedt"
# Replace the page by the view of a display over a session that has these searches.
SHOW = """async ({ names, worrying, undecided, count, holder, events, inner, one,
    cards: many = 24, goal, due = -3, level = "child_alert", theme = "dark",
    alarmed = [], promised = [], held = [], published = [], rule = "urgent_sighting" }) => {
  const from = (path) => import(`/static/js/${path}`);
  const [{ DisplayView }, { loadCatalogue }, { syncClock }] = await Promise.all(
    ["display/display_view.js", "core/i18n.js", "core/time.js"].map(from));
  await loadCatalogue(document.body.dataset.catalogue);
  const now = new Date().toISOString(), hour = 3_600_000;
  const back = (hours) => new Date(Date.parse(now) - hours * hour).toISOString();
  syncClock(now);
  const searches = names.map((first_name, at) => ({ kind: "search", id: `s${String(at).padStart(2, "0")}`, state: {
    ...(inner && { kind: ["unaccompanied_minor", "runaway", "parental_abduction"][at % 3] }),
    status: "open", worrying: at < worrying ? true : null,
    undecided: at >= worrying && at < worrying + undecided, missing_since: back(at % 2 ? 38 : 23.9 - at / 100),
    person: { first_name, age: 17 },
    appeal: { level: published.includes(at) ? "public" : null, until: null }, ...(inner && { lead_name: null }) } }));
  const types = ["sighting.assessed", "search.appeal_set", "search.worrying_set", "note.added"];
  const last = (at) => ({ seq: at + 9, at: back(at * 20), type: types[at % 4], assessment: "confirmed" });
  const summaries = new Map(searches.map(({ id }, at) => [id, {
    unassessed_sightings: count, open_tasks: count, overdue_tasks: count, overdue_open: count, promised: held,
    unanswered: { look: 0, judge: 0, pass_on: 0, late: 0, late_open: { look: 0, judge: 0, pass_on: 0 } },
    last: events ? last(at) : null,
    alarm: alarmed.includes(at) ? { rule, raised_at: back(2 + at), step: 0 } : null,
    promise: promised.includes(at) ? { rule, occasion: rule, name: "Bartholomeus", until: back(-1) } : null,
    ...(inner && { credible_sighting: { assessment: at % 2 ? "credible" : "confirmed", seen_at: back(30),
      place: "Gent-Sint-Pieters, platform 4, by the stairs" } }) }]));
  const board = { id: "operations", seq: 1, freshness: { state: "live" }, summaries,
    of: (kind) => (kind === "search" ? searches : []), get: (id) => searches.find((each) => each.id === id) };
  const cards = Array.from({ length: one ? many : 0 }, (_, at) => ({ kind: at % 2 ? "task" : "sighting", id: `c${at}`, state: {
    number: count + at, column: "k", withdrawn: false, priority: at % 4 ? "normal" : "urgent", due: back(at * 9 + 1),
    assessment: at ? "unassessed" : "confirmed", seen_at: back(30),
    ...(inner && at % 2 && { title: "Ask De Lijn for camera images " + at }) } }));
  if (one) Object.assign(searches[0].state, { lead_name: holder, appeal: { level, until: back(-99) },
    goal: { text: goal ?? "Find out who got off line 2 with her at the last stop, and where they went", until: back(due) } });
  if (one) Object.assign(searches[0].state.person, { clothing: "yellow rucksack, green coat, blue glasses", hair: "dark, curly",
    build: "slim", height_cm: 158 });
  const column = { kind: "column", id: "k", state: { role: "doing", rank: "a" } }, own = [searches[0], column, ...cards];
  const single = { ...board, id: "s00", get: (id) => own.find((each) => each.id === id),
    of: (kind) => own.filter((each) => each?.kind === kind) };
  const session = { display: { shows: { boards: [one ? "s00" : "operations"], every_s: 20 }, theme,
      profile: inner ? "inner" : "room" }, clock: null,
    freshness: { state: "live", proven: null, provenAt: null }, shownBoards: [board], shiftStatus: { shift: { name: holder } },
    board: (id) => (id === "s00" ? single : board), watch: () => () => {}, watchEvents: (fn) => (fn(board, []), () => {}) };
  window.shown?.disconnect();
  const root = document.createElement("div");
  root.className = "display-root";
  document.body.replaceChildren(root, document.querySelector("[data-stale-overlay]"));
  window.shown = new DisplayView(root, session, { hold: () => {} });
  window.shown.connect();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
# Texts that are cut, or that lie over another one. Only descriptions may end in an ellipsis.
FAULTS = """(allowed) => {
  const root = document.querySelector(".display-root"), faults = [], boxes = [];
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode: node } = texts, element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const description = element.closest(allowed);
    for (const { left, right, top, bottom, width, height } of range.getClientRects()) {
      if (!width) continue;
      let seen = { left, right, top: top + height / 5, bottom: bottom - height / 5 };
      for (let at = element; at !== document.body; at = at.parentElement) {
        if (getComputedStyle(at).overflowX === "visible" && at !== root) continue;
        const box = at.getBoundingClientRect();
        const cutX = seen.left < box.left - 1 || seen.right > box.right + 1;
        const cutY = seen.top < box.top - 1 || seen.bottom > box.bottom + 1;
        if ((cutX || cutY) && !description) faults.push(`cut: ${node.data.trim()} in ${at.className}`);
        seen = { left: Math.max(seen.left, box.left), right: Math.min(seen.right, box.right),
          top: Math.max(seen.top, box.top), bottom: Math.min(seen.bottom, box.bottom) };
      }
      if (seen.right > seen.left && seen.bottom > seen.top) boxes.push([node, seen]);
    }
  }
  for (const [at, [node, a]] of boxes.entries()) for (const [other, b] of boxes.slice(at + 1)) {
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    if (node !== other && wide > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
      faults.push(`over each other: ${node.data.trim()}, ${other.data.trim()}`);
  }
  return faults;
}"""
SPOIL = """() => {
  const [count, head] = [".search-tile .count", ".tile-head"].map((what) => document.querySelector(what));
  for (const [name, value] of [["max-width", "1em"], ["overflow", "hidden"]]) count.style.setProperty(name, value);
  head.style.setProperty("margin-bottom", "-2em");
}"""
DESCRIPTIONS = ".kind, .what, .where, .title, dd"
SIZES = """() => {
  const unit = parseFloat(getComputedStyle(document.body).fontSize) / 4, all = (what) => [...document.querySelectorAll(what)];
  const size = (element) => parseFloat(getComputedStyle(element).fontSize) / unit;
  const texts = all(".display-root :is(.name, .missing-time, .worry, .count, .last, .kind, .what, .now, .shift-indicator)");
  const heads = all(".search-tile .tile-head").map(size);
  return { heads, smallest: Math.min(...texts.filter((each) => each.checkVisibility()).map(size)), tiles: heads.length,
    counts: all(".search-tile .count:is(.over, .new)").map((each) => each.textContent.replace(/\\D/g, "")) };
}"""


# The band of a display that is not current: what it covers, and texts that are cut or lie over each other.
BAND = """() => {
  const overlay = document.querySelector("[data-stale-overlay]");
  const box = (what) => document.querySelector(what).getBoundingClientRect();
  overlay.hidden = false;
  overlay.querySelector("[data-stale-since]").textContent = "since 09:19:40";
  const band = overlay.querySelector("div").getBoundingClientRect();
  const texts = [...overlay.querySelectorAll("b, span")].map((each) => {
    const range = document.createRange();
    range.selectNodeContents(each);
    return range.getBoundingClientRect();
  });
  const apart = (a, b) => a === b || a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
  return { over: band.top <= 0 && band.left <= 0 && band.right >= innerWidth && band.bottom >= box(".news-line").bottom - 1,
    free: band.bottom <= box(".display-content").top + 1, apart: texts.every((a) => texts.every((b) => apart(a, b))),
    whole: texts.every((each) => each.left >= 0 && each.right <= innerWidth && each.top >= 0 && each.bottom <= band.bottom) };
}"""


async def opened(browsers: Browsers, language: str = "en") -> Page:
    window = await browsers.stranger(locale=language)
    await answer_for_invented_searches(window.page)
    await window.page.goto("/wall")
    return window.page


async def answer_for_invented_searches(page: Page) -> None:
    """Answer requests about searches that the server does not have: a map without points, and looks as typed."""

    async def no_map(route: Route) -> None:
        await route.fulfill(body=map_pages.EMPTY, content_type="image/svg+xml")

    async def no_looks(route: Route) -> None:
        await route.fulfill(json={"looks": []})

    await page.route("**/wall/searches/*/map.svg*", no_map)
    await page.route("**/wall/searches/*/looks.json", no_looks)


async def show(page: Page, names: list[str], **more: Any) -> None:
    told = {"worrying": 0, "undecided": 0, "count": 3, "holder": "Alice Dewit", "events": True, "inner": False, "one": False}
    await page.evaluate(SHOW, told | {"names": names} | more)


async def resized(page: Page, screen: str) -> None:
    width, height = SCREENS[screen]
    await page.set_viewport_size({"width": width, "height": height})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
async def test_no_number_name_or_decisive_word_is_cut(browsers: Browsers, language: str, screen: str) -> None:
    page = await opened(browsers, language)
    await resized(page, screen)
    for many in range(1, 13):
        for count, worrying in ((999, 2), (7, 0)):
            long = [name for name in LONG if screen != "4:3" or len(name) < 22]
            names = (long + SHORT if count == 999 else SHORT)[:many]
            await show(page, names, worrying=worrying, undecided=2, count=count, holder=HOLDER, inner=True)
            assert await page.evaluate(FAULTS, DESCRIPTIONS) == [], (many, count)
            sizes = await page.evaluate(SIZES)
            assert sizes["smallest"] >= 3.39, (many, count)
            assert sizes["heads"][0] == max(sizes["heads"]) or count == 999, (many, sizes)
            assert sizes["counts"] == [str(count)] * 2 * sizes["tiles"]


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
async def test_inner_room_sees_where_and_whom_to_look_for_and_nothing_is_cut(browsers: Browsers, language: str) -> None:
    page = await opened(browsers, language)
    for screen in SCREENS:
        for name in ("Noor", *LONG[:3]):
            await resized(page, screen)
            await show(page, [name], worrying=1, count=999, holder=HOLDER, inner=True, one=True)
            assert await page.evaluate(FAULTS, DESCRIPTIONS) == [], (screen, name)
            facts = (await page.inner_text(".facts")).replace("\u00a0", " ")
            for fact in (
                ("Gent-Sint-Pieters", "yellow rucksack", "1 m 58", "Find out who", HOLDER) if screen != "4:3" else ("Gent-Sint",)
            ):
                assert fact in facts, (screen, name)
    await show(page, ["Noor"], holder=HOLDER, one=True)
    assert "Gent-Sint-Pieters" not in await page.inner_text(".facts"), "the server does not tell other rooms"


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
async def test_goal_and_titles_are_whole_where_there_is_room(browsers: Browsers, language: str) -> None:
    page = await opened(browsers, language)
    goal = "Reach the father through his sister before anyone rings at the door"
    for screen in ("1080p", "4K", "portrait"):
        await resized(page, screen)
        await show(page, ["Mila"], holder="Bob Claes", inner=True, one=True, cards=6, goal=goal, due=0, level=None)
        assert await page.evaluate(FAULTS, ".kind, .what, .fact:not(.goal) dd") == [], screen
        assert goal in await page.inner_text(".facts"), screen
        await show(page, ["Mila"], holder="Bob Claes", inner=True, one=True, cards=24, goal=goal)
        assert await page.evaluate(FAULTS, ".kind, .what, .fact dd") == [], screen


async def test_visitors_see_no_promise_about_a_child_without_an_appeal(browsers: Browsers) -> None:
    page = await opened(browsers)
    await show(page, SHORT[:6], promised=[0, 1], published=[1])
    assert await page.locator(".promised").count() == 1
    await show(page, SHORT[:6], promised=[0, 1], published=[1], inner=True)
    assert await page.locator(".promised").count() == 2


async def test_an_overdue_task_that_somebody_promised_is_not_red_on_a_wall(browsers: Browsers) -> None:
    page = await opened(browsers)
    await show(page, ["Mila"], inner=True, one=True, cards=6, promised=[0], held=["c1"])
    colours = "all => all.map((each) => getComputedStyle(each).color)"
    (held,) = await page.locator(".open-cards .task:has-text('images 1') .state").evaluate_all(colours)
    (red,) = set(await page.locator(".open-cards .task:not(:has-text('images 1')) .state").evaluate_all(colours))
    assert held != red


async def test_check_finds_what_is_cut_and_what_lies_over_another(browsers: Browsers) -> None:
    page = await opened(browsers)
    await show(page, SHORT[:9], worrying=2, inner=True)
    await page.evaluate(SPOIL)
    faults = " ".join(await page.evaluate(FAULTS, DESCRIPTIONS))
    assert "cut: 3 overdue" in faults
    assert "over each other" in faults


@pytest.mark.parametrize("language", LANGUAGES)
async def test_band_of_not_current_covers_the_head_and_no_data(browsers: Browsers, language: str) -> None:
    page = await opened(browsers, language)
    for screen in SCREENS:
        await resized(page, screen)
        await show(page, SHORT[:9], worrying=2)
        assert await page.evaluate(BAND) == {"over": True, "free": True, "apart": True, "whole": True}, screen


@pytest.mark.parametrize(("screen", "most"), [("720p", 9), ("1080p", 9), ("portrait", 9), ("4K", 22)])
async def test_page_has_room_for_so_many_searches(browsers: Browsers, screen: str, most: int) -> None:
    page = await opened(browsers)
    await resized(page, screen)
    await show(page, [f"{name} {number}" for number in range(3) for name in SHORT][:most], worrying=2, undecided=2)
    assert (await page.evaluate(SIZES))["tiles"] == most
    assert await page.evaluate(FAULTS, DESCRIPTIONS) == []


@pytest.mark.slow
@pytest.mark.parametrize(("screen", "inches"), [("720p", 55), ("1080p", 55), ("portrait", 55), ("4K", 75)])
async def test_names_are_legible_from_five_metres_and_all_texts_from_three(browsers: Browsers, screen: str, inches: int) -> None:
    """A capital, 0.7 of the size of its type, has 15 minutes of arc from 5 m for names and clocks, and 17 from 3 m for all else
    (NUREG-0700, 1.3.1-4: at least 15; ISO 9241-3: at least 16)."""
    page = await opened(browsers)
    await resized(page, screen)
    millimetres = min(SCREENS[screen]) / 108 * inches * 25.4 / hypot(*SCREENS[screen])  # of a unit of 1080p
    millimetres *= 0.75 if screen == "4K" else 1
    for many in (1, 2, 3, 5, 9, 12, 40):
        await show(page, [name for _ in range(4) for name in SHORT][:many], worrying=2, undecided=2)
        sizes = await page.evaluate(SIZES)
        assert min(sizes["heads"]) * 0.7 * millimetres >= 5_000 * radians(15 / 60), many
        assert sizes["smallest"] * 0.7 * millimetres >= 3_000 * radians(17 / 60), many


@pytest.mark.slow
async def test_name_without_room_in_two_lines_ends_in_an_ellipsis(browsers: Browsers) -> None:
    page = await opened(browsers)
    for screen in SCREENS:
        await resized(page, screen)
        await show(page, ["Wolfeschlegelsteinhausenbergerdorff" * 3] * 9, worrying=1, undecided=4, count=999)
        assert await page.evaluate(FAULTS, f"{DESCRIPTIONS}, .name") == [], screen


@pytest.mark.slow
async def test_nothing_to_show_is_said(browsers: Browsers) -> None:
    page = await opened(browsers)
    await show(page, [])
    assert await page.inner_text(".empty") == "No open searches."
    assert await page.evaluate(FAULTS, DESCRIPTIONS) == []


@pytest.mark.slow
def test_wall_forms_have_at_most_fourteen_letters() -> None:
    """Count them in the catalogues: type steps down for long names, but words that decide have one size. A longer mark has
    a line of its own."""
    from babel.messages.pofile import read_po

    marks = ["WORRYING", "WORRYING?"]
    forms = ["Opened", "Reopened", "Decision", "Appeal update", "Confirmed", "Credible", "Urgent"]
    for language in LANGUAGES[1:]:
        with (ROOT / "board" / "locales" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
            catalogue = read_po(file)
        assert max(len(str(catalogue[mark].string)) for mark in marks) <= 18, language
        texts = {form: str(catalogue[form].string) for form in forms}
        assert all(texts.values()), language
        assert {text for text in texts.values() if len(re.findall(r"\w", text)) > 14} == set(), language
    assert max(len(form) for form in forms) <= 14
