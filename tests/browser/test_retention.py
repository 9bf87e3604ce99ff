"""Retention in the browser: a coordinator sees what is stored about a search, and keeps it longer by the keyboard."""

import re

import pytest
from playwright.async_api import expect
from sqlmodel import col, update

from models.search import Search
from tests.browser.test_accounts import hire
from tests.browser.test_pages import TALL, WIDTHS, barriers, keep, overflow
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

REASON = "Complaint of the family about the first hours, open at the court of Ghent since the autumn"
HOLDS = "[data-testid=holds] li[data-hold]"


async def old_search(browsers: Browsers) -> str:
    """Return a search that closed long ago."""
    search = await browsers.search()
    change = update(Search).where(col(Search.id) == search).values(status="closed", status_at="2010-03-01T09:00:00.000Z")
    assert browsers.server
    await browsers.server.service.database.write(lambda session: session.connection().execute(change).rowcount)
    return search


async def held_search(browsers: Browsers) -> tuple[Window, str]:
    """Return the window of Cora, a coordinator, who held a search by the keyboard."""
    search = await old_search(browsers)
    await hire(browsers, "Cora", "coordinator")
    cora = await browsers.window("Cora", viewport=TALL)
    await cora.page.goto("/retention")
    await cora(f"[data-search='{search}'] a").focus()
    await cora.page.keyboard.press("Enter")
    await expect(cora("[data-testid=stored] tbody tr").first).to_be_visible()
    await cora("[name=reason]").fill(REASON)
    await cora("[name=until]").fill(await last_day(cora))
    await cora("[name=until]").press("Enter")
    await expect(cora(HOLDS)).to_have_count(1)
    return cora, search


async def last_day(window: Window) -> str:
    """Return the first day that the form accepts."""
    return str(await window("[name=until]").get_attribute("min"))


async def test_search_is_held_and_released(browsers: Browsers) -> None:
    cora, search = await held_search(browsers)
    await expect(cora(HOLDS)).to_contain_text(f"“{REASON}”")
    await cora.page.goto("/retention")
    await expect(cora(f"[data-search='{search}']")).to_contain_text("on hold until")
    await cora(f"[data-search='{search}'] a").click()
    await cora.page.get_by_role("button", name="End hold").click()
    await expect(cora(HOLDS)).to_have_count(0)
    await expect(cora("[data-testid=kept]")).not_to_contain_text("on hold")
    await browsers.clear()


async def test_wrong_day_keeps_the_typed_reason(browsers: Browsers) -> None:
    cora, _ = await held_search(browsers)
    await cora("form[data-form=hold]").evaluate("form => { form.noValidate = true; }")
    await cora("[name=reason]").fill("Another reason")
    await cora("[name=until]").fill("2011-01-01")
    cora.may_fail("422")
    await cora("[name=until]").press("Enter")
    await expect(cora("[data-testid=problem]")).to_have_text(re.compile("not in the past"))
    await expect(cora("[name=reason]")).to_have_value("Another reason")
    await browsers.clear()


async def test_pages_of_retention_fit_and_have_no_barriers(browsers: Browsers) -> None:
    cora, search = await held_search(browsers)
    found: dict[str, object] = {}
    for path in ("/retention", f"/retention/{search}"):
        await cora.page.goto(path)
        await expect(cora("main")).to_be_visible()
        found[path] = await barriers(cora)
        for width in WIDTHS:
            await cora.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            found[f"{path} at {width}"] = await overflow(cora)
            await keep(cora, path.replace(search, "search").strip("/").replace("/", "-"), width)
        await cora.page.set_viewport_size(TALL)
    assert {place: some for place, some in found.items() if some} == {}
    await browsers.clear()
