"""Shots, walls and scenes: what is photographed, and in which state of the demo.

A path has names in braces: `{mila}`, `{noor}` and others are searches, by the name of the child; `{sighting}` and
`{task}` are cards of Mila's, `{pictured}` and `{credible}` sightings of Noor's; `{account}` is an account, `{handover}` the
number of the handover.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

from tests.tools.pictures.demo import Demo

Steps = Callable[[Page], Awaitable[Any]]
Change = Callable[[Demo], Awaitable[Any]]
ALL_WIDTHS, PHONE, WIDE, NOT_PINNED = (0, 10_000), (0, 700), (700, 10_000), (700, 2200)  # pixels, as in the style sheets
NAMED = {
    "mila": "DEMO-10",
    "noor": "DEMO-01",
    "lucas": "DEMO-02",
    "chloe": "DEMO-05",
    "yonas": "DEMO-12",
}  # searches, by their names in paths


MILA, NOOR = "/searches/{mila}", "/searches/{noor}"


async def nothing(page: Page) -> None:
    """Leave the page as it is."""


async def no_change(demo: Demo) -> None:
    """Leave the demo as it is."""


@dataclass(frozen=True)
class Shot:
    """Picture of one page in one state.

    A shot with `before` or `meanwhile` changes the demo for each of its pictures, and is taken while no other such shot is.
    """

    name: str
    path: str
    steps: Steps = nothing
    person: str = "alice"  # empty: a stranger
    whole: bool = False  # the whole length of the page, not only the first screen
    widths: tuple[int, int] = ALL_WIDTHS  # from, and below: of the windows that have such a state
    dialog: str = ""  # name of the dialog that is open at the end, as in `data-dialog`
    shows: str = ""  # selector of what is there at the end
    before: Change = no_change  # what happens before the page is opened
    meanwhile: Change = no_change  # what happens after the steps

    def fits(self, width: int) -> bool:
        return width in range(*self.widths)

    @property
    def changes(self) -> bool:
        return self.before is not no_change or self.meanwhile is not no_change

    @property
    def expected(self) -> list[str]:
        """Selectors of what is on the picture."""
        return [each for each in (self.dialog and f"dialog[open][data-dialog={self.dialog}]", self.shows) if each]


@dataclass(frozen=True)
class Wall:
    """Picture of a wall display."""

    name: str
    size: tuple[int, int]
    boards: tuple[str, ...] = ("operations",)
    profile: str = "room"
    theme: str = "dark"


@dataclass(frozen=True)
class Scene:
    """State of the demo, and the shots that are taken while it lasts."""

    prepare: Change
    shots: tuple[Shot, ...] = ()
    walls: tuple[Wall, ...] = ()

    @property
    def names(self) -> list[str]:
        return [shot.name for shot in self.shots] + [wall.name for wall in self.walls]


def board_of(name: str, demo: Demo) -> str:
    """Return the id of a board by its name in a path."""
    return demo.boards[NAMED[name]] if name in NAMED else name


def fill(path: str, demo: Demo) -> str:
    """Put the ids of a demo into a path."""
    return path.format(**{name: board_of(name, demo) for name in NAMED}, **demo.cards, **demo.numbers)
