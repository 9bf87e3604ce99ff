"""Unseen changes in the browser: shown on cards, in counts, and search by search. Only cards that were on the screen count as
seen."""

import asyncio
import re
import time

import pytest
from playwright.async_api import Request, expect
from sqlalchemy import text

from tests.browser.test_pages import barriers, keep, overflow
from tests.support.browser_window import Window
from tests.support.browsers import Browsers, SignedInUser
from tests.support.journal_sql import BOARD
from tests.support.people import PATIENCE_S

pytestmark = pytest.mark.browser

SIGHTING = "Girl with a red coat at the Graslei"
READ_MS = 15_000  # time for an open page to mark more as read, on a busy machine
AWAY = "() => { document.hasFocus = () => false; }"  # a window that is open, and nobody at it


def tells(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith("/api/v1/seen")


async def head(person: SignedInUser, board: str) -> int:
    return int((await person.http.get(f"/api/v1/boards/{board}")).json()["seq"])


async def seen(person: SignedInUser, board: str) -> int | None:
    """Return a person's read position on a board, as the server has it."""
    marks = (await person.http.get("/api/v1/seen")).json()["seen"]
    return next((int(each["seq"]) for each in marks if each["board"] == board), None)


async def has_seen(person: SignedInUser, board: str, seq: int) -> None:
    """Wait until the server has this read position."""
    deadline = time.monotonic() + PATIENCE_S
    while await seen(person, board) != seq:
        assert time.monotonic() < deadline, f"{await seen(person, board)} for {seq}"
        await asyncio.sleep(0.05)


async def sees_now(person: SignedInUser, board: str) -> None:
    """Move a person's read position to the end, as another screen would."""
    answer = (await person.http.get(f"/api/v1/boards/{board}")).json()
    assert (await person.http.post("/api/v1/seen", json={key: answer[key] for key in ("board", "epoch", "seq")})).is_success


async def graded_back_and_moved(browsers: Browsers, board: str, card: str) -> None:
    """Change a sighting as Bob while Alice is away."""
    bob = await browsers.person("Bob")
    for source in ("B", "F"):
        await bob.command(board, "sighting.grade", {"sighting": card, "grade": {"source": source}})
    columns = {each["state"]["role"]: each["id"] for each in await bob.entities(board) if each["kind"] == "column"}
    await bob.command(board, "card.move", {"card": card, "column": columns["doing"]})
    await bob.command(board, "task.add", {"title": "Ring the school"})


async def leave(window: Window) -> None:
    await window.page.goto("/account")


async def test_cards_on_screen_count_as_seen_and_later_changes_are_shown(browsers: Browsers) -> None:
    board = await browsers.search()
    alice, bob, window = await browsers.person("Alice"), await browsers.person("Bob"), await browsers.window("Alice")
    assert await seen(alice, board) == await head(alice, board), "she opened it"
    card = await bob.add(board, "sighting.add", {"description": SIGHTING})
    assert await seen(alice, board) != await head(alice, board)
    async with window.page.expect_response(lambda answer: answer.url.endswith("/api/v1/seen")):
        await window.open(f"/searches/{board}")
    await bob.command(board, "task.add", {"title": "Ask the neighbours"})
    await expect(window.card("Ask the neighbours")).to_be_visible()
    await leave(window)  # leaving the page reports the position at once
    await has_seen(alice, board, await head(alice, board))

    await graded_back_and_moved(browsers, board, card)
    await alice.command(board, "task.add", {"title": "Call the aunt"})  # of her own: listed, and not new to her
    again = await browsers.window("Alice")  # another screen
    await again.open("/")
    count = again(f"[data-search='{board}'] [data-count=news]")
    await expect(count).to_have_text("4 new")
    await count.click()
    news = again(f"[data-unseen-board='{board}']")
    await expect(news.locator("[data-unseen-summary]")).to_have_text(re.compile(r"^4 events since .*, and 1 of your own$"))
    await expect(news.locator("[data-testid=counts]")).to_have_text("New or changed: 1 sighting · 1 task")
    await expect(news.locator("[data-testid=net] > li")).to_have_count(2)
    await expect(news.locator(f"[data-testid=net] > [data-id='{card}'] li")).to_have_text("Column: New → Doing")
    await expect(news.locator("[data-change=added]")).to_contain_text("Ring the school")
    await expect(news.locator("[data-testid=back] li")).to_contain_text("Source grade")
    await expect(news.locator("[data-testid=told] li")).to_have_count(5)
    await expect(news.locator("[data-testid=told] li").first).to_contain_text("Bob graded Sighting")

    await news.locator("[data-act=seen]").click()
    await expect(news).to_have_count(0)
    await again("[data-act=undo-seen]").click()
    await expect(news).to_have_count(1)
    await again.open(f"/searches/{board}")
    await expect(again.card(SIGHTING).locator(".change-note")).to_contain_text("moved by Bob")
    await expect(again.card("Ring the school").locator(".change-note")).to_contain_text("added by Bob")
    await expect(again("[data-chip=changed]")).to_have_text("Changed 2")
    await again("[data-chip=changed]").click()
    await expect(again("article.card")).to_have_count(2)


async def test_event_right_after_a_reload_is_on_the_page_too(browsers: Browsers) -> None:
    board = await browsers.search()
    bob, charlie, window = await browsers.person("Bob"), await browsers.person("Charlie"), await browsers.window("Charlie")
    await sees_now(charlie, board)
    await bob.command(board, "note.add", {"text": "a first one"})
    await window.page.goto("/since")
    news = window(f"[data-unseen-board='{board}'] [data-testid=net]")
    await expect(news).to_contain_text("a first one")
    for said in ("a second one", "a third one"):  # each as soon as the one before is there; then it is quiet
        await bob.command(board, "note.add", {"text": said})
        await expect(news).to_contain_text(said, timeout=READ_MS)


@pytest.mark.slow
async def test_a_board_that_nobody_looks_at_is_not_seen(browsers: Browsers) -> None:
    board = await browsers.search()
    bob, window = await browsers.person("Bob"), await browsers.window("Bob")
    await window.page.add_init_script(f"({AWAY})()")
    await window.open(f"/searches/{board}")
    await leave(window)
    assert await seen(bob, board) is None
    await window.open(f"/searches/{board}")
    await window.page.mouse.move(300, 300)  # somebody is there
    async with window.page.expect_request(tells):
        await expect(window("[data-testid=board]")).to_be_visible()
    await has_seen(bob, board, await head(bob, board))


@pytest.mark.slow
async def test_all_is_marked_as_seen_when_it_was_not_taken_back(browsers: Browsers) -> None:
    old, new = await browsers.search(), await browsers.search()
    charlie, window = await browsers.person("Charlie"), await browsers.window("Charlie")
    await sees_now(charlie, old)
    await (await browsers.person("Bob")).command(old, "note.add", {"text": "one more"})
    await window.page.goto("/since")
    await expect(window(f"[data-unseen-board='{new}']")).to_contain_text("You have not opened this board before")
    await expect(window(f"[data-unseen-board='{old}'] [data-testid=net]")).to_contain_text("one more")
    before = await seen(charlie, old)
    await window(f"[data-unseen-board='{old}'] [data-act=seen]").focus()
    await window.page.keyboard.press("Enter")
    await expect(window(f"[data-unseen-board='{old}']")).to_have_count(0)
    await expect(window("[data-unseen-board] :focus")).to_have_count(1)  # it continues from the card in its place
    await window("[data-act=undo-seen]").click()
    await window("[data-act=all-seen]").click()
    await expect(window("[data-unseen-board]")).to_have_count(0)
    assert await seen(charlie, old) == before  # for as long as it can be taken back
    await leave(window)
    for board in (old, new):
        await has_seen(charlie, board, await head(charlie, board))
    await window.page.goto("/since")
    await expect(window(".unseen-header")).to_contain_text("Nothing new")


async def test_news_are_in_the_order_of_all_searches_and_by_importance(browsers: Browsers) -> None:
    older = await browsers.search(missing_since="2026-11-20T10:00:00Z")
    newer = await browsers.search(missing_since="2026-11-24T10:00:00Z")
    bob, window = await browsers.person("Bob"), await browsers.window("Charlie")
    for said in ("one", "two", "three"):
        await bob.command(older, "note.add", {"text": said})
    await bob.command(older, "note.add", {"text": "Search the canal", "category": "decision"})
    await bob.command(older, "sighting.add", {"description": SIGHTING, "priority": "urgent"})
    await window.page.goto("/since")
    # the urgent sighting is an alarm that nobody has, so its search is first as soon as that is known
    await expect(window(f"[data-unseen-board='{older}'] ~ [data-unseen-board='{newer}']")).to_be_visible()
    news = window(f"[data-unseen-board='{older}']")
    await news.locator("[data-act=show-news]").click()
    important = news.locator("[data-testid=important] > li")
    await expect(important.nth(1)).to_contain_text(SIGHTING)
    order = await important.evaluate_all("all => all.map((each) => each.dataset.importance)")
    assert list(dict.fromkeys(order)) == ["opened", "urgent", "decision"]
    await expect(important.last).to_contain_text("Search the canal")
    await expect(news.locator("[data-testid=counts]")).to_have_text(re.compile("^New or changed: .*3 notes"))
    await expect(news.locator("[data-testid=net]")).to_be_hidden()


@pytest.mark.slow
async def test_the_page_is_for_every_eye_and_fits(browsers: Browsers) -> None:
    board = await browsers.search()
    card = await browsers.sighting(board, SIGHTING)
    await sees_now(await browsers.person("Victor"), board)
    await graded_back_and_moved(browsers, board, card)
    victor = await browsers.window("Victor")
    await victor.page.goto("/since")
    await victor(f"[data-unseen-board='{board}'] [data-testid=counts]").click()
    await victor(f"[data-unseen-board='{board}'] [data-testid=net]").wait_for()
    for width in (1400, 390):
        await victor.page.set_viewport_size({"width": width, "height": 900})
        assert not await overflow(victor), width
        await keep(victor, "since", width)
        assert not await barriers(victor, "main"), width


async def test_the_history_says_up_to_where_its_chain_holds_or_what_is_wrong(browsers: Browsers) -> None:
    board = await browsers.search()
    window = await browsers.window("Victor")
    await window.page.goto(f"/searches/{board}/history")
    chain = window("[data-chain][data-verified=true]")
    seq = await head(await browsers.person("Victor"), board)
    await expect(chain).to_have_text(re.compile(rf"^Integrity verified, {seq} events: [0-9a-f]{{16}}…$"))
    assert browsers.server
    service, edit = browsers.server.service, text(f"UPDATE event SET type = 'x' WHERE board = {BOARD} AND seq = 3")
    await service.database.write(lambda session: session.connection().execute(edit, {"board": board}))
    await service.database.write(lambda session: session.connection().execute(text("DELETE FROM verified")))
    service.verified_chains.cached.clear()
    await window.reload()
    await expect(window("[data-chain][data-verified=false]")).to_contain_text("Integrity check failed: event 3 was changed")
