"""Tokens that are limited to searches: no route, subscription or frame discloses a byte of another board."""

from datetime import timedelta

import httpx2 as httpx
import pytest
from sqlmodel import Session

from board.accounts import accounts, live_changes
from board.client import Refusal
from board.config.settings import Settings
from board.errors import OperationError
from models.db.database import ConfigurationError
from models.times import format_utc, now, parse_utc
from tests.api.test_administration import browser, hire, problem, shown_once
from tests.api.test_tokens import give, row, set_expiry
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.limited_callers import limited_scene, limited_token, read_addresses, read_all, said_by, told
from tests.support.people import PASSWORD, PATIENCE_S, connect_person, new_id
from tests.support.team import Team

pytestmark = [pytest.mark.both_backends(SLOW_ON_POSTGRESQL), pytest.mark.usefixtures("quick_polls")]


def program_of(team: Team, secret: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=team.server.url, headers={"Authorization": f"Bearer {secret}"}, timeout=PATIENCE_S)


async def test_no_address_discloses_another_board_to_a_limited_token(team: Team) -> None:
    scene = await limited_scene(team)
    addresses = read_addresses(team, scene)
    async with program_of(team, await limited_token(team, scene)) as program:
        answers = await read_all(program, addresses)
        for address, answer in answers.items():
            assert answer.status_code < 500, (address, answer.text)
            assert not scene.traces(said_by(answer, address)), (address, answer.status_code, answer.text[:2_000])
        for path in ("", "/events", "/cards.csv", "/journal.json", "/chain", "/room"):
            assert answers[f"/api/v1/boards/{scene.own}{path}"].status_code == 200, path
        assert [board["board"] for board in answers["/api/v1/boards"].json()["boards"]] == [scene.own]
        assert answers[f"/searches/{scene.own}"].status_code == 200
    quick = [address for address in addresses if not address.endswith(".pdf")]
    free = await read_all(team.ada.http, quick)  # an administrator without the limit: the marks are there to be found
    assert set(scene.traces(*(said_by(answer, address) for address, answer in free.items()))) == set(scene.marks)


async def test_no_subscription_discloses_another_board_to_a_limited_token(team: Team) -> None:
    scene = await limited_scene(team)
    program = await connect_person(team.server, await limited_token(team, scene))
    try:
        for subject in ("alerts", "alarms"):
            await program.send({"type": subject})
        for board in ("operations", scene.other, "audit", "unknown"):
            error = await program.request({"type": "subscribe", "board": board}, type="error")
            assert error["code"] == "not_found"
        replica = await program.subscribe(scene.own)
        assert not replica.of_kind("wake")
        await team.alice.subscribe(scene.own)
        assert team.alice.boards[scene.own].of_kind("wake"), "there is something to hide"
        stranger = await team.add_person("Olgaelsewhere", "coordinator")
        await stranger.command("operations", "shift.take", {"reason": "nobody is here"})
        await stranger.command("operations", "tip.add", {"description": "Tipofnobody"})
        await stranger.command(scene.other, "note.add", {"text": "Yellowtruckfar"})
        ack = await team.alice.command(scene.own, "note.add", {"text": "heard"})
        await program.wait_for_seq(scene.own, ack["seqs"][-1])
        assert not scene.traces(told(program.frames))
        assert {frame["type"] for frame in program.frames} <= {
            "hello", "error", "snapshot", "subscribed", "presence", "heads", "events"
        }  # fmt: skip
    finally:
        await program.close()


async def test_limited_token_gives_commands_only_on_its_boards(team: Team) -> None:
    scene = await limited_scene(team)
    program = await connect_person(team.server, await limited_token(team, scene, "coordinator"))
    try:
        ack = await program.command(scene.own, "note.add", {"text": "by the zone"})
        events = await team.alice.http.get(f"/api/v1/boards/{scene.own}/events", params={"after": ack["seqs"][0] - 1})
        actor = events.json()["events"][0]["actor"]
        assert set(actor["token"]) == {"id", "name"}
        assert actor["token"]["name"].startswith("zone ")
        for board in (scene.other, "operations", "audit"):
            with pytest.raises(Refusal) as refused:
                await program.command(board, "note.add", {"text": "elsewhere"})
            assert refused.value.code == "not_found"
    finally:
        await program.close()


async def test_limited_intake_token_reports_only_to_its_searches(team: Team) -> None:
    scene = await limited_scene(team)
    async with program_of(team, await limited_token(team, scene, "investigator", "intake")) as program:
        sighting = {"description": "at the station"}
        for board, status in ((scene.own, 201), (scene.other, 404), ("operations", 404)):
            answer = await program.post("/api/v1/intake/sightings", json=sighting | {"id": new_id(), "board": board})
            assert answer.status_code == status, answer.text
        reference = (await team.alice.snapshot(scene.other))["entities"]["search", scene.other]["reference"]
        answer = await program.post("/api/v1/intake/sightings", json=sighting | {"id": new_id(), "reference": reference})
        assert answer.status_code == 404


async def test_token_can_be_limited_only_to_searches_that_its_owner_sees(team: Team) -> None:
    server, eva = team.server, await hire(team.server)
    search, secret = await team.alice.open_search(), await team.secret_search()
    reference = (await team.alice.snapshot(search))["entities"]["search", search]["reference"]
    name, _ = await give(server, eva, searches=[reference, search])
    assert (await row(server, name)).boards == search
    for searches, scope in (([secret], "read"), (["operations"], "read"), (["x" * 5_000], "read"), ([search] * 51, "read")):
        with pytest.raises(OperationError):
            await give(server, eva, scope, searches=searches)
    admin = await hire(server, "admin")
    with pytest.raises(OperationError):
        await give(server, admin, "accounts", searches=[search])


async def test_administrator_limits_a_token_on_the_page(team: Team) -> None:
    server, ada = team.server, await hire(team.server, "admin", "Ada")
    search = await team.alice.open_search()
    reference = (await team.alice.snapshot(search))["entities"]["search", search]["reference"]
    name = f"zone {new_id()}"
    given = {"name": name, "scope": "read", "account": ada.email, "password": PASSWORD, "days": "7"}
    async with browser(server, ada) as http:
        assert "no search" in problem(await http.post("/accounts/tokens", data=given | {"searches": "nothing"}))
        secret = shown_once(await http.post("/accounts/tokens", data=given | {"searches": f" {reference} ,"}))
        page = (await http.get("/accounts/tokens")).text
        assert secret not in page
        assert f"only {reference}" in page
        entries = (await http.get("/api/v1/audit?kind=token.added")).json()["entries"]
        assert entries[0]["about"]["boards"] == [search]
    async with program_of(team, secret) as program:
        assert [board["board"] for board in (await program.get("/api/v1/boards")).json()["boards"]] == [search]


async def test_settings_bound_the_days_of_a_token(team: Team) -> None:  # TOKEN_DAYS, MAX_TOKEN_DAYS
    server, eva = team.server, await hire(team.server)
    for days in (0, 31, 365):
        with pytest.raises(OperationError):
            await give(server, eva, days=days, max_days=30)
    name, _ = await give(server, eva, days=30, max_days=30)
    token = await row(server, name)
    assert parse_utc(token.expires_at or "") - parse_utc(token.created_at) == timedelta(days=30)
    with pytest.raises(ConfigurationError):
        Settings(_env_file=None, token_days=90, max_token_days=30).check()


async def test_ended_token_closes_its_sockets_at_the_next_poll(team: Team) -> None:
    service = team.server.service
    scene = await limited_scene(team)
    name, secret = await give(team.server, await hire(team.server), searches=[scene.own])
    program = await connect_person(team.server, secret)
    try:
        connection = next(each for each in service.hub.connections if each.viewer.token_name == name)
        assert connection.viewer.ends_at is not None
        await set_expiry(service, name, format_utc(now()))

        def reload(session: Session) -> None:
            accounts.end_sessions(session, connection.viewer.account.id)

        await live_changes.apply_change(service, reload)  # any change of rights
        await program.wait_until(lambda: program.close_code == 4501)
    finally:
        await program.close()
