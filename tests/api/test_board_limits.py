"""A board holds so much and no more; to open a search, and to say that a child is found, is never refused for that."""

import importlib.util
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlmodel import Session, select
from structlog.testing import capture_logs

from board.client import Refusal
from board.engine import board_limits
from models.board import OPERATIONS, Board
from models.db.schema import MIGRATIONS
from tests.support.board_shares import without_reserve
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

FOUND = {
    "status": "found", "reason": "seen by a patrol",
    "outcome": {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"},
}  # fmt: skip


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


async def entities(team: Team, board: str) -> int:
    return await team.server.service.database.read(lambda session: session.get_one(Board, board).entities)


async def there(team: Team, board: str) -> int:
    """Return what counts towards the limit, as a person sees it who sees all."""
    found, own = (await team.alice.snapshot(board))["entities"], () if board == OPERATIONS else ("search",)
    return len([kind for kind, _ in found if kind in ("sighting", "task", "note", "column", *own)])


@pytest.mark.both_backends
async def test_it_counts_what_is_there_and_no_search(scene: SearchScenario) -> None:
    team, search = scene.team, scene.search
    before = await entities(team, OPERATIONS)
    assert await entities(team, search) == await there(team, search) > 5
    await team.alice.command(OPERATIONS, "note.add", {"text": "a storm is announced"})
    other = await team.alice.open_search()
    await team.alice.command(other, "search.set_status", {"status": "closed", "reason": "a mistake", "acknowledge": "as it is"})
    assert await entities(team, OPERATIONS) == before + 1
    await scene.sighting()
    await scene.task()
    await scene.one("note.add", {"text": "x"})
    column = await scene.one("column.add", {"role": "waiting"})
    assert await entities(team, search) == await there(team, search)
    await scene.does("column.remove", {"column": column["id"]})
    assert await entities(team, search) == await there(team, search)


async def test_a_search_is_opened_however_full_operations_is(scene: SearchScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    team = scene.team
    await team.alice.command(OPERATIONS, "note.add", {"text": "the last that there is room for"})
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", await entities(team, OPERATIONS))
    without_reserve(monkeypatch, team.server.service)
    with pytest.raises(Refusal, match="too_large"):
        await team.alice.command(OPERATIONS, "note.add", {"text": "one more"})
    for _ in range(3):
        opened = await team.alice.open_search()
        assert len((await team.alice.snapshot(opened))["entities"]) > 6
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", 0)
    assert await team.alice.open_search(), "nor is its own board too small"


async def test_a_desk_that_has_opened_ten_thousand_searches_opens_one_more(
    scene: SearchScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counter stands as an earlier version left it."""
    team = scene.team
    without_reserve(monkeypatch, team.server.service)

    def fill(session: Session) -> None:
        session.get_one(Board, OPERATIONS).entities = board_limits.MAX_ENTITIES + 5

    before = await entities(team, OPERATIONS)
    await team.server.service.database.write(fill)
    assert await team.alice.open_search()
    with pytest.raises(Refusal, match="too_large"):
        await team.alice.command(OPERATIONS, "note.add", {"text": "one more"})
    await team.server.service.database.write(lambda session: setattr(session.get_one(Board, OPERATIONS), "entities", before))


async def test_a_child_is_found_however_full_its_board_is(scene: SearchScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    team, search = scene.team, scene.search
    await scene.does("search.set_appeal", {"level": "posters"})
    tasks = len([1 for kind, _ in (await team.alice.snapshot(search))["entities"] if kind == "task"])
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", 0)
    without_reserve(monkeypatch, team.server.service)
    await scene.refuses("too_large", "task.add", {"title": "one more"})
    events = await scene.does("search.set_status", FOUND)
    assert [event["type"] for event in events][:2] == ["search.status_set", "search.appeal_set"]
    assert len([1 for event in events if event["type"] == "task.added"]) > 1
    assert tasks < len([1 for kind, _ in (await team.alice.snapshot(search))["entities"] if kind == "task"])
    await scene.does("search.set_status", {"status": "open", "reason": "it was not her"})
    await scene.does("search.set_appeal", {"level": "posters"})
    monkeypatch.setattr(board_limits, "RESERVED_ENTITIES", 0)
    events = await scene.does("search.set_status", FOUND)
    assert [event["type"] for event in events] == ["search.status_set", "search.appeal_set"], "the tasks are left out"


async def test_it_is_logged_once_that_a_board_is_filling_up(scene: SearchScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    has = await entities(scene.team, scene.search)
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", (has + 3) * 5)
    monkeypatch.setattr(board_limits, "NEARLY_FULL", 0.2)
    with capture_logs() as said:
        for number in range(6):
            await scene.one("note.add", {"text": f"{number}"})
    told = [each for each in said if each["event"] == "board nearly full"]
    assert [(each["log_level"], each["board"], each["entities"]) for each in told] == [("warning", scene.search, has + 3)]


@pytest.mark.both_backends
async def test_the_counters_of_boards_that_are_there_are_right_after_the_update(scene: SearchScenario) -> None:
    team = scene.team
    await scene.sighting()
    await scene.one("note.add", {"text": "x"})
    await team.alice.command(OPERATIONS, "note.add", {"text": "x"})
    database = team.server.service.database

    def counted(session: Session) -> dict[str, int]:
        return {board.id: board.entities for board in session.exec(select(Board))}

    right = await database.read(counted)

    def as_before(session: Session) -> None:
        for board in session.exec(select(Board).where(Board.kind != "audit")):
            board.entities = 9_999

    def update(session: Session) -> None:
        (file,) = MIGRATIONS.glob("versions/0018_entities.py")
        spec = importlib.util.spec_from_file_location("entities", file)
        assert spec is not None
        assert spec.loader is not None
        migration: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        with Operations.context(MigrationContext.configure(session.connection())):
            migration.upgrade()

    await database.write(as_before)
    await database.write(update)
    assert await database.read(counted) == right
    assert right[OPERATIONS] == await there(team, OPERATIONS)
