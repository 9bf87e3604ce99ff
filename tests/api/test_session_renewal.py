"""Session cookies: random, and replaced by another sign-in in the same browser and by each proof of identity."""

import re

import httpx2 as httpx
import pytest
from sqlmodel import select
from websockets.asyncio.client import connect

from board.accounts import password_links, session_limit
from models.accounts import LoginSession
from models.event import Event
from tests.api.test_administration import NEW, browser, end_buttons, hire, signed_in
from tests.api.test_rights import ended_with
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.factors import code_of, give_app, sealed, set_factor_age
from tests.support.people import PASSWORD, Server

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

NAME = "board_session"


async def is_good(server: Server, cookie: str) -> bool:
    async with httpx.AsyncClient(base_url=server.url, headers={"Cookie": f"{NAME}={cookie}"}) as http:
        return await signed_in(http)


async def sessions(server: Server) -> int:
    rows = await server.service.database.read(lambda session: session.exec(select(LoginSession)).all())
    return len(rows)


async def test_session_cookies_are_long_and_differ(server: Server) -> None:
    """32 random bytes in base64: 256 bits."""
    cookies = set()
    for _ in range(5):
        async with browser(server, await hire(server)) as http:
            cookies.add(http.cookies[NAME])
    assert len(cookies) == 5
    assert all(re.fullmatch(r"[\w-]{43}", cookie, re.ASCII) for cookie in cookies)


async def test_sign_in_ends_the_session_that_the_browser_had(server: Server) -> None:
    eva, kim = await hire(server), await hire(server, name="Kim")
    async with browser(server, eva) as http, browser(server, eva) as elsewhere:
        former = http.cookies[NAME]
        assert (await http.post("/login", data={"email": kim.email, "password": "wrong horse"})).status_code == 401
        assert await is_good(server, former)
        assert (await http.post("/login", data={"email": kim.email, "password": PASSWORD})).status_code == 303
        assert http.cookies[NAME] != former
        assert not await is_good(server, former)
        assert (await http.get("/api/v1/me")).json()["name"] == "Kim"
        assert await signed_in(elsewhere)


async def test_socket_of_a_replaced_session_is_closed(server: Server) -> None:
    eva = await hire(server)
    async with browser(server, eva) as http:
        headers = {"Cookie": f"{NAME}={http.cookies[NAME]}", "Origin": server.url}
        async with connect(server.ws, additional_headers=headers) as socket:
            assert '"hello"' in str(await socket.recv())
            assert (await http.post("/login", data={"email": eva.email, "password": PASSWORD})).status_code == 303
            assert await ended_with(socket) == 4501


async def test_unknown_cookie_does_not_disturb_a_sign_in(server: Server) -> None:
    eva = await hire(server)
    async with browser(server) as http:
        http.cookies.set(NAME, "guess")
        assert (await http.post("/login", data={"email": eva.email, "password": PASSWORD})).status_code == 303
        http.cookies.clear()
    assert await sessions(server) == 1


async def test_changed_password_gives_the_session_another_cookie(server: Server) -> None:
    eva = await hire(server)
    async with browser(server, eva) as http:
        former = http.cookies[NAME]
        assert (await http.post("/account/password", data={"old": "wrong", "new": NEW})).status_code == 422
        assert http.cookies[NAME] == former
        assert (await http.post("/account/password", data={"old": PASSWORD, "new": NEW})).status_code == 303
        assert http.cookies[NAME] != former
        assert await signed_in(http)
        assert not await is_good(server, former)
    assert await sessions(server) == 1


async def test_password_for_a_token_gives_the_session_another_cookie(server: Server) -> None:
    ada = await hire(server, "admin", "Ada")
    async with browser(server, ada) as http:
        former = http.cookies[NAME]
        form = {"name": "export", "scope": "read", "account": ada.email, "days": "7"}
        assert (await http.post("/accounts/tokens", data=form | {"password": "wrong"})).status_code == 422
        assert http.cookies[NAME] == former
        assert (await http.post("/accounts/tokens", data=form | {"password": PASSWORD})).status_code == 200
        assert http.cookies[NAME] != former
        assert not await is_good(server, former)
        assert await signed_in(http)


@pytest.mark.parametrize(("path", "code"), [("/step-up?next=/account", 303), ("/step-up/check", 200)])
async def test_step_up_gives_the_session_another_cookie(server: Server, path: str, code: int) -> None:
    eva = await hire(server)
    async with browser(server, eva) as http:
        former = http.cookies[NAME]
        assert (await http.post(path, data={"password": "wrong horse"})).status_code in (401, 422)
        assert http.cookies[NAME] == former
        assert (await http.post(path, data={"password": PASSWORD})).status_code == code
        assert http.cookies[NAME] != former
        assert await signed_in(http)
        assert not await is_good(server, former)


async def test_sessions_are_ended_after_a_new_proof_of_identity(server: Server) -> None:
    eva = await hire(server)
    async with browser(server, eva) as here, browser(server, eva) as there:
        await set_factor_age(server, eva, 11)
        (other,) = end_buttons(await here.get("/account"))
        for data in ({"session": other}, {}):
            assert (await here.post("/account/sessions", data=data)).status_code == 403
        assert (await here.post("/account/sessions/disown", data={"reported": other})).status_code == 403
        assert await signed_in(there)
        assert (await here.post("/step-up?next=/account", data={"password": PASSWORD})).status_code == 303
        assert (await here.post("/account/sessions", data={"session": other})).status_code == 303
        assert not await signed_in(there)


async def test_new_factor_leaves_other_sessions_to_be_ended(server: Server) -> None:
    eva = await hire(server)
    async with browser(server, eva) as here, browser(server, eva) as there:
        secret, hidden = sealed(await here.get("/account/factors/app"))
        added = await here.post("/account/factors/app", data={"sealed": hidden, "code": code_of(secret)})
        assert 'action="/account#factors"' in added.text
        assert 'data-form="sessions"' in (await here.get("/account")).text
        assert (await here.post("/account/sessions")).status_code == 303
        assert not await signed_in(there)
        assert await signed_in(here)


async def test_one_time_link_does_not_skip_the_second_factor(server: Server) -> None:
    eva = await hire(server)
    secret, _ = await give_app(server, eva)
    at = server.service.clock()
    link = await server.service.database.write(lambda session: password_links.create(session, eva, at))
    async with browser(server) as http:
        answer = await http.post("/password", data={"code": link, "new": NEW})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/second")
        assert not await signed_in(http)
        assert (await http.post("/sign-in/second", data={"code": code_of(secret)})).status_code == 303
        assert await signed_in(http)


# -- limit --------------------------------------------------------------------------------------------------------------------


async def test_sign_in_above_the_limit_ends_the_longest_unused_session(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_limit, "MAX_SESSIONS", 3)
    eva, kim = await hire(server), await hire(server, name="Kim")
    cookies = []
    async with browser(server, kim) as other:
        for _ in range(5):
            async with browser(server, eva) as http:
                cookies.append(http.cookies[NAME])
        assert [await is_good(server, cookie) for cookie in cookies] == [False, False, True, True, True]
        assert await signed_in(other)
    ended = await server.service.database.read(
        lambda session: session.exec(select(Event).where(Event.type == "sessions.ended")).all()
    )
    assert len(ended) == 2
