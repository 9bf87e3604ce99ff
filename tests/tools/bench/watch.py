"""Opening of the watch for a month: time until its figures are on the screen, in a browser that has its scripts, as that of a
coordinator, and in windows of new browser profiles."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

from models.times import format_utc, now
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.tools.bench import Figure, percentile
from tests.tools.bench._browsers import open_browsers
from tests.tools.bench._month import DAYS, make_month
from tests.tools.bench._openings import noted_on
from tests.tools.bench._server import on_servers, on_sqlite, serving

ALARMS = 1_365
SEARCHES = 40
OPENINGS = 9  # the first ones read the whole month; later ones find the causes that ended in memory

# When the figures were on the screen: ms since the page was asked for, after the frame that shows them.
NOTED = """() => {
  const found = (window.noted = { figures: null });
  new MutationObserver(() => {
    if (found.figures !== null || !document.querySelector("[data-figure=unwatched]")) return;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { found.figures ??= performance.now(); };
      port2.postMessage(null);
    });
  }).observe(document, { childList: true, subtree: true });
}"""


def measure() -> Iterator[Figure]:
    with on_sqlite() as settings:
        yield from _figures(settings, "SQLite, one process")
    with on_servers() as servers:
        yield from _figures(servers.settings, "PostgreSQL, one process")


def _figures(settings: dict[str, str], on: str) -> Iterator[Figure]:
    asyncio.run(make_month(settings, ALARMS, SEARCHES))
    with serving(settings) as (_, port):
        first, *others = asyncio.run(_open(f"http://127.0.0.1:{port}", is_new=True))
        again = asyncio.run(_open(f"http://127.0.0.1:{port}", is_new=False))
    month = f"{ALARMS:,} grave alarms in {DAYS} days; {on}"
    yield Figure("watch of a month: figures on the screen", percentile(sorted(again[1:]), 50), "ms", 300, month, low=True)
    yield Figure("watch of a month: nothing in the cache", percentile(sorted(others), 50), "ms", None, month, low=True)
    yield Figure("watch of a month: the first opening", first, "ms", None, month, low=True)


async def _open(url: str, *, is_new: bool) -> list[float]:
    """Open the page some times, each time in a new browser profile or in the same; return the times in ms."""
    period = {"from": format_utc(now() - timedelta(days=DAYS)), "to": format_utc(now())}
    async with open_browsers(url) as people:
        opened, alice = [], await _window(people)
        for _ in range(OPENINGS):
            await alice.page.goto(f"/watch?{urlencode(period)}")
            opened.append(float((await noted_on(alice.page))["figures"]))
            if is_new:
                await people.clear()
                alice = await _window(people)
        return opened


async def _window(people: Browsers) -> Window:
    alice = await people.window("Alice")
    await alice.context.add_init_script(f"({NOTED})()")
    return alice
