"""Sighting of two children in the browser: chosen in the panel, on both boards, one unanswered entry, and of one child again."""

import pytest
from playwright.async_api import expect

from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

SEEN = "Conductor saw a girl with a small boy"


async def unanswered_once(browsers: Browsers) -> None:
    """Check that the list has one row that names both children, and home as many entries as the list."""
    charlie = await browsers.window("Charlie")
    await charlie.open("/unanswered")
    row = charlie("li[data-entry]").filter(has_text=SEEN)
    await expect(row.locator(".of b")).to_have_text("Emmeline, 11 and Finnegan, 6")
    await expect(row).to_have_count(1)
    listed = await charlie("[data-chip=all] b").inner_text()
    await expect(charlie("li[data-entry]")).to_have_count(int(listed))
    await charlie.open("/")
    await expect(charlie("[data-testid=unanswered] b")).to_have_text(listed)


async def test_sighting_is_of_both_by_one_press_and_of_one_by_another(browsers: Browsers) -> None:
    emma = await browsers.search(person={"first_name": "Emmeline", "age": 11})
    finn = await browsers.search(person={"first_name": "Finnegan", "age": 6})
    person = await browsers.person("Alice")
    await person.command(emma, "search.link", {"search": finn, "how": "together"})
    await browsers.sighting(finn, "Boy alone")
    await browsers.sighting(emma, SEEN)
    alice, bob = await browsers.window("Alice"), await browsers.window("Bob")
    await alice.open(f"/searches/{emma}")
    await bob.open(f"/searches/{finn}")
    await alice.open_card(SEEN)
    children = alice(".panel [data-testid=children]")
    await children.locator("[data-act=of-both]").click()
    await expect(children.locator("a")).to_contain_text("on the other board")
    await expect(alice.card(SEEN).locator("[data-testid=of-both]")).to_have_text("of both: Emmeline and Finnegan")
    await expect(bob.card(SEEN).locator("[data-testid=of-both]")).to_have_text("of both: Finnegan and Emmeline")
    await unanswered_once(browsers)
    await bob.open_card(SEEN)
    await bob(".panel input[value=credible]").check(force=True)
    await bob(".panel [data-act=assess]").click()
    await expect(alice.card(SEEN)).to_contain_text("credible")
    await children.locator("[data-act=of-one]").click()
    await expect(alice.card(SEEN).locator("[data-testid=of-both]")).to_have_count(0)
    await expect(bob("[data-kind=sighting]").filter(has_text=SEEN).locator("[data-testid=of-both]")).to_have_count(0)
    states = [each["state"] for each in await person.entities(finn) if each["kind"] == "sighting"]
    assert {state["description"]: state["withdrawn"] for state in states} == {"Boy alone": False, SEEN: True}


async def test_panel_says_what_to_do_about_a_third_child(browsers: Browsers) -> None:
    names = ("Emmeline", "Finnegan", "Gisele")
    emma, *others = [await browsers.search(person={"first_name": name}) for name in names]
    person, alice = await browsers.person("Alice"), await browsers.window("Alice")
    for search in others:
        await person.command(emma, "search.link", {"search": search, "how": "together"})
    await browsers.sighting(emma, SEEN)
    await alice.open(f"/searches/{emma}")
    await alice.open_card(SEEN)
    children = alice(".panel [data-testid=children]")
    await expect(children.locator("[data-act=of-both]")).to_have_count(2)
    await children.locator("[data-act=of-both]").first.click()
    await expect(children.locator("[data-testid=third-child]")).to_contain_text("add it on that child’s board too")
