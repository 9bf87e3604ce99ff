"""Signing in: by password and cookie, or by token; from our own pages only; and nothing personal stays in a cache."""

import re
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest
from pydantic import ValidationError
from sqlmodel import select
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from board import errors
from board.accounts import accounts, live_changes, login
from board.config.settings import Settings
from board.engine.identity import digest
from board.engine.rights_version import bump_rights_version
from board.web.pages import safe_redirect_path
from models.accounts import LoginSession
from models.db.database import Database
from models.db.sqlite import library
from models.times import format_utc, now
from tests.support.backends import Backend
from tests.support.people import PASSWORD, PATIENCE_S, Server, create_token, new_id, running_server, session_cookie

FOREIGN = "https://evil.example"


@pytest.fixture(scope="module")
async def login_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Server shared by all of these tests."""
    async with running_server(tmp_path_factory.mktemp("desk")) as server:
        yield server


def browser(server: Server, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.url, headers=headers, timeout=PATIENCE_S)


async def account(server: Server, role: str = "investigator") -> str:
    """A new account's address."""
    email = f"eva-{new_id()}@desk.example"
    await live_changes.add_account(server.service, email, "Eva", role, PASSWORD)
    return email


async def sign_in(http: httpx.AsyncClient, email: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    return await http.post("/login", data={"email": email, "password": password}, **more)


async def test_the_right_password_gives_a_cookie_and_the_page_of_duties(login_server: Server) -> None:
    email = await account(login_server)
    async with browser(login_server) as http:
        page = await http.get("/login")
        assert page.status_code == 200
        assert 'name="password"' in page.text
        response = await sign_in(http, email.upper())
        assert (response.status_code, response.headers["location"]) == (303, "/duty")
        cookie = response.headers["set-cookie"].lower()
        assert cookie.startswith("board_session=")
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "path=/" in cookie
        assert "secure" not in cookie
        me = (await http.get("/api/v1/me")).json()
        assert (me["name"], me["role"], me["email"]) == ("Eva", "investigator", email)
        home = await http.get("/")
        assert home.status_code == 200
        assert "Eva" in home.text


@pytest.mark.parametrize(("email", "password"), [(None, "wrong horse battery"), (None, ""), ("nobody@desk.example", PASSWORD)])
async def test_a_wrong_password_gives_the_page_again(login_server: Server, email: str | None, password: str) -> None:
    typed = email or await account(login_server)
    async with browser(login_server) as http:
        response = await sign_in(http, typed, password)
        assert response.status_code == 401
        assert "set-cookie" not in response.headers
        assert 'name="password"' in response.text
        assert typed in response.text
        assert password not in response.text or not password
        assert (await http.get("/api/v1/me")).status_code == 401


async def test_typed_text_is_escaped(login_server: Server) -> None:
    async with browser(login_server) as http:
        response = await sign_in(http, '"><script>alert(1)</script>', "x")
        assert response.status_code == 401
        assert "<script>alert" not in response.text


async def test_signing_out_ends_the_session_on_the_server(login_server: Server) -> None:
    async with browser(login_server) as http:
        await sign_in(http, await account(login_server))
        stolen = http.cookies["board_session"]
        response = await http.post("/logout", headers={"Origin": login_server.url})
        assert response.status_code == 303
        assert "board_session" not in http.cookies
    async with browser(login_server, Cookie=f"board_session={stolen}") as thief:
        assert (await thief.get("/api/v1/me")).status_code == 401


def _session(digest: str, began: str, ends: str) -> LoginSession:
    return LoginSession(digest=digest, account="eva", created_at=began, used_at=began, latest_end=ends, ends_at=ends)


@pytest.mark.both_backends
async def test_sessions_that_have_ended_are_dropped_when_somebody_signs_in(
    backend: Backend, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "DELETE_BATCH_SIZE", 2)
    email, soon, long_ago = await account(server), format_utc(now() + timedelta(minutes=5)), format_utc(now() - timedelta(days=1))

    def put(database: Any) -> None:
        for number in range(3):
            database.add(_session(f"ended {number}", long_ago, long_ago))
        database.add(_session("going", long_ago, soon))

    async def kept() -> set[str]:
        return set(await server.service.database.read(lambda database: database.exec(select(LoginSession.digest)).all()))

    await server.service.database.write(put)
    signed_in = {digest(await session_cookie(server.service, email))}
    assert await kept() == {"ended 2", "going"} | signed_in  # a bounded number is removed at a time
    signed_in.add(digest(await session_cookie(server.service, email)))
    assert await kept() == {"going"} | signed_in


async def test_sessions_and_tokens_outlive_a_restart(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        token = await create_token(server.service, "Alice", "coordinator")
        async with browser(server) as http:
            await sign_in(http, await account(server))
            cookie = f"board_session={http.cookies['board_session']}"
    async with running_server(tmp_path) as server:
        async with browser(server, Cookie=cookie) as http:
            assert (await http.get("/api/v1/me")).json()["name"] == "Eva"
        async with browser(server, Authorization=f"Bearer {token}") as http:
            assert (await http.get("/api/v1/me")).json()["name"] == "Alice"


async def test_passwords_cookies_and_tokens_are_kept_as_digests_only(login_server: Server, tmp_path: Path) -> None:
    token = await create_token(login_server.service, "Alice", "coordinator")
    async with browser(login_server) as http:
        await sign_in(http, await account(login_server))
        cookie = http.cookies["board_session"]
    # By the program's own SQLite: if two libraries open a file in one process, one drops the locks of the other.
    with closing(library.connect(login_server.service.database.path)) as database:
        database.execute("VACUUM INTO ?", (str(tmp_path / "copy.db"),))
    kept = (tmp_path / "copy.db").read_bytes()
    for secret in (token, cookie, PASSWORD):
        assert secret.encode() not in kept
    assert b"$argon2id$" in kept


async def test_the_bearer_counts_where_there_is_also_a_cookie(login_server: Server) -> None:
    token = await create_token(login_server.service, "Tess", "viewer", "read")
    async with browser(login_server) as http:
        await sign_in(http, await account(login_server))
        assert (await http.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})).json()["name"] == "Tess"
        assert (await http.get("/api/v1/me", headers={"Authorization": f"bearer {token}"})).json()["name"] == "Tess"
        assert (await http.get("/api/v1/me", headers={"Authorization": "Bearer wrong"})).status_code == 401
        assert (await http.get("/api/v1/me", headers={"Authorization": "Bearer"})).status_code == 401


# -- origin of forms ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "own"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "own", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 403),
        ({"Origin": FOREIGN}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "own.evil.example"}, 403),
        ({"Origin": "httpsown"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Referer": "own"}, 403),
    ],
)
async def test_a_cookie_does_nothing_unsafe_from_elsewhere(login_server: Server, headers: dict[str, str], status: int) -> None:
    given = {name: value.replace("own", login_server.url) for name, value in headers.items()}
    async with browser(login_server) as http:
        await sign_in(http, await account(login_server))
        command = {"id": new_id(), "name": "note.add", "data": {"text": "x"}}
        response = await http.post("/api/v1/boards/operations/commands", json=command, headers=given)
        assert response.status_code == status
        assert (await http.get("/api/v1/boards", headers=given)).status_code == 200  # reading is not unsafe
        signed_out = await http.post("/logout", headers=given)
        assert signed_out.status_code == (303 if status == 200 else 403)
        assert (await http.get("/api/v1/me")).status_code == (401 if status == 200 else 200)


async def test_a_token_is_not_asked_where_it_comes_from(login_server: Server) -> None:
    token = await create_token(login_server.service, "Tess", "investigator")
    async with browser(login_server, Authorization=f"Bearer {token}", Origin=FOREIGN) as http:
        command = {"id": new_id(), "name": "note.add", "data": {"text": "x"}}
        assert (await http.post("/api/v1/boards/operations/commands", json=command)).status_code == 200


async def test_nobody_is_signed_in_by_another_site(login_server: Server) -> None:
    email = await account(login_server)
    async with browser(login_server) as http:
        for headers in (
            {"Origin": FOREIGN},
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": FOREIGN, "Sec-Fetch-Site": "cross-site"},
        ):
            response = await sign_in(http, email, headers=headers)
            assert response.status_code == 403
            assert "set-cookie" not in response.headers
        assert (await sign_in(http, email, headers={"Origin": login_server.url})).status_code == 303


@pytest.mark.parametrize(
    ("origin", "status"),
    [("own", 101), (None, 403), (FOREIGN, 403), ("null", 403), ("own/", 403), ("own.evil.example", 403), ("https", 403)],
)
async def test_a_socket_by_cookie_says_our_own_origin(login_server: Server, origin: str | None, status: int) -> None:
    async with browser(login_server) as http:
        await sign_in(http, await account(login_server))
        headers = {"Cookie": f"board_session={http.cookies['board_session']}"}
    said = {None: None, "https": login_server.url.replace("http:", "https:")}.get(
        origin, (origin or "").replace("own", login_server.url)
    )
    if said is not None:
        headers["Origin"] = said
    if status == 101:
        async with connect(login_server.ws, additional_headers=headers) as socket:
            assert '"hello"' in str(await socket.recv())
        return
    headers["Sec-Fetch-Site"] = "same-origin"
    with pytest.raises(InvalidStatus) as refused:
        await connect(login_server.ws, additional_headers=headers)
    assert refused.value.response.status_code == status


@pytest.mark.parametrize("headers", [{}, {"Cookie": "board_session=guess"}, {"Authorization": "Bearer guess"}])
async def test_a_socket_of_nobody_is_refused_before_the_upgrade(login_server: Server, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(login_server.ws, additional_headers=headers | {"Origin": login_server.url})
    assert refused.value.response.status_code == 401


async def test_a_socket_by_token_says_any_origin(login_server: Server) -> None:
    token = await create_token(login_server.service, "Tess", "viewer")
    async with connect(login_server.ws, additional_headers={"Authorization": f"Bearer {token}", "Origin": FOREIGN}) as socket:
        assert '"hello"' in str(await socket.recv())


# -- redirects ------------------------------------------------------------------------------------------------------------

ELSEWHERE = [
    "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example",
    "/%0d%0a/evil", "javascript:alert(1)", "http:evil.example", " //evil.example", "", "evil.example", "///evil.example",
    "/\\/evil",
]  # fmt: skip


@pytest.mark.parametrize("wanted", ELSEWHERE)
async def test_signing_in_leads_to_no_other_server(login_server: Server, wanted: str) -> None:
    email = await account(login_server)
    async with browser(login_server) as http:
        for response in (
            await http.post("/login", data={"email": email, "password": PASSWORD, "next": wanted}),
            await http.get("/login", params={"next": wanted}),  # signed in already
        ):
            assert response.status_code == 303
            target = response.headers["location"]
            assert urlsplit(target).netloc == ""
            assert re.match(r"/(?![/\\])", target), target


async def test_only_who_can_be_on_duty_and_is_not_is_led_to_the_page_of_duties(login_server: Server) -> None:
    for role, target in (("viewer", "/"), ("investigator", "/duty"), ("coordinator", "/duty")):
        email = await account(login_server, role)
        async with browser(login_server) as http:
            assert (await sign_in(http, email)).headers["location"] == target
            until = format_utc(login_server.service.clock() + timedelta(hours=1))
            command = {"id": new_id(), "name": "duty.begin", "data": {"until": until}}
            own_page = {"Origin": login_server.url}
            answer = await http.post("/api/v1/boards/operations/commands", json=command, headers=own_page)
            assert answer.status_code == (403 if role == "viewer" else 200)
            assert (await sign_in(http, email)).headers["location"] == "/", role


async def test_signing_in_leads_where_one_wanted_to_go(login_server: Server) -> None:
    email = await account(login_server)
    async with browser(login_server) as http:
        for path in ("/", "/account", "/searches/x", "/searches/x/cards/y"):
            response = await http.get(path)
            assert response.status_code == 303
            assert response.headers["location"].startswith("/login")
        wanted = "/searches/x?card=1"
        response = await http.post("/login", data={"email": email, "password": PASSWORD, "next": wanted})
        assert response.headers["location"] == wanted
    assert safe_redirect_path("/searches/x?a=b#c") == "/searches/x?a=b#c"


# -- headers --------------------------------------------------------------------------------------------------------------


async def test_every_answer_says_what_a_page_may_load_and_that_nothing_is_kept(login_server: Server) -> None:
    token = await create_token(login_server.service, "Tess", "admin")
    async with browser(login_server, Authorization=f"Bearer {token}") as http:
        paths = ["/", "/login", "/account", "/searches/none", "/api/v1/me", "/api/v1/boards/operations", "/api/v1/none", "/none"]
        for path in [*paths, "/healthz", "/readyz", "/metrics"]:
            headers = (await http.get(path)).headers
            policy = headers["content-security-policy"]
            assert "unsafe" not in policy
            for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
                assert part in policy, path
            assert headers["cache-control"] == "no-store", path
            assert headers["x-content-type-options"] == "nosniff"
        script = await http.get("/static/js/main.js")
        assert script.status_code == 200
        assert "no-store" not in script.headers["cache-control"]


async def test_no_page_has_anything_inline(login_server: Server) -> None:
    token = await create_token(login_server.service, "Tess", "admin")
    async with browser(login_server, Authorization=f"Bearer {token}") as http:
        for path in ("/", "/account", "/searches/none", "/none"):
            page = (await http.get(path)).text
            assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page), path


async def test_behind_https_the_cookie_is_bound_to_this_host(tmp_path: Path) -> None:
    own = "https://board.example"
    async with running_server(tmp_path, public_url=f"{own}/") as server:
        email = await account(server)
        async with browser(server) as http:
            response = await sign_in(http, email, headers={"Origin": own})
            cookie = response.headers["set-cookie"]
            assert cookie.startswith("__Host-board_session=")
            assert "Secure" in cookie
            assert "HttpOnly" in cookie
            assert "Path=/" in cookie
            assert "domain" not in cookie.lower()
            assert response.headers["strict-transport-security"] == "max-age=31536000"
            secret = cookie.split(";")[0]
        command = {"id": new_id(), "name": "note.add", "data": {"text": "x"}}
        async with browser(server, Cookie=secret) as http:
            for origin, status in ((own, 200), (server.url, 403), ("http://board.example", 403)):
                response = await http.post("/api/v1/boards/operations/commands", json=command, headers={"Origin": origin})
                assert response.status_code == status
        async with browser(server, Cookie=secret.removeprefix("__Host-")) as http:
            assert (await http.get("/api/v1/me")).status_code == 401
        async with connect(server.ws, additional_headers={"Cookie": secret, "Origin": own}) as socket:
            assert '"hello"' in str(await socket.recv())


async def test_a_short_password_is_no_password(login_server: Server) -> None:
    with pytest.raises(errors.OperationError):
        await live_changes.add_account(login_server.service, "short@desk.example", "Short", "viewer", "123456789")


async def test_others_write_while_a_password_is_hashed(login_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    hash_password, other = accounts.hash_password, Database(login_server.service.settings.database_url)  # type: ignore[attr-defined]
    written: list[str] = []

    def hashed(password: str) -> str:
        other.write_now(bump_rights_version)  # raises DatabaseUnavailable if the database is held while hashing
        written.append(password)
        return hash_password(password)

    monkeypatch.setattr(accounts, "hash_password", hashed)
    email = await account(login_server)
    assert written == [PASSWORD]
    async with browser(login_server) as http:
        assert (await sign_in(http, email)).status_code == 303
    await other.close()


# -- sign-out, and https only ---------------------------------------------------------------------------------------------


async def test_signing_out_clears_the_cache_but_not_the_kept_texts(tmp_path: Path) -> None:
    own = "https://board.example"
    async with running_server(tmp_path, public_url=own) as server:
        email = await account(server)
        async with browser(server) as http:
            signed_in = await sign_in(http, email, headers={"Origin": own})
            cookies = "; ".join(each.split(";")[0] for each in signed_in.headers.get_list("set-cookie"))
            response = await http.post("/logout", headers={"Origin": own, "Cookie": cookies})
            assert response.status_code == 303
            assert response.headers["clear-site-data"] == '"cache"'
            assert "clear-site-data" not in (await http.get("/login")).headers


async def test_nothing_is_cleared_over_http(login_server: Server) -> None:
    async with browser(login_server) as http:
        await sign_in(http, await account(login_server))
        response = await http.post("/logout", headers={"Origin": login_server.url})
        assert response.status_code == 303
        assert "clear-site-data" not in response.headers


@pytest.mark.parametrize("value", ["max-age=0", "max-age=63072000; includeSubDomains", "off"])
async def test_strict_transport_security_is_as_set(tmp_path: Path, value: str) -> None:
    async with running_server(tmp_path, public_url="https://board.example", hsts=value) as server, browser(server) as http:
        header = (await http.get("/login")).headers.get("strict-transport-security")
        assert header == (None if value == "off" else value)


@pytest.mark.parametrize("value", ["", "on", "max-age=", "max-age=1; includeSubDomains\r\nX-A: 1", "max-age=1, max-age=2"])
def test_value_of_hsts_that_is_no_header_is_refused(value: str) -> None:
    with pytest.raises(ValidationError, match="hsts"):
        Settings(_env_file=None, hsts=value)
