"""Commands that share a commit are judged as if each had been alone, one after the other."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from sqlmodel import Session

from board.accounts import live_changes
from board.commands import execute
from board.commands.command import Ack
from board.commands.registry import Command
from board.config.settings import Settings
from board.engine import board_limits, journal, snapshot
from board.engine.hash_chain import verify
from board.engine.identity import Caller
from board.errors import Refused
from board.service import BoardService
from models.board import OPERATIONS, Board
from models.db.transaction import batch
from tests.support.backends import Backend
from tests.support.board_shares import without_reserve
from tests.support.people import PASSWORD, new_id

pytestmark = pytest.mark.both_backends

SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}


class Storm:
    """A desk to which many commands come at one moment."""

    def __init__(self, service: BoardService) -> None:
        self.service = service
        self.alice: Caller
        self.bob: Caller
        self.search = ""

    async def begin(self) -> None:
        self.alice = await self._come("Alice", "coordinator")
        self.bob = await self._come("Bob", "investigator")
        self.search = (await self.command("search.open", SEARCH, on=OPERATIONS)).opened or ""

    async def _come(self, name: str, role: str) -> Caller:
        return await live_changes.caller_for(
            self.service, await live_changes.add_account(self.service, f"{name}@desk.example", name, role, PASSWORD)
        )

    def order(self, name: str, data: dict[str, Any], **more: Any) -> tuple[Caller, Command]:
        who, on, id = more.pop("by", self.alice), more.pop("on", self.search), more.pop("id", None) or new_id()
        return who, Command(id, on, name, data, **more)

    async def command(self, name: str, data: dict[str, Any], **more: Any) -> Ack:
        return await self.service.execute(*self.order(name, data, **more))

    async def at_once(self, *orders: tuple[Caller, Command]) -> list[Ack | str]:
        """All in one transaction, as far as they lock the same boards; the ack of each, or the code of its refusal."""
        loop, begun, all_wait = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

        def work(session: Session) -> None:
            loop.call_soon_threadsafe(begun.set)
            all_wait.wait(10)

        before = self.service.database.write(work, boards=(self.search,))
        await begun.wait()  # a thread that takes it later takes some of the commands with it
        doing = [asyncio.create_task(self.service.execute(*order)) for order in orders]
        await asyncio.sleep(0)  # they are queued
        all_wait.set()
        outcomes = await asyncio.gather(before, *doing, return_exceptions=True)
        return [each.code if isinstance(each, Refused) else each for each in outcomes[1:]]

    async def card(self) -> str:
        seq = (await self.command("sighting.add", {"description": "seen"})).seqs[0]
        said = await self.service.database.read(lambda session: journal.events_after(session, self.search, seq - 1, 1))
        return said[0].entity

    async def states(self) -> dict[str, dict[str, Any]]:
        """Return the state of the rows by id, which must be that of the journal."""

        def read(session: Session) -> tuple[list[bytes], list[bytes], str | None]:
            board = session.get(Board, self.search)
            assert board is not None
            account = self.alice.account.id
            rows = snapshot.entities(session, board, account)
            return rows, snapshot.entities_at(session, board, account, board.seq), verify(session, board)

        rows, told, fault = await self.service.database.read(read)
        assert fault is None
        found = {each["id"]: each for each in map(orjson.loads, rows)}
        assert found == {each["id"]: each for each in map(orjson.loads, told)}
        return {id: each["state"] for id, each in found.items()}


@pytest.fixture
async def storm(backend: Backend, installation: dict[str, Any]) -> AsyncIterator[Storm]:
    service = await BoardService.open(Settings(_env_file=None, **installation))
    made = Storm(service)
    await made.begin()
    yield made
    await service.close()


async def test_they_do_share_one(storm: Storm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows that the tests below test what they say."""
    sizes: list[int] = []
    original = execute._execute

    def counting(session: Session, *more: Any) -> Any:
        sizes.append(len(batch(session)))
        return original(session, *more)

    monkeypatch.setattr(execute, "_execute", counting)
    await storm.at_once(*(storm.order("note.add", {"text": f"{number}"}) for number in range(40)))
    assert sizes == [40] * 40


async def test_new_cards_get_numbers_and_places_in_their_order(storm: Storm) -> None:
    acks = await storm.at_once(*(storm.order("sighting.add", {"description": f"{number}"}) for number in range(50)))
    seqs = [ack.seqs[0] for ack in acks if isinstance(ack, Ack)]
    assert seqs == list(range(seqs[0], seqs[0] + 50))
    cards = [state for state in (await storm.states()).values() if state.get("description", "").isdecimal()]
    cards.sort(key=lambda state: state["number"])
    assert [state["description"] for state in cards] == [f"{number}" for number in range(50)]
    ranks = [state["rank"] for state in cards]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 50


async def test_one_id_twice_is_done_once(storm: Storm) -> None:
    note = {"text": "once"}
    acks = await storm.at_once(*(storm.order("note.add", note, id="twice") for _ in range(10)))
    assert len({str(ack) for ack in acks}) == 1
    assert sum(state.get("text") == "once" for state in (await storm.states()).values()) == 1


async def test_a_conflict_with_one_that_came_just_before_is_found(storm: Storm) -> None:
    card = await storm.card()
    base = (await storm.command("note.add", {"text": "looked"})).seqs[0]
    outcomes = await storm.at_once(
        storm.order("sighting.update", {"sighting": card, "clothing": "red"}, base=base),
        storm.order("sighting.update", {"sighting": card, "clothing": "blue"}, base=base, by=storm.bob),
        storm.order("sighting.update", {"sighting": card, "direction": "north"}, base=base, by=storm.bob),
    )
    assert [isinstance(each, Ack) for each in outcomes] == [True, False, True]
    assert outcomes[1] == "conflict"
    state = (await storm.states())[card]
    assert (state["clothing"], state["direction"]) == ("red", "north")


async def test_refused_command_leaves_no_trace_and_costs_no_other(storm: Storm) -> None:
    card = await storm.card()
    outcomes = await storm.at_once(
        storm.order("sighting.update", {"sighting": card, "clothing": "red"}),
        storm.order("sighting.update", {"sighting": card, "clothing": 5}),
        storm.order("sighting.grade", {"sighting": "no such", "grade": {"source": "A"}}),
        storm.order("search.set_status", {"status": "closed", "reason": "x", "acknowledge": "as it is"}, by=storm.bob),
        storm.order("no.such", {}),
        storm.order("sighting.update", {"sighting": card, "direction": "north"}),
    )
    assert [each if isinstance(each, str) else "ack" for each in outcomes] == [
        "ack", "invalid", "not_found", "forbidden", "unknown_command", "ack",
    ]  # fmt: skip
    state = (await storm.states())[card]
    assert (state["clothing"], state["direction"]) == ("red", "north")


async def test_command_refused_half_way_is_undone_and_the_others_are_done(storm: Storm, monkeypatch: pytest.MonkeyPatch) -> None:
    """A card has its number before its board is found to be full."""

    def entities(session: Session) -> int:
        board = session.get(Board, storm.search)
        assert board is not None
        return board.entities

    room = await storm.service.database.read(entities) + 2
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", room)
    without_reserve(monkeypatch, storm.service)
    outcomes = await storm.at_once(*(storm.order("sighting.add", {"description": f"{number}"}) for number in range(5)))
    assert [each if isinstance(each, str) else "ack" for each in outcomes] == ["ack"] * 2 + ["too_large"] * 3
    assert await storm.service.database.read(entities) == room
    numbers = sorted(state["number"] for state in (await storm.states()).values() if "number" in state)
    assert numbers == list(range(1, len(numbers) + 1)), "a number of a refused card is not used up"


async def test_a_search_closed_a_moment_before_takes_no_more(storm: Storm) -> None:
    outcomes = await storm.at_once(
        storm.order("search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"}),
        storm.order("search.update", {"person": {"age": 9}}),
        storm.order("search.set_status", {"status": "open", "reason": "not over"}),
        storm.order("search.update", {"person": {"age": 10}}),
    )
    assert [each if isinstance(each, str) else "ack" for each in outcomes] == ["ack", "closed", "ack", "ack"]
    assert (await storm.states())[storm.search]["person"]["age"] == 10


async def test_caller_who_just_lost_access_finds_nothing(storm: Storm) -> None:
    members = {"access": "members", "members": [storm.alice.account.id]}
    outcomes = await storm.at_once(
        storm.order("search.update", {"person": {"age": 9}}, by=storm.bob),
        storm.order("search.set_access", members),
        storm.order("search.update", {"person": {"age": 10}}, by=storm.bob),
    )
    assert [each if isinstance(each, str) else "ack" for each in outcomes] == ["ack", "ack", "not_found"]


async def test_many_moves_at_once_give_one_order(storm: Storm) -> None:
    cards = [await storm.card() for _ in range(4)]
    columns = [state for state in (await storm.states()).items() if "role" in state[1]]
    ids = [id for id, _ in columns]
    orders = [
        storm.order("card.move", {"card": card, "column": ids[(turn + number) % 3]} | ({"before": cards[0]} if turn % 2 else {}))
        for turn in range(8)
        for number, card in enumerate(cards)
        if not (turn % 2 and number == 0)
    ]
    outcomes = await storm.at_once(*orders)
    assert all(isinstance(each, Ack) for each in outcomes)
    placed = [(state["column"], state["rank"]) for state in (await storm.states()).values() if "number" in state]
    assert len(set(placed)) == len(placed)


async def test_a_column_that_was_removed_is_gone_for_those_that_share_its_commit(storm: Storm) -> None:
    columns = {state["role"]: id for id, state in (await storm.states()).items() if "role" in state}
    inbox, doing, done = columns["inbox"], columns["doing"], columns["done"]
    outcomes = await storm.at_once(
        storm.order("column.rename", {"column": doing, "title": "Now"}),  # so that the unit of work has it in its cache
        storm.order("sighting.add", {"description": "seen"}),
        storm.order("column.remove", {"column": doing}),
        storm.order("column.rename", {"column": doing, "title": "Later"}),
        storm.order("column.move", {"column": inbox, "after": done}),
    )
    assert [each if isinstance(each, str) else "ack" for each in outcomes] == [*["ack"] * 3, "not_found", "ack"]
    assert doing not in await storm.states()
