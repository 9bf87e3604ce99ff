"""Payloads are stored compressed, each by itself. Readers get the same bytes as before, from old journals too."""

import hashlib
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from board.accounts import live_changes
from board.commands.registry import Command
from board.engine import erasure, hash_chain, journal
from board.engine.event import BOARD, JournalEvent
from board.maintenance import packing
from board.service import BoardService
from board.settings import Settings
from models import stored_payload
from models.board import OPERATIONS, Board
from models.db.database import Database
from models.stored_payload import is_packed, pack, unpack
from models.upkeep import PACKING
from tests.support.people import PASSWORD, new_id

DIGEST_OF_1 = "442d04c7396e6e6e46b735ca70e77dc58bbc5996d9714fbdc0d3d5c9ddf03115"
SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}
PAYLOAD = b'{"actor":{"id":"01a2","name":"Alice"},"command":"c1","state":{"number":1,"column":"x"},"changes":["column","rank"]}'


def test_dictionary_is_never_changed() -> None:
    """Guard the file: a change makes every journal unreadable. A new one gets a file and a number of its own."""
    assert hashlib.sha256(stored_payload.DICTIONARY.read_bytes()).hexdigest() == DIGEST_OF_1


@pytest.mark.parametrize("body", [PAYLOAD, b"{}", b'{"state":{"text":"' + "é".encode() * 200_000 + b'"}}'])
def test_unpacked_bytes_are_those_that_were_packed(body: bytes) -> None:
    assert unpack(pack(body)) == body
    assert unpack(body) == body, "a payload of an earlier version is its JSON"
    assert len(pack(body)) <= len(body)


def test_common_payload_is_stored_in_a_third() -> None:
    assert is_packed(pack(PAYLOAD))
    assert len(pack(PAYLOAD)) < len(PAYLOAD) / 3
    assert pack(b"{}") == b"{}", "what would grow stays as it is"


@pytest.mark.parametrize("damaged", [b"", b"\x01", b"\x01\xff\xff", pack(PAYLOAD)[:-2], pack(PAYLOAD) + b"x", b"\x02abc"])
def test_damaged_payload_is_no_json(damaged: bytes) -> None:
    assert unpack(damaged) == damaged


def test_payload_that_would_fill_the_memory_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = pack(b'{"text":"' + b"a" * 100_000 + b'"}')
    monkeypatch.setattr(stored_payload, "MAX_BYTES", 10_000)
    assert unpack(bomb) == bomb


# -- journals of earlier versions ---------------------------------------------------------------------------------------------


class Desk:
    """Installation with a search, whose payloads can be turned into those of an earlier version."""

    def __init__(self, service: BoardService, search: str) -> None:
        self.service, self.search = service, search

    async def read(self, fn: Any) -> Any:
        return await self.service.database.read(fn)

    async def stored(self) -> dict[tuple[str, int], bytes]:
        query = text("SELECT b.id, e.seq, e.body FROM event e JOIN board b ON b.number = e.board WHERE e.body IS NOT NULL")
        return await self.read(lambda session: {(row.id, row.seq): row.body for row in session.connection().execute(query)})

    async def make_old(self) -> None:
        rows = [{"board": board, "seq": seq, "body": unpack(body)} for (board, seq), body in (await self.stored()).items()]
        store = text(f"UPDATE event SET body = :body WHERE board = {BOARD} AND seq = :seq")
        await self.service.database.write(lambda session: session.connection().execute(store, rows))

    async def events(self) -> list[JournalEvent]:
        return await self.read(lambda session: journal.events_after(session, self.search, 0))

    async def faults(self) -> list[str]:
        def look(session: Session) -> list[str]:
            return [fault for board in session.exec(select(Board)) if (fault := hash_chain.verify(session, board))]

        return await self.read(look)


@pytest.fixture
async def desk(installation: dict[str, Any]) -> AsyncIterator[Desk]:
    service = await BoardService.open(Settings(_env_file=None, **installation))
    alice = await live_changes.add_account(service, "alice@desk.example", "Alice", "coordinator", PASSWORD)
    caller = await live_changes.caller_for(service, alice)
    search = str((await service.execute(caller, Command(new_id(), OPERATIONS, "search.open", SEARCH))).opened)
    for number in range(20):
        await service.execute(caller, Command(new_id(), search, "note.add", {"text": f"Called back, {number} times."}))
    yield Desk(service, search)
    await service.close()


pytestmark = pytest.mark.both_backends


async def test_new_payloads_are_stored_packed(desk: Desk) -> None:
    assert all(map(is_packed, (await desk.stored()).values()))
    assert await desk.faults() == []
    assert all(event.payload()["actor"]["name"] == "Alice" for event in await desk.events() if event.account)


async def test_old_journal_is_read_and_verified_as_it_is(desk: Desk) -> None:
    before = await desk.events()
    await desk.make_old()
    assert not any(map(is_packed, (await desk.stored()).values()))
    assert [each.to_json() for each in await desk.events()] == [each.to_json() for each in before]
    assert await desk.faults() == []


async def test_server_packs_an_old_journal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before, stored = await desk.events(), await desk.stored()
    await desk.make_old()
    monkeypatch.setattr(packing, "BATCH_SIZE", 7)
    assert await packing.pack_beside(desk.service.database) == len(stored)
    assert await desk.stored() == stored
    assert await desk.events() == before
    assert await desk.faults() == []
    await desk.make_old()
    assert await packing.pack_beside(desk.service.database) == 0, "it is done once"


async def test_packing_that_was_interrupted_goes_on_and_tells_how_far_it_is(
    desk: Desk, installation: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = await desk.stored()
    await desk.make_old()
    monkeypatch.setattr(packing, "BATCH_SIZE", 7)
    database, told = Database(installation["database_url"]), list[tuple[int, int]]()

    def interrupt(done: int, whole: int) -> None:
        told.append((done, whole))
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        packing.pack_now(database, interrupt)
    assert told == [(7, len(stored)), (14, len(stored))]
    assert sum(map(is_packed, (await desk.stored()).values())) == 14
    assert await desk.faults() == [], "half of it can be read"
    told.clear()
    assert packing.pack_now(database, lambda *now: told.append(now)) == len(stored) - 14
    assert told[-1] == (len(stored), len(stored))
    assert await desk.stored() == stored
    database.dispose()


async def test_payload_erased_meanwhile_stays_erased(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.make_old()
    batch = await desk.read(lambda session: packing._next((-1, 0), session))
    await desk.service.database.write(lambda session: erasure.erase(session, desk.search, 5))
    await desk.service.database.write(lambda session: packing._store(batch.changed, session))
    assert (desk.search, 5) not in await desk.stored()


async def test_changed_packed_payload_is_found(desk: Desk) -> None:
    event = (await desk.events())[-1]
    assert event.body is not None
    assert b"Called" in event.body
    changes = {"another": pack(event.body.replace(b"Called", b"Asked!")), "damaged": b"\x01nonsense"}
    for name, body in changes.items():
        number = await desk.read(lambda session: session.get_one(Board, desk.search).number)
        rows = [{"board": number, "seq": event.seq, "body": body}]
        await desk.service.database.write(partial(packing._store, rows))
        (fault,) = await desk.faults()
        assert f"the content of event {event.seq} was changed" in str(fault), name


async def test_new_installation_has_nothing_to_pack(installation: dict[str, Any], tmp_path: Path) -> None:
    database = Database(installation["database_url"])
    assert packing.pack_now(database, lambda done, whole: None) == 0
    query = text("SELECT count(*) FROM upkeep WHERE name = :name")
    assert database.read_now(lambda session: session.connection().execute(query, {"name": PACKING}).scalar_one()) == 1
    database.dispose()
