"""Passwords that are switched off: only the account for emergencies signs in with one, and that alerts administrators."""

from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest

from board.accounts import accounts, live_changes, password_links
from board.audit import security_alerts
from models.times import now
from tests.support.audit_record import AuditRecord
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.people import PASSWORD, PATIENCE_S, Server, new_id, running_server

CHIEF = "chief@desk.example"
SIGN_IN = f"""\
[password]
enabled = false
break_glass = "{CHIEF}"

[[provider]]
key = "police"
name = "Police account"
issuer = "http://127.0.0.1:9"
client_id = "searchboard"
"""
NEW = "a quite different horse"

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture(scope="module")
async def board(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Server shared by all of these tests."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "sign_in.toml").write_text(SIGN_IN, encoding="utf-8")
    with backend.settled(folder) as settings:
        async with running_server(folder, files_path=str(folder), **settings) as server:
            await live_changes.add_account(server.service, CHIEF, "Chief", "admin", PASSWORD)
            yield server


@pytest.fixture
async def http(board: Server) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Origin": board.url}
    async with httpx.AsyncClient(base_url=board.url, headers=headers, timeout=PATIENCE_S) as client:
        yield client


@pytest.fixture
async def record(board: Server) -> AuditRecord:
    record = AuditRecord(board.service)
    await record.restart()
    return record


async def add_account(board: Server, role: str = "investigator") -> str:
    """Add an account; return its address."""
    email = f"eva-{new_id()}@desk.example"
    await live_changes.add_account(board.service, email, "Eva", role, PASSWORD)
    return email


async def link_for(board: Server, email: str) -> str:
    return await live_changes.apply_change(
        board.service, lambda database: password_links.create(database, accounts.find(database, email), now())
    )


async def test_right_password_signs_nobody_in(board: Server, http: httpx.AsyncClient, record: AuditRecord) -> None:
    email = await add_account(board)
    response = await http.post("/login", data={"email": email, "password": PASSWORD})
    assert response.status_code == 401
    assert "board_session" not in http.cookies
    (entry,) = await record.entries(kind="sign_in.failed")
    assert entry.about["reason"] == "switched_off"


async def test_refusal_is_the_same_for_a_wrong_password(board: Server, http: httpx.AsyncClient) -> None:
    email = await add_account(board)
    pages = [(await http.post("/login", data={"email": email, "password": typed})).text for typed in (PASSWORD, "wrong")]
    assert pages[0] == pages[1], "nobody learns whether the password was right"


async def test_sign_in_page_offers_the_provider_first(http: httpx.AsyncClient) -> None:
    page = (await http.get("/login")).text
    assert page.index("Police account") < page.index("Emergency account") < page.index('name="password"')


async def test_emergency_account_signs_in_and_alerts_administrators(
    board: Server, http: httpx.AsyncClient, record: AuditRecord
) -> None:
    other = await add_account(board, "admin")
    response = await http.post("/login", data={"email": CHIEF, "password": PASSWORD})
    assert response.status_code == 303
    (entry,) = await record.entries(kind="sign_in.break_glass")
    assert entry.about["name"] == "Chief"
    caller = await board.service.database.read(lambda database: accounts.find(database, other))
    alerts = await board.service.database.read(
        lambda database: security_alerts.list_alerts(database, caller.id, "", (), 10, False)
    )
    assert [alert["type"] for alert in alerts] == ["sign_in.break_glass"]


async def test_wrong_password_of_the_emergency_account_alerts_nobody(http: httpx.AsyncClient, record: AuditRecord) -> None:
    assert (await http.post("/login", data={"email": CHIEF, "password": "wrong"})).status_code == 401
    assert await record.types() == ["sign_in.failed"]


async def test_one_time_link_sets_no_password(board: Server, http: httpx.AsyncClient) -> None:
    secret = await link_for(board, await add_account(board))
    response = await http.post("/password", data={"code": secret, "new": NEW})
    assert response.status_code == 422
    assert "Passwords are switched off" in response.text
    assert "board_session" not in http.cookies


async def test_one_time_link_sets_the_password_of_the_emergency_account(
    board: Server, http: httpx.AsyncClient, record: AuditRecord
) -> None:
    response = await http.post("/password", data={"code": await link_for(board, CHIEF), "new": NEW})
    assert response.status_code == 303
    assert "sign_in.break_glass" in await record.types()
    reset = await board.service.database.read(lambda database: accounts.find(database, CHIEF))
    change = accounts.prepare_password(reset.email, PASSWORD)
    await live_changes.apply_change(board.service, change)


async def test_administrators_are_offered_no_link_for_a_password(board: Server, http: httpx.AsyncClient) -> None:
    await http.post("/login", data={"email": CHIEF, "password": PASSWORD})
    ids = [
        (await board.service.database.read(lambda database, email=email: accounts.find(database, email))).id
        for email in (await add_account(board), CHIEF)
    ]
    pages = [(await http.get(f"/accounts/{id}")).text for id in ids]
    assert ["Create a one-time link" in page for page in pages] == [False, True]
    assert all("Allow link" in page for page in pages)
