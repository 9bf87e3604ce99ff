"""Delay of a change until a display shows it: fifty displays follow one board, and one of them is a window of a real browser.

Measured from when a command is sent, before it is committed, until the frame after the one in which the display drew it; both by
the clock of this machine.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from board.accounts import live_changes
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.display_page import open_display, pair_display
from tests.support.people import PASSWORD, PATIENCE_S
from tests.tools.bench import Figure, percentile
from tests.tools.bench._browsers import open_browsers
from tests.tools.bench._server import on_sqlite, open_service, serving

DISPLAYS = 50
CHANGES, WARM = 100, 5  # the first few are not counted
PAUSE_S = 0.1  # pause: frames in which nothing happens

# Times at which the counts of the columns were drawn: ms of the machine's clock, a list.
WATCH = """() => {
  window.seen = [];
  window.wake = () => {};
  const counts = () => document.querySelector(".columns")?.textContent;
  let last = counts();
  new MutationObserver(() => {
    const now = counts();
    if (now === last) return;
    last = now;
    requestAnimationFrame(() => setTimeout(() => {
      window.seen.push(performance.timeOrigin + performance.now());
      window.wake();
    }));
  }).observe(document.querySelector("[data-display-root]"), { subtree: true, childList: true, characterData: true });
}"""
SEEN = """(count) => new Promise((done) => {
  window.wake = () => window.seen.length >= count && done(window.seen);
  window.wake();
})"""


def measure() -> Iterator[Figure]:
    took = asyncio.run(_took())
    on = f"{DISPLAYS} displays on one board, one of them a browser; SQLite, one process"
    yield Figure("command to the pixel of a wall, p50", percentile(took, 50), "ms", 100, on, low=True)
    yield Figure("command to the pixel of a wall, p95", percentile(took, 95), "ms", 250, on, low=True)


async def _took() -> list[float]:
    """Return the sorted times in ms."""
    with on_sqlite() as settings:
        service = await open_service(settings)
        await live_changes.add_account(service, "alice@desk.example", "Alice", "coordinator", PASSWORD)
        await service.close()
        with serving(settings) as (_, port):
            async with open_browsers(f"http://127.0.0.1:{port}") as people:
                board = await people.search()
                async with _others(people, board):
                    wall, _ = await open_display(people, [board])
                    await wall.open("/wall")
                    return sorted(await _changes(people, wall, board))


@asynccontextmanager
async def _others(people: Browsers, board: str) -> AsyncIterator[None]:
    """Connect the displays that nobody looks at: sockets that read all they are sent."""
    async with AsyncExitStack() as sockets:
        for _ in range(DISPLAYS - 1):
            _, cookies = await pair_display(people, [board])
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
            opening = connect(f"{people.url.replace('http', 'ws')}/ws", origin=Origin(people.url), additional_headers=headers)
            socket = await sockets.enter_async_context(opening)
            await socket.send(f'{{"type":"subscribe","board":"{board}"}}')
            reading = asyncio.create_task(_read(socket))
            sockets.callback(reading.cancel)
        yield


async def _read(socket: ClientConnection) -> None:
    async for _ in socket:
        pass


async def _changes(people: Browsers, wall: Window, board: str) -> list[float]:
    """Add one sighting after another as Alice."""
    alice = await people.person("Alice")
    await wall(".columns").wait_for()  # drawn once before it is watched
    await wall.page.evaluate(WATCH)
    took = []
    for number in range(WARM + CHANGES):
        began = time.time() * 1000
        await alice.command(board, "sighting.add", {"description": "Girl with a red coat"})
        async with asyncio.timeout(PATIENCE_S):
            seen = await wall.page.evaluate(SEEN, number + 1)
        assert len(seen) == number + 1, "each change is seen once"
        took.append(float(seen[-1] - began))
        await asyncio.sleep(PAUSE_S)
    return took[WARM:]
