"""Emergency openings: a coordinator reads a members-only search for an hour; its members are alerted, and nobody else learns of
it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest
from sqlmodel import col, select, update
from websockets.asyncio.client import connect

from board.accounts import emergency_opening
from models.accounts import Account
from models.board import OPERATIONS
from models.emergency_opening import EmergencyOpening
from models.read_record import ReadRecord
from models.search import Search
from models.times import format_utc, now
from tests.api.test_administration import browser, hire, problem
from tests.support.audit_record import AuditRecord, about
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person, Server, new_id
from tests.support.team import Team

pytestmark = [pytest.mark.both_backends(SLOW_ON_POSTGRESQL), pytest.mark.usefixtures("quick_polls")]

REASON = "The father calls, and no member answers"


class Scene:
    """Members-only search of Alice and Bob, and Cora, a coordinator outside at a browser."""

    def __init__(self, team: Team, cora: Account, http: httpx.AsyncClient) -> None:
        self.team, self.cora, self.http, self.server = team, cora, http, team.server
        self.record = AuditRecord(team.server.service)
        self.reference, self.search, self.ids = f"R-{new_id()}", "", dict[str, str]()

    async def prepare(self) -> "Scene":
        self.search = await self.team.secret_search(self.team.bob, reference=self.reference)
        await self.team.alice.command(self.search, "sighting.add", {"description": "a girl", "source_name": "Griet"})
        await self.team.alice.command(self.search, "contact.add", {"name": "An", "email": "an@example.org"})
        entities = (await self.team.alice.snapshot(self.search))["entities"]
        self.ids = dict(entities.keys()) | {"board": self.search}
        await self.record.restart()
        return self

    async def open(self, reason: str = REASON, reference: str | None = None) -> httpx.Response:
        data = {"reference": self.reference if reference is None else reference, "reason": reason}
        return await self.http.post("/emergency", data=data)

    async def pass_the_hour(self) -> None:
        """Let the opening end, as the clock does."""
        ended = format_utc(now() - timedelta(seconds=1))
        change = update(EmergencyOpening).where(col(EmergencyOpening.board) == self.search).values(until=ended)
        service = self.server.service
        await service.database.write(lambda session: session.connection().execute(change).rowcount)
        openings = service.visibility.openings
        openings.update({key: ended for key in openings if key[0] == self.search})

    async def status(self, path: str = "/api/v1/boards/{board}") -> int:
        return (await self.http.get(path.format(**self.ids))).status_code


@pytest.fixture
async def scene(team: Team) -> AsyncIterator[Scene]:
    cora = await hire(team.server, "coordinator", "Cora")
    async with browser(team.server, cora) as http:
        yield await Scene(team, cora, http).prepare()


@asynccontextmanager
async def socket_of(server: Server, http: httpx.AsyncClient) -> AsyncIterator[Person]:
    """Open the socket of a page in this browser."""
    cookies = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    headers = {"Cookie": cookies, "Origin": server.url}
    person = Person(server, "", await connect(f"{server.ws}?screen=search", additional_headers=headers, max_size=None))
    await person.wait_until(lambda: person.account)
    try:
        yield person
    finally:
        await person.close()


READS = (
    "/searches/{board}", "/api/v1/boards/{board}", "/api/v1/boards/{board}/events", "/api/v1/boards/{board}/timeline",
    "/api/v1/since?board={board}", "/api/v1/boards/{board}/contradictions", "/api/v1/boards/{board}/look-again",
    "/api/v1/boards/{board}/links", "/api/v1/boards/{board}/contacts/{contact}",
    "/api/v1/boards/{board}/sightings/{sighting}/source",
)  # fmt: skip
NEVER = (
    "/api/v1/boards/{board}/cards.csv", "/api/v1/boards/{board}/journal.json", "/searches/{board}/guests",
    "/searches/{board}/report.pdf", "/searches/{board}/map.pdf", "/api/v1/boards/{board}/places.gpx",
)  # fmt: skip


async def test_coordinator_reads_the_search_for_an_hour(scene: Scene) -> None:
    assert {await scene.status(path) for path in READS} == {404}
    answer = await scene.open()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/searches/{scene.search}")
    assert [await scene.status(path) for path in READS] == [200] * len(READS)
    await scene.pass_the_hour()
    assert {await scene.status(path) for path in READS} == {404}


async def test_opening_gives_no_files_to_take_away_and_no_guests(scene: Scene) -> None:
    await scene.open()
    assert {await scene.status(path) for path in NEVER} == {404}
    alice = scene.team.alice
    assert (await alice.http.get(f"/api/v1/boards/{scene.search}/cards.csv")).status_code == 200


async def test_opening_gives_no_commands(scene: Scene) -> None:
    await scene.open()
    for name, data in (
        ("note.add", {"text": "me"}),
        ("search.set_access", {"access": "desk", "members": []}),
        ("search.set_access", {"access": "members", "members": [scene.cora.id]}),
    ):
        command = {"id": new_id(), "name": name, "data": data}
        answer = await scene.http.post(f"/api/v1/boards/{scene.search}/commands", json=command)
        assert (answer.status_code, "only read" in answer.text) == (403, True), name
    assert (await scene.team.charlie.http.post(f"/api/v1/boards/{scene.search}/commands", json=command)).status_code == 404


async def test_search_stays_hidden_in_lists_and_for_others(scene: Scene) -> None:
    await scene.open()
    for path in ("/api/v1/boards", "/api/v1/boards/operations", "/api/v1/find?q=girl", "/api/v1/unanswered", "/api/v1/watch"):
        assert scene.search not in (await scene.http.get(path)).text, path
    assert (await scene.team.charlie.http.get(f"/api/v1/boards/{scene.search}")).status_code == 404


async def test_members_are_alerted_immediately_with_the_reason(scene: Scene) -> None:
    bob = scene.team.bob
    since = len(bob.frames)
    await bob.send({"type": "alerts"})
    await scene.open()
    await bob.wait_until(lambda: [each for each in bob.frames[since:] if each["type"] == "alerts" and each["unread"]])
    for person in (scene.team.alice, bob):
        alert = (await person.http.get("/api/v1/alerts")).json()["alerts"][0]
        assert (alert["type"], alert["value"]) == ("emergency.opened", REASON)
        assert (alert["actor"]["name"], alert["entity"]) == ("Cora", {"kind": "search", "id": scene.search})
    for outsider in (scene.team.charlie.http, scene.http):
        assert scene.search not in (await outsider.get("/api/v1/alerts")).text


async def test_administrators_are_alerted_if_no_member_can_sign_in(scene: Scene) -> None:
    """The account of the last member is disabled."""
    ada, max = scene.team.ada, await hire(scene.server, "coordinator", "Max")
    await scene.open()
    assert "emergency.opened" not in (await ada.http.get("/api/v1/alerts")).text, "the members are alerted"
    members = update(Search).where(col(Search.id) == scene.search).values(members=[max.id], lead=max.id)
    disabled = update(Account).where(col(Account.id) == max.id).values(enabled=False)
    for change in (members, disabled):
        await scene.server.service.database.write(lambda session, change=change: session.connection().execute(change).rowcount)
    await scene.open("No member is left, and the police ask")
    alert = (await ada.http.get("/api/v1/alerts")).json()["alerts"][0]
    assert (alert["type"], alert["actor"]["name"]) == ("emergency.opened", "Cora")
    assert (alert["reference"], alert["entity"]["kind"]) == (None, "account"), "the search stays hidden"
    assert "the police ask" not in (await scene.team.charlie.http.get("/api/v1/alerts")).text


async def test_opening_and_its_reads_are_in_the_journal(scene: Scene) -> None:
    await scene.open()
    await scene.status()
    opened, read = await scene.record.entries(scene.cora.id)
    assert (opened.type, opened.id, opened.about["typed_reason"]) == ("emergency.opened", scene.search, REASON)
    assert about(read) == {"why": "break_glass", "screen": "", "reference": scene.reference}
    query = select(ReadRecord).where(ReadRecord.account == scene.cora.id)
    (row,) = await scene.server.service.database.read(lambda session: session.exec(query).all())
    assert (row.board, row.why) == (scene.search, "break_glass")


async def test_reads_as_a_member_and_in_an_emergency_are_lines_apart(scene: Scene) -> None:
    """Cora reads as a member, is removed within the five minutes of that line, and opens the search in an emergency."""

    async def set_members(*more: str) -> None:
        members = [*(person.account["id"] for person in (scene.team.alice, scene.team.bob)), *more]
        await scene.team.alice.command(scene.search, "search.set_access", {"access": "members", "members": members})

    await set_members(scene.cora.id)
    async with socket_of(scene.server, scene.http) as person:
        board = await person.subscribe(scene.search)
        assert await scene.status() == 200
        await set_members()
        await person.wait_until(lambda: board.unsubscribed)
    await scene.open()
    async with socket_of(scene.server, scene.http) as person:
        await person.subscribe(scene.search)
        for _ in range(2):
            assert await scene.status() == 200
        query = select(ReadRecord).where(ReadRecord.account == scene.cora.id).order_by(col(ReadRecord.id))
        await scene.server.service.read_log.write_ends()
        rows = await scene.server.service.database.read(lambda session: session.exec(query).all())
    found = [(row.why, row.following, row.count, row.screen) for row in rows]
    assert sorted(found) == [
        ("break_glass", False, 2, ""), ("break_glass", True, 1, "search"),
        ("member", False, 1, ""), ("member", False, 1, "search"),
    ]  # fmt: skip


async def test_open_socket_loses_the_search_when_the_hour_ends(scene: Scene) -> None:
    await scene.open()
    async with socket_of(scene.server, scene.http) as person:
        board = await person.subscribe(scene.search)
        await person.subscribe(OPERATIONS)
        assert board.of_kind("sighting")
        assert scene.search not in person.boards[OPERATIONS].of_kind("search")
        await scene.pass_the_hour()
        await person.wait_until(lambda: board.unsubscribed)
        assert board.unsubscribed == "forbidden"
        answer = await person.request({"type": "subscribe", "board": scene.search}, type="error")
        assert answer["code"] == "not_found"


async def test_socket_loses_the_search_while_the_database_is_away(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await scene.open()
    service = scene.server.service
    async with socket_of(scene.server, scene.http) as person:
        board = await person.subscribe(scene.search)
        service.visibility.openings.update({key: format_utc(now()) for key in service.visibility.openings})
        with monkeypatch.context() as patch:

            async def away(*_: Any, **__: Any) -> Any:
                raise OSError

            patch.setattr(service.database, "read", away)
            await person.wait_until(lambda: board.unsubscribed)


async def test_token_and_lower_roles_cannot_open(scene: Scene) -> None:
    data = {"reference": scene.reference, "reason": REASON}
    for person in (scene.team.charlie, scene.team.ada):  # tokens
        assert (await person.http.post("/emergency", data=data)).status_code == 404
    async with browser(scene.server, await hire(scene.server, "investigator", "Ines")) as http:
        assert (await http.post("/emergency", data=data)).status_code == 404
        assert (await http.get("/emergency")).status_code == 404
    async with browser(scene.server) as http:
        assert (await http.post("/emergency", data=data)).status_code == 401
    assert await scene.record.types(scene.team.charlie.account["id"]) == ["request.refused"]


@pytest.mark.parametrize("reason", ["", "short", " " * 30, "x" * 501])
async def test_reason_is_required(scene: Scene, reason: str) -> None:
    answer = await scene.open(reason)
    assert answer.status_code in (400, 422)
    assert await scene.status() == 404


async def test_unknown_reference_is_refused_and_recorded(scene: Scene) -> None:
    public = f"P-{new_id()}"
    await scene.team.alice.open_search(reference=public)
    for reference, sentence in (("", "No members-only"), ("nothing", "No members-only"), (public, "You already see")):
        answer = await scene.open(reference=reference)
        assert answer.status_code == 422
        assert sentence in problem(answer)
    assert "request.refused" in await scene.record.types(scene.cora.id)


async def test_number_of_openings_is_bounded(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emergency_opening, "MAX_PER_DAY", 2)
    assert [(await scene.open()).status_code for _ in range(3)] == [303, 303, 422]


async def test_lower_role_ends_the_access(scene: Scene) -> None:
    await scene.open()
    change = update(Account).where(col(Account.id) == scene.cora.id).values(role="investigator")
    await scene.server.service.database.write(lambda session: session.connection().execute(change).rowcount)
    assert await scene.status() == 404
