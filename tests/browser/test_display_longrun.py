"""A wall goes on by itself for weeks: whatever is killed, stopped or blocked, and through the events of many days. Minutes long;
`--log-cli-level=INFO` says what was measured."""

import asyncio
import contextlib
import logging
import math
import os
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from random import Random

import httpx2 as httpx
import pytest
from playwright.async_api import Browser, expect

from board.accounts import live_changes
from board.demo import seed
from board.demo.simulated_users import SimulatedTeam, create_tokens
from board.displays import health as display_standing
from models.times import now
from tests.support.browser_window import Window
from tests.support.browsers import ROLES, Browsers, SignedInUser
from tests.support.display_page import HD, Screencast, open_display, wait_for_overlay
from tests.support.people import PASSWORD
from tests.support.random_commands import OUTCOME
from tests.tools.bench import _server

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.browser, pytest.mark.slow]

GREY_S, AGAIN_S, NAMED_S = 10.0, 5.0, 15.0  # the promises
LATE_S = 2.0  # tolerance for a busy machine
SCREENS = (HD, {"width": 3840, "height": 2160}, {"width": 1080, "height": 1920})
MINUTES = (5, 20)  # after these, memory is looked at
SPEED = 100  # of the demo
CALM = "Calm"  # the child of a search on which nobody works
SHOWN = 2  # single searches, beside the overview; their children are not found meanwhile
BLOCK = "(ms) => { setTimeout(() => { const until = performance.now() + ms; while (performance.now() < until); }); }"


# -- faults ---------------------------------------------------------------------------------------------------------------


@dataclass
class House:
    """A server that is a process of its own, and can be killed."""

    settings: dict[str, str]
    process: "subprocess.Popen[str]"

    def begin_anew(self) -> None:
        self.process, _ = _server.serve(self.settings)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def house() -> Iterator[House]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with _server.on_sqlite() as settings:
        settings |= {"PORT": str(port)}
        house = House(settings, _server.serve(settings)[0])
        yield house
        house.kill()


@pytest.fixture
async def browsers(house: House, browser: Browser) -> AsyncIterator[Browsers]:
    service = await _server.open_service(house.settings)
    for name, role in ROLES.items():
        await live_changes.add_account(service, f"{name.lower()}@desk.example", name, role, PASSWORD)
    async with Browsers(browser, f"http://127.0.0.1:{house.settings['PORT']}") as working:
        yield working
    await service.close()


async def states(house: House) -> dict[str, str]:
    """Return the health of each display, as `board displays` reports it, beside the server."""
    service = await _server.open_service(house.settings)
    found = await service.database.read(lambda database: list(display_standing.with_status(database, now())))
    await service.close()
    return {display.id: state for display, state in found}


async def until_it_stands(house: House, id: str, state: str, within_s: float) -> float:
    began = time.monotonic()
    async with asyncio.timeout(within_s):
        while (await states(house))[id] != state:
            await asyncio.sleep(0.25)
    return time.monotonic() - began


async def renderers(browser: Browser) -> set[int]:
    line = await browser.new_browser_cdp_session()
    told = await line.send("SystemInfo.getProcessInfo")
    await line.detach()
    return {each["id"] for each in told["processInfo"] if each["type"] == "renderer"}


async def test_display_survives_dead_servers_blocked_threads_and_renderers(
    house: House, browsers: Browsers, browser: Browser
) -> None:
    board = await browsers.search()
    others = await renderers(browser)
    wall, id = await open_display(browsers, [board])
    wall.may_fail("WebSocket", "Failed to load resource")
    await wall.open("/wall")
    took: dict[str, tuple[float, float]] = {}

    house.process.send_signal(signal.SIGSTOP)  # its sockets stay open
    grey = await wait_for_overlay(wall, True, GREY_S + LATE_S)
    await asyncio.sleep(20)
    house.process.send_signal(signal.SIGCONT)
    took["server stopped"] = grey, await wait_for_overlay(wall, False, AGAIN_S + LATE_S)

    house.kill()
    grey = await wait_for_overlay(wall, True, GREY_S + LATE_S)
    await asyncio.sleep(20)
    house.begin_anew()
    took["server killed"] = grey, await wait_for_overlay(wall, False, AGAIN_S + LATE_S)

    cast, began = Screencast(wall), time.monotonic()
    await cast.start()
    await wall.page.evaluate(BLOCK, 30_000)
    await asyncio.sleep(29)
    warned = cast.warned_at(began)
    assert warned is not None
    assert warned - began < GREY_S + LATE_S
    await asyncio.sleep(1)
    took["thread blocked"] = warned - began, await wait_for_overlay(wall, False, AGAIN_S + LATE_S)
    await cast.stop()

    await until_it_stands(house, id, "current", NAMED_S)
    own = await renderers(browser) - others  # the page's, and one that the browser keeps ready
    for renderer in own:
        os.kill(renderer, signal.SIGSTOP)
    named = await until_it_stands(house, id, "silent", NAMED_S)
    for renderer in own:
        os.kill(renderer, signal.SIGCONT)
    took["renderer stopped"] = named, await wait_for_overlay(wall, False, AGAIN_S + LATE_S)
    await until_it_stands(house, id, "current", NAMED_S)
    for what, (ill, well) in took.items():
        log.info("%s: seen after %.1f s; current %.1f s after the cure", what, ill, well)


# -- the run --------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def demo(browser: Browser) -> AsyncIterator[tuple[Browsers, str]]:
    """The demo, its colleagues at work a hundred times as fast as they are, and Alice with them; one search all leave alone."""
    with _server.on_sqlite() as settings:
        service = await _server.open_service(settings)
        await seed.create(service.settings)
        members = await service.database.write(create_tokens)
        await service.close()
        with _server.serving(settings) as (_, port):
            url = f"http://127.0.0.1:{port}"
            simulated = SimulatedTeam(url, members, factor=1 / SPEED)
            async with Browsers(browser, url, "demo.example", seed.PASSWORD) as browsers:
                alice = await browsers.person("Alice")
                calm = await browsers.search(person={"first_name": CALM})
                simulated.paused_until[calm] = math.inf
                working = [asyncio.create_task(simulated.run()), asyncio.create_task(decide(alice, calm))]
                yield browsers, calm
                assert not any(each.done() for each in working), [each.exception() for each in working if each.done()]
                for each in working:
                    each.cancel()
                await asyncio.gather(*working, return_exceptions=True)
            assert simulated.failed == []


async def searches(alice: SignedInUser, status: str) -> list[str]:
    """Return the searches that a display may show."""
    found = [each for each in await alice.entities("operations") if each["kind"] == "search"]
    return [each["id"] for each in found if each["state"]["status"] == status and each["state"]["access"] == "desk"]


async def decide(alice: SignedInUser, calm: str) -> None:
    """Decide what only a coordinator can, for ever: worrying, an appeal, a found child. Keep as many searches open as there
    were."""
    random, many = Random(1), len(await searches(alice, "open"))
    while True:
        await asyncio.sleep(1)
        with contextlib.suppress(httpx.TimeoutException):
            open = await searches(alice, "open")
            board = random.choice([each for each in open[SHOWN:] if each != calm])
            await alice.command(board, "search.set_worrying", {"worrying": random.choice((True, False, None)), "basis": "Asked."})
            await alice.command(board, "search.set_appeal", {"level": random.choice(("none", "posters", "public", "discreet"))})
            if len(open) < many:
                other = random.choice(await searches(alice, "found"))
                await alice.command(other, "search.set_status", {"status": "open", "reason": "Away again"})
            else:
                await alice.command(board, "search.set_status", {"status": "found", "reason": "Seen by us", "outcome": OUTCOME})


async def used(
    alice: SignedInUser, displays: list[tuple[Window, str]], calm: str, boards: list[str]
) -> list[tuple[int, int, int]]:
    """Return heap bytes, nodes and listeners of each page, after garbage collection. All show the search that nobody works on
    meanwhile, so that the content is the same each time."""
    found = []
    for wall, id in displays:
        await point(alice, id, [calm])
        await expect(wall(".single-search .name")).to_contain_text(CALM)
        line = await wall.context.new_cdp_session(wall.page)
        await line.send("Performance.enable")
        await wall.live()
        await line.send("HeapProfiler.collectGarbage")
        told = {each["name"]: int(each["value"]) for each in (await line.send("Performance.getMetrics"))["metrics"]}
        found.append((told["JSHeapUsedSize"], told["Nodes"], told["JSEventListeners"]))
        await line.detach()
        await point(alice, id, boards)
    return found


async def point(alice: SignedInUser, id: str, boards: list[str]) -> None:
    answer = await alice.http.patch(f"/api/v1/displays/{id}", json={"shows": {"boards": boards, "every_s": 10}})
    assert answer.status_code == 200, answer.text


async def test_a_page_needs_no_more_memory_after_the_events_of_days(demo: tuple[Browsers, str]) -> None:
    browsers, calm = demo
    alice = await browsers.person("Alice")
    boards = ["operations", *(await searches(alice, "open"))[:SHOWN]]
    displays = [await open_display(browsers, boards, viewport=size) for size in SCREENS]
    for wall, _ in displays:
        wall.may_fail("WebSocket", "Failed to load resource")
        await wall.open("/wall")
    began, found = time.monotonic(), []
    for minutes in MINUTES:
        await asyncio.sleep(began + minutes * 60 - time.monotonic())
        heads = [(await alice.http.get(f"/api/v1/boards/{board}")).json()["seq"] for board in boards]
        found.append(await used(alice, displays, calm, boards))
        log.info("after %s min, events of %s: %s", minutes, heads, found[-1])
    for early, late in zip(*found, strict=True):
        for before, after in zip(early, late, strict=True):
            assert after <= before * 1.1
    for wall, _ in displays:
        await wall.live()
