"""Undo in the browser: from a notice just after the change, and from a history; later changes are pointed out and stay."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.test_pages import TALL, barriers
from tests.support.browser_window import Window
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

SIGHTING = "Girl with a red coat at the Graslei"
OFFERED_MS = 11_000  # a little longer than an offer stays
UNDO = "[data-testid=history] [data-act=undo]"


async def grade(window: Window, source: str) -> None:
    await window.fill("grade", {"grade.source": source})
    await window("[data-act=grade]").click()
    await expect(window("[data-testid=grade]")).to_contain_text(source)


async def noticed(window: Window, state: str, text: str) -> None:
    notice = window(f"[data-testid=undo][data-state={state}]")
    await expect(notice).to_contain_text(text)
    if state == "offered":
        await notice.hover()  # it stays while the pointer is on it


async def test_alice_undoes_what_she_has_just_done_and_bob_sees_it(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, SIGHTING)
    alice, bob = await browsers.both_at(board)
    await alice.move_by_menu(SIGHTING, "doing")
    await expect(bob.column("doing").locator(".card")).to_have_count(1)
    await noticed(alice, "offered", "Card moved · Sighting")
    await expect(bob("[data-testid=undo]")).to_have_count(0)
    await alice("[data-act=undo-last]").click()
    await noticed(alice, "undone", "Undone: Card moved · Sighting")
    await expect(bob.column("inbox").locator(".card")).to_have_count(1)
    await browsers.same(alice, bob, board)
    await alice.open_card(SIGHTING)
    await alice("[data-act=take]").click()
    await noticed(alice, "offered", "Card assigned")
    await alice("[data-act=undo-last]").click()
    await expect(alice(".quick [data-field=assignee] select")).to_have_value("")
    await browsers.same(alice, bob, board)


async def test_ctrl_z_undoes_it_but_not_while_somebody_types_and_only_once(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, SIGHTING)
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice.open_card(SIGHTING)
    await grade(alice, "B")
    await noticed(alice, "offered", "Sighting graded")
    note = alice.field("note", "text")
    await note.fill("Seen twice")
    await note.press("End")
    await note.press("Control+z")
    await note.fill("Seen twice")
    assert not [frame for frame in alice.frames if frame.sent and frame.body.get("name") == "undo"]
    await alice.panel.focus()
    await alice.page.keyboard.press("Control+z")
    await noticed(alice, "undone", "Sighting graded")
    await expect(alice("[data-testid=grade]")).to_have_text("F6")
    await expect(note).to_have_value("Seen twice")
    await alice.page.keyboard.press("Control+z")
    await (await browsers.person("Bob")).command(board, "note.add", {"text": "After it"})
    await expect(alice("[data-testid=history] > li")).to_have_count(3)  # added, graded, graded back
    undone = [each for each in await (await browsers.person("Alice")).events(board) if each["type"] == "sighting.graded"]
    assert [each["state"]["grade"]["source"] for each in undone] == ["B", "F"]


@pytest.mark.slow
async def test_the_offer_goes_by_itself_but_not_under_a_hand(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, SIGHTING)
    alice = await browsers.window("Alice")
    await alice.page.clock.install()
    await alice.open(f"/searches/{board}")
    await alice.move_by_menu(SIGHTING, "doing")
    await noticed(alice, "offered", "Card moved")
    await alice.page.clock.fast_forward(OFFERED_MS)
    await expect(alice("[data-testid=undo]")).to_be_visible()
    await alice("h1").hover()
    await alice.page.clock.fast_forward(OFFERED_MS)
    await expect(alice("[data-testid=undo]")).to_have_count(0)
    await alice.page.keyboard.press("Control+z")
    await noticed(alice, "offered", "Card moved · Sighting")
    await (await browsers.person("Alice")).command(board, "note.add", {"text": "After it"})
    await alice.same_as_server(board)
    await expect(alice.column("doing").locator(".card")).to_have_count(1)
    await alice.page.keyboard.press("Control+z")
    await noticed(alice, "undone", "Card moved · Sighting")
    await expect(alice.column("inbox").locator(".card")).to_have_count(1)


@pytest.mark.slow
async def test_ctrl_z_says_why_nothing_is_undone(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice.page.keyboard.press("Control+z")
    await noticed(alice, "none", "Nothing to undo since this page was opened.")
    await alice.add_task("Call the school")
    await expect(alice.card("Call the school").locator("a")).to_be_focused()  # it was acknowledged
    await alice.page.keyboard.press("Control+z")
    await noticed(alice, "impossible", "Cannot be undone: Task added · Task")


@pytest.mark.slow
async def test_an_event_of_the_history_is_undone_while_it_holds(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, SIGHTING)
    alice, bob = await browsers.both_at(board)
    await alice.open_card(SIGHTING)
    await bob.open_card(SIGHTING)
    await expect(alice(UNDO)).to_have_count(0)  # a creation
    await bob.edit(**{"place.text": "Graslei, Gent"})
    await grade(bob, "C")
    await expect(alice(UNDO)).to_have_count(2)
    await grade(bob, "D")
    await expect(alice(UNDO)).to_have_count(2)  # the place, and the newer grade; the older offer is void
    await grade(bob, "C")
    await expect(alice(UNDO)).to_have_count(2)  # the first one is void too, though its value is the present one
    changed = alice("[data-testid=history] > li[data-type='sighting.updated']")
    await changed.locator("[data-act=undo]").click()
    await noticed(alice, "undone", "Sighting changed")
    await expect(bob("dd[data-field='place.text']")).to_have_text("—")
    await expect(bob("[data-testid=grade]")).to_have_text("C6")
    await expect(alice.panel).to_be_focused()
    await expect(changed.first).to_contain_text(
        re.compile("Alice Undone: Sighting changed.*Place: removed \\(was: Graslei, Gent\\)", re.S)
    )
    await browsers.same(alice, bob, board)


async def test_later_change_is_reported_and_stays(browsers: Browsers) -> None:
    board = await browsers.search()
    sighting = await browsers.sighting(board, SIGHTING)
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice.open_card(SIGHTING)
    await grade(alice, "B")
    await noticed(alice, "offered", "Sighting graded")
    await (await browsers.person("Bob")).command(board, "sighting.grade", {"sighting": sighting, "grade": {"source": "E"}})
    await expect(alice("[data-testid=grade]")).to_have_text("E6")
    await alice("[data-act=undo-last]").click()
    await noticed(alice, "refused", "Could not undo: Sighting graded · Sighting")
    await expect(alice("[data-testid=undo] li")).to_contain_text("B (Usually reliable) → E (Unreliable), by Bob, just now")
    await expect(alice("[data-refused]")).to_have_count(0)
    await expect(alice("[data-testid=grade]")).to_have_text("E6")
    await alice("[data-act=close-undo]").click()
    await expect(alice("[data-testid=undo]")).to_have_count(0)
    await expect(alice.card(SIGHTING).locator("a")).to_be_focused()
    await alice.same_as_server(board)


@pytest.mark.slow
async def test_a_column_that_is_gone_is_named(browsers: Browsers) -> None:
    board = await browsers.search()
    sighting, alice = await browsers.sighting(board, SIGHTING), await browsers.person("Alice")
    await alice.command(board, "column.add", {"title": "Police", "role": "waiting"})
    police = (await alice.events(board))[-1]["id"]
    await alice.command(board, "card.move", {"card": sighting, "column": police})
    window = await browsers.window("Alice")
    await window.open(f"/searches/{board}")
    await window.move_by_menu(SIGHTING, "doing")
    await noticed(window, "offered", "Card moved")
    await alice.command(board, "column.remove", {"column": police})
    await window("[data-act=undo-last]").click()
    await noticed(window, "refused", "Could not undo: Card moved · Sighting")
    await expect(window("[data-testid=undo] li")).to_have_text("Column: This column no longer exists.")


@pytest.mark.slow
async def test_decisions_on_the_search_are_undone_by_who_may_make_them(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    await alice.choose("appeal")
    await alice("dialog input[value=public]").check()
    await alice("dialog [data-act=send]").click()
    await expect(bob("[data-testid=appeal]")).to_be_visible()
    await noticed(alice, "offered", "Appeal changed")
    await bob.choose("edit-search")
    await bob.fill("facts", {"person.age": "9"})
    await bob("dialog [data-act=send]").click()
    for window in (alice, bob):
        await window("[data-act=log]").click()
        await expect(window("[data-testid=person]")).to_have_text("Noor, 9")
    await expect(alice(UNDO)).to_have_count(2)
    await expect(bob(UNDO)).to_have_count(1)  # the age, and not the appeal
    await expect(bob(f"li[data-type='search.updated'] {UNDO.split()[-1]}")).to_have_count(1)
    await alice("[data-act=undo-last]").click()
    await expect(bob("[data-testid=appeal]")).to_have_count(0)
    await bob(UNDO).first.click()
    await expect(alice("[data-testid=person]")).to_have_text("Noor")


async def set_found(window: Window) -> None:
    await window.choose("set-status")
    await window("dialog input[value=found]").check()
    await window.fill("status", {"outcome.condition": "well", "outcome.how": "came_back", "reason": "She rang the bell"})
    await window("dialog [data-act=send]").click()
    await expect(window("[data-testid=status]")).to_have_text("Found")


@pytest.mark.slow
async def test_a_status_set_by_mistake_is_set_back_to_open(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    await set_found(alice)
    await noticed(alice, "offered", "Status: Found")
    await alice("[data-act=undo-last]").click()
    await noticed(alice, "undone", "Undone: Status: Found")
    for window in (alice, bob):
        await expect(window("[data-testid=status]")).to_have_text("Open")
    *_, last = await (await browsers.person("Alice")).events(board)
    assert (last["type"], last["state"]["status_reason"]) == ("search.status_set", "Changed by mistake")
    await browsers.same(alice, bob, board)


@pytest.mark.slow
async def test_additions_and_reopening_are_not_offered_to_be_undone(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    await alice.add_sighting(SIGHTING)
    await alice.open_card(SIGHTING)
    await grade(alice, "B")
    await noticed(alice, "offered", "Sighting graded")
    await (await browsers.person("Alice")).command(board, "search.set_appeal", {"level": "posters"})
    await set_found(alice)
    await noticed(alice, "offered", "tatus")
    await alice.choose("set-status")
    await alice("dialog input[value=open]").check()
    await alice.fill("status", {"reason": "It was another girl"})
    await alice("dialog [data-act=send]").click()
    await expect(alice("[data-testid=status]")).to_have_text("Open")
    await expect(alice("[data-testid=undo]")).to_have_count(0)


@pytest.mark.slow
async def test_a_column_moved_and_renamed_is_put_back(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")
    head = alice.column("waiting").locator("[data-act=column-menu]")
    await head.click()
    await alice.column("waiting").locator("[data-act=move-left]").click()
    await expect(alice("section.column").nth(2)).to_have_attribute("data-role", "waiting")
    await noticed(alice, "offered", "Column moved · Waiting")
    await alice.page.keyboard.press("Control+z")
    await expect(alice("section.column").nth(3)).to_have_attribute("data-role", "waiting")
    await expect(head).to_be_focused()
    await alice.same_as_server(board)


@pytest.mark.slow
async def test_nobody_is_offered_what_they_may_not_do(browsers: Browsers) -> None:
    board = await browsers.search()
    sighting = await browsers.sighting(board, SIGHTING)
    await (await browsers.person("Bob")).command(board, "sighting.grade", {"sighting": sighting, "grade": {"source": "E"}})
    victor, alice = await browsers.window("Victor"), await browsers.window("Alice")
    for window in (victor, alice):
        await window.open(f"/searches/{board}/cards/{sighting}")
        await expect(window("[data-testid=history] > li")).to_have_count(2)
    await expect(victor(UNDO)).to_have_count(0)
    await expect(alice(UNDO)).to_have_count(1)
    await (await browsers.person("Alice")).command(
        board, "search.set_status", {"status": "closed", "reason": "Home again", "acknowledge": "as it is"}
    )
    await expect(alice(UNDO)).to_have_count(0)


@pytest.mark.slow
async def test_axe_finds_no_barrier_in_what_is_said_of_undoing(browsers: Browsers) -> None:
    board = await browsers.search()
    sighting = await browsers.sighting(board, SIGHTING)
    alice = await browsers.window("Alice", viewport=TALL)
    await alice.open(f"/searches/{board}")
    await alice.open_card(SIGHTING)
    await grade(alice, "B")
    await noticed(alice, "offered", "Sighting graded")
    await alice("[data-testid=undo] p").hover()  # it stays while the pointer is on it
    found = await barriers(alice, "[data-testid=undo]") + await barriers(alice, "[data-testid=history]")
    await (await browsers.person("Bob")).command(board, "sighting.grade", {"sighting": sighting, "grade": {"source": "E"}})
    await expect(alice("[data-testid=grade]")).to_have_text("E6")
    await alice("[data-act=undo-last]").click()
    await noticed(alice, "refused", "Could not undo")
    assert found + await barriers(alice, "[data-testid=undo]") == []
