"""Two people work one search in two browsers: each sees at once what the other does, and can trust what they see."""

import re

import pytest
from playwright.async_api import Route, expect

from board.accounts import live_changes
from tests.support.browser_window import PATIENCE_MS, wait_until
from tests.support.browsers import Browsers
from tests.support.people import PASSWORD

pytestmark = pytest.mark.browser

SIGHTING = "Girl with a red coat at the Graslei"


async def test_alice_adds_a_sighting_and_bob_a_task_and_both_see_both(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    await alice.add_sighting(SIGHTING, **{"place.text": "Graslei, Gent", "channel": "hotline"})
    seen = bob.column("inbox").locator("article.sighting", has_text=SIGHTING)
    await expect(seen).to_contain_text("Graslei, Gent")
    await expect(seen).to_contain_text("hotline")
    await bob.add_task("Ask the ferry for its pictures")
    await expect(alice.column("todo").locator("article.task", has_text="Ask the ferry")).to_be_visible()
    await browsers.same(alice, bob, board)


@pytest.mark.slow
async def test_bob_grades_and_assesses_a_sighting_and_alice_sees_it(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, SIGHTING)
    alice, bob = await browsers.both_at(board)
    await bob.open_card(SIGHTING)
    await bob.fill("grade", {"grade.source": "B", "grade.content": "2"})
    await bob("[data-act=grade]").click()
    await expect(alice.card(SIGHTING).locator(".grade")).to_have_text("B2")
    await bob.fill("assessment", {"assessment": "credible", "reason": "The coat is on the photo"})
    await bob("[data-act=assess]").click()
    await expect(alice.card(SIGHTING)).to_contain_text("credible")
    await browsers.same(alice, bob, board)
    await alice.open_card(SIGHTING)
    story = alice("[data-testid=history] > li")
    await expect(story.first).to_contain_text("The coat is on the photo")
    await expect(story.nth(1)).to_contain_text(re.compile("Bob.*Source grade.*F.*→.*B", re.S))


async def test_cards_move_by_menu_by_mouse_and_by_finger(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, SIGHTING)
    alice, bob = await browsers.window("Alice"), await browsers.window("Bob", has_touch=True)
    for window in (alice, bob):
        await window.open(f"/searches/{board}")
    await alice.move_by_menu(SIGHTING, "doing")
    await expect(bob.column("doing").locator(".card", has_text=SIGHTING)).to_be_visible()
    await browsers.same(alice, bob, board)
    await alice.drag(alice.card(SIGHTING), alice.column("todo"), alice.column("todo").locator(".card").first)
    await expect(bob.column("todo").locator(".card").first).to_contain_text(SIGHTING)
    await browsers.same(alice, bob, board)
    await bob.drag_by_finger(bob.card(SIGHTING), bob.column("waiting"))
    await expect(alice.column("waiting").locator(".card", has_text=SIGHTING)).to_be_visible()
    await browsers.same(alice, bob, board)


@pytest.mark.slow
async def test_cards_move_by_menu_if_the_line_fails_and_by_mouse_once_it_is_back(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, SIGHTING)
    bob, failed = await browsers.window("Bob"), []
    bob.may_fail("Failed to load resource: net::ERR_FAILED")

    async def cut(route: Route) -> None:
        failed.append(route.request.url)
        await route.abort()

    await bob.page.route("**/sortable.js", cut, times=1)
    await bob.open(f"/searches/{board}")
    await wait_until(lambda: failed)
    await bob.move_by_menu(SIGHTING, "doing")
    await bob.drag(bob.card(SIGHTING), bob.column("todo"), bob.column("todo").locator(".card").first)
    await expect(bob.column("todo").locator(".card", has_text=SIGHTING)).to_be_visible()
    assert len(failed) == 1


async def test_two_people_edit_two_fields_of_one_card_and_both_are_kept(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, SIGHTING)
    alice, bob = await browsers.both_at(board)
    for window in (alice, bob):
        await window.open_card(SIGHTING)
        await window.panel.locator("[data-act=edit]").click()
    await alice.fill("facts", {"direction": "towards the Korenmarkt"})
    await bob.fill("facts", {"clothing": "red coat, white shoes"})
    for window in (alice, bob):
        await window.panel.locator("[data-act=save]").click()
    for window in (alice, bob):
        await expect(window.panel.locator("dd[data-field=direction]")).to_have_text("towards the Korenmarkt")
        await expect(window.panel.locator("dd[data-field=clothing]")).to_have_text("red coat, white shoes")
    await browsers.same(alice, bob, board)


@pytest.mark.slow
async def test_a_task_is_assigned_and_its_checklist_ticked(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    await alice.add_task("Ask the ferry for its pictures")
    await bob.open_card("Ask the ferry")
    await bob("[data-act=take]").click()
    await expect(alice.card("Ask the ferry").get_by_label("Bob")).to_be_visible()
    for item in ("deck", "quay"):
        await bob("form[data-form=item] input").fill(item)
        await bob("form[data-form=item] button").click()
        await expect(bob("[data-testid=checklist] li[data-item]", has_text=item)).to_be_visible()
    await alice.open_card("Ask the ferry")
    await alice("[data-testid=checklist] li", has_text="quay").locator("input").check()
    await expect(bob.card("Ask the ferry").locator(".ticks")).to_have_text("1 of 2")
    told = [text.replace("\n", " ") for text in await bob("[data-testid=history] > li [data-path]").all_inner_texts()]
    assert told[:3] == ["Checklist: ☐ quay → ☑ quay", "Checklist: ☐ quay", "Checklist: ☐ deck"]
    await browsers.same(alice, bob, board)


@pytest.mark.slow
async def test_new_colleague_has_a_name_on_open_screens(browsers: Browsers) -> None:
    board = await browsers.search()
    alice = await browsers.window("Alice")
    await alice.open(f"/searches/{board}")  # it requests the names of all accounts
    assert browsers.server is not None
    dora = await live_changes.add_account(browsers.server.service, "dora@desk.example", "Dora", "investigator", PASSWORD)
    await (await browsers.person("Bob")).command(board, "task.add", {"title": "Dora's", "assignee": dora})
    await expect(alice.card("Dora's").locator(".assignee bdi")).to_have_text("Dora", timeout=PATIENCE_MS)


@pytest.mark.slow
async def test_a_note_is_read_by_the_other_with_its_author(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, SIGHTING)
    alice, bob = await browsers.both_at(board)
    await alice.open_card(SIGHTING)
    await bob.open_card(SIGHTING)
    await bob.fill("note", {"text": "The mother knows the coat", "category": "contact"})
    await bob("[data-act=add-note]").click()
    note = alice("li.note", has_text="The mother knows the coat")
    await expect(note).to_contain_text("Bob")
    await expect(note).to_have_attribute("data-category", "contact")


@pytest.mark.slow
async def test_a_card_is_withdrawn_and_restored_on_both_screens(browsers: Browsers) -> None:
    board = await browsers.search()
    await browsers.sighting(board, SIGHTING)
    alice, bob = await browsers.both_at(board)
    await alice.open_card(SIGHTING)
    await alice.withdraw()
    await alice.fill("withdraw", {"reason": "Entered twice"})
    await alice("dialog [data-act=send]").click()
    await expect(bob.card(SIGHTING)).to_have_count(0)
    await browsers.same(alice, bob, board)
    await bob("[data-testid=withdrawn] summary").click()
    await bob("[data-testid=withdrawn] a").click()
    await bob("[data-act=restore]").click()
    await expect(alice.card(SIGHTING)).to_be_visible()
    await browsers.same(alice, bob, board)


async def test_a_child_that_is_found_is_found_on_every_screen(browsers: Browsers) -> None:
    board = await browsers.search(person={"first_name": "Fien", "last_name": "Peeters", "age": 9})
    alice, bob = await browsers.both_at(board)
    desk = await browsers.window("Bob")
    await desk.open("/")
    await expect(desk(f"[data-column=open] [data-search='{board}']")).to_be_visible()
    await alice.choose("set-status")
    await alice("dialog input[value=found]").check()
    outcome = {"outcome.place": "At her grandmother's", "outcome.condition": "well", "outcome.how": "came_back"}
    await alice.fill("status", outcome | {"reason": "She came home by herself"})
    await alice.field("status", "outcome.family_told").check()
    await alice("dialog [data-act=send]").click()
    await expect(bob("[data-testid=status]")).to_have_text("Found")
    told = bob("[data-testid=outcome]")
    for words in ("At her grandmother's", "alive and well", "came back", "family told", "police not told", "She came home"):
        await expect(told).to_contain_text(words)
    await expect(bob("[data-testid=clock]")).to_have_class(re.compile("stopped"))
    await expect(desk(f"[data-column=found] [data-search='{board}']")).to_contain_text("Fien P.")
    await browsers.same(alice, bob, board)
