"""Alerts in the browser: shown on every open page, found by keyboard, and cleared on all of them."""

import json
import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.test_pages import barriers, keep, overflow
from tests.support.browser_window import Window, wait_until
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

SIGHTING = "Girl with a red coat at the Graslei"
# Records the notifications that the desktop would show.
DESKTOP = """() => {
  const shown = [];
  document.hasFocus = () => false;
  window.Notification = class {
    static permission = "granted";
    constructor(title, { body, tag }) {
      shown.push([title, body, tag]);
      document.documentElement.dataset.shown = JSON.stringify(shown);
    }
    close() {}
  };
}"""


def bell(window: Window) -> Locator:
    return window("[data-bell] summary")


async def marked(window: Window, count: int) -> None:
    """Check the count on the bell, in the tab's title and on its icon."""
    await expect(bell(window)).to_have_attribute("aria-label", f"Alerts: {count} unread" if count else "Alerts")
    await expect(window.page).to_have_title(re.compile(rf"^\({count}\) \w" if count else r"^[^(]"))
    await expect(window("link[rel=icon]")).to_have_attribute("href", re.compile("icon-unread" if count else "icon[^-]"))


async def me(browsers: Browsers, name: str) -> dict[str, Any]:
    return dict((await (await browsers.person(name)).http.get("/api/v1/me")).json())


async def test_alert_reaches_each_page_and_opens_the_card_by_keyboard(browsers: Browsers) -> None:
    board = await browsers.search()
    card = await browsers.sighting(board, SIGHTING)
    alice, bob, desk = await browsers.person("Alice"), await browsers.window("Bob"), await browsers.window("Bob")
    await bob.open(f"/searches/{board}")
    await expect(bob.card(SIGHTING)).to_be_visible()
    await desk.page.goto("/account")
    await marked(bob, 0)
    await marked(desk, 0)

    await alice.command(board, "sighting.assess", {"sighting": card, "assessment": "confirmed"})
    await alice.command(board, "note.add", {"text": "Would @bob ring the <b>school</b>?", "card": card})
    for window in (bob, desk):
        await marked(window, 2)

    await bell(bob).focus()
    await bob.page.keyboard.press("Enter")
    lines = bob("[data-testid=alerts] li[data-unread]")
    await expect(lines.nth(0)).to_contain_text("Alice mentioned you: Note · Sighting")
    await expect(lines.nth(1)).to_contain_text(re.compile(r"^\s*Unread\s*Noor: Sighting\s\d+ confirmed"))
    await alice.command(board, "card.assign", {"card": card, "assignee": (await me(browsers, "Bob"))["id"]})
    await expect(lines.nth(0)).to_contain_text("Alice assigned Sighting")  # while the list is open
    await bob.page.keyboard.press("Escape")
    await expect(bob("[data-alerts-list]")).to_be_hidden()
    await expect(bell(bob)).to_be_focused()
    await bob.page.keyboard.press("Enter")
    await bob("[data-testid=alerts] li a").nth(2).focus()
    await bob.page.keyboard.press("Enter")
    await bob.page.wait_for_url(f"**/searches/{board}/cards/{card}")
    await expect(bob.panel).to_contain_text(SIGHTING)
    for window in (bob, desk):
        await marked(window, 2)

    await bell(desk).click()
    await desk("[data-act=all-read]").click()
    await expect(bell(desk)).to_be_focused()
    await expect(desk("[data-testid=alerts] li[data-unread]")).to_have_count(0)
    for window in (bob, desk):
        await marked(window, 0)


@pytest.mark.slow
async def test_alert_settings_choose_where_and_the_desktop_reveals_no_more(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, victor = await browsers.person("Alice"), await browsers.window("Victor")
    await victor.http.post("/api/v1/alerts/read", json={"all": True})  # alerts of other tests
    await victor.page.add_init_script(f"({DESKTOP})()")
    await victor.page.goto("/account")
    await expect(victor("[data-notify]")).to_have_text("Desktop notifications are on in this browser.")
    form = victor("form[data-form=alerts]")
    await form.locator("[name=status]").select_option("desktop")
    await form.locator("[name=mention]").select_option("off")
    await form.locator("button").click()
    await expect(victor("[data-testid=changed]")).to_be_visible()
    before = len(victor.frames)
    await victor.open(f"/searches/{board}")
    await wait_until(lambda: [each for each in victor.frames[before:] if each.body["type"] == "alerts" and not each.sent])
    await marked(victor, 0)
    ack = await alice.command(
        board, "search.set_status", {"status": "closed", "reason": "@Victor: Noor is at home", "acknowledge": "as it is"}
    )
    await marked(victor, 1)
    reference = (await alice.entities(board))[0]["state"]["reference"]
    said = json.dumps([[reference, "Status changed", f"{board}:{ack['seqs'][0]}"]], separators=(",", ":"))
    await expect(victor("html")).to_have_attribute("data-shown", said)

    await victor.page.goto("/account")
    await victor("[name=quiet]").check()
    await victor("form[data-form=alerts] button").click()
    await alice.command(board, "search.set_status", {"status": "open", "reason": "again"})
    await expect(bell(victor)).to_have_attribute("aria-label", "Alerts: 2 unread")
    await expect(victor.page).to_have_title(re.compile("^Your account"))
    await expect(victor("html:not([data-shown])")).to_have_count(1)


@pytest.mark.slow
async def test_the_list_is_for_every_eye_and_fits(browsers: Browsers) -> None:
    board = await browsers.search()
    card = await browsers.sighting(board, SIGHTING)
    alice, charlie = await browsers.person("Alice"), await browsers.window("Charlie")
    await alice.command(board, "sighting.assess", {"sighting": card, "assessment": "credible"})
    await alice.command(board, "note.add", {"text": "@Charlie", "card": card})
    await charlie.page.goto("/account")
    for width, height in ((1400, 900), (390, 844)):
        await charlie.page.set_viewport_size({"width": width, "height": height})
        await charlie.page.goto("/account")
        await keep(charlie, "account", width)
        await bell(charlie).click()
        await charlie("[data-testid=alerts] li").first.wait_for()
        assert not await overflow(charlie)
        await keep(charlie, "alerts", width)
        box = await charlie("[data-alerts-list]").bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        await charlie.page.evaluate("document.querySelector('main').hidden = true")  # axe judges no text above other texts
        assert not await barriers(charlie, "[data-bell]")


@pytest.mark.slow
@pytest.mark.parametrize("height", [500, 900])
async def test_no_alert_lies_under_the_foot_of_its_list(browsers: Browsers, height: int) -> None:
    board, bob = await browsers.search(), await browsers.person("Bob")
    own = (await bob.http.get("/api/v1/me")).json()["id"]
    for number in range(12):
        await (await browsers.person("Alice")).command(board, "task.add", {"title": f"Task {number}", "assignee": own})
    window = await browsers.window("Bob", viewport={"width": 390, "height": height})
    await window.open("/")
    await bell(window).click()
    last, foot = window("[data-testid=alerts] > li").last, window("[data-alerts-list] footer")
    await last.locator("a").focus()
    ends, begins = await last.bounding_box(), await foot.bounding_box()
    assert ends
    assert begins
    assert ends["y"] + ends["height"] <= begins["y"] + 1
    await expect(foot).to_be_in_viewport(ratio=1)


async def test_urgent_sighting_alerts_the_lead_where_they_chose(browsers: Browsers) -> None:
    lead = (await me(browsers, "Bob"))["id"]
    board, alice, bob = await browsers.search(lead=lead), await browsers.person("Alice"), await browsers.window("Bob")
    await bob.page.goto("/account")
    await alice.command(board, "sighting.add", {"description": SIGHTING, "priority": "urgent"})
    await bell(bob).focus()
    await bob.page.keyboard.press("Enter")
    newest = bob("[data-testid=alerts] li[data-unread]").first
    await expect(newest).to_contain_text(re.compile(r"Noor: Sighting\s\d+ is urgent"))
    await bob.page.keyboard.press("Escape")
    choice = bob("form[data-form=alerts] select[name=urgent]")
    await expect(choice).to_have_value("list")
    await choice.select_option("off")
    await bob("form[data-form=alerts] button").click()
    await expect(bob("[data-testid=changed]")).to_be_visible()
    await expect(choice).to_have_value("off")
    await choice.select_option("list")
    await bob("form[data-form=alerts] button").click()
