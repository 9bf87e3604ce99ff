"""Bytes of withdrawn files leave the disk: by two coordinators, or after a set time. The history keeps that there was a file."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from board.client import Refusal
from board.engine import erasure, integrity
from board.files import usage
from board.maintenance.file_removal import FileRemoval
from models.file import File
from tests.support import pictures_with_metadata as pictures
from tests.support import uploads
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person
from tests.support.search_scenario import UNKNOWN_ID
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

REASON = {"reason": "another child"}


async def refused(who: Person, board: str, name: str, data: dict[str, Any]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await who.command(board, name, data)
    return refusal.value


async def stored(team: Team, file: str) -> list[str]:
    return [each.key async for each in team.server.service.files.list(f"files/{file}/")]


async def state(who: Person, board: str, file: str) -> dict[str, Any]:
    return dict((await who.snapshot(board))["entities"]["file", file])


async def withdrawn(team: Team, search: str, content: bytes = b"Dear Sir") -> str:
    """Return a file that Bob attached and withdrew."""
    file = await uploads.attach(team.bob, search, content)
    await team.bob.command(search, "file.withdraw", {"file": file} | REASON)
    return file


async def in_use(team: Team) -> int:
    return await team.server.service.database.read(usage.read)


async def test_two_coordinators_remove_a_withdrawn_file(team: Team) -> None:
    search, dora = await team.alice.open_search(), await team.add_person("Dora", "coordinator")
    before = await in_use(team)
    file = await withdrawn(team, search, pictures.jpeg())
    assert len(await stored(team, file)) == 3
    await team.alice.command(search, "file.propose_removal", {"file": file} | REASON)
    own = await refused(team.alice, search, "file.confirm_removal", {"file": file})
    assert (own.code, own.body["message"]) == ("forbidden", "You proposed this removal, so another coordinator must confirm it.")
    assert len(await stored(team, file)) == 3
    await dora.command(search, "file.confirm_removal", {"file": file})
    assert team.server.service.files_removed.is_set(), "its bytes are deleted soon"
    assert await FileRemoval(team.server.service).delete_bytes() == 1
    assert await stored(team, file) == []
    assert await in_use(team) == before
    told = await state(team.bob, search, file)
    assert (told["name"], told["withdrawn"]["by"]) == ("photo.jpg", team.bob.account["id"])
    assert told["removal"]["by"] == team.alice.account["id"]
    assert told["removed"]["by"] == dora.account["id"]
    assert told["removed"]["at"] >= told["removal"]["at"] >= told["withdrawn"]["at"]
    events = (await team.bob.http.get(f"/api/v1/boards/{search}/events", params={"after": 0, "limit": 500})).json()["events"]
    types = [event["type"] for event in events if event["id"] == file]
    assert types == ["file.attached", "file.withdrawn", "file.removal_proposed", "file.removed"]
    assert await team.server.service.database.read(lambda session: integrity.verify(session, search))
    assert await FileRemoval(team.server.service).delete_bytes() == 0


async def test_only_coordinators_remove_and_only_withdrawn_files(team: Team) -> None:
    search = await team.alice.open_search()
    file = await uploads.attach(team.bob, search, b"Dear Sir")
    early = await refused(team.alice, search, "file.propose_removal", {"file": file} | REASON)
    assert (early.code, early.fields) == ("invalid", {"file": "Only a withdrawn file can be removed. Withdraw it first."})
    await team.bob.command(search, "file.withdraw", {"file": file} | REASON)
    for name, data in (("file.propose_removal", {"file": file} | REASON), ("file.confirm_removal", {"file": file})):
        assert (await refused(team.bob, search, name, data)).code == "forbidden"
        assert (await refused(team.alice, search, name, data | {"file": UNKNOWN_ID})).code == "not_found"
    unproposed = await refused(team.alice, search, "file.confirm_removal", {"file": file})
    assert (unproposed.code, set(unproposed.fields)) == ("invalid", {"file"})
    assert (await refused(team.alice, search, "file.propose_removal", {"file": file})).code == "invalid", "without a reason"
    await team.alice.command(search, "file.propose_removal", {"file": file} | REASON)
    again = await refused(team.alice, search, "file.propose_removal", {"file": file} | REASON)
    assert (again.code, set(again.fields)) == ("conflict", {"removal"})


async def test_a_removal_is_for_members_of_a_search_only(team: Team) -> None:
    search, dora = await team.secret_search(team.bob), await team.add_person("Dora", "coordinator")
    file = await withdrawn(team, search)
    await team.alice.command(search, "file.propose_removal", {"file": file} | REASON)
    assert (await refused(dora, search, "file.confirm_removal", {"file": file})).code == "not_found"


async def test_a_proposal_is_taken_back_and_ends_when_the_file_is_back(team: Team) -> None:
    search, dora = await team.alice.open_search(), await team.add_person("Dora", "coordinator")
    file = await withdrawn(team, search)
    (proposed,) = (await team.alice.command(search, "file.propose_removal", {"file": file} | REASON))["seqs"]
    assert (await refused(team.bob, search, "undo", {"seq": proposed})).code == "forbidden"
    await dora.command(search, "undo", {"seq": proposed})
    assert (await state(team.bob, search, file))["removal"] is None
    assert (await refused(dora, search, "file.confirm_removal", {"file": file})).code == "invalid"
    await team.alice.command(search, "file.propose_removal", {"file": file} | REASON)
    events = (await team.bob.http.get(f"/api/v1/boards/{search}/events", params={"after": 0, "limit": 500})).json()["events"]
    (seq,) = [event["seq"] for event in events if event["type"] == "file.withdrawn"]
    await team.alice.command(search, "undo", {"seq": seq})
    back = await state(team.bob, search, file)
    assert (back["withdrawn"], back["removal"]) == (None, None)
    assert (await uploads.fetch(team.bob, search, file, "content")).content == b"Dear Sir"


async def test_a_removed_file_cannot_be_brought_back(team: Team) -> None:
    search, dora = await team.alice.open_search(), await team.add_person("Dora", "coordinator")
    file = await uploads.attach(team.bob, search, b"Dear Sir")
    (seq,) = (await team.alice.command(search, "file.withdraw", {"file": file} | REASON))["seqs"]
    await team.alice.command(search, "file.propose_removal", {"file": file} | REASON)
    (removed,) = (await dora.command(search, "file.confirm_removal", {"file": file}))["seqs"]
    refusal = await refused(team.alice, search, "undo", {"seq": seq})
    assert (refusal.code, set(refusal.fields)) == ("conflict", {"removed"})
    assert (await refused(team.alice, search, "undo", {"seq": removed})).code == "invalid"
    assert set((await refused(dora, search, "file.confirm_removal", {"file": file})).fields) == {"removed"}


async def test_a_withdrawn_file_leaves_the_disk_after_a_set_time(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    service = team.server.service
    search = await team.alice.open_search()
    await team.alice.command(search, "note.add", {"text": "first", "category": "comment"})
    file, kept = await withdrawn(team, search, pictures.jpeg()), await uploads.attach(team.bob, search, b"kept")
    screen = await team.bob.subscribe(search)
    removal, now = FileRemoval(service), service.clock()
    monkeypatch.setattr(service, "clock", lambda: now + timedelta(days=29, hours=23))
    await removal.expire()
    assert (await state(team.bob, search, file))["removed"] is None
    monkeypatch.setattr(service, "clock", lambda: now + timedelta(days=30, minutes=1))
    assert await removal.expire() >= 1
    assert await removal.expire() == 0
    await team.bob.wait_until(lambda: screen.of_kind("file")[file]["removed"] is not None)
    assert screen.of_kind("file")[file]["removed"]["by"] is None
    await removal.delete_bytes()
    assert await stored(team, file) == []
    assert await stored(team, kept) == [f"files/{kept}/original"]
    assert await team.server.service.database.read(lambda session: integrity.verify(session, search))


async def test_a_withdrawn_file_of_which_an_event_was_erased_is_erased(team: Team) -> None:
    service, search = team.server.service, await team.alice.open_search()
    file, other = await withdrawn(team, search), await withdrawn(team, search)
    await team.alice.command(search, "file.propose_removal", {"file": file} | REASON)
    events = (await team.bob.http.get(f"/api/v1/boards/{search}/events", params={"after": 0, "limit": 500})).json()["events"]
    (attached,) = [event["seq"] for event in events if event["id"] == file and event["type"] == "file.attached"]
    assert await service.database.write(lambda session: erasure.erase(session, search, attached))
    removal = FileRemoval(service)
    assert (await removal.expire(), await removal.expire()) == (1, 0)
    await removal.delete_bytes()
    assert (await stored(team, file), len(await stored(team, other))) == ([], 1)
    after = (await team.bob.http.get(f"/api/v1/boards/{search}/events", params={"after": 0, "limit": 500})).json()["events"]
    of_file = [event for event in after if event["id"] == file]
    assert [event["type"] for event in of_file if not event.get("erased")] == ["file.erased"]
    assert "photo.jpg" not in str(of_file)
    assert "another child" not in str(of_file)
    assert (await state(team.bob, search, file))["name"] == ""
    assert await service.database.read(lambda session: integrity.verify(session, search))


async def test_a_file_that_was_brought_back_is_not_removed(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bring it back after it was read as due, before its search is locked."""
    service, search = team.server.service, await team.alice.open_search()
    file = await uploads.attach(team.bob, search, b"Dear Sir")
    (seq,) = (await team.alice.command(search, "file.withdraw", {"file": file} | REASON))["seqs"]
    now = service.clock()
    monkeypatch.setattr(service, "clock", lambda: now + timedelta(days=31))
    removal = FileRemoval(service)
    await team.alice.command(search, "undo", {"seq": seq})
    assert await removal._expire(search, [file], erased=False) == 0
    assert (await state(team.bob, search, file))["removed"] is None


async def test_a_removal_that_was_interrupted_goes_on(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    service, search = team.server.service, await team.alice.open_search()
    dora = await team.add_person("Dora", "coordinator")
    file = await withdrawn(team, search)
    await team.alice.command(search, "file.propose_removal", {"file": file} | REASON)
    await dora.command(search, "file.confirm_removal", {"file": file})
    write, here = service.database.write, asyncio.current_task()
    with monkeypatch.context() as patch:

        async def killed(*given: Any, **more: Any) -> Any:
            if asyncio.current_task() is not here:  # the server's own tasks write beside it: it would end the loop of all tests
                return await write(*given, **more)
            raise KeyboardInterrupt

        patch.setattr(service.database, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            await FileRemoval(service).delete_bytes()
    assert await FileRemoval(service).delete_bytes() == 1

    def counted(session: Any) -> int:
        return int(session.get_one(File, file).stored)

    assert await service.database.read(counted) == 0
