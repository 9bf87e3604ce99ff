"""A sighting is taken in by one call, once, onto the right search; and whoever takes in learns nothing by it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import text

from board.accounts import accounts, live_changes
from board.engine import erasure
from models.accounts import ROLES
from models.ids import new_id as no_such
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.journal_sql import BOARD
from tests.support.people import PATIENCE_S, Person, create_token, new_id
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

PATH = "/api/v1/intake/sightings"
Hotline = Callable[..., Any]


@pytest.fixture
async def hotline(team: Team) -> AsyncIterator[httpx.AsyncClient]:
    """The hotline's software: a token that can only take in, of an investigator."""
    async with line(team, await create_token(team.server.service, "Hotline", "investigator", "intake")) as http:
        yield http


def line(team: Team, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=team.server.url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE_S)


def call(**data: Any) -> dict[str, Any]:
    return {"id": new_id(), "description": "a girl in a red coat"} | data


async def refused(http: httpx.AsyncClient, data: dict[str, Any]) -> tuple[int, str, dict[str, str]]:
    answer = await http.post(PATH, json=data)
    body = answer.json()
    assert body["message"]
    return answer.status_code, body["code"], body.get("fields", {})


async def head(person: Person, board: str) -> int:
    return int((await person.snapshot(board))["seq"])


async def test_a_call_is_on_the_board_at_once_for_everybody(team: Team, hotline: httpx.AsyncClient) -> None:
    search = await team.alice.open_search(reference="HL-1")
    screen = await team.bob.subscribe(search)
    place = {"text": "Brugge", "lat": 51.2089, "lon": 3.2242, "radius_m": 500}
    said = call(board=search, channel="hotline", place=place, seen_at="2026-11-24T22:00:00Z", source={"kind": "named"})
    answer = await hotline.post(PATH, json=said | {"source_name": "Zoë Quist", "source_contact": "+32 470 00 00 00"})
    assert answer.status_code == 201
    body = answer.json()
    assert body.keys() == {"board", "sighting", "number", "seq"}
    assert body["board"] == search
    await team.bob.wait_for_seq(search, body["seq"])
    state = screen.of_kind("sighting")[body["sighting"]]
    assert (state["number"], state["description"], state["channel"]) == (body["number"], said["description"], "hotline")
    assert state["place"] == place
    assert screen.events[-1]["command"] == said["id"]
    assert "Quist" not in str(team.bob.frames) + answer.text
    source = await team.bob.http.get(f"/api/v1/boards/{search}/sightings/{body['sighting']}/source")
    assert source.json() == {"name": "Zoë Quist", "contact": "+32 470 00 00 00"}


async def test_a_call_without_a_channel_has_none_that_is_known(team: Team, hotline: httpx.AsyncClient) -> None:
    search = await team.alice.open_search()
    told = (await hotline.post(PATH, json=call(board=search))).json()
    assert (await team.bob.snapshot(search))["entities"]["sighting", told["sighting"]]["channel"] == "unknown"


async def test_search_can_be_named_by_its_reference(team: Team, hotline: httpx.AsyncClient) -> None:
    search = await team.alice.open_search(reference="HL-2")
    answer = await hotline.post(PATH, json=call(reference="HL-2"))
    assert (answer.status_code, answer.json()["board"]) == (201, search)
    assert await refused(hotline, call(reference="HL-none")) == (404, "not_found", {})
    assert await refused(hotline, call(board=no_such())) == (404, "not_found", {})


async def test_the_same_id_is_answered_the_same_and_done_once(team: Team, hotline: httpx.AsyncClient) -> None:
    search = await team.alice.open_search(reference="HL-3")
    said = call(reference="HL-3")
    together = await asyncio.gather(*(hotline.post(PATH, json=said) for _ in range(5)))
    first = together[0].json()
    await team.alice.command(search, "search.update", {"reference": "HL-3b"})
    same = dict(reversed(said.items())) | {"clothing": None}
    again = [await hotline.post(PATH, json=same), await hotline.post(PATH, json=said)]
    assert [(each.status_code, each.json()) for each in [*together, *again]] == [(201, first)] * 7
    sightings = [state for (kind, _), state in (await team.alice.snapshot(search))["entities"].items() if kind == "sighting"]
    assert [each["description"] for each in sightings] == [said["description"]]
    # The same id of another account is another command.
    other = await team.bob.http.post(PATH, json=said | {"reference": "HL-3b"})
    assert (other.status_code, other.json()["number"]) == (201, first["number"] + 1)


async def test_an_id_that_is_used_again_for_another_sighting_is_invalid(team: Team, hotline: httpx.AsyncClient) -> None:
    search, other = await team.alice.open_search(reference="HL-4"), await team.alice.open_search()
    said = call(board=search, source_name="Mia", source_contact="0470 12 34 56")
    first = await hotline.post(PATH, json=said)
    for changed in (
        {"description": "another text"},
        {"source_contact": "0470 12 34 57"},
        {"clothing": "red"},
        {"board": other},
        {"board": None, "reference": "HL-4"},
        {"place": {"text": "Gent"}},
        {"no_such": 1},
    ):
        status, code, fields = await refused(hotline, said | changed)
        assert (status, code, fields) == (422, "invalid", {"id": "This id was used for another sighting."}), changed
    same = await hotline.post(PATH, json=said)
    assert (same.status_code, same.json()) == (201, first.json())
    # Of several simultaneous ones that differ, one is applied.
    racing = [call(board=search) | {"id": "racing", "description": f"text {number}"} for number in range(4)]
    answers = await asyncio.gather(*(hotline.post(PATH, json=each) for each in racing))
    assert sorted(each.status_code for each in answers) == [201, 422, 422, 422]
    sightings = [state for (kind, _), state in (await team.alice.snapshot(search))["entities"].items() if kind == "sighting"]
    assert len(sightings) == 2


async def test_repeated_id_is_answered_also_when_its_content_is_gone(team: Team, hotline: httpx.AsyncClient) -> None:
    search, service = await team.alice.open_search(), team.server.service
    said, earlier = call(board=search), call(board=search)
    first, second = [(await hotline.post(PATH, json=each)).json() for each in (said, earlier)]
    before = text(f"UPDATE processed_commands SET content = NULL WHERE board = {BOARD} AND seq = :seq")
    await service.database.write(lambda db: erasure.erase(db, search, first["seq"]))
    named = {"board": search, "seq": second["seq"]}
    assert await service.database.write(lambda db: db.connection().execute(before, named).rowcount) == 1
    for each, answer in ((said, first), (earlier, second)):
        again = await hotline.post(PATH, json=each | {"description": "another text"})
        assert (again.status_code, again.json()) == (201, answer)


async def test_stored_content_digest_is_keyed(team: Team, hotline: httpx.AsyncClient) -> None:
    """Else whoever has the database could try out contacts, after they were erased."""
    search = await team.alice.open_search()
    said = [call(board=search, source_contact="0470 12 34 56") | {"description": "a girl"} for _ in range(2)]
    for each in said:
        assert (await hotline.post(PATH, json=each)).status_code == 201
    read = text(f"SELECT content FROM processed_commands WHERE board = {BOARD} AND content IS NOT NULL")
    kept = await team.server.service.database.read(
        lambda db: [bytes(each) for each in db.connection().execute(read, {"board": search}).scalars()]
    )
    assert len({*kept}) == 2


async def test_an_id_of_another_command_is_invalid(team: Team) -> None:
    search = await team.alice.open_search()
    note = call(board=search)
    await team.bob.command(search, "note.add", {"text": "the aunt was called"}, id=note["id"])
    before = await head(team.bob, search)
    assert (await refused(team.bob.http, note))[:2] == (422, "invalid")
    assert (await refused(team.bob.http, note))[2].keys() == {"id"}
    assert await head(team.bob, search) == before
    # The socket shares the ids: it is the same command.
    ack = await team.bob.command(search, "sighting.add", {"description": "a girl"}, id=(taken := new_id()))
    answer = await team.bob.http.post(PATH, json=call(board=search, id=taken))
    assert (answer.status_code, answer.json()["seq"]) == (201, ack["seqs"][0])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("scope", ["intake", "write", "read"])
async def test_intake_uses_the_rights_of_its_account(team: Team, role: str, scope: str) -> None:
    search = await team.alice.open_search()
    async with line(team, await create_token(team.server.service, "Taker", role, scope)) as http:
        if role == "viewer" or scope == "read":
            assert await refused(http, call(board=search)) == (403, "forbidden", {})
        else:
            assert (await http.post(PATH, json=call(board=search))).status_code == 201


async def test_a_search_of_members_is_not_there_for_others(team: Team, hotline: httpx.AsyncClient) -> None:
    secret = await team.secret_search(team.bob, reference="HL-secret")
    nothing = await refused(hotline, call(reference="HL-nothing"))
    for data in (call(board=secret), call(reference="HL-secret")):
        assert await refused(hotline, data) == nothing
        assert await refused(team.charlie.http, data) == nothing
    taken = await team.bob.http.post(PATH, json=call(reference="HL-secret", id=(id := new_id())))
    assert taken.status_code == 201
    # An account that lost access since is not told the result either.
    await team.alice.command(secret, "search.set_access", {"access": "members", "members": [team.alice.account["id"]]})
    assert await refused(team.bob.http, call(reference="HL-secret", id=id)) == nothing


async def test_a_closed_search_takes_nothing_in(team: Team, hotline: httpx.AsyncClient) -> None:
    search = await team.alice.open_search()
    before = call(board=search)
    first = await hotline.post(PATH, json=before)
    await team.alice.command(search, "search.set_status", {"status": "closed", "reason": "came home", "acknowledge": "as it is"})
    assert (await refused(hotline, call(board=search)))[:2] == (409, "closed")
    assert (await hotline.post(PATH, json=before)).json() == first.json()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"id": None}, "id"),
        ({"id": "no spaces"}, "id"),
        ({"board": None}, "board"),
        ({"board": None, "reference": 7}, "reference"),
        ({"reference": "HL-both"}, "board"),
        ({"description": " "}, "description"),
        ({"description": "x" * 4_001}, "description"),
        ({"place": {"lat": 51.2}}, "place"),
        ({"seen_at": "yesterday"}, "seen_at"),
        ({"column": "inbox"}, "column"),
        ({"assignee": "me"}, "assignee"),
        ({"base": 3}, "base"),
        ({"number": 3}, "number"),
    ],
)
async def test_invalid_intake_is_reported_by_field(
    team: Team, hotline: httpx.AsyncClient, data: dict[str, Any], field: str
) -> None:
    search = await team.alice.open_search()
    before = await head(team.alice, search)
    status, code, fields = await refused(hotline, call(board=search) | data)
    assert (status, code, [*fields]) == (422, "invalid", [field])
    assert await head(team.alice, search) == before


async def test_nobody_takes_in_without_being_known(team: Team) -> None:
    search = await team.alice.open_search()
    async with httpx.AsyncClient(base_url=team.server.url) as http:
        assert await refused(http, call(board=search)) == (401, "unauthenticated", {})
    token = await create_token(team.server.service, "Gone", "investigator", "intake")
    async with line(team, token) as http:
        said = call(board=search)
        assert (await http.post(PATH, json=said)).status_code == 201
        email = (await http.get("/api/v1/me")).json()["email"]
        await live_changes.apply_change(team.server.service, lambda database: accounts.set_enabled(database, email, False))
        assert (await refused(http, said))[:2] == (401, "unauthenticated")
