"""Alice closes a search with something still open: she is told what, says why, and Bob reads it."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.test_close_search import decide, send
from tests.browser.test_pages import TALL, barriers
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.tcp_proxy import proxy_to

pytestmark = pytest.mark.browser

OUTCOME = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
FOUND = {"status": "found", "reason": "Seen by a patrol, she went with them", "outcome": OUTCOME}
WHY = "The parents are on the way with the police."


async def found(browsers: Browsers) -> str:
    """A search that was found with its first tasks done, an appeal that is to be taken down, and a sighting nobody assessed."""
    board, alice = await browsers.search(), await browsers.person("Alice")
    entities = await alice.entities(board)
    (done,) = [each["id"] for each in entities if each["kind"] == "column" and each["state"]["role"] == "done"]
    for each in entities:
        if each["kind"] == "task":
            await alice.command(board, "card.move", {"card": each["id"], "column": done})
    await browsers.sighting(board, "A girl at the tram stop")
    await alice.command(board, "search.set_appeal", {"level": "discreet"})
    before = {each["id"] for each in entities} | {each["id"] for each in await alice.entities(board)}
    await alice.command(board, "search.set_status", FOUND)
    added = [each for each in await alice.entities(board) if each["kind"] == "task" and each["id"] not in before]
    for each in sorted(added, key=lambda task: task["state"]["number"])[1:]:  # the first takes down the appeal
        await alice.command(board, "card.move", {"card": each["id"], "column": done})
    return board


async def closing(window: Window) -> None:
    await decide(window, "set-status")
    await window("dialog input[value=closed]").check()


async def test_page_lists_open_items_after_found(browsers: Browsers) -> None:
    board = await found(browsers)
    alice, bob = await browsers.both_at(board)
    for window in (alice, bob):
        await expect(window("[data-testid=outcome]")).to_contain_text("family not told · police not told · Seen by a patrol")
        await expect(window("[data-testid=still-open]")).to_have_text(
            re_numbers("Before closing: not done: Task {task} · not assessed: Sighting {sighting}")
        )
    await bob("[data-testid=still-open] a", has_text="Sighting").click()
    await expect(bob.panel.locator("[data-testid=title]")).to_have_text("A girl at the tram stop")
    person = await browsers.person("Bob")
    entities = await person.entities(board)
    (sighting,) = [each["id"] for each in entities if each["kind"] == "sighting"]
    await person.command(board, "sighting.assess", {"sighting": sighting, "assessment": "not_the_child"})
    await expect(alice("[data-testid=still-open]")).not_to_contain_text("Sighting")


def re_numbers(text: str) -> "re.Pattern[str]":
    return re.compile(re.escape(text).replace(r"\ ", r"\s").replace(r"\{task\}", r"\d+").replace(r"\{sighting\}", r"\d+"))


async def test_alice_is_asked_why_and_bob_reads_it_beside_what_was_found(browsers: Browsers) -> None:
    board = await found(browsers)
    alice, bob = await browsers.both_at(board)
    await closing(alice)
    listed = alice("dialog [data-testid=open-list] li")
    await expect(listed).to_have_count(4)
    await expect(listed.nth(0)).to_have_text("The family has not been told.")
    await expect(listed.nth(1)).to_have_text("The police have not been told.")
    await expect(listed.nth(3)).to_contain_text("not assessed: Sighting")
    await alice.fill("status", {"reason": "At home"})
    await expect(alice("dialog [data-field=acknowledge] label")).to_have_text("Reason for closing it anyway *")
    await alice("dialog [data-act=send]").click()
    await expect(alice("dialog [data-field=acknowledge] .error")).to_have_text("This field is required.")
    await expect(alice.field("status", "acknowledge")).to_be_focused()
    await expect(bob("[data-testid=status]")).to_have_text("Found")
    await alice.page.keyboard.type(WHY)
    await alice.page.keyboard.press("Control+Enter")
    for window in (alice, bob):
        await expect(window("[data-testid=status]")).to_have_text("Closed")
        await expect(window("[data-testid=acknowledge]")).to_have_text(f"Closed anyway because: {WHY}")
        said = "Seen by a patrol, she went with them · closing note: At home"
        await expect(window("[data-testid=outcome]")).to_contain_text(said)
        await expect(window("[data-testid=still-open]")).to_have_count(0)
    await bob("[data-act=log]").click()
    last = bob("[data-testid=history] > li").first
    await expect(last.locator("[data-path=acknowledge]")).to_contain_text(WHY)
    await expect(last.locator(".reason")).to_have_text("At home")
    await bob("[data-bell] summary").click()
    await expect(bob("[data-testid=alerts] li").first).to_contain_text(f"Alice closed the search anyway, because: {WHY}")
    await bob.open("/")
    await expect(bob(f"[data-search='{board}'] .override-reason")).to_have_text(f"Closed anyway because: {WHY}")
    await bob.open(f"/searches/{board}/history")
    await expect(bob("[data-type='search.status_set'] [data-path=acknowledge]").first).to_contain_text(WHY)
    seq = (await (await browsers.person("Bob")).events(board))[-1]["seq"]
    await bob.page.goto(f"/searches/{board}?at={seq}")
    await expect(bob("[data-testid=acknowledge]")).to_contain_text(WHY)


@pytest.mark.slow
async def test_nothing_is_asked_when_nothing_is_open(browsers: Browsers) -> None:
    board, person = await found(browsers), await browsers.person("Alice")
    alice, bob = await browsers.both_at(board)
    await closing(alice)
    await expect(alice("dialog [data-testid=open-list]")).to_be_visible()
    for each in await person.entities(board):
        if each["kind"] in ("task", "sighting"):
            await person.command(board, "card.withdraw", {"card": each["id"]})
    await person.command(board, "search.set_outcome", {"outcome": {"family_told": True, "police_told": True}})
    await expect(alice("dialog [data-testid=open-list]")).to_have_count(0)
    await expect(alice("dialog [data-field=acknowledge]")).to_have_count(0)
    await alice.fill("status", {"reason": "At home"})
    await send(alice)
    await expect(bob("[data-testid=status]")).to_have_text("Closed")
    await expect(bob("[data-testid=acknowledge]")).to_have_count(0)


async def test_item_opened_meanwhile_is_named_by_the_server(browsers: Browsers) -> None:
    """Alice does not hear yet of the sighting that Bob took in when she closes the search."""
    board = await browsers.search()
    person = await browsers.person("Alice")
    for each in await person.entities(board):
        if each["kind"] == "task":
            await person.command(board, "card.withdraw", {"card": each["id"]})
    async with proxy_to(browsers.url) as line:
        alice = await browsers.window("Alice", url=line.url)
        await alice.open(f"/searches/{board}")
        await closing(alice)
        await alice.fill("status", {"reason": "Handed to the police"})
        line.hold_answers()
        await browsers.sighting(board, "A girl in Aalst")
        await expect(alice("dialog [data-testid=open-list]")).to_have_count(0)
        await alice("dialog [data-act=send]").click()
        await expect(alice("dialog")).to_have_count(0)
        line.release()
        await expect(alice("dialog [data-field=acknowledge] .error")).to_contain_text("Sightings that are not assessed:")
        await expect(alice("dialog [data-testid=open-list]")).to_contain_text("not assessed: Sighting")
        await expect(alice.field("status", "acknowledge")).to_be_focused()
        await expect(alice.field("status", "reason")).to_have_value("Handed to the police")
        await alice.fill("status", {"acknowledge": "It is another child."})
        await send(alice)
        await expect(alice("[data-testid=acknowledge]")).to_contain_text("It is another child.")
        await browsers.clear()


@pytest.mark.slow
async def test_family_told_is_corrected_on_a_closed_search_and_undone(browsers: Browsers) -> None:
    board, person = await found(browsers), await browsers.person("Alice")
    await person.command(board, "search.set_status", {"status": "closed", "reason": "At home", "acknowledge": WHY})
    alice, bob = await browsers.both_at(board)
    await expect(bob("[data-act=outcome]")).to_have_count(0)
    await decide(alice, "outcome")
    await alice.field("outcome", "outcome.family_told").check()
    await alice.fill("outcome", {"outcome.place": "Oostende", "reason": "Called at 23:40"})
    await send(alice)
    for window in (alice, bob):
        await expect(window("[data-testid=outcome]")).to_contain_text("Oostende · alive and well")
        await expect(window("[data-testid=outcome]")).to_contain_text("family told · police not told")
    await bob("[data-act=log]").click()
    await expect(bob("[data-testid=history] > li").first).to_contain_text("Outcome corrected")
    await expect(bob("[data-testid=history] > li").first).to_contain_text("Called at 23:40")
    await alice(".undo [data-act=undo-last]").click()
    await expect(bob("[data-testid=outcome]")).to_contain_text("family not told")


@pytest.mark.slow
async def test_axe_finds_no_barrier_where_a_search_is_closed(browsers: Browsers) -> None:
    board = await found(browsers)
    alice = await browsers.window("Alice", viewport=TALL)
    await alice.open(f"/searches/{board}")
    found_ = await barriers(alice)
    await closing(alice)
    await alice("dialog [data-act=send]").click()
    await expect(alice("dialog .error")).to_have_count(2)
    found_ += await barriers(alice, "dialog")
    await alice.page.keyboard.press("Escape")
    await decide(alice, "outcome")
    found_ += await barriers(alice, "dialog")
    assert found_ == []
