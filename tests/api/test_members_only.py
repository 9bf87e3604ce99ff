"""A members-only search is kept on every path: whoever is no member finds no trace of it, whatever their role."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from board.client import Refusal
from board.commands import execute
from board.commands.registry import Command
from board.engine import access
from models.ids import new_id
from models.times import format_utc, now
from realtime.channels import channel_reader
from realtime.channels.channel_reader import MAX_READS
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.people import new_id as command_id
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

NAME = "Zébulonne"


async def secret(team: Team, *members: Person, name: str = NAME) -> str:
    """A search that only Alice and these people may see, with a card on it."""
    search = await team.secret_search(*members, person={"first_name": name})
    await team.alice.command(search, "sighting.add", {"description": f"{name} at the station"})
    return search


async def set_access(team: Team, search: str, access: str, *members: Person) -> int:
    """Set who sees a search; return the seq on its own board."""
    ids = [person.account["id"] for person in (team.alice, *members)]
    ack = await team.alice.command(search, "search.set_access", {"access": access, "members": ids})
    return int(ack["seqs"][-1])


async def events_of(person: Person, board: str, **params: Any) -> list[dict[str, Any]]:
    response = await person.http.get(f"/api/v1/boards/{board}/events", params={"limit": 1_000} | params)
    assert response.status_code == 200, response.text
    return list(response.json()["events"])


def traces(search: str, *said: Any) -> list[str]:
    """Return what reveals the search: its id, or a name that the outsiders have never seen."""
    text = json.dumps(said, ensure_ascii=False)
    return [trace for trace in (search, NAME) if trace in text]


async def test_members_see_it_and_others_find_nothing_whatever_their_role(team: Team) -> None:
    search = await secret(team, team.bob)
    for member in (team.alice, team.bob):
        assert (await member.http.get(f"/api/v1/boards/{search}")).status_code == 200
        assert search in [each["board"] for each in (await member.http.get("/api/v1/boards")).json()["boards"]]
        assert ("search", search) in (await member.snapshot("operations"))["entities"]
        assert traces(search, await events_of(member, "operations")) == [search, NAME]
    other = await team.add_person("Olga", "coordinator")
    for outsider in (team.charlie, team.victor, team.ada, other):
        assert (await outsider.http.get(f"/api/v1/boards/{search}")).status_code == 404
        assert not traces(search, (await outsider.http.get("/api/v1/boards")).json())
        assert not traces(search, [*(await outsider.snapshot("operations"))["entities"].items()])
        assert not traces(search, await events_of(outsider, "operations"))


_PATHS: list[Callable[[str], tuple[str, str, dict[str, Any]]]] = [
    lambda board: ("GET", f"/api/v1/boards/{board}", {}),
    lambda board: ("GET", f"/api/v1/boards/{board}?at=1", {}),
    lambda board: ("GET", f"/api/v1/boards/{board}?at=2020-01-01T00:00:00Z", {}),
    lambda board: ("GET", f"/api/v1/boards/{board}?at=nonsense", {}),
    lambda board: ("GET", f"/api/v1/boards/{board}/events", {}),
    lambda board: ("GET", f"/api/v1/boards/{board}/events?after=100000", {}),
    lambda board: ("GET", f"/api/v1/boards/{board}/sightings/{board}/source", {}),
    lambda board: ("GET", f"/api/v1/boards/{board}/contacts/{board}", {}),
    lambda board: ("POST", f"/api/v1/boards/{board}/commands", {"id": "a1", "name": "note.add", "data": {"text": "x"}}),
    lambda board: ("POST", f"/api/v1/boards/{board}/commands", {"id": "a2", "name": "search.set_access", "data": {}}),
    lambda board: ("POST", f"/api/v1/boards/{board}/commands", {"id": "a3", "name": "no.such", "data": {}}),
    lambda board: ("POST", f"/api/v1/boards/{board}/commands", {"id": "a4", "name": "note.add", "base": 10_000}),
    lambda board: ("GET", f"/api/v1/boards/operations/events?entity={board}", {}),
    lambda board: ("GET", f"/searches/{board}", {}),
    lambda board: ("GET", f"/searches/{board}/cards/{board}", {}),
]


@pytest.mark.parametrize("path", _PATHS)
async def test_the_answer_is_that_of_a_board_that_does_not_exist(
    team: Team, path: Callable[[str], tuple[str, str, dict[str, Any]]]
) -> None:
    search = await secret(team)
    nothing = new_id()
    answers = []
    for board in (search, nothing):
        method, address, body = path(board)
        response = await team.charlie.http.request(method, address, **({"json": body} if body else {}))  # type: ignore[arg-type]
        answers.append((response.status_code, response.text.replace(board, "B")))
    assert answers[0] == answers[1]


async def test_socket_hides_it_too(team: Team) -> None:
    search = await secret(team)
    nothing = new_id()
    epoch = (await team.alice.snapshot(search))["epoch"]
    talks = []
    for board in (search, nothing):
        charlie = await team.open_socket(team.charlie)
        await charlie.request({"type": "subscribe", "board": board}, type="error", board=board)
        await charlie.request({"type": "subscribe", "board": board, "epoch": epoch, "after": 3}, type="error")
        await charlie.request({"type": "presence", "board": board, "card": None, "editing": True}, type="error")
        for name in ("note.add", "no.such"):
            await charlie.start_command({"type": "command", "id": name[:2], "board": board, "name": name, "data": {"text": "x"}})
        await charlie.request({"type": "unsubscribe", "board": board}, type="unsubscribed")
        talks.append(json.dumps([frame for frame in charlie.frames[1:] if frame["type"] != "heads"]).replace(board, "B"))
    assert talks[0] == talks[1]
    assert "not_found" in talks[0]


async def test_a_board_that_is_still_being_asked_for_is_in_no_heads(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search = await secret(team)
    await team.alice.subscribe(search)
    hub = team.server.service.hub
    charlie = await team.open_socket(team.charlie)
    await team.alice.wait_until(lambda: search in hub.head_poller._heads)
    for _ in range(MAX_READS):  # as many boards as are opened at a time
        await hub.channel_reader._read_slots.acquire()
    try:
        await charlie.send({"type": "subscribe", "board": search})
        await charlie.wait_until(lambda: [frame for frame in charlie.frames if frame["type"] == "heads"])
    finally:
        for _ in range(MAX_READS):
            hub.channel_reader._read_slots.release()
    await charlie.wait_until(lambda: charlie.frames[-1]["type"] == "error")
    assert not [frame for frame in charlie.frames if frame["type"] == "heads" and frame["heads"]]


async def test_a_right_that_ends_while_frames_are_made_is_honoured(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    search = await team.alice.open_search(person={"first_name": NAME})
    charlie = await team.open_socket(team.charlie)
    go_on, making, really = asyncio.Event(), asyncio.Event(), channel_reader.collect_yielding

    async def slowly(items: Any, *every: int) -> list[Any]:
        making.set()
        await go_on.wait()
        return await really(items, *every)

    monkeypatch.setattr(channel_reader, "collect_yielding", slowly)
    await charlie.send({"type": "subscribe", "board": "operations"})
    await making.wait()
    members = [team.alice.account["id"]]
    await team.alice.command(search, "search.set_access", {"access": "members", "members": members})
    go_on.set()
    await charlie.wait_until(lambda: charlie.boards.get("operations") and charlie.boards["operations"].live)
    assert search not in charlie.boards["operations"].of_kind("search")
    assert NAME not in json.dumps(charlie.frames)


async def test_outsiders_see_gapless_numbers_and_nothing_else(team: Team) -> None:
    charlie = await team.open_socket(team.charlie)
    screen = await charlie.subscribe("operations")
    since = screen.seq
    search = await secret(team)
    await team.alice.command(search, "search.update", {"person": {"last_name": NAME}})
    await team.alice.command(search, "search.set_status", {"status": "closed", "reason": NAME, "acknowledge": "as it is"})
    last = (await team.alice.snapshot("operations"))["seq"]
    await charlie.wait_for_seq("operations", last)
    assert [event["seq"] for event in screen.events] == list(range(since + 1, last + 1))
    assert screen.events == [{"seq": seq, "hidden": True} for seq in range(since + 1, last + 1)]
    assert await events_of(charlie, "operations", after=since) == screen.events
    caught_up = await team.open_socket(team.charlie)
    caught_up.boards["operations"] = type(screen)("operations", screen.epoch, since)
    again = await caught_up.subscribe("operations", screen.epoch, since)
    assert again.events == screen.events
    assert not traces(search, charlie.frames, caught_up.frames)


async def test_removed_member_is_told_to_drop_it_and_gets_no_more(team: Team) -> None:
    search = await team.alice.open_search(person={"first_name": "Noor"})
    charlie = await team.open_socket(team.charlie)
    operations, screen = await charlie.subscribe("operations"), await charlie.subscribe(search)
    await charlie.send({"type": "presence", "board": search, "card": None, "editing": False})
    assert ("search", search) in operations.entities
    await set_access(team, search, "members", team.bob)
    await team.alice.command(search, "note.add", {"text": "after"})
    await charlie.wait_until(lambda: screen.unsubscribed)
    assert screen.unsubscribed == "forbidden"
    head = (await team.alice.snapshot("operations"))["seq"]
    await charlie.wait_for_seq("operations", head)
    assert operations.events[-1] == {"seq": head, "hidden": True, "kind": "search", "id": search, "state": None}
    assert ("search", search) not in operations.entities
    forbidden = charlie.frames.index({"type": "unsubscribed", "board": search, "reason": "forbidden"})
    assert not [frame for frame in charlie.frames[forbidden:] if frame.get("board") == search and frame["type"] != "unsubscribed"]
    assert not [frame for frame in charlie.frames if frame.get("type") == "events" and "search.access_set" in json.dumps(frame)]
    # in lists and in catch-up it is hidden without a name
    assert (await events_of(charlie, "operations", after=head - 1)) == [{"seq": head, "hidden": True}]
    # and members continue
    assert (await team.bob.http.get(f"/api/v1/boards/{search}")).status_code == 200


async def test_added_member_gets_the_whole_state_live(team: Team) -> None:
    search = await secret(team, name="Mila")
    charlie = await team.open_socket(team.charlie)
    operations = await charlie.subscribe("operations")
    assert ("search", search) not in operations.entities
    await set_access(team, search, "members", team.charlie)
    await charlie.wait_for_seq("operations", (await team.alice.snapshot("operations"))["seq"])
    assert operations.entities["search", search] == (await team.alice.snapshot(search))["entities"]["search", search]
    assert operations.events[-1]["type"] == "search.access_set"
    assert (await charlie.subscribe(search)).of_kind("sighting")


async def test_a_position_older_than_the_last_change_of_rights_gets_a_snapshot(team: Team) -> None:
    search = await secret(team, team.charlie, name="Mila")
    charlie = await team.open_socket(team.charlie)
    for board in ("operations", search):
        screen = await charlie.subscribe(board)
        epoch, before = screen.epoch, screen.seq
        await set_access(team, search, "members")
        await set_access(team, search, "members", team.charlie)
        now_at = (await charlie.snapshot(board))["seq"]
        fresh = await team.open_socket(team.charlie)
        await fresh.request({"type": "subscribe", "board": board, "epoch": epoch, "after": before}, type="subscribed")
        assert [frame["type"] for frame in fresh.frames if frame["type"] in ("snapshot", "events")] == ["snapshot"]
        # a position that is not older is continued
        later = await team.open_socket(team.charlie)
        later.boards[board] = type(screen)(board, epoch, now_at)
        await later.subscribe(board, epoch, now_at)
        assert not [frame for frame in later.frames if frame["type"] == "snapshot"]
        # and nothing changed for a remaining member
        stayed = await team.open_socket(team.alice)
        stayed.boards[board] = type(screen)(board, epoch, before)
        await stayed.subscribe(board, epoch, before)
        assert not [frame for frame in stayed.frames if frame["type"] == "snapshot"]


async def test_reads_of_a_past_moment_use_current_rights(team: Team) -> None:
    search = await team.alice.open_search(person={"first_name": "Noor"})
    seen = (await team.charlie.snapshot("operations"))["seq"]
    assert ("search", search) in (await team.charlie.snapshot("operations", at=seen))["entities"]
    await set_access(team, search, "members")
    assert ("search", search) not in (await team.charlie.snapshot("operations", at=seen))["entities"]
    assert (await team.charlie.http.get(f"/api/v1/boards/{search}", params={"at": 1})).status_code == 404
    assert ("search", search) in (await team.alice.snapshot("operations", at=seen))["entities"]


async def test_summaries_and_presence_are_kept_too(team: Team) -> None:
    search = await secret(team, team.bob)
    charlie, bob = await team.open_socket(team.charlie), await team.open_socket(team.bob)
    await charlie.subscribe("operations")
    await bob.subscribe("operations")
    await bob.subscribe(search)
    await bob.send({"type": "presence", "board": search, "card": None, "editing": False})
    await team.alice.command(search, "sighting.add", {"description": NAME})
    await bob.wait_until(
        lambda: [f for f in bob.frames if f["type"] == "summary" and f["searches"].get(search, {}).get("people") == 1]
    )
    told = await charlie.wait_until(lambda: [frame for frame in charlie.frames if frame["type"] == "summary"])
    assert not traces(search, told, charlie.frames)


async def test_former_summary_reader_gets_it_again_when_let_in(team: Team) -> None:
    search = await secret(team, name="Mila")
    charlie = await team.open_socket(team.charlie)
    await charlie.subscribe("operations")
    await set_access(team, search, "members", team.charlie)
    await charlie.wait_until(lambda: [f for f in charlie.frames if f["type"] == "summary" and search in f["searches"]])
    await set_access(team, search, "members")
    at = len(charlie.frames)
    await team.alice.command(search, "sighting.add", {"description": NAME})
    other = await team.alice.open_search()
    await charlie.wait_until(lambda: [f for f in charlie.frames[at:] if f["type"] == "summary" and other in f["searches"]])
    assert not [f for f in charlie.frames[at:] if f["type"] == "summary" and search in f["searches"]]


async def test_a_second_subscribe_gets_all_summaries_again(team: Team) -> None:
    search = await team.alice.open_search()
    charlie = await team.open_socket(team.charlie)
    for _ in range(2):
        at = len(charlie.frames)
        await charlie.subscribe("operations")
        await charlie.wait_until(
            lambda at=at: [f for f in charlie.frames[at:] if f["type"] == "summary" and search in f["searches"]]
        )


async def test_rights_are_applied_before_an_event_of_another_process(team: Team) -> None:
    """An event is hidden by a right that is in the journal but was not announced to this process."""
    charlie = await team.open_socket(team.charlie)
    screen = await charlie.subscribe("operations")
    service = team.server.service
    caller = next(each.viewer for each in service.hub.connections if each.account["name"] == "Alice")
    data = {
        "kind": "runaway", "person": {"first_name": NAME}, "missing_since": "2026-11-24T15:10:00Z",
        "access": "members", "members": [team.alice.account["id"]],
    }  # fmt: skip
    command = Command(command_id(), "operations", "search.open", data)
    written = await service.database.write(lambda session: execute.execute(session, caller, command, format_utc(now())))
    assert not traces(written.ack.opened or "", await events_of(charlie, "operations"))
    late = await team.open_socket(team.charlie)
    late.boards["operations"] = type(screen)("operations", screen.epoch, screen.seq)
    await late.subscribe("operations", screen.epoch, screen.seq)
    await charlie.wait_for_seq("operations", written.events[0].seq)
    assert not traces(written.ack.opened or "", charlie.frames, late.frames)


async def test_an_older_reading_of_rights_does_not_undo_what_was_learned_since(team: Team) -> None:
    search = await team.alice.open_search(person={"first_name": "Noor"})
    service = team.server.service
    read = service.database.read

    async def slowly(fn: Any) -> Any:
        """A reading that is overtaken by a change of rights before its result is used."""
        service.database.read = read  # type: ignore[method-assign]
        result = await read(fn)
        await set_access(team, search, "members")
        return result

    service.database.read = slowly  # type: ignore[method-assign]
    await service.visibility.reload(service.database)
    assert not service.visibility.can_see(team.charlie.account["id"], search)


async def test_a_member_is_one_by_account_and_not_by_role() -> None:
    assert access.can_see("a", "desk", [])
    assert access.can_see("a", "members", ["b", "a"])
    assert not access.can_see("a", "members", ["b"])


async def test_commands_of_outsiders_change_nothing(team: Team) -> None:
    search = await secret(team)
    head = (await team.alice.snapshot(search))["seq"]
    for outsider in (team.charlie, team.ada):
        for name in ("note.add", "search.set_access", "search.set_status"):
            with pytest.raises(Refusal, match="not_found"):
                await outsider.command(search, name, {"text": "x"})
    assert (await team.alice.snapshot(search))["seq"] == head
