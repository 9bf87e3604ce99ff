"""Fields of a place: a point comes from the gazetteer, is shown, and goes when the text becomes another place."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, expect

from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

OpenForm = Callable[[Window, str], Awaitable[Locator]]
OPTIONS = "[data-field='{}'] [role=option]"


async def pick(window: Window, form: str, path: str, text: str) -> Locator:
    """Type into the field of a place and take the first place that is offered."""
    field = window.field(form, path)
    await field.fill(text)
    await window(f"form[data-form={form}] {OPTIONS.format(path)}").first.wait_for()
    shown = window(f"form[data-form={form}] [role=listbox]:visible")
    assert await shown.evaluate("list => getComputedStyle(list).position") == "absolute"  # it moves nothing
    await field.press("ArrowDown")
    await expect(field).to_have_attribute("aria-activedescendant", f"{await field.get_attribute('id')}-0")
    await field.press("Enter")
    return field


async def test_a_search_is_opened_with_a_place_of_the_gazetteer(browsers: Browsers) -> None:
    alice = await browsers.window("Alice")
    await alice.open("/")
    await alice("[data-act=open-search]").click()
    await alice.fill("open-search", {"person.first_name": "Zed", "kind": "runaway", "missing_since": "yesterday 14:30"})
    field = await pick(alice, "open-search", "last_seen.text", "brugg")
    await expect(field).to_have_value("Bruges")
    await expect(alice("[data-field='last_seen.text'] .place-point")).to_contain_text("On the map: 51.2")
    await expect(alice("[data-field='last_seen.lat'], [data-field='last_seen.lon']")).to_have_count(0)  # nobody types coordinates
    await alice("dialog [data-act=send]").click()
    await alice.page.wait_for_url("**/searches/*")
    answer = await alice.http.get(f"/api/v1/boards/{alice.page.url.rpartition('/')[2]}")
    seen = next(each["state"]["last_seen"] for each in answer.json()["entities"] if each["kind"] == "search")
    assert (seen["text"], round(seen["lat"], 1)) == ("Bruges", 51.2)


@pytest.mark.slow
async def test_a_changed_text_removes_the_point_and_it_can_be_put_back(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice("[data-act=add-sighting]").click()
    await alice.fill("add-sighting", {"description": "A girl by the ferry"})
    field = await pick(alice, "add-sighting", "place.text", "behind the station brugg")
    await expect(field).to_have_value("behind the station brugg")  # it says more than the name of the place
    point = alice("[data-field='place.text'] .place-point")
    await expect(point).to_contain_text("On the map: 51.19723")
    await field.press("Tab")
    await expect(alice.field("add-sighting", "seen_at")).to_be_focused()  # and not the button that removes the point
    await alice.page.keyboard.type("20 minutes ago")
    await expect(point).to_contain_text("On the map: 51.19723")
    await field.press("End")
    await field.type("e")
    await expect(alice(OPTIONS.format("place.text")).first).to_be_visible()
    await field.press("Escape")  # closes the list, and not the dialog
    await expect(point).to_contain_text("The point on the map was removed.")
    await alice("[data-act=restore-point]").click()
    await expect(point).to_contain_text("On the map: 51.19723")
    await alice("[data-act=remove-point]").click()
    await expect(field).to_be_focused()
    await alice("dialog [data-act=send]").click()
    await alice.id_of("A girl by the ferry")
    answer = await alice.http.get(f"/api/v1/boards/{board}")
    place = next(each["state"]["place"] for each in answer.json()["entities"] if each["kind"] == "sighting")
    assert (place["text"], place["lat"], place["lon"]) == ("behind the station brugge", None, None)


async def open_new_search(window: Window, board: str) -> Locator:
    await window.open("/")
    await window("[data-act=open-search]").click()
    return window.field("open-search", "last_seen.text")


async def open_new_sighting(window: Window, board: str) -> Locator:
    await window.open(f"/searches/{board}")
    await window("[data-act=add-sighting]").click()
    return window.field("add-sighting", "place.text")


async def open_details_of_search(window: Window, board: str) -> Locator:
    await window.open(f"/searches/{board}")
    await window.choose("edit-search")
    return window.field("facts", "last_seen.text")


async def open_details_of_sighting(window: Window, board: str) -> Locator:
    await window.open(f"/searches/{board}")
    await window.open_card("A boy by the lock")
    await window.panel.locator("[data-act=edit]").click()
    return window.field("facts", "place.text")


async def open_call(window: Window, board: str) -> Locator:
    await window.open("/intake")
    return window("#where")


FORMS = [open_new_search, open_new_sighting, open_details_of_search, open_details_of_sighting, open_call]


@pytest.mark.slow
@pytest.mark.parametrize("open_form", FORMS)
async def test_enter_takes_a_place_only_after_an_arrow_in_every_form(browsers: Browsers, open_form: OpenForm) -> None:
    board = await browsers.search()
    await browsers.sighting(board, "A boy by the lock")
    alice = await browsers.window("Alice")
    field = await open_form(alice, board)
    options = alice("[role=listbox]:visible [role=option]")
    await field.fill("luven statie")
    await expect(options.first).to_contain_text("Leuven, station")
    await expect(alice("[role=listbox]:visible [aria-selected=true]")).to_have_count(0)
    await field.press("Enter")
    await expect(options).to_have_count(0)
    await expect(field).to_have_value("luven statie")
    await expect(alice(".place-point, #where-hint").filter(has_text="On the map")).to_have_count(0)

    await field.focus()
    await field.press("ArrowDown")  # opens the list again
    await expect(options.first).to_contain_text("Leuven, station")
    if await options.first.get_attribute("aria-selected") == "false":
        await field.press("ArrowDown")
    await field.press("Enter")
    await expect(field).to_have_value("Leuven, station")
    await expect(alice(".place-point, #where-hint").filter(has_text="On the map")).to_have_count(1)


async def test_places_near_the_search_are_first_with_their_distance(browsers: Browsers) -> None:
    near_antwerp = await browsers.search(last_seen={"text": "Antwerpen", "lat": 51.22, "lon": 4.4})
    alice = await browsers.window("Alice")
    for board, name in ((near_antwerp, "Antwerp-South, station"), (await browsers.search(), "Brussels-South, station")):
        field = await open_new_sighting(alice, board)
        await field.fill("zuidstation")
        await expect(alice("[role=listbox]:visible [role=option]").first).to_contain_text(name)


async def test_place_of_the_finding_has_a_point_and_is_on_the_map(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice("[data-act=status-menu]").click()
    await alice("#status-menu [data-to=found]").click()
    field = await pick(alice, "status", "outcome.place", "Oostende station")
    await expect(alice("[data-field='outcome.place'] .place-point")).to_contain_text("On the map: 51.2")
    await expect(alice("[data-field='outcome.point.lat'], [data-field='outcome.point.lon']")).to_have_count(0)
    await field.press("Tab")
    await alice.fill("status", {"outcome.condition": "well", "outcome.how": "police", "reason": "On the platform"})
    await alice("dialog [data-act=send]").click()
    await expect(alice("[data-testid=status]")).to_have_text("Found")
    await alice("[data-act=outcome]").click()
    await expect(alice("[data-form=outcome] [data-field='outcome.place'] .place-point")).to_contain_text("On the map: 51.2")
    await alice.page.keyboard.press("Escape")
    await alice.page.goto(f"{alice.page.url.partition('#')[0]}#map")
    row = alice(".map-rows [data-point]").filter(has_text="Where found")
    await expect(row).to_contain_text("± 300 m")
    await expect(row.locator(".shape.found")).to_be_visible()
    await expect(alice(".map-legend .shape.found")).to_have_count(1)
