"""The person on the phone takes one call after the other by keyboard alone; nothing that was typed is lost or told twice."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.test_alarm_line import ALARM, TAKEN
from tests.browser.test_alarms_together import settle, take
from tests.browser.test_bad_network import NO_LINE
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.tcp_proxy import proxy_to

pytestmark = pytest.mark.browser

LAST_SEEN = {"text": "Brugge", "lat": 51.2089, "lon": 3.2242}
OFFERED = "#{}-list:visible [role=option]"


async def offered(window: Window, field: str, text: str) -> None:
    """Wait until the first option contains this text."""
    await window(OFFERED.format(field)).first.filter(has_text=text).wait_for()


async def pick_first(window: Window, field: str, text: str) -> None:
    """Take the first option by keys, once it contains this text. Until the arrow key, none is selected."""
    await offered(window, field, text)
    await expect(window(f"#{field}-list [aria-selected=true]")).to_have_count(0)
    await window.page.keyboard.press("ArrowDown")
    await expect(window(OFFERED.format(field)).first).to_have_attribute("aria-selected", "true")
    await window.page.keyboard.press("Enter")


async def tell(page: Page, *lines: str) -> None:
    """Types, and goes on with Enter after each."""
    for line in lines:
        await page.keyboard.type(line)
        await page.keyboard.press("Enter")


def focused(window: Window, field: str) -> Any:
    return expect(window(f"#{field}")).to_be_focused()


async def taken(window: Window, count: int) -> None:
    await expect(window("[data-recent-call][data-number]")).to_have_count(count)


async def sightings(browsers: Browsers, board: str) -> list[dict[str, Any]]:
    person = await browsers.person("Alice")
    return [each["state"] for each in await person.entities(board) if each["kind"] == "sighting"]


@pytest.mark.slow
async def test_three_calls_in_a_row_by_keyboard_with_the_line_cut_in_the_second(browsers: Browsers) -> None:
    noor = await browsers.search(
        person={"first_name": "Noor", "last_name": "Peeters"}, reference="2026-7001", last_seen=LAST_SEEN
    )
    adam = await browsers.search(person={"first_name": "Adam"}, reference="2026-7002")
    async with proxy_to(browsers.url) as line:
        bob = await browsers.window("Bob", url=line.url)
        bob.may_fail(*NO_LINE)
        await bob.open("/intake")
        keys = bob.page.keyboard

        await focused(bob, "search")
        await keys.type("noor")
        await offered(bob, "search", "2026-7001")
        await keys.press("Enter")
        await tell(bob.page, "A girl in a red coat")
        await keys.type("station Brug")
        await pick_first(bob, "where", "Bruges, station")
        await tell(bob.page, "10 minutes ago", "Zoë Quist", "+32 470 00 00 00")
        await keys.press("Control+Enter")
        await taken(bob, 1)

        await focused(bob, "search")
        await keys.type("7002")
        await offered(bob, "search", "Adam")
        await keys.press("Enter")
        line.cut()
        await tell(bob.page, "A boy at the harbour", "Oostende")
        await bob("html:not([data-freshness=live])").wait_for(state="attached")
        await keys.press("Control+Enter")
        await expect(bob("[data-recent-call][data-pending]")).to_contain_text("waiting for connection")
        await focused(bob, "search")
        await keys.type("noor")
        await offered(bob, "search", "2026-7001")
        await keys.press("Enter")
        await keys.type("The same girl")
        line.heal()
        await taken(bob, 2)

        await bob.page.reload()
        await bob.live()
        await expect(bob("#text")).to_have_value("The same girl")
        await expect(bob("#search")).to_have_value("2026-7001 · Noor P.")
        await keys.press("Control+Enter")
        await taken(bob, 3)
        await expect(bob("[data-recent-call] a")).to_contain_text(["Noor P.", "Adam", "Noor P."])

    first, third = sorted(await sightings(browsers, noor), key=lambda each: int(each["number"]))
    (second,) = await sightings(browsers, adam)
    assert [each["description"] for each in (first, second, third)] == [
        "A girl in a red coat",
        "A boy at the harbour",
        "The same girl",
    ]
    assert first["place"] == {"text": "Bruges, station", "lat": 51.19723, "lon": 3.21673, "radius_m": 300}
    assert second["place"] == {"text": "Oostende", "lat": None, "lon": None, "radius_m": None}
    assert {each["channel"] for each in (first, second, third)} == {"hotline"}
    assert (first["source"]["kind"], second["source"]["kind"]) == ("named", "unknown")
    assert first["seen_at"] < first["received_at"]
    assert "Quist" not in str(await (await browsers.person("Alice")).events(noor))
    await browsers.clear()


async def test_possible_duplicates_and_suggestions_are_shown_beside_the_form(browsers: Browsers) -> None:
    noor = await browsers.search(person={"first_name": "Linde"}, reference="2026-7101", last_seen=LAST_SEEN)
    near = await browsers.search(person={"first_name": "Kobe"}, reference="2026-7102", last_seen=LAST_SEEN)
    told = await browsers.sighting(noor, "A girl in a yellow coat with a skateboard")
    bob = await browsers.window("Bob")
    await bob.open("/intake")
    await tell(bob.page, "linde", "yellow coat, skateboard")
    await expect(bob(f"[data-similar='{told}']")).to_contain_text("A girl in a yellow coat")
    await bob.page.keyboard.type("brugge")
    await pick_first(bob, "where", "Brugge")
    await expect(bob(f"[data-suggestion='{near}']")).to_be_visible()
    await bob(f"[data-suggestion='{near}']").click()
    await expect(bob("#search")).to_have_value("2026-7102 · Kobe")
    await expect(bob(f"[data-similar='{told}']")).to_have_count(0)
    await expect(bob("#text")).to_have_value("yellow coat, skateboard")
    await browsers.clear()


@pytest.mark.slow
async def test_no_duplicates_are_said_once_they_were_looked_for(browsers: Browsers) -> None:
    await browsers.search(person={"first_name": "Mirre"}, reference="2026-7103", last_seen=LAST_SEEN)
    bob = await browsers.window("Bob")
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await may_answer.wait()
        await route.continue_()

    await bob.page.route("**/similar", hold)
    await bob.open("/intake")
    await tell(bob.page, "mirre", "a boy on a scooter")
    await asked.wait()
    await expect(bob("[data-testid=similar]")).to_contain_text("Looking for similar sightings…")
    may_answer.set()
    await expect(bob("[data-testid=similar]")).to_contain_text("No similar sightings")
    await browsers.clear()


@pytest.mark.slow
async def test_child_looked_for_stands_beside_what_the_caller_says(browsers: Browsers) -> None:
    looks = {"height_cm": 132, "build": "slim", "hair": "dark, curly", "features": "scar on the chin", "clothing": "yellow coat"}
    febe = {"first_name": "Febe", "age": 8, "sex": "f", "needs": "insulin"} | looks
    await browsers.search(person=febe, reference="2026-7151", last_seen=LAST_SEEN)
    other = await browsers.search(person={"first_name": "Jasper", "age": 9}, reference="2026-7152", last_seen=LAST_SEEN)
    bob = await browsers.window("Bob")
    await bob.open("/intake")
    child = bob("[data-testid=chosen-child]")
    await expect(child).to_have_count(0)
    await tell(bob.page, "febe", "A girl alone")
    await expect(child.locator("h2")).to_have_text("Febe, 8")
    for said in ("1 m 32", "slim", "dark, curly", "scar on the chin", "yellow coat", "insulin", "Brugge"):
        await expect(child).to_contain_text(said)
    await bob.page.keyboard.type("brugge")
    await pick_first(bob, "where", "Brugge")
    await bob(f"[data-suggestion='{other}']").click()
    await expect(child.locator("h2")).to_have_text("Jasper, 9")
    await expect(child).not_to_contain_text("insulin")
    await expect(bob("[data-testid=nearest] li", has_text="2026-7151")).to_contain_text("yellow coat")
    await browsers.clear()


@pytest.mark.slow
async def test_search_is_found_by_what_the_child_looks_like(browsers: Browsers) -> None:
    await browsers.search(person={"first_name": "Nour", "age": 7, "clothing": "turquoise anorak, skates"}, reference="2026-7161")
    bob = await browsers.window("Bob")
    await bob.open("/intake")
    await expect(bob("#search-hint")).to_have_text("A name, a number, or what the child looks like")
    await bob("#search").fill("purple elephant")
    await expect(bob("#search-hint")).to_have_text("No open search matches. Try another word, or enter the place first.")
    await bob("#search").fill("turquoise anorak")
    await expect(bob(OFFERED.format("search"))).to_contain_text("2026-7161 · Nour")
    await bob.page.keyboard.press("Enter")
    await expect(bob("#search")).to_have_value("2026-7161 · Nour")
    await browsers.clear()


@pytest.mark.slow
async def test_escape_clears_and_brings_back(browsers: Browsers) -> None:
    await browsers.search(person={"first_name": "Merel"}, reference="2026-7201")
    bob = await browsers.window("Bob")
    await bob.open("/intake")
    keys = bob.page.keyboard
    await tell(bob.page, "merel", "Somebody on a bicycle")
    await keys.press("Escape")
    await expect(bob("#text")).to_have_value("")
    await focused(bob, "search")
    await keys.press("Escape")
    await expect(bob("#text")).to_have_value("Somebody on a bicycle")
    await expect(bob("#search")).to_have_value("2026-7201 · Merel")
    await browsers.clear()


async def test_cleared_call_comes_back_after_a_letter_and_a_reload(browsers: Browsers) -> None:
    await browsers.search(person={"first_name": "Merlijn"}, reference="2026-7211")
    bob = await browsers.window("Bob")
    await bob.open("/intake")
    keys = bob.page.keyboard
    await tell(bob.page, "merlijn", "Somebody on a scooter")
    await keys.press("Escape")
    await keys.type("x")
    await bob("[data-act=undo]").click()
    await expect(bob("#text")).to_have_value("Somebody on a scooter")
    await keys.press("Escape")
    await bob.page.reload()
    await bob.live()
    cleared = bob("[data-cleared-call]").filter(has_text="Somebody on a scooter")
    await expect(cleared).to_contain_text("2026-7211 · Merlijn")
    await cleared.locator("[data-act=bring-back]").click()
    await expect(bob("#text")).to_have_value("Somebody on a scooter")
    await expect(cleared).to_have_count(0)
    await keys.press("Control+Enter")
    await taken(bob, 1)
    await browsers.clear()


@pytest.mark.slow
async def test_tab_leads_from_a_search_to_what_was_seen(browsers: Browsers) -> None:
    await browsers.search(person={"first_name": "Mette"}, reference="2026-7221")
    bob = await browsers.window("Bob")
    await bob.open("/intake")
    keys = bob.page.keyboard
    await keys.type("mette")
    await offered(bob, "search", "2026-7221")
    await keys.press("Tab")
    await focused(bob, "text")
    await keys.type("A girl in a red coat")
    await expect(bob("#search")).to_have_value("mette")  # no space pressed “Fits no search”
    await keys.press("Shift+Tab")
    await focused(bob, "search")
    await bob("#search").fill("")
    await keys.press("Tab")
    await expect(bob("[data-act=no-search]")).to_be_focused()
    await browsers.clear()


@pytest.mark.slow
async def test_child_who_was_found_is_said_to_be_found(browsers: Browsers) -> None:
    board, alice = await browsers.search(person={"first_name": "Hilke"}, reference="2026-7231"), await browsers.person("Alice")
    outcome = {"found_at": "2026-11-24T13:07:00Z", "condition": "well", "how": "police"}
    bob = await browsers.window("Bob")
    await bob.open("/intake")
    await bob.page.keyboard.type("hilke")
    await offered(bob, "search", "2026-7231")
    await alice.command(board, "search.set_status", {"status": "found", "reason": "at home", "outcome": outcome})
    said = re.compile(r"2026-7231 · Hilke: found .*14:07, alive and well")
    await expect(bob("#search-hint")).to_have_text(said)
    await expect(bob(OFFERED.format("search"))).to_contain_text("14:07")
    await bob.page.keyboard.press("Enter")
    await expect(bob("#search-hint")).to_have_text(re.compile(r"^found .*14:07, alive and well · "))
    await bob.page.keyboard.press("Escape")
    await alice.command(board, "search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})
    await bob.page.keyboard.type("hilke")
    await expect(bob("#search-hint")).to_have_text(said)
    await expect(bob(OFFERED.format("search"))).to_have_count(0)  # a closed search takes no sightings
    await browsers.clear()


async def test_an_urgent_call_raises_an_alarm_and_the_next_one_does_not(browsers: Browsers) -> None:
    board = await browsers.search(person={"first_name": "Imke"}, reference="2026-7351")
    await settle(browsers)
    alice, bob = await browsers.window("Alice"), await browsers.window("Bob")
    await alice.page.goto("/account")
    await bob.open("/intake")
    keys = bob.page.keyboard
    await keys.type("imke")
    await offered(bob, "search", "2026-7351")
    await keys.press("Enter")
    await keys.type("A girl with a man, running")
    await keys.press("Tab")
    await focused(bob, "urgent")
    await keys.press("Space")
    await keys.press("Enter")
    await focused(bob, "where")
    await keys.press("Control+Enter")
    await taken(bob, 1)
    await expect(bob("[data-recent-call] .urgent")).to_have_text("urgent")
    await expect(alice(ALARM)).to_contain_text("Imke")
    await take(alice)
    await expect(alice(TAKEN)).to_contain_text("You have it")

    await expect(bob("#urgent")).not_to_be_checked()
    await keys.type("imke")
    await offered(bob, "search", "2026-7351")
    await keys.press("Enter")
    await tell(bob.page, "A girl alone")
    await focused(bob, "where")  # Enter goes on without it
    await keys.press("Control+Enter")
    await taken(bob, 2)
    told = {each["description"]: each["priority"] for each in await sightings(browsers, board)}
    assert told == {"A girl with a man, running": "urgent", "A girl alone": "normal"}
    events = [each["type"] for each in await (await browsers.person("Alice")).events(board)]
    assert events.count("alarm.raised") == 1
    await browsers.clear()


@pytest.mark.slow
async def test_a_source_that_is_ticked_as_confidential_is(browsers: Browsers) -> None:
    board = await browsers.search(person={"first_name": "Tuur"}, reference="2026-7371")
    bob = await browsers.window("Bob")
    await bob.open("/intake")
    await bob("#search").fill("tuur")
    await offered(bob, "search", "2026-7371")
    await bob.page.keyboard.press("Enter")
    await bob("#text").fill("A boy at the lock")
    await bob("#name").fill("Griet")
    await bob("#sealed").click()
    await expect(bob("#sealed")).to_be_checked()
    await bob.page.reload()  # the draft has it
    await bob.live()
    await expect(bob("#sealed")).to_be_checked()
    await bob("#name").fill("Griet")
    await bob("#send").click()
    await taken(bob, 1)
    await expect(bob("#sealed")).not_to_be_checked()
    (sighting,) = await sightings(browsers, board)
    assert (sighting["source"]["kind"], sighting["source"]["sealed"]) == ("named", True)
    await browsers.clear()


@pytest.mark.slow
async def test_the_list_is_walked_by_arrows_and_shut_by_escape(browsers: Browsers) -> None:
    for name in ("Xander Een", "Xander Twee"):
        first, _, last = name.partition(" ")
        await browsers.search(person={"first_name": first, "last_name": last}, reference=f"2026-725{last[0]}")
    bob = await browsers.window("Bob")
    await bob.open("/intake")
    keys = bob.page.keyboard
    await expect(bob("#search-list")).to_be_hidden()
    await keys.type("xander")
    await offered(bob, "search", "Xander")
    options = bob(OFFERED.format("search"))
    top, second = options.nth(0), options.nth(1)
    for option in (top, second):
        await expect(option).to_have_attribute("aria-selected", "false")
    await keys.press("Enter")  # two children fit: neither is taken unasked
    await focused(bob, "search")
    await expect(bob("#search-hint")).to_have_text("Choose a search.")
    await keys.press("ArrowDown")
    await expect(top).to_have_attribute("aria-selected", "true")
    await keys.press("ArrowDown")
    await expect(second).to_have_attribute("aria-selected", "true")
    await expect(bob("#search")).to_have_attribute("aria-activedescendant", "search-1")
    name = await second.locator("b").inner_text()
    await keys.press("Escape")
    await expect(bob("#search-list")).to_be_hidden()
    await expect(bob("#search")).to_have_value("xander")
    await keys.press("ArrowDown")
    await expect(second).to_have_attribute("aria-selected", "true")
    await keys.press("Enter")
    await expect(bob("#search")).to_have_value(name)
    await expect(bob("#search-hint")).not_to_have_text("Choose a search.")
    await focused(bob, "text")
    await browsers.clear()


async def test_missing_fields_are_asked_for_and_refused_calls_come_back(browsers: Browsers) -> None:
    board = await browsers.search(person={"first_name": "Wout"}, reference="2026-7301")
    async with proxy_to(browsers.url) as line:
        bob = await browsers.window("Bob", url=line.url)
        bob.may_fail(*NO_LINE)
        await bob.open("/intake")
        keys = bob.page.keyboard
        await keys.press("Control+Enter")
        await focused(bob, "search")
        await expect(bob("#search-hint")).to_have_text("Choose a search.")
        await tell(bob.page, "wout")
        await keys.press("Control+Enter")
        await focused(bob, "text")
        await keys.type("On the beach")
        await bob("#urgent").check()
        await bob("#when").focus()
        await keys.type("some day")
        await keys.press("Control+Enter")
        await focused(bob, "when")
        await keys.type("14:30")
        line.cut()
        await bob("html:not([data-freshness=live])").wait_for(state="attached")
        await keys.press("Control+Enter")
        alice = await browsers.person("Alice")
        await alice.command(board, "search.set_status", {"status": "closed", "reason": "came home", "acknowledge": "as it is"})
        line.heal()
        await expect(bob("[data-recent-call] .error")).to_contain_text("This search is closed")
        await bob("[data-act=mend]").click()
        await expect(bob("#text")).to_have_value("On the beach")
        await expect(bob("#urgent")).to_be_checked()
        await expect(bob("[data-recent-call]")).to_have_count(0)
    assert await sightings(browsers, board) == []
    await browsers.clear()


@pytest.mark.slow
async def test_viewer_takes_no_calls(browsers: Browsers) -> None:
    victor = await browsers.window("Victor")
    victor.may_fail("status of 403")
    await victor.open("/")
    await expect(victor("nav a")).to_have_text(["Searches", "Handover", "Unanswered", "History", "What’s new", "Map"])
    answer = await victor.page.goto("/intake")
    assert answer is not None
    assert answer.status == 403
    await expect(victor("h1")).to_have_text("Your role can read, but cannot take calls. Ask an administrator.")
    stranger = await browsers.stranger()
    await stranger.page.goto("/intake")
    assert "/login" in stranger.page.url
    await browsers.clear()
