"""Delay from a change of one person until another one's screen shows it: two windows of a real browser, each with the page of the
search.

Alice chooses another priority for a card that she has open, or drops it in another column by mouse. Measured from her input event
to the change of Bob's document; both windows read the clock of the machine.
"""

import asyncio
from collections.abc import Iterator

from tests.support.browser_window import Window
from tests.support.people import PATIENCE_S
from tests.tools.bench import Figure, percentile
from tests.tools.bench._big_boards import big_board
from tests.tools.bench._browsers import open_browsers
from tests.tools.bench._server import on_sqlite, serving

SIZES = ((30, 15), (1_000, 500))  # cards and notes
CHANGES, DROPS = 100, 30
WARM = 3  # warm-up rounds of each
PAUSE_S = 0.05  # pause of Alice: a frame or two in which nothing happens

CLOCK = "performance.timeOrigin + "
# Times at which the watched part of the card changed, and at which she acted: two lists in each window.
WATCH = f"""(id) => {{
  window.seen = [];
  window.wake = () => {{}};
  const look = () => {{
    const card = document.querySelector(`article[data-card="${{id}}"]`);
    return card && `${{card.parentNode.dataset.list}} ${{card.querySelector(".urgent") ? "urgent" : ""}}`;
  }};
  let last = look();
  window.watching?.disconnect();
  window.watching = new MutationObserver(() => {{
    const now = look();
    if (now === last) return;
    last = now;
    window.seen.push({CLOCK}performance.now());
    window.wake();
  }});
  const all = {{ subtree: true, childList: true, attributes: true, characterData: true }};
  window.watching.observe(document.querySelector("main"), all);
}}"""
ACTS = f"""(type) => {{
  window.acts = [];
  document.addEventListener(type, (event) => window.acts.push({CLOCK}event.timeStamp), true);
}}"""
SEEN = """(count) => new Promise((done) => {
  window.wake = () => window.seen.length >= count && done(window.seen);
  window.wake();
})"""


def measure() -> Iterator[Figure]:
    for cards, notes in SIZES:
        on = f"a board of {cards:,} cards; SQLite, one process"
        changes, drops = asyncio.run(_took(cards, notes))
        yield Figure("change to the other's screen, p50", percentile(changes, 50), "ms", 50, on, low=True)
        yield Figure("change to the other's screen, p95", percentile(changes, 95), "ms", 100, on, low=True)
        yield Figure("drop of a drag to the other's screen, p50", percentile(drops, 50), "ms", 100, on, low=True)
        yield Figure("drop of a drag to the other's screen, p95", percentile(drops, 95), "ms", None, on)


async def _took(cards: int, notes: int) -> tuple[list[float], list[float]]:
    """Return the sorted times of changes and of drops in ms."""
    with on_sqlite() as settings:
        _, board = await big_board(settings, cards, notes)
        with serving(settings) as (_, port):
            async with open_browsers(f"http://127.0.0.1:{port}") as people:
                alice, bob = await people.both_at(board)
                changes = await _changes(alice, bob)
                return sorted(changes), sorted(await _drops(alice, bob))


async def _changes(alice: Window, bob: Window) -> list[float]:
    """Set Alice's card to urgent, then back, and so on."""
    card = alice.column("inbox").locator("article.sighting").first
    await _watch(alice, bob, str(await card.get_attribute("data-card")), "change")
    await card.locator("a[data-part=open]").click()
    choice = alice.panel.locator('[data-field="priority"] select')
    took = []
    for number in range(WARM + CHANGES):
        await choice.select_option(("urgent", "low")[number % 2])
        took.append(await _until_seen(alice, bob, number))
    await alice.close_card()
    return took[WARM:]


async def _drops(alice: Window, bob: Window) -> list[float]:
    """Drag a card as Alice and drop it at the top of another column; then back."""
    id = str(await alice.column("inbox").locator("article.sighting").first.get_attribute("data-card"))
    await _watch(alice, bob, id, "pointerup")
    took = []
    for number in range(WARM + DROPS):
        to = alice.column(("doing", "inbox")[number % 2])
        await alice.drag(alice(f"article[data-card='{id}']:not([data-pending])"), to, to.locator("article").first)
        took.append(await _until_seen(alice, bob, number))
    return took[WARM:]


async def _watch(alice: Window, bob: Window, card: str, act: str) -> None:
    await bob.page.evaluate(WATCH, card)
    await alice.page.evaluate(ACTS, act)


async def _until_seen(alice: Window, bob: Window, number: int) -> float:
    """Wait until Bob's window shows that change; return the ms since Alice's input."""
    async with asyncio.timeout(PATIENCE_S):
        seen = await bob.page.evaluate(SEEN, number + 1)
    acts = await alice.page.evaluate("window.acts")
    assert len(acts) == len(seen) == number + 1, "each change is seen once"
    await asyncio.sleep(PAUSE_S)
    return float(seen[-1] - acts[-1])
