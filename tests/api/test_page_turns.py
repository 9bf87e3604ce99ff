"""Pages, static files and what strangers ask for take turns. Commands and calls of people who are signed in do not wait."""

import asyncio
import hashlib
import re
from base64 import b64encode
from types import SimpleNamespace
from typing import Any

import httpx2 as httpx
import pytest
from starlette.types import Receive, Scope, Send

from board.queues.queues import Queues
from board.queues.recent_credentials import RecentAccount, RecentCredentials
from board.web import auth, page_turns
from board.web.page_turns import PageTurnsMiddleware
from tests.support.full_queue import full_queue
from tests.support.team import Team
from tests.support.worker_processes import wait_until

HERE, ELSEWHERE, BLOCK = "198.51.100.7", "192.0.2.9", "198.51.100.0/24"


def client(team: Team, address: str = HERE, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=team.server.url, headers={"X-Forwarded-For": address, **headers})


@pytest.mark.parametrize("path", ["/login", "/static/css/base.css", "/api/v1/me", "/"])
async def test_strangers_of_one_network_take_turns(team: Team, path: str) -> None:
    async with client(team) as stranger, client(team, ELSEWHERE) as other:
        async with full_queue(team.server.service.queues.strangers, BLOCK):
            refused = await stranger.get(path, headers={"Accept-Language": "nl"})
            assert refused.status_code == 429
            assert int(refused.headers["Retry-After"]) >= 1
            assert len(refused.content) < 200, "a refusal takes less than a page"
            assert "Er wachten te veel verzoeken. Probeer het over " in refused.text
            assert refused.headers["Content-Security-Policy"]
            assert (await stranger.get("/healthz")).status_code == 200
        for each in (stranger, other):
            assert (await each.get(path)).status_code in (200, 303, 401)


async def test_full_queue_answers_a_browser_with_a_page_that_reloads_itself(team: Team) -> None:
    reader = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "nl"}
    async with client(team, **reader) as stranger, full_queue(team.server.service.queues.strangers, BLOCK):
        refused = await stranger.get("/login")
        wait_s = refused.headers["Retry-After"]
        assert (refused.status_code, refused.headers["Content-Type"]) == (429, "text/html; charset=utf-8")
        assert "Er wachten te veel verzoeken. Probeer het over " in refused.text
        assert '<html lang="nl">' in refused.text
        assert f'<meta http-equiv="refresh" content="{wait_s}">' in refused.text
        assert len(refused.content) < 2_000
        assert not re.findall(r"(?:src|href)=\"/|url\(|@import|<script", refused.text), "a file would wait in the same queue"
        (style,) = re.findall(r"<style>(.*?)</style>", refused.text, re.DOTALL)
        digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in refused.headers["Content-Security-Policy"]
        posted = await stranger.post("/login", content="email=a&password=b")
        assert (posted.status_code, "refresh" in posted.text) == (429, False), "a form is not sent again unasked"
        assert "Er is niets opgeslagen." in posted.text


async def test_page_of_a_full_queue_is_in_the_language_of_the_account(team: Team) -> None:
    bob = team.bob
    async with client(team, Authorization=f"Bearer {bob.token}", Accept="text/html", **{"Accept-Language": "nl"}) as known:
        assert (await known.get("/since")).status_code == 200
        recent, language = team.server.service.recent_credentials, "fr"
        recent.record(bob.token, RecentAccount(bob.account["id"], language, "dark"))
        async with full_queue(team.server.service.queues.pages, bob.account["id"]):
            refused = await known.get("/since")
    assert refused.status_code == 429
    assert '<html lang="fr">' in refused.text
    assert '<meta name="color-scheme" content="dark">' in refused.text


async def test_people_who_are_signed_in_do_not_wait_for_strangers(team: Team) -> None:
    queues, bob = team.server.service.queues, team.bob
    async with client(team, Authorization=f"Bearer {bob.token}") as known:
        assert (await known.get("/api/v1/me")).status_code == 200
        async with full_queue(queues.strangers, BLOCK):
            assert (await known.get("/api/v1/me")).status_code == 200, "seen a moment ago, and no stranger"
            assert (await known.get("/since")).status_code == 200
        async with full_queue(queues.pages, bob.account["id"]):
            assert (await known.get("/since")).status_code == 429
            assert (await known.get("/static/css/base.css")).status_code == 429
            assert (await known.get("/api/v1/me")).status_code == 200
            async with client(team, Authorization=f"Bearer {team.alice.token}") as alice:
                assert (await alice.get("/since")).status_code == 200


async def test_credential_that_is_nobodys_is_a_strangers(team: Team) -> None:
    recent = team.server.service.recent_credentials
    recent.record("ended", RecentAccount("bob"))
    async with client(team, Authorization="Bearer ended") as http:
        assert (await http.get("/api/v1/me")).status_code == 401
        assert recent.account("ended") is None
        async with full_queue(team.server.service.queues.strangers, BLOCK):
            assert (await http.get("/api/v1/me")).status_code == 429


def test_recent_credentials_are_bounded() -> None:
    recent = RecentCredentials(most=3)
    for number in range(5):
        recent.record(f"token {number}", RecentAccount(f"account {number}"))
    assert len(recent) == 3
    assert [recent.account(f"token {number}") for number in (1, 2, 4)] == [None, ("account 2", "", ""), ("account 4", "", "")]


async def test_commands_are_served_between_the_pages_of_many_connections() -> None:
    """A round of the event loop makes no more pages than may be made at once, however many connections ask."""
    turn, turns, loop = 0, list[int](), asyncio.get_running_loop()

    def next_turn() -> None:
        nonlocal turn, handle
        turn += 1
        handle = loop.call_soon(next_turn)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        turns.append(turn)

    queues = Queues()
    service = SimpleNamespace(queues=queues, recent_credentials=RecentCredentials(), settings=SimpleNamespace(secure=False))
    state = SimpleNamespace(service=service)
    scope = {"type": "http", "path": "/login", "headers": [], "client": (HERE, 1), "app": SimpleNamespace(state=state)}
    nothing: Any = None
    handle = loop.call_soon(next_turn)
    await asyncio.gather(*(PageTurnsMiddleware(app)(dict(scope), nothing, nothing) for _ in range(150)))
    handle.cancel()
    assert len(turns) == 150
    assert max(map(turns.count, turns)) <= queues.strangers.bounds.at_once


async def test_request_that_waits_for_something_else_ends_its_turn(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_turns, "TURN_S", 0.001)
    go_on, begun, signed_in = asyncio.Event(), list[int](), auth.signed_in

    async def waits(connection: Any) -> Any:
        begun.append(1)
        await go_on.wait()
        return await signed_in(connection)

    monkeypatch.setattr("board.web.board_pages.signed_in", waits)
    async with client(team) as stranger:
        most = 3 * team.server.service.queues.strangers.bounds.at_once
        waiting = [asyncio.create_task(stranger.get("/login")) for _ in range(most)]
        await wait_until(lambda: len(begun) == most)
        go_on.set()
        assert {(await each).status_code for each in waiting} == {200}
