"""Board as it is after a week: many cards in all columns, with notes and assignees."""

import asyncio
from typing import Any

from sqlmodel import select

from board.accounts import live_changes
from board.engine.identity import Caller
from board.service import BoardService
from models.board import Board
from models.column import Column
from models.entity import Entity
from models.sighting import Sighting
from models.task import Task
from tests.support.people import PASSWORD
from tests.tools.bench._server import create_coordinator, create_coordinators, execute, open_search, open_service
from tests.tools.bench._workload import SIGHTING_TEXT

BATCH_SIZE = 100  # commands that are sent before their acks are waited for
PEOPLE = ("Alice", "Bob")


async def big_board(settings: dict[str, str], cards: int, notes: int) -> tuple[str, str]:
    """Create a search with this number of cards and notes; return a token, and its id. Alice and Bob can sign in."""
    token, (board,) = await big_boards(settings, cards, notes, 1)
    return token, board


async def big_boards(settings: dict[str, str], cards: int, notes: int, count: int) -> tuple[str, list[str]]:
    """Create `count` similar searches; return a token, and their ids. Alice and Bob can sign in."""
    service = await open_service(settings)
    (token,) = await create_coordinators(service, 1)
    for name in PEOPLE:
        await live_changes.add_account(service, f"{name.lower()}@desk.example", name, "coordinator", PASSWORD)
    caller = await create_coordinator(service)
    boards = [await _filled(service, caller, cards, notes) for _ in range(count)]
    await service.close()
    return token, boards


async def _filled(service: BoardService, caller: Caller, cards: int, notes: int) -> str:
    board = await open_search(service, caller)
    columns, made = await _ids(service, board, Column), await _ids(service, board, Task)  # the search's first ones
    await _all(service, caller, board, [_card(number, columns, caller.account.id) for number in range(cards - len(made))])
    ids = [*await _ids(service, board, Sighting), *await _ids(service, board, Task)]
    texts = [{"text": f"{number}. Called back: {SIGHTING_TEXT}", "card": ids[number % len(ids)]} for number in range(notes)]
    await _all(service, caller, board, [("note.add", each) for each in texts])
    return board


async def add_history(settings: dict[str, str], board: str, events: int) -> None:
    """Change the cards in turn (move, assign, edit) until the board has this number of events."""
    service = await open_service(settings)
    caller = await create_coordinator(service)
    columns, sightings = await _ids(service, board, Column), await _ids(service, board, Sighting)
    number = 0
    while (missing := events - await service.database.read(lambda session: session.get_one(Board, board).seq)) > 0:
        await _all(
            service, caller, board, [_change(number + each, sightings, columns, caller.account.id) for each in range(missing)]
        )
        number += missing  # some commands may have changed nothing
    await service.close()


def _change(number: int, cards: list[str], columns: list[str], account: str) -> tuple[str, dict[str, Any]]:
    """Return the command for a card: each round over all cards uses one kind of command."""
    card, turn = cards[number % len(cards)], number // len(cards)
    match turn % 3:
        case 0:
            return "card.move", {"card": card, "column": columns[turn % len(columns)]}
        case 1:
            return "card.assign", {"card": card, "assignee": (None, account)[turn % 2]}
        case _:
            return "sighting.update", {"sighting": card, "clothing": f"a coat, as {number} said"}


async def _all(service: BoardService, caller: Caller, board: str, commands: list[tuple[str, dict[str, Any]]]) -> None:
    for start in range(0, len(commands), BATCH_SIZE):
        await asyncio.gather(*(execute(service, caller, board, *each) for each in commands[start : start + BATCH_SIZE]))


def _card(number: int, columns: list[str], account: str) -> tuple[str, dict[str, Any]]:
    common = {"column": columns[number % len(columns)], "assignee": account if number % 3 == 0 else None}
    if number % 10 < 7:
        place = {"text": "Gent-Sint-Pieters", "lat": 51.036, "lon": 3.71, "radius_m": 200}
        return "sighting.add", common | {
            "description": f"{number}: {SIGHTING_TEXT}",
            "seen_at": "2026-11-24T18:00:00Z",
            "place": place,
        }
    return "task.add", common | {"title": f"{number}: ask the bus company for its pictures", "due": "2026-12-24T18:00:00Z"}


async def _ids(service: BoardService, board: str, kind: type[Entity]) -> list[str]:
    return await service.database.read(
        lambda session: list(session.exec(select(kind.id).where(kind.board == board).order_by(kind.id)))
    )
