"""A session ends when nobody has used it for long: an open page where somebody works goes on, one that was forgotten does not."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import httpx2 as httpx
import pytest
from sqlmodel import Session as Database
from sqlmodel import select
from websockets.asyncio.client import ClientConnection, connect

from board.accounts import login
from board.api import endpoints
from board.engine import identity, last_use, rights_version
from board.service import POLLS_PER_EXPIRY_CHECK
from models.accounts import Account, LoginSession
from models.db.database import Database as Store
from models.db.schema import metadata, migrate
from models.times import format_utc, now, parse_utc
from tests.api.test_administration import browser, hire
from tests.support import old_schemas
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.people import PATIENCE_S, Server, create_token, new_id, running_server

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

IDLE = timedelta(hours=12)
MINUTE = timedelta(minutes=1)


class Clock:
    """The server's clock, as far as sessions go by it."""

    def __init__(self) -> None:
        self.start = self.at = now()

    def __call__(self) -> datetime:
        return self.at

    def go_to(self, after: timedelta) -> None:
        self.at = self.start + after


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (endpoints, identity, last_use, login):
        monkeypatch.setattr(module, "now", clock)
    return clock


@pytest.fixture
async def eva(server: Server) -> Account:
    return await hire(server)


@pytest.fixture
async def http(clock: Clock, server: Server, eva: Account) -> AsyncIterator[httpx.AsyncClient]:
    """Eva, signed in when the clock began."""
    async with browser(server, eva) as signed_in:
        yield signed_in


async def good(http: httpx.AsyncClient) -> bool:
    return (await http.get("/api/v1/me")).status_code == 200


async def kept(server: Server) -> LoginSession:
    return await server.service.database.read(lambda database: database.exec(select(LoginSession)).one())


def socket_of(server: Server, http: httpx.AsyncClient) -> connect:
    headers = {"Cookie": f"board_session={http.cookies['board_session']}", "Origin": server.url}
    return connect(server.ws, additional_headers=headers)


def note() -> dict[str, object]:
    return {"id": new_id(), "name": "note.add", "data": {"text": "a note"}}


async def _opens_a_page(server: Server, http: httpx.AsyncClient) -> None:
    assert (await http.get("/account")).status_code == 200


async def _commands(server: Server, http: httpx.AsyncClient) -> None:
    assert (await http.post("/api/v1/boards/operations/commands", json=note())).status_code == 200


async def _is_there(server: Server, http: httpx.AsyncClient) -> None:
    answer = await http.post("/api/v1/me/active")
    assert answer.json() == {"ends_at": format_utc(identity.now() + IDLE)}  # type: ignore[attr-defined]  # the clock of the test


async def _commands_by_socket(server: Server, http: httpx.AsyncClient) -> None:
    async with socket_of(server, http) as socket:
        await socket.send(json.dumps({"type": "command", "board": "operations"} | note()))
        async for text in socket:
            if json.loads(text)["type"] in ("ack", "refused"):
                assert '"ack"' in str(text)
                return


async def _reads(server: Server, http: httpx.AsyncClient) -> None:
    """Read the way a page does by itself."""
    for path in ("me", "accounts", "alerts", "seen", "boards/operations"):
        assert (await http.get(f"/api/v1/{path}")).status_code == 200


async def _follows(server: Server, http: httpx.AsyncClient) -> None:
    async with socket_of(server, http) as socket:
        await socket.send('{"type":"subscribe","board":"operations"}')
        while '"subscribed"' not in str(await socket.recv()):
            pass


async def _is_of_another_site(server: Server, http: httpx.AsyncClient) -> None:
    async with httpx.AsyncClient(base_url=server.url) as stranger:
        assert (await stranger.post("/api/v1/me/active")).status_code == 401


Act = Callable[[Server, httpx.AsyncClient], Awaitable[None]]


@pytest.mark.parametrize("act", [_opens_a_page, _commands, _is_there, _commands_by_socket])
async def test_a_session_goes_on_for_12_hours_after_it_was_used(
    act: Act, server: Server, http: httpx.AsyncClient, clock: Clock
) -> None:
    clock.go_to(IDLE - MINUTE)
    assert await good(http)
    await act(server, http)
    await server.service.write_last_use()
    clock.go_to(2 * IDLE - 2 * MINUTE)
    assert await good(http)
    clock.go_to(2 * IDLE - MINUTE)
    assert not await good(http)


@pytest.mark.parametrize("act", [_reads, _follows, _is_of_another_site])
async def test_forgotten_page_does_not_count_as_use(act: Act, server: Server, http: httpx.AsyncClient, clock: Clock) -> None:
    clock.go_to(IDLE - MINUTE)
    await act(server, http)
    await server.service.write_last_use()
    assert await good(http)
    clock.go_to(IDLE)
    assert not await good(http)
    await _is_refused_everywhere(server, http)


async def _is_refused_everywhere(server: Server, http: httpx.AsyncClient) -> None:
    assert (await http.get("/")).headers["location"] == "/login"
    assert (await http.post("/api/v1/me/active")).status_code == 401
    assert (await http.post("/api/v1/boards/operations/commands", json=note())).status_code == 401
    await server.service.write_last_use()
    assert not await good(http)


async def test_socket_of_an_idle_session_is_closed_and_resumes_where_it_was(
    server: Server, http: httpx.AsyncClient, eva: Account, clock: Clock
) -> None:
    async with browser(server, eva) as elsewhere, socket_of(server, http) as forgotten, socket_of(server, elsewhere) as working:
        assert '"hello"' in str(await forgotten.recv())
        assert '"hello"' in str(await working.recv())
        clock.go_to(IDLE - MINUTE)
        assert (await elsewhere.post("/api/v1/me/active")).status_code == 200
        await server.service.write_last_use()
        await _watch(server)
        assert forgotten.close_code is None
        clock.go_to(IDLE)
        await _watch(server)
        await _until_closed(forgotten)
        assert forgotten.close_code == 4501
        await working.send('{"type":"ping","id":"p"}')
        while '"pong"' not in str(await working.recv()):
            pass


async def _watch(server: Server) -> None:
    """Check rights as the server does every minute: nobody's have changed."""
    for _ in range(POLLS_PER_EXPIRY_CHECK):
        await server.service._poll_rights()


async def _until_closed(socket: ClientConnection) -> None:
    await asyncio.wait_for(socket.wait_closed(), PATIENCE_S)


async def test_use_is_written_every_few_minutes_and_changes_no_rights(
    server: Server, http: httpx.AsyncClient, clock: Clock
) -> None:
    version = await server.service.database.read(rights_version.version)
    began = clock.start
    written = []
    for minute in range(1, 12):
        clock.go_to(minute * MINUTE)
        await _opens_a_page(server, http)
        before = await kept(server)
        await server.service.write_last_use()
        after = await kept(server)
        if after.used_at != before.used_at:
            written.append(minute)
            assert (after.used_at, after.ends_at) == (format_utc(clock.at), format_utc(clock.at + IDLE))
    assert written == [1, 6, 11]
    assert (await kept(server)).created_at == format_utc(began)
    assert await server.service.database.read(rights_version.version) == version


async def test_no_use_puts_the_end_off_for_more_than_14_days(server: Server, http: httpx.AsyncClient, clock: Clock) -> None:
    for half_day in range(1, 29):
        clock.go_to(half_day * (IDLE - MINUTE))
        await _opens_a_page(server, http)
        await server.service.write_last_use()
    clock.go_to(identity.SESSION_LIFETIME - MINUTE)
    await _opens_a_page(server, http)
    await server.service.write_last_use()
    assert (await kept(server)).ends_at == format_utc(clock.start + identity.SESSION_LIFETIME)
    clock.go_to(identity.SESSION_LIFETIME)
    assert not await good(http)


async def test_a_token_needs_no_use(server: Server, clock: Clock) -> None:
    secret = await create_token(server.service, "Tess", "viewer", "read")
    clock.go_to(3 * IDLE)
    async with httpx.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {secret}"}) as program:
        assert await good(program)
        assert (await program.post("/api/v1/me/active")).status_code == 403


@pytest.mark.parametrize(("hours", "lasts"), [(0, identity.SESSION_LIFETIME), (1, timedelta(hours=1))])
async def test_idle_time_of_sessions_is_a_setting(tmp_path: Path, clock: Clock, hours: int, lasts: timedelta) -> None:
    async with running_server(tmp_path, session_idle_hours=hours) as server, browser(server, await hire(server)) as http:
        clock.go_to(lasts - MINUTE)
        assert await good(http)
        clock.go_to(lasts)
        assert not await good(http)


async def test_sessions_show_when_they_were_used_last(server: Server, http: httpx.AsyncClient, clock: Clock) -> None:
    clock.go_to(IDLE / 2)
    await _opens_a_page(server, http)
    await server.service.write_last_use()
    assert f'<time datetime="{format_utc(clock.at)}">' in (await http.get("/account")).text


async def test_session_of_an_earlier_version_counts_as_used_at_migration(backend: Backend, tmp_path: Path) -> None:
    long, soon = format_utc(now() + timedelta(days=9)), format_utc(now() + timedelta(hours=3))
    with backend.settled(tmp_path) as settings:
        old = Store(settings["database_url"])
        await asyncio.to_thread(migrate, old)

        def as_before(database: Database) -> None:
            old_schemas.reset_to_revision(database, "0011")
            rows = [{"digest": ends, "account": "a", "created_at": format_utc(now()), "ends_at": ends} for ends in (long, soon)]
            old_schemas.insert_rows(database, metadata.tables["session"], rows)

        old.write_now(as_before)
        await asyncio.to_thread(migrate, old)
        found = old.read_now(lambda database: {each.digest: each.model_copy() for each in database.exec(select(LoginSession))})
        await old.close()
    assert abs(parse_utc(found[long].ends_at) - now() - IDLE) < timedelta(hours=1)
    assert found[soon].ends_at == soon
    assert [each.latest_end for each in found.values()] == list(found)
    assert all(abs(parse_utc(each.used_at) - now()) < timedelta(hours=1) for each in found.values())
