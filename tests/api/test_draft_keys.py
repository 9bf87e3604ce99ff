"""The key by which a browser encrypts what somebody typed is their account's, and nobody else gets it."""

import asyncio
import base64

import httpx2 as httpx
import pytest
from sqlmodel import select

from board.accounts import accounts, live_changes
from models.accounts import DraftKey
from tests.api.test_administration import NEW, browser, hire
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PASSWORD, Server, create_token
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

ADDRESS = "/api/v1/me/draft-key"


async def key(http: httpx.AsyncClient) -> str:
    answer = await http.get(ADDRESS)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"account", "key"}
    return str(answer.json()["key"])


async def keys(server: Server) -> dict[str, str]:
    """Return the stored keys by account."""
    rows = await server.service.database.read(lambda database: [each.model_copy() for each in database.exec(select(DraftKey))])
    return {each.account: each.key for each in rows}


async def test_each_account_has_one_key_in_all_of_its_browsers(team: Team) -> None:
    eva, kim = await hire(team.server), await hire(team.server, name="Kim")
    async with browser(team.server, eva) as here, browser(team.server, eva) as there, browser(team.server, kim) as other:
        assert eva.id not in await keys(team.server)  # created at the first request
        found = await key(here)
        assert len(base64.b64decode(found)) == 32
        assert await key(there) == found
        assert await key(other) != found
        assert (await here.get(ADDRESS)).json()["account"] == eva.id


async def test_two_keys_made_at_once_leave_one(team: Team) -> None:
    eva = await hire(team.server)
    async with browser(team.server, eva) as http:
        found = await asyncio.gather(*(key(http) for _ in range(8)))
    assert set(found) == {(await keys(team.server))[eva.id]}


async def test_a_changed_password_keeps_it_and_a_disabled_account_gets_none(team: Team) -> None:
    server, eva = team.server, await hire(team.server)
    async with browser(server, eva) as http:
        before = await key(http)
        assert (await http.post("/account/password", data={"old": PASSWORD, "new": NEW})).status_code == 303
        assert await key(http) == before
        await live_changes.apply_change(server.service, lambda database: accounts.set_enabled(database, eva.email, False))
        assert (await http.get(ADDRESS)).status_code == 401
        await live_changes.apply_change(server.service, lambda database: accounts.set_enabled(database, eva.email, True))
        assert (await http.get(ADDRESS)).status_code == 401
    async with browser(server, eva, NEW) as http:
        assert await key(http) == before


async def test_nobody_gets_it_without_a_session(team: Team) -> None:
    server, eva = team.server, await hire(team.server)
    async with browser(server, eva) as http:
        found = await key(http)
        assert (await http.post("/logout")).status_code == 303
        assert (await http.get(ADDRESS)).status_code == 401
    for scope in ("read", "write", "intake"):
        token = await create_token(server.service, "Tess", "admin", scope)
        async with browser(server) as http:
            answer = await http.get(ADDRESS, headers={"Authorization": f"Bearer {token}"})
            assert (answer.status_code, "key" in answer.json()) == (403, False)
    ada = await hire(server, "admin", "Ada")
    async with browser(server, ada) as http:
        for page in ("/accounts", f"/accounts/{eva.id}", "/api/v1/accounts", "/api/v1/me", "/account"):
            assert found not in (await http.get(page)).text
