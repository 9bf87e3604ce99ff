"""Firefox, driven by Marionette, its own protocol: a length, a colon, and `[0, id, command, parameters]` as JSON.

The packages that could drive it need an additional program, which Debian lacks.
"""

import asyncio
import contextlib
import itertools
import json
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.support.people import PATIENCE_S

PROGRAM = shutil.which("firefox-esr") or shutil.which("firefox")
STARTS_WITHIN_S = 60
POLL_S = 0.05
PREFERENCES = {
    "marionette.port": 0,  # 0: Firefox chooses a free port, and writes it into its profile
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.update.enabled": False,
    "ui.prefersReducedMotion": 1,
}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # its key in a WebDriver answer
KEYS = {
    "Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c", "Control": "\ue009", "Alt": "\ue00a", "Shift": "\ue008",
    "ArrowDown": "\ue015", "ArrowUp": "\ue013", "ArrowLeft": "\ue012", "ArrowRight": "\ue014",
}  # fmt: skip


class FirefoxError(Exception):
    """Error that Firefox answered."""


class Firefox:
    """Window of Firefox on the pages of a server."""

    def __init__(self, url: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._url, self._reader, self._writer, self._ids = url, reader, writer, itertools.count(1)

    async def call(self, command: str, **parameters: Any) -> Any:
        """Send a command, and return its answer."""
        id = next(self._ids)
        body = json.dumps([0, id, f"WebDriver:{command}", parameters]).encode()
        self._writer.write(b"%d:%b" % (len(body), body))
        async with asyncio.timeout(3 * PATIENCE_S):
            _, answered, error, result = await self.read()
        assert answered == id
        if error:
            raise FirefoxError(f"{command}: {error['error']}: {error['message']}")
        return result

    async def read(self) -> Any:
        length = await self._reader.readuntil(b":")
        return json.loads(await self._reader.readexactly(int(length[:-1])))

    # -- pages

    async def goto(self, path: str) -> None:
        await self.call("Navigate", url=self._url + path)

    async def open(self, path: str) -> None:
        """Open a page of a board, and wait until it is live."""
        await self.goto(path)
        await self.until("document.documentElement.dataset.freshness === 'live'")

    async def cookie(self, name: str, value: str) -> None:
        """Set a cookie of the server, whose page is open."""
        await self.call("AddCookie", cookie={"name": name, "value": value, "path": "/", "httpOnly": True})

    async def resize(self, width: int, height: int) -> None:
        """Give the page this size. The window around it is larger."""
        outer = await self.js("return [outerWidth - innerWidth, outerHeight - innerHeight]")
        await self.call("SetWindowRect", width=width + outer[0], height=height + outer[1])

    async def js(self, script: str, *args: Any) -> Any:
        return (await self.call("ExecuteScript", script=script, args=list(args), sandbox=None))["value"]

    async def until(self, condition: str, *args: Any) -> None:
        """Wait until a JavaScript expression is true; `args` are its `arguments`."""
        deadline = time.monotonic() + 3 * PATIENCE_S
        while not await self.js(f"return Boolean({condition})", *args):
            assert time.monotonic() < deadline, f"never became true: {condition}; the page says: {await self.page_text()}"
            await asyncio.sleep(POLL_S)

    async def page_text(self) -> str:
        return str(await self.js("return document.body.innerText"))[:500]

    async def shows(self, selector: str, text: str = "") -> None:
        """Wait until an element exists with this text."""
        await self.until(
            "[...document.querySelectorAll(arguments[0])].some((e) => e.textContent.includes(arguments[1]))", selector, text
        )

    # -- hands

    async def click(self, selector: str) -> None:
        await self.shows(selector)
        element = (await self.call("FindElement", using="css selector", value=selector))["value"][ELEMENT]
        await self.call("ElementClick", id=element)

    async def type(self, text: str) -> None:
        """Type into the focused element."""
        await self._press([key for letter in text for key in (("keyDown", letter), ("keyUp", letter))])

    async def press(self, *keys: str) -> None:
        """Press keys such as `Enter`, `j` and `Control+k`."""
        for key in keys:
            parts = [KEYS.get(part, part) for part in key.split("+")]
            await self._press([("keyDown", part) for part in parts] + [("keyUp", part) for part in reversed(parts)])

    async def _press(self, steps: list[tuple[str, str]]) -> None:
        actions = [{"type": kind, "value": value} for kind, value in steps]
        await self.call("PerformActions", actions=[{"type": "key", "id": "keyboard", "actions": actions}])


@contextlib.asynccontextmanager
async def running_firefox(url: str) -> AsyncIterator[Firefox]:
    """Start Firefox with a new profile, and stop it when the block ends."""
    assert PROGRAM
    with tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True) as folder:
        profile = Path(folder)
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines))
        command = [PROGRAM, "--headless", "--marionette", "--no-remote", "--profile", folder]
        nowhere = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(*command, stdout=nowhere, stderr=nowhere, cwd=folder)
        try:
            async with asyncio.timeout(STARTS_WITHIN_S):
                reader, writer = await _connect(profile / "MarionetteActivePort")
            firefox = Firefox(url, reader, writer)
            await firefox.read()  # it introduces itself
            await firefox.call("NewSession", capabilities={})
            yield firefox
            writer.close()
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _connect(port: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    while not (port.exists() and port.read_text().strip()):
        await asyncio.sleep(POLL_S)
    return await asyncio.open_connection("127.0.0.1", int(port.read_text()))
