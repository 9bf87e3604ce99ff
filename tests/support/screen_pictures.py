"""Pictures of the screens of a night, for people to look at: with NIGHT_PICTURES set to a folder, in both themes."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from playwright.async_api import ViewportSize

from tests.support.screen_claims import Screen

FOLDER = os.environ.get("NIGHT_PICTURES")
SIZES: tuple[ViewportSize, ...] = ({"width": 1400, "height": 900}, {"width": 390, "height": 844})
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def take_pictures(screens: Iterable[Screen], name: str, sizes: Sequence[ViewportSize] = ()) -> None:
    """Keep pictures of screens in the folder of a moment, if pictures are wanted: in each size, otherwise as they are. A wall
    has one look."""
    if not FOLDER:
        return
    for screen in screens:
        own = screen.window.page.viewport_size
        for size in (sizes if screen.me else ()) or (own,):
            await _take(screen, Path(FOLDER) / name, size)
        if own:
            await screen.window.page.set_viewport_size(own)


async def _take(screen: Screen, folder: Path, size: ViewportSize | None) -> None:
    page = screen.window.page
    if size:
        await page.set_viewport_size(size)
    for theme in THEMES if screen.me else THEMES[:1]:
        await page.emulate_media(color_scheme=theme)
        width = size["width"] if size else ""
        await page.screenshot(path=folder / f"{screen.name} {width} {theme}.png")
    await page.emulate_media(color_scheme=THEMES[0])
