"""Erasure in the browser, by three people: two coordinators erase a search, and it leaves the screen of a third."""

import pytest
from playwright.async_api import expect

from board.retention.erasure_run import ErasureRun
from tests.browser.test_accounts import hire
from tests.browser.test_pages import TALL, WIDTHS, barriers, keep, overflow
from tests.browser.test_retention import old_search
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

STORE = """(board) => localStorage.setItem(`searchboard:${document.body.dataset.accountId}:draft:${board}:note.add`,
  JSON.stringify({ sealed: "text that nobody sent" }))"""
IS_GONE = "(board) => !Object.keys(localStorage).some((key) => key.includes(`:draft:${board}:`))"
REASON = "Retention has ended, checked with the data protection officer"


async def coordinator(browsers: Browsers, name: str) -> Window:
    await hire(browsers, name, "coordinator")
    return await browsers.window(name, viewport=TALL)


async def reference_on(window: Window) -> str:
    """Return the reference that the page of an erasure asks for."""
    return (await window("label:has([name=reference])").inner_text()).rsplit(": ", 1)[1].strip()


async def look_at(window: Window, name: str, found: dict[str, object]) -> None:
    """Check the page for barriers and overflow, and keep pictures of it."""
    found[name] = await barriers(window)
    for width in WIDTHS:
        await window.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        found[f"{name} at {width}"] = await overflow(window)
        await keep(window, name, width)
    await window.page.set_viewport_size(TALL)


@pytest.mark.slow
async def test_two_people_erase_what_a_third_has_open(browsers: Browsers) -> None:
    search, found = await old_search(browsers), dict[str, object]()
    await hire(browsers, "Eva")
    cora, dora, eva = await coordinator(browsers, "Cora"), await coordinator(browsers, "Dora"), await browsers.window("Eva")
    eva.may_fail("404")
    await eva.page.goto(f"/searches/{search}")
    await expect(eva("[data-testid=loading]")).to_have_count(0)
    await eva.page.evaluate(STORE, search)
    await cora.page.goto(f"/retention/{search}")
    await cora.page.get_by_role("link", name="Erase…").click()
    reference = await reference_on(cora)
    await look_at(cora, "erasure-ask", found)
    await cora("[name=reason]").fill(REASON)
    await cora("[name=reference]").fill(reference)
    await cora("[name=reference]").press("Enter")
    await expect(cora("[data-testid=asked]")).to_contain_text(REASON)
    await expect(cora.page.get_by_role("button", name="Erase", exact=True)).to_have_count(0)
    await dora.page.goto(f"/retention/{search}/erasure")
    await look_at(dora, "erasure-agree", found)
    await dora("[name=reference]").fill(reference)
    await dora("[name=reference]").press("Enter")
    await expect(dora("[data-testid=erasures]")).to_contain_text("is being erased")
    await expect(dora("[data-testid=erasures]")).not_to_contain_text(reference)
    await expect(eva("[data-testid=erased]")).to_be_visible()
    await keep(eva, "erased", 1400)
    await eva.page.wait_for_function(IS_GONE, arg=search)
    assert browsers.server
    assert await ErasureRun.of(browsers.server.service).continue_all() == 1
    await dora.page.goto("/retention")
    await expect(dora("[data-testid=erasures] li[data-done=yes]").first).to_contain_text("Cora asked, Dora agreed")
    await look_at(dora, "erasures", found)
    assert {place: some for place, some in found.items() if some} == {}
    await browsers.clear()
