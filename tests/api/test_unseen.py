"""Unseen changes: everything after a person's read position on each board, on any screen, and its net effect."""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text
from sqlmodel import Session

from board.accounts import accounts, live_changes
from board.commands.execute import execute
from board.commands.registry import Command
from board.engine import event as engine_event
from board.engine import journal, kinds, read_positions
from board.engine.identity import Caller
from board.errors import Refused
from board.history import diff as state_diff
from board.history import unseen_api as since_calls
from board.history.diff import EntityState
from board.service import _create_fixed_boards
from models.accounts import Account
from models.board import OPERATIONS, Board
from models.db.database import Database
from models.db.schema import migrate
from models.entity import flatten
from tests.api.test_administration import browser
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PASSWORD, Person, new_id
from tests.support.search_scenario import UNKNOWN_ID
from tests.support.team import Team

NOW = "2026-11-24T22:00:00.000Z"


async def see(person: Person, *marks: dict[str, Any], status: int = 200) -> Any:
    """Move read positions; return those kept, or the refusal."""
    body = marks[0] if len(marks) == 1 else {"marks": list(marks)}
    response = await person.http.post("/api/v1/seen", json=body)
    assert response.status_code == status, response.text
    return response.json()["seen"] if status == 200 else response.json()


async def at(person: Person, board: str, seq: int | None = None) -> dict[str, Any]:
    """A mark on a board, where it stands now or at a seq."""
    snapshot = await person.snapshot(board)
    return {"board": board, "epoch": snapshot["epoch"], "seq": snapshot["seq"] if seq is None else seq}


async def news(person: Person, board: str | None = None) -> dict[str, dict[str, Any]]:
    """Return the number of new events for a person, by board."""
    response = await person.http.get("/api/v1/since", params={} if board is None else {"board": board})
    assert response.status_code == 200, response.text
    return {each["board"]: each for each in response.json()["boards"]}


# -- marks ----------------------------------------------------------------------------------------------------------------


@pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
async def test_read_position_is_shared_moves_forward_and_ends_with_the_epoch(team: Team) -> None:
    charlie, again = team.charlie, await team.open_socket(team.charlie)
    search = await team.alice.open_search()
    here = await at(charlie, search)
    assert (await news(charlie))[search] | {"seen": None} == here | {"seen": None, "events": here["seq"]}
    (kept,) = await see(charlie, here | {"seq": 5})
    assert kept == here | {"seq": 5, "at": kept["at"], "own": 0}
    assert (await news(again))[search]["seen"] == {"epoch": here["epoch"], "seq": 5, "at": kept["at"]}
    assert (await news(again))[search]["events"] == here["seq"] - 5
    assert (await see(again, here))[0]["seq"] == here["seq"]
    assert (await see(charlie, here | {"seq": 5}))[0]["seq"] == here["seq"]  # a late one
    assert (await news(team.bob))[search]["seen"] is None
    sql = text("UPDATE board SET epoch = 'anew' WHERE id = :board")
    await team.server.service.database.write(lambda session: session.connection().execute(sql, {"board": search}))
    assert (await news(charlie))[search]["seen"] is None
    assert search not in {each["board"] for each in (await charlie.http.get("/api/v1/seen")).json()["seen"]}
    refused = await see(charlie, here, status=409)
    assert refused["current"] == {"epoch": "anew", "seq": here["seq"]}
    assert (await see(charlie, here | {"epoch": "anew", "seq": 2}))[0]["seq"] == 2


@pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
async def test_valid_positions_of_a_list_are_kept(team: Team) -> None:
    alice, charlie = team.alice, team.charlie
    secret, open_one = await team.secret_search(team.bob), await alice.open_search()
    marks = [await at(alice, board) for board in (secret, open_one, OPERATIONS)]
    beyond = marks[1] | {"seq": marks[1]["seq"] + 1}
    assert [each["board"] for each in await see(charlie, *marks, beyond)] == sorted([open_one, OPERATIONS])
    assert (await see(charlie, marks[0], status=404))["code"] == "not_found"
    assert (await see(charlie, beyond, status=422))["fields"].keys() == {"seq"}
    assert secret not in await news(charlie)
    assert [each["board"] for each in await see(team.bob, marks[0])] == [secret]
    await alice.command(secret, "search.set_access", {"access": "members", "members": [alice.account["id"]]})
    assert secret not in {each["board"] for each in (await team.bob.http.get("/api/v1/seen")).json()["seen"]}
    assert (await team.bob.http.get("/api/v1/since", params={"board": secret})).status_code == 404


async def test_furthest_valid_position_of_a_board_is_kept(team: Team) -> None:
    search, bob = await team.alice.open_search(), team.bob
    here = await at(bob, search)
    seqs = [3, here["seq"], 5, here["seq"], here["seq"] + 1]
    elsewhere = [here | {"epoch": "of another life"}, here | {"board": "none"}]
    (kept,) = await see(bob, *(here | {"seq": seq} for seq in seqs), *elsewhere)
    assert (kept["board"], kept["seq"]) == (search, here["seq"])
    (kept,) = await see(bob, here | {"seq": 4}, here | {"seq": 2})
    assert kept["seq"] == here["seq"], "no mark goes backwards"


async def test_five_hundred_marks_are_written_by_as_few_statements_as_one(team: Team) -> None:
    search, bob, writer = await team.alice.open_search(), team.bob, team.server.service.database.write_engine
    here, said = await at(bob, search), list[str]()

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    async def written(count: int) -> list[str]:
        said.clear()
        await see(bob, *(here | {"seq": 1 + number % here["seq"]} for number in range(count)))
        return [each for each in said if "INTO read_positions" in each]

    event.listen(writer, "before_cursor_execute", note)
    try:
        assert len(await written(2)) == len(await written(500)) == 1
    finally:
        event.remove(writer, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "wrong",
    [
        {"seq": -1}, {"seq": 1.5}, {"seq": True}, {"seq": 2**53 + 2}, {"seq": "1"}, {"epoch": None}, {"epoch": "x" * 65},
        {"board": ""}, {"board": 7}, {"more": 1},
    ],
    ids=str,
)  # fmt: skip
async def test_invalid_position_is_refused(team: Team, wrong: dict[str, Any]) -> None:
    body = await at(team.alice, OPERATIONS) | wrong
    sent: dict[str, Any]
    for sent in (body, {"marks": [body]}):
        assert (await see(team.alice, sent, status=422))["code"] == "invalid"


async def test_invalid_list_of_positions_is_refused(team: Team) -> None:
    right = await at(team.alice, OPERATIONS)
    sent: dict[str, Any]
    for sent in ({}, {"board": OPERATIONS}, {"marks": None}, {"marks": [{}]}, right | {"marks": []}, {"marks": [right] * 501}):
        assert (await see(team.alice, sent, status=422))["code"] == "invalid"


async def test_marks_are_moved_from_our_own_pages_and_by_who_may_write(team: Team) -> None:
    service, mark = team.server.service, await at(team.alice, OPERATIONS)
    reader = await team.add_person("Rita", "investigator", "read")
    assert (await see(reader, mark, status=403))["code"] == "forbidden"
    assert (await news(reader))[OPERATIONS]["seen"] is None
    id = await live_changes.add_account(service, "nora@desk.example", "Nora", "viewer", PASSWORD)
    async with browser(team.server, (await live_changes.caller_for(service, id)).account) as nora:
        for headers, status in (({"Origin": "https://elsewhere.example"}, 403), ({"Origin": ""}, 403), ({}, 200)):
            answer = await nora.post("/api/v1/seen", json=mark, headers={"Origin": team.server.url} | headers)
            assert answer.status_code == status, headers


# -- what changed ---------------------------------------------------------------------------------------------------------


@pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
async def test_changes_have_old_and_new_values_and_reverted_ones_are_apart(team: Team) -> None:
    alice, bob = team.alice, team.bob
    search = await alice.open_search()
    await alice.command(search, "sighting.add", {"description": "a girl"})
    entities = (await alice.snapshot(search))["entities"]
    card = next(id for kind, id in entities if kind == "sighting")
    roles = {state["role"]: id for (kind, id), state in entities.items() if kind == "column"}
    await see(bob, await at(bob, search))
    nothing = {"net": [], "back": [], "more": False, "events": 0}
    assert (await news(bob, search))[search].items() >= nothing.items()

    await alice.command(search, "sighting.grade", {"sighting": card, "grade": {"source": "B", "content": 2}})
    await alice.command(search, "card.assign", {"card": card, "assignee": bob.account["id"]})
    (last,) = (await alice.command(search, "sighting.grade", {"sighting": card, "grade": {"source": "F", "content": 2}}))["seqs"]
    (added,) = (await alice.command(search, "task.add", {"title": "call the school"}))["seqs"]
    (gone,) = (await alice.command(search, "column.remove", {"column": roles["waiting"]}))["seqs"]
    await alice.command(search, "column.add", {"title": "For a moment", "role": "waiting"})
    brief = next(id for kind, id in (await alice.snapshot(search))["entities"] if kind == "column" and id not in roles.values())
    (went,) = (await alice.command(search, "column.remove", {"column": brief}))["seqs"]

    told = (await news(bob, search))[search]
    assert told["events"] == 7
    graded, task, column = told["net"]
    assert graded == {
        "kind": "sighting", "id": card, "seq": last, "number": entities["sighting", card]["number"], "change": "changed",
        "fields": [
            {"path": "assignee", "from": None, "to": bob.account["id"]}, {"path": "grade.content", "from": 6, "to": 2},
        ],
    }  # fmt: skip
    assert (task["kind"], task["change"], task["seq"]) == ("task", "added", added)
    assert {"path": "title", "from": None, "to": "call the school"} in task["fields"]
    assert (column["id"], column["change"], column["seq"], "number" in column) == (roles["waiting"], "removed", gone, False)
    assert {"path": "role", "from": "waiting", "to": None} in column["fields"]
    assert [(each["id"], each["seq"]) for each in told["back"]] == [(card, last), (brief, went)]
    assert told["back"][0]["fields"] == ["grade.source"]
    assert "title" in told["back"][1]["fields"]


async def test_states_alone_are_compared_over_too_many_events(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = team.alice
    search = await alice.open_search()
    await see(alice, await at(alice, search))
    for title in ("call the school", "call the hospital"):
        await team.bob.command(search, "task.add", {"title": title})
    told = (await news(alice, search))[search]
    monkeypatch.setattr(since_calls, "MAX_EVENTS", 1)
    assert (await news(alice, search))[search] == told | {"back": None}
    monkeypatch.setattr(since_calls, "MAX_CHANGES", 1)
    short = (await news(alice, search))[search]
    assert (short["net"], short["more"]) == (told["net"][:1], True)


@pytest.mark.parametrize("most", [0, 5_000])
async def test_operations_reveal_nothing_of_a_hidden_search(team: Team, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(since_calls, "MAX_EVENTS", most)
    mark = await at(team.alice, OPERATIONS)
    for person in (team.bob, team.charlie):
        await see(person, mark)
    secret = await team.secret_search(team.bob, reference=new_id())
    assert [each["id"] for each in (await news(team.bob, OPERATIONS))[OPERATIONS]["net"]] == [secret]
    told = (await news(team.charlie, OPERATIONS))[OPERATIONS]
    assert (told["net"], told["back"] or []) == ([], [])
    assert (await team.charlie.http.get("/api/v1/since", params={"board": UNKNOWN_ID})).status_code == 404


async def test_overview_of_all_boards_reads_no_events_and_has_constant_cost(team: Team) -> None:
    def asks(session: Session) -> list[str]:
        asked: list[str] = []
        event.listen(session.connection(), "before_cursor_execute", lambda *given: asked.append(given[2]))
        assert len(since_calls._overview(session, team.alice.account["id"])) > 1
        return asked

    await team.alice.open_search()
    asked = await team.server.service.database.read(asks)
    await team.alice.open_search()
    assert await team.server.service.database.read(asks) == asked
    assert not any("FROM event" in each for each in asked)


# -- own changes ----------------------------------------------------------------------------------------------------------


@pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
async def test_own_changes_are_new_to_others_only(team: Team) -> None:
    alice, bob = team.alice, team.bob
    for who in (alice, bob):
        await see(who, await at(who, OPERATIONS))
    search = await alice.open_search()
    assert (await news(alice))[search]["events"] == 0, "who opened it has seen it"
    assert (await news(alice))[OPERATIONS]["events"] == 0
    assert (await news(bob))[search]["seen"] is None
    assert (await news(bob))[OPERATIONS]["events"] == 1
    await see(bob, await at(bob, search))
    await alice.command(search, "sighting.add", {"description": "a girl"})
    assert ((await news(alice))[search]["events"], (await news(bob))[search]["events"]) == (0, 1)
    mark = (await news(bob))[search]["seen"]
    # Unseen events before it stay new; their own later ones are neither counted nor listed.
    await bob.command(search, "task.add", {"title": "call"})
    await bob.command(search, "search.update", {"person": {"age": 11}})
    there = (await news(bob, search))[search]
    assert (there["events"], there["seen"], [each["kind"] for each in there["net"]]) == (1, mark, ["sighting"])
    assert (await news(bob))[search]["events"] == 1
    assert (await news(alice))[search]["events"] == 2
    await alice.command(search, "search.update", {"person": {"age": 12, "first_name": "Noor"}})
    there = (await news(bob, search))[search]
    assert (there["events"], {each["kind"] for each in there["net"]}) == (2, {"sighting", "search"})
    await see(bob, await at(bob, search, there["seq"] - 1))
    assert (await news(bob))[search]["events"] == 1
    await see(bob, await at(bob, search, there["seq"] - 2))
    assert (await news(bob))[search]["events"] == 1, "it never goes backwards"


@pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
async def test_own_changes_on_an_unread_board_are_not_new(team: Team) -> None:
    search, bob = await team.alice.open_search(), team.bob
    before = (await news(bob))[search]["events"]
    for number in range(2):
        await bob.command(search, "note.add", {"text": f"own {number}"})
        there = (await news(bob, search))[search]
        assert (there["events"], there["seen"]) == (before, None)
    assert all(each["kind"] != "note" for each in there["net"])
    await team.alice.command(search, "note.add", {"text": "hers"})
    assert (await news(bob))[search]["events"] == before + 1
    assert search not in {each["board"] for each in (await bob.http.get("/api/v1/seen")).json()["seen"]}
    await see(bob, await at(bob, search, 1))
    there = (await news(bob, search))[search]
    assert (there["events"], there["seen"]["seq"]) == (before, 1)
    # After a restore the board has a new epoch, and is new to everybody.
    sql = text("UPDATE board SET epoch = 'another' WHERE id = :board")
    await team.server.service.database.write(lambda session: session.connection().execute(sql, {"board": search}))
    ack = await bob.command(search, "note.add", {"text": "own again"})
    there = (await news(bob))[search]
    assert (there["events"], there["seen"]) == (ack["seqs"][0] - 1, None)


@pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
async def test_a_mark_before_ones_own_events_leaves_those_out(team: Team) -> None:
    search, bob = await team.alice.open_search(), team.bob
    early = await at(bob, search)
    await team.alice.command(search, "note.add", {"text": "one"})
    for number in range(3):
        await bob.command(search, "note.add", {"text": f"own {number}"})
    for marks in ([early], [early, await at(bob, OPERATIONS)]):
        await see(bob, *marks)
        there = (await news(bob, search))[search]
        assert (there["events"], len(there["net"])) == (1, 1)


@pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
async def test_only_the_newest_events_are_read_from_a_far_position(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mark is moved by the one writer, for which everybody waits."""
    monkeypatch.setattr(read_positions, "MAX_EVENTS_COUNTED", 2)
    search, bob = await team.alice.open_search(), team.bob
    early = await at(bob, search)
    for number in range(3):
        await bob.command(search, "note.add", {"text": f"own {number}"})
    for marks in ([early], [early, await at(bob, OPERATIONS)]):
        await see(bob, *marks)
        assert (await news(bob))[search]["events"] == 1
    await bob.command(search, "note.add", {"text": "one more"})
    assert (await news(bob))[search]["events"] == 1


@pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
async def test_simultaneous_changes_are_new_to_the_other_person_alone(team: Team) -> None:
    search, alice, bob = await team.alice.open_search(), team.alice, team.bob
    await see(bob, await at(bob, search))
    notes = (who.command(search, "note.add", {"text": f"note {number}"}) for number in range(20) for who in (alice, bob))
    await asyncio.gather(*notes)
    assert (await news(alice))[search]["events"] == (await news(bob))[search]["events"] == 20
    assert len((await news(bob, search))[search]["net"]) == 20


def test_own_changes_are_left_out_of_net_changes() -> None:
    def event(seq: int, id: str, account: str, state: dict[str, Any] | None, *changes: str) -> state_diff.Event:
        return state_diff.Event(seq, ("task", id), state, changes, account)

    before = {("task", id): EntityState(1, {"title": "was", "due": None}) for id in ("mine", "both", "gone", "back")}
    events = [
        event(2, "mine", "me", {"title": "own", "due": None}, "title"),
        event(3, "both", "me", {"title": "own", "due": None}, "title"),
        event(4, "both", "you", {"title": "own", "due": "now"}, "due"),
        event(5, "new", "me", {"title": "own", "due": None}, "title"),
        event(6, "new", "you", {"title": "own", "due": "now"}, "due"),
        event(7, "theirs", "you", {"title": "new", "due": None}, "title"),
        event(8, "theirs", "me", {"title": "new", "due": "now"}, "due"),
        event(9, "gone", "you", None),
        event(10, "back", "me", {"title": "x", "due": None}, "title"),
        event(11, "back", "me", {"title": "was", "due": None}, "title"),
    ]
    changes = state_diff.diff(before, state_diff.apply_events(before, events), {("task", "gone"): 9})
    kept, back = state_diff.by_others(changes, state_diff.reverted(changes, events), events, "me")
    told = {each.key[1]: (each.change, [path for path, _, _ in each.fields]) for each in kept}
    assert told == {
        "both": ("changed", ["due"]),
        "new": ("changed", ["due"]),
        "theirs": ("added", ["due", "title"]),
        "gone": ("removed", ["title"]),
    }
    assert back == []
    everything, all_back = state_diff.by_others(changes, state_diff.reverted(changes, events), events, None)
    assert (everything, [each.key[1] for each in all_back]) == (changes, ["back"])


# -- as the difference of two states --------------------------------------------------------------------------------------

VALUES = ("Gent", "Genk", None)
ONE: dict[str, Any] = {"card": "card"}
OUTCOME = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
SIGHTING, TASK, COLUMN = {"sighting": "card"}, {"task": "card"}, {"column": "column"}
DO: list[tuple[str, dict[str, Any]]] = [
    ("sighting.add", {"description": "a girl"}),
    ("task.add", {"title": "call", "checklist": {"k": {"text": "the school", "done": False}}}),
    ("sighting.update", SIGHTING | {"place": {"text": "value"}}),
    ("sighting.update", SIGHTING | {"clothing": "value"}),
    ("sighting.grade", SIGHTING | {"grade": {"source": "B"}}),
    ("sighting.grade", SIGHTING | {"grade": {"source": "F"}}),
    ("task.update", TASK | {"checklist": {"k": {"done": True}}}),
    ("task.update", TASK | {"checklist": {"k": None}}),
    ("card.assign", ONE | {"assignee": "person"}),
    ("card.assign", ONE | {"assignee": None}),
    ("card.move", ONE | COLUMN),
    ("card.withdraw", ONE),
    ("card.restore", ONE),
    ("column.add", {"title": "more", "role": "doing"}),
    ("column.remove", COLUMN),
    ("column.rename", COLUMN | {"title": "value"}),
    ("sighting.update", SIGHTING | {"place": None}),
    ("search.update", {"person": {"last_name": "value"}}),
    ("search.update", {"last_seen": {"text": "value"}}),
    ("search.update", {"last_seen": None}),
    ("search.update", {"details": {"aliases": ["value"], "facility": "value"}}),
    ("search.update", {"details": {"aliases": None, "facility": None}}),
    ("search.update", {"earlier": {"k": {"place": "value", "days": 3}}}),
    ("search.update", {"earlier": {"k": None}}),
    ("search.set_status", {"status": "found", "reason": "home", "outcome": OUTCOME}),
    ("search.set_outcome", {"outcome": {"confirmed_by": "value"}}),
    ("search.set_status", {"status": "open", "reason": "another child"}),
    ("search.set_goal", {"text": "value"}),
    ("search.set_goal", {"text": None}),
    ("note.add", {"text": "so it was"}),
    ("undo", {"seq": "seq"}),
]
STEPS = st.lists(st.tuples(st.sampled_from(DO), st.integers(0, 30), st.sampled_from(VALUES)), min_size=1, max_size=25)
FUZZ = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


class Book:
    """A database without a server, on which Alice writes journals."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(f"sqlite:///{folder}/board.db")
        migrate(self.database)
        self._ids = itertools.count()
        self.database.write_now(lambda session: _create_fixed_boards(session, NOW))
        id = self.database.write_now(accounts.prepare_account("alice@desk.example", "Alice", "coordinator", PASSWORD, NOW))
        account = self.database.read_now(lambda session: session.get(Account, id))
        assert account is not None
        self.alice = Caller(account)

    def command(self, board: str, name: str, data: dict[str, Any]) -> str | None:
        """The board that it opened, if it did. What is refused changes nothing."""
        command = Command(f"c{next(self._ids)}", board, name, data)
        try:
            return self.database.write_now(lambda session: execute(session, self.alice, command, NOW)).ack.opened
        except Refused:
            return None

    def write(self, steps: list[Any]) -> str:
        """A search with a history; its id."""
        data = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": NOW}
        search = self.command(OPERATIONS, "search.open", data)
        assert search is not None
        for (name, data), number, value in steps:
            self.command(search, name, self._filled(search, data, number, value))
        return search

    def _filled(self, search: str, data: dict[str, Any], number: int, value: Any) -> dict[str, Any]:
        there = self.states(search)
        cards = sorted(id for kind, id in there if kind in ("sighting", "task")) or ["none"]
        columns = sorted(id for kind, id in there if kind == "column")
        what = {"card": cards[number % len(cards)], "column": columns[number % len(columns)], "value": value}
        what |= {"person": self.alice.account.id, "seq": number}

        def fill(each: Any) -> Any:
            if isinstance(each, dict):
                return {key: fill(one) for key, one in each.items()}
            return what.get(each, each) if isinstance(each, str) else each

        return dict(fill(data))

    def states(self, search: str, seq: int = 10_000) -> dict[tuple[str, str], EntityState]:
        """The board as it was."""

        def read(session: Session) -> dict[tuple[str, str], EntityState]:
            return {(said.kind, said.entity): EntityState(said.seq, state) for said, state in journal.as_of(session, search, seq)}

        return self.database.read_now(read)

    def changed(self, search: str, seq: int) -> tuple[list[state_diff.Change], list[state_diff.RevertedFields] | None]:
        def read(session: Session) -> tuple[list[state_diff.Change], list[state_diff.RevertedFields] | None]:
            board = session.get(Board, search)
            assert board is not None
            return since_calls.what_changed(session, board, seq)

        return self.database.read_now(read)

    def events(self, search: str, seq: int) -> list[engine_event.JournalEvent]:
        return self.database.read_now(lambda session: journal.events_after(session, search, seq))


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    made = Book(tmp_path_factory.mktemp("book"))
    yield made
    made.database.write_engine.dispose()
    made.database.backend.read_engine.dispose()


@FUZZ
@given(steps=STEPS, back=st.integers(0, 25))
def test_any_event_is_undone_or_refused_and_unseen_reports_the_truth(book: Book, steps: list[Any], back: int) -> None:
    """A group may have been null, set, and null again in any order: nothing of it may fail."""
    search = book.write(steps)
    for each in book.events(search, 0):
        book.command(search, "undo", {"seq": each.seq})
    start = max(0, book.events(search, 0)[-1].seq - back)
    changes, _ = book.changed(search, start)
    both = book.states(search, start), book.states(search)
    assert {each.key: each.fields for each in changes} == {each.key: each.fields for each in state_diff.diff(*both)}


@FUZZ
@given(steps=STEPS, back=st.integers(0, 25))
def test_net_change_of_any_events_is_the_difference_of_two_states(book: Book, steps: list[Any], back: int) -> None:
    search = book.write(steps)
    start = max(0, book.events(search, 0)[-1].seq - back)
    changes, returned = book.changed(search, start)
    before = {key: without_derived(key, stand.state) for key, stand in book.states(search, start).items()}
    after = {key: without_derived(key, stand.state) for key, stand in book.states(search).items()}

    for change in changes:  # the old state with the changes is the new state
        fields = before.pop(change.key, {})
        for path, old, new in change.fields:
            assert fields.get(path) == old != new
            fields[path] = new
        if change.change != "removed":
            before[change.key] = {path: value for path, value in fields.items() if value is not None}
        assert (change.change == "removed") == (change.key not in after)
    assert before == after
    both = book.states(search, start), book.states(search)
    compared = {change.key: (change.change, change.fields) for change in state_diff.diff(*both)}
    assert compared == {change.key: (change.change, change.fields) for change in changes}

    said = {
        (each.kind, each.entity, path)
        for each in book.events(search, start)
        for path in each.payload()["changes"]
        if path not in kinds.named(each.kind).derived
    }
    differs = {(*change.key, path) for change in changes for path, _, _ in change.fields}
    assert {(*each.key, path) for each in returned or () for path in each.paths} == said - differs


def without_derived(key: tuple[str, str], state: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a state by path, without those that follow from others: they are no news."""
    return {path: value for path, value in flatten(state).items() if path not in kinds.named(key[0]).derived}


def test_removals_among_very_many_events_have_their_seq_too(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    search = book.write([(("column.add", {"title": "Later", "role": "waiting"}), 0, None)])
    start = book.events(search, 0)[-1].seq
    column = next(id for (kind, id), stand in book.states(search).items() if kind == "column" and stand.state["title"])
    book.command(search, "column.remove", {"column": column})
    book.command(search, "note.add", {"text": "she is well"})
    few, _ = book.changed(search, start)
    monkeypatch.setattr(since_calls, "MAX_EVENTS", 0)
    assert book.changed(search, start) == (few, None)
    assert [(change.seq, change.change) for change in few] == [(start + 1, "removed"), (start + 2, "added")]


def test_a_to_b_and_back_to_a_is_no_net_change_but_is_listed(book: Book) -> None:
    search = book.write([(("sighting.add", {"description": "a girl"}), 0, None)])
    start = book.events(search, 0)[-1].seq
    card = next(id for kind, id in book.states(search) if kind == "sighting")
    for source in ("B", "F"):
        book.command(search, "sighting.grade", {"sighting": card, "grade": {"source": source}})
    changes, returned = book.changed(search, start)
    assert changes == []
    assert [(each.key, each.seq, each.paths) for each in returned or ()] == [(("sighting", card), start + 2, ("grade.source",))]
