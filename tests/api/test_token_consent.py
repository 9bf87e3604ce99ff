"""A token never acts for a person in secret: its owner agrees to it, and each event names it. Only the person's own session marks
alerts about the account as read."""

from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest

from board.accounts import accounts
from models.accounts import Account
from models.times import format_utc, now
from tests.api.test_administration import browser, hire, problem, shown_once
from tests.api.test_tokens import give, row
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PASSWORD, Server, new_id
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture
async def ada(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    """An administrator in a browser."""
    async with browser(team.server, await hire(team.server, "admin", "Ada")) as http:
        yield http


def program(server: Server, secret: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {secret}"})


async def add(ada: httpx.AsyncClient, owner: Account, scope: str = "write", **more: str) -> tuple[str, httpx.Response]:
    """Name of a new token, and the page that answers."""
    name = f"gis {new_id()}"
    form = {"name": name, "scope": scope, "account": owner.email, "password": PASSWORD} | more
    return name, await ada.post("/accounts/tokens", data=form)


async def security_alerts(http: httpx.AsyncClient) -> list[tuple[str, bool]]:
    listed = (await http.get("/api/v1/alerts")).json()["alerts"]
    return [(each["type"], each["read"]) for each in listed if each["kind"] == "security"]


# -- marking alerts as read ---------------------------------------------------------------------------------------------


async def test_token_cannot_mark_alerts_about_its_account_as_read(team: Team, ada: httpx.AsyncClient) -> None:
    eva = await hire(team.server)
    _, secret = await give(team.server, eva)
    await ada.post(f"/accounts/{eva.id}/link")
    one, all = {"alerts": [{"board": "account", "seq": 1}]}, {"all": True}
    async with program(team.server, secret) as other, browser(team.server, eva) as own:
        assert (await other.post("/api/v1/alerts/read", json=one)).status_code == 403
        assert (await other.post("/api/v1/alerts/read", json=all)).json() == {"unread": 1}
        assert await security_alerts(own) == [("link.made", False)]
        # a session beside the token changes nothing
        both = {"Cookie": f"board_session={own.cookies['board_session']}", "Origin": team.server.url}
        assert (await other.post("/api/v1/alerts/read", json=all, headers=both)).json() == {"unread": 1}
        assert (await own.post("/api/v1/alerts/read", json=one)).json() == {"unread": 0}
        assert await security_alerts(own) == [("link.made", True)]


# -- consent ------------------------------------------------------------------------------------------------------------


async def test_token_for_another_person_waits_for_consent(team: Team, ada: httpx.AsyncClient) -> None:
    eva = await hire(team.server)
    async with browser(team.server, eva) as own:
        name, page = await add(ada, eva)
        assert 'data-testid="waits"' in page.text
        assert await security_alerts(own) == [("token.added", False)]
        token = await row(team.server, name)
        async with program(team.server, shown_once(page)) as other:
            assert (await other.get("/api/v1/me")).status_code == 401
            assert "waits for consent" in (await own.get("/account")).text
            wrong = await own.post("/account/tokens/agree", data={"token": token.id, "password": "not it"})
            assert problem(wrong) == "Your current password is wrong."
            assert (await other.get("/api/v1/me")).status_code == 401
            assert (await own.post("/account/tokens/agree", data={"token": token.id, "password": PASSWORD})).status_code == 303
            assert (await other.get("/api/v1/me")).json()["id"] == eva.id
            assert "waits for consent" not in (await own.get("/account")).text
            assert (await own.post("/account/tokens/end", data={"token": token.id})).status_code == 303
            assert (await other.get("/api/v1/me")).status_code == 401


async def test_nobody_else_can_agree_to_or_end_a_token(team: Team, ada: httpx.AsyncClient) -> None:
    eva, kim = await hire(team.server), await hire(team.server, name="Kim")
    async with browser(team.server, eva), browser(team.server, kim) as other:
        name, page = await add(ada, eva)
        token = await row(team.server, name)
        for http in (other, ada):
            refused = await http.post("/account/tokens/agree", data={"token": token.id, "password": PASSWORD})
            assert problem(refused) == "This token has ended."
            assert problem(await http.post("/account/tokens/end", data={"token": token.id})) == "This token has ended."
        assert await row(team.server, name) == token
        async with program(team.server, shown_once(page)) as waiting:
            assert (
                await waiting.post("/account/tokens/agree", data={"token": token.id, "password": PASSWORD})
            ).status_code == 401


async def test_token_of_an_own_account_or_a_program_works_immediately(team: Team, ada: httpx.AsyncClient) -> None:
    hotline = await hire(team.server, name="Hotline")
    me = (await ada.get("/api/v1/me")).json()
    admin = await team.server.service.database.read(lambda session: session.get_one(Account, me["id"]))
    for owner in (hotline, admin):
        _, page = await add(ada, owner, "read")
        assert "waits" not in page.text
        async with program(team.server, shown_once(page)) as other:
            assert (await other.get("/api/v1/me")).json()["id"] == owner.id


async def test_token_made_on_the_command_line_waits_too(team: Team) -> None:
    eva = await hire(team.server)
    async with browser(team.server, eva):
        pass
    name, _ = await give(team.server, eva)
    assert (await row(team.server, name)).agreed_at is None
    name, _ = await give(team.server, eva, made_by=eva.id)
    assert (await row(team.server, name)).agreed_at is not None


# -- the password -------------------------------------------------------------------------------------------------------


async def test_creating_a_token_asks_for_the_password(team: Team, ada: httpx.AsyncClient) -> None:
    eva = await hire(team.server)
    for typed in ("", "not it"):
        name, page = await add(ada, eva, password=typed)
        assert problem(page) == "Your current password is wrong."
        assert name in page.text  # what was typed stays in the form
    tokens = await team.server.service.database.read(lambda session: accounts.active_tokens(session, eva.id, format_utc(now())))
    assert tokens == []
    shown_once((await add(ada, eva))[1])


# -- events -------------------------------------------------------------------------------------------------------------


async def test_each_event_names_the_token_that_caused_it(team: Team) -> None:
    eva = await hire(team.server, "coordinator")
    name, secret = await give(team.server, eva)
    command = {"id": new_id(), "name": "note.add", "data": {"text": "Seen by a program"}}
    async with program(team.server, secret) as other, browser(team.server, eva) as own:
        url = f"/api/v1/boards/{await team.alice.open_search()}"
        assert (await other.post(f"{url}/commands", json=command)).status_code == 200
        assert (await own.post(f"{url}/commands", json=command | {"id": new_id()})).status_code == 200
        events = (await own.get(f"{url}/events", params={"after": 0})).json()["events"][-2:]
    person = {"id": eva.id, "name": "Eva"}
    token = await row(team.server, name)
    assert [each["actor"] for each in events] == [person | {"token": {"id": token.id, "name": name}}, person]
