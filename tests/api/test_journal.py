"""The journal is the record: whoever changes it afterwards is found out, and an erasure on the record is not a fault."""

import itertools
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as engine_event
from sqlalchemy import text
from sqlmodel import Session

from board.accounts import live_changes
from board.commands.registry import Command
from board.engine import erasure, hash_chain, journal, unit_of_work
from board.engine import event as event_module
from board.engine.identity import Caller
from board.service import BoardService
from models.board import OPERATIONS, Board
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.journal_sql import BOARD
from tests.support.people import PASSWORD, new_id, settings_for
from tests.support.team import Team

pytestmark = pytest.mark.both_backends

BEGINS = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)


class Record:
    """A desk whose clock we set, with a search and some notes on it."""

    def __init__(self, service: BoardService, caller: Caller) -> None:
        self.service, self.caller, self.search = service, caller, ""

    async def command(self, board: str, name: str, data: dict[str, Any]) -> Any:
        return await self.service.execute(self.caller, Command(new_id(), board, name, data))

    async def sql(self, *statements: str, **values: Any) -> None:
        """Change the journal directly in the database."""

        def run(session: Session) -> None:
            for statement in statements:
                changed = session.connection().execute(text(statement), {"board": self.search} | values)
                assert changed.rowcount, statement

        await self.service.database.write(run)

    async def fault(self) -> str | None:
        def look(session: Session) -> str | None:
            board = session.get(Board, self.search)
            assert board is not None
            return hash_chain.verify(session, board)

        return await self.service.database.read(look)

    async def events(self) -> list[event_module.JournalEvent]:
        return await self.service.database.read(lambda session: journal.events_after(session, self.search, 0))


Clock = Callable[[], datetime]


async def opened(folder: Path, clock: Clock | None = None, **settings: Any) -> Record:
    service = await BoardService.open(settings_for(folder, **settings), clock or (lambda: BEGINS))
    id = await live_changes.add_account(service, "alice@desk.example", "Alice", "coordinator", PASSWORD)
    record = Record(service, await live_changes.caller_for(service, id))
    data = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}
    record.search = (await record.command(OPERATIONS, "search.open", data)).opened
    for number in range(5):
        await record.command(record.search, "note.add", {"text": f"note {number}"})
    return record


@pytest.fixture
async def record(tmp_path: Path, installation: dict[str, Any]) -> AsyncIterator[Record]:
    made = await opened(tmp_path, **installation)
    yield made
    await made.service.close()


async def test_an_untouched_journal_holds(record: Record) -> None:
    assert await record.fault() is None


@pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("type", "note.eaten"), ("at", 0), ("at", 2**60), ("kind", "file"), ("entity", b"other"), ("entity", b"\xff\xff"),
        ("account", None), ("account", b"somebody else"), ("commitment", b"x" * 32), ("commitment", b""), ("hash", b"x" * 32),
    ],
)  # fmt: skip
async def test_an_edited_event_is_named(record: Record, column: str, value: Any) -> None:
    await record.sql(f"UPDATE event SET {column} = :value WHERE board = {BOARD} AND seq = 7", value=value)
    assert "event 7 " in (await record.fault() or "")


@pytest.mark.parametrize("column", ["body", "key"])
async def test_an_edited_payload_is_named(record: Record, column: str) -> None:
    await record.sql(f"UPDATE event SET {column} = :value WHERE board = {BOARD} AND seq = 4", value=b'{"text": "x"}')
    assert "event 4 " in (await record.fault() or "")


async def test_a_deleted_event_is_named(record: Record) -> None:
    await record.sql(f"DELETE FROM event WHERE board = {BOARD} AND seq = 5")
    assert "event 5 " in (await record.fault() or "")


async def test_the_first_event_gone_is_named(record: Record) -> None:
    await record.sql(f"DELETE FROM event WHERE board = {BOARD} AND seq = 1")
    assert "event 1 " in (await record.fault() or "")


async def test_swapped_events_are_named(record: Record) -> None:
    await record.sql(
        f"UPDATE event SET seq = -1 WHERE board = {BOARD} AND seq = 8",
        f"UPDATE event SET seq = 8 WHERE board = {BOARD} AND seq = 9",
        f"UPDATE event SET seq = 9 WHERE board = {BOARD} AND seq = -1",
    )
    assert "event 8 " in (await record.fault() or "")


async def test_swapped_payloads_are_named(record: Record) -> None:
    of = "(SELECT {0} FROM event o WHERE o.board = event.board AND o.seq = 17 - event.seq)"  # SQL changes both at once
    both = f"UPDATE event SET key = {of.format('key')}, body = {of.format('body')} WHERE board = {BOARD} AND seq IN (8, 9)"
    await record.sql(both)
    assert "event 8 " in (await record.fault() or "")


async def test_a_journal_that_was_cut_short_is_named(record: Record) -> None:
    head = len(await record.events())
    await record.sql(f"DELETE FROM event WHERE board = {BOARD} AND seq >= :last", last=head - 1)
    assert f"event {head - 1}" in (await record.fault() or "")


async def test_events_that_were_added_beyond_the_head_are_named(record: Record) -> None:
    head = len(await record.events())
    await record.sql(
        "INSERT INTO event SELECT board, seq + 1, at, base, type, kind, entity, account, commitment, hash, key, body FROM event "
        f"WHERE board = {BOARD} AND seq = :last",
        last=head,
    )
    assert f"event {head + 1}" in (await record.fault() or "")


async def test_the_boards_own_head_is_compared(record: Record) -> None:
    await record.sql("UPDATE board SET head = :value WHERE id = :board", value=b"x" * 32)
    assert await record.fault()


async def test_a_payload_that_is_gone_without_an_erasure_is_named(record: Record) -> None:
    await record.sql(f"UPDATE event SET key = NULL, body = NULL WHERE board = {BOARD} AND seq = 10")
    assert "event 10 " in (await record.fault() or "")


async def erased(record: Record) -> tuple[int, str]:
    """The first note's payload erased, on the record: its seq and id."""
    note = next(said for said in await record.events() if said.type == "note.added")

    def erase(session: Session) -> None:
        erasure.erase(session, record.search, note.seq)
        board = unit_of_work.lock_board(session, record.search)
        assert board is not None
        payload: dict[str, Any] = {"actor": None, "command": None, "state": None, "changes": []}
        journal.append(session, board, "note.erased", note.kind, note.entity, None, "2026-11-24T23:00:00.000Z", payload)
        session.connection().execute(text("DELETE FROM note WHERE id = :id"), {"id": note.entity})

    await record.service.database.write(erase)
    return note.seq, note.entity


async def test_an_erasure_on_the_record_holds_and_hides_nothing_else(record: Record) -> None:
    seq, entity = await erased(record)
    assert await record.fault() is None
    other = next(said for said in await record.events() if said.type == "note.added" and said.entity != entity)
    await record.service.database.write(lambda session: erasure.erase(session, record.search, other.seq))
    assert f"event {other.seq} " in (await record.fault() or "")
    assert seq < other.seq


async def test_an_edited_event_is_found_although_its_payload_was_erased(record: Record) -> None:
    seq, _ = await erased(record)
    await record.sql(f"UPDATE event SET type = 'note.never' WHERE board = {BOARD} AND seq = :seq", seq=seq)
    assert f"event {seq} " in (await record.fault() or "")


async def test_erased_event_is_served_without_its_content(team: Team) -> None:
    """Checked over the socket from a position, in lists, and in lists of an entity; as-of reads and snapshots leave it out."""
    alice, service = team.alice, team.server.service
    search = await alice.open_search()
    before = (await alice.snapshot(search))["seq"]
    (seq,) = (await alice.command(search, "note.add", {"text": "Her name was Zébulonne"}))["seqs"]
    record = Record(service, Caller(account=next(each.viewer.account for each in service.hub.connections)))
    record.search = search
    _, entity = await erased(record)
    assert await record.fault() is None
    shape = {"seq": seq, "type": "note.added", "kind": "note", "id": entity, "erased": True}
    path, reader = f"/api/v1/boards/{search}/events", await team.open_socket(team.bob)
    listed = (await reader.http.get(path, params={"after": before})).json()["events"]
    of_entity = (await reader.http.get(path, params={"entity": entity})).json()["events"]
    epoch = (await alice.snapshot(search))["epoch"]
    screen = reader.boards.setdefault(search, type(await team.alice.subscribe(search))(search, epoch, before))
    await reader.subscribe(search, epoch, before)
    for events in (listed, of_entity, screen.events):
        assert {key: value for key, value in events[0].items() if key != "at"} == shape
        assert events[1]["type"] == "note.erased"
        assert "Zébulonne" not in str(events)
    for at in (seq, seq + 1):
        assert ("note", entity) not in (await reader.snapshot(search, at=at))["entities"]
    assert (await reader.snapshot(search, at=seq + 1))["entities"] == (await reader.snapshot(search))["entities"]


async def test_time_never_goes_back_along_the_journal(tmp_path: Path, installation: dict[str, Any]) -> None:
    minutes = itertools.count()  # every second tick is three hours back
    ticks = (BEGINS + timedelta(minutes=minute, hours=-3 * (minute % 2)) for minute in minutes)
    record = await opened(tmp_path, lambda: next(ticks), **installation)
    try:
        for number in range(8):
            await record.command(record.search, "note.add", {"text": f"note {number}"})
        times = [said.at for said in await record.events()]
        assert times == sorted(times)
        assert len(set(times)) > 1
        assert await record.fault() is None
    finally:
        await record.service.close()


async def test_seqs_have_no_gaps_and_events_of_one_command_stand_in_a_row(record: Record) -> None:
    events = await record.events()
    assert [said.seq for said in events] == list(range(1, len(events) + 1))
    opening = [said.seq for said in events if said.payload()["command"] == events[0].payload()["command"]]
    assert opening == list(range(1, len(opening) + 1))


async def test_the_board_as_it_was_is_what_its_events_add_up_to(team: Team) -> None:
    alice = team.alice
    search = await alice.open_search()
    sighting = (await alice.command(search, "sighting.add", {"description": "a girl"}))["seqs"][0]
    entities = (await alice.snapshot(search))["entities"]
    card = next(id for kind, id in entities if kind == "sighting")
    done = next(id for (kind, id), state in entities.items() if state.get("role") == "done")
    await alice.command(search, "card.move", {"card": card, "column": done})
    await alice.command(search, "sighting.grade", {"sighting": card, "grade": {"source": "A"}})
    await alice.command(search, "card.withdraw", {"card": card})
    await alice.command(search, "search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})
    path = f"/api/v1/boards/{search}/events"
    events = (await alice.http.get(path, params={"limit": 1_000})).json()["events"]
    fold: dict[tuple[str, str], Any] = {}
    for event in events:
        fold[event["kind"], event["id"]] = event["state"]
        snapshot = await alice.snapshot(search, at=event["seq"])
        assert snapshot["seq"] == event["seq"]
        assert snapshot["entities"] == fold
    assert (await alice.snapshot(search))["entities"] == fold
    by_time = await alice.snapshot(search, at=events[sighting - 1]["at"])
    assert by_time["seq"] >= sighting
    for at in (0, len(events) + 1, "2020-01-01T00:00:00Z"):
        assert (await alice.http.get(f"/api/v1/boards/{search}", params={"at": at})).status_code == 404
    assert (await alice.snapshot(search, at="2100-01-01T00:00:00+02:00"))["seq"] == len(events)


async def test_lists_come_in_pages_and_end_at_the_head(team: Team) -> None:
    alice = team.alice
    search = await alice.open_search()
    head = (await alice.snapshot(search))["seq"]
    seen: list[Any] = []
    path = f"/api/v1/boards/{search}/events"
    while page := (await alice.http.get(path, params={"after": len(seen), "limit": 4})).json()["events"]:
        assert len(page) <= 4
        seen += page
    assert [event["seq"] for event in seen] == list(range(1, head + 1))
    body = (await alice.http.get(path, params={"after": head + 5})).json()
    assert (body["seq"], body["events"]) == (head, [])
    for limit in (0, 1_001, -1, "x"):
        assert (await alice.http.get(path, params={"limit": limit})).status_code == 422


# -- moments --------------------------------------------------------------------------------------------------------------


async def test_a_seq_is_found_by_its_time_without_going_along_the_journal(record: Record) -> None:
    """Programs ask for one without waiting for a slot, both for a moment long ago and for now."""

    def look(session: Session) -> None:
        told = [(said.seq, said.at) for said in journal.events_after(session, record.search, 0)]
        asked: list[str] = []
        engine_event.listen(session.connection(), "before_cursor_execute", lambda *given: asked.append(given[2]))
        for moment in ("2020-01-01T00:00:00.000Z", "2030-01-01T00:00:00.000Z", *(at for _, at in told)):
            expected = max((seq for seq, at in told if at <= moment), default=None)
            assert journal.seq_at(session, record.search, moment) == expected
        assert journal.seq_at(session, "none", "2030-01-01T00:00:00.000Z") is None
        assert asked
        assert not [each for each in asked if "at <=" in each]

    await record.service.database.read(look)


async def test_board_as_of_each_moment_is_what_its_events_add_up_to(record: Record) -> None:
    """A search and its briefing have one id, and a removed column is gone: each kind is read by itself."""
    search = record.search
    await record.command(OPERATIONS, "shift.take", {"reason": "nobody was here"})
    await record.command(OPERATIONS, "handover.prepare", {})
    await record.command(search, "handover.write", {"handover": 1, "assessment": "Went by train."})
    column = (await record.command(search, "column.add", {"title": "Rivers", "role": "doing"})).seqs[0]
    await record.command(search, "search.update", {"person": {"age": 11}})
    added = {event.seq: event.entity for event in await record.events()}[column]
    await record.command(search, "column.remove", {"column": added})
    await record.command(search, "note.add", {"text": "The last one."})
    await record.command(search, "handover.write", {"handover": 1, "assessment": "Went by bus."})
    kinds = {(event.kind, event.entity) for event in await record.events()}
    assert {kind for kind, id in kinds if id == search} == {"search", "briefing"}
    for board in (search, OPERATIONS):
        events = await record.service.database.read(lambda session, board=board: journal.events_after(session, board, 0))
        expected: dict[tuple[str, str], tuple[int, Any]] = {}
        for event in events:
            expected[event.kind, event.entity] = (event.seq, event.payload()["state"])
            found = await record.service.database.read(
                lambda session, board=board, seq=event.seq: list(journal.as_of(session, board, seq))
            )
            there = {(each.kind, each.entity): (each.seq, state) for each, state in found}
            assert there == {key: value for key, value in expected.items() if value[1] is not None}, (board, event.seq)
            assert [each.seq for each, _ in found] == sorted(each.seq for each, _ in found)
    assert {kind for kind, id in expected if id == OPERATIONS} == {"shift", "handover"}
