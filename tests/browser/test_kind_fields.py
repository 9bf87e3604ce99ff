"""Details of a kind of search, and earlier disappearances, in the browser: forms, header, facts, two people, phone, languages."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.browser.test_close_search import decide, send
from tests.support.browsers import Browsers
from tests.support.people import PATIENCE_S
from tests.support.tcp_proxy import proxy_to

pytestmark = pytest.mark.browser

PLATE = "1-ABC-123"
CLOSED = {"status": "closed", "reason": "over", "acknowledge": "as it is"}
OUTCOME = {
    "found_at": "2024-03-05T10:00:00Z", "condition": "well", "how": "police", "place": "Gent", "family_told": True,
    "police_told": True,
}  # fmt: skip
KIND_FIELDS = "dialog [data-testid=kind-fields]"
LEFT_OVER = "dialog [data-testid=left-over]"
OFFERS = "dialog [data-testid=earlier-offers]"
FITS = "document.documentElement.scrollWidth <= innerWidth"


async def state_of(browsers: Browsers, search: str) -> dict[str, object]:
    alice = await browsers.person("Alice")
    return next(each["state"] for each in await alice.entities(search) if each["kind"] == "search")


async def state_with(browsers: Browsers, search: str, group: str) -> dict[str, object]:
    """Wait until the server has a group of fields of a search; return it."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := (await state_of(browsers, search))[group]):
            await asyncio.sleep(0.05)
    assert isinstance(found, dict)
    return found


async def closed_search(browsers: Browsers, last_name: str, **data: object) -> str:
    """Open, find and close a search for Xenia, who was found in Gent after three days; return its id."""
    person = {"first_name": "Xenia", "last_name": last_name}
    id = await browsers.search(person=person, missing_since="2024-03-02T12:00:00Z", **data)
    alice = await browsers.person("Alice")
    await alice.command(id, "search.set_status", {"status": "found", "reason": "home", "outcome": OUTCOME})
    await alice.command(id, "search.set_status", CLOSED)
    return id


async def test_a_form_shows_the_fields_of_the_kind_at_once(browsers: Browsers) -> None:
    search = await browsers.search()
    alice, bob = await browsers.both_at(search)
    await decide(alice, "edit-search")
    await expect(alice(KIND_FIELDS)).to_have_count(0)  # a runaway has none of its own
    await alice.fill("facts", {"kind": "unaccompanied_minor"})
    await expect(alice(f"{KIND_FIELDS} .row > label")).to_have_text(
        ["Facility", "Guardian", "Aliases", "Languages spoken", "Destination"]
    )
    await alice.fill("facts", {"kind": "parental_abduction"})
    await expect(alice(f"{KIND_FIELDS} legend")).to_have_text("International parental abduction")
    await expect(alice(f"{KIND_FIELDS} .row > label").first).to_have_text("Taking parent")
    await alice.fill("facts", {
        "details.taking_parent": "Karim", "details.vehicle_plate": PLATE, "details.countries": "Morocco\n\n  France \nMorocco",
        "details.hague": "yes",
    })  # fmt: skip
    await send(alice)
    for window in (alice, bob):
        line = window("[data-testid=kind-line]")
        await expect(line).to_contain_text("Karim")
        await expect(line).to_contain_text(PLATE)
        await expect(line).to_contain_text("Morocco, France")
    await bob("[data-act=log]").click()
    await expect(bob("[data-testid=search-facts] [data-field='details.hague']")).to_have_text("Yes")
    await expect(bob("[data-testid=not-recorded]")).to_contain_text("Central authority informed")
    await expect(bob("[data-testid=not-recorded]")).not_to_contain_text("Guardian")
    await expect(bob(".activity")).to_contain_text("Countries, known or feared")


@pytest.mark.slow
async def test_details_of_an_earlier_kind_stay_and_say_so(browsers: Browsers) -> None:
    search = await browsers.search(kind="parental_abduction", details={"vehicle_plate": PLATE, "hague": "no"})
    alice, bob = await browsers.both_at(search)
    await decide(alice, "edit-search")
    await alice.fill("facts", {"kind": "runaway"})
    await expect(alice(f"{LEFT_OVER} legend")).to_contain_text("From an earlier type")
    await expect(alice(f"{LEFT_OVER} .row > label")).to_have_text(["Number plate", "Hague Convention applies"])
    await send(alice)
    await expect(bob("[data-testid=kind-line]")).to_have_count(0)
    await bob("[data-act=log]").click()
    left = bob("[data-testid=search-facts] [data-field='details.vehicle_plate']")
    await expect(left).to_have_text(f"{PLATE} from an earlier type")
    await decide(bob, "edit-search")
    await bob.fill("facts", {"details.vehicle_plate": ""})
    await expect(bob(f"{LEFT_OVER} .row > label").first).to_have_text("Number plate")  # it stays while it is edited
    await send(bob)
    await expect(left).to_have_count(0)
    assert (await state_with(browsers, search, "details"))["hague"] == "no"


async def test_a_search_is_opened_with_a_closed_one_of_the_same_name(browsers: Browsers) -> None:
    before = await closed_search(browsers, "Delvaux", reference="X-31")
    await closed_search(browsers, "Delvaux", access="members", members=[await (await browsers.person("Alice")).own_id()])
    alice = await browsers.window("Alice")
    await alice.open("/")
    await alice("[data-act=open-search]").first.click()
    await alice.fill("open-search", {"person.first_name": "Xenia", "person.last_name": "Delvau", "kind": "runaway"})
    offer = alice(f"{OFFERS} li")
    await expect(offer).to_have_count(1)  # not the members-only one, though Alice is a member
    await expect(offer).to_contain_text("Xenia D. was missing before: 2 Mar 2024, found after 3 days in Gent. X-31")
    await offer.locator("[data-act=add-found]").click()
    await expect(offer).to_have_count(0)
    item = alice("dialog .earlier-item")
    inputs = item.locator("input:not(.native-picker)")
    await expect(inputs.nth(0)).to_have_value("2 Mar 2024")
    await expect(inputs.nth(1)).to_have_value("3")
    await expect(inputs.nth(4)).to_be_focused()
    await alice.page.keyboard.type("by bus")
    await alice("dialog form").locator("[data-field=missing_since] input").first.fill("24.11.2026 16:10")
    await alice("dialog [data-act=send]").click()
    await alice("[data-testid=times-missing]").wait_for()
    await expect(alice("[data-testid=times-missing]")).to_have_text("2nd time")
    await expect(alice("[data-testid=last-time]")).to_contain_text("2 Mar 2024 · 3 days · found: Gent")
    search = alice.page.url.rpartition("/")[2]
    (kept,) = (await state_with(browsers, search, "earlier")).values()
    assert kept == {
        "date": "2024-03-02", "days": 3, "place": "Gent", "reference": "X-31", "search": before, "note": "by bus"
    }  # fmt: skip
    await alice("[data-act=log]").click()
    fact = alice("[data-testid=earlier-facts] li")
    await expect(fact).to_contain_text("by bus")
    await expect(fact.locator("a")).to_have_attribute("href", f"/searches/{before}")


@pytest.mark.slow
async def test_a_group_stays_in_its_place_while_it_is_edited(browsers: Browsers) -> None:
    earlier = {"a": {"date": "2024-03-02", "place": "Gent"}, "b": {"date": "2025-01-01", "place": "Mons"}}
    search = await browsers.search(earlier=earlier)
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{search}")
    await decide(alice, "edit-search")
    places = alice("dialog .earlier-item [data-field$='.place'] input")
    date, days = (
        alice(f"dialog [data-earlier=a] [data-field$='.{name}'] input:not(.native-picker)") for name in ("date", "days")
    )
    await date.fill("1 June 2025")
    await days.fill("5")
    assert [await each.input_value() for each in await places.all()] == ["Gent", "Mons"]
    await alice("dialog [data-earlier=b] [data-act=remove-earlier]").click()
    await expect(alice("dialog [data-act=add-earlier]")).to_be_focused()
    assert [await each.input_value() for each in await places.all()] == ["Gent"]
    await send(alice)
    await expect(alice("[data-testid=times-missing]")).to_have_attribute("title", "1 Jun 2025 · 5 days · found: Gent")


@pytest.mark.slow
async def test_another_name_takes_the_offers_away(browsers: Browsers) -> None:
    await closed_search(browsers, "Quaghebeur")
    search = await browsers.search(person={"first_name": "Xenia", "last_name": "Quaghebeur"})
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{search}")
    await decide(alice, "edit-search")
    await expect(alice(f"{OFFERS} li")).to_have_count(1)
    await alice.fill("facts", {"person.last_name": "Zwijnen"})
    await expect(alice(OFFERS)).to_have_count(0)


@pytest.mark.slow
async def test_two_people_add_one_each_at_once_and_both_stay(browsers: Browsers) -> None:
    search = await browsers.search(earlier={"a": {"place": "Aalst", "days": 1}, "b": {"place": "Brugge"}})
    async with proxy_to(browsers.url) as line:
        alice, bob = await browsers.window("Alice", url=line.url), await browsers.window("Bob")
        alice.may_fail("ERR_CONNECTION_REFUSED")  # the line ends before her window
        for window in (alice, bob):
            await window.open(f"/searches/{search}")
            await decide(window, "edit-search")
        await alice("dialog [data-earlier=b] [data-act=remove-earlier]").click()
        await alice("dialog [data-act=add-earlier]").click()
        await alice("dialog [data-earlier]:not([data-earlier=a]) [data-field$='.place'] input").fill("Charleroi")
        await bob("dialog [data-earlier=a] [data-field$='.days'] input").fill("4")
        line.hold()
        await send(alice)
        await send(bob)
        await expect(bob("[data-pending]")).to_have_count(0)
        line.release()
        await expect(alice("[data-testid=times-missing]")).to_have_text("3rd time")
        await expect(bob("[data-testid=times-missing]")).to_have_attribute("title", re.compile("Charleroi"))
    found = await state_with(browsers, search, "earlier")
    assert sorted((each["place"], each["days"]) for each in found.values()) == [("Aalst", 4), ("Charleroi", None)]  # type: ignore[index]


@pytest.mark.slow
@pytest.mark.parametrize(("decision", "days"), [("keep-mine", 7), ("take-theirs", 4)])
async def test_two_who_write_one_earlier_disappearance_decide(browsers: Browsers, decision: str, days: int) -> None:
    search = await browsers.search(earlier={"a": {"place": "Aalst", "days": 1}})
    async with proxy_to(browsers.url) as line:
        alice, bob = await browsers.window("Alice", url=line.url), await browsers.window("Bob")
        alice.may_fail("ERR_CONNECTION_REFUSED")  # the line ends before her window
        for window, typed in ((alice, "7"), (bob, "4")):
            await window.open(f"/searches/{search}")
            await decide(window, "edit-search")
            await window("dialog [data-earlier=a] [data-field$='.days'] input").fill(typed)
        line.hold()
        await alice("dialog [data-act=send]").click()
        await send(bob)
        await expect(bob("[data-testid=times-missing]")).to_have_attribute("title", re.compile("4 days"))
        line.release()
        conflict = alice("dialog [data-conflict=earlier]")
        await expect(conflict.locator("[data-value=theirs]")).to_contain_text("4 days")
        await expect(conflict.locator("[data-value=mine]")).to_contain_text("7 days")
        await conflict.locator(f"[data-act={decision}]").click()
        await expect(alice("dialog")).to_have_count(0)  # it is sent anew by itself
        await expect(alice("[data-testid=times-missing]")).to_have_attribute("title", re.compile(f"{days} days"))


@pytest.mark.slow
async def test_a_wrong_number_of_days_is_told_at_its_field(browsers: Browsers) -> None:
    search = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{search}")
    await decide(alice, "edit-search")
    await alice("dialog [data-act=add-earlier]").click()
    days = alice("dialog [data-earlier] [data-field$='.days']")
    await days.locator("input").fill("1.5")
    await alice("dialog [data-act=send]").click()
    await expect(days.locator(".error")).not_to_be_empty()
    await days.locator("input").fill("2")
    await expect(days.locator(".error")).to_have_count(0)
    await send(alice)
    await expect(alice("[data-testid=times-missing]")).to_have_text("2nd time")


@pytest.mark.slow
async def test_a_draft_of_an_earlier_disappearance_survives_a_reload(browsers: Browsers) -> None:
    search = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{search}")
    await decide(alice, "edit-search")
    await alice.fill("facts", {"kind": "unaccompanied_minor", "details.aliases": "Sam\nJo"})
    await alice("dialog [data-act=add-earlier]").click()
    await alice("dialog [data-earlier] [data-field$='.place'] input").fill("Mons")
    await alice.reload()
    await alice.live()
    await decide(alice, "edit-search")
    await expect(alice("dialog [data-earlier] [data-field$='.place'] input")).to_have_value("Mons")
    await expect(alice.field("facts", "details.aliases")).to_have_value("Sam\nJo")
    await send(alice)
    assert [each["place"] for each in (await state_with(browsers, search, "earlier")).values()] == ["Mons"]  # type: ignore[index]
    assert (await state_with(browsers, search, "details"))["aliases"] == ["Sam", "Jo"]


async def test_the_form_is_filled_in_by_keyboard(browsers: Browsers) -> None:
    search = await browsers.search(kind="unaccompanied_minor")
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{search}")
    await decide(alice, "edit-search")
    await alice.field("facts", "details.facility").focus()
    for typed in ("Petit-Château", "Greet", "Sami\nEl Zorro", "Dari", "Calais"):
        await alice.page.keyboard.type(typed)
        await alice.page.keyboard.press("Tab")
    await expect(alice("dialog [data-act=add-earlier]")).to_be_focused()
    await alice.page.keyboard.press("Enter")
    await expect(alice("dialog [data-earlier] input").first).to_be_focused()
    await alice("dialog [data-earlier] [data-field$='.note'] input").focus()
    await alice.page.keyboard.type("by bus")
    await alice.page.keyboard.press("Control+Enter")
    await expect(alice("dialog[open]")).to_have_count(0)
    assert (await state_with(browsers, search, "details"))["aliases"] == ["Sami", "El Zorro"]
    await expect(alice("[data-testid=kind-line]")).to_contain_text("Sami, El Zorro")


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_phone_has_room_for_all_of_it(browsers: Browsers, scheme: str) -> None:
    earlier = {"a": {"date": "2024-03-02", "days": 3, "place": "Gent " * 20, "reference": "X" * 60, "note": "y" * 300}}
    details = {"taking_parent": "Z" * 80, "vehicle_plate": PLATE, "countries": ["Marokko" * 8] * 3, "facility": "left over"}
    search = await browsers.search(kind="parental_abduction", details=details, earlier=earlier)
    alice = await browsers.window("Alice", viewport={"width": 390, "height": 844}, color_scheme=scheme)
    await alice.open(f"/searches/{search}#log")
    await expect(alice("[data-testid=earlier-facts] li")).to_be_visible()
    assert await alice.page.evaluate(FITS)
    await alice("[data-testid=search-facts] [data-act=edit-search]").click()
    for part in (KIND_FIELDS, LEFT_OVER, "dialog .earlier-item"):
        await alice(part).scroll_into_view_if_needed()
        box = await alice(part).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    remove = await alice("dialog [data-act=remove-earlier]").bounding_box()
    assert remove
    assert remove["height"] >= 44
    assert await alice.page.evaluate(FITS)


@pytest.mark.parametrize(
    ("locale", "plate", "times"),
    [
        ("fr-BE", "Plaque d’immatriculation", "3e fois"), ("nl-BE", "Nummerplaat", "3e keer"), ("de-BE", "Kennzeichen", "3. Mal"),
        ("en-US", "Number plate", "3rd time"),
    ],
)  # fmt: skip
async def test_labels_are_in_the_readers_language(browsers: Browsers, locale: str, plate: str, times: str) -> None:
    earlier = {"a": {"days": 1}, "b": {"days": 2}}
    search = await browsers.search(kind="third_party_abduction", details={"vehicle_plate": PLATE}, earlier=earlier)
    bob = await browsers.window("Bob", locale=locale)
    await bob.open(f"/searches/{search}#log")
    await expect(bob("header [data-testid=times-missing]")).to_have_text(times)
    await expect(bob("[data-testid=search-facts] dt", has_text=plate)).to_be_visible()


@pytest.mark.slow
async def test_the_past_shows_the_details_of_then(browsers: Browsers) -> None:
    search = await browsers.search(kind="third_party_abduction", details={"vehicle_plate": "2-OLD-2"}, earlier={"a": {"days": 1}})
    alice = await browsers.person("Alice")
    seq = (await alice.events(search))[-1]["seq"]
    changed = {"details": {"vehicle_plate": PLATE}, "earlier": {"b": {"days": 2}}}
    await alice.command(search, "search.update", changed)
    window = await browsers.window("Bob")
    await window.open(f"/searches/{search}")
    await expect(window("[data-testid=kind-line]")).to_contain_text(PLATE)
    await window.page.goto(f"/searches/{search}?at={seq}")
    await expect(window("[data-testid=kind-line]")).to_contain_text("2-OLD-2")
    await expect(window("[data-testid=times-missing]")).to_have_text("2nd time")
