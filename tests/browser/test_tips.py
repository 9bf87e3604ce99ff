"""A call that fits no search is taken in, seen by all, and placed; what was given up wakes when the search knows more."""

from typing import Any

import pytest
from playwright.async_api import expect

from board.lookup.waker import Waker
from tests.support.browser_window import Window
from tests.support.browsers import Browsers, SignedInUser

pytestmark = pytest.mark.browser

# Far apart: what one test sets aside must not come back on the search of another.
BRIDGE = {"text": "Monon bridge", "lat": 50.47, "lon": 4.87, "radius_m": 50}
PIER = {"text": "Pier", "lat": 51.24, "lon": 2.93, "radius_m": 50}


async def tips_of(person: SignedInUser) -> dict[str, dict[str, Any]]:
    found = [each for each in await person.entities("operations") if each["kind"] == "tip"]
    return {each["state"]["description"]: each["state"] | {"id": each["id"]} for each in found}


async def add(person: SignedInUser, description: str, **data: Any) -> str:
    await person.command("operations", "tip.add", {"description": description} | data)
    return str((await tips_of(person))[description]["id"])


def tip(window: Window, text: str) -> Any:
    return window("[data-testid=tips] li.tip").filter(has_text=text)


async def test_call_that_fits_no_search_is_taken_in_and_placed(browsers: Browsers) -> None:
    search = await browsers.search(person={"first_name": "Yonas", "last_name": "Fikre", "age": 15})
    said = "a boy alone at Brussels-South, says that he is Yonas"
    alice, bob = await browsers.window("Alice"), await browsers.window("Bob")
    await alice.open("/")
    await bob.open("/intake")
    keys = bob.page.keyboard
    await expect(bob("#search")).to_be_focused()
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(bob("#text")).to_be_focused()
    await keys.type(said)
    await keys.press("Control+Enter")
    await expect(bob("[data-recent-call][data-number]")).to_have_count(1)
    card = tip(alice, "Brussels-South")
    await expect(card).to_contain_text("reported")
    await card.locator("[data-act=claim-tip]").click()
    await expect(card).to_contain_text("assigned to you")
    await card.locator("[data-act=guess]").click()
    dialog = alice("[data-dialog=tip]")
    await expect(dialog.locator("[name=search]")).to_have_value(search)
    await dialog.locator("[data-act=place]").click()
    await expect(dialog).to_have_count(0)
    await expect(card).to_have_count(0)
    person = await browsers.person("Alice")
    placed = (await tips_of(person))[said]["placed"]
    assert placed["board"] == search
    await alice("[data-testid=tips] summary").click()
    await alice(f"a[href='/searches/{search}/cards/{placed['sighting']}']").click()
    await expect(alice.panel).to_contain_text("Brussels-South")
    await alice.open(f"/searches/{search}/history")
    await expect(alice("li[data-type='sighting.added']")).to_contain_text("which was Tip")
    await alice.open("/history")
    await expect(alice("li[data-type='tip.placed']").first).to_contain_text("Yonas F.")


@pytest.mark.slow
async def test_tip_that_was_placed_meanwhile_is_refused_with_a_sentence(browsers: Browsers) -> None:
    search = await browsers.search(person={"first_name": "Mila"})
    person = await browsers.person("Alice")
    id = await add(person, "two girls at the motorway")
    bob = await browsers.window("Bob")
    bob.may_fail("409")
    await bob.open("/")
    await tip(bob, "motorway").locator("[data-act=place-tip]").click()
    dialog = bob("[data-dialog=tip]")
    await dialog.locator("[name=reason]").fill("an advertisement")
    await expect(dialog.locator("[data-act=dismiss]")).to_be_enabled()
    await person.command("operations", "tip.place", {"tip": id, "search": search})
    await expect(dialog).to_contain_text("on the search for Mila")
    await expect(dialog.locator("[data-act=dismiss]")).to_have_count(0)


@pytest.mark.slow
async def test_viewer_sees_tips_and_may_not_act(browsers: Browsers) -> None:
    await add(await browsers.person("Alice"), "a child at the lock")
    victor = await browsers.window("Victor")
    await victor.open("/")
    await expect(tip(victor, "at the lock")).to_be_visible()
    await expect(tip(victor, "at the lock").locator("[data-act=place-tip], [data-act=claim-tip]")).to_have_count(0)


async def woken(browsers: Browsers, description: str, place: dict[str, Any]) -> tuple[str, str]:
    """Dismiss a tip, and confirm a sighting near it while no page is open; return the search and the tip."""
    search = await browsers.search(person={"first_name": "Liberty", "last_name": "Vale"})
    person = await browsers.person("Alice")
    id = await add(person, description, place=place, seen_at="2026-11-24T15:20:00Z")
    await person.command("operations", "tip.dismiss", {"tip": id, "reason": "cleared"})
    given = {"description": "a man with a girl", "place": place, "seen_at": "2026-11-24T15:00:00Z"}
    await person.command(search, "sighting.add", given)
    (sighting,) = [each["id"] for each in await person.entities(search) if each["kind"] == "sighting"]
    await person.command(search, "sighting.assess", {"sighting": sighting, "assessment": "confirmed"})
    assert browsers.server is not None
    await Waker(browsers.server.service).wake()
    return search, id


@pytest.mark.slow
async def test_dismissed_tip_waits_until_somebody_opens_the_list(browsers: Browsers) -> None:
    search, id = await woken(browsers, "a man in a mustard anorak", BRIDGE)
    bob = await browsers.window("Bob")
    await bob.open("/unanswered")
    entry = bob("[data-entry]").filter(has_text="mustard")
    await expect(entry).to_contain_text("Look again")
    await expect(entry.locator("[data-act=claim]")).to_have_count(0)
    await entry.locator("h2 a").click()
    again = bob(f"[data-dialog=look-again] [data-again='{id}']")
    await expect(again).to_contain_text("the same place as Sighting")
    await expect(again).to_contain_text("20 min apart")
    await expect(again.locator("[data-act=place-here]")).to_have_text("Place with Liberty V.")
    await again.locator("[data-act=place-here]").click()
    await expect(again).to_have_count(0)
    await bob("[data-dialog=look-again] [data-act=close]").click()
    await expect(bob.card("mustard")).to_be_visible()
    await expect(bob("[data-testid=look-again]")).to_have_count(0)
    await bob.open(f"/searches/{search}/history")
    await expect(bob("li[data-type='wake.answered']")).to_contain_text("is about the same child")


async def test_notice_of_a_tip_stays_until_it_is_answered(browsers: Browsers) -> None:
    search, id = await woken(browsers, "a woman in a turquoise raincoat", PIER)
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{search}")
    await expect(bob("[data-testid=look-again]")).to_contain_text("set aside may belong here")
    victor = await browsers.window("Victor")
    await victor.open(f"/searches/{search}")
    await victor("[data-testid=look-again] [data-act=look-again]").click()
    seen = victor(f"[data-dialog=look-again] [data-again='{id}']")
    await expect(seen).to_contain_text("the same place as Sighting")
    await expect(seen.locator("[data-act=place-here], [data-act=not-same], [name=reason]")).to_have_count(0)
    await bob("[data-watch-more] summary").click()  # behind the alarm about the sighting
    await bob("[data-testid=look-again] [data-act=look-again]").click()
    again = bob(f"[data-dialog=look-again] [data-again='{id}']")
    await again.locator("[name=reason]").fill("too old")
    await again.locator("[data-act=not-same]").click()
    await expect(again).to_have_count(0)
    await bob("[data-dialog=look-again] [data-act=close]").click()
    await expect(bob("[data-testid=look-again]")).to_have_count(0)
    await bob.open(f"/searches/{search}/history")
    await expect(bob("li[data-type='wake.answered']")).to_contain_text("is not about the same child")
    await expect(bob("li[data-type='wake.answered']")).to_contain_text("too old")
