"""Delay from the choice of a photo of 4 MB in one real browser until its thumbnail is painted in another one.

Alice opens a card and chooses a file, which her page sends and attaches. Bob looks at the board, with that card on his screen.
Measured from the event of her input to the first frame after the thumbnail of his card is decoded; both windows read the clock of
the machine.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.support.browser_window import Window
from tests.support.people import PATIENCE_S
from tests.tools.bench import Figure, percentile
from tests.tools.bench._big_boards import big_board
from tests.tools.bench._browsers import open_browsers
from tests.tools.bench._machine import load
from tests.tools.bench._photos import make_photo
from tests.tools.bench._server import on_sqlite, serving

CARDS = 30
PHOTOS, PIXELS = 24, (4_000, 3_000)
WARM = 2  # photos before those that count; the hint is read at the first one

CHOSEN = """() => {
  document.addEventListener("change", (event) => { window.chosen = performance.timeOrigin + event.timeStamp; }, true);
}"""
# Promise of the time at which the picture of a card is painted: loaded, decoded, inside the window, and a frame drawn since.
WATCH = """(id) => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.timeOrigin + performance.now());
    port2.postMessage(null);
  }));
  const there = (image) => image.complete && image.naturalWidth > 0;
  const loaded = (image) => there(image) || new Promise((done, failed) => {
    image.addEventListener("load", done, { once: true });
    image.addEventListener("error", () => failed(new Error("the thumbnail was not had")), { once: true });
  });
  const isSeen = (image) => {
    const { top, bottom, width, height } = image.getBoundingClientRect();
    return image.checkVisibility() && width > 0 && height > 0 && top >= 0 && bottom <= innerHeight;
  };
  const painted = async (image) => {
    await loaded(image);
    await image.decode();
    const at = await drawn();
    if (!there(image) || !isSeen(image)) throw new Error("the thumbnail is not on the screen");
    return at;
  };
  window.painted = new Promise((done, failed) => {
    const look = () => {
      const image = document.querySelector(`article[data-card="${id}"] .card-picture`);
      if (!image) return;
      watching.disconnect();
      painted(image).then(done, failed);
    };
    const watching = new MutationObserver(look);
    watching.observe(document.querySelector("main"), { subtree: true, childList: true });
  });
  window.painted.catch(() => {});
}"""


def measure() -> Iterator[Figure]:
    before = load()
    with on_sqlite() as settings, tempfile.TemporaryDirectory() as folder:
        settings |= {"MAX_UPLOADS_PER_MINUTE": "0"}
        _, board = asyncio.run(big_board(settings, CARDS, 0))
        files = [_kept(Path(folder), number) for number in range(WARM + PHOTOS)]
        with serving(settings) as (_, port):
            times = sorted(asyncio.run(_took(f"http://127.0.0.1:{port}", board, files)))
    size = sum(file[1] for file in files) / len(files) / 1e6
    megapixels = PIXELS[0] * PIXELS[1] / 1e6
    loads = f"load {before:.1f} before, {load():.1f} after"
    on = f"{PHOTOS} photos of {size:.1f} MB, {megapixels:.0f} megapixels, one after the other, SQLite, {loads}"
    yield Figure("photo to the other's screen, p50", percentile(times, 50), "s", 1.5, on, low=True)
    yield Figure("photo to the other's screen, p95", percentile(times, 95), "s", None, on)
    yield Figure("photo to the other's screen, the slowest", times[-1], "s", None, on)


def _kept(folder: Path, number: int) -> tuple[Path, int]:
    """Return a photo on the disk, as a browser chooses it, and its size."""
    file = folder / f"photo-{number}.jpg"
    return file, file.write_bytes(make_photo(PIXELS, number))


async def _took(url: str, board: str, files: list[tuple[Path, int]]) -> list[float]:
    """Return the seconds of each photo."""
    async with open_browsers(url) as people:
        alice, bob = await people.both_at(board)
        await alice.page.evaluate(CHOSEN)
        cards = await bob("article[data-card]").evaluate_all("all => all.map((each) => each.dataset.card)")
        took = []
        for number, (file, _) in enumerate(files):
            await _choose(alice, bob, cards[number % len(cards)], file)
            if number == 0:  # the hint is read once
                await alice("[data-testid=files-hint] [data-act=files-continue]").click()
            took.append(await _until_painted(alice, bob))
        return took[WARM:]


async def _choose(alice: Window, bob: Window, card: str, file: Path) -> None:
    """Choose a photo for a card that is on Bob's screen."""
    await bob(f"article[data-card='{card}']").scroll_into_view_if_needed()
    await bob.page.evaluate(WATCH, card)
    await alice(f"article[data-card='{card}'] a[data-part=open]").click()
    await alice(f"[data-panel='{card}'] [data-choose]").set_input_files(file)


async def _until_painted(alice: Window, bob: Window) -> float:
    """Wait until Bob has the thumbnail on his screen; return the seconds since Alice's choice."""
    async with asyncio.timeout(4 * PATIENCE_S):
        painted = await bob.page.evaluate("window.painted")
    await alice(".upload").wait_for(state="detached")
    return float(painted - await alice.page.evaluate("window.chosen")) / 1_000
