"""A reference tells nobody of a search that is not theirs to see; and where two have the same, who sees both tells them apart."""

import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from board.client import Refusal
from models.db.database import Database
from models.db.schema import MIGRATIONS, metadata, migrate
from models.search import Search
from models.times import now
from tests.support import old_schemas
from tests.support.backends import SLOW_ON_POSTGRESQL, Backend
from tests.support.people import PATIENCE_S, Person, create_token, new_id
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

OWN = next(MIGRATIONS.glob("versions/*_references.py"))
BEFORE = f"{int(OWN.name[:4]) - 1:04d}"
INTAKE = "/api/v1/intake/sightings"
OPEN = {"kind": "runaway", "person": {"first_name": "Wout"}, "missing_since": "2026-11-24T15:10:00Z"}
CLOSED = {"status": "closed", "reason": "over", "acknowledge": "nothing is to be done any more"}
Answer = tuple[int, str]
Call = Callable[["Outside", str], Awaitable[Answer]]


def new_reference() -> str:
    """Return a reference unlike any other: suggestions accept one wrong letter."""
    return f"Ref-{uuid.uuid4().hex}"


def masked(answer: httpx.Response, reference: str) -> Answer:
    """Return an answer byte by byte, without ids, times and numbers of events."""
    body = answer.text.replace(reference, "REFERENCE")
    for pattern in (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", r"\d{4}-\d\d-\d\dT[\d:.]+Z", r'"id":"t\d+"', r"(?<=[\[,:])\d+"):
        body = re.sub(pattern, "?", body)
    return answer.status_code, body


class Outside:
    """Dora leads, and Charlie helps; neither sees what is for members. The hotline takes in by an account like theirs."""

    def __init__(self, team: Team, dora: Person, hotline: httpx.AsyncClient) -> None:
        self.team, self.dora, self.charlie, self.hotline = team, dora, team.charlie, hotline

    async def command(self, who: Person, board: str, name: str, data: dict[str, Any], reference: str) -> Answer:
        body = {"id": new_id(), "name": name, "data": data}
        return masked(await who.http.post(f"/api/v1/boards/{board}/commands", json=body), reference)


@pytest.fixture(scope="module")
async def outside(team: Team) -> AsyncIterator[Outside]:
    dora = await team.add_person("Dora", "coordinator")
    token = await create_token(team.server.service, "Hotline", "investigator", "intake")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=team.server.url, headers=headers, timeout=PATIENCE_S) as hotline:
        yield Outside(team, dora, hotline)


async def opening(who: Outside, reference: str) -> Answer:
    return await who.command(who.dora, "operations", "search.open", OPEN | {"reference": reference}, reference)


async def updating(who: Outside, reference: str) -> Answer:
    search = await who.dora.open_search()
    return await who.command(who.charlie, search, "search.update", {"reference": reference}, reference)


async def undoing(who: Outside, reference: str) -> Answer:
    """Undo to a reference that the search had before the hidden one got it."""
    search = await who.dora.open_search(reference=(first := new_reference()))
    (seq,) = (await who.dora.command(search, "search.update", {"reference": new_id()}))["seqs"]
    await who.team.secret_search(who.team.bob, reference=first)
    return await who.command(who.charlie, search, "undo", {"seq": seq}, first)


async def taking_in(who: Outside, reference: str) -> Answer:
    return masked(await who.hotline.post(INTAKE, json={"id": new_id(), "reference": reference, "description": "x"}), reference)


async def asking(path: str, who: Outside, reference: str) -> Answer:
    return masked(await who.charlie.http.get(path, params={"q": reference, "reference": reference}), reference)


async def listing(who: Outside, reference: str) -> Answer:
    return await asking("/api/v1/boards", who, reference)


async def finding(who: Outside, reference: str) -> Answer:
    return await asking("/api/v1/find", who, reference)


async def suggesting(who: Outside, reference: str) -> Answer:
    return await asking("/api/v1/intake/searches", who, reference)


CALLS: list[tuple[Call, int]] = [
    (opening, 200), (updating, 200), (undoing, 200), (taking_in, 404), (listing, 200), (finding, 200), (suggesting, 200),
]  # fmt: skip


@pytest.mark.parametrize(("call", "status"), CALLS, ids=[call.__name__ for call, _ in CALLS])
async def test_a_hidden_reference_is_answered_as_a_free_one(team: Team, outside: Outside, call: Call, status: int) -> None:
    answers = []
    for is_hidden in (True, False, True):
        reference = new_reference()
        if is_hidden:
            await team.secret_search(team.bob, reference=reference)
        answers.append(await call(outside, reference))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == status


async def test_one_that_the_giver_sees_is_taken(team: Team, outside: Outside) -> None:
    taken = new_reference()
    await team.alice.open_search(reference=taken)
    search = await outside.dora.open_search()
    for board, name, data in (("operations", "search.open", OPEN), (search, "search.update", {})):
        with pytest.raises(Refusal) as refused:
            await outside.dora.command(board, name, data | {"reference": taken})
        assert (refused.value.code, list(refused.value.fields)) == ("invalid", ["reference"])
    hidden = new_reference()
    await team.secret_search(outside.dora, reference=hidden)  # she is a member of this one
    with pytest.raises(Refusal, match="invalid"):
        await outside.dora.open_search(reference=hidden)


async def test_generated_references_reveal_nothing_of_hidden_searches(team: Team, outside: Outside) -> None:
    async def number(who: Person, search: str) -> int:
        reference = (await who.snapshot(search))["entities"]["search", search]["reference"]
        year, _, number = reference.partition("-")
        assert year == str(now().year)
        return int(number)

    async def made(who: Person, search: str) -> str:
        return f"{now().year}-{await number(who, search) + 1:04d}"

    first = await outside.dora.open_search()
    following = await made(outside.dora, first)
    secret = await team.secret_search(team.bob, reference=following)
    await team.secret_search(team.bob, reference=f"{now().year}-9999")
    second = await outside.dora.open_search()
    assert await number(outside.dora, second) == await number(outside.dora, first) + 1
    # a generated reference is never generated again, even if the search got another one since
    await outside.dora.command(second, "search.update", {"reference": new_id()})
    third = await outside.dora.open_search()
    assert await number(outside.dora, third) == await number(outside.dora, first) + 2
    # an author who can see the taken one gets the next
    visible = await made(outside.dora, third)
    await outside.dora.open_search(reference=visible)
    assert await number(outside.dora, await outside.dora.open_search()) == await number(outside.dora, third) + 2
    assert (await team.bob.snapshot(secret))["entities"]["search", secret]["reference"] == following


# -- clashes that become visible ------------------------------------------------------------------------------------------------


class Clash:
    """Two searches of one reference, of which one was hidden from who gave it to the other."""

    def __init__(self, reference: str, hidden: str, open: str) -> None:
        self.reference, self.hidden, self.open = reference, hidden, open


@pytest.fixture
async def clash(team: Team, outside: Outside) -> Clash:
    reference = new_reference()
    hidden = await team.secret_search(team.bob, reference=reference, person={"first_name": "Mila"})
    return Clash(reference, hidden, await outside.dora.open_search(reference=reference, person={"first_name": "Wout"}))


async def boards(who: Person, reference: str) -> list[str]:
    found = (await who.http.get("/api/v1/boards", params={"reference": reference})).json()["boards"]
    assert {each["reference"] for each in found} <= {reference}
    return [each["board"] for each in found]


async def test_both_searches_go_on_and_their_readers_can_distinguish_them(team: Team, outside: Outside, clash: Clash) -> None:
    dora, bob = outside.dora, team.bob
    assert (await boards(dora, clash.reference), await boards(bob, clash.reference)) == ([clash.open], [clash.hidden, clash.open])
    await team.alice.command(clash.hidden, "search.set_access", {"access": "desk", "members": []})
    assert await boards(dora, clash.reference) == [clash.hidden, clash.open]
    for search in (clash.hidden, clash.open):  # a text that is no reference is not refused
        assert (await dora.command(search, "search.update", {"person": {"age": 11}}))["seqs"]
        assert (await dora.command(search, "search.update", {"reference": clash.reference, "person": {"age": 12}}))["seqs"]
    with pytest.raises(Refusal, match="invalid"):
        await dora.open_search(reference=clash.reference)
    for search in (clash.hidden, clash.open):
        await dora.command(search, "search.set_status", CLOSED)
    listed = (await bob.http.get("/api/v1/alerts")).json()["alerts"]
    names = {each["board"]: each.get("first_name") for each in listed if each["reference"] == clash.reference}
    assert names == {clash.hidden: "Mila", clash.open: "Wout"}
    assert [each for each in listed if each["reference"] != clash.reference and "first_name" in each] == []


async def test_an_alert_has_no_name_for_who_sees_one_alone(team: Team, outside: Outside, clash: Clash) -> None:
    await outside.dora.command(clash.open, "search.set_status", CLOSED)
    (alert,) = [
        each for each in (await team.charlie.http.get("/api/v1/alerts")).json()["alerts"] if each["reference"] == clash.reference
    ]
    assert "first_name" not in alert


async def test_taking_in_by_it_finds_the_one_that_is_seen_or_asks_for_its_board(
    team: Team, outside: Outside, clash: Clash
) -> None:
    async def taken(http: httpx.AsyncClient) -> tuple[int, Any]:
        answer = await http.post(INTAKE, json={"id": new_id(), "reference": clash.reference, "description": "a girl"})
        body = answer.json()
        return answer.status_code, body.get("board") or list(body.get("fields", ()))

    assert await taken(outside.hotline) == (201, clash.open)
    assert await taken(team.bob.http) == (422, ["reference"])
    # the id was not used up: with the board's id it is accepted
    said = {"id": new_id(), "description": "a girl"}
    assert (await team.bob.http.post(INTAKE, json=said | {"reference": clash.reference})).status_code == 422
    assert (await team.bob.http.post(INTAKE, json=said | {"board": clash.hidden})).json()["board"] == clash.hidden
    await team.alice.command(clash.open, "search.set_status", CLOSED)
    assert await taken(team.bob.http) == (201, clash.hidden)
    assert await taken(outside.hotline) == (409, [])  # closed: the existence of the other one is not disclosed
    await team.alice.command(clash.hidden, "search.set_status", CLOSED)
    assert await taken(team.bob.http) == (422, ["reference"])


# -- databases of earlier versions ----------------------------------------------------------------------------------------------


async def test_old_database_keeps_its_numbers_and_accepts_duplicates(team: Team, backend: Backend, tmp_path: Any) -> None:
    given = ["1998-0007", "1998-12", "DEMO-01", "1998-9999999999", "1998-0008 b"]
    searches = [await team.alice.open_search(reference=reference) for reference in given]
    with backend.settled(tmp_path) as settings:
        old = Database(settings["database_url"])
        try:

            def before(source: Session) -> None:
                table = metadata.tables["search"]
                rows = [dict(row) for row in source.execute(select(table).where(table.c.id.in_(searches))).mappings()]  # type: ignore[call-overload]
                old.write_now(
                    lambda target: (old_schemas.reset_to_revision(target, BEFORE), old_schemas.insert_rows(target, table, rows))
                )

            team.server.service.database.read_now(before)
            migrate(old)

            def after(session: Session) -> tuple[dict[str, str | None], int]:
                made = {each.reference: each.made_reference for each in session.exec(select(Search))}
                session.connection().execute(text("UPDATE search SET reference = 'the same'"))
                return made, session.connection().execute(text("SELECT count(DISTINCT reference) FROM search")).scalar() or 0

            made, different = old.write_now(after)
        finally:
            await old.close()
    assert made == dict.fromkeys(given) | {"1998-0007": "1998-0007", "1998-12": "1998-12"}
    assert different == 1
