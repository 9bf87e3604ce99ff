"""Browser window of a person, and the comparison of its content with the server's."""

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx
from playwright.async_api import BrowserContext, Locator, Page, WebSocket

from board.config.predefined_tasks import shown_text
from tests.support.people import PASSWORD, PATIENCE_S

PATIENCE_MS = 15_000  # time-out of a step or an expectation of a page, which needs a core while other files run
DESKTOP_SIZE = {"width": 1400, "height": 900}
OPENS_WITHIN_MS = 2 * PATIENCE_MS

# Each column with its cards in order, as a person reads them: id (none while it is sent), number, title, grade, what it came to,
# ticks of the checklist, whether it is still being sent.
READ_COLUMNS = """() => {
  const text = (card, what) => card.querySelector(what)?.textContent.trim() ?? null;
  const card = (each) => [each.dataset.card ?? null, each.dataset.number ?? null, text(each, "h3"), text(each, ".grade"),
    text(each, ".confirmed, .assessed"), text(each, ".ticks"), "pending" in each.dataset];
  return {
    columns: [...document.querySelectorAll("[data-list]")].map((list) =>
      [list.dataset.list, [...list.querySelectorAll(":scope > article")].map(card)]),
    withdrawn: [...document.querySelectorAll("[data-withdrawn]")].map((each) => each.dataset.withdrawn),
    status: document.querySelector("[data-status]")?.dataset.status,
  };
}"""
ASSESSED = {
    "unassessed": None,
    "credible": "credible",
    "confirmed": "confirmed",
    "not_the_child": "not the child",
    "unverifiable": "cannot be verified",
    "duplicate": "duplicate",
}


def expected_columns(entities: list[dict[str, Any]], language: str) -> dict[str, Any]:
    """Return what a window in a language must show of a snapshot, in the form of READ_COLUMNS."""
    by_rank = sorted(entities, key=lambda each: (each["state"].get("rank") or "", each["id"]))
    cards = [each for each in by_rank if each["kind"] in ("sighting", "task")]
    inboxes = {each["id"] for each in by_rank if each["kind"] == "column" and each["state"]["role"] == "inbox"}
    cards.sort(key=lambda each: not (each["state"]["column"] in inboxes and _is_urgent(each)))
    there = [each for each in cards if not _away(each)]
    return {
        "columns": [
            [column["id"], [_card(each, language) for each in there if each["state"]["column"] == column["id"]]]
            for column in by_rank
            if column["kind"] == "column"
        ],
        "withdrawn": [each["id"] for each in sorted(cards, key=lambda each: -each["state"]["number"]) if _away(each)],
        "status": next(each["state"]["status"] for each in entities if each["kind"] == "search"),
    }


def _is_urgent(card: dict[str, Any]) -> bool:
    """Return True for a waiting urgent sighting, which is first in “New”."""
    return card["kind"] == "sighting" and card["state"]["priority"] == "urgent" and card["state"]["queue"] != "answered"


def _away(card: dict[str, Any]) -> bool:
    return bool(card["state"]["withdrawn"])


def _card(card: dict[str, Any], language: str) -> list[Any]:
    state = card["state"]
    if card["kind"] == "sighting":
        grade = "{source}{content}".format(**state["grade"])
        said = (state["description"], grade, ASSESSED[state["assessment"]], None)
    else:
        items = [item for item in state["checklist"].values() if item]
        ticks = f"{sum(item['done'] for item in items)} of {len(items)}" if items else None
        said = (shown_text(state["title"], language), None, None, ticks)  # type: ignore[assignment]
    title, *rest = said
    return [card["id"], str(state["number"]), title.strip(), *rest, False]


@dataclass
class Frame:
    """Frame of a window's socket, in the order in which this process learned of it."""

    sent: bool
    body: dict[str, Any]


@dataclass
class Window:
    """Browser window of one person. Errors of its page fail the test, except those announced with `may_fail`."""

    name: str
    page: Page
    context: BrowserContext
    faults: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    http: httpx.AsyncClient = field(kw_only=True)

    def listen(self) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("console", self._console)
        self.page.on("websocket", self._socket)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def _socket(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda text: self.frames.append(Frame(True, _body(text))))
        socket.on("framereceived", lambda text: self.frames.append(Frame(False, _body(text))))

    def may_fail(self, *patterns: str) -> None:
        """Allow console errors that belong to the test, such as a refused socket while the server is down."""
        self.allowed += patterns

    def unexpected(self) -> list[str]:
        return [fault for fault in self.faults if not any(re.search(pattern, fault) for pattern in self.allowed)]

    # --- navigation

    async def open(self, path: str) -> None:
        """Open a page of the board and wait until it is live."""
        await self.page.goto(path, timeout=OPENS_WITHIN_MS)
        await self.live()

    async def allow_late_routes(self) -> None:
        """Prepare for routes that are added while the page is open: a request could bypass the first route of an open page."""
        await self.page.route("**/no-such-address", lambda route: route.abort())

    async def live(self) -> None:
        await self.freshness("live")

    async def freshness(self, state: str, within_ms: float = 2 * PATIENCE_MS) -> None:
        await self.page.locator(f"html[data-freshness={state}]").wait_for(state="attached", timeout=within_ms)

    async def reload(self) -> None:
        await self.page.reload()

    # --- reading the screen

    def __call__(self, selector: str, **more: Any) -> Locator:
        return self.page.locator(selector, **more)

    def card(self, text: str) -> Locator:
        """Find a card by its own text, because other words on a card may name the person who changed it."""
        return self.page.locator("article.card", has=self.page.locator("h3", has_text=text))

    def column(self, role: str) -> Locator:
        return self.page.locator(f"section[data-role={role}]")

    @property
    def panel(self) -> Locator:
        return self.page.locator(".panel")

    async def id_of(self, text: str) -> str:
        """Return the id of a card, once the server has given it one."""
        return str(await self.card(text).and_(self.page.locator("[data-card]:not([data-pending])")).get_attribute("data-card"))

    async def shown(self) -> dict[str, Any]:
        shown: dict[str, Any] = await self.page.evaluate(READ_COLUMNS)
        return shown

    async def same_as_server(self, board: str) -> dict[str, Any]:
        """Wait until every column shows the server's cards, in its order and with its texts; return the columns.

        The server is asked again each time: the page may show an own change that the server does not have yet.
        """
        deadline = time.monotonic() + PATIENCE_S
        while True:
            answer = await self.http.get(f"/api/v1/boards/{board}")
            assert answer.status_code == 200, answer.text
            language = await self.page.evaluate("document.documentElement.lang")
            wanted, shown = expected_columns(answer.json()["entities"], language), await self.shown()
            if shown == wanted:
                return wanted
            assert time.monotonic() < deadline, f"{self.name}'s screen is not what the server has: {shown} for {wanted}"
            await asyncio.sleep(0.05)

    # --- actions

    async def choose(self, act: str) -> None:
        """Press a control of the search, in the tool row or in its menu."""
        control = self(f"[data-act={act}]").first
        await control.wait_for(state="attached")
        if not await control.is_visible():
            menu = await control.evaluate("each => each.closest('[popover]').id")
            await self(f"[popovertarget={menu}]:visible").click()
        await control.click()

    async def add_sighting(self, description: str, **fields: str) -> None:
        await self("[data-act=add-sighting]").click()
        await self.fill("add-sighting", {"description": description} | fields)
        await self("dialog [data-act=send]").click()

    async def add_task(self, title: str, **fields: str) -> None:
        await self("[data-act=add-task]").click()
        await self.fill("add-task", {"title": title} | fields)
        await self("dialog [data-act=send]").click()

    async def fill(self, form: str, fields: dict[str, str]) -> None:
        """Fill the fields of a form, by their path; for choices, select from the list or press the button."""
        for path, text in fields.items():
            control = self.field(form, path)
            if await control.evaluate("each => each.localName") == "select":
                await control.select_option(text)
            elif await control.get_attribute("type") == "radio":
                await self(f'form[data-form={form}] [data-field="{path}"] input[value="{text}"]').check()
            else:
                await control.fill(text)

    def field(self, form: str, path: str) -> Locator:
        return self.page.locator(f'form[data-form={form}] [data-field="{path}"]').locator("input, select, textarea").first

    async def open_card(self, text: str) -> None:
        await self.card(text).locator("a[data-part=open]").click()
        await self.panel.wait_for()

    async def close_card(self) -> None:
        await self.panel.locator("[data-act=close-card]").click()
        await self.panel.wait_for(state="detached")

    async def edit(self, **fields: str) -> None:
        """Change fields of the open card, by their path, and save."""
        await self.panel.locator("[data-act=edit]").click()
        await self.fill("facts", fields)
        await self.panel.locator("[data-act=save]").click()

    async def withdraw(self) -> None:
        """Open the dialog that withdraws the open card, by the menu of its panel."""
        await self.panel.locator("[data-act=card-menu]").click()
        await self.panel.locator("[data-act=withdraw]").click()

    async def move_by_menu(self, text: str, role: str) -> None:
        await self.card(text).locator("[data-act=move]").click()
        column = await self.column(role).get_attribute("data-column")
        await self(f"dialog input[value='{column}']").check()
        await self("dialog [data-act=send]").click()

    async def sign_in(self, email: str) -> None:
        """Sign in by the form of the sign-in page."""
        await self("[name=email]").fill(email)
        await self("[name=password]").fill(PASSWORD)
        await self("form.sign-in button.primary").click()

    async def drag(self, card: Locator, column: Locator, before: Locator | None = None) -> None:
        """Drag a card with the mouse and drop it in its place."""
        await self.take_up(card)
        await self.carry(column, before)
        await self.page.mouse.up()

    async def draggable(self) -> None:
        """Wait until cards can be dragged: the library for that is loaded after they are drawn."""
        await self("main[data-draggable]").wait_for()

    async def take_up(self, card: Locator) -> None:
        await self.draggable()
        x, y = center_of(await card.bounding_box())
        await self.page.mouse.move(x, y)
        await self.page.mouse.down()
        await self.page.mouse.move(x + 4, y + 8, steps=3)
        await self("main[data-dragging]").wait_for()

    async def carry(self, column: Locator, before: Locator | None = None) -> None:
        """Move the pointer above a card, or to the end of a column, until the drop target is marked."""
        if before is None:
            box = await column.bounding_box()
            assert box
            await self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 6, steps=2)
            return await column.locator("[data-drop-target=end]").wait_for()
        box = await before.bounding_box()
        assert box
        await self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 3, steps=2)
        return await before.and_(self.page.locator("[data-drop-target=before]")).wait_for()

    async def drag_by_finger(self, card: Locator, column: Locator) -> None:
        """Drag a card by touch: a long press takes it up, and it is dropped at the end of a column."""
        finger = await self.context.new_cdp_session(self.page)

        async def touch(kind: str, *at: tuple[float, float]) -> None:
            points = [{"x": x, "y": y} for x, y in at]
            await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        x, y = center_of(await card.bounding_box())
        box = await column.bounding_box()
        assert box
        await self.draggable()
        await touch("touchStart", (x, y))
        await self("article.sortable-chosen").wait_for()  # the press was long enough
        await touch("touchMove", (x + 8, y + 8))
        await self("main[data-dragging]").wait_for()
        await touch("touchMove", (box["x"] + box["width"] / 2, box["y"] + box["height"] - 6))
        await column.locator("[data-drop-target=end]").wait_for()
        await touch("touchEnd")


def _body(text: str | bytes) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(text)
    return body


def center_of(box: Any) -> tuple[float, float]:
    assert box, "it is on the screen"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def wait_until(true: Callable[[], Any]) -> None:
    """Wait until a condition in this process is true."""

    async def wait() -> None:
        while not true():
            await asyncio.sleep(0.005)

    await asyncio.wait_for(wait(), PATIENCE_S)
