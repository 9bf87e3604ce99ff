"""A database of an earlier version becomes one of this version row by row, and can be interrupted anywhere."""

import random
import string
from collections.abc import Iterator
from functools import partial
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session, select

from models.board import AUDIT, AUDIT_NUMBER, OPERATIONS, OPERATIONS_NUMBER, Board
from models.db import earlier_tables, schema
from models.db.database import ConfigurationError, Database
from models.db.schema import metadata
from models.event import KEPT_BYTES, Event, ProcessedCommand, command_day, command_digest
from models.ids import id_bytes, id_text, new_id
from models.stored_payload import base_of, pack, unpack
from models.times import to_ms
from tests.support import old_schemas
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend

COMMANDS, EVENTS = 23, 17
UUIDS = st.uuids().map(str)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20) | st.text(string.ascii_lowercase, min_size=16, max_size=16)


@given(UUIDS | TEXTS | UUIDS.map(str.upper) | UUIDS.map(lambda id: id[:-1]))
def test_short_form_of_an_id_is_read_back_as_it_was(id: str) -> None:
    assert id_text(id_bytes(id)) == id


@given(st.tuples(UUIDS | TEXTS, UUIDS | TEXTS), st.tuples(UUIDS | TEXTS, UUIDS | TEXTS))
def test_two_ids_have_two_short_forms(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (id_bytes(one[0]) == id_bytes(other[0])) == (one[0] == other[0])
    assert (command_digest(*one) == command_digest(*other)) == (one == other)


def test_account_and_command_are_kept_apart() -> None:
    assert command_digest("a", "bc") != command_digest("ab", "c")


def test_uuid_takes_16_bytes() -> None:
    assert len(id_bytes(new_id())) == 16


pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


OLD = {"0031": ("0031", 0), "0031 to 0047, interrupted": ("0047", 20), "0047": ("0047", 46)}  # revision, and rows in its form


@pytest.fixture(params=OLD)
def old(backend: Backend, tmp_path: Any, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database of an earlier version, in which two accounts gave the same ids to commands."""
    with backend.settled(tmp_path) as settings:
        database = Database(settings["database_url"])
        database.write_now(partial(_fill, *OLD[request.param]))
        yield database
        database.dispose()


def _acks() -> list[dict[str, Any]]:
    made = random.Random(1)
    boards = [new_id(), OPERATIONS]
    commands = [
        {"id": f"c{number}", "board": made.choice(boards), "seqs": [*range(number, number + made.randint(0, 3))]}
        for number in range(COMMANDS)
    ]
    commands[7]["opened"] = new_id()
    return commands


def _events() -> list[dict[str, Any]]:
    """Events of two boards with few entities, some of them erased, in the order of their positions."""
    made = random.Random(2)
    texts = {"at": "2026-11-24T22:00:00.000Z", "type": "note.edited", "kind": "note"}
    events = [
        {"board": board, "seq": seq, **texts, "entity": made.choice(ENTITIES), "account": made.choice((None, *ACCOUNTS)),
         "commitment": made.randbytes(32), "hash": made.randbytes(32), "key": made.randbytes(16),
         "body": made.choice((bytes, pack))(orjson.dumps({"state": {"text": f"Seen {seq} times.", "author": ACCOUNTS[0]}}))}
        for board in (AUDIT, new_id()) for seq in range(1, EVENTS + 1)
    ]  # fmt: skip
    return [event | ({"key": None, "body": None} if made.random() < 0.2 else {}) for event in events]


ACKS = _acks()
ACCOUNTS = (new_id(), new_id())
ENTITIES = (new_id(), new_id())


JOURNAL = _events()


def _fill(revision: str, moved: int, session: Session) -> None:
    """Make the tables of a revision: the first rows of each in the form of 0034 and later, the rest in an earlier one."""
    old_schemas.reset_to_revision(session, "0031")
    boards = {ack["board"] for ack in ACKS} | {event["board"] for event in JOURNAL}
    board = {"kind": "search", "epoch": "e", "at": "", "seq": 0, "last_type": "", "head": b"", "cards": 0, "entities": 0}
    old_schemas.insert_rows(session, metadata.tables["board"], [board | {"id": id} for id in boards])
    made = sorted(
        ((account, ack, "2026-11-24T22:00:00.000Z", bytes([number]) * 32 if number % 5 == 0 else None)
         for account in ACCOUNTS for number, ack in enumerate(ACKS)), key=lambda each: (each[0], each[1]["id"]),
    )  # fmt: skip
    journal = sorted(JOURNAL, key=_position)
    old_schemas.insert(session, "done", [
        {"account": account, "command": ack["id"], "name": "note.add", "ack": orjson.dumps(ack).decode(), "at": at,
         "content": content}
        for account, ack, at, content in made[moved:]
    ])  # fmt: skip
    old_schemas.insert_payloads(session, [event for event in journal[moved:] if event["body"] is not None])
    old_schemas.insert(session, "event", [_without(event, "key", "body") for event in journal[moved:]])
    schema._upgrade(session.connection(), revision)
    old_schemas.insert(session, "done", [
        {"digest": command_digest(account, ack["id"]), "day": at[:10], "board": id_bytes(ack["board"]),
         "seq": min(ack["seqs"], default=0), "events": len(ack["seqs"]), "opened": ack.get("opened"), "content": content}
        for account, ack, at, content in made[:moved]
    ])  # fmt: skip
    old_schemas.insert(session, "event", journal[:moved])


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _assert_all_there(database: Database) -> None:
    numbers = database.read_now(lambda session: {board.id: board.number for board in session.exec(select(Board))})
    assert len({*numbers.values()}) == len(numbers)
    assert (numbers[AUDIT], numbers[OPERATIONS]) == (AUDIT_NUMBER, OPERATIONS_NUMBER)
    stored = database.read_now(lambda session: {row.digest: row.model_dump() for row in session.exec(select(ProcessedCommand))})
    assert len(stored) == len(ACCOUNTS) * COMMANDS
    for account in ACCOUNTS:
        for number, ack in enumerate(ACKS):
            row = stored[command_digest(account, ack["id"])]
            assert (row["board"], row["opened"], row["day"]) == (numbers[ack["board"]], ack.get("opened"), 20261124)
            assert [*range(row["seq"], row["seq"] + row["events"])] == ack["seqs"]
            assert row["content"] == (bytes([number]) * 32 if number % 5 == 0 else None)
    events = database.read_now(lambda session: [row.model_dump() for row in session.exec(select(Event))])
    bodies = {_position(event): event["body"] for event in events}
    based = [event for event in events if event["base"] is not None]
    assert based
    for event in events:
        whole = bodies.get((event["board"], event.pop("base")))
        assert whole is None or base_of(1, whole) is not None
        event["body"] = event["body"] and unpack(event["body"], whole)
    expected = [
        event | {
            "board": numbers[event["board"]], "at": to_ms(event["at"]), "body": event["body"] and unpack(event["body"]),
            "entity": id_bytes(event["entity"]),
            "account": event["account"] and id_bytes(event["account"]),
            "commitment": event["commitment"][:KEPT_BYTES] if event["body"] is not None else event["commitment"],
        }
        for event in JOURNAL
    ]  # fmt: skip
    assert sorted(events, key=_position) == sorted(expected, key=_position)
    assert database.read_now(earlier_tables.remaining) == []


def _position(event: dict[str, Any]) -> tuple[int, int]:
    return event["board"], event["seq"]


def test_rows_of_earlier_tables_are_moved(old: Database) -> None:
    schema.migrate(old)
    _assert_all_there(old)
    schema.check(old)


def test_interrupted_move_goes_on_and_tells_how_far_it_is(
    old: Database, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(earlier_tables, "BATCH_SIZE", 7)
    told: list[tuple[int, int]] = []

    def interrupt(done: int, whole: int) -> None:
        told.append((done, whole))
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        schema.migrate(old, progress=interrupt)
    assert told == [(7, 80), (14, 80)]
    with pytest.raises(ConfigurationError, match="Finish it: `board migrate`"):
        schema.check(old)
    told.clear()
    schema.migrate(old, progress=lambda done, whole: told.append((done, whole)))
    two, four = (7, 14, 21, 28, 32, 39, 46, 53, 60, 66), (7, 12, 19, 26, 33, 40, 46, 53, 60, 66)  # tables that are moved
    assert told == [(done, 66) for done in (four if "0031 to 0047" in request.node.name else two)]
    _assert_all_there(old)


@pytest.mark.parametrize("after", [6, *(pytest.param(after, marks=pytest.mark.slow) for after in range(1, 12) if after != 6)])
def test_move_may_be_interrupted_anywhere(old: Database, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(earlier_tables, "BATCH_SIZE", 7)
    batches = iter(range(1, 100))

    def interrupt(done: int, whole: int) -> None:
        if next(batches) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        schema.migrate(old, progress=interrupt)
    schema.migrate(old)
    _assert_all_there(old)


def test_batch_that_fails_moves_nothing(old: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row is in one of the two tables: never in both, never in none."""
    monkeypatch.setattr(earlier_tables, "BATCH_SIZE", 7)
    calls = iter(range(1_000))

    def fails(at: str) -> int:
        if next(calls) == 10:
            raise RuntimeError
        return command_day(at)

    with monkeypatch.context() as context:
        context.setattr(earlier_tables, "command_day", fails)
        with pytest.raises(RuntimeError):
            schema.migrate(old)
    earlier = [each.name for each in old.read_now(earlier_tables.remaining) if each.name.startswith("done")]
    counts = [old.read_now(lambda db, name=name: _count(db, name)) for name in ("processed_commands", *earlier)]
    assert (counts[0], sum(counts)) == (7, len(ACCOUNTS) * COMMANDS)
    schema.migrate(old)
    _assert_all_there(old)


def _count(session: Session, table: str) -> int:
    return int(session.connection().execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_new_installation_has_nothing_to_move(installation: dict[str, Any]) -> None:
    database = Database(installation["database_url"])
    told: list[int] = []
    schema.migrate(database, progress=lambda done, whole: told.append(done))
    assert told == []
    database.dispose()
