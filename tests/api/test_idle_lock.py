"""A locked session changes nothing and discloses nothing more; its sockets go on receiving, and the password unlocks it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2 as httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from board.accounts import throttle
from models.accounts import Account
from tests.api.test_administration import FOREIGN, browser, hire, signed_in
from tests.api.test_audit_entries import by, since_now
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PASSWORD, PATIENCE_S, new_id
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

LOCK, UNLOCK = "/api/v1/me/lock", "/api/v1/me/unlock"
SEARCH = {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"}


@pytest.fixture
async def eva(team: Team) -> Account:
    return await hire(team.server, "coordinator")


@pytest.fixture
async def http(team: Team, eva: Account) -> AsyncIterator[httpx.AsyncClient]:
    """Eva at a browser."""
    async with browser(team.server, eva) as signed_in_browser:
        yield signed_in_browser


def socket_of(team: Team, http: httpx.AsyncClient) -> connect:
    headers = {"Cookie": f"board_session={http.cookies['board_session']}", "Origin": team.server.url}
    return connect(team.server.ws, additional_headers=headers)


async def frame(socket: ClientConnection, *types: str) -> dict[str, Any]:
    """The next frame of one of these types."""
    while True:
        received: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S))
        if received["type"] in types:
            return received


def command() -> dict[str, Any]:
    return {"id": new_id(), "name": "search.open", "data": SEARCH}


async def lock(http: httpx.AsyncClient) -> str:
    answer = await http.post(LOCK)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["locked_at"])


async def test_locked_session_is_refused_commands_over_http_and_on_the_socket(team: Team, http: httpx.AsyncClient) -> None:
    async with socket_of(team, http) as socket:
        assert "locked_at" not in (await frame(socket, "hello"))["account"]
        locked_at = await lock(http)
        assert (await frame(socket, "account"))["account"]["locked_at"] == locked_at
        await socket.send(json.dumps({"type": "command", "board": "operations", **command()}))
        assert (await frame(socket, "ack", "refused"))["code"] == "locked"
        refused = await http.post("/api/v1/boards/operations/commands", json=command())
        assert (refused.status_code, refused.json()["code"]) == (423, "locked")
        assert (await http.post(UNLOCK, json={"password": PASSWORD})).json() == {"locked_at": None}
        assert "locked_at" not in (await frame(socket, "account"))["account"]
    async with socket_of(team, http) as socket:
        assert "locked_at" not in (await frame(socket, "hello"))["account"]
        await socket.send(json.dumps({"type": "command", "board": "operations", **command()}))
        assert (await frame(socket, "ack", "refused"))["type"] == "ack"


async def test_lock_outlives_a_reload_and_holds_for_all_tabs(team: Team, http: httpx.AsyncClient) -> None:
    locked_at = await lock(http)
    assert await lock(http) == locked_at  # the first time stays
    page = (await http.get("/")).text
    assert f'data-locked-at="{locked_at}"' in page
    async with socket_of(team, http) as other_tab:
        assert (await frame(other_tab, "hello"))["account"]["locked_at"] == locked_at
    await http.post(UNLOCK, json={"password": PASSWORD})
    assert "data-locked-at" not in (await http.get("/")).text


async def test_socket_of_a_locked_session_receives_the_board(team: Team, http: httpx.AsyncClient) -> None:
    async with socket_of(team, http) as socket:
        await socket.send(json.dumps({"type": "subscribe", "board": "operations"}))
        await frame(socket, "subscribed")
        await lock(http)
        await frame(socket, "account")
        await team.alice.command("operations", "search.open", SEARCH)
        assert (await frame(socket, "events"))["board"] == "operations"
    async with socket_of(team, http) as reloaded:
        await reloaded.send(json.dumps({"type": "subscribe", "board": "operations"}))
        assert (await frame(reloaded, "snapshot"))["board"] == "operations"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/account/theme"), ("POST", "/account/password"), ("POST", "/account/sessions"), ("POST", "/account/language"),
        ("POST", "/api/v1/alerts/read"), ("POST", "/api/v1/me/active"), ("GET", "/api/v1/me/draft-key"),
        ("GET", "/api/v1/boards/operations/journal.csv"), ("GET", "/handover.pdf"),
    ],
)  # fmt: skip
async def test_locked_session_is_refused_changes_and_disclosures(http: httpx.AsyncClient, method: str, path: str) -> None:
    await lock(http)
    assert (await http.request(method, path)).status_code == 423
    await http.post(UNLOCK, json={"password": PASSWORD})
    assert (await http.request(method, path)).status_code != 423


async def test_locked_administrator_changes_no_account(team: Team, eva: Account) -> None:
    admin = await hire(team.server, "admin", "Robin")
    async with browser(team.server, admin) as robin:
        await lock(robin)
        assert (await robin.post(f"/accounts/{eva.id}/enabled", data={"enabled": "no"})).status_code == 423
        assert (await robin.post("/accounts", data={"name": "X", "email": "x@x.example", "role": "admin"})).status_code == 423


async def test_wrong_password_keeps_the_lock_and_is_recorded(team: Team, http: httpx.AsyncClient, eva: Account) -> None:
    await lock(http)
    record = await since_now(team)
    for password in ("", "wrong", "x" * 1_000):
        refused = await http.post(UNLOCK, json={"password": password})
        assert (refused.status_code, set(refused.json()["fields"])) == (422, {"password"})
    assert (await http.post(UNLOCK, json={"password": "x" * 1_001})).status_code == 422
    assert (await http.post(UNLOCK, json={"password": PASSWORD, "other": 1})).status_code == 422
    assert (await http.post(UNLOCK, content=b"[" * 100_000)).status_code in (413, 422)
    assert "data-locked-at" in (await http.get("/")).text
    assert (await record.one("sign_in.failed"))["about"]["reason"] == "password"
    assert (await http.post(UNLOCK, json={"password": PASSWORD})).status_code == 200
    entry = await record.one("session.unlocked")
    assert (entry["id"], entry["actor"]) == (eva.id, by(eva))


async def test_unlocked_session_has_another_cookie(http: httpx.AsyncClient, team: Team) -> None:
    await lock(http)
    former = http.cookies["board_session"]
    assert (await http.post(UNLOCK, json={"password": PASSWORD})).status_code == 200
    assert await signed_in(http)
    async with httpx.AsyncClient(base_url=team.server.url, cookies={"board_session": former}) as copied:
        assert not await signed_in(copied)


async def test_wrong_passkey_keeps_the_lock(http: httpx.AsyncClient) -> None:
    await lock(http)
    assert (await http.post("/step-up/ways")).json()["passkey"] is False
    assert (await http.post("/step-up/options")).status_code == 200
    for credential in ("", "{}", "[" * 1_000, '{"id": "x", "response": {"clientDataJSON": "e30"}}'):
        refused = await http.post(UNLOCK, json={"credential": credential})
        assert (refused.status_code, set(refused.json()["fields"])) == (422, {"credential"})
    assert (await http.post("/step-up/check", data={"password": PASSWORD})).status_code == 423
    assert "data-locked-at" in (await http.get("/")).text


async def test_guesses_at_a_locked_screen_are_throttled(http: httpx.AsyncClient) -> None:
    await lock(http)
    statuses = {(await http.post(UNLOCK, json={"password": "wrong"})).status_code for _ in range(throttle.DEVICE.limit + 1)}
    assert statuses == {422, 429}
    assert (await http.post(UNLOCK, json={"password": PASSWORD})).status_code == 429


async def test_lock_and_unlock_at_the_same_time_leave_a_definite_state(http: httpx.AsyncClient) -> None:
    await lock(http)
    calls = [http.post(LOCK), http.post(UNLOCK, json={"password": PASSWORD}), http.post(LOCK)]
    first, unlocked, last = [each.status_code for each in await asyncio.gather(*calls)]
    assert unlocked == 200
    assert {first, last} <= {200, 401}, "the cookie from before the unlocking ends with it"
    assert (await http.post(UNLOCK, json={"password": PASSWORD})).status_code == 200
    assert (await http.post("/api/v1/me/active")).status_code == 200


async def test_only_the_own_session_is_locked(team: Team, http: httpx.AsyncClient, eva: Account) -> None:
    async with browser(team.server, eva) as elsewhere:
        await lock(http)
        assert (await elsewhere.post("/api/v1/me/active")).status_code == 200
        assert (await elsewhere.post(UNLOCK, json={"password": PASSWORD})).status_code == 200
        assert (await http.post("/api/v1/me/active")).status_code == 423


async def test_token_and_foreign_page_lock_nothing(team: Team, http: httpx.AsyncClient) -> None:
    assert (await team.alice.http.post(LOCK)).status_code == 403
    assert (await team.alice.http.post(UNLOCK, json={"password": PASSWORD})).status_code == 403
    assert (await http.post(LOCK, headers=FOREIGN)).status_code == 403
    await lock(http)
    assert (await http.post(UNLOCK, json={"password": PASSWORD}, headers=FOREIGN)).status_code == 403


async def test_locked_session_can_sign_out(http: httpx.AsyncClient) -> None:
    await lock(http)
    assert (await http.post("/logout")).status_code == 303
    assert not await signed_in(http)


# -- change of person -----------------------------------------------------------------------------------------------------


async def test_signing_in_in_the_same_browser_ends_the_former_session(team: Team, http: httpx.AsyncClient, eva: Account) -> None:
    kim, record = await hire(team.server, name="Kim"), await since_now(team)
    former = http.cookies["board_session"]
    await lock(http)
    async with socket_of(team, http) as socket:
        await frame(socket, "hello")
        answer = await http.post("/login", data={"email": kim.email, "password": PASSWORD, "next": "/searches/7"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/searches/7")
        await asyncio.wait_for(socket.wait_closed(), PATIENCE_S)
        assert socket.close_code == 4501
    assert (await http.get("/api/v1/me")).json()["name"] == "Kim"
    assert (await http.post("/api/v1/me/active")).status_code == 200  # the new session is not locked
    async with httpx.AsyncClient(base_url=team.server.url, cookies={"board_session": former}) as of_eva:
        assert not await signed_in(of_eva)
    entry = await record.one("session.replaced")
    assert (entry["id"], entry["actor"]) == (eva.id, by(kim))


async def test_failed_sign_in_keeps_the_former_session(team: Team, http: httpx.AsyncClient) -> None:
    kim = await hire(team.server, name="Kim")
    await lock(http)
    assert (await http.post("/login", data={"email": kim.email, "password": "wrong"})).status_code == 401
    assert (await http.get("/api/v1/me")).json()["name"] == "Eva"
    assert (await http.post("/api/v1/me/active")).status_code == 423


async def test_sign_in_page_is_shown_to_another_person_only_if_asked(http: httpx.AsyncClient) -> None:
    assert (await http.get("/login")).status_code == 303
    assert 'name="password"' in (await http.get("/login?another&next=/")).text
