"""Closed searches in the browser: they leave All searches by themselves, and are found by keyboard, in windows of any size."""

import re

import pytest
from playwright.async_api import expect

from board.commands.searches import archiving
from board.lookup import closed_pages
from tests.browser.test_pages import TALL, WIDTHS, barriers, keep, overflow
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.people import new_id

pytestmark = pytest.mark.browser

CLOSE = {"status": "closed", "reason": "at home", "acknowledge": "as it is"}
REOPEN = {"status": "open", "reason": "missing again"}
OUTCOME = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
TITLES = {
    "en-US": ("Closed searches", "alive and well"),
    "fr-BE": ("Recherches clôturées", "sain et sauf"),
    "nl-BE": ("Afgesloten zoekacties", "gezond en wel"),
    "de-BE": ("Abgeschlossene Suchaktionen", "wohlauf"),
}
CLOSED = ".operations-column.closed"
ROWS = "[data-testid=closed] li"


async def closed(browsers: Browsers, name: str, **data: object) -> str:
    """Open, find and close a search; return its id."""
    search = await browsers.search(person={"first_name": name, "last_name": "Vermeer", "age": 11}, **data)
    alice = await browsers.person("Alice")
    await alice.command(search, "search.set_status", {"status": "found", "reason": "seen", "outcome": OUTCOME})
    await alice.command(search, "search.set_status", CLOSE)
    return search


async def archive(browsers: Browsers) -> None:
    """Archive all closed searches now."""
    assert browsers.server
    service = browsers.server.service
    due = await service.database.read(lambda session: archiving.due(session, service.clock(), 0))
    await service.write(lambda session: archiving.archive(session, due, service.clock, 0))


def word() -> str:
    """Return a name that no other test uses."""
    return f"Lotte{new_id()}"


async def test_an_archived_search_leaves_the_page_and_comes_back(browsers: Browsers) -> None:
    name = word()
    search = await closed(browsers, name)
    bob = await browsers.window("Bob")
    await bob.open("/")
    card = bob(f"[data-search='{search}']")
    await expect(card).to_be_visible()
    await archive(browsers)
    await expect(card).to_have_count(0)
    await expect(bob(f"{CLOSED} .archived")).to_have_text("Closed more than 30 days ago: Closed searches")
    await (await browsers.person("Alice")).command(search, "search.set_status", REOPEN)
    await expect(bob(f".operations-column.open [data-search='{search}']")).to_contain_text(name)


@pytest.mark.slow
async def test_an_archived_search_is_found_from_all_searches_and_opens(browsers: Browsers) -> None:
    name = word()
    search = await closed(browsers, name)
    await archive(browsers)
    bob = await browsers.window("Bob")
    await bob.open("/")
    await bob("[name=find]").fill(name)
    await expect(bob("[data-testid=found] [role=option]")).to_have_count(1)
    await bob("[name=find]").press("Enter")
    await bob.page.wait_for_url(f"**/searches/{search}")
    await bob.live()
    await expect(bob("h1")).to_contain_text(name)


@pytest.mark.slow
async def test_the_history_says_that_a_search_left(browsers: Browsers) -> None:
    name = word()
    search = await closed(browsers, name)
    await archive(browsers)
    bob = await browsers.window("Bob")
    await bob.open("/history")
    left = bob("li[data-type='search.archived']").filter(has_text=name)
    await expect(left).to_contain_text(f"{name} V.")
    await expect(left).to_contain_text("The search was archived: closed and unchanged for 0 days")
    await expect(left.locator(".of")).to_have_attribute("href", f"/searches/{search}/history")
    status = bob("li[data-type='search.status_set']").filter(has_text=name)
    await expect(status.filter(has_text="to “Closed”")).to_have_count(1)


@pytest.mark.parametrize("width", [390, 1400])
@pytest.mark.parametrize("locale", TITLES)
async def test_a_closed_search_is_found_by_keyboard(browsers: Browsers, locale: str, width: int) -> None:
    name, (title, outcome) = word(), TITLES[locale]
    search = await closed(browsers, name, kind="undefined")
    await closed(browsers, word())
    await archive(browsers)
    bob = await browsers.window("Bob", locale=locale, viewport={"width": width, "height": WIDTHS[width]})
    await bob.open("/")
    if width == 390:
        await bob(".operations-tabs button").last.press("Enter")
    await bob(f"{CLOSED} .archived a").press("Enter")
    await bob.page.wait_for_url("**/closed")
    await expect(bob("h1")).to_have_text(title)
    await bob("[name=q]").focus()
    await bob.page.keyboard.type(f"{name} vermeer")
    await bob.page.keyboard.press("Enter")
    await bob.page.wait_for_url("**/closed?words=*")
    await expect(bob(ROWS)).to_have_count(1)
    await expect(bob(ROWS)).to_contain_text(f"{name} V., 11")
    await expect(bob(ROWS)).to_contain_text(outcome)
    assert await overflow(bob) == []
    await keep(bob, f"closed-{locale}", width)
    await bob("[name=kind]").focus()
    for _ in range(20):
        await bob.page.keyboard.press("Tab")
        if await bob.page.evaluate(f"document.activeElement.matches({ROWS + ' a'!r})"):
            break
    await expect(bob(f"{ROWS} a")).to_be_focused()
    await bob.page.keyboard.press("Enter")
    await bob.page.wait_for_url(f"**/searches/{search}")


@pytest.mark.slow
async def test_the_list_is_narrowed_and_gone_back_in(browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closed_pages, "PAGE_SIZE", 2)
    family = word()
    names = [f"{family} {number}" for number in range(5)]
    for name in names:
        await closed(browsers, name, kind="undefined")
    bob = await browsers.window("Bob")
    await bob.page.goto(f"/closed?q={family}")
    await expect(bob(f"{ROWS} a")).to_have_text([re.compile(each) for each in (names[4], names[3])])
    await bob.page.get_by_role("link", name="Show older searches").press("Enter")
    await expect(bob(f"{ROWS} a")).to_have_text([re.compile(each) for each in (names[2], names[1])])
    await bob.page.get_by_role("link", name="Show older searches").press("Enter")
    await expect(bob(f"{ROWS} a")).to_have_text([re.compile(names[0])])
    await expect(bob.page.get_by_role("link", name="Show older searches")).to_have_count(0)
    await bob.page.get_by_role("link", name="Show the newest").press("Enter")
    await expect(bob(f"{ROWS} a").first).to_have_text(re.compile(names[4]))
    await expect(bob("[name=q]")).to_have_value(family)
    await bob("[name=outcome]").select_option("injured")
    await bob("form[role=search] button").press("Enter")
    await expect(bob("main")).to_contain_text("No closed search fits.")
    await expect(bob("[name=outcome]")).to_have_value("injured")
    await bob("[name=outcome]").select_option("well")
    await bob("[name=kind]").select_option("undefined")
    await bob("form[role=search] button").press("Enter")
    await expect(bob(ROWS)).to_have_count(2)
    year = await bob("[name=year] option").nth(1).inner_text()
    await bob("[name=year]").select_option(year)
    await bob("form[role=search] button").press("Enter")
    await bob.page.wait_for_url(f"**year={year}**")
    await expect(bob(ROWS)).to_have_count(2)
    await bob.page.get_by_role("link", name="Show all").press("Enter")
    await bob.page.wait_for_url("**/closed")


async def test_outsiders_find_no_members_only_search(browsers: Browsers) -> None:
    name = word()
    alice, bob = await browsers.person("Alice"), await browsers.person("Bob")
    members = [(await each.http.get("/api/v1/me")).json()["id"] for each in (alice, bob)]
    await closed(browsers, name, access="members", members=members)
    await archive(browsers)
    for person, count in (("Bob", 1), ("Charlie", 0)):
        window = await browsers.window(person)
        await window.page.goto(f"/closed?q={name}")
        await expect(window("h1")).to_have_text("Closed searches")
        await expect(window(ROWS)).to_have_count(count)


@pytest.mark.slow
async def test_the_list_fits_every_window_and_has_no_barrier(browsers: Browsers) -> None:
    await closed(browsers, "Marie-Amandine-Philippine-Alexandrine-de-la-Tour", reference="A" * 60)
    await closed(browsers, word())
    window = await browsers.window("Bob", viewport=TALL)
    window.may_fail("422")
    found = {}
    for name, path in {"closed": "/closed", "closed-none": "/closed?q=zzzz", "closed-wrong": "/closed?kind=x"}.items():
        await window.page.goto(path)
        await window.page.set_viewport_size(TALL)
        found[name] = await barriers(window)
        for width, height in WIDTHS.items():
            await window.page.set_viewport_size({"width": width, "height": height})
            assert await overflow(window) == [], f"{name} at {width}"
            await keep(window, name, width)
    assert {name: some for name, some in found.items() if some} == {}
    await printed(window)


async def printed(window: Window) -> None:
    """Check that paper shows the rows, and nothing to press."""
    await window.page.goto("/closed")
    await window.page.emulate_media(media="print")
    await expect(window(ROWS).first).to_be_visible()
    for selector in ("form[role=search]", ".closed-searches .actions"):
        await expect(window(selector).first).to_be_hidden()
