"""Each command is for those who may do it; a change of rights acts at once, also on open sockets."""

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from board.accounts import accounts, live_changes
from board.client import Refusal
from board.commands.registry import TABLE
from board.commands.sightings import sources
from board.engine import rights_version
from board.errors import Refused
from models.accounts import ROLES
from models.times import format_utc, now
from realtime.wire.strict_json import MAX_INTEGER
from tests.support import handover_steps, uploads
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import PASSWORD, PATIENCE_S, Person, Server, connect_person, create_token, new_id
from tests.support.team import Team
from tests.support.wakes import add_wake

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

CLOSED_WITHIN_S = 5  # from the contract
ROOT = Path(__file__).parents[2]
OUTCOME = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}

# data for each command; {sighting} and the like are replaced by ids of the board
BRIEF = {  # it needs no appeal
    "what": "brief", "languages": ["fr", "nl"], "shows": ["age"], "texts": {"fr": "vers Bruxelles"},
    "until": "2099-01-01T00:00:00Z", "decided_by": "the prosecutor",
}  # fmt: skip
TRIES: dict[str, dict[str, Any]] = {
    "search.open": {"kind": "runaway", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T15:10:00Z"},
    "search.update": {"person": {"age": 11}},
    "search.set_status": {"status": "found", "reason": "came home", "outcome": OUTCOME},
    "search.set_outcome": {"outcome": {"family_told": True}},
    "search.set_worrying": {"worrying": True, "basis": "the duty officer"},
    "search.set_appeal": {"level": "posters", "until": "2026-12-24T12:00:00Z"},
    "search.set_goal": {"text": "find the driver", "until": None},
    "search.set_photo": {"file": "{file}"},
    "search.link": {"search": "{other}", "how": "related"},
    "search.set_access": {"access": "desk", "members": []},
    "column.add": {"title": "At the police", "role": "waiting", "after": "{todo}"},
    "column.rename": {"column": "{doing}", "title": "Now"},
    "column.move": {"column": "{done}", "before": "{inbox}"},
    "column.remove": {"column": "{waiting}"},
    "sighting.add": {"description": "a girl"},
    "sighting.update": {"sighting": "{sighting}", "direction": "north"},
    "sighting.grade": {"sighting": "{sighting}", "grade": {"source": "B"}},
    "sighting.assess": {"sighting": "{sighting}", "assessment": "credible"},
    "sighting.looked_at": {"sighting": "{sighting}"},
    "sighting.pass_on": {"sighting": "{sighting}", "to": "Zone Gent"},
    "task.add": {"title": "call the school"},
    "task.update": {"task": "{task}", "result": "not there"},
    "place.add": {"name": "the park"},
    "place.update": {"place": "{place}", "certainty": "sure"},
    "card.move": {"card": "{sighting}", "column": "{done}"},
    "card.assign": {"card": "{sighting}", "assignee": None},
    "card.withdraw": {"card": "{sighting}", "reason": "typed twice"},
    "card.restore": {"card": "{task}"},
    "material.approve": BRIEF,
    "material.withdraw": {"material": "{material}", "reason": "a wrong name"},
    "distribution.add": {"material": "{material}", "recipients": ["Police zone"], "way": "email", "language": "fr"},
    "distribution.update": {"distribution": "{distribution}", "copies": 5},
    "distribution.take_down": {"distributions": "{distributions}", "done": True},
    "distribution.withdraw": {"distribution": "{distribution}"},
    "tip.add": {"description": "a boy alone at the station"},
    "tip.update": {"tip": "{tip}", "direction": "north"},
    "tip.assign": {"tip": "{tip}", "assignee": None},
    "tip.place": {"tip": "{tip}", "search": "{search}"},
    "tip.dismiss": {"tip": "{tip}", "reason": "an advertisement"},
    "tip.restore": {"tip": "{tip}", "reason": None},
    "wake.answer": {"wake": "{wake}", "answer": "same", "reason": "the same coat"},
    "report.add": {"source_name": "Samira", "person": {"first_name": "Lina"}},
    "report.update": {"report": "{report}", "may_go": "an aunt", "search": None},
    "report.ask": {"report": "{report}", "text": "Which medicine?"},
    "report.end_call": {"report": "{report}"},
    "report.open": {"report": "{report}", "kind": "runaway", "lead": None, "reference": None},
    "report.join": {"report": "{report}", "search": "{search}"},
    "report.close": {"report": "{report}", "why": "advice", "note": "a lawyer"},
    "report.reopen": {"report": "{report}", "reason": None},
    "note.add": {"text": "the aunt was called"},
    "contact.add": {"name": "An Voorbeeld", "role": "parent"},
    "contact.update": {"contact": "{contact}", "relation": "mother"},
    "contact.log": {"contact": "{contact}", "result": "reached", "text": "She has heard nothing."},
    "contact.withdraw": {"contact": "{contact}"},
    "contact.restore": {"contact": "{contact}"},
    "file.attach": {"upload": "{upload}", "card": "{sighting}", "note": None, "caption": "the bus", "taken_at": None},
    "file.update": {"file": "{file}", "caption": "the tram", "taken_at": "2026-11-24T15:10:00Z", "card": None},
    "file.withdraw": {"file": "{file}", "reason": "another child"},
    "file.propose_removal": {"file": "{file}", "reason": "another child"},
    "file.confirm_removal": {"file": "{file}"},
    "alarm.take": {"alarm": "{alarm}", "until": "{soon}"},
    "alarm.extend": {"alarm": "{alarm}", "until": "{soon}", "note": "calling the station"},
    "alarm.hand_on": {"alarm": "{alarm}", "to": "{helper}", "reason": "off duty"},
    "alarm.give_back": {"alarm": "{alarm}", "reason": "another call"},
    "duty.begin": {"until": "{soon}"},
    "duty.extend": {"until": "{later}", "account": None},
    "duty.end": {"account": None, "keep": ["{alarm}"]},
    "duty.plan": {"entries": "{entries}", "remove": []},
    "board.make_room": {"groups": ["withdrawn", "notes"], "unchanged_days": 30, "account": None},
    "board.bring_back": {"entity": "{sighting}"},
    "undo": {"seq": "{graded}"},
    "shift.take": {"reason": "nobody was here"},
    "handover.prepare": {"incoming": None},
    "handover.write": {"handover": "{handover}", "remarks": "a quiet night"},
    "handover.sign": {"handover": "{handover}", "positions": "{positions}"},
    "handover.read": {"handover": "{handover}", "seq": 1, "reason": None},
    "handover.restate": {"handover": "{handover}", "text": "she is with her aunt"},
    "handover.answer": {"handover": "{handover}", "account": "{taker}", "at": "{restated_at}", "correct": True, "reason": None},
    "handover.accept": {"handover": "{handover}", "restatement": "one search, a runaway", "reason": "as it is"},
    "handover.refuse": {"handover": "{handover}", "reason": "not like this"},
    "handover.withdraw": {"handover": "{handover}", "reason": None},
}
COORDINATORS = (
    "search.open", "search.set_status", "search.set_outcome", "search.set_worrying", "search.set_appeal", "search.set_access",
    "search.set_goal", "search.link", "material.approve", "material.withdraw", "file.propose_removal", "file.confirm_removal",
    "column.add", "column.rename", "column.move", "column.remove", "board.make_room", "duty.plan",
    "report.ask", "report.open", "report.join", "report.close", "report.reopen",
    *handover_steps.COMMANDS,
)  # fmt: skip


EVERY_FIFTH = [*TRIES][::5]


def board_of(name: str, search: str) -> str:
    """Return the board on which a command is tried."""
    of_desk = name in handover_steps.COMMANDS and TABLE[name].board_kind != "search"
    return "operations" if name == "search.open" or name.startswith(("tip.", "duty.", "report.")) or of_desk else search


async def scene(team: Team) -> tuple[str, dict[str, Any]]:
    """A search with a sighting and a task, and the ids by which they are named; `graded` is the seq of a grade."""
    search = await team.alice.open_search()
    await team.alice.command(search, "sighting.add", {"description": "a girl", "direction": "south"})
    await team.alice.command(search, "place.add", TRIES["place.add"])
    await give_out(team.alice, search, BRIEF)
    await team.alice.command(search, "contact.add", {"name": "An"})
    entities = (await team.alice.snapshot(search))["entities"]
    names: dict[str, Any] = dict(entities.keys()) | {"handover": 1, "positions": {}}
    names |= {state["role"]: id for (kind, id), state in entities.items() if kind == "column"}
    names |= {"taker": team.ada.account["id"], "restated_at": "2026-11-24T15:10:00.000Z"}
    grade = {"sighting": names["sighting"], "grade": {"content": 3}}
    told = (await team.alice.command("operations", "tip.add", {"description": "a boy"}))["seqs"][0]
    events = await team.alice.http.get("/api/v1/boards/operations/events", params={"after": told - 1, "limit": 1})
    names["distributions"] = [names["distribution"]]
    names["tip"], names["search"] = events.json()["events"][0]["id"], search
    reported = {"source_name": "Samira", "person": {"first_name": "Lina"}}
    (added,) = (await team.alice.command("operations", "report.add", reported))["seqs"]
    events = await team.alice.http.get("/api/v1/boards/operations/events", params={"after": added - 1, "limit": 1})
    names["report"] = events.json()["events"][0]["id"]
    names["wake"] = await add_wake(team.server.service, search, names["tip"])
    (names["graded"],) = (await team.bob.command(search, "sighting.grade", grade))["seqs"]
    await team.charlie.command(search, "note.add", {"text": "@Alice, @Bob, @Ada: who calls?", "please_answer": True})
    names["alarm"] = next(id for kind, id in (await team.alice.snapshot(search))["entities"] if kind == "alarm")
    names |= {"helper": team.charlie.account["id"], "other": await team.alice.open_search()}
    names["file"] = await uploads.attach_ready(team.bob, search)
    names["upload"] = await uploads.ready(team.alice, search)
    return search, names | times_of_duties(names["helper"])


def times_of_duties(account: str) -> dict[str, Any]:
    """Return two times of the next hours, and an entry of the plan between them."""
    soon, later = (format_utc(now() + timedelta(hours=hours)) for hours in (1, 2))
    return {
        "soon": soon, "later": later,
        "entries": [{"id": None, "account": account, "uid": None, "starts_at": soon, "ends_at": later}],
    }  # fmt: skip


async def give_out(who: Person, search: str, material: dict[str, Any], recipient: str = "Police zone") -> None:
    """Approve a material, and record a recipient."""
    await who.command(search, "material.approve", material)
    id = next(id for kind, id in (await who.snapshot(search))["entities"] if kind == "material")
    given = {"material": id, "recipients": [recipient], "way": "email", "language": "fr"}
    await who.command(search, "distribution.add", given)


async def prepare(name: str, team: Team, search: str, names: dict[str, Any]) -> None:
    """Do what a command needs to have been done before."""
    if name == "search.set_outcome":
        await team.alice.command(search, "search.set_status", TRIES["search.set_status"])
    if name == "contact.restore":
        await team.alice.command(search, "contact.withdraw", {"contact": names["contact"]})
    if name == "distribution.take_down":
        await team.alice.command(search, "material.withdraw", {"material": names["material"]})
    if name in ("file.propose_removal", "file.confirm_removal"):
        await team.alice.command(search, "file.withdraw", TRIES["file.withdraw"] | {"file": names["file"]})
    if name == "file.confirm_removal":
        dora = await team.add_person("Dora", "coordinator")
        await dora.command(search, "file.propose_removal", TRIES["file.propose_removal"] | {"file": names["file"]})
    if name == "duty.extend":
        for person in (team.alice, team.bob, team.ada):
            await person.command("operations", "duty.begin", {"until": names["soon"]})
    if name == "sighting.pass_on":
        await team.alice.command(search, "sighting.assess", {"sighting": names["sighting"], "assessment": "credible"})


def filled(data: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    return {key: names[value[1:-1]] if isinstance(value, str) and value[:1] == "{" else value for key, value in data.items()}


def test_every_command_is_tried_here_and_every_role_by_default() -> None:
    assert TRIES.keys() == TABLE.keys()
    assert {role for name in TRIES for role in roles_of(name, "bound")} == {*ROLES}


def roles_of(name: str, which: str) -> tuple[str, ...]:
    """Return all roles, or the highest that may not and the lowest that may. Each fifth command is always tried by all."""
    bound = ROLES.index(least_role(name))
    return ROLES if which == "all" or name in EVERY_FIFTH else ROLES[bound - 1 : bound + 1]


def least_role(name: str) -> str:
    return "coordinator" if name in COORDINATORS else "investigator"


@pytest.mark.parametrize("which", ["bound", pytest.param("all", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", TRIES)
async def test_each_role_may_do_what_is_its_own_and_no_more(team: Team, name: str, which: str) -> None:
    least = least_role(name)
    people = {"viewer": team.victor, "investigator": team.bob, "coordinator": team.alice, "admin": team.ada}
    stage = None
    for role in roles_of(name, which):
        if stage is None:
            stage = await scene(team)
            await prepare(name, team, *stage)
        search, names = stage
        if name in handover_steps.COMMANDS:
            names |= await handover_steps.prepare_for(name, people[role], team.alice if role == "admin" else team.ada, search)
        if name == "file.attach":
            names["upload"] = await uploads.ready(people[role], search)
        if name in ("alarm.extend", "alarm.give_back") and role != "viewer":
            await people[role].command(search, "alarm.take", {"alarm": names["alarm"]})
        board, data = board_of(name, search), filled(TRIES[name], names)
        head = (await team.alice.snapshot(board))["seq"]
        if ROLES.index(role) >= ROLES.index(least):
            assert (await people[role].command(board, name, data))["type"] == "ack"
            stage = None  # a refused command changes nothing
        else:
            with pytest.raises(Refusal, match="forbidden") as refused:
                await people[role].command(board, name, data)
            assert refused.value.body["message"]
            assert (await team.alice.snapshot(board))["seq"] == head
            path = f"/api/v1/boards/{board}/commands"
            response = await people[role].http.post(path, json={"id": new_id(), "name": name, "data": data})
            assert (response.status_code, response.json()["code"]) == (403, "forbidden")


async def test_a_viewer_sees_all_of_it_except_contacts(team: Team) -> None:
    search, _ = await scene(team)
    entities = (await team.alice.snapshot(search))["entities"]
    visible = {key: state for key, state in entities.items() if key[0] != "contact"}
    assert (await team.victor.subscribe(search)).entities == visible != entities


async def test_a_token_that_only_reads_gives_no_commands(team: Team) -> None:
    search, names = await scene(team)
    reader = await team.add_person("Rita", "coordinator", "read")
    assert (await reader.subscribe(search)).entities
    for name, data in TRIES.items():
        board = board_of(name, search)
        with pytest.raises(Refusal, match="forbidden"):
            await reader.command(board, name, filled(data, names))
    response = await reader.http.post(f"/api/v1/boards/{search}/commands", json={"id": new_id(), "name": "note.add"})
    assert response.status_code == 403
    assert (await reader.http.get(f"/api/v1/boards/{search}")).status_code == 200


async def test_a_token_for_taking_in_opens_no_socket_and_reads_no_board(team: Team) -> None:
    search, _ = await scene(team)
    token = await create_token(team.server.service, "Hotline", "coordinator", "intake")
    with pytest.raises(InvalidStatus) as refused:
        await connect(team.server.ws, additional_headers={"Authorization": f"Bearer {token}"})
    assert refused.value.response.status_code == 403
    async with httpx.AsyncClient(base_url=team.server.url, headers={"Authorization": f"Bearer {token}"}) as http:
        for path in ("accounts", "boards", f"boards/{search}", f"boards/{search}/events", "boards/operations"):
            assert (await http.get(f"/api/v1/{path}")).status_code == 403, path
        response = await http.post(f"/api/v1/boards/{search}/commands", json={"id": new_id(), "name": "note.add"})
        assert (response.status_code, response.json()["code"]) == (403, "forbidden")
        assert (await http.get("/api/v1/me")).json()["name"] == "Hotline"


async def test_faults_are_judged_in_the_contracts_order(team: Team) -> None:
    search, _ = await scene(team)
    closed = await team.alice.open_search()
    await team.bob.command(closed, "note.add", {"text": "x"}, id="ordered")
    await team.alice.command(closed, "search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})
    nobody = "01900000-0000-7000-8000-000000000000"
    cases: list[tuple[Person, str, str, dict[str, Any], dict[str, Any], str]] = [
        # no such board before no such command, before forbidden, before closed, before invalid, before an id, before conflict
        (team.victor, nobody, "no.such", {"x": 1}, {}, "not_found"),
        (team.victor, closed, "no.such", {"x": 1}, {}, "unknown_command"),
        (team.victor, closed, "search.open", {"x": 1}, {}, "unknown_command"),
        (team.victor, "operations", "sighting.add", {"x": 1}, {}, "unknown_command"),
        (team.victor, closed, "sighting.grade", {"x": 1}, {}, "forbidden"),
        (team.bob, closed, "sighting.grade", {"x": 1}, {}, "closed"),
        (team.bob, closed, "sighting.grade", {"sighting": nobody, "grade": {}}, {"base": 10_000}, "closed"),
        (team.bob, search, "sighting.grade", {"sighting": nobody, "grade": {"source": "Z"}}, {}, "invalid"),
        (team.bob, search, "sighting.grade", {"sighting": nobody, "grade": {}}, {"base": 10_000}, "invalid"),
        (team.bob, search, "sighting.update", {"sighting": nobody, "description": ""}, {}, "invalid"),
        (team.bob, search, "sighting.assess", {"sighting": nobody, "assessment": "duplicate"}, {}, "invalid"),
        (team.bob, search, "card.move", {"card": nobody, "column": nobody, "before": nobody}, {}, "invalid"),
        (team.bob, search, "sighting.grade", {"sighting": nobody, "grade": {}}, {"epoch": "other"}, "not_found"),
        (team.bob, search, "sighting.update", {"sighting": nobody, "description": "a"}, {"base": 0}, "not_found"),
    ]
    for person, board, name, data, more, code in cases:
        with pytest.raises(Refusal) as refused:
            await person.command(board, name, data, **more)
        assert refused.value.code == code, (name, data)
    # a remembered ack comes before closed and invalid
    assert (await team.bob.command(closed, "sighting.grade", {"x": 1}, id="ordered"))["seqs"]


async def test_rights_are_checked_before_an_ack_is_remembered(team: Team) -> None:
    search, _ = await scene(team)
    service = team.server.service
    bob = await team.add_person("Bob", "investigator")
    email = (await bob.http.get("/api/v1/me")).json()["email"]
    first = await bob.command(search, "note.add", {"text": "x"}, id="kept")
    await live_changes.apply_change(service, lambda database: accounts.set_role(database, email, "viewer"))
    with pytest.raises(Refusal, match="forbidden"):
        await bob.command(search, "note.add", {"text": "x"}, id="kept")
    await live_changes.apply_change(service, lambda database: accounts.set_role(database, email, "investigator"))
    assert await bob.command(search, "note.add", {"text": "x"}, id="kept") == first
    others = [team.alice.account["id"]]
    await team.alice.command(search, "search.set_access", {"access": "members", "members": others})
    with pytest.raises(Refusal, match="not_found"):
        await bob.command(search, "note.add", {"text": "x"}, id="kept")


async def test_command_id_is_unique_for_an_account_over_all_ways_in(team: Team) -> None:
    search, _ = await scene(team)
    first = await team.bob.command(search, "note.add", {"text": "Bob's"}, id="twice")
    other = await team.charlie.command(search, "note.add", {"text": "Charlie's"}, id="twice")
    assert first["seqs"] != other["seqs"]
    elsewhere = await team.bob.command("operations", "note.add", {"text": "elsewhere"}, id="twice")
    assert elsewhere == first


async def test_a_changed_role_acts_on_an_open_socket_without_closing_it(team: Team) -> None:
    search, _ = await scene(team)
    service = team.server.service
    mona = await team.add_person("Mona", "viewer")
    email = (await mona.http.get("/api/v1/me")).json()["email"]
    await mona.subscribe(search)
    with pytest.raises(Refusal, match="forbidden"):
        await mona.command(search, "note.add", {"text": "x"})
    await live_changes.apply_change(service, lambda database: accounts.set_role(database, email, "investigator"))
    seq = (await mona.command(search, "note.add", {"text": "x"}))["seqs"][0]
    await mona.wait_for_seq(search, seq)
    await live_changes.apply_change(service, lambda database: accounts.set_role(database, email, "viewer"))
    with pytest.raises(Refusal, match="forbidden"):
        await mona.command(search, "note.add", {"text": "x"})
    seq = (await team.bob.command(search, "note.add", {"text": "y"}))["seqs"][0]
    await mona.wait_for_seq(search, seq)
    assert mona.close_code is None


# -- what ends a socket ---------------------------------------------------------------------------------------------------


class Browser:
    """Browser signed in with a password, whose page has a socket open."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.email = f"eva-{new_id()}@desk.example"
        self.http = httpx.AsyncClient(base_url=server.url, headers={"Origin": server.url}, timeout=PATIENCE_S)
        self.sockets: list[ClientConnection] = []

    async def sign_in(self, role: str = "investigator") -> ClientConnection:
        """A new account, signed in; its socket, which has said hello."""
        await live_changes.add_account(self.server.service, self.email, "Eva", role, PASSWORD)
        return await self.enter()

    async def enter(self) -> ClientConnection:
        form = {"email": self.email, "password": PASSWORD}
        assert (await self.http.post("/login", data=form)).status_code == 303
        cookie = f"board_session={self.http.cookies['board_session']}"
        socket = await connect(self.server.ws, origin=self.server.url, additional_headers={"Cookie": cookie})  # type: ignore[arg-type]
        self.sockets.append(socket)
        assert '"hello"' in str(await socket.recv())
        return socket

    async def leave(self) -> None:
        for socket in self.sockets:
            await socket.close()
        await self.http.aclose()


@pytest.fixture
async def open_browser(team: Team) -> AsyncIterator[Callable[[], Browser]]:
    """Function that returns one more browser."""
    opened: list[Browser] = []

    def open_one() -> Browser:
        opened.append(Browser(team.server))
        return opened[-1]

    yield open_one
    for browser in opened:
        await browser.leave()


async def read_to_the_end(socket: ClientConnection) -> None:
    """Read until the socket is closed. An unread one stops answering pings after some frames, and ends with 1006."""
    with contextlib.suppress(ConnectionClosed):
        async for _ in socket:
            pass


async def ended_with(socket: ClientConnection, reading: asyncio.Task[None] | None = None) -> int | None:
    """The code with which the server closes, within the time of the contract."""
    await asyncio.wait_for(reading or read_to_the_end(socket), CLOSED_WITHIN_S)
    return socket.close_code


async def by_the_command_line(server: Server, *words: str, given: str = "") -> None:
    """Run a change in another process, on the same database."""
    environment = os.environ | {"DATABASE_URL": server.service.settings.database_url}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "board", *words, cwd=ROOT, env=environment,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, fault = await process.communicate(given.encode())
    assert process.returncode == 0, fault.decode()


async def test_signing_out_ends_the_sockets_of_that_session_alone(team: Team, open_browser: Callable[[], Browser]) -> None:
    eva, elsewhere = open_browser(), open_browser()
    socket = await eva.sign_in()
    elsewhere.email = eva.email
    other = await elsewhere.enter()
    assert (await eva.http.post("/logout")).status_code == 303
    assert await ended_with(socket) == 4501
    assert (await eva.http.get("/api/v1/me")).status_code == 401
    await other.send('{"type":"ping","id":"still here"}')
    async with asyncio.timeout(PATIENCE_S):
        while '"still here"' not in str(await other.recv()):
            pass  # periodic heads


async def test_account_disabled_during_a_rights_read_is_disconnected_too(
    team: Team, open_browser: Callable[[], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    eva, service = open_browser(), team.server.service
    socket = await eva.sign_in()
    meanwhile: list[Any] = []
    reload = service.source.reload

    async def reloading() -> None:
        if not meanwhile:
            meanwhile.append("disabled, and somebody else comes")
            await service.database.write(lambda database: accounts.set_enabled(database, eva.email, False))
            await team.open_socket(team.bob)
        await reload()

    monkeypatch.setattr(service.source, "reload", reloading)
    await live_changes.apply_change(service, lambda database: accounts.set_role(database, eva.email, "viewer"))
    assert meanwhile
    assert await ended_with(socket) == 4501


async def test_source_is_not_given_to_an_account_disabled_during_the_request(team: Team) -> None:
    service, lena = team.server.service, await team.add_person("Lena", "coordinator")
    search = await team.alice.open_search()
    await team.alice.command(search, "sighting.add", {"description": "seen", "source_name": "Mrs W"})
    sighting = next(id for kind, id in (await team.alice.snapshot(search))["entities"] if kind == "sighting")
    call = f"/api/v1/boards/{search}/sightings/{sighting}/source"
    assert (await lena.http.get(call)).json()["name"] == "Mrs W"
    caller = next(each.viewer for each in service.hub.connections if each.account["id"] == lena.account["id"])
    await live_changes.apply_change(service, lambda database: accounts.set_enabled(database, caller.account.email, False))
    with pytest.raises(Refused, match="unauthenticated"):
        await service.database.write(lambda session: sources.read(session, caller, search, sighting, MAX_INTEGER))


Ending = Callable[[Server, str], Awaitable[None]]


async def _disabled(server: Server, email: str) -> None:
    await live_changes.apply_change(server.service, lambda database: accounts.set_enabled(database, email, False))


async def _new_password(server: Server, email: str) -> None:
    await live_changes.apply_change(server.service, accounts.prepare_password(email, "another horse battery"))


async def _disabled_outside(server: Server, email: str) -> None:
    await by_the_command_line(server, "account", "disable", email)


async def _new_password_outside(server: Server, email: str) -> None:
    await by_the_command_line(server, "account", "set-password", email, "--password-stdin", given="another horse battery\n")


@pytest.mark.parametrize("end", [_disabled, _new_password, _disabled_outside, _new_password_outside])
async def test_a_session_that_ends_takes_its_sockets_along(team: Team, open_browser: Callable[[], Browser], end: Ending) -> None:
    eva = open_browser()
    socket = await eva.sign_in()
    reading = asyncio.create_task(read_to_the_end(socket))  # a command line may take longer than an unread socket lasts
    await end(team.server, eva.email)
    assert await ended_with(socket, reading) == 4501
    assert (await eva.http.get("/api/v1/me")).status_code == 401


async def test_reenabled_account_may_return_but_its_sessions_are_over(team: Team, open_browser: Callable[[], Browser]) -> None:
    eva = open_browser()
    socket = await eva.sign_in()
    await _disabled(team.server, eva.email)
    assert await ended_with(socket) == 4501
    refused = await eva.http.post("/login", data={"email": eva.email, "password": PASSWORD})
    assert refused.status_code == 401
    await live_changes.apply_change(team.server.service, lambda database: accounts.set_enabled(database, eva.email, True))
    assert (await eva.http.get("/api/v1/me")).status_code == 401
    assert await eva.enter()


@pytest.mark.parametrize("outside", [False, True])
async def test_a_revoked_token_closes_its_sockets_and_no_others(team: Team, outside: bool) -> None:
    service = team.server.service
    tess = await team.add_person("Tess", "investigator")
    email = (await tess.http.get("/api/v1/me")).json()["email"]
    name = f"second of {email}"
    at = format_utc(now())
    secret = await live_changes.apply_change(service, lambda database: accounts.add_token(database, name, "read", email, at))
    second = await connect_person(team.server, secret)
    if outside:
        await by_the_command_line(team.server, "token", "revoke", name)
    else:
        await live_changes.apply_change(service, lambda database: accounts.revoke_token(database, name, at))
    assert await ended_with_person(second) == 4501
    assert (await second.http.get("/api/v1/me")).status_code == 401
    await second.close()
    assert (await tess.request({"type": "ping", "id": 1}, type="pong"))["id"] == 1


async def ended_with_person(person: Person) -> int | None:
    await asyncio.wait_for(person.wait_until(lambda: person.close_code), CLOSED_WITHIN_S)
    return person.close_code


async def test_a_role_that_is_changed_by_the_command_line_acts_too(team: Team) -> None:
    search, _ = await scene(team)
    rob = await team.add_person("Rob", "investigator")
    email = (await rob.http.get("/api/v1/me")).json()["email"]
    await by_the_command_line(team.server, "account", "set-role", email, "viewer")
    with pytest.raises(Refusal, match="forbidden"):
        await rob.command(search, "note.add", {"text": "x"})
    assert rob.close_code is None


async def test_member_added_on_the_command_line_sees_it_live_and_is_recorded(team: Team) -> None:
    search = await team.secret_search()
    charlie = await team.open_socket(team.charlie)
    operations = await charlie.subscribe("operations")
    email = (await charlie.http.get("/api/v1/me")).json()["email"]
    await by_the_command_line(team.server, "search", "members", search, "--add", email)
    await charlie.wait_until(lambda: ("search", search) in operations.entities)
    event = operations.events[-1]
    assert (event["type"], event["actor"], event["changes"]) == ("search.access_set", None, ["members"])
    assert (await charlie.subscribe(search)).entities


async def test_account_that_ends_while_its_socket_opens_is_not_let_in(team: Team) -> None:
    service = team.server.service
    token = await create_token(service, "Late", "investigator")
    async with httpx.AsyncClient(base_url=team.server.url, headers={"Authorization": f"Bearer {token}"}) as http:
        email = (await http.get("/api/v1/me")).json()["email"]
    read = service.database.read

    async def overtaken(fn: Any) -> Any:
        """The account is disabled after it was found to be good, and before the socket is open."""
        result = await read(fn)
        service.database.read = read  # type: ignore[method-assign]
        await live_changes.apply_change(service, lambda database: accounts.set_enabled(database, email, False))
        return result

    service.database.read = overtaken  # type: ignore[method-assign]
    with contextlib.suppress(InvalidStatus):  # it may be refused before the upgrade, or closed at once
        async with connect(team.server.ws, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
            assert await ended_with(socket) == 4501
    assert not [each for each in service.hub.connections if each.account["name"] == "Late"]


async def test_a_session_does_not_last_for_ever(team: Team, open_browser: Callable[[], Browser]) -> None:
    eva = open_browser()
    socket = await eva.sign_in()
    assert (await eva.http.get("/api/v1/me")).status_code == 200

    def expire(database: Any) -> None:
        from sqlalchemy import text

        owner = "(SELECT id FROM account WHERE email = :email)"
        sql = text(f"UPDATE session SET ends_at = '2020-01-01T00:00:00.000Z' WHERE account = {owner}")
        database.connection().execute(sql, {"email": eva.email})
        rights_version.bump_rights_version(database)

    await live_changes.apply_change(team.server.service, expire)
    assert await ended_with(socket) == 4501
    assert (await eva.http.get("/api/v1/me")).status_code == 401


# -- sealed sources -------------------------------------------------------------------------------------------------------


async def test_a_sealed_source_is_read_by_coordinators_and_by_who_took_it_in(team: Team) -> None:
    search = await team.alice.open_search()
    private = {"source_name": "Griet", "source_contact": "0470 00 00 00"}
    given = {"description": "a girl", "source": {"kind": "named", "sealed": True}} | private
    await team.bob.command(search, "sighting.add", given)
    (sighting,) = [id for kind, id in (await team.bob.snapshot(search))["entities"] if kind == "sighting"]
    path = f"/api/v1/boards/{search}/sightings/{sighting}/source"
    for person in (team.bob, team.alice, team.ada):
        read = (await person.http.get(path)).json()
        assert (read["name"], read["contact"]) == ("Griet", "0470 00 00 00")
    for outsider in (team.charlie, team.victor):
        response = await outsider.http.get(path)
        assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    await team.alice.command(search, "sighting.update", {"sighting": sighting, "source": {"sealed": False}})
    assert (await team.charlie.http.get(path)).json()["name"] == "Griet"
    assert (await team.victor.http.get(path)).status_code == 403


async def test_metrics_are_for_this_machine_and_for_administrators(team: Team) -> None:
    assert (await team.charlie.http.get("/metrics")).status_code == 200
    through_a_proxy = {"X-Forwarded-For": "203.0.113.9"}
    assert (await team.charlie.http.get("/metrics", headers=through_a_proxy)).status_code == 403
    metrics = await team.ada.http.get("/metrics", headers=through_a_proxy)
    assert metrics.status_code == 200
    assert re.search(r"^board_commands_total", metrics.text, re.MULTILINE)
