"""A server that has too much to read says when to ask again. Pages do so by themselves, and show nothing until they know."""

import re
from collections import Counter

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.test_unseen import graded_back_and_moved, sees_now, tells
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

BUSY = re.compile(r"/api/v1/(find|since|seen|boards/[^/]+(/events|/chain)?|intake/searches)(\?|$)")
TIMES = 2  # refusals of each call


async def be_busy(page: Page, status: int, times: int = TIMES) -> Counter[str]:
    """Each question that reads much is sent away so many times; which, and how often."""
    asked: Counter[str] = Counter()

    async def sent_away(route: Route) -> None:
        address = route.request.url.partition("/api/v1")[2].partition("?")[0]
        asked[address] += 1
        if asked[address] > times:
            return await route.continue_()
        return await route.fulfill(status=status, json={"code": "busy", "message": "Busy."}, headers={"Retry-After": "1"})

    await page.route(BUSY, sent_away)
    return asked


@pytest.mark.slow
@pytest.mark.parametrize("status", [429, 503])
async def test_unseen_changes_are_read_when_the_server_has_time(browsers: Browsers, status: int) -> None:
    board = await browsers.search()
    card = await browsers.sighting(board, "Girl with a red coat")
    await sees_now(await browsers.person("Victor"), board)
    await graded_back_and_moved(browsers, board, card)
    window = await browsers.window("Victor")
    window.may_fail("Failed to load resource")
    asked = await be_busy(window.page, status)
    await window.page.goto("/since")
    await expect(window(f"[data-unseen-board='{board}'] [data-testid=net]")).to_contain_text("Ring the school", timeout=20_000)
    assert asked["/since"] > TIMES
    assert asked[f"/boards/{board}/events"] > TIMES


@pytest.mark.slow
async def test_the_history_and_its_chain_are_read_when_the_server_has_time(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, "Girl with a red coat")
    window = await browsers.window("Victor")
    window.may_fail("Failed to load resource")
    asked = await be_busy(window.page, 503)
    await window.page.goto(f"/searches/{board}/history")
    await expect(window("main")).to_contain_text("Girl with a red coat", timeout=20_000)
    await expect(window("[data-chain][data-verified=true]")).to_be_visible(timeout=20_000)
    assert asked[f"/boards/{board}/events"] > TIMES
    assert asked[f"/boards/{board}/chain"] > TIMES


@pytest.mark.slow
async def test_find_results_come_when_the_server_has_time_unless_superseded(
    browsers: Browsers,
) -> None:
    board = await browsers.search()
    await browsers.sighting(board, "A tricycle")
    window = await browsers.window("Alice")
    window.may_fail("Failed to load resource")
    await window.open(f"/searches/{board}")
    asked = await be_busy(window.page, 429)
    await window("#find").fill("tricycle")
    await expect(window("[data-testid=found]")).to_contain_text("1 result in this search", timeout=20_000)
    assert asked["/find"] == TIMES + 1


@pytest.mark.slow
async def test_read_position_is_sent_when_the_server_has_time(browsers: Browsers) -> None:
    board = await browsers.search()
    window = await browsers.window("Alice")
    window.may_fail("Failed to load resource")
    asked = await be_busy(window.page, 429)
    async with window.page.expect_response(lambda answer: tells(answer.request) and answer.ok, timeout=30_000):
        await window.open(f"/searches/{board}")
        await window.page.mouse.move(10, 10)
    assert asked["/seen"] > TIMES
