"""Times in the browser: a time says what it is the time of, and forms refuse impossible ones."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import expect

from models.times import DESK_TIME_ZONE, now
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

RECEIVED, SEEN = "2026-01-24T15:23:00Z", "2026-01-24T15:00:00Z"  # 16:23 and 16:00 in Brussels


@pytest.mark.slow
async def test_a_time_that_is_not_when_it_was_seen_says_so_everywhere(browsers: Browsers) -> None:
    board, bob = await browsers.search(), await browsers.person("Bob")
    await bob.command(board, "sighting.add", {"description": "Girl at the quay", "received_at": RECEIVED})
    seen = {"description": "Girl at the quay too", "seen_at": SEEN, "received_at": RECEIVED, "channel": "police"}
    await bob.command(board, "sighting.add", seen)
    first, second = [event for event in await bob.events(board) if event["type"] == "sighting.added"]
    alice = await browsers.window("Alice")
    reported, saw = re.compile(r"reported .*24 Jan.* 16:23, time unknown"), re.compile(r"seen .*24 Jan.* 16:00")

    await alice.open(f"/searches/{board}")
    known = alice(f"[data-card='{first['id']}']"), alice(f"[data-card='{second['id']}']")
    for card, seen_at in zip(known, (re.compile("time unknown"), saw), strict=True):
        await expect(card.locator(".when > :first-child")).to_contain_text(seen_at)
        await expect(card.locator(".when .reported")).to_contain_text(re.compile(r"^reported .*24 Jan.* 16:23$"))
    await expect(known[0].locator(".when")).not_to_contain_text("seen")
    await expect(known[0].locator(".channel")).to_have_count(0)  # by which channel, nobody said
    await expect(known[1].locator(".channel")).to_have_text("police")
    await alice.open_card("Girl at the quay too")
    await expect(alice.panel.locator("dd[data-field=channel]")).to_have_text("police")

    await alice.open(f"/searches/{board}/history")
    late = alice(f"[data-seq='{first['seq']}'] [data-testid=late]")
    await expect(late).to_contain_text(re.compile(r"late: reported .*24 Jan.* 16:23"))

    await alice.open("/handover")
    await expect(alice(f"[data-section='{board}'] [data-card='{first['id']}']")).to_contain_text(reported)
    await expect(alice(f"[data-section='{board}'] [data-card='{second['id']}']")).to_contain_text(saw)

    await alice.open("/intake")
    await alice("#search").fill((await bob.entities(board))[0]["state"].get("reference") or "Noor")
    await alice("#search").press("Enter")
    await alice("#text").fill("Girl at the quay")
    await expect(alice(f"[data-similar='{first['id']}']")).to_contain_text(reported)
    await expect(alice(f"[data-similar='{second['id']}']")).to_contain_text(saw)


@pytest.mark.slow
async def test_a_sighting_whose_channel_nobody_chose_has_none_that_is_known(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    await alice("[data-act=add-sighting]").click()
    await expect(alice.field("add-sighting", "channel")).to_have_value("unknown")
    await alice.fill("add-sighting", {"description": "A girl by the ferry"})
    await alice("dialog [data-act=send]").click()
    await bob.open_card("A girl by the ferry")
    await expect(bob.panel.locator("dd[data-field=channel]")).to_have_text("not known")


async def test_a_form_names_a_time_to_come_and_an_age_that_is_no_childs(browsers: Browsers) -> None:
    alice, soon = (
        await browsers.window("Alice"),
        (now() + timedelta(hours=1)).astimezone(DESK_TIME_ZONE).strftime("%Y-%m-%dT%H:%M"),
    )
    await alice.open("/")
    await alice("[data-act=open-search]").click()
    await alice.fill("open-search", {"person.first_name": "Nele", "kind": "runaway", "missing_since": soon})
    wrong = alice("form[data-form=open-search]")
    errors = {path: wrong.locator(f'[data-field="{path}"] .error') for path in ("missing_since", "person.age")}
    for age in ("26", "-1", "8.5"):
        await alice.fill("open-search", {"person.age": age})
        await alice("dialog [data-act=send]").click()
        await expect(errors["person.age"]).to_contain_text("from 0 to 25")
        await expect(errors["missing_since"]).to_contain_text("in the future")
    await alice.fill("open-search", {"person.age": "25", "missing_since": "2026-11-24T15:10"})
    await alice("dialog [data-act=send]").click()
    await alice.page.wait_for_url("**/searches/*")
    await alice.live()


@pytest.mark.slow
async def test_no_form_takes_a_time_to_come_of_what_has_happened(browsers: Browsers) -> None:
    """The server takes it from programs: a call must not be lost for a clock that is wrong."""
    board, soon = await browsers.search(), (now() + timedelta(hours=1)).astimezone(DESK_TIME_ZONE).strftime("%Y-%m-%dT%H:%M")
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice("[data-act=add-sighting]").click()
    await alice.fill("add-sighting", {"description": "A girl by the ferry", "seen_at": soon})
    await alice("dialog [data-act=send]").click()
    await expect(alice("form[data-form=add-sighting] [data-field=seen_at] .error")).to_contain_text("in the future")
    await alice("form[data-form=add-sighting] [data-field=seen_at] [data-act=now]").click()
    await alice("dialog [data-act=send]").click()
    await expect(alice.card("A girl by the ferry").locator(".when b")).to_contain_text("seen ")


@pytest.mark.slow
async def test_earlier_age_does_not_block_another_correction(browsers: Browsers) -> None:
    board = await browsers.search(person={"first_name": "Nele", "age": 40})
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice.choose("edit-search")
    await alice.fill("facts", {"person.last_name": "Claes"})
    await alice.fill("facts", {"person.last_name": "Claes"})
    await alice("dialog [data-act=send]").click()
    await expect(alice("dialog")).to_have_count(0)
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{board}")  # what another person sees is accepted; the dialog closes when the command is sent
    await expect(bob("h1")).to_contain_text("Nele Claes, 40")


async def test_time_fields_take_words_and_read_them_back(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice("[data-act=add-sighting]").click()
    seen = alice.field("add-sighting", "seen_at")
    read = alice("form[data-form=add-sighting] [data-field=seen_at] .time-read")
    await alice.fill("add-sighting", {"description": "A girl by the ferry", "seen_at": "il y a 10 minutes"})
    await expect(read).to_contain_text("10 min ago")
    await seen.press("Tab")
    await expect(seen).to_have_value(re.compile(r"^\w{3} \d+ \w+ \d\d:\d\d$"))  # the time, which stays the same in a draft
    for wrong in ("some day", "29/3/2026 02:30"):
        await alice.fill("add-sighting", {"seen_at": wrong})
        await alice("dialog [data-act=send]").click()
        error = alice("form[data-form=add-sighting] [data-field=seen_at] .error")
        await expect(error).to_contain_text("cannot read this time" if wrong == "some day" else "did not exist")
        await expect(seen).to_have_value(wrong)
    await alice.fill("add-sighting", {"seen_at": "yesterday 14:30"})
    await alice("dialog [data-act=send]").click()
    await expect(alice.card("A girl by the ferry").locator(".when b")).to_contain_text(re.compile("seen .*14:30"))
    await alice.id_of("A girl by the ferry")  # once the server has it
    yesterday = (now().astimezone(DESK_TIME_ZONE) - timedelta(days=1)).strftime("%Y-%m-%d")
    state = next(each["state"] for each in await entities_of(alice, board) if each["kind"] == "sighting")
    assert state["seen_at"].endswith("Z")
    assert state["seen_at"][:10] == yesterday


async def test_an_hour_that_comes_twice_is_asked_for(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice("[data-act=add-sighting]").click()
    await alice.fill("add-sighting", {"description": "A girl at night", "seen_at": "25/10/2026 02:30"})
    await alice.field("add-sighting", "seen_at").press("Tab")
    which = alice("form[data-form=add-sighting] [data-field=seen_at] [data-act=which-time]")
    await expect(which.first).to_have_attribute("aria-pressed", "true")
    await which.last.click()
    await expect(which.last).to_have_attribute("aria-pressed", "true")
    await alice("dialog [data-act=send]").click()
    await alice.card("A girl at night").wait_for()
    await alice.id_of("A girl at night")
    state = next(each["state"] for each in await entities_of(alice, board) if each["kind"] == "sighting")
    assert state["seen_at"].startswith("2026-10-25T01:30:00")


async def test_date_fields_take_words_and_show_the_readers_own(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice", locale="de")
    await alice.open(f"/searches/{board}")
    await alice.choose("edit-search")
    born = alice.field("facts", "person.birth_date")
    await alice.fill("facts", {"person.birth_date": "some day"})
    await alice("dialog [data-act=send]").click()
    await expect(alice("form[data-form=facts] [data-field='person.birth_date'] .error")).to_contain_text(
        "dieses Datum nicht lesen"
    )
    await expect(born).to_have_value("some day")
    await alice.fill("facts", {"person.birth_date": "12/3/2014"})
    await born.press("Tab")
    await expect(born).to_have_value("12. März 2014")
    await alice("dialog [data-act=add-earlier]").click()
    date = alice("dialog .earlier-item input[data-date]")
    yesterday = now().astimezone(DESK_TIME_ZONE) - timedelta(days=1)
    await date.press_sequentially("gestern")
    await date.press("Tab")
    await expect(date).to_have_value(re.compile(rf"^{yesterday.day}\. \w+\.? {yesterday.year}$"))
    await alice("dialog [data-act=send]").click()
    await expect(alice("dialog")).to_have_count(0)
    await alice.same_as_server(board)
    state = next(each["state"] for each in await entities_of(alice, board) if each["kind"] == "search")
    assert state["person"]["birth_date"] == "2014-03-12"
    assert [each["date"] for each in state["earlier"].values()] == [yesterday.strftime("%Y-%m-%d")]


async def entities_of(window: Window, board: str) -> list[dict[str, Any]]:
    answer = await window.http.get(f"/api/v1/boards/{board}")
    entities: list[dict[str, Any]] = answer.json()["entities"]
    return entities
