"""Adversarial messages at every door of the running server: whoever may knock, nobody else waits for it.

test_linear, test_strict and test_cookies try each reader by itself. Here the same kinds of text travel by real HTTP and real
sockets, from everybody who has little: nobody at all, a token that reads, one that takes in sightings, the cookie of a wall.
Doors are those of the app, so that a new one is tried too.
"""

import asyncio
import itertools
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

import httpx2 as httpx
import pytest
from starlette.routing import Mount, Route
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from board import app
from realtime.wire import protocol
from tests.support.linear_time import TIMES
from tests.support.people import PATIENCE_S, STARTS_WITHIN_S, create_token, new_id
from tests.support.team import Team, running_team

LONGEST = protocol.MAX_CLIENT_FRAME_BYTES
MOST = 4 * TIMES  # accepted growth of the time for a text TIMES times as long; quadratic time would be TIMES * TIMES
LEAST_S = 0.001  # shorter times are too short to compare
TRIES = 4  # attempts; the quickest counts
NOBODY = "01900000-0000-7000-8000-000000000000"
WHO = ["reader", *(pytest.param(who, marks=pytest.mark.slow) for who in ("nobody", "intake", "wall"))]
HEADERS = [
    "Authorization",
    *(
        pytest.param(name, marks=pytest.mark.slow)
        for name in ("Cookie", "Accept-Language", "If-None-Match", "Origin", "Content-Type")
    ),
]

# What stopped a server once, and its like: strings that are never closed, closed ones full of escapes, depth, numbers, parts of
# forms and of names.
TEXTS: dict[str, Callable[[int], str]] = {
    "unterminated strings": lambda length: "[" * 33 + '"\\' * ((length - 33) // 2),
    "strings full of quotes": lambda length: '["' + '\\"' * ((length - 4) // 2) + '"]',
    "depth": lambda length: "[" * length,
    "keys": lambda length: '{"":' * (length // 4),
    "digits": lambda length: "1" * length,
    "parts of a form": lambda length: ("a=%4&;" * length)[:length],
    "names": lambda length: json.dumps({"text": (" @a-\n" * length)[: length * 5 // 6 - 20]}),
    "spaces": lambda length: json.dumps({"description": " " * (length - 30)}),
}


@dataclass(frozen=True)
class Door:
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def doors() -> Iterator[Door]:
    """Return every method and path of the app."""
    from unittest.mock import MagicMock

    for prefix, route in _routes(app.create_app(MagicMock()).routes, ""):
        for method in sorted(route.methods or ()):
            if method != "HEAD":
                yield Door(method, prefix + re.sub(r"\{(\w+)(:\w+)?\}", _filled, route.path))


def _routes(routes: object, prefix: str) -> Iterator[tuple[str, Route]]:
    for route in routes:  # type: ignore[attr-defined]
        if isinstance(route, Route):
            yield prefix, route
        elif isinstance(route, Mount) and getattr(route.app, "routes", None):
            yield from _routes(route.app.routes, prefix + route.path)  # type: ignore[attr-defined]


def _filled(part: re.Match[str]) -> str:
    return "1" if part[2] == ":number" or part[1] == "number" else "en" if part[1] == "language" else NOBODY


DOORS = list(doors())


@pytest.fixture(scope="module")
async def team(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Team]:
    async with running_team(tmp_path_factory.mktemp("doors")) as team:
        yield team


@pytest.fixture(scope="module")
async def caller_headers(team: Team) -> dict[str, dict[str, str]]:
    """The headers by which each is known."""
    service = team.server.service
    reader = await create_token(service, "Rita", "viewer", "read")
    intake = await create_token(service, "Hotline", "investigator", "intake")
    return {
        "nobody": {},
        "reader": {"Authorization": f"Bearer {reader}"},
        "intake": {"Authorization": f"Bearer {intake}"},
        "wall": {"Cookie": await _wall(team)},
    }


async def _wall(team: Team) -> str:
    async with httpx.AsyncClient(base_url=team.server.url, headers={"Origin": team.server.url}) as screen:
        code = (await screen.post("/api/v1/wall/codes")).json()["code"]
        board = await team.alice.open_search()
        said = {"code": code, "name": "Room", "language": "en", "shows": {"boards": [board], "every_s": 10}}
        assert (await team.alice.http.post("/api/v1/displays", json=said)).status_code == 201
        assert (await screen.get("/api/v1/wall/codes/mine")).json() == {"state": "paired"}
        return "; ".join(f"{name}={value}" for name, value in screen.cookies.items())


async def grows(knock: Callable[[str], Awaitable[None]], make: Callable[[int], str], longest: int = LONGEST) -> str | None:
    """Say by how much the work of this process grows where it is by more than the length; None where it is not."""
    least = most = float("inf")
    for _ in range(TRIES):
        least = min(least, await _work_s(knock, make(longest // TIMES)))
        most = min(most, await _work_s(knock, make(longest)))
        if most <= MOST * max(least, LEAST_S):
            return None
    return f"{most / least:.0f} times as long for a text {TIMES} times as long, {most:.3f} s"


async def _work_s(knock: Callable[[str], Awaitable[None]], text: str) -> float:
    began = time.process_time()
    await knock(text)
    return time.process_time() - began


@pytest.mark.parametrize("who", WHO)
async def test_bodies_of_every_endpoint_take_linear_time(team: Team, caller_headers: dict[str, dict[str, str]], who: str) -> None:
    wrong = []
    tried = [door for door in DOORS if door.method != "GET"]
    assert len(tried) > 20, "doors are found"
    kinds = ("application/json", "application/x-www-form-urlencoded")
    async with httpx.AsyncClient(base_url=team.server.url, headers=caller_headers[who], timeout=PATIENCE_S) as http:
        for door in tried:
            kind = kinds[0] if door.path.startswith("/api/") else kinds[1]
            headers = {"Content-Type": kind, "Origin": team.server.url}

            async def knock(text: str, door: Door = door, headers: dict[str, str] = headers) -> None:
                answer = await http.request(door.method, door.path, content=text.encode(), headers=headers)
                assert answer.status_code < 500, f"{door}: {answer.status_code}"

            for name, make in TEXTS.items():
                if (how := await grows(knock, make)) is not None:
                    wrong.append(f"{door}, {name}: {how}")
    assert not wrong
    assert await team.bob.request({"type": "ping", "id": 1}, type="pong")


@pytest.mark.parametrize("every", [pytest.param(6, id="sample"), pytest.param(1, id="all", marks=pytest.mark.slow)])
@pytest.mark.parametrize("who", WHO)
async def test_queries_of_every_endpoint_take_linear_time(
    team: Team, caller_headers: dict[str, dict[str, str]], who: str, every: int
) -> None:
    wrong = []
    doors = [door for door in DOORS if door.method == "GET"]
    assert len(doors) > 40, "doors are found"
    async with httpx.AsyncClient(base_url=team.server.url, headers=caller_headers[who], timeout=STARTS_WITHIN_S) as http:
        for door in doors[::every]:

            async def knock(text: str, door: Door = door) -> None:
                answer = await http.get(door.path, params=dict.fromkeys(("q", "at", "after", "before", "next"), text))
                assert answer.status_code < 500, f"{door}: {answer.status_code}"

            for name in ("digits", "parts of a form", "names"):
                if (how := await grows(knock, TEXTS[name], 4_000)) is not None:
                    wrong.append(f"{door}, {name}: {how}")
    assert not wrong


@pytest.mark.parametrize("header", HEADERS)
async def test_headers_take_time_by_their_length(team: Team, header: str) -> None:
    wrong = []
    async with httpx.AsyncClient(base_url=team.server.url, timeout=PATIENCE_S) as http:
        for path in ("/login", "/api/v1/me", "/healthz", "/ws"):
            for before in ("", "session=", 'a="', "Bearer "):

                async def knock(text: str, path: str = path, before: str = before) -> None:
                    answer = await http.get(path, headers={header.encode(): (before + text).encode("latin-1", "replace")})
                    assert answer.status_code < 500

                for name, make in TEXTS.items():
                    if (how := await grows(knock, make, 16_000)) is not None:
                        wrong.append(f"{path}, {header}: {before}{name}: {how}")
    assert not wrong


@pytest.mark.parametrize("who", ["reader", "wall"])
async def test_messages_on_a_socket_take_time_by_their_length(
    team: Team, caller_headers: dict[str, dict[str, str]], who: str
) -> None:
    wrong = []
    board = await team.alice.open_search()
    said = caller_headers[who] | {"Origin": team.server.url}
    for kind, wrap in (("as it is", str), ("as a board", _subscribe), ("as an id", _ping), ("in a command", _command(board))):
        for name, make in TEXTS.items():
            # A socket that was answered often enough is closed: each kind of text has one of its own.
            async with connect(team.server.ws, additional_headers=said, max_size=None, compression=None) as socket:
                if (how := await grows(_knock(socket, wrap), make, LONGEST - 200)) is not None:
                    wrong.append(f"{kind}, {name}: {how}")
    assert not wrong
    assert await team.bob.request({"type": "ping", "id": 2}, type="pong")


def _knock(socket: ClientConnection, wrap: Callable[[str], str]) -> Callable[[str], Awaitable[None]]:
    """A message, and a ping whose answer comes when the message is done with."""
    numbers = itertools.count(1)

    async def knock(text: str) -> None:
        ping = {"type": "ping", "id": next(numbers)}
        await socket.send(wrap(text))
        await socket.send(json.dumps(ping))
        async with asyncio.timeout(PATIENCE_S):
            while json.loads(await socket.recv()) != ping | {"type": "pong"}:
                pass

    return knock


def _part(text: str) -> str:
    """Return as much of a text as fits into a message when its quotes are escaped."""
    return text[: len(text) * 2 // 5]


def _subscribe(text: str) -> str:
    return json.dumps({"type": "subscribe", "board": _part(text)})


def _ping(text: str) -> str:
    return json.dumps({"type": "ping", "id": _part(text)})


def _command(board: str) -> Callable[[str], str]:
    def wrap(text: str) -> str:
        frame = {"type": "command", "id": new_id(), "board": board, "name": "note.add", "data": {"text": _part(text)}}
        return json.dumps(frame)

    return wrap


@pytest.mark.parametrize("who", ["nobody", "intake"])
async def test_a_socket_is_not_for_them(team: Team, caller_headers: dict[str, dict[str, str]], who: str) -> None:
    with pytest.raises(InvalidStatus):
        await connect(team.server.ws, additional_headers=caller_headers[who])


async def test_a_reader_of_squares_is_found() -> None:
    async def knock(text: str) -> None:
        for end in range(0, len(text), 4):
            text.count("x", 0, end)

    assert await grows(knock, lambda length: "a" * length) is not None
