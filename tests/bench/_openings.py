"""Opening of a board in a window: when its first cards were on the screen, and when all."""

import asyncio
from typing import Any

from playwright.async_api import Page

# When there were cards on the screen, and when all: ms since the page was asked for. After a change of the document, the frame
# that shows it; what is queued in that frame comes when it has been drawn.
NOTED = """(all) => {
  const found = (window.noted = { first: null, all: null });
  const drawn = (name) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { found[name] = performance.now(); };
    port2.postMessage(null);
  });
  const cards = document.getElementsByTagName("article");
  const asked = new Set();
  new MutationObserver(() => {
    for (const [name, count] of [["first", 1], ["all", all]]) {
      if (asked.has(name) || cards.length < count) continue;
      asked.add(name);
      drawn(name);
    }
  }).observe(document, { childList: true, subtree: true });
}"""


async def noted_on(page: Page) -> dict[str, Any]:
    """Wait until all was on the screen; return the times in ms, `first` and `all`."""
    async with asyncio.timeout(30):
        while (noted := await page.evaluate("window.noted"))["all"] is None:
            await asyncio.sleep(0.1)
    return dict(noted)
