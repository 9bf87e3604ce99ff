"""Hostile, wrong and late answers of providers: nobody is signed in, and the audit journal has the reason."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import httpx2 as httpx
import pytest
from sqlmodel import col, select, update

from board.accounts import accounts, identities, live_changes
from board.client import Refusal
from board.providers import cached, fetch, limits
from board.providers.checks import Checks
from board.providers.providers import Providers
from board.rate_limit import Rule
from models.accounts import Account, Identity, LoginSession
from models.times import format_utc, now
from tests.support.audit_record import AuditRecord
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.factors import code_of, give_app, set_factor_age
from tests.support.fake_provider import CLIENT, EVENT, FakeProvider, new_key, running_fake
from tests.support.people import PASSWORD, PATIENCE_S, Server, add_own_token, connect_person, new_id, running_server

SIGN_IN = """\
[[provider]]
key = "{key}"
name = "{name}"
issuer = "{issuer}"
client_id = "{client}"
create_accounts = {creates}

[[provider.role]]
claim = "groups"
value = "board"
role = "investigator"

"""
DUE = "2000-01-01T00:00:00.000Z"

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)
FIVE_MINUTES = 300


@pytest.fixture(scope="module")
async def fakes() -> AsyncIterator[list[FakeProvider]]:
    """Two providers shared by all of these tests."""
    async with running_fake() as police, running_fake() as house:
        yield [police, house]


@pytest.fixture(scope="module")
async def board(
    backend: Backend, fakes: list[FakeProvider], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:  # fmt: skip
    """Server whose people sign in with both."""
    folder, (police, house) = tmp_path_factory.mktemp("desk"), fakes
    text = SIGN_IN.format(key="police", name="Police account", issuer=police.issuer, client=CLIENT, creates="true")
    text += SIGN_IN.format(key="house", name="House account", issuer=house.issuer, client=CLIENT, creates="true")
    (folder / "sign_in.toml").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for rule in ("NETWORK", "BLOCKS", "LOGOUTS"):  # all of these tests are one network
            patch.setattr(limits, rule, Rule(f"{rule} of tests", 0, 1))
        with backend.settled(folder) as settings:
            async with running_server(folder, files_path=str(folder), **settings) as server:
                yield server


@pytest.fixture
async def police(fakes: list[FakeProvider], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeProvider]:
    """Provider that answers rightly, about a person of this test."""
    monkeypatch.setattr(cached, "RETRY_S", 0.0)
    for fake in fakes:
        subject = f"eva-{new_id()}"
        fake.claims = {"sub": subject, "groups": ["board"], "name": "Eva", "email": f"{subject}@police.example"}
        fake.claims["email_verified"] = True
        fake.answer, fake.id_token = {}, lambda fake=fake: fake.token(fake.id_claims())
    yield fakes[0]
    if fakes[0]._server is None:
        await fakes[0].start()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with browser() as client:
        yield client


@pytest.fixture
async def record(board: Server) -> AuditRecord:
    record = AuditRecord(board.service)
    await record.restart()
    return record


def browser() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=3 * PATIENCE_S)


async def begin(http: httpx.AsyncClient, board: Server, fake: FakeProvider, key: str = "police") -> dict[str, str]:
    """Start a sign-in; return the query with which the provider sends the browser back."""
    response = await http.get(f"{board.url}/sign-in/with/{key}", params={"next": "/handover"})
    assert response.status_code == 303, response.text
    sent = httpx.URL(response.headers["location"]).params
    fake.nonce = sent["nonce"]
    assert (sent["response_type"], sent["code_challenge_method"]) == ("code", "S256")
    assert sent["redirect_uri"] == f"{board.url}/sign-in/with/{key}/callback"
    return {"code": "code", "state": sent["state"]}


async def call_back(http: httpx.AsyncClient, board: Server, query: dict[str, str], key: str = "police") -> httpx.Response:
    return await http.get(f"{board.url}/sign-in/with/{key}/callback", params=query)


async def sign_in(http: httpx.AsyncClient, board: Server, fake: FakeProvider, key: str = "police") -> httpx.Response:
    return await call_back(http, board, await begin(http, board, fake, key), key)


async def reasons(record: AuditRecord) -> list[str]:
    return [entry.about["reason"] for entry in await record.entries(kind="sign_in.refused")]


async def test_right_answer_signs_in(board: Server, police: FakeProvider, http: httpx.AsyncClient) -> None:
    response = await sign_in(http, board, police)
    assert (response.status_code, response.headers["location"]) == (303, "/handover")
    assert (await http.get(f"{board.url}/api/v1/me")).json()["role"] == "investigator"


def _unsigned(fake: FakeProvider) -> str:
    _, body, _ = fake.token(fake.id_claims()).split(".")
    return f"eyJhbGciOiJub25lIn0.{body}."


def _other_content(fake: FakeProvider) -> str:
    head, _, signature = fake.token(fake.id_claims()).split(".")
    return f"{head}.{fake.token(fake.id_claims(sub='ada')).split('.')[1]}.{signature}"


def _by_public_key(fake: FakeProvider) -> str:
    """Sign with the public key as a shared secret (RFC 8725, section 2.1)."""
    _, body, _ = fake.token(fake.id_claims()).split(".")
    head = _part(json.dumps({"alg": "HS256", "kid": fake.key.kid}).encode())
    return f"{head}.{body}.{_part(hmac.digest(fake.key.as_pem(private=False), f'{head}.{body}'.encode(), 'sha256'))}"


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


WRONG: dict[str, tuple[Callable[[FakeProvider], str], str]] = {
    "no signature": (_unsigned, "signature"),
    "access token": (lambda fake: fake.token(fake.id_claims(), typ="at+jwt"), "answer"),
    "logout message": (lambda fake: fake.token(fake.id_claims(), typ="logout+jwt"), "answer"),
    "signature of other content": (_other_content, "signature"),
    "shared secret": (_by_public_key, "signature"),
    "key of somebody else": (lambda fake: fake.token(fake.id_claims(), new_key(str(fake.key.kid))), "signature"),
    "unknown key": (lambda fake: fake.token(fake.id_claims(), new_key("unknown")), "key"),
    "another audience": (lambda fake: fake.token(fake.id_claims(aud="other")), "audience"),
    "two audiences without a party": (lambda fake: fake.token(fake.id_claims(aud=[CLIENT, "other"])), "audience"),
    "another party": (lambda fake: fake.token(fake.id_claims(azp="other")), "audience"),
    "another issuer": (lambda fake: fake.token(fake.id_claims(iss="https://evil.example")), "issuer"),
    "another nonce": (lambda fake: fake.token(fake.id_claims(nonce="other")), "nonce"),
    "no nonce": (lambda fake: fake.token(fake.id_claims(nonce=None)), "nonce"),
    "clock five minutes ahead": (lambda fake: fake.token(fake.id_claims(iat=_at(FIVE_MINUTES))), "clock"),
    "clock five minutes behind": (lambda fake: fake.token(fake.id_claims(iat=_at(-FIVE_MINUTES))), "clock"),
    "expired": (lambda fake: fake.token(fake.id_claims(exp=_at(-FIVE_MINUTES))), "clock"),
    "not valid yet": (lambda fake: fake.token(fake.id_claims(nbf=_at(FIVE_MINUTES))), "clock"),
    "no number as a time": (lambda fake: fake.token(fake.id_claims(nbf="soon")), "answer"),
    "no expiry": (lambda fake: fake.token(fake.id_claims(exp=None)), "answer"),
    "no subject": (lambda fake: fake.token(fake.id_claims(sub=None)), "answer"),
    "long subject": (lambda fake: fake.token(fake.id_claims(sub="x" * 256)), "answer"),
    "no token": (lambda fake: "", "answer"),
    "not a token": (lambda fake: "a.b.c", "answer"),
    "huge token": (lambda fake: f"a.{'b' * 70_000}.c", "answer"),
}


def _at(seconds: int) -> int:
    return int(now().timestamp()) + seconds


@pytest.mark.parametrize("wrong", WRONG)
async def test_wrong_id_token_signs_nobody_in(
    board: Server, police: FakeProvider, http: httpx.AsyncClient, record: AuditRecord, wrong: str
) -> None:
    make, reason = WRONG[wrong]
    police.id_token = lambda: make(police)
    response = await sign_in(http, board, police)
    assert response.status_code == 502
    assert "board_session" not in http.cookies
    assert await reasons(record) == [reason]
    assert police.claims["sub"] not in response.text


async def test_clock_two_minutes_off_is_accepted(board: Server, police: FakeProvider, http: httpx.AsyncClient) -> None:
    police.id_token = lambda: police.token(police.id_claims(iat=_at(-100)))
    assert (await sign_in(http, board, police)).status_code == 303


# -- keys -----------------------------------------------------------------------------------------------------------------


async def test_new_key_is_read_and_the_old_one_works_no_longer(
    board: Server, police: FakeProvider, http: httpx.AsyncClient, record: AuditRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await sign_in(http, board, police)).status_code == 303
    monkeypatch.setattr(cached, "REFRESH_S", 0.0)
    old, police.key = police.key, new_key(f"key-{new_id()}")
    police.published = [police.key]
    async with browser() as second:
        assert (await sign_in(second, board, police)).status_code == 303
    police.id_token = lambda: police.token(police.id_claims(), old)
    async with browser() as third:
        assert (await sign_in(third, board, police)).status_code == 502
    assert await reasons(record) == ["key"]


async def test_unknown_keys_cause_one_read_a_minute(board: Server, police: FakeProvider) -> None:
    police.id_token = lambda: police.token(police.id_claims(), new_key("unknown"))
    police.requests.clear()
    for _ in range(3):
        async with browser() as client:
            assert (await sign_in(client, board, police)).status_code == 502
    assert police.requests.count("/keys") <= 1


# -- unavailable ----------------------------------------------------------------------------------------------------------


async def test_provider_that_is_down_leaves_the_password_form(
    board: Server, police: FakeProvider, http: httpx.AsyncClient, record: AuditRecord
) -> None:
    query = await begin(http, board, police)
    await police.stop()
    response = await call_back(http, board, query)
    assert response.status_code == 503
    assert "Police account cannot be reached" in response.text
    assert 'name="password"' in response.text
    assert await reasons(record) == ["unavailable"]


async def test_slow_provider_is_given_up(
    board: Server, police: FakeProvider, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "TOTAL_S", 0.2)
    query = await begin(http, board, police)
    police.answer["/token"] = lambda: None
    assert (await call_back(http, board, query)).status_code == 503
    assert fetch.Fetcher.running == 0


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (302, b"", 502), (500, b"{}", 503), (429, b"{}", 503), (400, b'{"error":"invalid_grant"}', 403), (200, b"[]", 502),
        (200, b"{", 502), (200, b"\xff", 502), (200, b"x" * (fetch.MAX_BODY + 1), 502), (200, b'{"id_token": 7}', 502),
    ],
)  # fmt: skip
async def test_unusable_answer_of_the_token_endpoint(
    board: Server, police: FakeProvider, http: httpx.AsyncClient, status: int, body: bytes, expected: int
) -> None:
    police.answer["/token"] = lambda: (status, body)
    assert (await sign_in(http, board, police)).status_code == expected
    assert "board_session" not in http.cookies


async def test_sessions_continue_while_the_provider_is_down(board: Server, police: FakeProvider, http: httpx.AsyncClient) -> None:
    await sign_in(http, board, police)
    await police.stop()
    await _check_now(board)
    assert (await http.get(f"{board.url}/api/v1/me")).status_code == 200


async def test_session_ends_if_its_claims_were_not_checked_for_a_day(
    board: Server, police: FakeProvider, http: httpx.AsyncClient
) -> None:
    await sign_in(http, board, police)
    await _age_claims(board, police)
    await police.stop()
    await _check_now(board)
    assert (await http.get(f"{board.url}/api/v1/me")).status_code == 401


async def test_password_opens_nothing_after_claims_of_a_day_ago(
    board: Server, police: FakeProvider, http: httpx.AsyncClient, record: AuditRecord
) -> None:
    await sign_in(http, board, police)
    login = {"email": police.claims["email"], "password": PASSWORD}
    change = await asyncio.to_thread(accounts.prepare_password, login["email"], PASSWORD)
    await live_changes.apply_change(board.service, change)
    async with browser() as other:
        assert (await other.post(f"{board.url}/login", data=login)).status_code == 303
        ends = await board.service.database.read(lambda session: session.exec(select(col(LoginSession.latest_end))).all())
        assert min(ends) < format_utc(now() + identities.UNCHECKED_TTL), "the session ends with the claims"
    await _age_claims(board, police)
    async with browser() as other:
        refused = await other.post(f"{board.url}/login", data=login)
        assert (refused.status_code, "has not confirmed your role" in refused.text) == (403, True)
        assert "board_session" not in other.cookies
        assert (await sign_in(other, board, police)).status_code == 303
    async with browser() as other:
        assert (await other.post(f"{board.url}/login", data=login)).status_code == 303
    assert [entry.about["reason"] for entry in await record.entries(kind="sign_in.failed")] == ["unchecked"]


async def test_token_stops_a_day_after_the_newest_claims(
    board: Server, police: FakeProvider, http: httpx.AsyncClient, record: AuditRecord
) -> None:
    await sign_in(http, board, police)
    secret, _ = await add_own_token(board, police.claims["email"])
    program = await connect_person(board, secret)
    try:
        connection = next(each for each in board.service.hub.connections if each.viewer.token is not None)
        assert connection.viewer.ends_at is not None
        assert (await program.http.get("/api/v1/me")).status_code == 200
        await _age_claims(board, police)
        assert (await program.http.get("/api/v1/me")).status_code == 401
        with pytest.raises(Refusal) as refused:
            await program.command("operations", "note.add", {"text": "after the claims"})
        assert refused.value.code == "forbidden"
        connection.viewer = replace(connection.viewer, ends_at=format_utc(now()))  # as passing time does
        await board.service._poll_rights()
        await program.wait_until(lambda: program.close_code == 4501)
        assert (await record.entries(kind="token.refused"))[0].about["reason"] == "unchecked"
        await sign_in(http, board, police)
        assert (await program.http.get("/api/v1/me")).status_code == 200, "the claims are new again"
    finally:
        await program.close()


async def test_start_bounds_the_tokens_of_linked_accounts(board: Server, police: FakeProvider, http: httpx.AsyncClient) -> None:
    await sign_in(http, board, police)
    set_none = update(Account).where(col(Account.email) == police.claims["email"]).values(claims_until=None)
    await board.service.database.write(lambda database: database.connection().execute(set_none))  # as an upgrade leaves it
    await Checks(board.service, Providers(board.service)).check_due()
    account = await board.service.database.read(lambda session: accounts.find(session, police.claims["email"]))
    assert account.claims_until is not None
    assert account.claims_until <= format_utc(now() + identities.UNCHECKED_TTL)
    without_roles = board.service.sign_in.model_copy(update={"provider": []})
    await live_changes.apply_change(board.service, lambda session: identities.align_claims(session, without_roles))
    account = await board.service.database.read(lambda session: accounts.find(session, police.claims["email"]))
    assert account.claims_until is None


async def _age_claims(board: Server, fake: FakeProvider) -> None:
    """Let the claims of the person be old, as passing time does."""
    subject = fake.claims["sub"]
    owner = select(Identity.account).where(Identity.subject == subject).scalar_subquery()
    changes = (
        update(Account).where(col(Account.id) == owner).values(claims_until=DUE),
        update(Identity).where(col(Identity.subject) == subject).values(checked_at=DUE),
    )
    for change in changes:
        await board.service.database.write(lambda database, change=change: database.connection().execute(change))


async def _check_now(board: Server) -> None:
    """Check all sessions of providers against a client whose provider answers 500, or not at all."""
    due = update(LoginSession).where(col(LoginSession.check_at).is_not(None)).values(check_at=DUE)
    await board.service.database.write(lambda database: database.connection().execute(due))
    providers = Providers(board.service)
    await Checks(board.service, providers).check_due()


# -- state and redirects --------------------------------------------------------------------------------------------------


async def test_answer_works_once(board: Server, police: FakeProvider, http: httpx.AsyncClient, record: AuditRecord) -> None:
    query = await begin(http, board, police)
    cookie = http.cookies["board_sign_in"]
    assert (await call_back(http, board, query)).status_code == 303
    async with browser() as thief:
        thief.cookies.set("board_sign_in", cookie, domain="127.0.0.1")
        assert (await call_back(thief, board, query)).status_code == 400
    assert (await call_back(http, board, query)).status_code == 400, "the cookie is gone"
    assert await reasons(record) == ["replayed", "state"]


async def test_answer_works_in_the_browser_that_asked_alone(board: Server, police: FakeProvider, http: httpx.AsyncClient) -> None:
    query = await begin(http, board, police)
    async with browser() as other:
        assert (await call_back(other, board, query)).status_code == 400
        await begin(other, board, police)
        assert (await call_back(other, board, query)).status_code == 400
    assert (await call_back(http, board, {**query, "state": "é"})).status_code == 400


async def test_sign_in_page_of_another_tab_disturbs_no_sign_in(
    board: Server, police: FakeProvider, http: httpx.AsyncClient
) -> None:
    query = await begin(http, board, police)
    offered = await http.post(f"{board.url}/sign-in/passkey/options", headers={"Origin": board.url})
    assert offered.status_code == 200
    assert (await call_back(http, board, query)).status_code == 303


async def test_answer_works_for_its_provider_alone(
    board: Server, police: FakeProvider, fakes: list[FakeProvider], http: httpx.AsyncClient
) -> None:
    assert (await call_back(http, board, await begin(http, board, police), "house")).status_code == 400
    mixed = {**await begin(http, board, police), "iss": fakes[1].issuer}
    assert (await call_back(http, board, mixed)).status_code == 502


@pytest.mark.parametrize("next", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_no_redirect_leads_to_another_host(board: Server, police: FakeProvider, http: httpx.AsyncClient, next: str) -> None:
    start = await http.get(f"{board.url}/sign-in/with/police", params={"next": next})
    sent = httpx.URL(start.headers["location"]).params
    police.nonce = sent["nonce"]
    response = await call_back(http, board, {"code": "code", "state": sent["state"]})
    assert (response.status_code, response.headers["location"]) == (303, "/duty")


@pytest.mark.parametrize(("site", "starts"), [("cross-site", False), ("same-site", False), ("same-origin", True), ("none", True)])
async def test_page_of_another_site_starts_no_sign_in(
    board: Server, police: FakeProvider, http: httpx.AsyncClient, site: str, starts: bool
) -> None:
    answer = await http.get(f"{board.url}/sign-in/with/police", headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(police.issuer if starts else "/login")
    assert ("board_sign_in" in http.cookies) == starts


@pytest.mark.parametrize("path", ["/sign-in/with/other", "/sign-in/with/other/callback", "/sign-in/with/POLICE"])
async def test_unknown_provider_is_not_found(board: Server, http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(f"{board.url}{path}")).status_code == 404
    assert (await http.post(f"{board.url}/sign-in/with/other/logout")).status_code == 404


@pytest.mark.parametrize("cookie", ["x", "a.b.c.d.e", "é", "A" * 4_000])
async def test_forged_cookie_is_refused(board: Server, police: FakeProvider, http: httpx.AsyncClient, cookie: str) -> None:
    headers = {b"Cookie": f"board_sign_in={cookie}".encode()}
    response = await http.get(f"{board.url}/sign-in/with/police/callback", params={"code": "c", "state": "s"}, headers=headers)
    assert response.status_code == 400


async def test_sign_ins_of_a_network_are_limited(
    board: Server, police: FakeProvider, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "NETWORK", Rule("test of providers", 2, 300))
    answers = [(await http.get(f"{board.url}/sign-in/with/police")).status_code for _ in range(3)]
    assert answers == [303, 303, 429]


# -- accounts -------------------------------------------------------------------------------------------------------------


async def test_same_address_at_two_providers_is_two_people(
    board: Server, police: FakeProvider, fakes: list[FakeProvider], http: httpx.AsyncClient
) -> None:
    house = fakes[1]
    assert (await sign_in(http, board, police)).status_code == 303
    house.claims = {**police.claims, "sub": f"other-{new_id()}"}
    async with browser() as other:
        response = await sign_in(other, board, house, "house")
        assert response.status_code == 403
        assert "not linked to House account" in response.text


async def test_same_subject_at_two_providers_is_two_people(
    board: Server, police: FakeProvider, fakes: list[FakeProvider], http: httpx.AsyncClient
) -> None:
    house = fakes[1]
    await sign_in(http, board, police)
    house.claims = {**police.claims, "email": f"{new_id()}@house.example"}
    async with browser() as other:
        assert (await sign_in(other, board, house, "house")).status_code == 303
        ids = [(await client.get(f"{board.url}/api/v1/me")).json()["id"] for client in (http, other)]
    assert ids[0] != ids[1]


async def test_permission_for_one_provider_links_no_other(
    board: Server, police: FakeProvider, fakes: list[FakeProvider], http: httpx.AsyncClient
) -> None:
    email = f"{new_id()}@police.example"
    id = await live_changes.add_account(board.service, email, "Eva", "investigator", PASSWORD)

    def allow(database: Any) -> None:
        identities.allow_link(database, database.get_one(Account, id), police.issuer, "police", now())

    await live_changes.apply_change(board.service, allow)
    house = fakes[1]
    house.claims["email"] = police.claims["email"] = email
    assert (await sign_in(http, board, house, "house")).status_code == 403
    assert (await sign_in(http, board, police)).status_code == 303


async def test_step_up_is_a_new_sign_in_at_the_provider(board: Server, police: FakeProvider, http: httpx.AsyncClient) -> None:
    await sign_in(http, board, police)
    email, origin = police.claims["email"], {"Origin": board.url}
    account = await board.service.database.read(lambda session: accounts.find(session, email))
    await set_factor_age(board, account, 11)
    page = await http.get(f"{board.url}/step-up?next=/handover")
    assert 'href="/sign-in/with/police?again&amp;next=/handover"' in page.text
    assert 'name="password"' not in page.text
    ways = (await http.post(f"{board.url}/step-up/ways", headers=origin)).json()
    assert (ways["recent"], ways["provider"]) == (False, {"key": "police", "name": "Police account"})
    for seconds, is_recent in ((-660, False), (-1, True), (3_600, True)):
        police.claims["auth_time"] = _at(seconds)  # the first: somebody left the question out of the address
        start = await http.get(f"{board.url}/sign-in/with/police?again&next=/handover")
        sent = httpx.URL(start.headers["location"]).params
        assert (sent["prompt"], sent["max_age"]) == ("login", "600")
        police.nonce = sent["nonce"]
        back = await call_back(http, board, {"code": "code", "state": sent["state"]})
        assert back.headers["location"] == "/handover"
        assert (await http.post(f"{board.url}/step-up/ways", headers=origin)).json()["recent"] == is_recent
    rows = await board.service.database.read(lambda session: accounts.sessions(session, account.id, format_utc(now())))
    assert len(rows) == 1, "the former session ended"
    assert all((row.factor_at or "") <= format_utc(now()) for row in rows)


async def test_person_without_a_password_agrees_to_a_token(board: Server, police: FakeProvider, http: httpx.AsyncClient) -> None:
    await sign_in(http, board, police)
    email, name, headers = police.claims["email"], f"gis {new_id()}", {"Origin": board.url}

    def add(session: Any) -> str:
        accounts.add_token(session, name, "read", email, format_utc(now()), made_by="somebody")
        return accounts.find_token(session, name).id

    token = await live_changes.apply_change(board.service, add)
    page = await http.get(f"{board.url}/account")
    assert ('action="/account/tokens/agree"' in page.text, 'name="password"' in page.text) == (True, False)
    account = await board.service.database.read(lambda session: accounts.find(session, email))
    await set_factor_age(board, account, 11)
    refused = await http.post(f"{board.url}/account/tokens/agree", data={"token": token}, headers=headers)
    assert refused.status_code == 403
    assert (await sign_in(http, board, police)).status_code == 303
    agreed = await http.post(f"{board.url}/account/tokens/agree", data={"token": token}, headers=headers)
    assert (agreed.status_code, agreed.headers["location"]) == (303, "/account?changed=agreed#tokens")


async def test_second_factor_is_asked_for_unless_the_provider_states_one(
    board: Server, police: FakeProvider, http: httpx.AsyncClient
) -> None:
    await sign_in(http, board, police)
    id = (await http.get(f"{board.url}/api/v1/me")).json()["id"]
    account = await board.service.database.read(lambda database: database.get_one(Account, id))
    secret, _ = await give_app(board, account)
    async with browser() as other:
        response = await sign_in(other, board, police)
        assert (response.status_code, response.headers["location"]) == (303, "/sign-in/second")
        assert (await other.get(f"{board.url}/api/v1/me")).status_code == 401
        form, headers = {"code": code_of(secret)}, {"Origin": board.url}
        proved = await other.post(f"{board.url}/sign-in/second", data=form, headers=headers)
        assert (proved.status_code, proved.headers["location"]) == (303, "/handover")
    police.claims["amr"] = ["pwd", "mfa"]
    async with browser() as third:
        assert (await sign_in(third, board, police)).headers["location"] == "/handover"
    query = select(LoginSession).where(LoginSession.account == id)
    sessions = await board.service.database.read(lambda database: database.exec(query).all())
    assert [row.subject for row in sessions] == [police.claims["sub"]] * 3, "also of the session that waited for the code"
    assert all(row.check_at for row in sessions)


@pytest.mark.parametrize("email", ["", "eva", "x" * 300 + "@a.example", "a\u202e@b.example", 7, None])
async def test_unusable_address_gets_no_account(
    board: Server, police: FakeProvider, http: httpx.AsyncClient, email: object
) -> None:
    police.claims["email"] = email
    assert (await sign_in(http, board, police)).status_code in (403, 502)
    query = select(Identity).where(Identity.subject == police.claims["sub"])
    assert await board.service.database.read(lambda database: database.exec(query).first()) is None


# -- logout ---------------------------------------------------------------------------------------------------------------

WRONG_LOGOUTS: dict[str, Callable[[FakeProvider], str]] = {
    "id token": lambda fake: fake.token(fake.id_claims()),
    "id token of the right type": lambda fake: fake.token(fake.id_claims(jti="j"), typ="logout+jwt"),
    "nonce": lambda fake: fake.logout_token(nonce="n"),
    "access token": lambda fake: fake.logout_token(typ="at+jwt"),
    "no type": lambda fake: fake.logout_token(typ="JWT"),
    "no event": lambda fake: fake.logout_token(events=None),
    "another event": lambda fake: fake.logout_token(events={"x": {}}),
    "event without content": lambda fake: fake.logout_token(events={EVENT: None}),
    "no jti": lambda fake: fake.logout_token(jti=None),
    "nobody": lambda fake: fake.logout_token(sub=None),
    "another audience": lambda fake: fake.logout_token(aud="other"),
    "another issuer": lambda fake: fake.logout_token(iss="https://evil.example"),
    "old": lambda fake: fake.logout_token(iat=_at(-FIVE_MINUTES)),
    "another key": lambda fake: fake.logout_token(new_key(str(fake.key.kid))),
    "nothing": lambda fake: "",
}


@pytest.mark.parametrize("wrong", WRONG_LOGOUTS)
async def test_wrong_logout_message_ends_no_session(
    board: Server, police: FakeProvider, http: httpx.AsyncClient, wrong: str
) -> None:
    await sign_in(http, board, police)
    form = {"logout_token": WRONG_LOGOUTS[wrong](police)}
    assert (await http.post(f"{board.url}/sign-in/with/police/logout", data=form)).status_code == 400
    assert (await http.get(f"{board.url}/api/v1/me")).status_code == 200


async def test_logout_message_works_once(board: Server, police: FakeProvider, http: httpx.AsyncClient) -> None:
    await sign_in(http, board, police)
    form = {"logout_token": police.logout_token()}
    assert (await http.post(f"{board.url}/sign-in/with/police/logout", data=form)).status_code == 200
    assert (await http.get(f"{board.url}/api/v1/me")).status_code == 401
    await sign_in(http, board, police)
    assert (await http.post(f"{board.url}/sign-in/with/police/logout", data=form)).status_code == 400
    assert (await http.get(f"{board.url}/api/v1/me")).status_code == 200


async def test_logout_of_one_provider_ends_no_session_of_another(
    board: Server, police: FakeProvider, fakes: list[FakeProvider], http: httpx.AsyncClient
) -> None:
    await sign_in(http, board, police)
    form = {"logout_token": fakes[1].logout_token(sub=police.claims["sub"])}
    assert (await http.post(f"{board.url}/sign-in/with/house/logout", data=form)).status_code == 200
    assert (await http.get(f"{board.url}/api/v1/me")).status_code == 200
