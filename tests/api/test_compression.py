"""Large answers are packed for programs that take them so; never for browsers, and never where secrets are."""

import gzip
from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest

from board.accounts import live_changes
from board.web import compression
from tests.support.people import PASSWORD, new_id, session_cookie
from tests.support.team import Team

TEXT = "Noor was seen at the station. " * 100
PACKED = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
async def search(team: Team) -> str:
    search = await team.alice.open_search()
    for _ in range(40):
        await team.alice.command(search, "sighting.add", {"description": TEXT, "source_name": "Mia", "source_contact": "0470"})
    return search


@pytest.fixture
async def browser(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    service, email = team.server.service, f"lea-{new_id()}@desk.example"
    await live_changes.add_account(service, email, "Lea", "coordinator", PASSWORD)
    headers = {"Cookie": f"board_session={await session_cookie(service, email)}", "Origin": team.server.url}
    async with httpx.AsyncClient(base_url=team.server.url, headers=headers) as http:
        yield http


def large(search: str) -> list[str]:
    board = f"/api/v1/boards/{search}"
    return [
        board, f"{board}?at=3", f"{board}/events", f"{board}/cards.json", f"{board}/cards.csv", f"{board}/journal.json",
        f"{board}/journal.csv", f"/api/v1/find?q=noor&board={search}", f"/api/v1/since?board={search}", "/api/v1/boards",
        "/api/v1/handover",
    ]  # fmt: skip


async def raw(http: httpx.AsyncClient, path: str, encoding: str = "gzip, br") -> tuple[httpx.Response, bytes]:
    """The answer with the bytes as they travelled."""
    async with http.stream("GET", path, headers={"Accept-Encoding": encoding}) as answer:
        body = b"".join([part async for part in answer.aiter_raw()])
    assert answer.status_code == 200, path
    return answer, body


async def test_a_program_gets_large_answers_packed_and_they_say_the_same(team: Team, search: str) -> None:
    alice = team.alice.http
    for path in large(search):
        packed, body = await raw(alice, path)
        plain, whole = await raw(alice, path, "identity")
        assert packed.headers["Vary"] == plain.headers["Vary"] == "accept-encoding", path
        assert plain.headers.get("Content-Encoding") is None, path
        if len(whole) < compression.MIN_BYTES and "Content-Length" in plain.headers:
            assert packed.headers.get("Content-Encoding") is None, path
            continue
        assert packed.headers["Content-Encoding"] == "gzip", path
        assert len(body) < len(whole) / 2, path
        if "handover" not in path:  # which contains the time of its composition
            assert gzip.decompress(body) == whole, path
        if "Content-Length" in packed.headers:
            assert int(packed.headers["Content-Length"]) == len(body), path


async def test_a_program_that_does_not_take_it_gets_it_plain(team: Team, search: str) -> None:
    for encoding in ("identity", "br", "gzip;q=0", "gzip; q=0.0", "*;q=0", ""):
        answer, _ = await raw(team.alice.http, f"/api/v1/boards/{search}", encoding)
        assert answer.headers.get("Content-Encoding") is None, encoding
    for encoding in ("gzip", "GZIP;q=0.5", "br;q=1, gzip;q=0.8", "x-gzip"):
        answer, _ = await raw(team.alice.http, f"/api/v1/boards/{search}", encoding)
        assert answer.headers["Content-Encoding"] == "gzip", encoding


async def test_nothing_is_packed_for_a_browser(team: Team, search: str, browser: httpx.AsyncClient) -> None:
    for path in large(search):
        answer, _ = await raw(browser, path)
        assert answer.headers.get("Content-Encoding") is None, path


async def test_secrets_are_packed_for_nobody(team: Team, search: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "MIN_BYTES", 0)
    sighting = next(id for kind, id in (await team.alice.snapshot(search))["entities"] if kind == "sighting")
    secrets = [(team.alice, f"/api/v1/boards/{search}/sightings/{sighting}/source"), (team.ada, "/api/v1/audit"),
               (team.ada, "/api/v1/audit.csv"), (team.alice, "/api/v1/me")]  # fmt: skip
    for person, path in secrets:
        answer, _ = await raw(person.http, path)
        assert answer.headers.get("Content-Encoding") is None, path


async def test_the_description_is_packed_for_everybody_as_it_holds_no_secret(team: Team, browser: httpx.AsyncClient) -> None:
    async with httpx.AsyncClient(base_url=team.server.url) as stranger:
        for http in (stranger, browser, team.alice.http):
            answer, body = await raw(http, "/api/v1/openapi.json")
            assert answer.headers["Content-Encoding"] == "gzip"
            assert b'"openapi"' in gzip.decompress(body)


async def test_read_slot_is_freed_when_the_compressed_answer_is_delivered(team: Team, search: str) -> None:
    answers, person = team.server.service.queues.answers, team.alice.account["id"]
    for path in large(search):
        await raw(team.alice.http, path)
    await team.alice.wait_until(lambda: answers.count(person) == 0)
