"""A board that holds 9,999 entities, as the limits are: which sentence each person gets, and what continues to work."""

from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session

from board.client import Refusal
from models.board import OPERATIONS, Board
from tests.support.people import create_token
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

OUTCOME = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}


async def set_entities(team: Team, board: str, entities: int) -> None:
    def write(session: Session) -> None:
        session.connection().execute(text("UPDATE board SET entities = :n WHERE id = :id"), {"n": entities, "id": board})

    await team.server.service.database.write(write)


async def entities(team: Team, board: str) -> int:
    return await team.server.service.database.read(lambda session: session.get_one(Board, board).entities)


async def refused(person: Any, board: str, name: str, data: dict[str, Any]) -> str:
    with pytest.raises(Refusal, match="too_large") as refusal:
        await person.command(board, name, data)
    return str(refusal.value.body["message"])


async def test_each_person_on_a_search_of_9999(team: Team) -> None:
    alice, bob, charlie = team.alice, team.bob, team.charlie
    scene = SearchScenario(team, await alice.open_search())
    search, card = scene.search, (await scene.sighting())["id"]
    await set_entities(team, search, 9_999)
    await charlie.command(search, "note.add", {"text": "the last one"})
    full = "This board is full. Ask a coordinator to make room."
    assert await refused(bob, search, "note.add", {"text": "x"}) == full
    assert await refused(charlie, search, "sighting.add", {"description": "x"}) == full
    for number in range(100):
        await alice.command(search, "note.add", {"text": f"{number}"})
    assert await refused(alice, search, "note.add", {"text": "x"}) == (
        "This board is full, and so is the reserve for coordinators. Make room first."
    )
    assert (await team.ada.command(search, "task.add", {"title": "another coordinator still can"}))["seqs"]
    await bob.command(search, "sighting.update", {"sighting": card, "priority": "urgent"})
    assert [kind for kind, _ in (await bob.snapshot(search))["entities"] if kind == "alarm"], "alarms do not count"
    assert (await scene.does("search.set_status", {"status": "found", "reason": "seen", "outcome": OUTCOME}))[0]["state"]
    await set_entities(team, search, 20)


async def test_each_caller_on_all_searches_of_9999(team: Team) -> None:
    hotline = await create_token(team.server.service, "Hotline", "investigator", "intake")
    before = await entities(team, OPERATIONS)
    tip = {"board": "operations", "description": "a boy alone at the station"}
    async with httpx.AsyncClient(base_url=team.server.url, headers={"Authorization": f"Bearer {hotline}"}) as software:
        await set_entities(team, OPERATIONS, 9_999)
        assert (await software.post("/api/v1/intake/sightings", json={"id": "h1"} | tip)).status_code == 201
        answer = await software.post("/api/v1/intake/sightings", json={"id": "h2"} | tip)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.json()["message"] == "This board is full. Ask a coordinator to make room."
        search = await team.alice.open_search()
        assert (await software.post("/api/v1/intake/sightings", json={"id": "h3"} | tip | {"board": search})).status_code == 201
    assert (await team.alice.command(OPERATIONS, "tip.add", {"description": "the reserve"}))["seqs"]
    await set_entities(team, OPERATIONS, before + 2)
