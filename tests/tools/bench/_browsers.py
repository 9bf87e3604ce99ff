"""Windows of a real browser, for Alice and Bob."""

import contextlib
from collections.abc import AsyncIterator

from playwright.async_api import async_playwright

from board.dev.browser import find
from tests.support.browsers import Browsers
from tests.tools.bench._server import ROOT


@contextlib.asynccontextmanager
async def open_browsers(url: str) -> AsyncIterator[Browsers]:
    """Open windows on a server."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(find(ROOT / ".venvs" / "browser", whole=True)))
        async with Browsers(browser, url) as working:
            yield working
        await browser.close()
