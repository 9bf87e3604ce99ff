"""A kind of card that is only declared (tests/support/vehicle_kind.py): the pages draw it without a script of its own."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, expect

from board.commands import registry
from tests.support.browser_window import Window
from tests.support.browsers import Browsers
from tests.support.display_page import open_display
from tests.support.tcp_proxy import proxy_to
from tests.support.vehicle_kind import KIND, create_table

pytestmark = pytest.mark.browser

PLATE = "1-ABC-234"  # of the first vehicle of a search, which has six tasks from the beginning
GIVEN = {"plate": PLATE, "make": "Volvo", "colour": "grey", "place": {"text": "Gent-Zuid"}}


@pytest.fixture(scope="module")
async def declared(browser_server: Browsers) -> AsyncIterator[None]:
    """Server whose boards have vehicles."""
    assert browser_server.server
    with registry.card_kind(KIND):
        await browser_server.server.service.database.write(create_table)
        yield


@pytest.fixture
async def board(browsers: Browsers, declared: None) -> str:
    return await browsers.search()


async def parked(browsers: Browsers, board: str) -> str:
    """Add a vehicle as Alice; return its id."""
    alice = await browsers.person("Alice")
    await alice.command(board, "vehicle.add", GIVEN)
    return str((await alice.events(board))[-1]["id"])


def fact(window: Window, path: str) -> Locator:
    return window.panel.locator(f'dd[data-field="{path}"]')


@pytest.mark.slow
async def test_form_adds_it_and_the_other_person_sees_it(browsers: Browsers, board: str) -> None:
    alice, bob = await browsers.both_at(board)
    await alice("[data-act=add-vehicle]").click()
    await expect(alice("dialog h2")).to_have_text("New: Vehicle")
    await alice("dialog [data-act=send]").click()
    await expect(alice("dialog")).to_be_hidden()  # nothing was typed
    await alice("[data-act=add-vehicle]").click()
    await alice("dialog summary").click()
    await alice.fill("add-vehicle", {"make": "Volvo", "place.text": "Gent-Zuid"})
    await alice("dialog [data-act=send]").click()
    await expect(alice("dialog [data-field=plate] .error")).to_have_text("This field is required.")
    await alice.fill("add-vehicle", {"plate": PLATE, "priority": "urgent"})
    await alice("dialog [data-act=send]").click()
    seen = bob.column("inbox").locator("article.card", has_text=PLATE)
    await expect(seen).to_contain_text(re.compile(r"Vehicle\s7.*urgent.*Volvo.*Gent-Zuid", re.S))
    await bob.open_card(PLATE)
    await expect(bob.panel).to_contain_text("Vehicle 7")
    await expect(fact(bob, "place.text")).to_have_text("Gent-Zuid")
    await expect(bob("[data-testid=history] > li")).to_contain_text("Vehicle added")


@pytest.mark.slow
@pytest.mark.parametrize(("decision", "outcome"), [("keep-mine", "black"), ("take-theirs", "red")])
async def test_two_changes_of_one_field_stand_side_by_side(browsers: Browsers, board: str, decision: str, outcome: str) -> None:
    await parked(browsers, board)
    async with proxy_to(browsers.url) as line:
        alice, bob = await browsers.window("Alice", url=line.url), await browsers.window("Bob")
        for window in (alice, bob):
            await window.open(f"/searches/{board}")
            await window.open_card(PLATE)
        line.hold()
        await alice.edit(colour="black")
        await expect(fact(alice, "colour")).to_have_text("black")  # at once, though it is still being sent
        await bob.edit(colour="red")
        await expect(bob("[data-pending]")).to_have_count(0)
        line.release()
        conflict = alice("[data-conflict=colour]")
        await expect(conflict.locator("[data-value=mine]")).to_have_text("black")
        await expect(conflict.locator("[data-value=theirs]")).to_have_text("red")
        await conflict.locator(f"[data-act={decision}]").click()
        for window in (alice, bob):
            await expect(fact(window, "colour")).to_have_text(outcome)


@pytest.mark.slow
async def test_it_is_moved_withdrawn_and_restored(browsers: Browsers, board: str) -> None:
    await parked(browsers, board)
    alice, bob = await browsers.both_at(board)
    await alice.move_by_menu(PLATE, "doing")
    await expect(bob.column("doing").locator(".card", has_text=PLATE)).to_be_visible()
    await bob.card(PLATE).locator("a").focus()
    await bob.page.keyboard.press("m")
    await bob("dialog[data-dialog=move]").wait_for()
    await bob.page.keyboard.press("ArrowUp")
    await bob.page.keyboard.press("Enter")
    await expect(alice.column("todo").locator(".card", has_text=PLATE)).to_be_visible()
    await alice.open_card(PLATE)
    await alice.withdraw()
    await expect(alice("dialog h2")).to_have_text("Withdraw Vehicle 7")
    await alice.fill("withdraw", {"reason": "Another car"})
    await alice("dialog [data-act=send]").click()
    await expect(bob("[data-testid=withdrawn]")).to_contain_text("1 withdrawn card")
    await alice.panel.locator("[data-act=restore]").click()
    await expect(bob.card(PLATE)).to_be_visible()


@pytest.mark.slow
async def test_its_history_is_told_and_a_change_undone(browsers: Browsers, board: str) -> None:
    card = await parked(browsers, board)
    alice, bob = await browsers.both_at(board)
    await alice.open_card(PLATE)
    await alice.edit(colour="black")
    await expect(alice("[data-testid=undo]")).to_contain_text("Vehicle changed · Vehicle 7")
    await alice("[data-act=undo-last]").click()
    await bob.open_card(PLATE)
    await expect(fact(bob, "colour")).to_have_text("grey")
    await bob.page.goto(f"/searches/{board}/history?kind=vehicle")
    told = bob("[data-sentence]")
    await expect(told).to_have_text([
        "Alice undid: Vehicle changed · Vehicle 7",
        "Alice changed “colour” on Vehicle 7 from “grey” to “black”",
        f"Alice added Vehicle 7: {PLATE}",
    ])  # fmt: skip
    await expect(told.last.locator("a")).to_have_attribute("href", f"/searches/{board}/cards/{card}")
    await expect(bob("[data-active-filter=kind]")).to_contain_text("Vehicles")


@pytest.mark.slow
async def test_it_is_found_and_filtered(browsers: Browsers, board: str) -> None:
    await parked(browsers, board)
    await browsers.sighting(board, "Girl with a red coat")
    alice, bob = await browsers.both_at(board)
    await alice("#find").fill("abc")
    await expect(alice("[data-hit]")).to_contain_text(re.compile(rf"Vehicle\s7.*Plate.*{PLATE}", re.S))
    await expect(alice("article.card")).to_have_count(1)
    await bob("[data-filter=menu]").click()
    await bob("select[data-filter=kind]").select_option("Vehicles")
    await expect(bob("article.card")).to_have_count(1)
    await expect(bob("[data-active-filter=kind]")).to_contain_text("Vehicles")
    assert "kind=vehicle" in bob.page.url
    await bob.page.keyboard.press("Escape")
    await bob.page.keyboard.press("Control+K")
    await bob("dialog[data-dialog=palette] input").fill("New: Veh")
    await bob.page.keyboard.press("ArrowDown")
    await bob.page.keyboard.press("Enter")
    await expect(bob("dialog[data-dialog=add-vehicle]")).to_be_visible()


@pytest.mark.slow
async def test_it_is_news_and_in_the_handover(browsers: Browsers, board: str) -> None:
    bob = await browsers.window("Bob")
    await bob.open(f"/searches/{board}")
    person, alice = await browsers.person("Bob"), await browsers.person("Alice")
    head = (await alice.http.get(f"/api/v1/boards/{board}")).json()
    mark = {"board": board, "epoch": head["epoch"], "seq": head["seq"]}
    await bob.page.goto("/handover")
    assert (await person.http.post("/api/v1/seen", json=mark)).status_code < 300
    card = await parked(browsers, board)
    await bob.page.goto("/since")
    news = bob(f"[data-unseen-board='{board}']")
    await expect(news.locator("[data-testid=net]")).to_contain_text(f"Vehicle 7 {PLATE} added")
    await bob.page.goto("/handover")
    section = bob(f"[data-section='{board}']")
    await expect(section.locator("section", has=bob("h3", has_text="Vehicles"))).to_contain_text(PLATE)
    await expect(section.locator(f"[data-card='{card}'] a")).to_be_visible()


@pytest.mark.slow
async def test_replay_shows_it_as_it_was(browsers: Browsers, board: str) -> None:
    card = await parked(browsers, board)
    alice = await browsers.person("Alice")
    then = (await alice.events(board))[-1]["seq"]
    await alice.command(board, "vehicle.update", {"vehicle": card, "plate": "2-XYZ-987"})
    bob = await browsers.window("Bob")
    await bob.page.goto(f"/searches/{board}?at={then}")
    await expect(bob.card(PLATE)).to_contain_text("Vehicle 7")
    await bob.page.goto(f"/searches/{board}?at={then + 1}&with={then}")
    await expect(bob.card("2-XYZ-987")).to_be_visible()
    await expect(bob("[data-testid=compared]")).to_contain_text(re.compile(rf"Vehicle\s7.*Plate: {PLATE} → 2-XYZ-987", re.S))


async def test_display_gets_nothing_of_what_is_written_on_it(browsers: Browsers, board: str) -> None:
    window, _ = await open_display(browsers, [board])
    await window.page.goto("/wall")
    await parked(browsers, board)
    await browsers.sighting(board, "Girl with a red coat")
    await expect(window("[data-display-content]")).to_contain_text("Sighting 8")
    received = str([frame.body for frame in window.frames if not frame.sent])
    assert '"sighting"' in received.replace("'", '"')
    for text in (PLATE, "Volvo", "grey", "Gent-Zuid"):
        assert text not in received
