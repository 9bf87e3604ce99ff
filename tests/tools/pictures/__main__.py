"""Take pictures of the demo: `python -m tests.tools.pictures [--only NAME…] [--languages en,…] [--themes light,…]
[--widths 390,…]`."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import product
from pathlib import Path

from playwright.async_api import async_playwright

from board import i18n
from board.dev.browser import BROWSER_VARIABLE
from board.i18n import DEFAULT
from board.telemetry import logs
from tests.tools.pictures import index
from tests.tools.pictures.camera import HEIGHTS, Camera, Look, Taken
from tests.tools.pictures.demo import running_demo
from tests.tools.pictures.guides import GUIDE_WALL, GUIDES
from tests.tools.pictures.papers import STAGES, print_papers
from tests.tools.pictures.shot import Scene
from tests.tools.pictures.shots import SCENES

LANGUAGES, THEMES = i18n.languages(), ("light", "dark")
NAMES = [name for scene in SCENES for name in scene.names]
PAPERS = [paper.name for stage in STAGES for paper in stage.papers]
ORDER = {name: place for place, name in enumerate(NAMES)}


def listed(allowed: Sequence[str]) -> Callable[[str], list[str]]:
    """Return a reader of words with commas between them. A word that is not allowed is an error."""

    def read(text: str) -> list[str]:
        words = [word for word in text.split(",") if word]
        if wrong := sorted(set(words) - set(allowed)):
            raise argparse.ArgumentTypeError(f"{', '.join(wrong)}: choose from {', '.join(allowed)}")
        return words

    return read


def options(args: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("board pictures", description="Photograph every page and dialog of a demo.")
    parser.add_argument(
        "--out", type=Path, default=Path("pictures"), metavar="DIR", help="folder for the pictures (default: pictures)"
    )
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="names of pictures, or their beginnings")
    parser.add_argument("--languages", type=listed(LANGUAGES), default=list(LANGUAGES), metavar="en,…")
    parser.add_argument("--themes", type=listed(THEMES), default=list(THEMES), metavar="light,…")
    parser.add_argument(
        "--widths", type=listed([str(each) for each in HEIGHTS]), default=[str(each) for each in HEIGHTS], metavar="390,…"
    )
    parser.add_argument("--guides", action="store_true", help="make the pictures of the guides and of the README instead")
    parser.add_argument("--papers", action="store_true", help="print briefings, reports and histories instead, page by page")
    parser.add_argument("--list", action="store_true", help="print the names of all pictures, and take none")
    chosen = parser.parse_args(args)
    if unknown := [each for each in chosen.only if not any(name.startswith(each) for name in names(chosen))]:
        parser.error(f"no picture is named {', '.join(unknown)}; --list prints all names")
    return chosen


def names(chosen: argparse.Namespace) -> list[str]:
    """Return the names of all pictures, or of all papers."""
    return PAPERS if chosen.papers else NAMES


async def take(chosen: argparse.Namespace) -> list[Taken]:
    """Take the chosen pictures, and report each."""
    taken: list[Taken] = []
    logs.set_up("ERROR")
    async for each in papers(chosen) if chosen.papers else scenes(chosen):
        taken.append(each)
        say(f"{len(taken):5}  {each.name}  {each.look}" + (f"  FAILED: {each.problem}" if each.problem else ""))
    return taken


async def papers(chosen: argparse.Namespace) -> AsyncIterator[Taken]:
    """Print the chosen papers."""
    async with running_demo() as demo:
        async for each in print_papers(demo, chosen.out, chosen.languages, lambda name: is_wanted(name, chosen)):
            yield each


async def scenes(chosen: argparse.Namespace) -> AsyncIterator[Taken]:
    """Take the chosen pictures, scene after scene."""
    async with running_demo() as demo, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=os.environ.get(BROWSER_VARIABLE), args=["--no-sandbox"])
        camera = Camera(browser, demo, chosen.out)
        for number, scene in enumerate(SCENES[: last_scene(chosen) + 1]):
            await scene.prepare(demo)
            pictures = guides(camera, number, chosen) if chosen.guides else shots(camera, scene, chosen)
            async for each in pictures:
                yield each
        await browser.close()


def is_wanted(name: str, chosen: argparse.Namespace) -> bool:
    return not chosen.only or any(name.startswith(each) for each in chosen.only)


def last_scene(chosen: argparse.Namespace) -> int:
    """Return the number of the last scene that has a chosen picture."""
    if chosen.guides:
        return max(picture.scene for picture in GUIDES)
    return max(number for number, scene in enumerate(SCENES) if any(is_wanted(name, chosen) for name in scene.names))


async def shots(camera: Camera, scene: Scene, chosen: argparse.Namespace) -> AsyncIterator[Taken]:
    """Take the chosen pictures of a scene: pages in all looks, walls once."""
    looks = [
        Look(language, theme, int(width)) for language, theme, width in product(chosen.languages, chosen.themes, chosen.widths)
    ]
    async for each in camera.shots([shot for shot in scene.shots if is_wanted(shot.name, chosen)], looks):
        yield each
    for wall in scene.walls:
        if is_wanted(wall.name, chosen):
            yield await camera.wall(wall, chosen.languages[0])


async def guides(camera: Camera, scene: int, chosen: argparse.Namespace) -> AsyncIterator[Taken]:
    """Take the pictures of the guides that belong to a scene."""
    for language in chosen.languages:
        for picture in GUIDES:
            wanted = picture.scene == scene and is_wanted(picture.shot.name, chosen)
            if wanted and (language == DEFAULT or not picture.only_english):
                yield await camera.guide(picture, language)
        if scene == 0 and is_wanted(GUIDE_WALL.name, chosen):
            yield await camera.guide_wall(language)


def main(args: Sequence[str]) -> int:
    chosen = options(args)
    if chosen.list:
        say("\n".join(names(chosen)))
        return 0
    chosen.out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    taken = asyncio.run(take(chosen))
    failed = [each for each in taken if each.problem]
    path = index.write(chosen.out, sorted(taken, key=lambda each: ORDER.get(each.name, 0)))
    say(f"{len(taken) - len(failed)} pictures in {time.monotonic() - started:.0f} s: {path}")
    if failed:
        say(f"{len(failed)} failed: {', '.join(dict.fromkeys(each.name for each in failed))}")
    return 1 if failed else 0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


sys.exit(main(sys.argv[1:]))
