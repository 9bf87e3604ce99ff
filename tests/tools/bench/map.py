"""Map of a search: time until its points are on the screen, bytes that only maps need, delay of a new point on another screen,
frames while the slider of its replay moves.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

from tests.support.browser_window import Window
from tests.support.people import PATIENCE_S
from tests.tools.bench import Figure, percentile
from tests.tools.bench._big_boards import BATCH_SIZE, big_board
from tests.tools.bench._browsers import open_browsers
from tests.tools.bench._server import create_coordinator, execute, on_sqlite, open_service, serving

SIGHTINGS = 500
OPENINGS = 7  # in a window of a new browser profile each
ADDED = 50
WARM = 3
STEPS = 120  # of the slider, one in each frame

# Time at which the first marks were in a drawn frame.
FIRST_MARKS = """() => { new MutationObserver((_, watching) => {
  if (!document.getElementsByClassName("map-mark").length) return;
  watching.disconnect();
  requestAnimationFrame(() => { window.firstMarks = performance.now(); });
}).observe(document, { childList: true, subtree: true }); }"""
BYTES = """() => performance.getEntriesByType("resource").filter(({ name }) => /leaflet|map|tiles/.test(new URL(name).pathname))
  .reduce((sum, { transferSize }) => sum + transferSize, 0)"""
ROWS = """() => {
  const points = () => Number(document.querySelector(".map-list h2 b").textContent.replace(/\\D/g, ""));
  let count = points();  // as below: the list draws fewer rows than there are points
  window.rows = [];
  window.wake = () => {};
  new MutationObserver(() => {
    const now = points();
    if (now === count) return;
    count = now;
    window.rows.push(performance.timeOrigin + performance.now());
    window.wake();
  }).observe(document.querySelector("main"), { childList: true, subtree: true, characterData: true });
}"""
SEEN = """(count) => new Promise((done) => {
  window.wake = () => window.rows.length >= count && done(window.rows);
  window.wake();
})"""
# Whole ms from frame to frame; in each, the slider moves by five pages of ten events, there and back over all sightings.
FRAMES = """async (steps) => {
  const slider = document.querySelector("[data-slider]"), frame = () => new Promise(requestAnimationFrame), gaps = [];
  slider.focus();
  let last = await frame();
  for (let step = 0; step < steps; step += 1) {
    const key = Math.floor(step / 10) % 2 ? "PageUp" : "PageDown", init = { key, code: key, bubbles: true, cancelable: true };
    for (let page = 0; page < 5; page += 1) slider.dispatchEvent(new KeyboardEvent("keydown", init));
    const now = await frame();
    gaps.push(Math.round(now - last));
    last = now;
  }
  return gaps;
}"""
SEND = """([address, body]) => { const at = performance.timeOrigin + performance.now();
  return fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) })
    .then((answer) => { if (!answer.ok) throw new Error(String(answer.status)); return at; }); }"""


def measure() -> Iterator[Figure]:
    on = f"{SIGHTINGS} sightings with a point; SQLite, one process"
    opened, loaded, delays, frames = asyncio.run(_measure())
    cold = f"p50 of {OPENINGS} windows with nothing in the cache; {on}"
    yield Figure("map: first points on the screen", percentile(opened, 50), "ms", 600, cold, low=True)
    yield Figure("map: bytes that only maps need", loaded / 1e3, "kB", None, on)
    yield Figure("map: new sighting on another's map, p50", percentile(delays, 50), "ms", None, on)
    yield Figure("map: new sighting on another's map, p95", percentile(delays, 95), "ms", 100, on, low=True)
    moving = f"the slider over all events, 50 in a frame; {on}"
    yield Figure("map: frame while the slider moves, p50", percentile(frames, 50), "ms", None, moving)
    yield Figure("map: frame while the slider moves, p95", percentile(frames, 95), "ms", 33, moving, low=True)


async def _measure() -> tuple[list[float], int, list[float], list[float]]:
    """Return the sorted times of openings in ms, the bytes of one, the sorted delays, and the sorted times of frames."""
    with on_sqlite() as settings:
        _, board = await big_board(settings, 10, 0)
        await _add_sightings(settings, board)
        with serving(settings) as (_, port):
            async with open_browsers(f"http://127.0.0.1:{port}") as people:
                opened, loaded = [], 0
                for number in range(OPENINGS + 1):  # the first one warms up the server
                    took, loaded = await _open(await people.window("Alice"), board)
                    opened += [took] if number else []
                    await people.clear()
                alice, bob = await people.window("Alice"), await people.window("Bob")
                delays = await _delays(alice, bob, board)
                return sorted(opened), loaded, sorted(delays), sorted(await _frames(alice, board))


async def _add_sightings(settings: dict[str, str], board: str) -> None:
    service = await open_service(settings)
    caller = await create_coordinator(service)
    for start in range(0, SIGHTINGS, BATCH_SIZE):
        numbers = range(start, start + BATCH_SIZE)
        await asyncio.gather(*(execute(service, caller, board, "sighting.add", sighting(number)) for number in numbers))
    await service.close()


def sighting(number: int) -> dict[str, Any]:
    """Return a sighting on a grid around Ghent."""
    place = {"text": f"Place {number}", "lat": 50.9 + number % 25 * 0.01, "lon": 3.6 + number // 25 * 0.01, "radius_m": 200}
    return {"description": f"{number}: a girl with a yellow rucksack", "seen_at": "2026-11-24T18:00:00Z", "place": place}


async def _open(window: Window, board: str) -> tuple[float, int]:
    """Open the map; return the ms until its first points were drawn, and the bytes of its files."""
    await window.context.add_init_script(f"({FIRST_MARKS})()")
    await window.open(f"/searches/{board}#map")
    await window.page.wait_for_function("() => window.firstMarks")
    return float(await window.page.evaluate("window.firstMarks")), int(await window.page.evaluate(BYTES))


async def _frames(window: Window, board: str) -> list[float]:
    """Move the slider of the replay; return the ms of each frame, without those of a first round."""
    await window.page.goto(f"/searches/{board}?at={SIGHTINGS}#map")
    await window(".map-mark").first.wait_for()
    frames: list[float] = await window.page.evaluate(FRAMES, 2 * STEPS)
    return frames[STEPS:]


async def _delays(alice: Window, bob: Window, board: str) -> list[float]:
    """Add sightings as Alice; return the ms until Bob's map has each."""
    for window in (alice, bob):
        await window.open(f"/searches/{board}#map")
        await window.page.locator(".map-mark").first.wait_for()
    await bob.page.evaluate(ROWS)
    delays = []
    for number in range(WARM + ADDED):
        body = {"id": f"bench-map-{number}", "name": "sighting.add", "data": sighting(SIGHTINGS + number)}
        sent = await alice.page.evaluate(SEND, [f"/api/v1/boards/{board}/commands", body])
        async with asyncio.timeout(PATIENCE_S):
            rows = await bob.page.evaluate(SEEN, number + 1)
        delays.append(float(rows[number] - sent))
        assert delays[-1] > 0, "seen before it was sent: another sighting was measured"
    return delays[WARM:]
