"""Guests who may write: the commands of an investigator on one search, and nothing else."""

from typing import Any

import httpx2 as httpx
import pytest

from board.accounts import guests, live_changes
from board.client import Refusal
from board.commands.registry import TABLE
from models.accounts import Account
from models.ids import new_id as new_uuid
from tests.api.test_administration import browser, hire
from tests.api.test_guests import current
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.limited_callers import Scene, add_guest, connect_guest, limited_scene
from tests.support.people import Person, new_id
from tests.support.team import Team

OUTCOME = {"found_at": "2026-11-25T08:00:00Z", "condition": "well", "how": "police"}

pytestmark = [pytest.mark.both_backends(SLOW_ON_POSTGRESQL), pytest.mark.usefixtures("quick_polls")]


async def refusal_of(person: Person, board: str, name: str, data: dict[str, Any]) -> Refusal:
    with pytest.raises(Refusal) as refused:
        await person.command(board, name, data)
    return refused.value


async def set_writes(team: Team, search: str, guest: Account, writes: bool) -> None:
    await live_changes.apply_change(team.server.service, lambda session: guests.set_writes(session, search, guest.id, writes))


async def test_guest_who_writes_gives_the_commands_of_an_investigator(team: Team) -> None:
    search = await team.secret_search()
    guest = await add_guest(team.server, search, writes=True)
    person = await connect_guest(team.server, guest)
    try:
        account: dict[str, Any] = {**person.account}
        assert (account["role"], account.get("writes")) == ("viewer", True)
        await person.subscribe(search)
        seqs = (await person.command(search, "sighting.add", {"description": "a girl on the platform"}))["seqs"]
        await person.command(search, "note.add", {"text": "seen from the train"})
        await person.wait_for_seq(search, seqs[0])
        (sighting,) = person.boards[search].of_kind("sighting")
        await person.command(search, "sighting.update", {"sighting": sighting, "description": "a girl and a dog"})
        await person.command(search, "undo", {"seq": seqs[0] + 2})
        events = (await person.http.get(f"/api/v1/boards/{search}/events", params={"after": seqs[0] - 1})).json()["events"]
        assert events[0]["actor"]["id"] == guest.id
        for name, data in (("column.add", {"title": "Mine"}), ("search.set_access", {"access": "desk"})):
            assert (await refusal_of(person, search, name, data)).code == "forbidden"
    finally:
        await person.close()


async def test_guest_who_writes_has_no_other_right_of_an_investigator(team: Team) -> None:
    search = await team.alice.open_search()
    await team.alice.command(search, "sighting.add", {"description": "a girl", "source_name": "Mrs Peeters"})
    (sighting,) = [id for kind, id in (await team.alice.snapshot(search))["entities"] if kind == "sighting"]
    person = await connect_guest(team.server, await add_guest(team.server, search, writes=True))
    try:
        board = f"/api/v1/boards/{search}"
        assert (await person.http.get(f"{board}/sightings/{sighting}/source")).status_code in (403, 404)
        for path in ("cards.csv", "journal.json"):
            assert (await person.http.get(f"{board}/{path}")).status_code == 404
        for path in ("/api/v1/alarms", "/api/v1/work", "/api/v1/unanswered", "/handover", "/intake"):
            assert (await person.http.get(path)).status_code == 404, path
        alarm = {"alarm": new_uuid(), "until": "2027-01-01T00:00:00Z", "reason": "x"}
        for name in ("alarm.take", "alarm.extend", "alarm.give_back", "alarm.hand_on"):
            assert (await refusal_of(person, search, name, alarm)).code == "forbidden"
        update = {"sighting": sighting, "source_name": "Mr Janssens"}
        assert (await refusal_of(person, search, "sighting.update", update)).code == "forbidden"
    finally:
        await person.close()


async def test_no_refusal_of_a_command_discloses_another_board(team: Team) -> None:
    scene = await limited_scene(team)
    await team.ada.command(scene.other, "search.set_status", {"status": "found", "reason": "at home", "outcome": OUTCOME})
    reference = (await team.alice.snapshot(scene.other))["entities"]["search", scene.other]["reference"]
    person = await connect_guest(team.server, await add_guest(team.server, scene.own, writes=True))
    try:
        for name in TABLE:
            for board in ("operations", scene.other, "audit"):
                assert (await refusal_of(person, board, name, {})).code == "not_found", (name, board)
            answer = await _answer(person, scene.own, name, _with_ids_of_others(scene, name))
            assert not scene.traces(str(answer)), (name, answer)
        earlier = {"earlier": {"1": {"search": scene.other}}}
        unknown = {"earlier": {"1": {"search": new_uuid()}}}
        said = [(await refusal_of(person, scene.own, "search.update", data)).fields for data in (earlier, unknown)]
        assert said[0] == said[1]
        await person.command(scene.own, "search.update", {"reference": reference})  # as if no other search had it
        assert (await refusal_of(team.alice, scene.own, "search.update", {"reference": "x" * 500})).code == "invalid"
    finally:
        await person.close()


async def _answer(person: Person, board: str, name: str, data: dict[str, object]) -> object:
    """Sentences and the current state of the answer to a command, without what the guest itself has sent."""
    try:
        return await person.command(board, name, data)
    except Refusal as refused:
        return refused.fields, refused.current


def _with_ids_of_others(scene: Scene, name: str) -> dict[str, object]:
    """Data of a command in which each field is an id of the other search."""
    return {field: scene.other if field == "search" else scene.entity for field in TABLE[name].data.model_fields}


async def test_change_of_rights_reaches_an_open_socket(team: Team) -> None:
    search = await team.alice.open_search()
    guest = await add_guest(team.server, search)
    person = await connect_guest(team.server, guest)
    note = {"text": "from the other zone"}
    try:
        assert (await refusal_of(person, search, "note.add", note)).code == "forbidden"
        await set_writes(team, search, guest, True)
        await person.wait_until(lambda: person.account.get("writes"))
        await person.command(search, "note.add", note)
        await set_writes(team, search, guest, False)
        await person.wait_until(lambda: not person.account.get("writes"))
        assert (await refusal_of(person, search, "note.add", note)).code == "forbidden"
        upload = f"/api/v1/boards/{search}/uploads/{new_uuid()}"
        assert (await person.http.patch(upload, content=b"x")).status_code == 404
    finally:
        await person.close()


async def test_right_to_write_ends_with_the_guest(team: Team) -> None:
    search, other = await team.alice.open_search(), await team.alice.open_search()
    guest = await add_guest(team.server, search, writes=True)
    person = await connect_guest(team.server, guest)
    try:
        await person.command(search, "note.add", {"text": "before"})
        at = team.server.service.clock()
        await live_changes.apply_change(team.server.service, lambda session: guests.end(session, search, guest.id, at))
        await person.wait_until(lambda: person.close_code == 4501)
        command = {"id": new_id(), "name": "note.add", "data": {"text": "after"}}
        assert (await person.http.post(f"/api/v1/boards/{search}/commands", json=command)).status_code == 401
    finally:
        await person.close()

    def invite_again(session: object) -> None:
        guests.add(session, other, guest.email, "Gustine", at, days=1, max_days=90)  # type: ignore[arg-type]

    await live_changes.apply_change(team.server.service, invite_again)
    assert not (await current(team.server, guest.email)).guest_writes, "a new stay begins read-only"


async def test_coordinator_lets_a_guest_write_and_takes_it_back(team: Team) -> None:
    server, search = team.server, await team.alice.open_search()
    email, page = f"guest-{new_id()}@zone.example", f"/searches/{search}/guests"
    async with browser(server, await hire(server, "coordinator", "Cora")) as cora:
        await cora.post(page, data={"name": "Gustine", "email": email, "rights": "write"})
        guest = await current(server, email)
        assert (guest.role, guest.guest_writes, guest.command_role) == ("viewer", True, "investigator")
        for rights, writes in (("read", False), ("write", True), ("write", True), ("", False), ("WRITE", False)):
            answer = await cora.post(f"{page}/rights", data={"account": guest.id, "rights": rights})
            assert answer.status_code == 303
            assert (await current(server, email)).guest_writes is writes
        own = team.bob.account["id"]
        assert (await cora.post(f"{page}/rights", data={"account": own, "rights": "write"})).status_code == 404
    async with browser(server, await hire(server, "admin", "Ada")) as ada:
        await _is_recorded(ada, guest)


async def _is_recorded(ada: httpx.AsyncClient, guest: Account) -> None:
    entries = (await ada.get("/api/v1/audit", params={"account": guest.id})).json()["entries"]
    assert [each["about"]["writes"] for each in entries if each["type"] == "guest.rights_set"] == [False, True, False]
    (added,) = [each for each in entries if each["type"] == "guest.added"]
    assert added["about"]["writes"] is True
    assert "who may write" in (await ada.get("/audit", params={"account": guest.id})).text
    assert "Investigator" in (await ada.get(f"/accounts/{guest.id}")).text


@pytest.mark.parametrize("role", ["viewer", "investigator"])
async def test_only_coordinators_let_a_guest_write(team: Team, role: str) -> None:
    search = await team.alice.open_search()
    guest = await add_guest(team.server, search)
    async with browser(team.server, await hire(team.server, role, "Eva")) as http:
        answer = await http.post(f"/searches/{search}/guests/rights", data={"account": guest.id, "rights": "write"})
        assert answer.status_code == 404
    async with browser(team.server, guest) as http:
        answer = await http.post(f"/searches/{search}/guests/rights", data={"account": guest.id, "rights": "write"})
        assert answer.status_code == 404
    assert not (await current(team.server, guest.email)).guest_writes
