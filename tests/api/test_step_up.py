"""Step-up: what discloses or changes most asks people for a factor again after ten minutes, and programs never."""

from collections.abc import AsyncIterator

import pytest
from sqlmodel import Session, select

from board.accounts import accounts
from board.audit import outlets
from board.audit.entries import ExportRead
from models.accounts import LoginSession
from models.factors import SecondFactor
from models.times import format_utc, now
from tests.support import pictures_with_metadata, uploads
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.factors import browser, code_of, give_app, hire, log_in, set_factor_age, wrong_code
from tests.support.people import PASSWORD, Server
from tests.support.team import Team, running_team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

OLD, RECENT = 11, 9  # minutes


@pytest.fixture(scope="module")
async def team(tmp_path_factory: pytest.TempPathFactory, backend: Backend) -> AsyncIterator[Team]:
    """Team shared by all of these tests."""
    folder = tmp_path_factory.mktemp("step_up")
    with backend.settled(folder) as settings:
        async with running_team(folder, **settings) as running:
            yield running


@pytest.fixture
def server(team: Team) -> Server:
    return team.server


async def test_pages_of_administrators_ask_again_after_ten_minutes(server: Server) -> None:
    ada = await hire(server, "admin")
    async with browser(server) as http:
        await log_in(http, ada)
        await set_factor_age(server, ada, RECENT)
        assert (await http.get("/accounts")).status_code == 200
        await set_factor_age(server, ada, OLD)
        for path in ("/accounts", "/accounts/tokens", f"/accounts/{ada.id}", "/audit"):
            assert (await http.get(path)).headers["location"].startswith("/step-up?next=%2Fa"), path
        refused = await http.post(f"/accounts/{ada.id}/role", data={"role": "viewer"})
        assert refused.status_code == 403
        assert (await http.get("/api/v1/me")).json()["role"] == "admin"
        assert (await http.post("/step-up?next=/accounts", data={"password": "wrong"})).status_code == 401
        assert (await http.get("/accounts")).status_code == 303
        passed = await http.post("/step-up?next=/accounts?q=x", data={"password": PASSWORD})
        assert (passed.status_code, passed.headers["location"]) == (303, "/accounts?q=x")
        assert (await http.get("/accounts")).status_code == 200


async def test_step_up_leads_to_no_other_host(server: Server) -> None:
    ada = await hire(server, "admin")
    async with browser(server) as http:
        await log_in(http, ada)
        for target in ("https://evil.example", "//evil.example", "/\\evil.example"):
            assert (await http.get("/step-up", params={"next": target})).headers["location"] == "/"
            passed = await http.post("/step-up", params={"next": target}, data={"password": PASSWORD})
            assert passed.headers["location"] == "/"


async def test_downloads_ask_sessions_but_not_tokens(team: Team, server: Server) -> None:
    search = await team.alice.open_search()
    photo = await uploads.attach(team.alice, search, pictures_with_metadata.jpeg())
    boards = f"/api/v1/boards/{search}"
    paths = [f"{boards}/{name}" for name in ("cards.csv", "cards.json", "journal.csv", "journal.json", f"files/{photo}/original")]
    paper = f"/searches/{search}/history.md"
    carol = await hire(server, "coordinator")
    async with browser(server) as http:
        await log_in(http, carol)
        await set_factor_age(server, carol, OLD)
        assert ((await http.get(paper)).status_code, (await team.alice.http.get(paper)).status_code) == (403, 200)
        for path in paths:
            refused = await http.get(path)
            assert (refused.status_code, refused.json()["code"]) == (403, "step_up"), path
            assert (await team.alice.http.get(path)).status_code == 200, path
        assert (await http.get(boards)).status_code == 200  # the board itself stays readable
        assert (await http.post("/step-up/check", data={"password": PASSWORD})).json() == {"recent": True}
        for path in (*paths, paper):
            assert (await http.get(path)).status_code == 200, path


async def test_each_outlet_of_an_export_asks(team: Team, server: Server) -> None:
    search, ada = await team.alice.open_search(), await hire(server, "admin")
    table = outlets.CALLS | outlets.PAGES
    exports = [address.split(" ") for address, outlet in table.items() if ExportRead in outlet.entries]
    assert len(exports) > 10
    async with browser(server) as http:
        await log_in(http, ada)
        await set_factor_age(server, ada, OLD)
        for method, path in exports:
            names = {"board": search, "id": search} | dict.fromkeys(("material", "report", "disclosure"), "x")
            filled = path.replace("{number:number}", "1").format(**names)
            answer = await http.request(method, filled, json={} if method == "POST" else None)
            asked = answer.status_code == 403 or answer.headers.get("location", "").startswith("/step-up")
            assert asked, (filled, answer.status_code)


async def test_sealed_sources_ask_and_open_ones_do_not(team: Team, server: Server) -> None:
    search = await team.alice.open_search()
    for sealed in (True, False):
        ack = await team.alice.command(
            search, "sighting.add", {"description": "a girl", "source_name": "Griet", "source": {"sealed": sealed}}
        )
        sighting = next(event["id"] for event in await events_of(team, search) if event["seq"] == ack["seqs"][0])
        carol = await hire(server, "coordinator")
        async with browser(server) as http:
            await log_in(http, carol)
            await set_factor_age(server, carol, OLD)
            answer = await http.get(f"/api/v1/boards/{search}/sightings/{sighting}/source")
            assert answer.status_code == (403 if sealed else 200)
            assert ("Griet" in answer.text) != sealed
            assert (await http.post("/step-up/check", data={"password": PASSWORD})).status_code == 200
            assert "Griet" in (await http.get(f"/api/v1/boards/{search}/sightings/{sighting}/source")).text


async def events_of(team: Team, search: str) -> list[dict[str, object]]:
    return list((await team.alice.http.get(f"/api/v1/boards/{search}/events?after=0")).json()["events"])


async def test_the_audit_log_as_a_file_asks_administrators_and_hides_from_others(server: Server) -> None:
    ada, eva = await hire(server, "admin"), await hire(server, "coordinator")
    for account, status in ((ada, 403), (eva, 404)):
        async with browser(server) as http:
            await log_in(http, account)
            await set_factor_age(server, account, OLD)
            assert (await http.get("/api/v1/audit.csv")).status_code == status


async def test_password_is_not_enough_for_an_account_with_a_factor(server: Server) -> None:
    ada = await hire(server, "admin")
    secret, (recovery, *_) = await give_app(server, ada)
    async with browser(server) as http:
        await log_in(http, ada)
        await http.post("/sign-in/second", data={"code": code_of(secret, -1)})
        await set_factor_age(server, ada, OLD)
        assert (await http.post("/step-up/ways")).json() == {"recent": False, "app": True, "passkey": False, "provider": None}
        for data in ({"password": PASSWORD}, {"code": wrong_code(secret)}, {"code": code_of(secret, -1)}, {}):
            refused = await http.post("/step-up/check", data=data)
            assert (refused.status_code, refused.json()["code"]) == (422, "invalid"), data
        assert (await http.get("/accounts")).status_code == 303
        assert (await http.post("/step-up/check", data={"code": code_of(secret)})).status_code == 200
        assert (await http.get("/accounts")).status_code == 200
        await set_factor_age(server, ada, OLD)
        assert (await http.post("/step-up", data={"code": recovery})).status_code == 303
        assert (await http.post("/step-up/ways")).json()["recent"]


async def test_wrong_codes_of_one_session_are_throttled(server: Server) -> None:
    eva = await hire(server)
    secret, _ = await give_app(server, eva)
    async with browser(server) as http:
        await log_in(http, eva)
        await http.post("/sign-in/second", data={"code": code_of(secret, -1)})
        statuses = [(await http.post("/step-up/check", data={"code": wrong_code(secret)})).status_code for _ in range(12)]
        assert statuses == [422] * 10 + [429] * 2
        assert (await http.post("/step-up", data={"code": code_of(secret)})).status_code == 429


async def test_removing_a_factor_and_ending_a_token_ask_again(server: Server) -> None:
    eva = await hire(server)
    secret, _ = await give_app(server, eva)
    (factor,) = await server.service.database.read(
        lambda session: session.exec(select(SecondFactor.id).where(SecondFactor.account == eva.id)).all()
    )
    forms = {
        "/account/factors/remove": {"factor": factor}, "/account/factors/codes": {}, "/account/tokens/end": {"token": "x"},
        "/account/factors/passkeys/options": {}, "/account/factors/app": {"sealed": "x", "code": "1"},
    }  # fmt: skip
    async with browser(server) as http:
        await log_in(http, eva)
        await http.post("/sign-in/second", data={"code": code_of(secret)})
        await set_factor_age(server, eva, OLD)
        for path, data in forms.items():
            assert (await http.post(path, data=data)).status_code == 403, path
    assert await server.service.database.read(lambda session: session.get(SecondFactor, factor)) is not None


async def test_other_sessions_are_asked_after_a_factor_is_removed(server: Server) -> None:
    ada = await hire(server, "admin")
    secret, _ = await give_app(server, ada)
    async with browser(server) as desk, browser(server) as phone:
        for step, http in enumerate((desk, phone)):
            await log_in(http, ada)
            assert (await http.post("/sign-in/second", data={"code": code_of(secret, step - 1)})).status_code == 303
        (row,) = await server.service.database.read(
            lambda session: session.exec(select(SecondFactor).where(SecondFactor.account == ada.id)).all()
        )
        assert (await phone.get("/accounts")).status_code == 200
        assert (await desk.post("/account/factors/remove", data={"factor": row.id})).status_code == 303
        assert (await desk.get("/accounts")).status_code == 200
        assert (await phone.get("/accounts")).headers["location"].startswith("/step-up")


async def test_another_session_of_the_account_stays_old(server: Server) -> None:
    ada = await hire(server, "admin")
    async with browser(server) as first, browser(server) as second:
        await log_in(first, ada)
        await log_in(second, ada)
        await set_factor_age(server, ada, OLD)
        await first.post("/step-up", data={"password": PASSWORD})
        assert ((await first.get("/accounts")).status_code, (await second.get("/accounts")).status_code) == (200, 303)


async def test_a_session_from_before_the_upgrade_is_asked(server: Server) -> None:
    ada = await hire(server, "admin")
    async with browser(server) as http:
        await log_in(http, ada)

        def forget(session: Session) -> None:
            for row in accounts.sessions(session, ada.id, format_utc(now())):
                session.get_one(LoginSession, row.digest).factor_at = None

        await server.service.database.write(forget)
        assert (await http.get("/accounts")).headers["location"].startswith("/step-up")


async def test_step_up_is_for_sessions_and_own_pages(team: Team, server: Server) -> None:
    eva = await hire(server)
    assert (await team.ada.http.post("/step-up/check", data={"password": PASSWORD})).status_code == 403
    async with browser(server) as http:
        assert (await http.post("/step-up/check", data={"password": PASSWORD})).status_code == 401
        assert (await http.get("/step-up")).headers["location"].startswith("/login")
        await log_in(http, eva)
        foreign = {"Origin": "https://evil.example"}
        assert (await http.post("/step-up/check", data={"password": PASSWORD}, headers=foreign)).status_code == 403
