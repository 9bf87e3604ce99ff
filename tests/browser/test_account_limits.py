"""Account limits in the browser: a person who sends too much is told so and for how long; nothing is lost."""

import pytest
from playwright.async_api import expect

from board.engine import board_limits
from board.rate_limit import LimitResult
from tests.support.browsers import Browsers

pytestmark = pytest.mark.browser


@pytest.mark.slow
async def test_rate_limited_commands_are_kept_and_sent_when_allowed(browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    assert browsers.server is not None
    limits = browsers.server.service.limits
    board = await browsers.search()
    alice, bob = await browsers.both_at(board)
    with monkeypatch.context() as patch:
        asked: list[str] = []

        def refuse(account: str) -> LimitResult:
            asked.append(account)
            return LimitResult(limits.account, False, 0, 3.0)

        patch.setattr(limits, "count_message", refuse)
        await alice.add_sighting("A girl on tram 3")
        told = alice("[data-notice=too-many]")
        await expect(told).to_have_text("Too many changes at once: 1 is kept, and sent again in 3 s")
        card = alice.column("inbox").locator(".card.pending", has_text="A girl on tram 3")
        await expect(card).to_contain_text("waiting to be sent…")
        before = len(asked)
        await alice.add_sighting("A boy with a scooter")  # and waits together with the first one
        await expect(told).to_have_text("Too many changes at once: 2 are kept, and sent again in 3 s")
        assert await bob.card("A girl on tram 3").count() == 0
    assert len(asked) <= before + 2  # nothing is resent meanwhile
    for text in ("A girl on tram 3", "A boy with a scooter"):
        await expect(bob.card(text)).to_have_count(1)
        await expect(alice.column("inbox").locator(".card:not(.pending)", has_text=text)).to_have_count(1)
    await expect(told).to_have_count(0)
    await browsers.same(alice, bob, board)


CAPACITY = ".watch-line [data-notice=filling], .watch-line [data-notice=full]"
PLACES = """() => [
  ...document.querySelectorAll(".header-bar > *, .watch-line, main, main header, main .columns > *")
].map((each) => {
  const { x, y, width, height } = each.getBoundingClientRect();
  return [each.className, x, y, width, height].join(" ");
})"""
FILLING = {
    "en": "This board is filling up: {count} of {most} entries", "fr": "Ce tableau se remplit : {count} entrées sur {most}",
    "nl": "Dit bord raakt vol: {count} van {most} items", "de": "Dieses Board füllt sich: {count} von {most} Einträgen",
}  # fmt: skip


async def counted(browsers: Browsers, board: str) -> int:
    own = ("sighting", "task", "note", "column", *(() if board == "operations" else ("search",)))
    return len([each for each in await (await browsers.person("Alice")).entities(board) if each["kind"] in own])


@pytest.mark.slow
async def test_a_board_that_is_filling_up_says_so_and_moves_nothing(browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    board = await browsers.search()
    alice = await browsers.person("Alice")
    has = await counted(browsers, board)
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", has + 4)
    monkeypatch.setattr(board_limits, "NEARLY_FULL", (has + 1) / (has + 4))
    window = await browsers.window("Alice")
    await window.open(f"/searches/{board}")
    await window.freshness("live")
    said = window(CAPACITY)
    await expect(said).to_have_count(0)
    before = await window.page.evaluate(PLACES)
    await alice.command(board, "note.add", {"text": "a note in the log, which is no card"})
    await expect(said).to_contain_text(FILLING["en"].format(count=has + 1, most=has + 4))
    assert await window.page.evaluate(PLACES) == before
    for language in ("fr", "nl", "de"):
        other = await browsers.window("Bob", locale=f"{language}-BE")
        await other.open(f"/searches/{board}")
        filling = FILLING[language].format(count=has + 1, most=has + 4)
        await expect(other(CAPACITY)).to_have_text(filling)
    for _ in range(3):
        await alice.command(board, "note.add", {"text": "x"})
    await expect(said).to_contain_text("This board is full. Coordinators can add up to 500 more entries.")
    phone = await browsers.window("Bob", viewport={"width": 390, "height": 800})
    await phone.open(f"/searches/{board}")
    await expect(phone(CAPACITY)).to_contain_text("This board is full. Ask a coordinator to make room.")


@pytest.mark.slow
async def test_searches_do_not_fill_operations(browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    await browsers.search()
    alice, window = await browsers.person("Alice"), await browsers.window("Alice")
    await alice.command("operations", "note.add", {"text": "x"})
    notes = await counted(browsers, "operations")
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", notes + 2)
    monkeypatch.setattr(board_limits, "NEARLY_FULL", (notes + 1) / (notes + 2))
    await window.open("/")
    await window.freshness("live")
    said = window(CAPACITY)
    await browsers.search()
    await expect(said).to_have_count(0)
    await alice.command("operations", "note.add", {"text": "x"})
    await expect(said).to_contain_text(FILLING["en"].format(count=notes + 1, most=notes + 2))
