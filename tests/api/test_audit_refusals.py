"""Refusals are entries of the audit journal: of every command, every route and every rate limit, by whom, and how often."""

from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from board.audit import outlets
from board.client import Refusal
from board.commands.registry import TABLE
from models.board import OPERATIONS
from tests.support.audit_record import AuditRecord, about
from tests.support.audit_scene import AuditScene
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person, connect_person, create_token, new_id, running_server
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture(scope="module")
async def prepared(team: Team) -> AuditScene:
    return await AuditScene(team).prepare()


@pytest.fixture
async def scene(prepared: AuditScene) -> AuditScene:
    await prepared.record.restart()
    return prepared


async def refused(person: Person, board: str, name: str) -> str:
    """Return the code with which a command is refused."""
    with pytest.raises(Refusal) as refusal:
        await person.command(board, name, {})
    return refusal.value.code


# -- commands ---------------------------------------------------------------------------------------------------------------


async def test_every_refused_command_is_an_entry(scene: AuditScene) -> None:
    charlie = scene.team.charlie
    for name in TABLE:
        assert await refused(charlie, scene.search, name) == "not_found"
    entries = await scene.record.entries(charlie.account["id"])
    assert sorted(entry.about["command"] for entry in entries) == sorted(TABLE)
    assert {(entry.type, entry.id, entry.about["reason"]) for entry in entries} == {
        ("command.refused", scene.search, "not_found")
    }  # fmt: skip
    assert {entry.about["reference"] for entry in entries} == {scene.reference}


async def test_accepted_command_is_no_refusal(scene: AuditScene) -> None:
    await scene.team.alice.command(OPERATIONS, "note.add", {"text": "x"})
    assert await scene.record.types(scene.team.alice.account["id"]) == []


async def test_refused_command_says_why_and_stores_no_typed_text(scene: AuditScene) -> None:
    victor, bob = scene.team.victor, scene.team.bob
    assert await refused(victor, OPERATIONS, "note.add") == "forbidden"
    assert await refused(bob, OPERATIONS, "note.add") == "invalid"
    assert await refused(bob, OPERATIONS, "zébulonne") == "unknown_command"
    assert await refused(bob, "zébulonne", "note.add") == "not_found"
    entries = await scene.record.entries(kind="command.refused")
    assert [(entry.id, entry.about["command"], entry.about["reason"]) for entry in entries] == [
        (OPERATIONS, "note.add", "forbidden"), (OPERATIONS, "note.add", "invalid"), (OPERATIONS, None, "unknown_command"),
        ("", "note.add", "not_found"),
    ]  # fmt: skip
    assert "zébulonne" not in str([entry.payload for entry in entries])


@pytest.mark.parametrize("path", ["/api/v1/boards/{board}/commands", "/api/v1/intake/sightings"])
async def test_command_refused_by_http_is_one_entry(scene: AuditScene, path: str) -> None:
    victor = scene.team.victor
    body = {"id": new_id(), "board": OPERATIONS, "description": "a girl"}
    if "commands" in path:
        body = {"id": new_id(), "name": "note.add"}
    assert (await victor.http.post(path.replace("{board}", OPERATIONS), json=body)).status_code == 403
    assert await scene.record.types(victor.account["id"]) == ["command.refused"]


# -- routes -----------------------------------------------------------------------------------------------------------------

# Routes of displays know no account, so they refuse none.
ABOUT_A_BOARD = [
    name
    for name in outlets.CALLS | outlets.PAGES
    if ("/boards/{board}" in name or "/searches/{id}" in name) and "/wall/" not in name
]


async def test_every_refused_route_about_a_board_is_an_entry(scene: AuditScene) -> None:
    charlie, found = scene.team.charlie, {}
    for name in ABOUT_A_BOARD:
        await scene.record.restart()
        (answer, *_) = await scene.request(charlie.http, name)
        assert answer.status_code in (404, 422), name
        entries = await scene.record.entries(charlie.account["id"])
        found[name] = [(entry.type, f"{entry.about['method']} {entry.about['path']}", entry.id) for entry in entries]
    assert len(found) > 20, "there is something to see"
    assert found == {name: [("request.refused", name, scene.search)] for name in found}


async def test_refused_page_is_an_entry_and_an_allowed_one_is_not(scene: AuditScene) -> None:
    charlie, bob = scene.team.charlie, scene.team.bob
    for page in (f"/searches/{scene.search}", f"/searches/{scene.search}/history", "/accounts", "/searches/zébulonne"):
        assert (await charlie.http.get(page)).status_code == 404
    assert (await bob.http.get(f"/searches/{scene.search}")).status_code == 200
    entries = await scene.record.entries()
    assert [(entry.about["path"], entry.about["status"], entry.id) for entry in entries] == [
        ("/searches/{id}", 404, scene.search), ("/searches/{id}/history", 404, scene.search), ("/accounts", 404, ""),
        ("/searches/{id}", 404, ""),
    ]  # fmt: skip
    assert {entry.actor["id"] for entry in entries} == {charlie.account["id"]}
    assert "bulonne" not in str([entry.payload for entry in entries])


async def test_refused_handshake_is_an_entry(scene: AuditScene) -> None:
    token = await create_token(scene.team.server.service, "Ina", "investigator", "intake")
    with pytest.raises(InvalidStatus, match="403"):
        await connect(scene.team.server.ws, additional_headers={"Authorization": f"Bearer {token}"})
    with pytest.raises(InvalidStatus, match="401"):
        await connect(scene.team.server.ws)  # by nobody known
    (entry,) = await scene.record.entries(kind="request.refused")
    assert (entry.actor["name"], about(entry)) == (
        "Ina", {"reference": None, "method": "GET", "path": "/ws", "status": 403}
    )  # fmt: skip


# -- rate limits ------------------------------------------------------------------------------------------------------------


async def test_rate_limit_is_an_entry_of_calls_and_of_messages(tmp_path: Path) -> None:
    async with running_server(tmp_path, max_messages_per_second=5) as server:
        alice = await connect_person(server, await create_token(server.service, "Alice", "coordinator"))
        record = AuditRecord(server.service)
        assert await record.entries(kind="rate.limited") == []
        for _ in range(20):
            answer = await alice.http.post("/api/v1/alerts/read", json={"all": True})
        assert answer.status_code == 429
        for number in range(20):
            await alice.send({"type": "ping", "id": number})
        await alice.wait_until(lambda: any(frame.get("code") == "rate_limited" for frame in alice.frames))
        entries = await record.entries(alice.account["id"], "rate.limited")
        assert [entry.about["path"] for entry in entries] == ["/api/v1/alerts/read", "/ws"]
        await record.flush()
        *_, calls, messages = await record.entries(alice.account["id"], "rate.limited")
        assert calls.about["count"] > 5
        assert messages.about["count"] > 5
        await alice.close()
