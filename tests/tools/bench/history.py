"""Opening of the history of a search of 5,000 events: time until its first lines are on the screen, and until all of it is
read."""

import asyncio
from collections.abc import Iterator
from typing import Any

from tests.tools.bench import Figure, percentile
from tests.tools.bench._big_boards import big_board
from tests.tools.bench._browsers import open_browsers
from tests.tools.bench._openings import noted_on
from tests.tools.bench._server import on_sqlite, serving

EVENTS = 5_000
CARDS = 500
OPENINGS = 7  # each in a new browser profile with an empty cache

# When there were lines on the screen, and when the count says that all are read: ms since the page was asked for, after the frame
# that shows it.
NOTED = """(all) => {
  const found = (window.noted = { first: null, all: null });
  const drawn = (name) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { found[name] ??= performance.now(); };
    port2.postMessage(null);
  });
  const isRead = () => {
    const count = document.querySelector("[data-testid=count]")?.textContent.match(/^([\\d,]+) events$/);
    return Boolean(count) && Number(count[1].replaceAll(",", "")) >= all;
  };
  new MutationObserver(() => {
    if (found.first === null && document.querySelector("ol.events > li")) drawn("first");
    if (found.all === null && isRead()) drawn("all");
  }).observe(document, { childList: true, subtree: true, characterData: true });
}"""


def measure() -> Iterator[Figure]:
    with on_sqlite() as settings:
        _, board = asyncio.run(big_board(settings, CARDS, EVENTS - CARDS))
        with serving(settings) as (_, port):
            opened = asyncio.run(_open(f"http://127.0.0.1:{port}", board))
    cold = f"p50 of {OPENINGS} windows with nothing in the cache; {EVENTS:,} events; SQLite, one process"
    first, whole = (sorted(each[name] for each in opened) for name in ("first", "all"))
    yield Figure("history: first lines on the screen", percentile(first, 50), "ms", 500, cold, low=True)
    yield Figure("history: all of it read", percentile(whole, 50), "ms", 2_000, cold, low=True)


async def _open(url: str, board: str) -> list[dict[str, Any]]:
    async with open_browsers(url) as people:
        opened = []
        for number in range(OPENINGS + 1):  # the first one warms up the server
            alice = await people.window("Alice")
            await alice.context.add_init_script(f"({NOTED})({EVENTS})")
            await alice.page.goto(f"/searches/{board}/history")
            noted = await noted_on(alice.page)
            if number:
                opened.append(noted)
            await people.clear()
        return opened
