"""Two people drop one card at the same moment: whatever wins, both screens and the server show the same."""

import asyncio
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest

from tests.support.browser_window import Window, wait_until
from tests.support.browsers import Browsers
from tests.support.tcp_proxy import TcpProxy, proxy_to

pytestmark = pytest.mark.browser

ROUNDS = [8, 50]
EXACT_TIES = 4  # every so many rounds both drop it at the very same place
SEED = 7
CARDS = 8
TALL = {"width": 1400, "height": 1600}  # all cards are on the screen, also in one column

Place = tuple[str, str | None]  # column, and the card before which it goes, or None for the end


@pytest.fixture
async def line(browser_server: Browsers) -> AsyncIterator[TcpProxy]:
    async with proxy_to(browser_server.url) as line:
        yield line


@pytest.mark.slow
@pytest.mark.parametrize("rounds", ROUNDS)
async def test_two_drops_of_one_card_at_the_same_moment_leave_all_screens_equal(
    line: TcpProxy, browsers: Browsers, rounds: int
) -> None:
    random = Random(SEED)
    board = await browsers.search()
    await _spread_out(browsers, board)
    alice, bob = [await browsers.window(name, url=line.url, viewport=TALL) for name in ("Alice", "Bob")]
    for window in (alice, bob):
        await window.open(f"/searches/{board}")
        await window.draggable()  # before the line is held
    overlaps, equal = [], 0
    for number in range(rounds):
        before = await alice.same_as_server(board)
        card = random.choice([each[0] for _, cards in before["columns"] for each in cards])
        places = random.sample(_places(before, card), 2)
        if number % EXACT_TIES == 0:
            places[1] = places[0]
        overlaps.append(await _both_drop(line, (alice, bob), card, places))
        equal += await alice.same_as_server(board) == await bob.same_as_server(board)
    # Until the gate opened, each window had sent its own command and received no move.
    assert overlaps == [[["sent"], ["sent"]]] * rounds
    assert equal == rounds


async def _both_drop(line: TcpProxy, windows: tuple[Window, Window], card: str, places: list[Place]) -> list[list[str]]:
    """Both let the card go while nothing that a browser sends gets through; then both commands go on at once.
    What each window had sent and heard of moves until then."""
    begun = [len(window.frames) for window in windows]
    line.hold()
    await asyncio.gather(*(_drop(window, card, place) for window, place in zip(windows, places, strict=True)))
    await wait_until(lambda: all("sent" in _moves(*each, card) for each in zip(windows, begun, strict=True)))
    await wait_until(lambda: line.held == len(windows))
    overlap = [_moves(*each, card) for each in zip(windows, begun, strict=True)]
    line.release()
    await wait_until(lambda: all(_acknowledged(*each) for each in zip(windows, begun, strict=True)))
    return overlap


async def _drop(window: Window, card: str, place: Place) -> None:
    column, before = place
    taken = window(f'article[data-card="{card}"]')
    await window.drag(taken, window(f'[data-column="{column}"]'), window(f'article[data-card="{before}"]') if before else None)


def _moves(window: Window, begun: int, card: str) -> list[str]:
    """Return the moves of this card in the frames since then."""
    said = []
    for frame in window.frames[begun:]:
        if frame.sent and frame.body.get("name") == "card.move" and frame.body["data"]["card"] == card:
            said.append("sent")
        if not frame.sent and any(event.get("id") == card for event in frame.body.get("events", [])):
            said.append("heard")
    return said


def _acknowledged(window: Window, begun: int) -> bool:
    return any(frame.body["type"] == "ack" for frame in window.frames[begun:] if not frame.sent)


def _places(shown: dict[str, Any], card: str) -> list[Place]:
    """Return every other place where a card can be dropped."""
    places: list[Place] = []
    for column, cards in shown["columns"]:
        ids = [each[0] for each in cards]
        others = [*ids, None]
        still = {card, others[ids.index(card) + 1]} if card in ids else set()
        places += [(column, before) for before in others if before not in still]
    return places


async def _spread_out(browsers: Browsers, board: str) -> None:
    """Eight cards over the columns; the first tasks of the search are out of the way."""
    alice = await browsers.person("Alice")
    entities = await alice.entities(board)
    columns = [each["id"] for each in entities if each["kind"] == "column"]
    for task in (each for each in entities if each["kind"] == "task"):
        await alice.command(board, "card.withdraw", {"card": task["id"]})
    for number in range(CARDS):
        given = {"column": columns[number % len(columns)]}
        if number % 2:
            await alice.command(board, "task.add", given | {"title": f"Task {number}"})
        else:
            await alice.command(board, "sighting.add", given | {"description": f"Seen at corner {number}"})
