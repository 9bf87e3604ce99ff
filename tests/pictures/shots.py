"""List of the pictures: every page and dialog, in scenes that follow each other, as a handover goes on.

A path has names in braces: `{mila}` is the search of Mila B., `{sighting}` and `{task}` are cards of it, `{account}` an account,
`{handover}` the number of the handover.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

from tests.pictures.demo import Demo

Steps = Callable[[Page], Awaitable[Any]]
ALL_WIDTHS, PHONE, WIDE, NOT_PINNED = (0, 10_000), (0, 700), (700, 10_000), (700, 2200)  # pixels, as in the style sheets


async def nothing(page: Page) -> None:
    """Leave the page as it is."""


@dataclass(frozen=True)
class Shot:
    """Picture of one page in one state. `route` is the route that it belongs to, if `path` does not say it."""

    name: str
    path: str
    steps: Steps = nothing
    person: str = "alice"  # empty: a stranger
    whole: bool = False  # the whole length of the page, not only the first screen
    about: str = ""  # what the picture shows, for the index
    widths: tuple[int, int] = ALL_WIDTHS  # from, and below: of the windows that have such a state

    def fits(self, width: int) -> bool:
        return width in range(*self.widths)


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

    prepare: Callable[[Demo], Awaitable[None]]
    shots: tuple[Shot, ...] = ()
    walls: tuple[Wall, ...] = ()

    @property
    def names(self) -> list[str]:
        return [shot.name for shot in self.shots] + [wall.name for wall in self.walls]


def click(*selectors: str) -> Steps:
    """Click one thing after the other, also in menus that are closed."""

    async def steps(page: Page) -> None:
        for each in selectors:
            found = page.locator(each).first
            await found.wait_for(state="attached")
            await found.evaluate("element => element.click()")
            await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    return steps


def in_sheet(*selectors: str) -> Steps:
    """Click, on a phone in the sheet of "More", and wait until a popover is open."""

    async def steps(page: Page) -> None:
        if await page.locator("[data-act=more]").first.is_visible():
            await click("[data-act=more]")(page)
        await click(*selectors)(page)
        await page.locator("[popover]:popover-open").first.wait_for()

    return steps


def popup(*selectors: str) -> Steps:
    """Click, and wait until a popover is open."""

    async def steps(page: Page) -> None:
        await click(*selectors)(page)
        await page.locator("[popover]:popover-open").first.wait_for()

    return steps


def dialog(*selectors: str) -> Steps:
    """Click, and wait for a dialog."""

    async def steps(page: Page) -> None:
        await click(*selectors)(page)
        await page.locator("dialog[open]").first.wait_for()

    return steps


def keys(*pressed: str, shows: str = "dialog[open]") -> Steps:
    """Press keys, and wait for what they show."""

    async def steps(page: Page) -> None:
        for each in pressed:
            await (page.keyboard.press(each) if len(each) == 1 or "+" in each or each.isalnum() else page.keyboard.type(each))
        await page.locator(shows).first.wait_for()

    return steps


def typed(selector: str, text: str, shows: str) -> Steps:
    """Type into a field, and wait for what that shows."""

    async def steps(page: Page) -> None:
        field = page.locator(selector).first
        if not await field.is_visible():
            await click("[data-act=more]")(page)  # on a phone it is in the sheet of more actions
        await field.fill(text)
        await page.locator(shows).first.wait_for()

    return steps


def shown(selector: str) -> Steps:
    """Wait for something."""

    async def steps(page: Page) -> None:
        await page.locator(selector).first.wait_for()

    return steps


def then(steps_before: Steps, selector: str) -> Steps:
    """Do this, and wait for what it shows."""

    async def steps(page: Page) -> None:
        await steps_before(page)
        await page.locator(selector).first.wait_for()

    return steps


def open_menu(selector: str, shows: str) -> Steps:
    async def steps(page: Page) -> None:
        await page.locator(selector).first.evaluate("element => element.open = true")
        await page.locator(shows).first.wait_for()

    return steps


WRITTEN = {
    "assessment": "With her father, probably at his sister’s near Innsbruck. She was well on Tuesday evening.",
    "hypotheses": "They travel on to Italy, where he worked until 2024.",
    "dropped": "The school friend’s house in Eupen: searched on Tuesday, nobody there.",
    "contingencies": "If the sister does not answer by 15:22, the Austrian police ring at the door.",
    "contacts": "Mother at 12:00. Federal magistrate at 14:00. No press before that.",
}
OF_THE_SHIFT = {"faults": "The printer of the second room does not work.", "remarks": "Sophie Lambert is on call from 18:00."}
SUMMARISED: dict[str, tuple[str, dict[str, Any] | None]] = {
    "DEMO-10": ("The father is called at ten, and nobody rings at the door before that.", None),
    "DEMO-01": ("She is on foot, and was seen near the station. The posters are up.", {"correct": True}),
    "DEMO-02": ("Everyone waits for the cameras.", {"correct": False, "reason": "The cameras are there: nobody has looked yet."}),
}

# -- scenes -------------------------------------------------------------------------------------------------------------------


async def as_seeded(demo: Demo) -> None:
    """Leave the demo as it was made."""


async def handover_begun(demo: Demo) -> None:
    await demo.command("alice", "operations", "handover.prepare", {})
    demo.numbers["handover"] = str((await handover(demo))["number"])


async def handover_written(demo: Demo) -> None:
    """Write all six answers about one search, two about another, and what concerns the shift as a whole."""
    number = int(demo.numbers["handover"])
    for board, texts in ((demo.boards["DEMO-10"], WRITTEN), (demo.boards["DEMO-01"], dict(list(WRITTEN.items())[:2]))):
        pinned = {"pinned": [demo.cards["task"]]} if board == demo.boards["DEMO-10"] else {}
        await demo.command("alice", board, "handover.write", {"handover": number, **texts, **pinned})
    await demo.command("alice", "operations", "handover.write", {"handover": number, **OF_THE_SHIFT})


async def handover_signed(demo: Demo) -> None:
    report = await demo.get("alice", "/handover")
    positions = {section["board"]: section["seq"] for section in report["searches"]}
    await demo.command(
        "alice", "operations", "handover.sign", {"handover": int(demo.numbers["handover"]), "positions": positions}
    )


async def handover_answered(demo: Demo) -> None:
    """Let the incoming coordinator read three searches and summarise them, and the outgoing one answer two of the summaries."""
    number = int(demo.numbers["handover"])
    report = await demo.get("nadia", f"/handovers/{number}")
    read = [section for section in report["searches"] if section["board"] in (demo.boards[each] for each in SUMMARISED)]
    for section in read:
        await demo.command("nadia", section["board"], "handover.read", {"handover": number, "seq": section["seq"]})
    for reference, (text, answer) in SUMMARISED.items():
        board = demo.boards[reference]
        await demo.command("nadia", board, "handover.restate", {"handover": number, "text": text})
        entities = (await demo.get("nadia", f"/boards/{board}"))["entities"]
        state = next(each["state"] for each in entities if each["kind"] == "briefing")
        ((account, said),) = state["restatements"].items()
        if answer is not None:
            reply = {"handover": number, "account": account, "at": said["at"], **answer}
            await demo.command("alice", board, "handover.answer", reply)


async def handover(demo: Demo) -> Any:
    entities = (await demo.get("alice", "/boards/operations"))["entities"]
    return next(each["state"] for each in entities if each["kind"] == "handover")


MILA = "/searches/{mila}"
SCENES = (
    Scene(
        as_seeded,
        (
            Shot("sign-in", "/login", person=""),
            Shot("password-link", "/password", person=""),
            Shot("operations", "/"),
            Shot("operations-viewer", "/", person="charlie"),
            Shot("operations-replay", "/?at=5"),
            Shot("operations-more", "/", open_menu("details.more-menu", ".more-menu [data-act]:not(summary)")),
            Shot("search-new-dialog", "/", dialog("[data-act=open-search]")),
            Shot("intake", "/intake"),
            Shot("board", MILA),
            Shot("board-viewer", MILA, person="charlie"),
            Shot("board-sighting", MILA + "/cards/{sighting}"),
            Shot("board-sighting-edit", MILA + "/cards/{sighting}", click(".panel [data-act=edit]")),
            Shot("board-task", MILA + "/cards/{task}"),
            Shot("board-log", MILA, click("[data-act=log]")),
            Shot("board-replay", MILA + "?at=30"),
            Shot("board-find", MILA, typed("input[type=search]", "coat", "[role=option]:has(mark)")),
            Shot("board-more", MILA, then(click("[data-act=more]"), ".tool-sheet.open"), widths=PHONE),
            Shot("board-folded", MILA, then(click("[data-act=fold-header]"), "html[data-header-folded]"), widths=NOT_PINNED),
            Shot("board-menu", MILA, popup("[popovertarget=search-menu]"), widths=WIDE),
            Shot("status-menu", MILA, in_sheet("[popovertarget=status-menu]:visible")),
            Shot("filter-menu", MILA, in_sheet("[popovertarget=filters]")),
            Shot("card-menu", MILA + "/cards/{sighting}", popup("[data-act=card-menu]")),
            Shot("goal-dialog", MILA, dialog("[data-act=set-goal]")),
            Shot("outcome-dialog", "/searches/{found}", dialog("[data-act=outcome]")),
            Shot("column-dialog", MILA, dialog("[data-act=column-menu]", "[data-act=rename-column]")),
            Shot("board-full", "/searches/{noor}"),
            Shot("board-column-menu", MILA, popup("[data-act=column-menu]:visible")),
            Shot("sighting-dialog", MILA, dialog("[data-act=add-sighting]")),
            Shot("task-dialog", MILA, dialog("[data-act=add-task]")),
            Shot("move-dialog", MILA, dialog("article.card [data-act=move]")),
            Shot("details-dialog", MILA, dialog("[data-act=edit-search]")),
            Shot("appeal-dialog", MILA, dialog("[data-act=appeal]")),
            Shot("access-dialog", MILA, dialog("[data-act=access]")),
            Shot("status-dialog", MILA, dialog("[data-act=set-status]")),
            Shot("worrying-dialog", MILA, dialog("[data-act=log]", "[data-act=qualify]")),
            Shot("withdraw-dialog", MILA + "/cards/{sighting}", dialog(".panel [data-act=withdraw]")),
            Shot("search-found", "/searches/{found}"),
            Shot("search-closed", "/searches/{closed}"),
            Shot("keys-dialog", MILA, keys("?")),
            Shot("quick-menu", MILA, keys("Control+k")),
            Shot("alerts", "/", open_menu("details.bell", ".alerts li")),
            Shot("account-menu", "/", open_menu("details.account-menu", ".account-menu .menu")),
            Shot("unseen", "/since"),
            Shot("unanswered", "/unanswered", shown("li[data-entry]")),
            Shot("closed", "/closed"),
            Shot("history", "/history", shown("li[data-seq]")),
            Shot("search-history", MILA + "/history", shown("li[data-seq]")),
            Shot("handover-none", "/handover"),
            Shot("displays", "/displays"),
            Shot("pair-dialog", "/displays", dialog("[data-act=pair]")),
            Shot("account", "/account", whole=True),
            Shot("accounts", "/accounts", person="robin", whole=True),
            Shot("account-detail", "/accounts/{account}", person="robin", whole=True),
            Shot("tokens", "/accounts/tokens", person="robin", whole=True),
            Shot("audit", "/audit", person="robin"),
            Shot("help", "/help"),
            Shot("help-page", "/help/tutorial/first-evening"),
            Shot("help-guide", "/help/guides/coordinator"),
            Shot("api", "/api"),
            Shot("not-found", "/searches/nothing"),
            Shot("wall-unpaired", "/wall", person=""),
        ),
        (
            Wall("wall-720p", (1280, 720)),
            Wall("wall-1080p", (1920, 1080)),
            Wall("wall-1080p-light", (1920, 1080), theme="light"),
            Wall("wall-4k", (3840, 2160)),
            Wall("wall-portrait", (1080, 1920)),
            Wall("wall-search-1080p", (1920, 1080), ("mila",)),
            Wall("wall-inner-720p", (1280, 720), ("mila",), "inner"),
            Wall("wall-inner-1080p", (1920, 1080), ("mila",), "inner"),
            Wall("wall-inner-4k", (3840, 2160), ("mila",), "inner"),
            Wall("wall-inner-portrait", (1080, 1920), ("mila",), "inner"),
        ),
    ),
    Scene(
        handover_begun,
        (
            Shot("handover-write", "/handover"),
            Shot("handover-sign-dialog", "/handover", dialog("[data-act=sign]")),
        ),
    ),
    Scene(
        handover_written,
        (
            Shot("handover-written", "/handover#s-{mila}", whole=True),
            Shot("handover-menu", "/handover", popup("[data-act=handover-menu]")),
        ),
    ),
    Scene(
        handover_signed,
        (
            Shot("handover-read", "/handover", person="nadia"),
            Shot("handover-refuse-dialog", "/handover", dialog("[data-act=refuse]"), person="nadia"),
            Shot("handover-take-dialog", "/handover", dialog("[data-act=take]"), person="nadia"),
            Shot("handover-signed", "/handovers/{handover}"),
        ),
    ),
    Scene(
        handover_answered,
        (
            Shot("handover-answer", "/handover#s-{mila}", shown("[data-act=correct]")),
            Shot("handover-answer-dialog", "/handover#s-{mila}", dialog("[data-act=not-quite]")),
            Shot("handover-answered", "/handover#s-{noor}", person="nadia"),
            Shot("handover-answered-whole", "/handovers/{handover}", person="nadia", whole=True),
        ),
    ),
)


def fill(path: str, demo: Demo) -> str:
    """Put the ids of a demo into a path."""
    return path.format(mila=demo.boards["DEMO-10"], noor=demo.boards["DEMO-01"], **demo.cards, **demo.numbers)
