"""A page at an address that the server does not take for its own is refused its socket: it says so, and what to set."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.support.browsers import Browsers, create_accounts
from tests.support.people import PASSWORD, running_server

pytestmark = pytest.mark.browser

OWN = "http://board.example"


@pytest.fixture
async def elsewhere(browser: Browser, tmp_path: Path) -> AsyncIterator[Browsers]:
    """An office on a server that takes another address for its own, as one behind https does where PUBLIC_URL is not set."""
    async with running_server(tmp_path, public_url=OWN) as server:
        await create_accounts(server)
        async with Browsers(browser, server.url) as working:
            working.server = server
            yield working


async def test_a_page_that_can_not_be_live_says_why_and_what_to_set(elsewhere: Browsers) -> None:
    sentence = f"The server expects {OWN}. Its administrator has to set PUBLIC_URL to {elsewhere.url}."
    alice = await elsewhere.stranger()
    alice.may_fail("403", "WebSocket")
    await alice.page.goto("/login")
    await expect(alice("[data-testid=origin]")).to_contain_text(sentence)
    await alice("[name=email]").fill("alice@desk.example")
    await alice("[name=password]").fill(PASSWORD)
    await alice("form.sign-in button.primary").click()
    await expect(alice("[data-notice=origin]")).to_contain_text(sentence)
    await expect(alice("[data-testid=freshness]")).not_to_contain_text("Live")

    wall = await elsewhere.stranger()
    await wall.page.goto("/wall")
    await expect(wall("[data-testid=origin]")).to_contain_text(sentence)


@pytest.mark.slow
async def test_a_page_at_the_servers_own_address_says_nothing(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    await alice.open("/")
    await expect(alice("[data-notice=origin]")).to_have_count(0)
    stranger = await browsers.stranger()
    await stranger.page.goto("/login")
    await expect(stranger("[data-testid=origin]")).to_be_hidden()
    await stranger.page.goto("/wall")
    await expect(stranger("[data-testid=code]")).to_be_visible()
    await expect(stranger("[data-testid=origin]")).to_have_count(0)
