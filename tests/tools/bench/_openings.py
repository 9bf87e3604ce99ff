"""Measure when the first cards of a board, and when all cards, are on the screen."""

import asyncio
from typing import Any

from playwright.async_api import Page

# When cards were on the screen, in ms since the page was asked for. The first ones: when the browser has presented the frame with
# the texts of a card, as it says itself. All: when the frame that has them is drawn; most of them are below the window.
NOTED = """(all) => {
  const found = (window.noted = { first: null, all: null });
  new PerformanceObserver((list) => {
    for (const { renderTime, startTime } of list.getEntries()) found.first ??= renderTime || startTime;
  }).observe({ type: "element", buffered: true });
  const drawn = () => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { found.all = performance.now(); };
    port2.postMessage(null);
  });
  const cards = document.getElementsByTagName("article");
  let seen = 0;
  new MutationObserver(() => {
    if (!seen && cards.length) for (const each of cards[0].querySelectorAll("*")) each.setAttribute("elementtiming", "card");
    if (seen < all && cards.length >= all) drawn();
    seen = cards.length;
  }).observe(document, { childList: true, subtree: true });
}"""


async def noted_on(page: Page) -> dict[str, Any]:
    """Wait until all cards are on the screen; return the times in ms, `first` and `all`."""
    async with asyncio.timeout(30):
        while None in (noted := await page.evaluate("window.noted")).values():
            await asyncio.sleep(0.1)
    return dict(noted)
