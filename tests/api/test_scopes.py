"""Scopes of tokens at every address: a token that can only add sightings opens no page, and a reading one changes nothing."""

import httpx2 as httpx
import pytest
from starlette.routing import Mount, Route

from board import app
from board.api import routes as api_routes
from board.web.http import BASE
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PATIENCE_S, create_token
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

# Addresses under /api/v1 that a token of scope `intake` may use
INTAKE_CALLS = {"GET /me", "GET /places", "POST /intake/sightings"}
VALUES = {
    "id": "operations", "card": "1", "number": "1", "number:number": "1", "language": "en", "version": "1", "name": "index",
    "name:path": "index", "board": "operations", "rest:path": "unknown", "provider": "unknown", "report": "1",
    "disclosure": "none", "kind": "note", "entity": "none",
}  # fmt: skip


def addresses(team: Team) -> list[tuple[str, str]]:
    """Return method and address of every route that is no call of the API."""
    return [
        (method, route.path)
        for route in app.create_app(team.server.service).routes
        if isinstance(route, Route)
        for method in sorted(route.methods or ())
        if method != "HEAD"
    ]


def program_of(team: Team, secret: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=team.server.url, headers={"Authorization": f"Bearer {secret}"}, timeout=PATIENCE_S)


def filled(path: str, search: str) -> str:
    for name, value in (VALUES | {"id": search}).items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, path
    return path


async def test_intake_token_opens_no_page_that_a_stranger_does_not(team: Team) -> None:
    secret = await create_token(team.server.service, "Hotline", "admin", "intake")
    search = await team.alice.open_search()
    opened, refused = [], []
    async with (
        program_of(team, secret) as program,
        httpx.AsyncClient(base_url=team.server.url, timeout=PATIENCE_S) as stranger,
    ):
        for method, path in addresses(team):
            own, other = [await http.request(method, filled(path, search)) for http in (program, stranger)]
            if own.status_code < 300 and other.status_code >= 300:
                opened.append((method, path))
            if path != "/sign-in/second" and other.status_code == 303 and other.headers["location"].startswith("/login"):
                refused.append((method, path))
                assert own.status_code == (404 if method == "GET" or path == "/closed" else 403), (method, path)
                assert search not in own.text
    assert opened == []
    assert {("GET", "/"), ("GET", "/history"), ("GET", "/handover.pdf"), ("GET", "/closed"), ("GET", "/api")} <= set(refused)


async def test_reading_token_opens_the_same_pages_as_a_session(team: Team) -> None:
    search = await team.alice.open_search()
    secret = await create_token(team.server.service, "Reader", "investigator", "read")
    async with httpx.AsyncClient(
        base_url=team.server.url, headers={"Authorization": f"Bearer {secret}"}, timeout=PATIENCE_S
    ) as program:
        for path in ("/", f"/searches/{search}", "/history", "/handover", "/closed", "/api", "/help"):
            assert (await program.get(path)).status_code == 200, path


async def test_intake_token_may_use_three_calls_alone(team: Team) -> None:
    secret = await create_token(team.server.service, "Hotline", "admin", "intake")
    allowed = set()
    async with httpx.AsyncClient(
        base_url=team.server.url, headers={"Authorization": f"Bearer {secret}"}, timeout=PATIENCE_S
    ) as program:
        for (method, path), call in api_routes.CALLS.items():
            if call.open:
                continue
            address = path
            for name in ("board", "id", "file", "upload", "sighting", "tip", "number", "card", "display", "code", "material"):
                address = address.replace(f"{{{name}}}", "operations").replace(f"{{{name}:number}}", "1")
            answer = await program.request(method, f"{BASE}{address}")
            if answer.status_code not in (401, 403, 404, 405):
                allowed.add(f"{method} {path}")
    assert allowed == INTAKE_CALLS


def test_walk_covers_every_route(team: Team) -> None:
    mounts = [route.path for route in app.create_app(team.server.service).routes if isinstance(route, Mount)]
    assert mounts == [BASE, "/static"]
