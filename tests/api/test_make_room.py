"""Room on a board: what nobody has to deal with leaves it by an event, by a coordinator or automatically, and comes back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from board.client import Refusal
from board.config.board_shares import LeaveAfterDays
from board.engine import board_limits
from board.maintenance.archiving import Archiving
from models.board import OPERATIONS, Board, BoardShare
from tests.support import handover_steps
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.board_shares import set_shares
from tests.support.people import Person
from tests.support.search_scenario import SearchScenario
from tests.support.server_clock import WallClock
from tests.support.team import running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

DAY = timedelta(days=1)
MONTH = LeaveAfterDays(withdrawn=30, set_aside=30, done=30, notes=30)
GROUPS = ["withdrawn", "set_aside", "done", "notes"]


@pytest.fixture
async def scene(installation: dict[str, Any], tmp_path: Path, wall_clock: WallClock) -> AsyncIterator[SearchScenario]:
    """Search of a team of its own, as its clock is moved."""
    async with running_team(tmp_path, **installation) as team:
        yield SearchScenario(team, await team.alice.open_search())


async def room(person: Person, board: str, **params: Any) -> dict[str, Any]:
    response = await person.http.get(f"/api/v1/boards/{board}/room", params=params)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def counts_are_right(scene: SearchScenario, board: str) -> None:
    """Check that the counters of a board are those of its rows."""
    kinds = ("sighting", "task", "note", "column", "tip", *(() if board == OPERATIONS else ("search",)))
    there = [kind for kind, _ in (await scene.team.alice.snapshot(board))["entities"] if kind in kinds]

    def read(session: Session) -> tuple[int, int]:
        shares = session.exec(select(BoardShare).where(BoardShare.board == board))
        return session.get_one(Board, board).entities, sum(row.entities for row in shares)

    entities, shared = await scene.team.server.service.database.read(read)
    assert entities == len(there)
    assert shared == len([kind for kind in there if kind != "search"])


async def one_of_each(scene: SearchScenario) -> dict[str, str]:
    """Add what can leave and what cannot; return ids by name."""
    columns = await scene.columns()
    ids: dict[str, str] = {}
    for name in ("open", "withdrawn", "duplicate"):
        ids[name] = (await scene.sighting())["id"]
    await scene.does("card.withdraw", {"card": ids["withdrawn"]})
    await scene.does("sighting.assess", {"sighting": ids["duplicate"], "assessment": "duplicate", "duplicate_of": ids["open"]})
    ids["todo"], ids["done"] = (await scene.task())["id"], (await scene.task())["id"]
    await scene.does("card.move", {"card": ids["done"], "column": columns["done"]})
    ids["note"] = (await scene.one("note.add", {"text": "the aunt was called"}))["id"]
    return ids


async def test_finished_cards_and_old_notes_leave_and_the_rest_stays(scene: SearchScenario, wall_clock: WallClock) -> None:
    team, search = scene.team, scene.search
    ids = await one_of_each(scene)
    screen = await team.bob.subscribe(search)
    assert sum((await room(team.alice, search, unchanged_days=1))["leaving"].values()) == 0, "it changed today"
    wall_clock.set(40 * DAY)
    assert (await room(team.alice, search, unchanged_days=30))["leaving"] == dict.fromkeys(GROUPS, 1)
    events = await scene.does("board.make_room", {"groups": GROUPS, "unchanged_days": 30})
    assert [event["type"] for event in events] == ["card.archived"] * 3 + ["note.archived"]
    assert {event["id"] for event in events} == {ids[name] for name in ("withdrawn", "duplicate", "done", "note")}
    assert all(event["actor"]["name"] == "Alice" and event["state"] is None and event["after_days"] == 30 for event in events)
    await team.bob.wait_for_seq(search, events[-1]["seq"])
    there = (await team.alice.snapshot(search))["entities"]
    assert screen.entities == there
    assert {id for _, id in there} & set(ids.values()) == {ids["open"], ids["todo"]}
    await counts_are_right(scene, search)
    before = await team.alice.snapshot(search, at=events[0]["seq"] - 1)
    assert set(ids.values()) <= {id for _, id in before["entities"]}, "it stays in history"
    hits = (await team.bob.http.get("/api/v1/find", params={"q": "aunt", "board": search})).json()["hits"]
    assert [(hit["id"], hit["archived"]) for hit in hits] == [(ids["note"], True)]


async def test_exports_lack_cards_that_left(scene: SearchScenario, wall_clock: WallClock) -> None:
    ids = await one_of_each(scene)
    wall_clock.set(40 * DAY)
    await scene.does("board.make_room", {"groups": GROUPS, "unchanged_days": 30})
    answers = [await scene.team.alice.http.get(f"/api/v1/boards/{scene.search}/cards.{form}") for form in ("json", "csv")]
    assert {card["id"] for card in answers[0].json()["cards"]} & set(ids.values()) == {ids["open"], ids["todo"]}
    assert [id in answers[1].text for id in (ids["open"], ids["done"])] == [True, False]


async def test_only_coordinators_make_room(scene: SearchScenario) -> None:
    for person in (scene.team.bob, scene.team.victor):
        with pytest.raises(Refusal, match="forbidden"):
            await person.command(scene.search, "board.make_room", {"groups": GROUPS})
    await scene.refuses("invalid", "board.make_room", {"groups": ["open"]}, "groups.0")
    await scene.refuses("invalid", "board.make_room", {"groups": GROUPS, "unchanged_days": -1}, "unchanged_days")


async def test_entities_of_one_account_leave_alone(scene: SearchScenario, wall_clock: WallClock) -> None:
    team, search = scene.team, scene.search
    theirs = [(await scene.one("note.add", {"text": "spam"}, team.charlie))["id"] for _ in range(3)]
    mine = (await scene.one("note.add", {"text": "x"}))["id"]
    wall_clock.set(timedelta(minutes=1))
    account = team.charlie.account["id"]
    assert (await room(team.alice, search, unchanged_days=0, account=account))["leaving"]["notes"] == 3
    events = await scene.does("board.make_room", {"groups": ["notes"], "unchanged_days": 0, "account": account})
    assert [event["id"] for event in events] == theirs
    assert ("note", mine) in (await team.alice.snapshot(search))["entities"]
    assert (await room(team.charlie, search))["share"]["used"] == 0


async def test_a_note_with_an_open_alarm_stays(scene: SearchScenario, wall_clock: WallClock) -> None:
    team, search = scene.team, scene.search
    asking = (await scene.does("note.add", {"text": "@Bob, who has called?", "please_answer": True}))[0]["id"]
    wall_clock.set(40 * DAY)
    assert (await room(team.alice, search, unchanged_days=30))["leaving"]["notes"] == 0
    assert ("note", asking) in (await team.alice.snapshot(search))["entities"]


async def test_a_pinned_note_stays(scene: SearchScenario, wall_clock: WallClock) -> None:
    team, search = scene.team, scene.search
    pinned, other = [(await scene.one("note.add", {"text": "x"}))["id"] for _ in range(2)]
    number = await handover_steps.prepare_handover(team.alice)
    await team.alice.command(search, "handover.write", {"handover": number, "pinned": [pinned]})
    wall_clock.set(40 * DAY)
    events = await scene.does("board.make_room", {"groups": ["notes"], "unchanged_days": 30})
    assert [event["id"] for event in events] == [other]


async def test_tips_of_a_hidden_search_are_neither_counted_nor_touched(scene: SearchScenario, wall_clock: WallClock) -> None:
    team = scene.team
    secret = await team.secret_search(team.bob)
    ack = await team.bob.command(OPERATIONS, "tip.add", {"description": "a boy"})
    (event,) = (await team.bob.http.get(f"/api/v1/boards/{OPERATIONS}/events", params={"after": ack["seqs"][0] - 1})).json()[
        "events"
    ]
    await team.bob.command(OPERATIONS, "tip.place", {"tip": event["id"], "search": secret})
    wall_clock.set(DAY)
    assert (await room(team.ada, OPERATIONS, unchanged_days=0))["leaving"]["tips"] == 0
    assert (await team.ada.command(OPERATIONS, "board.make_room", {"groups": ["tips"], "unchanged_days": 0}))["seqs"] == []
    assert (await room(team.alice, OPERATIONS, unchanged_days=0))["leaving"]["tips"] == 1
    assert len((await team.alice.command(OPERATIONS, "board.make_room", {"groups": ["tips"], "unchanged_days": 0}))["seqs"]) == 1


async def test_a_card_comes_back_by_a_command_or_a_change_of_it(scene: SearchScenario, wall_clock: WallClock) -> None:
    team, search = scene.team, scene.search
    ids = await one_of_each(scene)
    columns = await scene.columns()
    await scene.does("card.move", {"card": ids["todo"], "column": columns["waiting"]})
    await scene.does("card.withdraw", {"card": ids["todo"]})
    wall_clock.set(40 * DAY)
    left = await scene.does("board.make_room", {"groups": GROUPS, "unchanged_days": 30})
    await scene.does("column.remove", {"column": columns["waiting"]})
    back = await scene.one("board.bring_back", {"entity": ids["note"]}, team.bob)
    assert (back["type"], back["changes"], back["state"]["text"]) == ("note.brought_back", [], "the aunt was called")
    assert await scene.does("board.bring_back", {"entity": ids["note"]}) == [], "it is there"
    returned = await scene.one("card.restore", {"card": ids["todo"]}, team.bob)
    assert returned["state"]["column"] in (await scene.columns()).values(), "its column was removed in the meantime"
    moved = await scene.one("card.move", {"card": ids["done"], "column": columns["doing"]}, team.bob)
    undone = await scene.one("undo", {"seq": moved["seq"]})
    assert undone["state"]["column"] == columns["done"]
    assert {ids[name] for name in ("note", "todo", "done")} <= {id for _, id in (await team.alice.snapshot(search))["entities"]}
    await counts_are_right(scene, search)
    assert (await room(team.bob, search))["share"]["used"] == 3, "who brings it back has it"
    assert len(left) == 5


async def test_nothing_comes_back_to_a_full_board_or_beyond_a_share(
    scene: SearchScenario, wall_clock: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, search = scene.team, scene.search
    ids = await one_of_each(scene)
    wall_clock.set(40 * DAY)
    await scene.does("board.make_room", {"groups": GROUPS, "unchanged_days": 30})
    entities = (await room(team.bob, search))["entities"]
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", entities)
    for name, data in (
        ("board.bring_back", {"entity": ids["note"]}), ("card.restore", {"card": ids["withdrawn"]}),
    ):  # fmt: skip
        with pytest.raises(Refusal, match="too_large"):
            await team.bob.command(search, name, data)
    monkeypatch.undo()
    set_shares(monkeypatch, team.server.service, token=0, account=0)
    with pytest.raises(Refusal, match="too_large"):
        await team.bob.command(search, "board.bring_back", {"entity": ids["note"]})


# -- automatically ------------------------------------------------------------------------------------------------------------


async def test_a_board_that_is_nearly_full_makes_room_itself(
    scene: SearchScenario, wall_clock: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, search = scene.team, scene.search
    ids = await one_of_each(scene)
    archiving = Archiving(team.server.service)
    set_shares(monkeypatch, team.server.service, leave_after_days=MONTH)
    wall_clock.set(40 * DAY)
    assert await archiving.make_room() == 0, "there is room enough"
    full = (await room(team.bob, search))["entities"]
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", full)
    assert await archiving.make_room() == 4
    assert await archiving.make_room() == 0
    left = {id for _, id in (await team.alice.snapshot(search))["entities"]} & set(ids.values())
    assert left == {ids["open"], ids["todo"]}
    assert (await scene.one("note.add", {"text": "x"}, team.bob))["seq"]


async def test_a_share_that_is_nearly_used_gets_room_for_its_account_alone(
    scene: SearchScenario, wall_clock: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = scene.team
    set_shares(monkeypatch, team.server.service, account=10, token=10, leave_after_days=MONTH)
    for _ in range(8):
        await team.bob.command(OPERATIONS, "note.add", {"text": "x"})
    await team.charlie.command(OPERATIONS, "note.add", {"text": "y"})
    archiving = Archiving(team.server.service)
    wall_clock.set(29 * DAY)
    assert await archiving.make_room() == 0
    wall_clock.set(30.1 * DAY)
    assert await archiving.make_room() == 8
    assert [
        state["text"] for (kind, _), state in (await team.bob.snapshot(OPERATIONS))["entities"].items() if kind == "note"
    ] == ["y"]


async def test_two_servers_make_room_once(scene: SearchScenario, wall_clock: WallClock, monkeypatch: pytest.MonkeyPatch) -> None:
    await one_of_each(scene)
    set_shares(monkeypatch, scene.team.server.service, leave_after_days=MONTH)
    wall_clock.set(40 * DAY)
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", 10)
    archiving = Archiving(scene.team.server.service)
    assert sum(await asyncio.gather(*(archiving.make_room() for _ in range(3)))) == 4
    await counts_are_right(scene, scene.search)
