"""Read log in the browser: a lead sees who looked at a search, a coordinator opens one in an emergency, an administrator sees
unusual reads, and each person sees their own reads."""

import re

import pytest
from playwright.async_api import expect
from sqlalchemy import insert

from models.read_record import ReadRecord
from tests.api.test_looked_at import row
from tests.browser.test_accounts import hire
from tests.browser.test_pages import TALL, WIDTHS, barriers, keep, overflow
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.people import new_id

pytestmark = pytest.mark.browser

REASON = "The father calls about a train to Liège, and no member of the team answers the telephone"
LINES = "[data-testid=reads] li[data-emergency], [data-testid=reads] ol.rows > li"


async def test_emergency_is_opened_read_and_shown_to_the_lead_in_red(browsers: Browsers) -> None:
    board, reference = await members_only_search(browsers)
    cora = await opened_in_emergency(browsers, reference)
    await expect(cora("h1")).to_have_text(re.compile("Noor"))
    alice = await browsers.window("Alice")
    await alice.page.goto(f"/searches/{board}/reads")
    line = alice("[data-testid=reads] li[data-emergency]")
    await expect(line.locator(".what")).to_contain_text(f"Opened without being a member “{REASON}”")
    await line.locator("summary").focus()
    await alice.page.keyboard.press("Enter")
    await expect(line.locator(".entries li").first).to_be_visible()
    await line.get_by_role("link", name="Only this person").click()
    await expect(alice(LINES)).to_have_count(1)
    await browsers.clear()


async def test_own_reads_name_the_search(browsers: Browsers) -> None:
    board, reference = await members_only_search(browsers)
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{board}")
    await bob.page.goto("/account")
    await bob.page.get_by_role("link", name="What you looked at").click()
    await expect(bob(LINES).first.locator("strong")).to_contain_text(reference)
    bob.may_fail("404")
    await bob.page.goto(f"/searches/{board}/reads")
    await expect(bob("main")).not_to_contain_text("Alice")
    await browsers.clear()


async def test_pages_of_the_read_log_fit_and_have_no_barriers(browsers: Browsers) -> None:
    board, reference = await members_only_search(browsers)
    await opened_in_emergency(browsers, reference)
    await hire(browsers, "Ada", "admin")
    await take_sources_away(browsers, await browsers.search(), await hire(browsers, "Olga"))
    windows = {name: await browsers.window(name, viewport=TALL) for name in ("Alice", "Ada", "Cora")}
    found: dict[str, object] = {}
    pages = {f"/searches/{board}/reads": "Alice", "/account/reads": "Cora", "/emergency": "Cora", "/audit/unusual": "Ada"}
    for path, name in pages.items():
        window = windows[name]
        await window.page.goto(path)
        await expect(window("main")).to_be_visible()
        await open_first_line(window)
        await expect(window("[data-testid=unusual] li[data-warning]")).to_have_count(int(path == "/audit/unusual"))
        found[path] = await barriers(window)
        for width in WIDTHS:
            await window.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            found[f"{path} at {width}"] = await overflow(window)
            await keep(window, path.replace(board, "search").strip("/").replace("/", "-"), width)
        await window.page.set_viewport_size(TALL)
    assert {place: some for place, some in found.items() if some} == {}
    await browsers.clear()


async def open_first_line(window: Window) -> None:
    summaries = window("[data-testid=reads] summary")
    if await summaries.count():
        await summaries.first.click()


async def members_only_search(browsers: Browsers) -> tuple[str, str]:
    """Open a search of Alice and Bob; return its id and reference."""
    reference = f"R-{new_id()[:13]}"
    members = [await (await browsers.person(name)).own_id() for name in ("Alice", "Bob")]
    return await browsers.search(access="members", members=members, reference=reference), reference


async def take_sources_away(browsers: Browsers, board: str, account: str) -> None:
    """Record that someone outside the team read three sources of a search."""
    assert browsers.server
    rows = [row(f"09:1{number}", account, "source.read", board=board).model_dump() for number in range(3)]
    insertion = insert(ReadRecord)
    await browsers.server.service.database.write(lambda session: session.connection().execute(insertion, rows).rowcount)


async def opened_in_emergency(browsers: Browsers, reference: str) -> Window:
    """Return the window of Cora, a coordinator outside, who opened a search."""
    await hire(browsers, "Cora", "coordinator")
    cora = await browsers.window("Cora")
    await cora.page.goto("/emergency")
    await cora("[name=reference]").fill(reference)
    await cora("[name=reason]").fill(REASON)
    await cora.page.get_by_role("button", name="Open for an hour").click()
    await cora.page.wait_for_url(re.compile("/searches/"))
    return cora
