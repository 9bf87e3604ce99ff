"""An alarm at a locked screen: proving who you are at the bar unlocks the screen and takes it; Enter alone takes nothing."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.test_accounts import hire
from tests.browser.test_alarm_line import TAKE, TAKEN, Told, alarm, told
from tests.browser.test_idle_lock import BAR, lock
from tests.browser.test_pages import overflow
from tests.browser.test_second_factors import account_of
from tests.support.browser_passkeys import with_passkey
from tests.support.browsers import Browsers
from tests.support.people import PASSWORD, new_id

pytestmark = pytest.mark.browser

ROW, BY_PASSWORD = f"{BAR} [data-testid=lock-alarm]", f"{BAR} [data-act=take]"


async def at_locked_board(browsers: Browsers) -> tuple[Told, dict[str, Any]]:
    """A new person at a locked board; return it with an alarm about an urgent sighting there, which it is not told yet."""
    board, name = await browsers.search(), f"Eva{new_id()}"
    await hire(browsers, name)
    alice = await browsers.person("Alice")
    await alice.command(board, "sighting.add", {"description": "Girl at the tram stop", "priority": "urgent"})
    line = await told(browsers, f"/searches/{board}", name)
    line.window.may_fail("422", "423", "401", "WebSocket")
    await line.window.live()
    await lock(line.window)
    return line, await alarm_of(browsers, board)


async def alarm_of(browsers: Browsers, board: str) -> dict[str, Any]:
    answer = await (await browsers.person("Alice")).http.get("/api/v1/alarms")
    (found,) = [each for each in answer.json()["alarms"] if each["board"] == board]
    return dict(found)


async def test_password_at_the_bar_unlocks_and_takes_the_alarm(browsers: Browsers) -> None:
    line, raised = await at_locked_board(browsers)
    eva = line.window
    await expect(eva(BY_PASSWORD)).to_have_count(0)
    line.alarms(raised)
    await expect(eva(ROW)).to_contain_text("Urgent sighting")
    await expect(eva(TAKE)).to_be_visible()
    await eva(f"{BAR} [name=password]").fill("wrong")
    await eva(BY_PASSWORD).click()
    await expect(eva(".lock-problem")).to_have_text("This password is wrong.")
    assert (await alarm_of(browsers, raised["board"]))["taken_by"] is None
    await eva(f"{BAR} [name=password]").fill(PASSWORD)
    await eva(BY_PASSWORD).click()
    await expect(eva(BAR)).to_have_count(0)
    await expect(eva(TAKEN)).to_be_visible()
    taken = await alarm_of(browsers, raised["board"])
    assert taken["taken_by"]["name"] == await eva(".account-menu .name").inner_text()


async def test_enter_in_the_password_unlocks_and_takes_nothing(browsers: Browsers) -> None:
    line, raised = await at_locked_board(browsers)
    eva = line.window
    line.alarms(raised)
    await eva(BY_PASSWORD).wait_for()
    await eva(f"{BAR} [name=password]").fill(PASSWORD)
    await eva.page.keyboard.press("Enter")
    await expect(eva(BAR)).to_have_count(0)
    await eva.live()
    assert (await alarm_of(browsers, raised["board"]))["taken_by"] is None
    await expect(eva(TAKE)).to_be_visible()


async def test_alarm_that_someone_else_took_leaves_the_bar(browsers: Browsers) -> None:
    line, raised = await at_locked_board(browsers)
    eva = line.window
    line.alarms(raised)
    await eva(ROW).wait_for()
    line.alarms(raised | {"taken_by": {"id": "bob", "name": "Bob"}, "taken_at": raised["raised_at"]})
    await expect(eva(ROW)).to_have_count(0)
    await expect(eva(BY_PASSWORD)).to_have_count(0)
    await expect(eva(BAR)).to_be_visible()


async def test_press_just_after_another_alarm_came_takes_nothing(browsers: Browsers) -> None:
    line, raised = await at_locked_board(browsers)
    eva = line.window
    line.alarms(alarm(age=30))
    await expect(eva(ROW)).to_contain_text("Mila B.")
    await eva(f"{BAR} [name=password]").fill(PASSWORD)
    # as soon as the bar shows the other alarm
    await eva.page.evaluate(
        """([row, button]) => new MutationObserver(() => document.querySelector(row)?.textContent.includes("Mila B.")
          || document.querySelector(button).click()).observe(document.querySelector(row), {childList: true, subtree: true,
          characterData: true})""",
        [ROW, BY_PASSWORD],
    )
    line.alarms(raised)
    await expect(eva(".watch-line")).to_contain_text("not taken: press again")
    await expect(eva(BAR)).to_be_visible()
    assert (await alarm_of(browsers, raised["board"]))["taken_by"] is None


@pytest.mark.slow
async def test_passkey_at_the_bar_unlocks_and_takes_the_alarm(browsers: Browsers) -> None:
    eva, board = await account_of(browsers), await browsers.search()
    alice = await browsers.person("Alice")
    await alice.command(board, "sighting.add", {"description": "Girl at the tram stop", "priority": "urgent"})
    raised = await alarm_of(browsers, board)
    window, _ = await with_passkey(browsers, eva.email)
    window.may_fail("423", "401", "WebSocket")
    line = Told(window, withheld=frozenset({"alarms"}))
    await line.listen()
    await window.open(f"/searches/{board}")
    await lock(window)
    line.alarms(raised)
    await window(f"{BAR} [data-act=take-passkey]").click()
    await expect(window(BAR)).to_have_count(0)
    await expect(window(TAKEN)).to_be_visible()
    assert (await alarm_of(browsers, board))["taken_by"]["id"] == eva.id


@pytest.mark.parametrize("language", ["en-GB", "fr-BE", "nl-BE", "de-BE"])
async def test_bar_with_an_alarm_fits_on_a_phone(browsers: Browsers, language: str) -> None:
    name = f"Eva{new_id()}"
    await hire(browsers, name)
    line = await told(browsers, "/", name, viewport={"width": 390, "height": 844}, locale=language)
    line.window.may_fail("423", "401")
    await lock(line.window)
    line.alarms(alarm(child="Anna-Magdalena Vandenbroucke-Debruyne, 12"))
    await line.window(ROW).wait_for()
    assert not await overflow(line.window)
