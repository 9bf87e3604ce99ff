"""Duty in a browser: one press begins it, everyone sees it, its end asks about each alarm, and the plan needs no mouse."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Locator, expect

from models.board import OPERATIONS
from models.times import format_utc
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


def later(browsers: Browsers, hours: float) -> str:
    assert browsers.server is not None
    return format_utc(browsers.server.service.clock() + timedelta(hours=hours))


def row(window: Window, name: str) -> Locator:
    return window("[data-testid=on-duty] li").filter(has_text=name)


async def off_duty(browsers: Browsers, *names: str) -> None:
    """End the duties that other tests have left."""
    for name in names:
        await (await browsers.person(name)).command(OPERATIONS, "duty.end", {})


async def test_one_press_after_signing_in_begins_a_duty(browsers: Browsers) -> None:
    await off_duty(browsers, "Alice", "Bob", "Charlie")
    alice, bob = await browsers.window("Alice"), await browsers.stranger()
    await alice.open("/")
    await expect(alice("[data-testid=on-duty] .empty")).to_contain_text("Nobody is on duty")
    await bob.page.goto("/login")
    await bob.sign_in("bob@desk.example")
    await bob.page.wait_for_url("**/duty")
    await expect(bob("[data-first]")).to_be_focused()
    await bob.page.keyboard.press("Enter")
    await expect(bob("h1")).to_have_text("All searches")
    await expect(row(alice, "Bob").locator(".until")).to_contain_text("until")
    await expect(row(bob, "Bob").locator(".sub")).to_contain_text("you, since")
    await bob("details.account-menu summary").click()
    await expect(bob("[data-testid=own-duty]")).to_contain_text("On duty until")


async def test_end_of_a_duty_hands_on_keeps_or_leaves_each_alarm(browsers: Browsers) -> None:
    await off_duty(browsers, "Alice", "Bob", "Charlie")
    alice, bob = await browsers.person("Alice"), await browsers.person("Bob")
    board = await browsers.search()
    for person in (alice, bob):
        await person.command(OPERATIONS, "duty.begin", {"until": later(browsers, 8)})
    for number in range(3):
        await alice.command(board, "sighting.add", {"description": f"girl {number}", "priority": "urgent"})
    alarms = [
        each for each in await alice.entities(board) if each["kind"] == "alarm" and each["state"]["rule"] == "urgent_sighting"
    ]
    for alarm in alarms:
        await bob.command(board, "alarm.take", {"alarm": alarm["id"]})
    window = await browsers.window("Bob")
    await window.page.goto("/duty")
    await expect(window("[data-testid=still-yours]")).to_have_text("You still have 3 things.")
    selects = window(".keep select")
    await expect(selects.first).to_have_value(await alice.own_id())
    await selects.nth(1).select_option("keep")
    await selects.nth(2).select_option("leave")
    await expect(window("[data-act=end-duty]")).to_have_text("End duty: hand on 1, keep 1, leave 1")
    await window("[data-act=end-duty]").click()
    await expect(window("h1")).to_have_text("All searches")
    await expect(window(".on-duty [data-act=begin-duty]")).to_be_visible()
    states = {each["id"]: each["state"] for each in await alice.entities(board) if each["kind"] == "alarm"}
    duties = [each["state"] for each in await alice.entities(OPERATIONS) if each["kind"] == "duty"]
    own_id = await bob.own_id()
    kept = next(each["kept"] for each in duties if each["account"] == own_id)
    handed = [id for id, state in states.items() if state["handed_on"]]
    assert (len(kept), len(handed)) == (1, 1)
    assert not set(kept) & set(handed)


async def test_a_duty_is_planned_and_removed_by_keyboard(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    await alice.page.goto("/duty/plan")
    await alice("[data-act=next-week]").click()
    first = alice("td[data-account]").first
    await first.focus()
    await alice.page.keyboard.press("ArrowRight")
    cell = alice("td[data-account]").nth(1)
    await expect(cell).to_be_focused()
    await alice.page.keyboard.type("23-7, 7-15")
    await alice.page.keyboard.press("Enter")
    await expect(cell.locator(".bar")).to_have_text(["7-15", "23-7"])
    await expect(cell).to_be_focused()
    await expect(alice("[data-testid=holes]")).to_contain_text("Nobody planned")
    await alice.page.keyboard.press("2")
    await alice.page.keyboard.press("Enter")
    await expect(alice("#plan-read")).to_have_text("Not recognised as a duty yet.")
    await cell.focus()
    await alice.page.keyboard.press("Delete")
    await expect(cell.locator(".bar")).to_have_count(0)


async def test_a_calendar_is_previewed_and_imported(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    begins = later(browsers, 24)[:19].replace("-", "").replace(":", "")
    ends = later(browsers, 32)[:19].replace("-", "").replace(":", "")
    event = f"BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:{begins}Z\r\nDTSTART:{begins}Z\r\nDTEND:{ends}Z\r\nSUMMARY:%s\r\nEND:VEVENT\r\n"
    events = event % "Bob" + event.replace("UID:1", "UID:2") % "Nobody we know"
    file = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nX-WR-CALNAME:Nights\r\n{events}END:VCALENDAR\r\n"
    await alice.page.goto("/duty/plan")
    await alice("[data-import]").set_input_files({"name": "nights.ics", "mimeType": "text/calendar", "buffer": file.encode()})
    shown = alice("[data-testid=import]")
    await expect(shown).to_contain_text("Import: Nights")
    await expect(shown).to_contain_text("1 new")
    await expect(shown).to_contain_text("Nobody we know")
    await shown.locator("[data-act=send-import]").click()
    await expect(shown).to_contain_text("The calendar was imported.")
    planned = [
        each["state"] for each in await (await browsers.person("Alice")).entities(OPERATIONS) if each["kind"] == "planned_duty"
    ]
    assert [each["starts_at"][:16] for each in planned] == [later(browsers, 24)[:16]]


async def test_viewers_see_the_plan_and_change_nothing(browsers: Browsers) -> None:
    victor = await browsers.window("Victor", viewport=PHONE)
    await victor.page.goto("/duty/plan")
    await expect(victor("td[data-account]").first).to_be_visible()
    await expect(victor("[data-act=import], [data-form=plan]")).to_have_count(0)
    victor.may_fail("403")
    answer = await victor.page.goto("/duty")
    assert answer is not None
    assert answer.status == 403
    await expect(victor("main")).to_contain_text(re.compile("cannot be on duty"))
