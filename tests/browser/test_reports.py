"""A disappearance is reported on Take a call: a coordinator gets the alarm at the first name, reads along, asks, and opens it."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.browser_window import Window
from tests.support.browsers import Browsers, SignedInUser

pytestmark = pytest.mark.browser


async def reports_of(person: SignedInUser) -> list[dict[str, Any]]:
    return [each for each in await person.entities("operations") if each["kind"] == "report"]


async def begin(bob: Window, name: str) -> None:
    """Begin a call about a missing child, with the name of its caller."""
    await bob.open("/intake")
    await bob("input[name=about][value=missing]").check()
    await expect(bob("#report-source_name")).to_be_focused()
    await bob.page.keyboard.type(name)


def field(window: Window, path: str) -> Any:
    return window(f"[data-form=report] [data-field='{path}']").locator("input, textarea, select").first


async def test_an_operator_reports_and_a_coordinator_opens_in_two_presses(browsers: Browsers) -> None:
    alice, bob = await browsers.window("Alice"), await browsers.window("Bob")
    await alice.open("/")
    await begin(bob, "Samira Haddad")
    card = alice("[data-testid=reports] li.report-card").first
    await expect(card).to_contain_text("is taking a report")
    await expect(bob("[data-testid=report-owner]")).to_contain_text("Report")
    typed = {
        "source_contact": "+32 400 00 12 34", "person.first_name": "Lina", "person.last_name": "Haddad", "person.age": "12",
        "missing_since": "2026-11-20 22:30", "last_seen_by": "her brother Amir", "person.description": "long black curls",
        "person.clothing": "white down jacket", "circumstances": "a quarrel", "may_go": "an aunt in Vilvoorde",
    }  # fmt: skip
    for path, text in typed.items():
        await field(bob, path).fill(text)
    await bob("[data-form=report] [data-field='belongings.medication'] .option").first.click()
    await bob("[data-form=report] [data-field='belongings.company'] .option").filter(has_text="internet").click()
    await expect(bob("[data-testid=possible-kind]")).to_contain_text("Runaway")
    await card.locator("[data-act=open-report]").click()
    dialog = alice("[data-dialog=report]")
    await expect(dialog.locator("[data-fact='person.clothing']")).to_have_text("white down jacket")
    await expect(dialog.locator("[data-testid=worrying-reasons]")).to_contain_text("Younger than 13")
    await dialog.locator("#report-question").fill("Which medicine?")
    await dialog.locator("[data-act=ask]").click()
    await expect(bob("[data-testid=questions]")).to_contain_text("Which medicine?")
    await dialog.locator("[data-act=open]").click()
    await expect(alice.page).to_have_url(re.compile("/searches/"))
    await expect(bob("[data-act=open-board]")).to_have_count(1)
    await field(bob, "person.needs").fill("insulin")
    statuses = {
        each["state"]["person"]["first_name"]: each["state"]["status"] for each in await reports_of(await browsers.person("Bob"))
    }
    assert statuses["Lina"] == "opened"
    await bob("[data-act=end-call]").click()
    await expect(bob("[data-act=brief]")).to_have_count(1)
    await expect(alice("h1")).to_contain_text("Lina")


async def test_a_reload_keeps_the_report_and_what_was_not_sent(browsers: Browsers) -> None:
    bob, before = await browsers.window("Bob"), len(await reports_of(await browsers.person("Bob")))
    await begin(bob, "Karim")
    await expect(bob("[data-testid=report-owner]")).to_contain_text("Report")
    await field(bob, "may_go").fill("the sea")
    await bob.page.reload()
    await expect(field(bob, "may_go")).to_have_value("the sea")
    await expect(field(bob, "source_name")).to_have_value("Karim")
    await bob("[data-act=end-call]").click()
    await bob("[data-act=next-call]").click()
    await expect(bob("#search")).to_be_focused()
    assert len(await reports_of(await browsers.person("Bob"))) == before + 1


async def test_a_coordinator_closes_a_report_with_a_reason(browsers: Browsers) -> None:
    alice, bob = await browsers.window("Alice"), await browsers.window("Bob")
    await begin(bob, "Griet")
    await field(bob, "person.first_name").fill("Griet")
    await alice.open("/")
    card = alice("[data-testid=reports] li.report-card").filter(has_text="Griet")
    await card.locator("[data-act=open-report]").click()
    dialog = alice("[data-dialog=report]")
    await dialog.locator("[data-act=part-close]").click()
    await expect(dialog.locator("[data-act=close-report]")).to_be_disabled()
    await dialog.locator("#report-why").select_option("came_home")
    await dialog.locator("[data-act=close-report]").click()
    await expect(dialog).to_have_count(0)
    await expect(card).to_have_count(0)
    await expect(bob("[data-testid=report-owner]")).to_contain_text("closed")


async def test_something_else_becomes_a_note(browsers: Browsers) -> None:
    search = await browsers.search(person={"first_name": "Mila"})
    bob = await browsers.window("Bob")
    await bob.open("/intake")
    await bob("input[name=about][value=other]").check()
    await bob("#other-search").select_option(search)
    await bob("#other-text").fill("The mother asks for a call back at nine.")
    await bob("[data-act=send-other]").click()
    await expect(bob("#other-text")).to_have_value("")
    await bob.open(f"/searches/{search}")
    person = await browsers.person("Bob")
    notes = [each["state"] for each in await person.entities(search) if each["kind"] == "note"]
    assert [(note["text"], note["category"]) for note in notes] == [("The mother asks for a call back at nine.", "contact")]
