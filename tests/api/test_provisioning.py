"""Accounts that another program adds and disables: by a token for nothing else, without passwords, and never administrators."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2 as httpx
import pytest
from sqlmodel import select
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from board.accounts import accounts, live_changes
from board.errors import OperationError
from models.accounts import Account
from models.times import format_utc, now
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PASSWORD, PATIENCE_S, create_token, new_id, session_cookie
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

NEW = "quiet lantern over water"


def http(team: Team, token: str = "", **headers: str) -> httpx.AsyncClient:
    sent = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(base_url=team.server.url, headers=sent | headers, timeout=PATIENCE_S)


@pytest.fixture
async def directory(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    """The program, with a token of an administrator."""
    async with http(team, await create_token(team.server.service, "Directory", "admin", "accounts")) as program:
        yield program


def eva(**more: str) -> dict[str, str]:
    return {"email": f"eva-{new_id()}@desk.example", "name": "Eva", "role": "investigator"} | more


async def account(team: Team, id: str) -> Account:
    return await team.server.service.database.read(lambda session: session.get_one(Account, id))


async def test_new_account_signs_in_once_its_owner_has_set_a_password(team: Team, directory: httpx.AsyncClient) -> None:
    body = eva()
    answer = await directory.post("/api/v1/accounts", json=body)
    assert answer.status_code == 201
    link = answer.json()["link"]
    assert link.startswith(f"{team.server.url}/password#")
    async with http(team, Origin=team.server.url) as browser:
        assert (await browser.post("/password", data={"code": link.partition("#")[2], "new": NEW})).status_code == 303
        assert (await browser.post("/login", data={"email": body["email"], "password": NEW})).status_code == 303
        assert (await browser.get("/api/v1/me")).json()["id"] == answer.json()["id"]
        again = await browser.post("/password", data={"code": link.partition("#")[2], "new": NEW})
        assert again.status_code == 422


async def test_known_address_is_a_conflict_that_names_the_account(team: Team, directory: httpx.AsyncClient) -> None:
    body = eva()
    first = await directory.post("/api/v1/accounts", json=body)
    second = await directory.post("/api/v1/accounts", json=body | {"email": body["email"].upper()})
    assert (second.status_code, second.json()["code"]) == (409, "conflict")
    assert second.json()["current"] == {"id": first.json()["id"], "name": "Eva", "role": "investigator", "enabled": True}


async def test_role_and_access_are_changed_and_recorded_with_the_token(team: Team, directory: httpx.AsyncClient) -> None:
    id = (await directory.post("/api/v1/accounts", json=eva())).json()["id"]
    changed = await directory.patch(f"/api/v1/accounts/{id}", json={"role": "coordinator", "enabled": False})
    assert changed.json() == {"id": id, "name": "Eva", "role": "coordinator", "enabled": False}
    assert (await directory.patch(f"/api/v1/accounts/{id}", json={"enabled": True})).json()["enabled"] is True
    entries = (await team.ada.http.get("/api/v1/audit", params={"account": id})).json()["entries"]
    assert [entry["type"] for entry in entries] == [
        "account.enabled", "account.disabled", "account.role_set", "link.made", "account.added"
    ]  # fmt: skip
    assert all(entry["actor"]["token"] for entry in entries)


async def test_disabling_ends_sessions_and_the_link(team: Team, directory: httpx.AsyncClient) -> None:
    body = eva()
    made = (await directory.post("/api/v1/accounts", json=body)).json()
    await directory.patch(f"/api/v1/accounts/{made['id']}", json={"enabled": False})
    async with http(team, Origin=team.server.url) as browser:
        assert (await browser.post("/password", data={"code": made["link"].partition("#")[2], "new": NEW})).status_code == 422
        email = f"{new_id()}@desk.example"
        other = await live_changes.add_account(team.server.service, email, "Cora", "viewer", PASSWORD)
        browser.cookies["board_session"] = await session_cookie(team.server.service, email)
        assert (await browser.get("/api/v1/me")).status_code == 200
        assert (await directory.patch(f"/api/v1/accounts/{other}", json={"enabled": False})).status_code == 200
        assert (await browser.get("/api/v1/me")).status_code == 401


async def test_administrators_are_out_of_reach(team: Team, directory: httpx.AsyncClient) -> None:
    for role in ("admin", "", "Viewer", None):
        assert (await directory.post("/api/v1/accounts", json=eva() | {"role": role})).status_code == 422
    id = (await directory.post("/api/v1/accounts", json=eva())).json()["id"]
    assert (await directory.patch(f"/api/v1/accounts/{id}", json={"role": "admin"})).status_code == 422
    admins = await team.server.service.database.read(
        lambda session: [(each.id, each.email) for each in session.exec(select(Account).where(Account.role == "admin"))]
    )
    for admin, email in admins:
        for changes in ({"enabled": False}, {"role": "viewer"}, {}):
            assert (await directory.patch(f"/api/v1/accounts/{admin}", json=changes)).status_code == 404
        assert (await account(team, admin)).enabled
        known = await directory.post("/api/v1/accounts", json=eva(email=email))
        assert (known.status_code, known.json().get("current")) == (409, None)
    assert (await directory.patch(f"/api/v1/accounts/{new_id()}", json={"enabled": False})).status_code == 404


@pytest.mark.parametrize(
    "body",
    [{"email": "no address"}, {"name": " "}, {"name": "x" * 201}, {"email": f"{'x' * 200}@desk.example"}, {"password": NEW}],
    ids=lambda body: next(iter(body)),
)
async def test_account_that_can_not_be_is_invalid(directory: httpx.AsyncClient, body: dict[str, str]) -> None:
    assert (await directory.post("/api/v1/accounts", json=eva() | body)).status_code == 422


async def test_no_other_caller_provisions(team: Team, directory: httpx.AsyncClient) -> None:
    id = (await directory.post("/api/v1/accounts", json=eva())).json()["id"]
    for role, scope, status in (
        ("admin", "write", 403), ("admin", "read", 403), ("coordinator", "write", 404), ("viewer", "read", 404),
        ("admin", "intake", 403),
    ):  # fmt: skip
        async with http(team, await create_token(team.server.service, role.title(), role, scope)) as caller:
            assert (await caller.post("/api/v1/accounts", json=eva())).status_code == status, (role, scope)
            assert (await caller.patch(f"/api/v1/accounts/{id}", json={"enabled": False})).status_code == status
    async with http(team) as stranger:
        assert (await stranger.post("/api/v1/accounts", json=eva())).status_code == 401
    assert (await account(team, id)).enabled


async def test_the_token_does_nothing_else(team: Team, directory: httpx.AsyncClient) -> None:
    assert (await directory.get("/api/v1/me")).status_code == 200
    assert (await directory.get("/api/v1/accounts")).status_code == 200
    for path in ("/api/v1/boards", "/api/v1/boards/operations", "/api/v1/alerts", "/api/v1/handover", "/api/v1/find?q=girl"):
        refused = await directory.get(path)
        assert (refused.status_code, refused.json()["message"]) == (403, "This token can only manage accounts."), path
    command = {"id": new_id(), "name": "note.add", "data": {"text": "Hello"}}
    assert (await directory.post("/api/v1/boards/operations/commands", json=command)).status_code == 403
    for path in ("/", "/account", "/accounts"):
        assert (await directory.get(path)).status_code in (403, 404), path
    with pytest.raises(InvalidStatus, match="403"):
        await connect(team.server.ws, additional_headers={"Authorization": directory.headers["authorization"]})


async def test_token_ends_with_the_role_of_its_owner(team: Team) -> None:
    service = team.server.service
    token = await create_token(service, "Demoted", "admin", "accounts")
    async with http(team, token) as program:
        id = (await program.get("/api/v1/me")).json()["id"]
        email = (await account(team, id)).email
        await live_changes.apply_change(service, lambda session: accounts.set_role(session, email, "coordinator"))
        assert (await program.post("/api/v1/accounts", json=eva())).status_code == 404
    email = f"{new_id()}@desk.example"
    await live_changes.add_account(service, email, "Cora", "coordinator", PASSWORD)
    add = lambda session: accounts.add_token(session, new_id(), "accounts", email, format_utc(now()))  # noqa: E731
    with pytest.raises(OperationError, match="Only the token of an administrator"):
        await live_changes.apply_change(service, add)


async def test_program_out_of_control_is_bounded(team: Team, directory: httpx.AsyncClient, monkeypatch: Any) -> None:
    monkeypatch.setattr(accounts, "MAX_ACCOUNTS", 1)
    assert (await directory.post("/api/v1/accounts", json=eva())).status_code == 413
    rule = team.server.service.limits.accounts
    assert (rule.limit, rule.window_s) == (120, 3_600)
    monkeypatch.setattr(team.server.service.limits, "accounts", type(rule)("tried", 1, 3_600))
    statuses = [(await directory.patch(f"/api/v1/accounts/{new_id()}", json={})).status_code for _ in range(2)]
    assert statuses == [404, 429]
