"""A page tells the server when somebody is at it. When its session has ended it says so, and what was typed is there again."""

import pytest
from playwright.async_api import expect
from sqlalchemy import text

from board.service import POLLS_PER_EXPIRY_CHECK
from models.times import format_utc, now
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

TELLS = "**/api/v1/me/active"
# The page's clock is set forward by minutes, and a request that is under way then would be out of time.
KEEP_REQUESTS = """
  window.requests = [];
  const { fetch } = window;
  window.fetch = (...call) => {
    const answer = fetch(...call);
    window.requests.push(answer.then((response) => response.clone().text()).catch(() => null));
    return answer;
  };"""


async def told(window: Window, minutes: int) -> int:
    """Return how often a page reports activity within so many minutes."""
    asked: list[str] = []
    await window.page.route(TELLS, lambda route: asked.append(route.request.method) or route.fulfill(json={}))
    for _ in range(minutes):
        await window.page.clock.run_for(60_000)
        await window.page.evaluate("() => Promise.all(window.requests)")
    await window.page.unroute(TELLS)
    assert set(asked) <= {"POST"}
    return len(asked)


@pytest.mark.slow
async def test_page_reports_activity_only_while_it_is_used(browsers: Browsers) -> None:
    bob = await browsers.window("Bob")
    await bob.page.clock.install()
    await bob.page.add_init_script(KEEP_REQUESTS)
    await bob.page.goto("/account")
    await expect(bob("[data-kept-drafts]")).to_have_text("nothing")
    assert await told(bob, 9) == 0
    await bob.page.keyboard.press("Tab")
    assert await told(bob, 9) == 1
    await bob.page.mouse.move(200, 200)
    await bob.page.mouse.wheel(0, 100)
    assert await told(bob, 5) == 1
    assert await told(bob, 9) == 0


async def test_idle_session_ends_on_the_screen_and_typed_text_returns(browsers: Browsers) -> None:
    assert browsers.server
    service, board = browsers.server.service, await browsers.search()
    bob = await browsers.window("Bob")
    bob.may_fail("401", "WebSocket")
    await bob.open(f"/searches/{board}")
    await bob("[data-act=add-task]").click()
    await bob.field("add-task", "title").fill("Half a task")

    ends = text("UPDATE session SET ends_at = :now WHERE account = :account")
    account = {"now": format_utc(now()), "account": (await browsers.people["Bob"].http.get("/api/v1/me")).json()["id"]}
    await service.database.write(lambda database: database.connection().execute(ends, account).rowcount)
    for _ in range(POLLS_PER_EXPIRY_CHECK):
        await service._poll_rights()
    await bob.page.wait_for_url("**/login?next=*")
    await expect(bob("[data-ended]")).to_contain_text("You have been signed out on this screen")
    await expect(bob("form.sign-in [data-kept-drafts]")).to_contain_text("1 unsent text is kept")
    await bob.sign_in("bob@desk.example")
    await browsers.people["Bob"].sign_in()  # for the following tests
    await bob.page.wait_for_url(f"**/searches/{board}")
    await bob.live()
    await bob("[data-act=add-task]").click()
    await expect(bob.field("add-task", "title")).to_have_value("Half a task")
