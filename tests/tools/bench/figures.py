"""Figures of a year with the seed's 1,062 searches: time until they are on the screen, now and as of each month's end, in a
browser that has its scripts, and until their file is loaded."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from playwright.async_api import Page
from sqlmodel import select

from board.accounts import live_changes
from board.config.settings import Settings
from board.engine.identity import Caller
from board.figures.periods import period_of
from board.service import BoardService
from models.accounts import Account
from models.times import from_ms
from tests.support import seed_files
from tests.support.people import PASSWORD
from tests.tools.bench import Figure, percentile
from tests.tools.bench._browsers import open_browsers
from tests.tools.bench._openings import noted_on
from tests.tools.bench._server import on_servers, on_sqlite, serving

FILES = seed_files.FILES
MONTHS = range(1, 13)

# When the figures were on the screen: ms since the page was asked for, after the frame that shows them.
NOTED = """() => {
  const found = (window.noted = { figures: null });
  new MutationObserver(() => {
    if (found.figures !== null || !document.querySelector("[data-table=kinds]")) return;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { found.figures ??= performance.now(); };
      port2.postMessage(null);
    });
  }).observe(document, { childList: true, subtree: true });
}"""
LOADED = """async (address) => {
  const begin = performance.now();
  await (await fetch(address)).text();
  return performance.now() - begin;
}"""


def measure() -> Iterator[Figure]:
    with on_sqlite() as settings:
        yield from _figures(settings, "SQLite, one process")
    with on_servers() as servers:
        yield from _figures(servers.settings, "PostgreSQL, one process")


def _figures(settings: dict[str, str], on: str) -> Iterator[Figure]:
    asyncio.run(_load(settings))
    with serving(settings) as (_, port):
        pages, files = asyncio.run(_open(f"http://127.0.0.1:{port}"))
    year = f"{FILES:,} searches in a year, as of each month's end; {on}"
    yield Figure("figures of a year: on the screen", percentile(sorted(pages), 50), "ms", 300, year, low=True)
    yield Figure("figures of a year: on the screen, slowest", max(pages), "ms", None, year, low=True)
    yield Figure("figures of a year: CSV", percentile(sorted(files), 50), "ms", 300, year, low=True)


async def _load(settings: dict[str, str]) -> None:
    service = await BoardService.open(Settings(_env_file=None, **{name.lower(): value for name, value in settings.items()}))
    await live_changes.add_account(service, "alice@desk.example", "Alice", "coordinator", PASSWORD)
    alice = await service.database.read(lambda session: session.exec(select(Account).where(Account.name == "Alice")).one())
    for written in seed_files.load(service.database.write, Caller(alice), seed_files.invent(files=FILES)):
        await written
    await service.close()


async def _open(url: str) -> tuple[list[float], list[float]]:
    """Open the page and its file as of the end of each month; return the times in ms."""
    async with open_browsers(url) as people:
        alice = await people.window("Alice")
        await alice.context.add_init_script(f"({NOTED})()")
        await _measured(alice.page, 1)  # its scripts are in the cache then
        times = [await _measured(alice.page, month) for month in MONTHS]
    return [page for page, _ in times], [file for _, file in times]


async def _measured(page: Page, month: int) -> tuple[float, float]:
    query = urlencode({"year": seed_files.YEAR, "at": from_ms(period_of(seed_files.YEAR, month).end)})
    await page.goto(f"/figures?{query}")
    shown: dict[str, Any] = await noted_on(page)
    return float(shown["figures"]), float(await page.evaluate(LOADED, f"/api/v1/figures.csv?{query}"))
