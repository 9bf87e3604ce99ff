"""Delay from a key to the frame with its letter: in the facts of an open card, in the dialog that adds one, and in the find box.

A letter comes every 70 ms or so, as fast as people type, and not in step with the frames of the browser.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from random import Random
from statistics import mean

from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.people import PATIENCE_S
from tests.tools.bench import Figure, percentile
from tests.tools.bench._big_boards import big_board
from tests.tools.bench._browsers import open_browsers
from tests.tools.bench._server import on_sqlite, serving

SIZES = ((30, 15), (1_000, 500))  # cards and notes
LETTERS, WARM = 200, 10
PAUSE_S = 0.07  # on average

# For each key the ms from it until the next frame is on its way to the screen.
WATCH = """() => {
  window.shown = [];
  window.wake = () => {};
  const { port1, port2 } = new MessageChannel();
  let since;
  port1.onmessage = () => {
    window.shown.push(performance.now() - since);
    window.wake();
  };
  addEventListener("keydown", ({ timeStamp }) => {
    since = timeStamp;
    requestAnimationFrame(() => port2.postMessage(null));
  }, true);
}"""
SHOWN = """(count) => new Promise((done) => {
  window.wake = () => window.shown.length >= count && done(window.shown);
  window.wake();
})"""


def measure() -> Iterator[Figure]:
    for cards, notes in SIZES:
        for place, took in asyncio.run(_took(cards, notes)):
            on = f"a board of {cards:,} cards; {LETTERS} letters; SQLite, one process"
            yield Figure(f"key to its letter, {place}, mean", mean(took), "ms", None, on)
            yield Figure(f"key to its letter, {place}, p95", percentile(took, 95), "ms", 50, on, low=True)


async def _took(cards: int, notes: int) -> list[tuple[str, list[float]]]:
    """Return the sorted ms for each place."""
    with on_sqlite() as settings:
        _, board = await big_board(settings, cards, notes)
        with serving(settings) as (_, port):
            async with open_browsers(f"http://127.0.0.1:{port}") as people:
                return [(place, await _type(window, control)) async for place, window, control in _places(people, board)]


async def _places(people: Browsers, board: str) -> AsyncIterator[tuple[str, Window, str]]:
    """Yield the name of each place, with its window and its control."""
    alice, bob = await people.both_at(board)
    await alice.column("inbox").locator("article.sighting a[data-part=open]").first.click()
    await alice.panel.locator("[data-act=edit]").click()
    yield "open card", alice, 'form[data-form=facts] [data-field="description"] textarea'
    await bob("[data-act=add-sighting]").click()
    yield "new card", bob, 'form[data-form=add-sighting] [data-field="description"] textarea'
    await bob.reload()
    await bob.live()
    yield "find box", bob, "#find"


async def _type(window: Window, control: str) -> list[float]:
    await window(control).click()
    await window.page.evaluate(WATCH)
    random, took = Random(1), []
    for number in range(WARM + LETTERS):
        await window.page.keyboard.press("abcde fghij"[number % 11].replace(" ", "Space"))
        async with asyncio.timeout(PATIENCE_S):
            took = await window.page.evaluate(SHOWN, number + 1)
        await asyncio.sleep(PAUSE_S * random.uniform(0.5, 1.5))
    return sorted(took[WARM:])
