"""Room on a board in the browser: warnings, the sentences on a full board, and a card that left and comes back."""

import pytest
from playwright.async_api import Route, expect

from board.engine import board_limits
from tests.support.board_shares import set_shares
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser

SHARE = ".watch-line [data-notice=share]"


@pytest.mark.slow
async def test_a_person_is_warned_before_a_share_is_used_and_told_when_it_is(
    browsers: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert browsers.server is not None
    set_shares(monkeypatch, browsers.server.service, account=10, token=10)
    board = await browsers.search()
    bob, other = await browsers.person("Bob"), await browsers.window("Alice")
    for _ in range(7):
        await bob.command(board, "note.add", {"text": "x"})
    window = await browsers.window("Bob")
    await window.open(f"/searches/{board}")
    await expect(window(SHARE)).to_have_count(0)
    await window.add_sighting("A girl on tram 3")
    await expect(window(SHARE)).to_contain_text(
        "You added 8 entries of this board, of at most 10. Ask a coordinator to make room."
    )
    for _ in range(2):
        await bob.command(board, "note.add", {"text": "x"})
    await window.reload()
    await expect(window(SHARE)).to_contain_text("You added 10 entries of this board, the most for one account.")
    await other.open(f"/searches/{board}")
    await expect(other(SHARE)).not_to_contain_text("10 entries")


async def test_a_coordinator_makes_room_and_a_card_comes_back(browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    added = await alice.command(board, "sighting.add", {"description": "A girl on tram 3"})
    card = next(event["id"] for event in await alice.events(board) if event["seq"] == added["seqs"][0])
    await alice.command(board, "card.withdraw", {"card": card})
    await alice.command(board, "note.add", {"text": "Her aunt was called"})
    has = len(await alice.entities(board))
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", has - 1)
    window, helper = await browsers.both_at(board)
    await expect(window("[data-notice=full]")).to_contain_text("Coordinators can add up to 500 more entries.")
    await expect(helper("[data-notice=full]")).to_contain_text("Ask a coordinator to make room.")
    await expect(helper("[data-act=make-room]")).to_have_count(0)
    await window("[data-notice=full] [data-act=make-room]").click()
    dialog = window("[data-dialog=make-room]")
    await expect(dialog.locator("[data-act=run]")).to_be_disabled()
    await dialog.locator("[name=days]").select_option("0")
    await expect(dialog.locator("[data-act=run]")).to_have_text("Make room: 2 entries")
    await dialog.locator("[name=notes]").uncheck()
    await dialog.locator("[data-act=run]").click()
    await expect(dialog.locator("[role=status].said")).to_have_text("1 entry left the board.")
    await dialog.locator("[data-act=cancel]").click()
    await helper.open(f"/searches/{board}/cards/{card}")
    panel = helper("[data-panel=gone]")
    await expect(panel).to_contain_text("A girl on tram 3")
    await expect(panel).to_contain_text("Left the board:")
    monkeypatch.undo()
    await panel.locator("[data-act=bring-back]").click()
    await expect(helper(".panel[data-panel]:not([data-panel=gone])")).to_contain_text("A girl on tram 3")
    await browsers.same(window, helper, board)


async def test_room_for_an_earlier_choice_replaces_no_later_one(browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    board, alice = await browsers.search(), await browsers.person("Alice")
    await alice.command(board, "note.add", {"text": "Her aunt was called"})
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", len(await alice.entities(board)) - 1)
    window, held = await browsers.window("Alice"), list[Route]()

    async def hold(route: Route) -> None:
        held.append(route)

    await window.page.route("**/room?unchanged_days=30*", hold)
    await window.open(f"/searches/{board}")
    await window("[data-notice=full] [data-act=make-room]").click()
    run = window("[data-dialog=make-room] [data-act=run]")
    await window("[data-dialog=make-room] [name=days]").select_option("0")
    await expect(run).to_have_text("Make room: 1 entry")
    async with window.page.expect_event("requestfinished", lambda request: "unchanged_days=30" in request.url):
        await held[0].continue_()
    await window.page.evaluate("fetch('/api/v1/me').then((answer) => answer.text())")  # it has also read the earlier answer
    await expect(run).to_have_text("Make room: 1 entry")
