"""Replay of a search of five thousand events: from a key press, or a move of the handle, to the drawn board."""

import asyncio
from collections.abc import Iterator

from tests.support.browser_window import Window
from tests.support.people import PATIENCE_S
from tests.tools.bench import Figure, percentile
from tests.tools.bench._big_boards import add_history, big_board
from tests.tools.bench._browsers import open_browsers
from tests.tools.bench._server import on_sqlite, serving

CARDS, EVENTS = 300, 5_000
STEPS, WARM = 100, 3  # repetitions of each kind
KEYS = ("ArrowRight", "ArrowRight", "ArrowLeft", "PageUp", "PageDown", "PageDown")

# From the input event to the end of the frame that shows it, in ms. A message queued in the frame arrives when that has been
# drawn.
TIMED = """() => {
  window.took = [];
  const note = ({ timeStamp }) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.took.push(performance.now() - timeStamp);
    port2.postMessage(null);
  });
  for (const name of ["keydown", "pointermove"]) document.addEventListener(name, note, true);
}"""


def measure() -> Iterator[Figure]:
    on = f"{CARDS:,} cards, {EVENTS:,} events; SQLite, one process"
    steps, drags, opened = asyncio.run(_took())
    yield Figure("replay: step on screen, p95", percentile(steps, 95), "ms", 50, f"by keys; {on}", low=True)
    yield Figure(
        "replay: step on screen while dragging, p95", percentile(drags, 95), "ms", 50, f"over half of the line; {on}", low=True
    )
    yield Figure("replay: all of it read and drawn", opened, "ms", None, on)


async def _took() -> tuple[list[float], list[float], float]:
    """Return sorted ms of steps and of drags, and of opening the page."""
    with on_sqlite() as settings:
        _, board = await big_board(settings, CARDS, 0)
        await add_history(settings, board, EVENTS)
        with serving(settings) as (_, port):
            async with open_browsers(f"http://127.0.0.1:{port}") as people:
                alice = await people.window("Alice")
                await alice.page.goto(f"/searches/{board}?at={EVENTS // 2}")
                await alice("[data-testid=timeline]").wait_for()
                opened = float(await alice.page.evaluate("performance.now()"))
                await alice.page.evaluate(TIMED)
                steps = await _by_keys(alice)
                return sorted(steps), sorted(await _by_dragging(alice)), opened


async def _by_keys(alice: Window) -> list[float]:
    """Step by keys, one after the other, each when the one before is drawn: a hand is no quicker."""
    await alice("[role=slider]").focus()
    took = []
    for number in range(WARM + STEPS):
        await alice.page.keyboard.press(KEYS[number % len(KEYS)])
        took += await _noted(alice, 1)
    return took[WARM:]


async def _by_dragging(alice: Window) -> list[float]:
    """Drag over half of the line as a hand does, some pixels at a time: each is a dozen events and more."""
    box = await alice("[role=slider]").bounding_box()
    assert box
    await alice.page.mouse.move(box["x"] + 5, box["y"] + 10)
    await alice.page.mouse.down()
    await _noted(alice, 1)
    for number in range(WARM + STEPS):
        await alice.page.mouse.move(box["x"] + 5 + (number + 1) / (WARM + STEPS) * box["width"] / 2, box["y"] + 10)
    took = await _noted(alice, WARM + STEPS)
    await alice.page.mouse.up()
    return took[WARM:]


async def _noted(alice: Window, count: int) -> list[float]:
    """Return and clear the measurements, once there are as many as actions."""
    async with asyncio.timeout(PATIENCE_S):
        while await alice.page.evaluate("window.took.length") < count:
            await asyncio.sleep(0.02)
    return list(await alice.page.evaluate("window.took.splice(0)"))
