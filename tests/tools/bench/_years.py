"""Installation after years of use: many searches, each with cards that change many times, with realistic texts."""

import asyncio
import uuid
from collections.abc import Iterator
from itertools import count, islice
from random import Random
from typing import Any

from sqlmodel import select

from board.commands.registry import Command
from board.engine.identity import Caller
from board.service import BoardService
from models.column import Column
from models.entity import Entity
from models.sighting import Sighting
from tests.tools.bench._server import create_coordinator, create_coordinators, open_search, open_service

AT_ONCE = 250  # commands that are sent before their acks are waited for
EVENTS_PER_CARD = 8
NOTE_TURN = 6  # one of seven changes adds a note
CARDS_IN_WORK = 40  # at a time, of each search
PLACES = ("Gent-Sint-Pieters", "Dampoort", "Korenmarkt", "Antwerpen-Centraal", "Leuven", "Brussel-Noord", "Oostende")
TEXT = (
    "a child in a green anorak with a yellow bag alone at the bus stop by the school took the line to the harbour looked tired "
    "asked for the way to the station spoke to a woman with a dog crossed the bridge went into the shop bought a drink waited"
)
WORDS = TEXT.split()


async def make_years(settings: dict[str, str], events: int, searches: int) -> tuple[str, list[str]]:
    """Create about `events` events in `searches` searches by real commands; return a token, and the searches."""
    service = await open_service(settings)
    (token,) = await create_coordinators(service, 1)
    caller = await create_coordinator(service)
    boards = [await open_search(service, caller) for _ in range(searches)]
    cards = max(1, events // searches // EVENTS_PER_CARD)
    await _all(service, caller, ((board, "sighting.add", _sighting(Random(card))) for card in range(cards) for board in boards))
    works = [
        _changes(await _ids(service, board, Sighting), await _ids(service, board, Column), caller.account.id, Random(number))
        for number, board in enumerate(boards)
    ]
    changes = cards * (EVENTS_PER_CARD - 1)
    await _all(service, caller, ((board, *next(work)) for _ in range(changes) for board, work in zip(boards, works, strict=True)))
    await service.close()
    return token, boards


async def make_large_board(settings: dict[str, str], cards: int) -> str:
    """Create another search, with `cards` sightings; return its id."""
    service = await open_service(settings)
    caller = await create_coordinator(service)
    board = await open_search(service, caller)
    await _all(service, caller, ((board, "sighting.add", _sighting(Random(card))) for card in range(cards)))
    await service.close()
    return board


async def make_long_board(settings: dict[str, str], events: int, cards: int) -> str:
    """Create a search with `cards` cards, and changes of these up to `events` events; return its id."""
    service = await open_service(settings)
    caller = await create_coordinator(service)
    board, random = await open_search(service, caller), Random(1)
    await _all(service, caller, ((board, "sighting.add", _sighting(random)) for _ in range(cards)))
    ids, columns = await _ids(service, board, Sighting), await _ids(service, board, Column)
    turns = (turn % 7 for turn in count() if turn % 7 != NOTE_TURN)
    changes = (_change(random.choice(ids), next(turns), columns, caller.account.id, random) for _ in range(events - cards))
    await _all(service, caller, ((board, *change) for change in changes))
    await service.close()
    return board


async def _all(service: BoardService, caller: Caller, commands: Iterator[tuple[str, str, dict[str, Any]]]) -> None:
    for some in iter(lambda: list(islice(commands, AT_ONCE)), []):
        await asyncio.gather(
            *(service.execute(caller, Command(str(uuid.uuid4()), board, name, data)) for board, name, data in some)
        )


async def _ids(service: BoardService, board: str, kind: type[Entity]) -> list[str]:
    return await service.database.read(
        lambda session: list(session.exec(select(kind.id).where(kind.board == board).order_by(kind.id)))
    )


def _changes(cards: list[str], columns: list[str], account: str, random: Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield changes of cards without end. At any time, only a few cards change, because people work on a few at a time."""
    for turn in count():
        at = turn // EVENTS_PER_CARD % len(cards)
        yield _change(random.choice(cards[at : at + CARDS_IN_WORK]), turn % 7, columns, account, random)


def _sighting(random: Random) -> dict[str, Any]:
    place = {"text": random.choice(PLACES), "lat": 51 + random.random(), "lon": 3 + random.random() * 2, "radius_m": 200}
    return {
        "description": " ".join(random.choices(WORDS, k=22)).capitalize() + ".", "seen_at": "2026-11-24T18:00:00Z",
        "place": place, "channel": random.choice(("hotline", "police", "field")),
    }  # fmt: skip


def _change(card: str, turn: int, columns: list[str], account: str, random: Random) -> tuple[str, dict[str, Any]]:
    mine = {"sighting": card}
    match turn:
        case 0:
            return "sighting.grade", mine | {"grade": {"source": random.choice("ABCDE"), "content": random.randint(1, 5)}}
        case 1 | 4:
            return "card.move", {"card": card, "column": random.choice(columns)}
        case 2:
            return "card.assign", {"card": card, "assignee": random.choice((None, account))}
        case 3:
            reason = " ".join(random.choices(WORDS, k=5))
            return "sighting.assess", mine | {"assessment": random.choice(("credible", "unverifiable")), "reason": reason}
        case 5:
            return "sighting.update", mine | {"clothing": " ".join(random.choices(WORDS, k=6))}
        case _:
            return "note.add", {"text": " ".join(random.choices(WORDS, k=18)), "card": card}
