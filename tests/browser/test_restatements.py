"""Restatement on the page of a handover: written by who takes over, answered by who hands over, seen by both."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser.test_handover_head import stage
from tests.support.browser_window import Window
from tests.support.browsers import Browsers, handover_desk

pytestmark = pytest.mark.browser

WORDS = "On foot. The father is called at ten."


@pytest.fixture(scope="module")
async def browser_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browsers]:
    async with handover_desk(browser, tmp_path_factory.mktemp("desk")) as desk:
        yield desk


def of_child(window: Window, name: str) -> Locator:
    return window("[data-section]", has=window.page.locator("h2", has_text=name))


async def test_a_search_is_summarised_answered_and_summarised_again(browsers: Browsers) -> None:
    await stage(browsers, "signed")
    alice, dora, victor = [await browsers.window(name) for name in ("Alice", "Dora", "Victor")]
    for window in (alice, dora, victor):
        await window.open("/handover")
    theirs, hers = of_child(alice, "Mila"), of_child(dora, "Mila")
    await expect(hers.locator("[data-act=mark-read]")).to_be_visible()
    await expect(hers.locator("form[data-form=restate]")).to_have_count(0)
    await hers.locator("[data-act=mark-read]").click()
    text = hers.locator("form[data-form=restate] textarea")
    await hers.locator("[data-act=restate]").click()
    await expect(hers.locator("form[data-form=restate] .error")).to_have_text("This field is required.")
    await text.fill("On the bus.")
    await hers.locator("[data-act=restate]").click()
    await expect(theirs.locator(".said")).to_have_text("On the bus.")
    await expect(hers.locator("form[data-form=restate]")).to_have_count(0)
    await expect(hers.locator(".verdict")).to_have_text("not answered yet")
    reading = alice("[data-testid=reading]")
    await expect(reading).to_contain_text("Dora has read 1 of 2")
    await expect(reading).to_contain_text("1 waits for your answer")
    await expect(alice("[data-contents] .mark.is-waiting")).to_have_count(1)

    await theirs.locator("[data-act=not-quite]").click()
    await expect(alice("dialog q")).to_have_text("On the bus.")
    await alice.fill("answer", {"reason": "on foot, not on the bus"})
    await alice("dialog [data-act=send]").click()
    await expect(alice("dialog")).to_have_count(0)
    await expect(hers.locator(".verdict q")).to_have_text("on foot, not on the bus")
    await text.fill(WORDS)
    await hers.locator("[data-act=restate]").click()
    await expect(theirs.locator(".said")).to_have_text(WORDS)
    await theirs.locator("[data-act=correct]").click()
    for section in (theirs, hers, of_child(victor, "Mila")):
        await expect(section.locator("[data-correct=true] .said")).to_have_text(WORDS)
        await expect(section.locator(".verdict .correct")).to_contain_text("correct, Alice, ")
    await expect(victor("[data-act=correct], [data-act=not-quite], [data-act=restate]")).to_have_count(0)
    await expect(theirs.locator("[data-act=correct], [data-act=not-quite]")).to_have_count(0)
    await expect(reading).to_contain_text("1 summarised correctly")
    await expect(dora("[data-testid=reading]")).to_contain_text("You have read 1 of 2")
    board = await theirs.get_attribute("data-section")
    await alice.open(f"/searches/{board}/history")
    await expect(alice("main")).to_contain_text(f"Dora summarised this search for handover 1: {WORDS}")
    await expect(alice("main")).to_contain_text(
        "Alice answered the summary by Dora: not quite correct, “on foot, not on the bus”"
    )
    await expect(alice("main")).to_contain_text("Alice confirmed the summary by Dora")


@pytest.mark.slow
async def test_a_summary_is_told_on_every_page_until_it_is_answered(browsers: Browsers) -> None:
    await stage(browsers, "signed")
    alice, bob, dora = [await browsers.window(name) for name in ("Alice", "Bob", "Dora")]
    for window in (alice, bob):
        await window.open("/")
    await dora.open("/handover")
    section = of_child(dora, "Noor")
    await section.locator("[data-act=mark-read]").click()
    await section.locator("form[data-form=restate] textarea").fill(WORDS)
    await section.locator("[data-act=restate]").click()
    notice = alice("[data-testid=restated-notice]")
    await expect(notice.locator(".text")).to_have_text("Dora summarised the search: Noor")
    await expect(alice("[data-bell] [data-unread-count]")).to_be_visible()
    await alice("[data-bell] summary").click()
    await expect(alice("[data-testid=alerts] li").first).to_contain_text("Dora summarised this search for handover")
    await alice.page.keyboard.press("Escape")

    await notice.get_by_role("link", name="Answer").click()
    answered = of_child(alice, "Noor")
    await expect(answered).to_be_in_viewport()
    await expect(answered).to_be_focused()
    await expect(notice).to_be_visible()
    other = await browsers.window("Alice")
    await other.open("/")
    await expect(other("[data-testid=restated-notice]")).to_be_visible()
    await answered.locator("[data-act=correct]").click()
    await expect(notice).to_have_count(0)
    await other.reload()
    await other.live()
    await expect(other("[data-shift]")).to_contain_text("signed")
    for window in (bob, dora, other):
        await expect(window("[data-testid=restated-notice]")).to_have_count(0)


@pytest.mark.slow
async def test_a_long_summary_fits_a_phone_and_is_kept_while_typed(browsers: Browsers) -> None:
    await stage(browsers, "signed")
    dora = await browsers.window("Dora", viewport={"width": 390, "height": 844})
    await dora.open("/handover")
    section = of_child(dora, "Noor")
    await section.locator("[data-act=mark-read]").click()
    text = section.locator("form[data-form=restate] textarea")
    await text.fill("x" * 300)
    await dora.reload()
    await expect(text).to_have_value("x" * 300)
    await section.locator("[data-act=restate]").click()
    await expect(section.locator(".said")).to_have_text("x" * 300)
    assert await dora.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
