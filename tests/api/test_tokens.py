"""Tokens end with the password of their account and by themselves; who made them and when they were used last is shown."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx2 as httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session, select
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from board.accounts import accounts, live_changes
from board.client import Refusal
from board.engine import identity, last_use, rights_version
from board.engine.last_use import TOKEN_WRITE_INTERVAL, UseTracker
from board.errors import OperationError
from board.service import POLLS_PER_EXPIRY_CHECK, BoardService
from models.accounts import Account, Token
from models.db.database import Database
from models.db.schema import metadata, migrate
from models.times import format_utc, now, parse_utc
from tests.api.test_administration import NEW, browser, hire, problem, shown_once
from tests.support import old_schemas
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.people import PASSWORD, Person, Server, new_id
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


async def give(server: Server, account: Account, scope: str = "write", **more: object) -> tuple[str, str]:
    """Name and secret of a new token of somebody."""
    name, at = f"hotline {new_id()}", format_utc(now())
    add: Callable[[Session], str] = lambda database: accounts.add_token(  # noqa: E731
        database, name, scope, account.email, at, **more  # type: ignore[arg-type]
    )  # fmt: skip
    return name, await live_changes.apply_change(server.service, add)


async def row(server: Server, name: str) -> Token:
    return await server.service.database.read(lambda database: database.exec(select(Token).where(Token.name == name)).one())


async def status(server: Server, secret: str) -> int:
    async with httpx.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {secret}"}) as http:
        return (await http.get("/api/v1/me")).status_code


def told(page: str) -> str:
    """The text of a page, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def set_expiry(service: BoardService, name: str, at: str) -> None:
    """Set the expiry without a change of rights, as passing time does."""
    sql = text("UPDATE token SET expires_at = :at WHERE name = :name")
    await service.database.write(lambda database: database.connection().execute(sql, {"at": at, "name": name}).rowcount)


# -- a change of password -------------------------------------------------------------------------------------------------


async def _own_page(server: Server, eva: Account, ada: httpx.AsyncClient) -> str:
    async with browser(server, eva) as http:
        before = told((await http.get("/account")).text)
        changed = await http.post("/account/password", data={"old": PASSWORD, "new": NEW})
        assert changed.status_code == 303
        return before + told((await http.get(changed.headers["location"])).text)


async def _link(server: Server, eva: Account, ada: httpx.AsyncClient) -> str:
    page = await ada.post(f"/accounts/{eva.id}/link")
    link = shown_once(page)
    async with browser(server) as http:
        asked = await http.post("/password/tokens", data={"code": link})
        assert asked.json() == {"tokens": 2}
        assert (await http.post("/password/tokens", data={"code": f"{link}x"})).json() == {"tokens": None}
        assert (await http.post("/password/tokens", data={"code": link}, headers={"Origin": "null"})).status_code == 403
        changed = await http.post("/password", data={"code": link, "new": NEW})
        assert changed.status_code == 303
        return told(page.text) + told((await http.get(changed.headers["location"])).text)


@pytest.mark.parametrize("by", [_own_page, _link])
async def test_a_change_of_password_ends_all_tokens_and_the_pages_say_how_many(team: Team, by: object) -> None:
    server = team.server
    eva, kim = await hire(server), await hire(server, name="Kim")
    ada = await hire(server, "admin", "Ada")
    tokens = [await give(server, eva), await give(server, eva, "read"), await give(server, kim)]
    revoked, _ = await give(server, eva)
    await live_changes.apply_change(server.service, lambda database: accounts.revoke_token(database, revoked, format_utc(now())))
    assert [await status(server, secret) for _, secret in tokens] == [200, 200, 200]
    async with (
        browser(server, ada) as http,
        connect(server.ws, additional_headers={"Authorization": f"Bearer {tokens[0][1]}"}) as socket,
    ):
        assert '"hello"' in str(await socket.recv())
        said = await by(server, eva, http)  # type: ignore[operator]
        await socket.wait_closed()
        assert socket.close_code == 4501
    assert [await status(server, secret) for _, secret in tokens] == [401, 401, 200]
    assert re.search(r"ends 2 of your tokens|2 tokens of this account end", said), said
    assert "2 tokens have ended" in said
    async with browser(server, eva, NEW) as http:
        assert "2 of your tokens" not in told((await http.get("/account")).text)


# -- expiry ---------------------------------------------------------------------------------------------------------------


async def test_a_token_has_an_end_which_is_90_days_off_where_nothing_is_said(team: Team) -> None:
    server, eva = team.server, await hire(team.server)
    for days in (None, 1, 365):
        name, _ = await give(server, eva, **({} if days is None else {"days": days}))  # type: ignore[arg-type]
        token = await row(server, name)
        assert token.expires_at is not None
        assert parse_utc(token.expires_at) - parse_utc(token.created_at) == timedelta(days=days or 90)
    endless, _ = await give(server, eva, days=0)
    assert (await row(server, endless)).expires_at is None
    for days in (-1, 366):
        with pytest.raises(OperationError):
            await give(server, eva, days=days)


async def test_expired_token_is_refused_for_requests_commands_and_open_sockets(team: Team) -> None:
    server, service = team.server, team.server.service
    eva = await team.add_person("Eva", "investigator")
    kim = await team.add_person("Kim", "investigator")
    search = await team.alice.open_search()
    name = await service.database.read(
        lambda database: database.exec(select(Token.name).where(Token.account == eva.account["id"])).one()
    )
    note = {"id": new_id(), "name": "note.add", "data": {"text": "a note"}}
    assert (await eva.http.post(f"/api/v1/boards/{search}/commands", json=note)).status_code == 200
    caller = await service.database.read(lambda database: identity.caller_by_token(database, eva.token))
    assert caller is not None
    soon = now() + timedelta(seconds=60)
    await set_expiry(service, name, format_utc(soon))
    assert await status(server, eva.token) == 200
    assert await service.database.read(lambda database: identity.require_active(database, caller))
    await set_expiry(service, name, format_utc(now()))
    assert await status(server, eva.token) == 401
    with pytest.raises(InvalidStatus):
        await connect(server.ws, additional_headers={"Authorization": f"Bearer {eva.token}"})
    with pytest.raises(Refusal) as refused:
        await eva.command(search, "note.add", {"text": "another note"})
    assert refused.value.code == "forbidden"
    assert eva.close_code is None
    for _ in range(POLLS_PER_EXPIRY_CHECK):  # no change of rights: it is found by the periodic check
        await service._poll_rights()
    await eva.wait_until(lambda: eva.close_code == 4501)
    assert kim.close_code is None


# -- who made it, when it was used ----------------------------------------------------------------------------------------


async def test_the_pages_say_who_made_a_token_when_it_ends_and_when_it_was_used(team: Team) -> None:
    server, eva, ada = team.server, await hire(team.server), await hire(team.server, "admin", "Ada Lovelace")
    name = f"hotline {new_id()}"
    by_command, _ = await give(server, eva)
    async with browser(server, ada) as http, browser(server, eva) as own:
        given = {"name": name, "scope": "read", "account": eva.email, "password": PASSWORD}
        for days in ("366", "-1", "many", "9" * 9):
            assert "365" in problem(await http.post("/accounts/tokens", data=given | {"days": days}))
        endless = await http.post("/accounts/tokens", data=given | {"name": f"{name} endless", "days": "0"})
        assert "has no end date" in endless.text
        secret = shown_once(await http.post("/accounts/tokens", data=given | {"days": "30"}))
        token = await row(server, name)
        assert (await own.post("/account/tokens/agree", data={"token": token.id, "password": PASSWORD})).status_code == 303
        assert token.expires_at == format_utc(parse_utc(token.created_at) + timedelta(days=30))

        for _ in range(2):
            for page in (
                await http.get("/accounts/tokens"), await http.get(f"/accounts/{eva.id}"), await own.get("/account"),
            ):  # fmt: skip
                rows = {each: told(found) for each, found in re.findall(r'data-token="([^"]+)"(.*?)</li>', page.text, re.S)}
                assert "by Ada Lovelace" in rows[name]
                assert f"ends {token.expires_at}" in rows[name]
                assert "no end date" in rows[f"{name} endless"]
                assert "on the command line" in rows[by_command]
                used = (await row(server, name)).used_at
                assert (f"last used {used}" if used else "not used yet") in rows[name]
                assert "not used yet" in rows[by_command]
                assert secret not in page.text
            assert await status(server, secret) == 200
            await server.service.write_last_use()
        assert (await row(server, name)).used_at is not None


async def test_the_last_use_is_written_once_an_hour_and_changes_no_rights(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    server, service, eva = team.server, team.server.service, await hire(team.server)
    name, secret = await give(server, eva)
    start = now()
    clock = start
    monkeypatch.setattr(last_use, "now", lambda: clock)
    version = await service.database.read(rights_version.version)

    async def used(after: timedelta) -> str | None:
        nonlocal clock
        clock = start + after
        for _ in range(3):
            assert await status(server, secret) == 200
        assert (await row(server, name)).used_at == before  # a request with it writes nothing
        await service.write_last_use()
        return (await row(server, name)).used_at

    before: str | None = None
    before = await used(timedelta())
    assert before == format_utc(start)
    assert await used(timedelta(minutes=59)) == before
    before = await used(TOKEN_WRITE_INTERVAL + timedelta(minutes=1))
    assert before == format_utc(start + TOKEN_WRITE_INTERVAL + timedelta(minutes=1))
    assert await service.database.read(rights_version.version) == version


async def test_an_open_socket_uses_its_token(team: Team, charlie_again: Person) -> None:
    service, id = team.server.service, charlie_again.account["id"]
    monday = format_utc(now() - timedelta(days=1))
    sql = text("UPDATE token SET used_at = :at WHERE account = :account")
    await service.database.write(lambda database: database.connection().execute(sql, {"at": monday, "account": id}).rowcount)
    service.last_use = last_use.LastUse(None)
    await service.write_last_use()
    used = await service.database.read(lambda database: database.exec(select(Token.used_at).where(Token.account == id)).one())
    assert used is not None
    assert used > monday


@pytest.fixture
async def charlie_again(team: Team) -> Person:
    return await team.add_person("Charlie", "investigator")


def test_recorded_uses_are_bounded_and_none_is_lost_during_a_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_use, "MAX_KEYS", 3)
    noted, at = UseTracker(timedelta(hours=1)), now()
    for key in "dcba":
        noted.record(key, at)
    uses = noted.due(at)
    assert list(uses) == ["b", "c", "d"]  # of two processes, in one order
    later = at + timedelta(minutes=5)
    noted.record("b", later)
    noted.mark_written(uses, at)
    assert noted.due(later) == {}
    assert noted.due(at + timedelta(hours=1)) == {"b": later}
    noted.record("a", later)
    assert len(noted) <= 3


async def test_a_new_password_by_link_keeps_the_home_page_where_no_token_ends(team: Team) -> None:
    eva, ada = await hire(team.server), await hire(team.server, "admin", "Ada")
    async with browser(team.server, ada) as http, browser(team.server) as new:
        page = await http.post(f"/accounts/{eva.id}/link")
        assert "token" not in told(page.text).split("One-time link")[-1]
        changed = await new.post("/password", data={"code": shown_once(page), "new": NEW})
        assert changed.headers["location"] == "/"


async def test_a_token_of_an_earlier_version_has_90_days(backend: Backend, tmp_path: Path) -> None:
    with backend.settled(tmp_path) as settings:
        old = Database(settings["database_url"])
        await asyncio.to_thread(migrate, old)
        token = {"id": "1", "name": "hotline", "digest": "d", "account": "a", "scope": "read", "created_at": format_utc(now())}

        def as_before(session: Session) -> None:
            old_schemas.reset_to_revision(session, "0009")
            old_schemas.insert_rows(session, metadata.tables["token"], [token])

        old.write_now(as_before)
        await asyncio.to_thread(migrate, old)
        found = old.read_now(lambda session: session.exec(select(Token)).one().model_copy())
        await old.close()
    assert found.expires_at is not None
    assert abs(parse_utc(found.expires_at) - now() - timedelta(days=90)) < timedelta(hours=1)
    assert (found.name, found.made_by, found.used_at, found.revoked_at) == ("hotline", None, None, None)
