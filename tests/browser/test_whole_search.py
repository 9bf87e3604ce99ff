"""A search from the call to the poster, to found and taken down: Alice at the desk, Bob on a phone with a camera."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.test_files import MADE_MS, agree, photo
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE = {"width": 390, "height": 844}
SEEN = "Girl with a yellow rucksack at the tram stop"


async def send(window: Window) -> None:
    await window("dialog [data-act=send]").click()
    await expect(window("dialog")).to_have_count(0)


async def test_a_search_goes_from_the_call_to_the_poster_to_found_and_taken_down(browsers: Browsers) -> None:
    alice, bob = await browsers.window("Alice"), await browsers.window("Bob", viewport=PHONE, has_touch=True)
    await alice.open("/")
    await alice("[data-act=open-search]").click()
    given = {"person.first_name": "Noor", "person.last_name": "Voorbeeld", "person.age": "11", "kind": "runaway"}
    await alice.fill("open-search", given | {"missing_since": "2 h ago", "person.clothing": "dark green coat"})
    await alice("dialog [data-act=send]").click()
    await alice.page.wait_for_url(re.compile("/searches/"))
    await alice.live()
    board = alice.page.url.rsplit("/", 1)[1]

    # Bob takes in a sighting, with a photo that he takes.
    await bob.open(f"/searches/{board}")
    await bob("[data-act=add-sighting]").click()
    await bob.fill("add-sighting", {"description": SEEN})
    await bob("dialog [data-choose]").first.set_input_files([photo()])  # type: ignore[arg-type]
    await agree(bob)
    await bob("dialog [data-act=send]").click()
    await expect(alice.card(SEEN).locator(".card-picture")).to_be_visible(timeout=MADE_MS)

    # Alice judges it, makes its picture the photo of the child, and decides on an appeal.
    await alice.open_card(SEEN)
    await alice(".panel input[value=credible]").check(force=True)
    await alice(".panel [data-act=assess]").click()
    await expect(bob.card(SEEN)).to_contain_text("credible")
    await alice(".panel [data-act=open-file]").click()
    await alice("[data-act=set-photo]").click()
    await alice.page.keyboard.press("Escape")
    for window in (alice, bob):
        await expect(window(".search-header .photo img, .search-header img").first).to_have_js_property("complete", True)
    await alice.close_card()
    await alice.choose("appeal")
    await alice("dialog input[value=public]").check()
    await send(alice)

    # The poster is approved; Bob gives it to two.
    await alice.choose("campaign")
    await alice("[data-act=approve]").click()
    dialog = alice("[data-dialog=approve]")
    await expect(dialog.locator("[data-testid=preview] img:not(.busy)")).to_have_count(1, timeout=60_000)
    await dialog.locator("[data-field=until] input[type=text]").fill("31/12/2098 18:00")
    await dialog.locator("[data-field=decided_by] input").fill("Parket Gent")
    await dialog.locator("[data-act=send]").click()
    await expect(alice("[data-dialog=campaign] .materials li")).to_contain_text("decided by Parket Gent")
    await bob("[data-act=more]").click()
    await bob("[data-act=campaign]:visible").click()
    await bob("[data-act=give]").click()
    await bob("[data-dialog=give] [data-field=recipients] textarea").fill("NMBS\nDe Lijn")
    await bob("[data-dialog=give] [data-act=send]").click()
    await expect(alice("[data-dialog=campaign] .recipients li")).to_have_count(2)

    # Found: the appeal ends, and both see whom to ask.
    await alice.page.keyboard.press("Escape")
    await alice.choose("set-status")
    await alice("dialog input[value=found]").check()
    found = {"outcome.place": "Oostende", "outcome.condition": "well", "outcome.how": "sighting", "reason": "Seen in the tram"}
    await alice.fill("status", found)
    await alice.field("status", "outcome.family_told").check()
    await alice.field("status", "outcome.police_told").check()
    await send(alice)
    await expect(bob("[name=tick]")).to_have_count(2)
    await bob("[name=tick]").first.check()
    await alice.choose("campaign")
    await expect(alice("[name=tick]")).to_have_count(1)  # who is still to be asked
    await alice("[data-act=tick-all]").click()
    await expect(bob("[name=tick]:checked")).to_have_count(2)
    await alice.page.keyboard.press("Escape")
    await alice.choose("set-status")
    await alice("dialog input[value=closed]").check()
    await expect(alice("[data-testid=open-list]")).not_to_contain_text("asked to take it down")
    states = [each["state"] for each in await (await browsers.person("Alice")).entities(board) if each["kind"] == "distribution"]
    assert all(state["take_down"]["done_at"] for state in states)
