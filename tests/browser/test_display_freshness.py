"""No state exists in which old data looks live: whatever fails, a wall is grey within ten seconds, and true again by itself."""

import asyncio
import json
import re
import time
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Route, WebSocketRoute, expect

from board.displays import health as display_standing
from models.times import now
from realtime.wire.protocol import CLOSE_SESSION_ENDED
from tests.support.browser_window import wait_until
from tests.support.browsers import Browsers
from tests.support.display_page import Screencast, open_display, wait_for_overlay
from tests.support.people import PATIENCE_S
from tests.support.tcp_proxy import proxy_to

pytestmark = pytest.mark.browser

GREY_S = 10.0  # latest time after the cause: the last proof came before it
LATE_S = 2.0  # tolerance for a busy machine
AGAIN_S = 3 * PATIENCE_S  # after the recovery, beside other tests: all screens reconnect at once, and each takes a core
PROMISED_S = 5.0 + LATE_S
AGAIN = pytest.mark.parametrize("again_s", [AGAIN_S, PROMISED_S], ids=["beside other tests", "on a quiet machine"])
BLOCKED_S = 11.5
BLOCK = "(ms) => { setTimeout(() => { const until = performance.now() + ms; while (performance.now() < until); }); }"
BREAK = """() => Object.defineProperty(document.documentElement, "dataset",
  { configurable: true, get: () => { throw new Error("drawing is broken"); } })"""
MEND = "() => delete document.documentElement.dataset"
AHEAD = "() => { const now = Date.now; Date.now = () => now() + 3 * 3600e3; }"
RELOAD = 'async () => { window.old = true; (await import("/static/js/display/recovery.js")).reload(); }'
# What a screen does whose server is of another version: of the one that it has just left, as behind a proxy with two of them; of
# a newer one while a card is lifted, and when that is over.
RENEWS = """async () => {
  const { Recovery, reloadDelay } = await import("/static/js/display/recovery.js");
  Math.random = () => 0;
  let busy = true, loaded = 0;
  const screen = { newVersion: "2", connection: { state: "open" }, freshness: { state: "live" } };
  const recovery = new Recovery(screen, {}, { isBusy: () => busy, reload: () => (loaded += 1) });
  const seconds = (count) => new Promise((done) => setTimeout(done, count * 1000));
  sessionStorage.setItem("wall.loaded", JSON.stringify([[Date.now(), "2"]]));
  recovery.connect();
  busy = false;
  await seconds(2.5);
  const back = loaded;
  sessionStorage.removeItem("wall.loaded");
  busy = true;
  await seconds(1.5);
  const while_busy = loaded;
  busy = false;
  await seconds(1.2);
  recovery.disconnect();
  return { back, while_busy, after: loaded > 0, waits: [0, 2, 3, 4, 20].map((times) => reloadDelay(times)) };
}"""


class Gate:
    """Proxy between the server and a screen: while it is shut, frames of these types do not pass."""

    def __init__(self, *types: str) -> None:
        self.types, self.shut = types, False

    def route(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda frame: None if self.shut and json.loads(frame)["type"] in self.types else socket.send(frame))


async def standings(browsers: Browsers) -> dict[str, str]:
    assert browsers.server
    found = await browsers.server.service.database.read(lambda database: list(display_standing.with_status(database, now())))
    return {display.id: state for display, state in found}


@AGAIN
async def test_display_is_grey_within_ten_seconds_of_any_failure_and_recovers(browsers: Browsers, again_s: float) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    publisher, echo = Gate("events", "snapshot"), Gate("pong")  # without an echo, the age of a heartbeat is unknown
    async with AsyncExitStack() as lines:
        dead, cut = [await lines.enter_async_context(proxy_to(browsers.url)) for _ in range(2)]
        shown = [await open_display(browsers, [board], url=url) for url in (None, None, dead.url, cut.url, None, None, None)]
        behind, unproven, silent, gone, broken, blocked, shifted = walls = [wall for wall, _ in shown]
        await behind.page.route_web_socket("**/ws**", publisher.route)
        await unproven.page.route_web_socket("**/ws**", echo.route)
        broken.may_fail("drawing is broken")
        for wall in (silent, gone):
            wall.may_fail("WebSocket", "Failed to load resource")
        await asyncio.gather(*(wall.open("/wall") for wall in walls))
        cast = Screencast(blocked)
        await cast.start()
        async with asyncio.timeout(PATIENCE_S):  # each reports its state every few seconds
            while {(await standings(browsers)).get(id) for _, id in shown} != {"current"}:
                await asyncio.sleep(0.1)
        before = await blocked(".columns").text_content() or ""

        began = time.monotonic()
        publisher.shut = echo.shut = True
        dead.swallow()
        cut.cut()
        await broken.page.evaluate(BREAK)
        await blocked.page.evaluate(BLOCK, BLOCKED_S * 1000)
        await alice.command(board, "sighting.add", {"description": "Girl with a red coat"})
        # Watched from the start: it is grey until the server's next answer.
        await asyncio.gather(wait_for_overlay(shifted, True, GREY_S), shifted.page.evaluate(AHEAD))
        await wait_for_overlay(shifted, False, again_s)  # it knows by now that its own clock is wrong
        grey = await asyncio.gather(
            *(wait_for_overlay(wall, True, GREY_S + LATE_S) for wall in (behind, unproven, silent, gone, broken))
        )
        await expect(gone("[data-stale-since]")).to_have_text(re.compile(r"^since \d\d:\d\d:\d\d$"))
        await asyncio.sleep(max(0, began + BLOCKED_S - 0.5 - time.monotonic()))  # the thread is blocked for a moment longer
        warned = cast.warned_at(began)
        assert warned is not None, "its thread was blocked, and it warned by itself"
        assert max(warned - began, *grey) < GREY_S + LATE_S
        known = await standings(browsers)
        says, none = "not_current", "silent"
        assert [known[id] for _, id in shown] == [says, says, none, none, says, none, "current"]

        publisher.shut = echo.shut = False
        dead.heal()
        cut.heal()
        await broken.page.evaluate(MEND)
        await asyncio.gather(*(wait_for_overlay(wall, False, again_s) for wall in walls))
        for wall in walls:
            await expect(wall(".columns")).not_to_have_text(before)
        await cast.stop()


@AGAIN
async def test_disconnected_display_that_is_still_valid_returns_by_itself(browsers: Browsers, again_s: float) -> None:
    wall, _ = await open_display(browsers, [await browsers.search()])
    sockets: list[WebSocketRoute] = []

    def route(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    await wall.page.route_web_socket("**/ws**", route)
    await wall.open("/wall")
    await sockets[-1].close(code=CLOSE_SESSION_ENDED)
    await wait_until(lambda: len(sockets) > 1)  # it may be grey for less time than a poll would notice
    await wait_for_overlay(wall, False, again_s)
    await wall.live()


@pytest.mark.slow
async def test_display_page_reloads_in_a_quiet_moment_if_it_is_reachable(browsers: Browsers) -> None:
    board = await browsers.search()
    wall, _ = await open_display(browsers, [board])
    answers: list[int] = []

    async def once_unavailable(route: Route) -> None:
        answers.append(200 if answers else 503)
        await (route.continue_() if len(answers) > 1 else route.fulfill(status=503, body="<p>no</p>"))

    wall.may_fail("503")
    await wall.open("/wall")
    assert await wall.page.evaluate(RENEWS) == {
        "back": 0,
        "while_busy": 0,
        "after": True,
        "waits": [0, 0, 5_000, 10_000, 600_000],
    }
    await wall.page.route("**/wall", once_unavailable)
    await wall.page.evaluate(RELOAD)
    await expect(wall("html[data-freshness=live]")).to_have_count(1)
    await wall.page.wait_for_function("() => !window.old && document.documentElement.dataset.freshness === 'live'")
    assert answers == [503, 200, 200], "it was asked for until it came, and only then loaded"
