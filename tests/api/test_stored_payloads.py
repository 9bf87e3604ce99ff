"""Payloads are stored compressed, and as what changed. Readers get the bytes that were written, from old journals too, and also
after the payload on which another one is based was erased."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Row, text
from sqlmodel import Session

from board.accounts import live_changes
from board.commands.registry import Command
from board.engine import erasure, hash_chain, journal, unit_of_work
from board.engine.identity import Caller
from board.service import BoardService
from models import stored_payload
from models.board import OPERATIONS, Board
from models.stored_payload import Base, base_of, is_packed, pack, pack_on, unpack
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.journal_sql import BOARD
from tests.support.people import PASSWORD, new_id, settings_for

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

TEXTS = st.dictionaries(st.sampled_from(["place", "clothing", "direction", "rank"]), st.text(max_size=200), max_size=4)
SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}
SEEN = "A child in a green anorak with a yellow bag, alone at the bus stop by the school; took the line to the harbour."


# -- stored form --------------------------------------------------------------------------------------------------------------

DIGEST_OF_1 = "442d04c7396e6e6e46b735ca70e77dc58bbc5996d9714fbdc0d3d5c9ddf03115"
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


def body_of(state: dict[str, str]) -> bytes:
    return orjson.dumps({"actor": {"id": new_id(), "name": "Alice"}, "command": new_id(), "state": {"description": SEEN} | state})


@given(TEXTS, TEXTS)
def test_payload_is_read_with_its_base_as_it_was(one: dict[str, str], other: dict[str, str]) -> None:
    first, second = body_of(one), body_of(other)
    base = base_of(1, pack(first))
    assert base == Base(1, first, len(pack(first)))
    stored = pack_on(base, second)
    if stored is not None:
        assert unpack(stored, pack(first)) == second
        assert unpack(stored, first) == second, "the base may be stored as its JSON, too"
        assert len(stored) <= stored_payload.MAX_SHARE * len(pack(first))


def test_small_change_is_stored_in_a_third() -> None:
    base = base_of(1, pack(body_of({"rank": "a"})))
    assert base is not None
    stored = pack_on(base, body_of({"rank": "b"}))
    assert stored is not None
    assert len(stored) < base.stored_bytes / 3
    assert is_packed(stored)


def test_another_text_is_stored_whole() -> None:
    base = base_of(1, pack(body_of({})))
    assert base is not None
    assert pack_on(base, body_of({"clothing": Random(1).randbytes(500).hex()})) is None


def test_base_is_stored_whole_and_not_long() -> None:
    first = pack(body_of({}))
    base = base_of(1, first)
    assert base is not None
    assert base_of(2, pack_on(base, body_of({}))) is None, "a payload would be read from three rows"
    assert base_of(3, None) is None
    assert base_of(4, pack(body_of({"place": "é" * stored_payload.MAX_BASE}))) is None


def test_payload_without_its_base_is_no_json() -> None:
    base = base_of(1, pack(body_of({"rank": "a"})))
    assert base is not None
    stored = pack_on(base, body_of({"rank": "b"}))
    assert stored is not None
    for whole in (None, b"", stored, pack(b'{"another":"payload"}'), pack(base.body)[:-3]):
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(unpack(stored, whole))


# -- desk ---------------------------------------------------------------------------------------------------------------------


@dataclass
class Desk:
    """Installation with a search, and a sighting on it."""

    service: BoardService
    caller: Caller
    search: str = ""
    sighting: str = ""

    async def command(self, name: str, data: dict[str, Any], board: str | None = None) -> Any:
        return await self.service.execute(self.caller, Command(new_id(), board or self.search, name, data))

    async def update(self, **values: Any) -> int:
        """Change the sighting; return the seq of that event."""
        return int((await self.command("sighting.update", {"sighting": self.sighting} | values)).seqs[0])

    async def stored(self) -> dict[int, Row[Any]]:
        query = text(f"SELECT seq, base, body FROM event WHERE board = {BOARD} ORDER BY seq")
        return await self.service.database.read(
            lambda session: {row.seq: row for row in session.connection().execute(query, {"board": self.search})}
        )

    async def bodies(self) -> dict[int, bytes | None]:
        events = await self.service.database.read(lambda session: journal.events_after(session, self.search, 0))
        return {event.seq: event.body for event in events}

    async def erase(self, seq: int) -> bool:
        return await self.service.database.write(lambda session: self._erase(session, seq))

    def _erase(self, session: Session, seq: int) -> bool:
        """Erase a payload on the record."""
        event = journal.event_at(session, self.search, seq)
        done = erasure.erase(session, self.search, seq)
        board = unit_of_work.lock_board(session, self.search)
        assert event is not None
        assert board is not None
        payload: dict[str, Any] = {"actor": None, "command": None, "state": None, "changes": []}
        journal.append(session, board, f"{event.kind}.erased", event.kind, event.entity, None, board.at, payload)
        return done

    async def fault(self) -> str | None:
        return await self.service.database.read(lambda session: hash_chain.verify(session, session.get_one(Board, self.search)))

    async def sql(self, statement: str, **values: Any) -> None:
        query = text(statement)
        await self.service.database.write(lambda db: db.connection().execute(query, {"board": self.search} | values))


@pytest.fixture
async def desk(tmp_path: Any, installation: dict[str, Any]) -> AsyncIterator[Desk]:
    service = await BoardService.open(settings_for(tmp_path, **installation))
    alice = await live_changes.add_account(service, "alice@desk.example", "Alice", "coordinator", PASSWORD)
    made = Desk(service, await live_changes.caller_for(service, alice))
    made.search = str((await made.command("search.open", SEARCH, OPERATIONS)).opened)
    added = await made.command("sighting.add", {"description": SEEN})
    made.sighting = await service.database.read(
        lambda session: journal.events_after(session, made.search, added.seqs[0] - 1)[0].entity
    )
    yield made
    await service.close()


# -- journals of earlier versions ---------------------------------------------------------------------------------------------


async def make_old(desk: Desk) -> None:
    """Store all payloads as versions before 0.4.0 did: as their JSON."""
    store = text(f"UPDATE event SET base = NULL, body = :body WHERE board = {BOARD} AND seq = :seq")
    rows = [{"board": desk.search, "seq": seq, "body": body} for seq, body in (await desk.bodies()).items()]
    await desk.service.database.write(lambda session: session.connection().execute(store, rows))


async def test_old_journal_is_read_and_goes_on(desk: Desk) -> None:
    before = await desk.bodies()
    await make_old(desk)
    assert not any(is_packed(row.body) for row in (await desk.stored()).values())
    assert await desk.bodies() == before
    assert await desk.fault() is None
    seq = await desk.update(direction="north")
    assert (await desk.stored())[seq].base == await first_of(desk)
    assert await desk.fault() is None


async def test_changed_packed_payload_is_found(desk: Desk) -> None:
    seq = await first_of(desk)
    body = (await desk.bodies())[seq]
    assert body is not None
    assert b"green" in body
    statement = f"UPDATE event SET body = :body WHERE board = {BOARD} AND seq = :seq"
    for changed in (pack(body.replace(b"green", b"black")), b"\x01nonsense", b"\x02nonsense"):
        await desk.sql(statement, seq=seq, body=changed)
        assert f"the content of event {seq} was changed" in (await desk.fault() or "")


# -- journal ------------------------------------------------------------------------------------------------------------------


async def first_of(desk: Desk) -> int:
    events = await desk.service.database.read(lambda db: journal.entity_events(db, desk.search, desk.sighting))
    return events[0].seq


async def test_changes_of_a_card_are_based_on_its_first_payload(desk: Desk) -> None:
    seqs = [await desk.update(direction=way) for way in ("north", "south", "east")]
    stored, first = await desk.stored(), await first_of(desk)
    assert stored[first].base is None
    assert [stored[seq].base for seq in seqs] == [first] * 3
    assert all(len(stored[seq].body) < len(stored[first].body) / 2 for seq in seqs)
    assert await desk.fault() is None


async def test_card_that_became_another_is_stored_whole_again(desk: Desk) -> None:
    whole = await desk.update(description=Random(2).randbytes(700).hex())
    after = await desk.update(direction="west")
    stored = await desk.stored()
    assert (stored[whole].base, stored[after].base) == (None, whole)


async def test_erasing_a_base_leaves_what_was_based_on_it(desk: Desk) -> None:
    first = await first_of(desk)
    seqs = [await desk.update(direction=way) for way in ("north", "south")]
    before = await desk.bodies()
    assert await desk.erase(first)
    assert not await desk.erase(first), "it is done once"
    bodies = await desk.bodies()
    assert bodies[first] is None
    assert [bodies[seq] for seq in seqs] == [before[seq] for seq in seqs]
    assert await desk.fault() is None
    later = await desk.update(direction="up")
    stored = await desk.stored()
    assert [stored[seq].base for seq in seqs] == [None, None]
    assert stored[later].base in (None, *seqs)
    assert (await desk.bodies())[later] is not None


async def test_erasing_what_is_based_leaves_its_base(desk: Desk) -> None:
    first, seq = await first_of(desk), await desk.update(direction="north")
    before = await desk.bodies()
    assert await desk.erase(seq)
    assert (await desk.bodies())[first] == before[first]
    assert await desk.fault() is None


async def test_refused_command_leaves_no_base_for_the_next(desk: Desk) -> None:
    """A base is of a row that was committed, and never of one whose number another event has by now."""
    first = await first_of(desk)
    bad = desk.command("card.move", {"card": desk.sighting, "column": new_id()})
    with pytest.raises(Exception, match="not_found"):
        await bad
    seq = await desk.update(direction="north")
    assert (await desk.stored())[seq].base == first


@pytest.mark.sample(every=2)
@pytest.mark.parametrize("change", ["base = NULL", "base = 1", "base = seq", "base = 999"])
async def test_changed_base_is_named(desk: Desk, change: str) -> None:
    seq = await desk.update(direction="north")
    await desk.sql(f"UPDATE event SET {change} WHERE board = {BOARD} AND seq = :seq", seq=seq)
    assert f"the content of event {seq} was changed" in (await desk.fault() or "")


async def test_changed_base_payload_is_named_first(desk: Desk) -> None:
    first = await first_of(desk)
    await desk.update(direction="north")
    body = pack(b'{"actor":null,"command":null,"state":null,"changes":[]}')
    await desk.sql(f"UPDATE event SET body = :body WHERE board = {BOARD} AND seq = :seq", seq=first, body=body)
    assert f"the content of event {first} was changed" in (await desk.fault() or "")


@pytest.mark.sample(every=2)
@pytest.mark.parametrize("seed", range(4))
async def test_any_history_is_read_as_it_was_written(desk: Desk, seed: int) -> None:
    """Changes, moves and notes, with payloads erased in between: all others stay, byte by byte."""
    random, written = Random(seed), dict[int, bytes | None]()
    for _ in range(40):
        match random.randrange(6):
            case 0:
                await desk.update(
                    description=SEEN[: random.randrange(10, len(SEEN))] + random.randbytes(random.randrange(300)).hex()
                )
            case 1 | 2 | 3:
                await desk.update(direction=f"way {random.random()}")
            case 4:
                await desk.command("note.add", {"text": f"note {random.random()}", "card": desk.sighting})
            case _:
                last = random.choice([seq for seq, body in written.items() if body is not None] or [1])
                await desk.erase(last)
                written[last] = None
        now = await desk.bodies()
        assert {seq: now[seq] for seq in written} == written
        written = now
    assert await desk.fault() is None
    stored = await desk.stored()
    bases = {row.base for row in stored.values() if row.base is not None}
    assert all(stored[seq].base is None and stored[seq].body is not None for seq in bases)
