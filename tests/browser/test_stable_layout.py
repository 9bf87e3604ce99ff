"""Stable layout: notices beside a board move no card, so that a click hits the intended card."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Locator, WebSocketRoute, expect

from tests.support.browser_window import PATIENCE_MS, Window
from tests.support.browsers import Browsers
from tests.support.tcp_proxy import proxy_to

pytestmark = pytest.mark.browser

SIZES = [{"width": 390, "height": 844}, {"width": 1400, "height": 900}, {"width": 2560, "height": 1440}]
LONG = "fr-BE"  # the language with the longest words
NO_LINE = ("WebSocket connection to .* failed", "Failed to load resource: net::ERR_")
GREYS_WITHIN_MS = 10_000 + PATIENCE_MS
AT = "2026-11-26T03:04:05Z"
# Where columns and cards begin, in the window; a card that changed may grow, so what is below it in its column is left out.
PLACES = """() => {
  const things = "main, [data-column], .tabs, .operations-tabs, [data-column] :is([data-card], [data-search]):first-child";
  return [...document.querySelectorAll(things)].filter((each) => each.closest("main") && each.checkVisibility()).map((each) => {
    const { left, top } = each.getBoundingClientRect(), { column, card, search } = each.dataset;
    return [column ?? card ?? search ?? each.localName, Math.round(left), Math.round(top)].join(" ");
  });
}"""
# Parts of the bar that are not wholly in it, or in the window.
SPILLS = """() => {
  const { bottom } = document.querySelector(".header-bar").getBoundingClientRect();
  const out = (box) => box.width > 1 && (box.left < 0 || box.right > innerWidth || box.bottom > bottom);
  const parts = [...document.querySelectorAll(".header-bar > :not(.space), .header-bar .freshness > *")];
  return parts.filter((each) => out(each.getBoundingClientRect())).map((each) => each.className || each.localName);
}"""


class Heard:
    """A window's socket, into which a test says what a server would, and on which it refuses what the window sends.

    `withheld`: types of frames of the real server that do not reach the window, as they would undo what the test says."""

    def __init__(self, window: Window, *, withheld: frozenset[str] = frozenset()) -> None:
        self.window = window
        self.withheld = withheld
        self.refusing: dict[str, Any] | None = None
        self._socket: WebSocketRoute

    async def listen(self) -> None:
        await self.window.page.route_web_socket("**/ws**", self._opened)

    def _opened(self, socket: WebSocketRoute) -> None:
        self._socket, server = socket, socket.connect_to_server()
        socket.on_message(lambda frame: server.send(frame) if not self._refused(json.loads(frame)) else None)
        if self.withheld:
            server.on_message(lambda frame: socket.send(frame) if json.loads(frame)["type"] not in self.withheld else None)

    def _refused(self, frame: dict[str, Any]) -> bool:
        if frame["type"] != "command" or self.refusing is None:
            return False
        self.say("refused", id=frame["id"], **self.refusing)
        return True

    def say(self, type: str, **more: Any) -> None:
        self._socket.send(json.dumps({"type": type} | more))


class Still:
    """Positions of elements in a window, at each size, while notices come and go."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.before: list[Any] = []

    async def places(self) -> list[Any]:
        found = []
        for size in SIZES:
            await self.window.page.set_viewport_size(size)  # type: ignore[arg-type]
            found.append(await self.window.page.evaluate(PLACES))
            assert await self.window.page.evaluate(SPILLS) == [], size
        return found

    async def begin(self) -> None:
        self.before = await self.places()
        assert all(self.before)

    async def shows(self, notice: Locator, count: int = 1) -> None:
        """Check that the notice is there, or gone, and that nothing has moved."""
        await expect(notice).to_have_count(count)
        now = await self.places()
        assert [set(was) - set(here) for was, here in zip(self.before, now, strict=True)] == [set()] * len(SIZES), notice


@asynccontextmanager
async def at(browsers: Browsers, path: str, url: str | None = None) -> AsyncIterator[tuple[Still, Heard]]:
    window = await browsers.window("Alice", url=url, locale=LONG)
    heard = Heard(window)
    await heard.listen()
    await window.open(path)
    still = Still(window)
    await still.begin()
    yield still, heard


BOARDS = pytest.mark.parametrize("page", ["search", "operations"])


async def board_of(browsers: Browsers, page: str) -> tuple[str, str]:
    search = await browsers.search()
    for text in ("Zeppelin 1", "Zeppelin 2", "Zeppelin 3"):
        await browsers.sighting(search, text)
    return (search, f"/searches/{search}") if page == "search" else ("operations", "/")


@BOARDS
async def test_cards_stay_where_they_are_when_a_server_says_something(browsers: Browsers, page: str) -> None:
    board, path = await board_of(browsers, page)
    async with at(browsers, path) as (still, heard):
        notice = heard.window
        heard.say("clock", jumped={"by_s": 18_000, "at": AT}, ahead={"at": AT, "until": AT})
        await still.shows(notice("[data-notice=clock]"))
        heard.say("clock", jumped=None, ahead=None)
        await still.shows(notice("[data-notice=clock]"), 0)
        account = {"id": await notice("body").get_attribute("data-account-id"), "name": "Alice", "role": "coordinator"}
        heard.say("hello", account=account, heartbeat_s=5, server="another")
        await still.shows(notice("[data-notice=new-version]"))
        for number in (998, 999):
            heard.say("shift", shift={"number": number, "name": "Bartholomeus", "since": AT}, handover=None)
        await still.shows(notice("[data-notice=passed]"))
        people = [{"account": f"p{each}", "name": f"Person {each}", "card": None, "editing": False} for each in range(9)]
        for there in (people, people[:1]):
            heard.say("presence", board=board, count=len(there), people=there)
            await still.shows(notice("[data-testid=here] .avatar, [data-testid=on-duty]").first)


@pytest.mark.slow
@BOARDS
async def test_cards_stay_where_they_are_when_the_line_is_lost_and_back(browsers: Browsers, page: str) -> None:
    _, path = await board_of(browsers, page)
    async with proxy_to(browsers.url) as line, at(browsers, path, line.url) as (still, heard):
        heard.window.may_fail(*NO_LINE)
        line.cut()
        await heard.window.freshness("not_current", GREYS_WITHIN_MS)
        await still.shows(heard.window("[data-testid=not-current]"))
        await expect(heard.window(".watch-line .again")).to_be_visible()
        await heard.window(".watch-line .again").click()  # before it heals: a healed line takes the button away
        line.heal()
        await heard.window.live()
        await still.shows(heard.window("[data-testid=live]"))


@pytest.mark.slow
async def test_cards_stay_in_place_while_a_change_waits_or_is_refused(browsers: Browsers) -> None:
    _, path = await board_of(browsers, "search")
    async with at(browsers, path) as (still, heard):
        window = heard.window
        await window.page.set_viewport_size(SIZES[1])  # type: ignore[arg-type]
        heard.refusing = {"code": "conflict", "message": "Somebody else has moved this card. " * 4, "fields": {}}
        await window.move_by_menu("Zeppelin 1", "done")
        await still.shows(window("[data-refused]"))
        await window("[data-act=discard]").click()
        await still.shows(window("[data-refused]"), 0)
        await window.page.set_viewport_size(SIZES[1])  # type: ignore[arg-type]
        heard.refusing = {"code": "rate_limited", "message": "Too much.", "retry_after_s": 3}
        await window.move_by_menu("Zeppelin 2", "done")
        await still.shows(window("[data-notice=too-many]"))
        await still.shows(window("[data-testid=unsent]"))
        heard.refusing = None
        await still.shows(window("[data-notice=too-many]"), 0)
        await still.shows(window("[data-testid=unsent]"), 0)


async def test_cards_stay_in_place_when_others_change_something_or_a_filter_ends(browsers: Browsers) -> None:
    board, path = await board_of(browsers, "search")
    bob = await browsers.person("Bob")
    async with at(browsers, path) as (still, heard):
        window = heard.window
        await bob.command(board, "search.update", {"person": {"first_name": "Nora"}})
        await still.shows(window("[data-testid=head-changed]"))
        await window("[data-act=seen]").click()
        await still.shows(window("[data-testid=head-changed]"), 0)
        last = await window.id_of("Zeppelin 3")
        await bob.command(board, "sighting.grade", {"sighting": last, "grade": {"source": "B"}})
        await expect(window("[data-chip=changed]")).to_contain_text("1")
        await still.shows(window("[data-act=all-seen]"))
        await window("[data-chip=changed]").click()
        await expect(window("[data-testid=filtered]")).to_be_visible()
        columns = await window("section[data-column]").evaluate_all("all => all.map((each) => each.dataset.column)")
        still.before = [{each for each in places if each.split()[0] in ("main", "nav", *columns)} for places in still.before]
        await still.shows(window("[data-testid=filtered]"))
        await window("[data-filter=all]").click()
        await window("[data-act=all-seen]").click()
        await still.shows(window("[data-act=all-seen]"), 0)


@pytest.mark.slow
async def test_a_small_phone_keeps_its_bar_and_cards_in_place_while_reconnecting(browsers: Browsers) -> None:
    search = await browsers.search(person={"first_name": "Noor", "last_name": "Voorbeeld", "age": 11, "needs": "inhaler"})
    await browsers.sighting(search, "Zeppelin 1")
    async with proxy_to(browsers.url) as line:
        window = await browsers.window("Alice", url=line.url, locale=LONG, viewport={"width": 320, "height": 700}, has_touch=True)
        window.may_fail(*NO_LINE)
        await window.open(f"/searches/{search}")
        before = await window.page.evaluate(PLACES)
        assert len(before) > 2
        line.cut()
        for state, within_ms in (("catching_up", PATIENCE_MS), ("not_current", GREYS_WITHIN_MS)):
            await window.freshness(state, within_ms)
            assert await window.page.evaluate(PLACES) == before, state
            assert await window.page.evaluate(SPILLS) == [], state
        line.heal()
        await window.live()
        assert await window.page.evaluate(PLACES) == before
