"""A night of three: Bob takes a call, Alice holds the shift and looks elsewhere, Dora is on her phone. Every step is clicked."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from board.accounts import live_changes
from board.alarms.escalation import Escalation
from tests.browser.test_alarm_line import ALARM, CALM, LIST, PHONE, TAKE, TAKEN
from tests.support.browser_window import PATIENCE_MS, Window
from tests.support.browsers import Browsers, create_accounts
from tests.support.display_page import open_display
from tests.support.people import PASSWORD, running_server

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEEN = "Girl with a man, holding hands, walking towards the motorway"
# The ladder of an urgent sighting as the program has it, with seconds in place of minutes.
RULES = """
[ladders.short]
steps = [
    { after_min = 0, ask = ["desk"], ways = ["screen"] },
    { after_min = 0.01, ask = ["lead"], ways = ["screen"] },
    { after_min = 0.02, ask = ["holder"], ways = ["screen"] },
    { after_min = 0.03, ask = ["coordinators"], ways = ["screen"] },
]
[[rules]]
key = "urgent_sighting"
when = "sighting_urgent"
ladder = "short"
"""


@pytest.fixture
async def night(browser: Browser, tmp_path: Path) -> AsyncIterator[Browsers]:
    (tmp_path / "alarms.toml").write_text(RULES)
    async with running_server(tmp_path, files_path=str(tmp_path)) as server:
        await create_accounts(server)
        await live_changes.add_account(server.service, "dora@desk.example", "Dora", "coordinator", PASSWORD)
        escalating = asyncio.create_task(Escalation(server.service).run())
        async with Browsers(browser, server.url) as working:
            yield working
        escalating.cancel()


async def take_call(bob: Window) -> None:
    """Take an urgent call by mouse and keys."""
    await bob("#search").click()
    await bob.page.keyboard.type("mila")
    await bob("#search-list:visible [role=option]").first.click()
    await bob("#text").click()
    await bob.page.keyboard.type(SEEN)
    await bob("#urgent").click()
    await bob("#where").click()
    await bob.page.keyboard.type("Drongen")
    await bob("#when").click()
    await bob.page.keyboard.type("10 minutes ago")
    await bob("#send").click()
    await expect(bob("[data-recent-call][data-number] .urgent")).to_be_visible()


def choice(window: Window, value: str) -> Locator:
    """Return the button of the open card's panel that chooses a grade or an assessment."""
    return window(f".panel label:has(input[value='{value}'])")


def commands(window: Window) -> list[str]:
    """Return the names of the commands that a window's pages have sent."""
    return [frame.body["name"] for frame in window.frames if frame.sent and frame.body["type"] == "command"]


async def test_an_urgent_call_is_taken_late_judged_passed_on_and_answered(night: Browsers) -> None:
    people = {name: await (await night.person(name)).own_id() for name in ("Alice", "Bob", "Charlie", "Dora")}
    person = await night.person("Alice")
    await person.command("operations", "shift.take", {"reason": "The first shift"})
    board = await night.search(person={"first_name": "Mila", "age": 6}, reference="N-1", lead=people["Charlie"])
    elsewhere = await night.search(person={"first_name": "Lucas"}, reference="N-2", lead=people["Alice"])

    alice, bob = await night.window("Alice"), await night.window("Bob")
    dora = await night.window("Dora", viewport=PHONE, has_touch=True, is_mobile=True)
    wall, _ = await open_display(night, ["operations"], profile="inner")
    await wall.open("/wall")
    await alice.open(f"/searches/{elsewhere}")
    await bob.open("/intake")
    await dora.open("/")
    for window in (alice, bob, dora):
        await expect(window(CALM)).to_be_visible()

    # Nobody takes it: the alarm goes on from all to who leads, to who holds the shift, to the coordinators.
    await take_call(bob)
    for window in (alice, bob, dora):
        await expect(window(ALARM)).to_contain_text("Mila, 6")
        await expect(window(CALM)).to_have_count(0)
    await expect(wall("[data-testid=alarm]")).to_contain_text("nobody has it")
    for window in (alice, dora):
        await expect(window(f"{ALARM} .alarm-steps .done")).to_have_count(4, timeout=PATIENCE_MS)
        await expect(window(f"{ALARM}[data-level='3'] .nobody")).to_contain_text("nobody has it")
    await expect(bob("[data-alarm-announcer]")).to_be_empty()  # who took the call is not asked
    await dora(f"{LIST} summary").tap()
    await expect(dora(f"{LIST} .alarm-steps")).to_contain_text("all coordinators")
    await dora(f"{LIST} summary").tap()

    # Dora takes it on her phone, and everybody is told.
    await dora(TAKE).tap()
    await expect(dora(TAKEN)).to_contain_text("You have it")
    for window in (alice, bob):
        await expect(window(TAKEN)).to_contain_text("Dora has it")
    await expect(wall("[data-testid=alarm]")).to_have_count(0)
    await expect(wall("body")).not_to_contain_text("motorway")

    # She opens it, which is a look, and judges it.
    await alice.open("/unanswered")
    waiting = alice(".unanswered-entry")
    await expect(waiting).to_have_attribute("data-queue", "look")
    await dora(f"{TAKEN} .open").tap()
    await expect(dora.panel.locator("[data-testid=times]")).to_contain_text("looked at, Dora")
    await expect(waiting).to_have_attribute("data-queue", "judge")
    await choice(dora, "C").tap()
    await choice(dora, "2").tap()
    await dora("[data-act=save-grade]").tap()
    await expect(dora("[data-testid=grade] .grade")).to_have_attribute("aria-label", "Grade C2")
    await choice(dora, "credible").tap()
    await dora("[data-act=save-assessment]").tap()
    await expect(dora("[data-testid=passing-on]")).to_contain_text("not yet")
    await expect(waiting).to_have_attribute("data-queue", "pass_on")

    # Alice takes it on from the list, and passes it on to the police.
    await waiting.locator("[data-act=claim]").click()
    await expect(waiting).to_contain_text("Alice")
    await waiting.locator("h2 a").click()
    await alice.field("pass-on", "passed_on.to").click()
    await alice.page.keyboard.type("Local police Gent")
    await alice.field("pass-on", "passed_on.reference").click()
    await alice.page.keyboard.type("PV 12/2026")
    await alice("[data-act=pass-on]").click()
    for window in (alice, dora):
        await expect(window("[data-testid=passed-on]")).to_contain_text(re.compile("Local police Gent.*PV 12/2026"))

    # The police know better: it is answered, and nothing waits.
    await choice(alice, "not_the_child").click()
    await alice.field("assessment", "reason").click()
    await alice.page.keyboard.type("A father and his daughter")
    await alice(".panel [data-act=assess]").click()
    await expect(dora("[data-testid=assessment]")).to_contain_text("not the child")
    await alice.open("/unanswered")
    await expect(alice("[data-testid=none]")).to_have_text("Nothing waits. Every sighting is answered.")

    names = {id: name for name, id in people.items()}
    told = [
        (each["type"], names.get(str((each["actor"] or {}).get("id"))))
        for each in await person.events(board)
        if each["kind"] in ("alarm", "sighting")
    ]
    assert told == [
        ("sighting.added", "Bob"),
        ("alarm.raised", None),
        *[("alarm.escalated", None)] * 3,
        ("alarm.taken", "Dora"),
        ("card.assigned", "Dora"),
        ("sighting.looked_at", "Dora"),
        ("sighting.graded", "Dora"),
        ("sighting.assessed", "Dora"),
        ("alarm.ended", None),
        ("card.assigned", "Alice"),
        ("sighting.passed_on", "Alice"),
        ("sighting.assessed", "Alice"),
    ]
    (sighting,) = [each["state"] for each in await person.entities(board) if each["kind"] == "sighting"]
    assert (sighting["queue"], sighting["priority"], sighting["assessment"]) == ("answered", "urgent", "not_the_child")
    assert commands(bob) == ["sighting.add"]
    assert commands(dora) == ["alarm.take", "sighting.looked_at", "sighting.grade", "sighting.assess"]
    assert commands(alice) == ["card.assign", "sighting.pass_on", "sighting.assess"]
