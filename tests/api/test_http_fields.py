"""Header fields by which any program knows what to do: how to sign in, which methods there are, and when to come again."""

import asyncio
from typing import Any

import httpx2 as httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from board.api.routes import document
from tests.support.full_queue import full_queue
from tests.support.people import PASSWORD, new_id
from tests.support.team import Team

CHALLENGE = 'Bearer realm="searchboard"'
TOKENS = [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YTpi"}, {"Cookie": "board_session=ended"}]


def stranger(team: Team, headers: dict[str, str]) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=team.server.url, headers=headers)


@pytest.mark.parametrize("headers", TOKENS)
async def test_every_call_tells_how_to_sign_in(team: Team, headers: dict[str, str]) -> None:
    async with stranger(team, headers) as http:
        for path, methods in document()["paths"].items():
            for method, told in methods.items():
                if told.get("security") == []:
                    continue
                answer = await http.request(method, path.replace("{", "").replace("}", ""), json={} if method != "get" else None)
                assert (answer.status_code, answer.headers.get("WWW-Authenticate")) == (401, CHALLENGE), (method, path)
    assert "WWW-Authenticate" not in (await team.alice.http.get("/api/v1/me")).headers


async def test_refused_socket_says_how_to_sign_in_too(team: Team) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(team.server.ws)
    assert refused.value.response.status_code == 401
    assert refused.value.response.headers["WWW-Authenticate"] == CHALLENGE


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/seen", "GET, HEAD, POST"),  # two routes share this path
        ("POST", "/api/v1/boards", "GET, HEAD"),
        ("GET", "/api/v1/alerts/read", "POST"),
        ("PUT", "/api/v1/boards/operations/commands", "POST"),
        ("DELETE", "/login", "GET, HEAD, POST"),
        ("POST", "/healthz", "GET, HEAD"),
    ],
)
async def test_a_method_that_there_is_not_is_answered_with_those_there_are(
    team: Team, method: str, path: str, allowed: str
) -> None:
    answer = await team.alice.http.request(method, path)
    assert (answer.status_code, answer.headers.get("Allow")) == (405, allowed)
    assert "does not accept this method" in answer.text
    there = await team.alice.http.request(allowed.split(", ")[0], path)
    assert there.status_code != 405


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_an_address_that_is_no_call_is_not_found_by_any_method(team: Team, method: str) -> None:
    answer = await team.alice.http.request(method, "/api/v1/nowhere")
    assert (answer.status_code, answer.json()["code"], answer.headers.get("Allow")) == (404, "not_found", None)


async def test_refusal_for_too_many_requests_says_when_to_retry(team: Team) -> None:
    """Each refusal of too many requests is tried here, except the account limits (tests/api/test_account_limits.py)."""
    url, alice = team.server.url, team.alice
    person = alice.account["id"]
    answers: dict[str, Any] = {}
    async with full_queue(team.server.service.queues.answers, person):
        for path in ("/api/v1/boards/operations", "/handover.md"):
            answers[path] = await alice.http.get(path)
    email = f"kim-{new_id()}@desk.example"
    async with httpx.AsyncClient(base_url=url, headers={"Origin": url}) as http:
        wrong = [await http.post("/login", data={"email": email, "password": PASSWORD}) for _ in range(12)]
        answers["/login"] = wrong[-1]
    body = {"code": "AAAA-AAAA", "name": "Room", "language": "en", "shows": {"boards": ["operations"]}}
    tried = await asyncio.gather(*(alice.http.post("/api/v1/displays", json=body) for _ in range(12)))
    answers["/api/v1/displays"] = max(tried, key=lambda each: each.status_code)
    for path, answer in answers.items():
        assert answer.status_code == 429, (path, answer.text)
        assert 1 <= int(answer.headers["Retry-After"]) <= 300, path
