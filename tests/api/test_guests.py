"""Guests: they see one search until a time, and nothing tells them that there are others."""

from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session, select
from starlette.routing import Route

from board import app
from board.accounts import accounts, guests, live_changes
from board.api.routes import CALLS
from board.client import Refusal
from board.errors import OperationError
from board.web import limited_callers
from board.web.http import BASE
from models.accounts import ROLES, Account
from models.ids import is_uuid
from models.times import format_utc, now
from tests.api.test_administration import FOREIGN, browser, hire, problem, shown_once
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.limited_callers import add_guest, connect_guest, limited_scene, read_addresses, read_all, said_by, told
from tests.support.people import PASSWORD, Server, new_id
from tests.support.team import Team

pytestmark = [pytest.mark.both_backends(SLOW_ON_POSTGRESQL), pytest.mark.usefixtures("quick_polls")]

NEW = "four words that nobody guesses"


async def set_end(server: Server, guest: Account, at: str) -> None:
    """Set the end of a guest without a change of rights, as passing time does."""
    sql = text("UPDATE account SET guest_until = :at WHERE id = :id")
    await server.service.database.write(lambda session: session.connection().execute(sql, {"at": at, "id": guest.id}).rowcount)


async def current(server: Server, email: str) -> Account:
    return await server.service.database.read(lambda session: session.exec(select(Account).where(Account.email == email)).one())


@pytest.fixture
async def cora(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    """Coordinator at a browser."""
    async with browser(team.server, await hire(team.server, "coordinator", "Cora")) as http:
        yield http


# -- what a guest sees --------------------------------------------------------------------------------------------------------


async def test_no_address_discloses_another_board_to_a_guest(team: Team) -> None:
    scene = await limited_scene(team)
    person = await connect_guest(team.server, await add_guest(team.server, scene.own))
    try:
        for address, answer in (await read_all(person.http, read_addresses(team, scene))).items():
            assert answer.status_code < 500, (address, answer.text)
            assert not scene.traces(said_by(answer, address)), (address, answer.status_code, answer.text[:2_000])
        assert [each["board"] for each in (await person.http.get("/api/v1/boards")).json()["boards"]] == [scene.own]
        names = {each["name"] for each in (await person.http.get("/api/v1/accounts")).json()["accounts"]}
        assert names == {"Alice", "Gustine"}
        home = await person.http.get("/")
        assert (home.status_code, home.headers["location"]) == (303, f"/searches/{scene.own}")
        page = (await person.http.get(f"/searches/{scene.own}")).text
        assert 'href="/handover"' not in page
        assert "data-bell" not in page
        for path in ("cards.csv", "journal.json"):
            assert (await person.http.get(f"/api/v1/boards/{scene.own}/{path}")).status_code == 404
    finally:
        await person.close()


async def test_no_frame_discloses_another_board_to_a_guest(team: Team) -> None:
    scene = await limited_scene(team)
    person = await connect_guest(team.server, await add_guest(team.server, scene.own))
    try:
        for subject in ("alerts", "alarms"):
            await person.send({"type": subject})
        for board in ("operations", scene.other, "audit"):
            error = await person.request({"type": "subscribe", "board": board}, type="error")
            assert error["code"] == "not_found"
        await person.subscribe(scene.own)
        stranger = await team.add_person("Olgaelsewhere", "coordinator")
        await stranger.command("operations", "shift.take", {"reason": "nobody is here"})
        await stranger.command(scene.other, "note.add", {"text": "Yellowtruckfar"})
        ack = await team.alice.command(scene.own, "note.add", {"text": "heard"})
        await person.wait_for_seq(scene.own, ack["seqs"][-1])
        assert not scene.traces(told(person.frames))
        assert not {"alerts", "alarms", "shift", "summary"} & {frame["type"] for frame in person.frames}
    finally:
        await person.close()


async def test_guest_reads_its_search_and_changes_nothing(team: Team) -> None:
    search, other = await team.secret_search(), await team.alice.open_search()
    person = await connect_guest(team.server, await add_guest(team.server, search))
    try:
        assert (await person.subscribe(search)).of_kind("search")
        for board, code in ((search, "forbidden"), (other, "not_found"), ("operations", "not_found")):
            with pytest.raises(Refusal) as refused:
                await person.command(board, "note.add", {"text": "by a guest"})
            assert refused.value.code == code
        assert (await person.http.get(f"/searches/{search}/guests")).status_code == 404
    finally:
        await person.close()


async def test_guest_locks_and_unlocks_its_screen(team: Team) -> None:
    server, search = team.server, await team.alice.open_search()
    async with browser(server, await add_guest(server, search)) as http:
        assert (await http.post("/api/v1/me/lock")).json()["locked_at"]
        assert (await http.post("/api/v1/me/unlock", json={"password": "wrong"})).status_code == 422
        assert (await http.post("/api/v1/me/unlock", json={"password": PASSWORD})).json() == {"locked_at": None}
        assert (await http.get(f"/api/v1/boards/{search}")).status_code == 200


def test_guest_reaches_each_route_of_its_own_account_but_alerts_and_tokens(team: Team) -> None:
    pages = [(method, route.path) for route in app.create_app(team.server.service).routes if isinstance(route, Route)
             for method in route.methods or ()]  # fmt: skip
    own = {
        (method, path) for method, path in [*pages, *((method, f"{BASE}{path}") for method, path in CALLS)]
        if path.startswith(("/account/", "/step-up", f"{BASE}/me")) or path == "/account"
    }  # fmt: skip
    closed = {("POST", "/account/alerts"), ("POST", "/account/tokens/agree"), ("POST", "/account/tokens/end")}
    assert {route for route in own if route[0] != "HEAD"} - closed == own & limited_callers.OF_GUESTS
    assert closed <= own


# -- the end ---------------------------------------------------------------------------------------------------------------


async def test_end_of_a_guest_closes_its_sockets_and_refuses_its_sign_in(team: Team) -> None:
    server, search = team.server, await team.alice.open_search()
    guest = await add_guest(server, search)
    person, other = await connect_guest(server, guest), await connect_guest(server, await add_guest(server, search))
    try:
        connection = next(each for each in server.service.hub.connections if each.viewer.account.id == guest.id)
        at = format_utc(now())
        await set_end(server, guest, at)
        await live_changes.apply_change(
            server.service, lambda session: accounts.end_sessions(session, other.account["id"], only="-")
        )
        await person.wait_until(lambda: person.close_code == 4501)
        assert connection.viewer.account.id == guest.id
        assert (await person.http.get("/api/v1/me")).status_code == 401
        async with browser(server) as http:
            assert (await http.post("/login", data={"email": guest.email, "password": PASSWORD})).status_code == 401
        assert other.close_code is None
    finally:
        await person.close()
        await other.close()


async def test_passing_time_ends_a_guest_without_a_change_of_rights(team: Team) -> None:
    server, search = team.server, await team.alice.open_search()
    guest = await add_guest(server, search)
    person = await connect_guest(server, guest)
    try:
        connection = next(each for each in server.service.hub.connections if each.viewer.account.id == guest.id)
        assert connection.viewer.ends_at is not None
        await set_end(server, guest, format_utc(now()))
        connection.viewer = type(connection.viewer)(
            connection.viewer.account, session=connection.viewer.session, ends_at=format_utc(now())
        )  # fmt: skip
        await server.service._poll_rights()
        await person.wait_until(lambda: person.close_code == 4501)
    finally:
        await person.close()


# -- managing guests ------------------------------------------------------------------------------------------------------


async def test_coordinator_adds_extends_and_ends_a_guest(team: Team, cora: httpx.AsyncClient) -> None:
    server, search = team.server, await team.alice.open_search()
    page, email = f"/searches/{search}/guests", f"guest-{new_id()}@zone.example"
    link = shown_once(await cora.post(page, data={"name": "Gustine", "email": email, "days": "3"}))
    async with browser(server) as http:
        assert (await http.post("/password", data={"code": link, "new": NEW})).status_code == 303
        assert (await http.get(f"/api/v1/boards/{search}")).status_code == 200
        guest = await current(server, email)
        assert (guest.role, guest.guest_of) == ("viewer", search)
        for days in ("0", "91", "x", "-1"):  # MAX_GUEST_DAYS
            assert "90 days" in problem(await cora.post(f"{page}/until", data={"account": guest.id, "days": days}))
        before = guest.guest_until or ""
        assert (await cora.post(f"{page}/until", data={"account": guest.id, "days": "14"})).status_code == 303
        assert ((await current(server, email)).guest_until or "") > before
        assert guest.id in (await cora.get(page)).text
        assert (await cora.post(f"{page}/end", data={"account": guest.id})).status_code == 303
        assert (await http.get(f"/api/v1/boards/{search}")).status_code == 401
    again = shown_once(await cora.post(page, data={"name": "Gustine", "email": email}))
    assert again != link
    assert (await current(server, email)).id == guest.id
    ada = await hire(server, "admin", "Ada")
    async with browser(server, ada) as http:
        kinds = [each["type"] for each in (await http.get("/api/v1/audit", params={"account": guest.id})).json()["entries"]]
        assert kinds.count("guest.added") == 2
        assert {"guest.end_set", "guest.ended"} <= set(kinds)


@pytest.mark.parametrize("role", ROLES)
async def test_only_coordinators_who_see_the_search_manage_guests(team: Team, role: str) -> None:
    server, search, secret = team.server, await team.alice.open_search(), await team.secret_search()
    guest = await add_guest(server, search)
    async with browser(server, await hire(server, role, "Eva")) as http:
        may = role in ("coordinator", "admin")
        assert (await http.get(f"/searches/{search}/guests")).status_code == (200 if may else 404)
        for board in (secret, "operations", "audit", new_id()):
            assert (await http.get(f"/searches/{board}/guests")).status_code == 404
            assert (
                await http.post(f"/searches/{board}/guests", data={"name": "G", "email": "g@zone.example"})
            ).status_code == 404
            assert (await http.post(f"/searches/{board}/guests/end", data={"account": guest.id})).status_code == 404
        assert (await http.post(f"/searches/{search}/guests/end", data={"account": guest.id}, headers=FOREIGN)).status_code in (
            403,
            404,
        )
        unknown = await http.post(f"/searches/{search}/guests/end", data={"account": team.bob.account["id"]})
        assert unknown.status_code == 404
    assert (await team.alice.http.get(f"/searches/{search}/guests")).status_code == 404  # a token
    assert (await current(server, guest.email)).is_active(format_utc(now()))


async def test_guest_stays_a_viewer_of_one_search(team: Team) -> None:
    server, search = team.server, await team.alice.open_search()
    guest = await add_guest(server, search)
    assert is_uuid(guest.id)
    with pytest.raises(OperationError):
        await live_changes.apply_change(server.service, lambda session: accounts.set_role(session, guest.email, "admin"))
    for email in (guest.email, (await hire(server)).email):  # a guest who has not ended, and a colleague

        def add(session: Session, email: str = email) -> str:
            return guests.add(session, search, email, "Again", now(), days=1, max_days=90)

        with pytest.raises(OperationError):
            await live_changes.apply_change(server.service, add)
