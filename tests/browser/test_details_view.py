"""Details and log as a view of its own beside the board: address, keys, live changes, rights, cards over it, phone, paper."""

import re

import pytest
from playwright.async_api import expect

from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

VIEW = "[data-testid=details-and-log]"
COLUMNS = "[data-column]"
LOG = f"{VIEW} .activity"
PRESSED = "[data-act={}][aria-pressed=true]"
NEW_NOTES = f"{LOG} [data-act=show-new-notes]"
BOX = "each => JSON.stringify(each.getBoundingClientRect())"
TOP = "each => each.getBoundingClientRect().top"
PLACES = """() => [...document.querySelectorAll(".details-column, .details-column section")]
  .map((each) => {
    const { left, top, width } = each.getBoundingClientRect();
    return [left, top, width].map(Math.round).join(" ");
  })"""
WIDE = "document.documentElement.scrollWidth <= innerWidth"
LOOKS = {"hair": "dark blond", "clothing": "dark green coat", "needs": "inhaler"}
PERSON = {"first_name": "Noor", "last_name": "Voorbeeld", "age": 11} | LOOKS


async def is_details(window: Window) -> None:
    await expect(window(VIEW)).to_be_visible()
    await expect(window(COLUMNS)).to_have_count(0)
    await expect(window(PRESSED.format("log"))).to_have_count(1)


async def is_board(window: Window) -> None:
    await expect(window(COLUMNS).first).to_be_visible()
    await expect(window(VIEW)).to_have_count(0)
    await expect(window(PRESSED.format("board"))).to_have_count(1)


async def test_the_view_takes_the_place_of_the_columns_and_has_an_address(browsers: Browsers) -> None:
    search = await browsers.search(person=PERSON)
    window = await browsers.window("Alice")
    await window.open(f"/searches/{search}")
    await is_board(window)
    head = await window("[data-testid=tools]").evaluate(BOX)
    await window("[data-act=log]").click()
    await is_details(window)
    assert await window("[data-testid=tools]").evaluate(BOX) == head
    assert window.page.url.endswith(f"/searches/{search}#log")
    for text in ("Noor", "Voorbeeld", "dark blond", "dark green coat", "inhaler"):
        await expect(window("[data-testid=search-facts]")).to_contain_text(text)
    await expect(window("[data-testid=not-recorded]")).to_contain_text("Eyes")

    await window.reload()
    await window.live()
    await is_details(window)
    await window("[data-act=board]").click()
    await is_board(window)
    assert window.page.url.endswith(f"/searches/{search}")
    await window.page.go_back()
    await is_details(window)
    await window.page.go_back()
    await is_board(window)
    await window.page.go_forward()
    await is_details(window)

    other = await browsers.window("Bob")
    await other.open(f"/searches/{search}#log")
    await is_details(other)


async def test_an_outsider_sees_nothing_of_the_view(browsers: Browsers) -> None:
    alice = await browsers.person("Alice")
    mine = (await alice.http.get("/api/v1/me")).json()["id"]
    search = await browsers.search(person=PERSON, access="members", members=[mine])
    inside, outside = await browsers.window("Alice"), await browsers.window("Charlie")
    await inside.open(f"/searches/{search}#log")
    await expect(inside("[data-testid=access-facts]")).to_contain_text("Alice")
    outside.may_fail("404")
    await outside.page.goto(f"/searches/{search}#log")
    await expect(outside("main")).not_to_be_empty()
    assert "dark green coat" not in await outside("body").inner_text()
    await expect(outside(VIEW)).to_have_count(0)


@pytest.mark.slow
async def test_keys_switch_the_views_and_edit_the_details(browsers: Browsers) -> None:
    search = await browsers.search(person=PERSON)
    window = await browsers.window("Bob")
    await window.open(f"/searches/{search}")
    await window.page.keyboard.press("l")
    await is_details(window)
    await expect(window(VIEW)).to_be_focused()
    await window.page.keyboard.press("e")
    await expect(window("dialog[data-dialog=facts]")).to_be_visible()
    await window.page.keyboard.press("Escape")
    await expect(window("dialog")).to_have_count(0)
    await window.page.keyboard.press("n")
    await expect(window.field("note", "text")).to_be_focused()
    await window.page.keyboard.type("The mother called")
    await window.page.keyboard.press("Control+Enter")
    await expect(window(f"{LOG} .note")).to_contain_text("The mother called")
    await window.page.keyboard.press("Escape")  # out of the field
    await window("[data-act=board]").focus()
    await window.page.keyboard.press("b")
    await is_board(window)


@pytest.mark.slow
async def test_changes_of_others_are_shown_and_move_nothing_that_is_read(browsers: Browsers) -> None:
    search = await browsers.search(person=PERSON)
    bob = await browsers.person("Bob")
    for number in range(40):
        await bob.command(search, "note.add", {"text": f"Call {number}", "category": "contact"})
    window = await browsers.window("Alice")
    await window.open(f"/searches/{search}#log")
    read = window(f"{LOG} .note", has_text="Call 12")
    await read.scroll_into_view_if_needed()
    top = float(await read.evaluate(TOP))
    await bob.command(search, "note.add", {"text": "She was on the tram", "category": "decision"})
    await expect(window(NEW_NOTES)).to_have_text("1 new note")
    await expect(window(NEW_NOTES)).to_be_in_viewport()
    assert abs(await read.evaluate(TOP) - top) < 1  # a browser scrolls by whole pixels
    await bob.command(search, "search.update", {"person": {"eyes": "grey"}})
    await expect(window("[data-testid=search-facts] [data-field='person.eyes']")).to_have_text("grey")
    assert abs(await read.evaluate(TOP) - top) < 1  # a browser scrolls by whole pixels


@pytest.mark.slow
async def test_new_notes_wait_while_the_log_is_read(browsers: Browsers) -> None:
    search = await browsers.search(person=PERSON)
    bob = await browsers.person("Bob")
    await bob.command(search, "note.add", {"text": "Call 0", "category": "contact"})
    window = await browsers.window("Alice")
    await window.open(f"/searches/{search}#log")
    notes = window(f"{LOG} .note .text")
    await window("[data-testid=head] h1").hover()
    await bob.command(search, "note.add", {"text": "Call 1", "category": "contact"})
    await expect(notes).to_have_text(["Call 1", "Call 0"])  # nobody reads

    await notes.last.hover()
    before = await window(f"{LOG} .notes").evaluate(BOX), await notes.last.evaluate(BOX)
    for number in (2, 3):
        await bob.command(search, "note.add", {"text": f"Call {number}", "category": "contact"})
    await expect(window(NEW_NOTES)).to_have_text("2 new notes")
    await window("[data-testid=head] h1").hover()  # the button is not taken away from under the pointer
    await bob.command(search, "note.add", {"text": "Call 4", "category": "contact"})
    await expect(window(NEW_NOTES)).to_have_text("3 new notes")
    assert (await window(f"{LOG} .notes").evaluate(BOX), await notes.last.evaluate(BOX)) == before
    await expect(notes).to_have_text(["Call 1", "Call 0"])

    await window.fill("note", {"text": "Mine"})
    await window("[data-act=add-note]").click()
    await expect(notes).to_have_text(["Mine", "Call 1", "Call 0"])  # what one writes oneself is shown at once
    await expect(window(NEW_NOTES)).to_have_text("3 new notes")
    await window(NEW_NOTES).press("Enter")
    await expect(notes).to_have_text(["Mine", *(f"Call {number}" for number in (4, 3, 2, 1, 0))])
    await expect(window(NEW_NOTES)).to_have_count(0)
    await expect(window(f"{LOG} .notes h3")).to_be_focused()

    await notes.nth(1).locator("xpath=..").locator("[data-act=correct]").focus()
    await bob.command(search, "note.add", {"text": "Call 5", "category": "contact"})
    await expect(window(NEW_NOTES)).to_have_text("1 new note")  # the focus is in the log
    await window.page.emulate_media(media="print")
    await window.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    await expect(notes.first).to_have_text("Call 5")


@pytest.mark.slow
async def test_new_notes_wait_while_those_of_a_card_are_read(browsers: Browsers) -> None:
    search = await browsers.search(person=PERSON)
    bob = await browsers.person("Bob")
    await bob.command(search, "task.add", {"title": "Ask the aunt"})
    (card,) = [each["id"] for each in await bob.entities(search) if each["state"].get("title") == "Ask the aunt"]
    for number in range(30):
        await bob.command(search, "note.add", {"text": f"Call {number}", "category": "contact", "card": card})
    window = await browsers.window("Alice")
    await window.open(f"/searches/{search}/cards/{card}")
    read = window(".panel .note", has_text="Call 12")
    await read.scroll_into_view_if_needed()
    top = float(await read.evaluate(TOP))
    await bob.command(search, "note.add", {"text": "She has a key", "category": "decision", "card": card})
    button = window(".panel [data-act=show-new-notes]")
    await expect(button).to_have_text("1 new note")
    await expect(button).to_be_in_viewport()
    assert abs(await read.evaluate(TOP) - top) < 1
    await button.click()
    await expect(window(".panel .note .text").first).to_have_text("She has a key")
    await expect(window(".panel .note").first).to_be_in_viewport()


async def test_details_are_changed_by_those_who_may(browsers: Browsers) -> None:
    search = await browsers.search(person=PERSON)
    alice, bob = await browsers.both_at(search)
    victor = await browsers.window("Victor")
    await victor.open(f"/searches/{search}")
    for window in (alice, bob, victor):
        await window("[data-act=log]").click()
        await is_details(window)
    lead = ["edit-goal", "qualify", "appeal", "edit-access"]
    for act in ["edit-search", *lead]:
        await expect(alice(f"{VIEW} [data-act={act}]")).to_have_count(1)
        await expect(bob(f"{VIEW} [data-act={act}]")).to_have_count(0 if act in lead else 1)
        await expect(victor(f"{VIEW} [data-act={act}]")).to_have_count(0)
    await expect(victor(f"{VIEW} form")).to_have_count(0)

    await bob(f"{VIEW} [data-act=edit-search]").click()
    await bob.fill("facts", {"person.eyes": "green"})
    await bob("dialog [data-act=send]").click()
    await expect(victor("[data-testid=search-facts] [data-field='person.eyes']")).to_have_text("green")
    await alice(f"{VIEW} [data-act=appeal]").click()
    await alice("dialog input[value=posters]").check()
    await alice("dialog [data-act=send]").click()
    await expect(victor("[data-testid=appeal-facts]")).to_contain_text("Posters")


@pytest.mark.parametrize("width", [1400, 2000, 2560])
async def test_a_card_opens_over_the_view_and_moves_nothing(browsers: Browsers, width: int) -> None:
    search = await browsers.search(person=PERSON)
    alice = await browsers.person("Alice")
    seen = await browsers.sighting(search, "On the tram")
    await alice.command(search, "sighting.assess", {"sighting": seen, "assessment": "credible"})
    window = await browsers.window("Alice", viewport={"width": width, "height": 900})
    await window.open(f"/searches/{search}#log")
    await is_details(window)
    before = await window.page.evaluate(PLACES)
    await window("dd[data-testid=credible] a").click()
    await expect(window.panel).to_have_attribute("data-panel", seen)
    assert re.search(rf"/cards/{seen}#log$", window.page.url)
    assert await window.page.evaluate(PLACES) == before
    await window.page.keyboard.press("Escape")
    await expect(window.panel).to_have_count(0)
    await is_details(window)
    await expect(window(VIEW)).to_be_focused()
    await window.page.go_back()  # the step back leaves the view, not to the card
    assert f"/cards/{seen}" not in window.page.url


@pytest.mark.slow
async def test_a_filter_leads_to_the_board(browsers: Browsers) -> None:
    search = await browsers.search(person=PERSON)
    await browsers.sighting(search, "On the tram")
    window = await browsers.window("Bob")
    await window.open(f"/searches/{search}#log")
    await is_details(window)
    await window("[data-chip=ungraded]").click()
    await is_board(window)
    await expect(window("[data-chip=ungraded]")).to_have_attribute("aria-pressed", "true")


@pytest.mark.slow
async def test_the_view_fits_a_phone_and_is_reached_from_its_bar(browsers: Browsers) -> None:
    search = await browsers.search(person=PERSON)
    window = await browsers.window("Bob", viewport={"width": 390, "height": 844}, has_touch=True, locale="de-BE")
    await window.open(f"/searches/{search}")
    await window("[data-act=child]").click()
    await is_details(window)
    assert await window.page.evaluate(WIDE)
    await window("[data-act=to-board]").click()
    await is_board(window)
    await window("[data-act=more]").click()
    await window("[data-act=log]").click()
    await is_details(window)
    await expect(window(".tool-sheet.open")).to_have_count(0)
    await expect(window.field("note", "text")).to_be_visible()


@pytest.mark.slow
async def test_paper_has_the_details_and_no_controls(browsers: Browsers) -> None:
    search = await browsers.search(person=PERSON)
    await (await browsers.person("Bob")).command(search, "note.add", {"text": "The mother called", "category": "contact"})
    window = await browsers.window("Alice")
    await window.open(f"/searches/{search}#log")
    await expect(window(f"{VIEW} form[data-form=note]")).to_be_visible()
    await window.page.emulate_media(media="print")
    await expect(window(f"{VIEW} .note")).to_contain_text("The mother called")
    await expect(window("[data-testid=search-facts] [data-field='person.clothing']")).to_be_visible()
    await expect(window(f"{VIEW} :is(button, form)").first).to_be_hidden()
    assert await window(f"{VIEW} :is(button, form)").evaluate_all("all => all.every((each) => !each.checkVisibility())")


@pytest.mark.slow
async def test_the_past_has_the_view_too(browsers: Browsers) -> None:
    search = await browsers.search(person=PERSON)
    bob = await browsers.person("Bob")
    await bob.command(search, "search.update", {"person": {"eyes": "grey"}})
    seq = (await bob.events(search))[-1]["seq"]
    await bob.command(search, "search.update", {"person": {"eyes": "green"}})
    window = await browsers.window("Alice")
    await window.page.goto(f"/searches/{search}?at={seq}#log")
    await expect(window("[data-testid=search-facts] [data-field='person.eyes']")).to_have_text("grey")
    await expect(window(f"{VIEW} button:not([data-act=history])")).to_have_count(0)
    await window("[data-act=now]").click()
    await window.live()
    await is_details(window)
    await expect(window("[data-testid=search-facts] [data-field='person.eyes']")).to_have_text("green")


@pytest.mark.slow
async def test_times_of_a_task_name_who_has_it_now(browsers: Browsers) -> None:
    search, bob, alice = await browsers.search(), await browsers.person("Bob"), await browsers.person("Alice")
    await bob.command(search, "task.add", {"title": "Ask the school", "assignee": await bob.own_id()})
    (task,) = [each["id"] for each in await bob.entities(search) if each["state"].get("title") == "Ask the school"]
    window = await browsers.window("Alice")
    await window.open(f"/searches/{search}/cards/{task}")
    times = window("[data-testid=times]")
    await expect(times).to_contain_text("assigned, Bob")
    await bob.command(search, "card.assign", {"card": task, "assignee": await alice.own_id()})
    await expect(times).to_contain_text("assigned, Alice")
    await bob.command(search, "card.assign", {"card": task, "assignee": None})
    await expect(times).to_contain_text("nobody assigned")
