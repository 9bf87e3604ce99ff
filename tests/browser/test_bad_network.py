"""Bad network: nothing is lost, nothing is done twice, and no screen calls itself live when it is not.

Some scenes play at the same time, each on a search of its own: most of each is waiting.
"""

import asyncio
import contextlib
import re
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.ops.test_crash_recovery import Process
from tests.support.bad_network import (
    BACK_WITHIN_MS,
    GREY,
    KEEP_FRESHNESS,
    MEASURING_S,
    STALE_WITHIN_S,
    VEIL,
    Colleague,
    assert_each_once,
    assert_never_live,
    commands_sent,
    create_team_accounts,
    keep_adding_tasks,
    pending_commands,
    set_enabled,
    unanswered_commands,
    until_sent,
    wait_until_all_sent,
    wait_until_stale,
)
from tests.support.browsers import Browsers, create_accounts
from tests.support.people import Server, running_server
from tests.support.tcp_proxy import proxy_to

pytestmark = pytest.mark.browser

CUT_S = 30
ATTEMPT_MS = 11_000  # longer than an attempt to connect waits for an answer
ABREAST = 4  # simultaneous scenarios: more would open their pages together, and wait for a core
NO_LINE = ("WebSocket connection to .* failed", "Failed to load resource: net::ERR_")
SIGNED_OUT = ("Failed to load resource: the server responded with a status of 401",)


@dataclass
class Stage:
    """Surroundings of a scene: a shared server, and a folder for a server of its own."""

    browser: Browser
    server: Server
    folder: Path

    @contextlib.asynccontextmanager
    async def browsers(self) -> AsyncIterator[Browsers]:
        async with Browsers(self.browser, self.server.url) as browsers:
            yield browsers
            await browsers.clear()


Scene = Callable[[Stage], Coroutine[Any, Any, None]]
SCENES: dict[str, Scene] = {}


def at_once(scene: Scene) -> Callable[..., Awaitable[None]]:
    """The test waits for its scene, which plays along with others of the file that are wanted."""
    SCENES[scene.__name__] = scene

    async def test(playing: dict[str, asyncio.Task[None]]) -> None:
        await playing[scene.__name__]

    test.__name__ = scene.__name__
    return test


@pytest.fixture(scope="module")
async def playing(
    browser: Browser, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    stage_is_free = asyncio.Semaphore(ABREAST)

    async def play(scene: Scene, stage: Stage) -> None:
        async with stage_is_free:
            await scene(stage)

    wanted = {getattr(item, "originalname", "") for item in request.session.items if item.path == request.path}
    async with running_server(tmp_path_factory.mktemp("desk")) as server:
        await create_accounts(server)
        stages = {name: Stage(browser, server, tmp_path_factory.mktemp("scene")) for name in SCENES if name in wanted}
        tasks = {name: asyncio.create_task(play(SCENES[name], stage)) for name, stage in stages.items()}
        yield tasks
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


@pytest.mark.slow
@at_once
async def test_both_sides_work_on_while_the_line_is_cut_for_half_a_minute(stage: Stage) -> None:
    async with stage.browsers() as browsers, proxy_to(browsers.url) as line:
        board = await browsers.search()
        alice, bob = await browsers.window("Alice", url=line.url), await browsers.window("Bob")
        alice.may_fail(*NO_LINE)
        await alice.page.add_init_script(KEEP_FRESHNESS)
        for window in (alice, bob):
            await window.open(f"/searches/{board}")
        await bob.add_sighting("Seen before the cut")
        await alice.card("Seen before the cut").wait_for()

        cut_at = time.time()
        line.cut()
        await alice.add_sighting("Alice hears of a bus to Brugge")
        await alice.column("inbox").locator(".card.pending", has_text="waiting for connection").wait_for()
        await bob.add_sighting("Bob is told of a tram")
        await alice.move_by_menu("Seen before the cut", "doing")
        await alice.column("doing").locator(".card.pending", has_text="Seen before the cut").wait_for()
        await alice.add_task("Alice will call the bus company")
        await wait_until_stale(alice, cut_at)
        await expect(alice("[data-testid=unsent]")).to_have_text("3 changes not sent yet")
        sent = await pending_commands(alice)
        assert len(sent) == 3
        while time.time() < cut_at + CUT_S:
            await bob.add_task(f"Bob works on, {time.time() - cut_at:.0f} s after the cut")
            await asyncio.sleep(4)  # the scenario's own duration
        assert await pending_commands(alice) == sent
        assert await alice.card("Bob").count() == 0
        healed_at = time.time()
        line.heal()

        await alice.freshness("live", BACK_WITHIN_MS)
        await assert_never_live(alice, cut_at + STALE_WITHIN_S + MEASURING_S, healed_at)
        await wait_until_all_sent(alice)
        assert await alice.same_as_server(board) == await bob.same_as_server(board)
        assert await alice.card("Bob").count() > 4
        await assert_each_once(browsers.people["Bob"], board, sent)
        assert commands_sent(alice, sent) == dict.fromkeys(sent, 1)


@pytest.mark.slow
@at_once
async def test_a_line_that_dies_without_a_word_greys_the_board_and_loses_nothing(stage: Stage) -> None:
    async with stage.browsers() as browsers, proxy_to(browsers.url) as line:
        board = await browsers.search()
        alice, bob = await browsers.window("Alice", url=line.url), await browsers.window("Bob")
        alice.may_fail(*NO_LINE)
        await alice.page.add_init_script(KEEP_FRESHNESS)
        for window in (alice, bob):
            await window.open(f"/searches/{board}")

        died_at = time.time()
        line.swallow()
        await alice.add_sighting("Alice writes into a dead line")
        await alice.column("inbox").locator(".card.pending", has_text="sending").wait_for()
        sent = await pending_commands(alice)
        await bob.add_sighting("Bob writes meanwhile")
        await wait_until_stale(alice, died_at)
        assert re.fullmatch(r"Not current since \d\d:\d\d:\d\d", await alice("[data-testid=not-current]").inner_text())
        assert not re.search(r"\blive\b", await alice("body").inner_text(), re.I)
        assert await alice.card("Bob writes meanwhile").count() == 0
        await bob.add_sighting("Bob writes once more")
        # Long enough for new attempts: connections are accepted, and carry nothing.
        await asyncio.sleep(max(3, died_at + STALE_WITHIN_S + MEASURING_S + 1 - time.time()))
        healed_at = time.time()
        line.heal()

        await alice.freshness("live", BACK_WITHIN_MS)
        await assert_never_live(alice, died_at + STALE_WITHIN_S + MEASURING_S, healed_at)
        await wait_until_all_sent(alice)
        assert await alice.same_as_server(board) == await bob.same_as_server(board)
        await assert_each_once(browsers.people["Bob"], board, sent)


@at_once
async def test_a_dead_line_greys_the_board_and_says_so_until_it_heals(stage: Stage) -> None:
    async with stage.browsers() as browsers, proxy_to(browsers.url) as line:
        board = await browsers.search()
        alice = await browsers.window("Alice", url=line.url)
        alice.may_fail(*NO_LINE)
        await alice.page.clock.install()
        await alice.open(f"/searches/{board}")
        line.swallow()
        await alice.page.clock.run_for(STALE_WITHIN_S * 1_000)
        await alice.freshness("not_current")
        assert await alice.page.evaluate(VEIL) == GREY
        assert re.fullmatch(r"Not current since \d\d:\d\d:\d\d", await alice("[data-testid=not-current]").inner_text())
        assert not re.search(r"\blive\b", await alice("body").inner_text(), re.I)
        await browsers.sighting(board, "Bob writes meanwhile")
        line.heal()
        await alice.page.clock.run_for(ATTEMPT_MS)
        await alice.freshness("live", BACK_WITHIN_MS)
        assert (await alice.page.evaluate(VEIL))[1] == "0"
        await alice.card("Bob writes meanwhile").wait_for()
        await alice.same_as_server(board)


@at_once
async def test_stalled_connection_that_delivers_late_does_nothing_twice(stage: Stage) -> None:
    async with stage.browsers() as browsers, proxy_to(browsers.url) as line:
        board = await browsers.search()
        alice = await browsers.window("Alice", url=line.url)
        alice.may_fail(*NO_LINE)
        await alice.open(f"/searches/{board}")
        line.hold()
        await alice.add_sighting("Alice writes into a stalled line")
        await alice.column("inbox").locator(".card.pending", has_text="sending").wait_for()
        sent = await pending_commands(alice)
        # Without an answer the page resends it on the same connection; then everything that was held arrives.
        await until_sent(alice, sent[0], 2)
        line.release()
        await wait_until_all_sent(alice)
        await alice.freshness("live", BACK_WITHIN_MS)
        await alice.same_as_server(board)
        await assert_each_once(browsers.people["Alice"], board, sent)


@pytest.mark.slow
@at_once
async def test_server_killed_twice_during_changes_loses_and_doubles_nothing(stage: Stage) -> None:
    create_team_accounts(stage.folder)
    process = Process(stage.folder)
    await process.start()
    try:
        async with Browsers(stage.browser, process.url) as browsers, proxy_to(process.url) as line:
            board = await browsers.search()
            alice = await browsers.window("Alice", url=line.url)
            alice.may_fail(*NO_LINE)
            await alice.open(f"/searches/{board}")
            bob = Colleague(await browsers.person("Bob"), board)
            stop = asyncio.Event()
            streams = [asyncio.create_task(bob.work(stop)), asyncio.create_task(keep_adding_tasks(alice, stop))]
            random, flying = Random(5), []
            # Data in transit is lost with the server: once the answer, once the command itself.
            for hold in (line.hold_answers, line.hold):
                heard = len(bob.acked)
                while len(bob.acked) < heard + 10:  # the stream runs
                    await asyncio.sleep(0.02)
                hold()
                await alice(".card.pending").nth(1).wait_for()  # one in transit, and a second one that waits for its answer
                await asyncio.sleep(random.uniform(0, 0.3))  # the server is killed at a random moment
                await process.end(signal.SIGKILL)
                line.cut()
                line.release()
                await alice("html:not([data-freshness=live])").wait_for(state="attached")
                flying += unanswered_commands(alice)
                await process.start()
                line.heal()
                await alice.freshness("live", BACK_WITHIN_MS)
            stop.set()
            _, typed = await asyncio.gather(*streams)
            await wait_until_all_sent(alice)
            shown = await alice.same_as_server(board)
            titles = Counter(card[2] for _, cards in shown["columns"] for card in cards)
            assert {title: titles[title] for title in typed} == dict.fromkeys(typed, 1)  # type: ignore[arg-type, union-attr]
            assert {text: titles[text] for text in bob.texts} == dict.fromkeys(bob.texts, 1)
            assert len(typed) > 4  # type: ignore[arg-type]
            await assert_each_once(bob.person, board, [*bob.acked, *flying])
            assert len(flying) == 2
            assert min(commands_sent(alice, flying).values()) > 1  # both were in transit, and were resent
            await browsers.clear()
    finally:
        await process.end(signal.SIGTERM)


@pytest.mark.slow
@at_once
async def test_disabled_account_lands_on_sign_in_and_its_texts_are_sent_later(stage: Stage) -> None:
    async with stage.browsers() as browsers, proxy_to(browsers.url) as line:
        board = await browsers.search()
        charlie = await browsers.window("Charlie", url=line.url)
        charlie.may_fail(*NO_LINE, *SIGNED_OUT)
        await charlie.open(f"/searches/{board}")
        line.cut()
        await charlie.add_sighting("Charlie saw her at the station")
        await charlie.column("inbox").locator(".card.pending", has_text="waiting for connection").wait_for()
        sent = await pending_commands(charlie)
        await charlie("[data-act=add-task]").click()
        await charlie.field("add-task", "title").fill("Charlie has not finished this")
        await set_enabled(stage.server, "charlie@desk.example", False)
        line.heal()
        await charlie.page.wait_for_url("**/login?next=*", timeout=BACK_WITHIN_MS)
        kept = "2 unsent texts are kept in this browser. They come back when the person who typed them signs in."
        assert await charlie("p.kept-drafts").inner_text() == kept
        alice = await browsers.person("Alice")
        assert not any(event["command"] in sent for event in await alice.events(board))

        await set_enabled(stage.server, "charlie@desk.example", True)
        await charlie.sign_in("charlie@desk.example")
        await browsers.people["Charlie"].sign_in()
        await charlie.live()
        await wait_until_all_sent(charlie)
        await charlie.same_as_server(board)
        await assert_each_once(alice, board, sent)
        await charlie("[data-act=add-task]").click()
        assert await charlie.field("add-task", "title").input_value() == "Charlie has not finished this"


@at_once
async def test_a_session_that_ends_takes_the_board_off_the_screen(stage: Stage) -> None:
    async with stage.browsers() as browsers:
        board = await browsers.search()
        victor = await browsers.window("Victor")
        victor.may_fail(*NO_LINE, *SIGNED_OUT)
        await victor.open(f"/searches/{board}")
        await set_enabled(stage.server, "victor@desk.example", False)
        await victor.page.wait_for_url("**/login?next=*")
        assert "Noor" not in await victor("body").inner_text()
        await set_enabled(stage.server, "victor@desk.example", True)


@pytest.mark.slow
@at_once
async def test_a_page_that_slept_through_a_dead_line_catches_up_when_it_wakes(stage: Stage) -> None:
    async with stage.browsers() as browsers, proxy_to(browsers.url) as line:
        board = await browsers.search()
        alice = await browsers.window("Alice", url=line.url)
        bob = await browsers.person("Bob")
        alice.may_fail(*NO_LINE)
        await alice.open(f"/searches/{board}")
        tools = await alice.context.new_cdp_session(alice.page)
        await tools.send("Page.setWebLifecycleState", {"state": "frozen"})
        line.swallow()
        await bob.command(board, "sighting.add", {"description": "Seen while Alice's machine slept"})
        await asyncio.sleep(STALE_WITHIN_S + 2)  # longer than the display could count as current
        line.heal()
        await tools.send("Page.setWebLifecycleState", {"state": "active"})
        await alice.card("Seen while Alice's machine slept").wait_for(timeout=BACK_WITHIN_MS)
        await alice.live()
        await alice.same_as_server(board)
