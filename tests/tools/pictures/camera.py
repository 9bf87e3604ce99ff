"""Camera: photographs shots in a browser whose clock is the demo's."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Error, Page, ViewportSize

from board import i18n
from tests.support.browsers import NO_TOUR
from tests.tools.pictures.demo import MOMENT, Demo
from tests.tools.pictures.guides import FOLDER, GUIDE_WALL, LARGEST, WALL_WIDTH, GuidePicture, smaller
from tests.tools.pictures.shot import Shot, Wall, board_of, fill

HEIGHTS = {390: 844, 1400: 900, 2560: 1440}  # of the windows, by their width
PATIENCE_MS = 10_000  # for one step of a shot
SHOT_S = 30  # for one picture
AT_ONCE = 2  # windows that are photographed at the same time
LONGEST = 16_000  # pixels of the longest page
CLOCK = """(ahead) => {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + ahead); }
    static now() { return Real.now() + ahead; }
  };
}"""
AS_NEW = """location.protocol.startsWith("http") && Object.keys(localStorage).filter((key) => /:(header|draft):/.test(key))
  .forEach((key) => localStorage.removeItem(key))"""  # one picture folds the header or leaves a draft: the next begins without
DRAWN = """() => document.readyState === "complete"
  && (!document.body.dataset.board || document.documentElement.dataset.freshness !== "loading")
  && !document.querySelector(".need.empty")"""  # the summaries of all searches come a moment later
SUMMED_UP = """() => document.querySelector(".news-line")?.textContent.trim()"""  # it comes with the summaries
PICTURED = """() => [...document.images].every((image) => {
  const { top, bottom, width } = image.getBoundingClientRect();
  return image.complete || !width || bottom < 0 || top > innerHeight;
})"""  # a picture that is not on the screen may be read later
SETTLED = "() => document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))"


@dataclass(frozen=True)
class Look:
    """Language, theme and width of a window."""

    language: str
    theme: str
    width: int
    height: int = 0  # of the window; 0: as is usual for the width

    @property
    def size(self) -> ViewportSize:
        return {"width": self.width, "height": self.height or HEIGHTS[self.width]}


@dataclass(frozen=True)
class Taken:
    """Picture, or why there is none. `file` is relative to the folder of the pictures."""

    name: str
    look: str
    file: str
    problem: str = ""


class Camera:
    """Photographer of one demo, into one folder."""

    def __init__(self, browser: Browser, demo: Demo, folder: Path) -> None:
        self._browser, self._demo, self._folder = browser, demo, folder
        self._changing = asyncio.Lock()  # held by the shot that changes the demo

    async def shots(self, shots: Sequence[Shot], looks: Iterable[Look]) -> AsyncIterator[Taken]:
        """Take these shots in each look, and yield each as it is there."""
        people = dict.fromkeys(shot.person for shot in shots)
        each_work = ((look, [it for it in shots if it.person == who and it.fits(look.width)]) for look in looks for who in people)
        work = [(look, those) for look, those in each_work if those]
        queue: asyncio.Queue[Taken] = asyncio.Queue()
        limit = asyncio.Semaphore(AT_ONCE)

        async def take(look: Look, those: Sequence[Shot]) -> None:
            async with limit, self._window(look, those[0].person) as context:
                for shot in those:
                    await queue.put(await self._take(context, look, shot))

        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(take(*each))
            for _ in range(sum(len(those) for _, those in work)):
                yield await queue.get()

    async def _take(self, context: BrowserContext, look: Look, shot: Shot) -> Taken:
        named = f"{look.language}-{look.theme}-{look.width}"
        file = f"{shot.name}-{named}.png"
        page = await context.new_page()
        try:
            async with AsyncExitStack() as alone:
                if shot.changes:
                    await alone.enter_async_context(self._changing)
                await alone.enter_async_context(asyncio.timeout(SHOT_S))
                await shot.before(self._demo)
                await page.goto(fill(shot.path, self._demo), wait_until="load")
                await settle(page)
                await shot.steps(page)
                await shot.meanwhile(self._demo)
                for each in shot.expected:
                    await page.locator(each).first.wait_for(timeout=SHOT_S * 1000)
                await settle(page)
                length = await page.evaluate("document.documentElement.scrollHeight") if shot.whole else 0
                if length > look.size["height"]:
                    await page.set_viewport_size({"width": look.width, "height": min(length, LONGEST)})
                await page.screenshot(path=self._folder / file, caret="hide")
        except (Error, TimeoutError, KeyError, AssertionError) as error:
            return Taken(shot.name, named, file, str(error).partition("\n")[0] or f"no picture within {SHOT_S} s")
        finally:
            await page.close()
        return Taken(shot.name, named, file)

    async def guide(self, picture: GuidePicture, language: str) -> Taken:
        """Take a picture of the guides in this language, and write it where the documents show it."""
        path = picture.path(f"{picture.shot.name}.{language}")
        taken = await self.one(picture.shot, Look(language, picture.theme, picture.size[0], picture.size[1]))
        if not taken.problem:
            limit = LARGEST if path.parent == FOLDER else 2 * LARGEST
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(smaller((self._folder / taken.file).read_bytes(), limit=limit))
        return taken

    async def guide_wall(self, language: str) -> Taken:
        """Take the picture of a wall display for the guides in this language."""
        taken = await self.wall(GUIDE_WALL, language)
        if not taken.problem:
            picture = smaller((self._folder / taken.file).read_bytes(), WALL_WIDTH)
            (FOLDER / f"{GUIDE_WALL.name}.{language}.png").write_bytes(picture)
        return taken

    async def one(self, shot: Shot, look: Look) -> Taken:
        async with self._window(look, shot.person) as context:
            return await self._take(context, look, shot)

    async def wall(self, wall: Wall, language: str) -> Taken:
        """Pair a display, and photograph its screen."""
        file = f"{wall.name}-{language}.png"
        boards = [board_of(each, self._demo) for each in wall.boards]
        display, cookies = await self._demo.pair(boards, wall.profile, wall.theme, language, wall.name)
        width, height = wall.size
        context = await self._browser.new_context(
            base_url=self._demo.url, viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        try:
            async with asyncio.timeout(SHOT_S):
                await context.add_cookies(
                    [{"name": name, "value": value, "url": self._demo.url} for name, value in cookies.items()]
                )
                page = await self._page(context)
                await page.goto("/wall", wait_until="load")
                await page.locator("html[data-freshness=live] [data-display-content]").wait_for(timeout=PATIENCE_MS)
                await page.wait_for_function(SUMMED_UP)
                await settle(page)
                await page.screenshot(path=self._folder / file)
        except (Error, TimeoutError) as error:
            return Taken(wall.name, language, file, str(error).partition("\n")[0] or f"no picture within {SHOT_S} s")
        finally:
            await context.close()
            await self._demo.unpair(display)
        return Taken(wall.name, language, file)

    @asynccontextmanager
    async def _window(self, look: Look, person: str) -> AsyncIterator[BrowserContext]:
        context = await self._browser.new_context(
            base_url=self._demo.url,
            viewport=look.size,
            locale=i18n.language_of(look.language).locale.replace("_", "-"),
            timezone_id="Europe/Brussels",
            color_scheme="dark" if look.theme == "dark" else "light",
            reduced_motion="reduce",
            has_touch=look.width < 500,
            is_mobile=look.width < 500,
        )
        context.set_default_timeout(PATIENCE_MS)
        await context.add_init_script(f"({CLOCK})({ahead_ms()})")
        if person:
            cookie = await self._demo.cookie(person)
            await context.add_cookies([{"name": "board_session", "value": cookie, "url": self._demo.url}])
        await context.add_init_script(NO_TOUR)
        await context.add_init_script(AS_NEW)
        try:
            yield context
        finally:
            await context.close()

    async def _page(self, context: BrowserContext) -> Page:
        await context.add_init_script(f"({CLOCK})({ahead_ms()})")
        return await context.new_page()


async def settle(page: Page) -> None:
    """Wait until the page is drawn, and its requests are answered."""
    await page.wait_for_function(DRAWN)
    await page.wait_for_load_state("networkidle")
    await page.wait_for_function(PICTURED)
    await page.evaluate(SETTLED)


def ahead_ms() -> int:
    """Return by how much a browser's clock is to be ahead, so that it begins at the demo's moment."""
    return round((MOMENT - datetime.now(UTC)).total_seconds() * 1000 + (time.monotonic() - STARTED) * 1000)


STARTED = time.monotonic()
