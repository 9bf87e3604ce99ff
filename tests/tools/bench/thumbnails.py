"""Board of a thousand cards, without files and with thumbnails on its uppermost cards, opened in turn: when its cards are on the
screen, when the thumbnails in sight are, and whether anything has moved.

A search takes 200 files. For more, the limit is raised in this process, which attaches them; the server that is measured is as
it is.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

from tests.tools.bench import Figure, percentile
from tests.tools.bench._big_boards import big_boards
from tests.tools.bench._browsers import open_browsers
from tests.tools.bench._machine import load
from tests.tools.bench._openings import NOTED, noted_on
from tests.tools.bench._photos import add_pictures
from tests.tools.bench._server import on_sqlite, serving

CARDS, NOTES = 1_000, 500
THUMBS = (0, 200, 300)  # of each board; the first one has none
OPENINGS = 8  # of each, in a window of a new browser profile each
WARM = 1

# What moved, when each thumbnail was loaded, and when the first frame with cards was drawn.
WATCHED = """() => {
  const found = (window.watched = { shifts: [], loaded: new Map(), frame: null });
  performance.setResourceTimingBufferSize(2_000);
  const moves = new PerformanceObserver((list) => found.shifts.push(...list.getEntries()));
  moves.observe({ type: "layout-shift", buffered: true });
  document.addEventListener("load", ({ target }) => {
    if (target.matches?.(".card-picture")) found.loaded.set(target, performance.now());
  }, true);
  const watching = new MutationObserver(() => {
    if (!document.querySelector("article")) return;
    watching.disconnect();
    requestAnimationFrame(() => { found.frame = performance.now(); });
  });
  watching.observe(document, { childList: true, subtree: true });
}"""
# Once all thumbnails in the window are there: what was found, as numbers.
SEEN = """async () => {
  const { shifts, loaded, frame } = window.watched;
  const inSight = ({ top, bottom }) => bottom > 0 && top < innerHeight;
  const images = [...document.querySelectorAll(".card-picture")].filter((each) => inSight(each.getBoundingClientRect()));
  if (!images.every((each) => loaded.has(each))) return null;
  await Promise.all(images.map((each) => each.decode()));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const asked = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/thumb"));
  const isOfCards = ({ sources }) => sources.some(({ node }) => node?.parentElement?.closest("[data-column]"));
  return {
    thumbs: images.length ? Math.max(...images.map((each) => loaded.get(each))) : null,
    shown: images.length, asked: asked.length,
    early: asked.filter(({ startTime }) => startTime < frame).length,
    shift: shifts.filter(isOfCards).reduce((sum, { value }) => sum + value, 0),
  };
}"""


@dataclass
class Opened:
    first_ms: float
    all_ms: float
    seen: dict[str, Any]


def measure() -> Iterator[Figure]:
    before = load()
    with on_sqlite() as settings:
        _, boards = asyncio.run(big_boards(settings, CARDS, NOTES, len(THUMBS)))
        for board, count in zip(boards, THUMBS, strict=True):
            if count:
                asyncio.run(add_pictures(settings, board, count))
        with serving(settings) as (_, port):
            opened = asyncio.run(_open(f"http://127.0.0.1:{port}", boards))
    loads = f"load {before:.1f} before, {load():.1f} after"
    on = f"p50 of {OPENINGS} openings each, in turn; {CARDS:,} cards and {NOTES} notes; SQLite, one process, {loads}"
    first, whole = (_middle(opened[boards[0]], name) for name in ("first_ms", "all_ms"))
    yield Figure("first cards on the screen, without files", first, "ms", 500, on, low=True)
    yield Figure("all cards on the screen, without files", whole, "ms", 1_500, on, low=True)
    for board, count in zip(boards[1:], THUMBS[1:], strict=True):
        yield from _beside(opened[board], count, first, whole, on)


def _beside(opened: list[Opened], count: int, first: float, whole: float, on: str) -> Iterator[Figure]:
    """Yield the figures of a board with thumbnails, beside those of the one without."""
    for what, name, without in (("first cards", "first_ms", first), ("all cards", "all_ms", whole)):
        yield Figure(f"{what}, {count} thumbnails", ms := _middle(opened, name), "ms", None, on)
        yield Figure("the same, to those without files", ms / without, "times", 1.1, on, low=True)
    worst = {name: max(each.seen[name] for each in opened) for name in ("thumbs", "shown", "asked", "early", "shift")}
    shown = f"the slowest opening: {worst['shown']} in the window, {worst['asked']} asked for; {on}"
    yield Figure(f"thumbnails of {count} that are in the window", worst["thumbs"], "ms", None, shown)
    yield Figure("thumbnails asked for before the first cards", worst["early"], "", 0, f"at most; {on}", low=True)
    yield Figure("layout shift of cards and columns", worst["shift"], "", 0, f"at most; {on}", low=True)


def _middle(opened: list[Opened], name: str) -> float:
    return percentile(sorted(getattr(each, name) for each in opened), 50)


async def _open(url: str, boards: list[str]) -> dict[str, list[Opened]]:
    opened: dict[str, list[Opened]] = {board: [] for board in boards}
    async with open_browsers(url) as people:
        for number in range(WARM + OPENINGS):
            for board in boards:
                alice = await people.window("Alice")
                for script in (f"({NOTED})({CARDS})", f"({WATCHED})()"):
                    await alice.context.add_init_script(script)
                await alice.open(f"/searches/{board}")
                noted = await noted_on(alice.page)
                seen = await _seen(alice.page)
                if number >= WARM:
                    opened[board].append(Opened(noted["first"], noted["all"], seen))
                await people.clear()
    return opened


async def _seen(page: Page) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while (seen := await page.evaluate(SEEN)) is None:
            await asyncio.sleep(0.1)
    return dict(seen)
