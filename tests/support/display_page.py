"""Display in a window of a real browser, and checks of its visible state."""

import asyncio
import base64
import io
import time
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx
from PIL import Image

from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.people import PATIENCE_S

HD = {"width": 1920, "height": 1080}
SEEN = """(seen) => new Promise((done) => {
  const veil = document.querySelector("[data-stale-overlay]");
  const look = () => (Number(getComputedStyle(veil).opacity) > 0.9 === seen ? done() : requestAnimationFrame(look));
  look();
})"""


async def open_display(
    browsers: Browsers,
    boards: list[str],
    *,
    url: str | None = None,
    language: str = "en",
    every_s: int = 10,
    profile: str = "room",
    **more: Any,
) -> tuple[Window, str]:
    """Return a display of these boards whose page is not loaded yet, and its id. `url`: address of a proxy. `every_s`:
    seconds per board, if there are several."""
    window = await browsers.stranger(**({"viewport": HD, "url": url} | more))
    id, cookies = await pair_display(browsers, boards, language, every_s, profile)
    kept = [{"name": name, "value": value, "url": url or browsers.url} for name, value in cookies.items()]
    await window.context.add_cookies(kept)  # type: ignore[arg-type]
    return window, id


async def pair_display(
    browsers: Browsers, boards: list[str], language: str = "en", every_s: int = 10, profile: str = "room"
) -> tuple[str, dict[str, str]]:
    """Pair a display as Alice; return its id and the cookies of its screen."""
    alice = await browsers.person("Alice")
    async with httpx.AsyncClient(base_url=browsers.url, headers={"Origin": browsers.url}, timeout=PATIENCE_S) as screen:
        code = (await screen.post("/api/v1/wall/codes")).json()["code"]
        shows = {"boards": boards, "every_s": every_s}
        said = {"code": code, "name": "Room", "language": language, "shows": shows, "profile": profile}
        answer = await alice.http.post("/api/v1/displays", json=said)
        assert answer.status_code == 201, answer.text
        assert (await screen.get("/api/v1/wall/codes/mine")).json() == {"state": "paired"}
        return str(answer.json()["id"]), dict(screen.cookies)


async def wait_for_overlay(window: Window, grey: bool, within_s: float) -> float:
    """Wait until the stale overlay is shown, or hidden; return the seconds that it took."""
    began = time.monotonic()
    async with asyncio.timeout(within_s):
        await window.page.evaluate(SEEN, grey)
    return time.monotonic() - began


@dataclass
class Screencast:
    """Frames of the compositor, recorded also while the page's thread is blocked, when a screenshot would wait."""

    window: Window
    frames: list[tuple[float, bytes]] = field(default_factory=list)

    async def start(self) -> None:
        self._line = await self.window.context.new_cdp_session(self.window.page)
        self._line.on("Page.screencastFrame", self._frame)
        await self._line.send("Page.startScreencast", {"format": "png", "maxWidth": 480, "maxHeight": 270})

    def _frame(self, told: dict[str, Any]) -> None:
        self.frames.append((time.monotonic(), base64.b64decode(told["data"])))
        self._acknowledging = asyncio.ensure_future(self._line.send("Page.screencastFrameAck", {"sessionId": told["sessionId"]}))

    async def stop(self) -> None:
        await self._line.send("Page.stopScreencast")

    def warned_at(self, after: float) -> float | None:
        """Return the time at which the warning was first on the screen after `after`."""
        return next((at for at, png in self.frames if at > after and shows_warning(png)), None)


def shows_warning(png: bytes) -> bool:
    """Return True if the upper edge of a picture is the background of the warning: nothing else at that edge has that much
    red."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    width, height = image.size
    band = image.crop((0, 0, width, height // 8))
    colours: Any = band.getcolors(width * height)
    red = sum(count for count, (r, g, b) in colours if r > 150 and r - max(g, b) > 60)
    return bool(red > band.size[0] * band.size[1] / 2)
