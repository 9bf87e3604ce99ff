"""Signing in with a real OpenID Connect provider: accounts, roles, links, loss of a claim, and logout."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2 as httpx
import pytest
from sqlmodel import col, select, update
from websockets.asyncio.client import ClientConnection, connect

from board.accounts import accounts, live_changes
from board.audit import security_alerts
from board.providers.checks import Checks
from board.providers.providers import Providers
from models.accounts import Account, Identity, LoginSession
from tests.support.audit_record import AuditRecord
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.factors import audit_entries
from tests.support.oidc_provider import CLIENT, EVA, SECRET, OidcProvider, running_provider, sign_in, sign_out
from tests.support.people import (
    PASSWORD,
    PATIENCE_S,
    Server,
    add_own_token,
    connect_person,
    new_id,
    running_server,
    session_cookie,
)

SIGN_IN = f"""\
[[provider]]
key = "police"
name = "Police account"
issuer = "{{issuer}}"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
create_accounts = true

[[provider.role]]
claim = "groups"
value = "board-lead"
role = "coordinator"

[[provider.role]]
claim = "groups"
value = "board"
role = "viewer"
"""
DUE = "2000-01-01T00:00:00.000Z"

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture(scope="module")
async def provider() -> AsyncIterator[OidcProvider]:
    """Provider shared by all of these tests."""
    async with running_provider() as running:
        yield running


@pytest.fixture(scope="module")
async def board(
    backend: Backend, provider: OidcProvider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:  # fmt: skip
    """Server whose people sign in with the provider."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "sign_in.toml").write_text(SIGN_IN.format(issuer=provider.issuer), encoding="utf-8")
    with backend.settled(folder) as settings:
        async with running_server(folder, files_path=str(folder), **settings) as server:
            await provider.configure(server.url)
            yield server


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """Browser without a page."""
    async with browser() as client:
        yield client


def browser() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=PATIENCE_S)


async def person(provider: OidcProvider, **claims: Any) -> str:
    """Add a person to the provider; return the subject."""
    subject = f"eva-{new_id()}"
    await provider.set_person(subject, {**EVA, "email": f"{subject}@police.example", **claims})
    return subject


async def account_of(board: Server, subject: str) -> Account:
    def find(database: Any) -> Account:
        (identity,) = database.exec(select(Identity).where(Identity.subject == subject)).all()
        return database.get_one(Account, identity.account)

    return await board.service.database.read(find)


async def has_identity(board: Server, subject: str) -> bool:
    found = await board.service.database.read(
        lambda database: database.exec(select(Identity).where(Identity.subject == subject)).first()
    )
    return found is not None


async def check_now(board: Server) -> None:
    """Make all checks due, and run them."""
    due = update(LoginSession).where(col(LoginSession.check_at).is_not(None)).values(check_at=DUE)
    await board.service.database.write(lambda database: database.connection().execute(due))
    await Checks(board.service, Providers(board.service)).check_due()


async def me(http: httpx.AsyncClient, board: Server) -> dict[str, Any]:
    response = await http.get(f"{board.url}/api/v1/me")
    return response.json() if response.status_code == 200 else {"status": response.status_code}


async def socket_of(http: httpx.AsyncClient, board: Server) -> ClientConnection:
    cookie = f"board_session={http.cookies['board_session']}"
    return await connect(board.ws, additional_headers={"Cookie": cookie, "Origin": board.url})


@contextlib.asynccontextmanager
async def admin_of(board: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Sign an administrator in with a password."""
    email = f"ada-{new_id()}@desk.example"
    await live_changes.add_account(board.service, email, "Ada", "admin", PASSWORD)
    async with httpx.AsyncClient(base_url=board.url, timeout=PATIENCE_S, headers={"Origin": board.url}) as admin:
        await admin.post("/login", data={"email": email, "password": PASSWORD})
        yield admin


# -- sign-in --------------------------------------------------------------------------------------------------------------


async def test_sign_in_page_has_a_button_for_the_provider(board: Server, http: httpx.AsyncClient) -> None:
    page = await http.get(f"{board.url}/login?next=/handover")
    assert 'href="/sign-in/with/police?next=/handover"' in page.text
    assert "Police account" in page.text
    assert 'name="password"' in page.text


async def test_first_sign_in_creates_the_account_with_its_role(
    board: Server, provider: OidcProvider, http: httpx.AsyncClient
) -> None:
    record, subject = AuditRecord(board.service), await person(provider)
    await record.restart()
    response = await sign_in(http, board.url, subject, next="/handover")
    assert (response.status_code, response.headers["location"]) == (303, "/handover")
    assert (await me(http, board)).items() >= {"name": "Eva Peeters", "role": "coordinator"}.items()
    account = await account_of(board, subject)
    assert account.email == f"{subject}@police.example"
    assert await record.types() == ["account.added", "identity.linked", "sign_in.succeeded"]
    assert (await record.one(account.id, "sign_in.succeeded")).about["provider"] == "police"


async def test_second_sign_in_finds_the_account_by_subject_and_not_by_address(
    board: Server, provider: OidcProvider, http: httpx.AsyncClient
) -> None:
    subject = await person(provider)
    await sign_in(http, board.url, subject)
    first = await account_of(board, subject)
    await provider.set_person(subject, {**EVA, "email": "other@police.example", "groups": ["board"]})
    async with browser() as other:
        await sign_in(other, board.url, subject)
        assert (await me(other, board))["role"] == "viewer"
    second = await account_of(board, subject)
    assert (second.id, second.email) == (first.id, first.email)


async def test_first_rule_that_matches_gives_the_role(board: Server, provider: OidcProvider, http: httpx.AsyncClient) -> None:
    subject = await person(provider, groups=["board", "board-lead"])
    await sign_in(http, board.url, subject)
    assert (await me(http, board))["role"] == "coordinator", "the file has this rule first, the claim has it last"


async def test_person_without_a_role_gets_no_account(board: Server, provider: OidcProvider, http: httpx.AsyncClient) -> None:
    subject = await person(provider, groups=["canteen"])
    response = await sign_in(http, board.url, subject)
    assert response.status_code == 403
    assert "gives you no role here" in response.text
    assert "board_session" not in http.cookies
    assert not await has_identity(board, subject)


async def test_unverified_address_gets_no_account(board: Server, provider: OidcProvider, http: httpx.AsyncClient) -> None:
    subject = await person(provider, email_verified=False)
    response = await sign_in(http, board.url, subject)
    assert response.status_code == 403
    assert "did not confirm your e-mail address" in response.text
    assert not await has_identity(board, subject)


async def test_person_who_refuses_at_the_provider_is_not_signed_in(
    board: Server, provider: OidcProvider, http: httpx.AsyncClient
) -> None:
    start = await http.get(f"{board.url}/sign-in/with/police")
    state = httpx.URL(start.headers["location"]).params["state"]
    answer = {"error": "access_denied", "state": state, "iss": provider.issuer}
    response = await http.get(f"{board.url}/sign-in/with/police/callback", params=answer)
    assert response.status_code == 403
    assert "did not sign you in" in response.text


# -- links ----------------------------------------------------------------------------------------------------------------


async def test_address_alone_links_no_account(board: Server, provider: OidcProvider, http: httpx.AsyncClient) -> None:
    subject = await person(provider)
    await live_changes.add_account(board.service, f"{subject}@police.example", "Eva", "investigator", PASSWORD)
    response = await sign_in(http, board.url, subject)
    assert response.status_code == 403
    assert "not linked to Police account" in response.text
    assert not await has_identity(board, subject)


async def test_administrator_allows_a_link_once(board: Server, provider: OidcProvider, http: httpx.AsyncClient) -> None:
    subject = await person(provider)
    id = await live_changes.add_account(board.service, f"{subject}@police.example", "Eva", "investigator", PASSWORD)
    async with admin_of(board) as admin:
        assert (await admin.post(f"/accounts/{id}/identity", data={"provider": "police"})).status_code == 303
        assert 'data-testid="link-allowed"' in (await admin.get(f"/accounts/{id}")).text
        assert (await sign_in(http, board.url, subject)).status_code == 303
        assert (await account_of(board, subject)).id == id
        assert (await me(http, board))["role"] == "coordinator"
        page = (await admin.get(f"/accounts/{id}")).text
        assert 'data-testid="identity"' in page
        assert 'data-testid="link-allowed"' not in page
        again = await person(provider, email=f"{subject}@police.example")
        async with browser() as other:
            assert (await sign_in(other, board.url, again)).status_code == 403, "the permission is used up"
        assert (await admin.post(f"/accounts/{id}/identity/end")).status_code == 303
    assert (await me(http, board)) == {"status": 401}
    assert not await has_identity(board, subject)
    account = await board.service.database.read(lambda session: session.get_one(Account, id))
    links = [type for type, _ in await audit_entries(board, account) if type.startswith("identity.")]
    assert links == ["identity.link_allowed", "identity.linked", "identity.unlinked"]
    alerts = await board.service.database.read(lambda session: security_alerts.list_alerts(session, id, "", (), 10, False))
    assert [alert["type"] for alert in alerts] == ["identity.link_allowed"], "the owner learns what an administrator allowed"


async def test_coordinator_allows_no_link(board: Server, provider: OidcProvider, http: httpx.AsyncClient) -> None:
    await sign_in(http, board.url, await person(provider))
    id = (await me(http, board))["id"]
    path, headers = f"{board.url}/accounts/{id}/identity", {"Origin": board.url}
    assert (await http.post(path, data={"provider": "police"}, headers=headers)).status_code == 404
    async with admin_of(board) as admin:
        unknown = await admin.post(f"/accounts/{id}/identity", data={"provider": "other"})
        assert unknown.status_code == 404
        linked = await admin.post(f"/accounts/{id}/identity", data={"provider": "police"})
        assert "linked already" in linked.text


# -- checks ---------------------------------------------------------------------------------------------------------------


async def test_lower_claim_narrows_the_role_on_an_open_socket(
    board: Server, provider: OidcProvider, http: httpx.AsyncClient
) -> None:
    subject = await person(provider)
    await sign_in(http, board.url, subject)
    async with await socket_of(http, board) as socket:
        assert json.loads(await socket.recv())["account"]["role"] == "coordinator"
        await provider.set_person(subject, {**EVA, "groups": ["board"]})
        await check_now(board)
        async with asyncio.timeout(PATIENCE_S):
            while json.loads(await socket.recv()).get("account", {}).get("role") != "viewer":
                pass
    assert (await me(http, board))["role"] == "viewer"


async def test_lost_claim_ends_sessions_and_closes_sockets(
    board: Server, provider: OidcProvider, http: httpx.AsyncClient
) -> None:
    subject = await person(provider)
    await sign_in(http, board.url, subject)
    socket = await socket_of(http, board)
    await provider.set_person(subject, {**EVA, "groups": []})
    await check_now(board)
    await asyncio.wait_for(socket.wait_closed(), PATIENCE_S)
    assert (await me(http, board)) == {"status": 401}
    assert not (await account_of(board, subject)).enabled
    async with browser() as other:
        assert (await sign_in(other, board.url, subject)).status_code == 403
        await provider.set_person(subject, {**EVA, "groups": ["board"]})
        assert (await sign_in(other, board.url, subject)).status_code == 303, "the claim is back"
        assert (await me(other, board))["role"] == "viewer"


async def test_lost_claim_stops_the_tokens_of_the_person(board: Server, provider: OidcProvider, http: httpx.AsyncClient) -> None:
    subject = await person(provider)
    await sign_in(http, board.url, subject)
    secret, _ = await add_own_token(board, (await account_of(board, subject)).email)
    program = await connect_person(board, secret)
    try:
        assert (await program.http.get("/api/v1/me")).status_code == 200
        await provider.set_person(subject, {**EVA, "groups": []})
        await check_now(board)
        await program.wait_until(lambda: program.close_code == 4501)
        assert (await program.http.get("/api/v1/me")).status_code == 401
    finally:
        await program.close()


async def test_returned_claim_opens_no_account_that_an_administrator_disabled(
    board: Server, provider: OidcProvider, http: httpx.AsyncClient
) -> None:
    subject = await person(provider)
    await sign_in(http, board.url, subject)
    await provider.set_person(subject, {**EVA, "groups": []})
    await check_now(board)
    email = (await account_of(board, subject)).email
    await live_changes.apply_change(board.service, lambda database: accounts.set_enabled(database, email, False))
    await provider.set_person(subject, EVA)
    response = await sign_in(http, board.url, subject)
    assert response.status_code == 403
    assert "Your account is disabled" in response.text


async def test_unchanged_claims_keep_the_session(board: Server, provider: OidcProvider, http: httpx.AsyncClient) -> None:
    await sign_in(http, board.url, await person(provider))
    for _ in range(3):  # each refresh token works once
        await check_now(board)
        assert (await me(http, board))["role"] == "coordinator"


async def test_person_who_was_removed_at_the_provider_is_signed_out(
    board: Server, provider: OidcProvider, http: httpx.AsyncClient
) -> None:
    subject = await person(provider)
    await sign_in(http, board.url, subject)
    await provider.set_person(subject, None)
    await check_now(board)
    assert (await me(http, board)) == {"status": 401}


# -- logout ---------------------------------------------------------------------------------------------------------------


async def test_logout_at_the_provider_ends_the_session_here(
    board: Server, provider: OidcProvider, http: httpx.AsyncClient
) -> None:
    subject = await person(provider)
    await sign_in(http, board.url, subject)
    socket = await socket_of(http, board)
    async with browser() as other:
        await sign_in(other, board.url, subject)
        await sign_out(http, provider.issuer)
        await asyncio.wait_for(socket.wait_closed(), PATIENCE_S)
        assert (await me(http, board)) == {"status": 401}
        assert (await me(other, board))["role"] == "coordinator", "it has another session at the provider"


async def test_sessions_of_passwords_have_no_checks(board: Server) -> None:
    email = f"eva-{new_id()}@desk.example"
    id = await live_changes.add_account(board.service, email, "Eva", "investigator", PASSWORD)
    await session_cookie(board.service, email)
    await check_now(board)
    query = select(LoginSession).where(LoginSession.account == id)
    (row,) = await board.service.database.read(lambda database: database.exec(query).all())
    assert (row.check_at, row.provider_token, row.issuer) == (None, None, None)


async def test_tokens_of_the_provider_are_stored_encrypted(
    board: Server, provider: OidcProvider, http: httpx.AsyncClient
) -> None:
    subject = await person(provider)
    await sign_in(http, board.url, subject)
    query = select(LoginSession).where(LoginSession.subject == subject)
    (row,) = await board.service.database.read(lambda database: database.exec(query).all())
    assert row.provider_token is not None
    assert Providers(board.service).tokens.open(row.provider_token) is not None
    assert Providers(board.service).sign_ins.open(row.provider_token) is None, "each purpose has its own key"
    assert row.sid
