"""Lock, step-up and sign-in pages in four languages, on a phone and at a desk: they fit, have no barriers, and are pictured."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from board.accounts import accounts
from tests.browser.test_alarm_line import Told, alarm
from tests.browser.test_idle_lock import BAR, lock
from tests.browser.test_pages import barriers, keep, overflow
from tests.browser.test_provider_sign_in import PROVIDER
from tests.support.browser_window import Window
from tests.support.browsers import Browsers, create_accounts
from tests.support.factors import set_factor_age
from tests.support.people import PASSWORD, running_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LANGUAGES = ["en", "fr", "nl", "de"]
SIZES = {390: 844, 1400: 900}
URGENT = {"child": "Noor V., 11", "place": "Merelbeke, station", "title": "girl with a yellow rucksack asks for the coast"}


@pytest.fixture
async def office(browser: Browser, tmp_path: Path) -> AsyncIterator[Browsers]:
    """Windows on a server with a provider that is down."""
    text = PROVIDER.format(issuer="http://127.0.0.1:9")
    (tmp_path / "sign_in.toml").write_text(text, encoding="utf-8")
    async with running_server(tmp_path, files_path=str(tmp_path)) as server:
        await create_accounts(server)
        async with Browsers(browser, server.url) as working:
            working.server = server
            yield working


async def fits(window: Window, name: str, language: str) -> None:
    """Check that the page fits each size, and picture it."""
    for width, height in SIZES.items():
        await window.page.set_viewport_size({"width": width, "height": height})
        assert await overflow(window) == [], f"{name} at {width}"
        await keep(window, f"{name}-{language}", width)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_lock_bar_fits_in_each_state(browsers: Browsers, language: str) -> None:
    board = await browsers.search()
    await browsers.sighting(board, "Girl at the tram stop")
    window = await browsers.window("Alice", locale=language)
    window.may_fail("423", "401", "WebSocket")
    line = Told(window, withheld=frozenset({"alarms"}))
    await line.listen()
    await window.open(f"/searches/{board}")
    await lock(window)
    await fits(window, "lock", language)
    line.alarms(alarm(age=72, step=0, **URGENT))
    await window(f"{BAR} [data-testid=lock-alarm]").wait_for()
    await fits(window, "lock-alarm", language)
    assert await barriers(window) == []
    await window(f"{BAR} [data-act=another-person]").click()
    await fits(window, "lock-person", language)
    await window(f"{BAR} [data-act=back]").click()
    await window(f"{BAR} [name=password]").fill(PASSWORD)
    await window(f"{BAR} [data-act=unlock]").click()
    await expect(window(BAR)).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_step_up_dialog_fits(office: Browsers, language: str) -> None:
    assert office.server
    window = await office.window("Alice", locale=language)
    await window.open("/")
    account = await office.server.service.database.read(lambda session: accounts.find(session, "alice@desk.example"))
    await set_factor_age(office.server, account, 11)
    await window("details.more-menu summary").click()
    await window("a[href$='cards.csv']").click()
    await window("dialog[data-dialog=step-up]").wait_for()
    assert await barriers(window) == []
    await fits(window, "step-up-dialog", language)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_sign_in_page_fits_when_the_provider_is_down(office: Browsers, language: str) -> None:
    window = await office.stranger(locale=language)
    await window.page.goto("/login")
    await expect(window("[data-testid=provider]")).to_be_visible()
    await fits(window, "sign-in", language)
    window.may_fail("502", "503", "403")
    await window.page.goto("/sign-in/with/police")
    await expect(window("[data-testid=sign-in-error]")).to_be_visible()
    assert await barriers(window) == []
    await fits(window, "provider-down", language)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_pages_of_guests_and_sessions_fit(browsers: Browsers, language: str) -> None:
    board = await browsers.search()
    window = await browsers.window("Alice", locale=language)
    await window.page.goto(f"/searches/{board}/guests")
    await expect(window("form[data-form=add]")).to_be_visible()
    assert await barriers(window) == []
    await fits(window, "guests", language)
