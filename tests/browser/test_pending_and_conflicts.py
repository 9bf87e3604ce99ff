"""Pending changes and conflicts: unsaved changes look so, typed text stays, and changes by others are pointed out."""

import re

import pytest
from playwright.async_api import WebSocketRoute, expect

from tests.support.browser_window import wait_until
from tests.support.browsers import Browsers
from tests.support.tcp_proxy import proxy_to

pytestmark = pytest.mark.browser

SIGHTING = "Girl with a red coat at the Graslei"


async def test_own_change_is_pending_until_the_server_acknowledges_it(browsers: Browsers) -> None:
    board = await browsers.search()
    async with proxy_to(browsers.url) as line:
        alice, bob = await browsers.window("Alice", url=line.url), await browsers.window("Bob")
        for window in (alice, bob):
            await window.open(f"/searches/{board}")
        line.hold_answers()
        await alice.add_sighting(SIGHTING)
        await expect(alice.column("inbox").locator(".card.pending")).to_contain_text("sending…")
        await expect(bob.card(SIGHTING)).to_be_visible()  # it is stored, and Alice can't know that yet
        await expect(alice.card(SIGHTING)).to_have_class(re.compile("pending"))
        assert await alice.card(SIGHTING).get_attribute("data-card") is None
        line.release()
        await expect(alice.card(SIGHTING)).not_to_have_class(re.compile("pending"))
        await browsers.same(alice, bob, board)


async def test_an_own_change_is_there_once_when_its_event_comes_before_its_ack(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    acks: list[str | bytes] = []

    def without_acks(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda frame: (acks.append if '"type":"ack"' in str(frame) else socket.send)(frame))

    await alice.page.route_web_socket("**/ws**", without_acks)
    await alice.open(f"/searches/{board}")
    await alice.add_sighting(SIGHTING)
    await expect(alice.card(SIGHTING).and_(alice("[data-card]"))).to_be_visible()
    await wait_until(lambda: acks)
    await alice.same_as_server(board)


async def test_a_refusal_puts_the_typed_text_back_with_the_reason(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice("[data-act=add-sighting]").click()
    await alice.fill("add-sighting", {"description": SIGHTING, "place.text": "Graslei"})
    await alice("dialog summary").click()
    await alice.fill("add-sighting", {"place.radius_m": "1000001"})
    await alice("dialog [data-act=send]").click()
    await expect(alice("dialog [data-field='place.radius_m'] .error")).not_to_be_empty()
    assert await alice.field("add-sighting", "description").input_value() == SIGHTING
    assert await alice.field("add-sighting", "place.text").input_value() == "Graslei"
    await expect(alice.card(SIGHTING)).to_have_count(0)
    await alice.fill("add-sighting", {"place.radius_m": "1000"})
    await alice("dialog [data-act=send]").click()
    await expect(alice.card(SIGHTING)).to_have_attribute("data-card", re.compile("."))
    await alice.same_as_server(board)


async def test_event_never_touches_a_field_being_edited_and_names_its_author(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, SIGHTING)
    alice, bob = await browsers.both_at(board)
    await alice.open_card(SIGHTING)
    await alice.panel.locator("[data-act=edit]").click()
    field = alice.field("facts", "description")
    await field.press("End")
    await field.type(", alone")
    await bob.open_card(SIGHTING)
    await bob.edit(description="Boy with a red coat", direction="north")
    theirs = alice("[data-theirs=description]")
    await expect(theirs).to_contain_text("Bob changed this, just now")
    await expect(theirs.locator("[data-value=theirs]")).to_have_text("Boy with a red coat")
    await field.type(", at 17:20")  # typing continues at the cursor
    assert await field.input_value() == f"{SIGHTING}, alone, at 17:20"
    assert await field.evaluate("each => each === document.activeElement")
    assert await alice.field("facts", "direction").input_value() == "north"  # a field in which nobody was typing


@pytest.mark.parametrize(("decision", "outcome"), [("keep-mine", "Alice's words"), ("take-theirs", "Bob's words")])
async def test_two_who_save_one_field_at_once_both_stand_side_by_side(browsers: Browsers, decision: str, outcome: str) -> None:
    board = await browsers.search()
    await browsers.sighting(board, SIGHTING)
    async with proxy_to(browsers.url) as line:
        alice, bob = await browsers.window("Alice", url=line.url), await browsers.window("Bob")
        for window in (alice, bob):
            await window.open(f"/searches/{board}")
            await window.open_card(SIGHTING)
        line.hold()
        await alice.edit(description="Alice's words")
        await expect(alice.panel.locator("[data-testid=title]")).to_have_text("Alice's words")
        await bob.edit(description="Bob's words")
        await expect(bob.panel.locator("[data-testid=title]")).to_have_text("Bob's words")
        await expect(bob("[data-pending]")).to_have_count(0)
        line.release()
        conflict = alice("[data-conflict=description]")
        await expect(conflict.locator("[data-value=mine]")).to_have_text("Alice's words")
        await expect(conflict.locator("[data-value=theirs]")).to_have_text("Bob's words")
        await expect(conflict).to_contain_text("Bob changed this")
        await expect(alice("[data-testid=problem]")).to_contain_text(
            "Someone else changed this in the meantime. Check, then try again."
        )
        assert await alice.field("facts", "description").input_value() == "Alice's words"
        await conflict.locator(f"[data-act={decision}]").click()
        for window in (alice, bob):
            await expect(window.panel.locator("[data-testid=title]")).to_have_text(outcome)
            await expect(window.card(outcome)).to_be_visible()
        await browsers.same(alice, bob, board)


@pytest.mark.slow
async def test_a_note_on_a_card_is_not_told_as_a_new_card(browsers: Browsers) -> None:
    board, bob = await browsers.search(), await browsers.person("Bob")
    card = await browsers.sighting(board, SIGHTING)
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice.card(SIGHTING).wait_for()
    await bob.command(board, "note.add", {"text": "Called back", "card": card})
    await expect(alice.card(SIGHTING).locator(".change-note")).to_have_text("Note added by Bob, just now")


async def test_change_during_reading_is_marked_with_author_and_time(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    await bob.add_sighting(SIGHTING)
    await expect(alice.card(SIGHTING).locator(".change-note")).to_have_text("added by Bob, just now")
    await expect(alice("[data-chip=changed]")).to_have_text("Changed 1")
    assert await bob("article[data-changed]").count() == 0  # own changes are not marked as new
    await alice.open_card(SIGHTING)
    await expect(alice("[data-testid=changed]")).to_contain_text("added by Bob, just now")
    await alice.close_card()
    await expect(alice("article[data-changed]")).to_have_count(0)
    await bob.move_by_menu(SIGHTING, "doing")
    await expect(alice.column("doing").locator(".card .change-note")).to_have_text("moved by Bob, just now")


@pytest.mark.slow
async def test_drafts_survive_a_reload_and_are_wiped_at_sign_out(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, SIGHTING)
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice("[data-act=add-task]").click()
    await alice.field("add-task", "title").fill("Half a task")
    await alice.page.keyboard.press("Escape")
    await alice.open_card(SIGHTING)
    await alice.panel.locator("[data-act=edit]").click()
    await alice.fill("facts", {"clothing": "half a coat"})
    await alice.reload()
    await alice.live()
    await expect(alice.field("facts", "clothing")).to_have_value("half a coat")  # the card in the address, and its draft
    await expect(alice.card(SIGHTING).locator(".draft")).to_be_visible()
    await alice("[data-act=add-task]").click()
    await expect(alice.field("add-task", "title")).to_have_value("Half a task")
    await alice.page.keyboard.press("Escape")

    alice.may_fail("status of 401")  # marks of the typed text may be asked for while the session ends
    await alice("details.account-menu summary").click()
    await alice("[data-sign-out] button").click()
    await alice("dialog [data-act=delete]").click()
    await alice.page.wait_for_url("**/login")
    kept = await alice.page.evaluate("Object.entries(localStorage).map(String).join()")
    assert "Half a task" not in kept
    assert "half a coat" not in kept
    await alice.sign_in("alice@desk.example")
    await browsers.people["Alice"].sign_in()  # the session of her other windows has ended with it
    await alice.open(f"/searches/{board}")
    await alice("[data-act=add-task]").click()
    await expect(alice.field("add-task", "title")).to_have_value("")


@pytest.mark.slow
async def test_the_address_of_a_card_opens_that_card(browsers: Browsers) -> None:
    board = await browsers.search()
    card = await browsers.sighting(board, SIGHTING)
    alice, bob = await browsers.both_at(board)
    await alice.open_card(SIGHTING)
    assert alice.page.url == f"{browsers.url}/searches/{board}/cards/{card}"
    await bob.open(alice.page.url)
    await expect(bob.panel.locator("[data-testid=title]")).to_have_text(SIGHTING)
    await expect(alice.card(SIGHTING).get_by_label("Bob", exact=True)).to_be_visible()  # each is seen at the card
    await bob.close_card()
    assert bob.page.url == f"{browsers.url}/searches/{board}"
    await alice.page.go_back()
    await expect(alice.panel).to_have_count(0)


async def test_a_viewer_sees_all_and_no_button_that_would_be_refused(browsers: Browsers) -> None:
    board = await browsers.search()
    card = await browsers.sighting(board, SIGHTING)
    victor = await browsers.window("Victor")
    await victor.open(f"/searches/{board}/cards/{card}")
    await expect(victor("[data-testid=history] > li")).to_have_count(1)
    await victor.same_as_server(board)
    controls = (
        "main :is(button, input, select, textarea, form)"
        ":not([data-tab], [data-chip], [data-filter], [data-act=close-card], .found *, .views *, .phone-only, [data-new-cards])"
        ":not([data-act=fold-header], [data-act=search-menu], [data-act=copy-link], [data-act=files], [data-act=campaign])"
    )
    assert await victor(controls).evaluate_all("all => all.map((each) => each.outerHTML)") == [
        await victor("#find").evaluate("each => each.outerHTML")
    ]
    for key in ("s", "t", "e", "m"):
        await victor.page.keyboard.press(key)
    await victor("[data-act=log]").click()
    assert await victor(controls).count() == 1
    assert await victor("dialog").count() == 0
    await victor.open("/")
    assert await victor("[data-act=open-search]").count() == 0


@pytest.mark.slow
async def test_an_investigator_sees_no_button_of_a_coordinator(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    for act in ("set-status", "access"):
        await expect(alice(f"[data-act={act}]").first).to_be_attached()
        await expect(bob(f"[data-act={act}]")).to_have_count(0)
