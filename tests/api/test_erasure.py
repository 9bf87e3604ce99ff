"""Erasure of a search: nothing readable is left anywhere, the chains are intact, and a crash at each step only delays it."""

import asyncio
from collections.abc import Iterable
from functools import partial

import pytest
from sqlalchemy.exc import NoResultFound
from sqlmodel import Session, col, select, update

from board.client import Refusal
from board.commands.handover import watch_line
from board.documents.pdf import TIMEOUT_S
from board.engine import integrity
from board.engine.event import JournalEvent
from board.errors import OperationError
from board.files.store import FileStore
from board.live.kept_snapshots import KeptSnapshots
from board.retention import erased_entries, erasure_begin, erasure_run, erasure_steps, holds, inventory
from models.board import AUDIT, OPERATIONS
from models.erasure import Erasure
from models.ids import new_id
from models.read_record import ReadRecord
from models.search import Search
from models.times import DESK_TIME_ZONE, format_utc, now
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.erased_scene import ErasedScene, events_of
from tests.support.memory_search import in_memory
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture
async def scene(team: Team) -> ErasedScene:
    return await ErasedScene(team).prepare()


def verify(session: Session) -> list[str]:
    lines = integrity.verify(session)
    watch_line.verify(session)
    return lines


async def erasure_of(scene: ErasedScene, id: str) -> Erasure:
    return await scene.service.database.read(lambda session: session.get_one(Erasure, id))


async def test_nothing_readable_is_left_of_an_erased_search(scene: ErasedScene) -> None:
    before = await scene.remains()
    assert {"search", "sighting", "note", "contacts", "tip", "briefing", "file", "upload"} <= set(before["tables"])
    assert len(before["events"]) > 10
    assert len(before["files"]) == 2, "the original of the photo, and a part of an upload"
    assert scene.service.database.path is None or before["bytes"]
    await scene.service.database.read(verify)
    row = await erasure_of(scene, await scene.erase())
    assert row.step == "done"
    assert row.ended_at is not None
    assert await scene.remains() == {}
    await scene.service.database.read(verify)


@pytest.mark.parametrize("step", erasure_run.STEPS)
async def test_crash_after_each_part_of_a_step_only_delays(scene: ErasedScene, step: str) -> None:
    """Each call of the step commits a part, and the process ends before it can record that."""
    id = await scene.begin()
    while (await erasure_of(scene, id)).step != step:
        await one_part(scene, id)
    run = scene.run()
    await run._steps[step](await erasure_of(scene, id))
    assert (await erasure_of(scene, id)).ended_at is None
    await scene.service.database.read(verify)
    assert await scene.run().continue_all() == 1
    assert (await erasure_of(scene, id)).step == "done"
    assert await scene.remains() == {}
    await scene.service.database.read(verify)


async def one_part(scene: ErasedScene, id: str) -> None:
    """Do one transaction of an erasure, and go on if it was the last of its step."""
    row = await erasure_of(scene, id)
    if await scene.run()._steps[row.step](row):
        await scene.service.database.write(partial(erasure_run._go_on, id=id, step=row.step))


async def test_two_processes_continue_one_erasure(scene: ErasedScene) -> None:
    id = await scene.begin()
    await asyncio.gather(scene.run().continue_one(id), scene.run().continue_one(id))
    assert (await erasure_of(scene, id)).step == "done"
    assert await scene.remains() == {}
    assert len(await entries(scene, "search.erased")) == 1
    await scene.service.database.read(verify)


async def test_erasure_is_an_entry_with_who_why_and_how_many(scene: ErasedScene) -> None:
    await scene.erase()
    (agreed,), (erased,) = await entries(scene, "erasure.agreed"), await entries(scene, "search.erased")
    assert agreed.account == scene.team.ada.account["id"]
    about = erased.payload()["about"]
    assert (about["asked_by"], about["agreed_by"], about["typed_reason"]) == ("Alice", "Ada", "Retention has ended")
    assert about["counts"]["events"] > 10
    assert about["counts"]["files"] >= 2
    (reads,) = await entries(scene, "reads.erased")  # it says how many entries lost their content
    assert reads.payload()["about"]["count"] > 0


async def entries(scene: ErasedScene, type: str) -> list[JournalEvent]:
    """Return the entries of a type about the search."""

    def read(session: Session) -> list[JournalEvent]:
        return [event for event in events_of(session, AUDIT) if event.type == type and event.entity == scene.search]

    return await scene.service.database.read(read)


# -- mutants: each part that is left out is found ----------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["sighting", "contacts", "briefing", "note"])
async def test_table_left_out_of_the_inventory_is_found(
    scene: ErasedScene, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:  # fmt: skip
    known = {name: about for name, about in inventory.tables().items() if name != table}
    monkeypatch.setattr(inventory, "tables", lambda: known)
    await scene.erase()
    found = await scene.remains()
    assert table in found["tables"]


async def test_step_left_out_is_found(scene: ErasedScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erased_entries, "_is_about", lambda event, ids: False)
    await scene.erase()
    assert (await scene.remains())["events"]


async def test_cache_left_out_is_found(team: Team, scene: ErasedScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeptSnapshots, "drop", lambda kept, board: None)
    bob = await team.open_socket(team.bob)
    await bob.subscribe(scene.search)
    await scene.begin()
    await scene.service.rights_changed()
    await bob.wait_until(lambda: bob.boards[scene.search].unsubscribed == "forbidden")
    assert scene.in_caches() == [scene.search]


async def test_file_variant_left_out_is_found(scene: ErasedScene, monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful(FileStore):
        async def delete(self, keys: Iterable[str]) -> None:
            await super().delete([key for key in keys if not key.endswith("/original")])

    store = Forgetful(scene.service.files._place)
    id = await scene.begin()
    assert await scene.run(store).continue_one(id)
    assert (await scene.remains())["files"]


async def test_payload_that_stays_is_never_reported_done(scene: ErasedScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure_steps, "erase", lambda session, board, seqs: 0)
    id = await scene.begin()
    assert not await scene.run().continue_one(id)
    assert (await erasure_of(scene, id)).ended_at is None
    monkeypatch.undo()
    assert await scene.run().continue_one(id)
    assert await scene.remains() == {}


# -- four eyes and holds -----------------------------------------------------------------------------------------------------


async def test_person_who_asked_cannot_agree(scene: ErasedScene) -> None:
    id = await scene.ask(scene.team.alice)
    with pytest.raises(OperationError, match="Another person"):
        await scene.agree(id, scene.team.alice)
    with pytest.raises(OperationError, match="already asked"):
        await scene.ask(scene.team.ada)
    assert (await erasure_of(scene, id)).step == "asked"
    assert not await scene.run().continue_one(id)
    assert (await erasure_of(scene, id)).step == "asked"
    assert set(await scene.remains()) >= {"tables", "events", "files"}


async def test_hold_before_the_agreement_stops_the_erasure(scene: ErasedScene) -> None:
    id = await scene.ask(scene.team.alice)
    await hold(scene)
    with pytest.raises(OperationError, match="on hold"):
        await scene.agree(id, scene.team.ada)
    assert (await erasure_of(scene, id)).step == "asked"


async def test_hold_is_refused_while_an_erasure_runs(scene: ErasedScene) -> None:
    id = await scene.begin()
    with pytest.raises(NoResultFound):
        await hold(scene)
    assert await scene.run().continue_one(id)


async def hold(scene: ErasedScene) -> None:
    day = now().astimezone(DESK_TIME_ZONE).date().isoformat()

    def place(session: Session) -> str:
        search = session.exec(select(Search).where(Search.id == scene.search)).one()
        return holds.place(session, search, day, "complaint of the family", now(), None)

    await scene.service.database.write(place)


async def test_open_search_and_wrong_reference_are_refused(team: Team, scene: ErasedScene) -> None:
    scene.reference += "x"
    with pytest.raises(OperationError, match="reference"):
        await scene.ask(team.alice)
    scene.reference = scene.reference[:-1]
    change = update(Search).where(col(Search.id) == scene.search).values(status="open")
    await scene.service.database.write(lambda session: session.connection().execute(change).rowcount)
    with pytest.raises(OperationError, match="Close the search"):
        await scene.ask(team.alice)


async def test_names_of_files_leave_the_reads_in_batches(scene: ErasedScene, monkeypatch: pytest.MonkeyPatch) -> None:
    batches, blank = list[int](), erased_entries.blank_details
    monkeypatch.setattr(erased_entries, "PAGE_SIZE", 10)
    monkeypatch.setattr(
        erased_entries, "blank_details", lambda session, ids: (batches.append(len(ids)), blank(session, ids))[1]
    )  # fmt: skip
    await scene.service.database.write(partial(add_reads, scene=scene, count=25))
    await scene.erase()
    assert (max(batches), sum(batches) >= 25) == (10, True)
    is_of_search = col(ReadRecord.board) == scene.search
    rows = await scene.service.database.read(lambda session: session.exec(select(ReadRecord).where(is_of_search)).all())
    assert (len(rows) >= 25, {row.detail for row in rows}) == (True, {""})


def add_reads(session: Session, scene: ErasedScene, count: int) -> None:
    """Add reads of a file of the search, by its name."""
    at = format_utc(now())
    for _ in range(count):
        session.add(
            ReadRecord(
                id=new_id(), seq=1, batch="", at=at, until=at, following=False, count=1, hits=0, account="a", token=None,
                board=scene.search, type="original.read", entity="", detail=f"{scene.name}.jpg", why="role", on_duty=True,
                screen="",
            )
        )  # fmt: skip


async def test_agreement_that_fails_has_not_begun(scene: ErasedScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last step of the agreement fails: its transaction is undone, and the same people can do it again."""
    id, before = await scene.ask(scene.team.alice), await scene.remains()
    monkeypatch.setattr(erasure_begin, "_hide", fails)
    with pytest.raises(RuntimeError, match="the process ended"):
        await scene.agree(id, scene.team.ada)
    monkeypatch.undo()
    assert (await erasure_of(scene, id)).step == "asked"
    assert (await scene.team.bob.http.get(f"/api/v1/boards/{scene.search}")).status_code == 200
    assert (await scene.remains()).keys() == before.keys()
    assert await entries(scene, "erasure.agreed") == []
    await scene.agree(id, scene.team.ada)
    assert await scene.run().continue_one(id)
    assert await scene.remains() == {}


def fails(*_: object) -> None:
    raise RuntimeError("the process ended")


async def test_erased_search_leaves_the_handover_that_is_written(scene: ErasedScene) -> None:
    team = scene.team
    await team.alice.command(OPERATIONS, "handover.prepare", {"incoming": team.ada.account["id"]})
    number = (await team.alice.http.get("/api/v1/handover")).json()["handover"]["number"]
    await team.alice.command(scene.search, "handover.write", {"handover": number, "assessment": scene.prose})
    report = await team.alice.http.get("/api/v1/handover")
    assert (scene.search in report.text, scene.prose in report.text) == (True, True)
    other = await team.alice.open_search()
    await team.alice.command(other, "handover.write", {"handover": number, "assessment": "stays"})
    await scene.erase()
    with pytest.raises(Refusal, match="not_found"):
        await team.alice.command(scene.search, "handover.write", {"handover": number, "assessment": "late"})
    answer = await team.alice.http.get("/api/v1/handover")
    assert answer.status_code == 200
    positions = {section["board"]: section["seq"] for section in answer.json()["searches"]}
    assert (other in positions, scene.search in positions) == (True, False)
    assert not [marker for marker in scene.markers if marker in answer.text]
    await team.alice.command(OPERATIONS, "handover.sign", {"handover": number, "positions": positions})
    assert (await team.ada.http.get(f"/api/v1/handovers/{number}")).status_code == 200
    await scene.service.database.read(verify)
    await team.alice.command(OPERATIONS, "handover.withdraw", {"handover": number})


# -- readers -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("access", ["desk", "members"])
async def test_erased_search_leaves_open_boards_and_lists(team: Team, access: str) -> None:
    members = [team.alice.account["id"], team.bob.account["id"], team.ada.account["id"]]
    scene = await ErasedScene(team).prepare(**({"access": "members", "members": members} if access == "members" else {}))
    bob = await team.open_socket(team.bob)
    operations = await bob.subscribe(OPERATIONS)
    await bob.subscribe(scene.search)
    assert ("search", scene.search) in operations.entities
    assert in_memory(scene.service, scene.markers)
    id = await scene.begin()
    await scene.service.rights_changed()
    await bob.wait_until(lambda: ("search", scene.search) not in bob.boards[OPERATIONS].entities)
    await bob.wait_until(lambda: bob.boards[scene.search].unsubscribed == "forbidden")
    answer = await bob.http.get(f"/api/v1/boards/{scene.search}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["fields"] == {"board": "This search was erased."}
    assert scene.in_caches() == []
    assert await scene.run().continue_one(id)
    await bob.wait_until(lambda: in_memory(scene.service, scene.markers) == [])
    for who in (team.bob, team.charlie, team.victor, team.ada):
        assert (await who.http.get(f"/api/v1/boards/{scene.search}")).status_code == 404
        assert (await who.http.get(f"/api/v1/boards/{scene.search}/events")).status_code == 404
        assert scene.search not in (await who.http.get(f"/api/v1/boards/{OPERATIONS}")).text
        report = await who.http.get(f"/api/v1/handovers/{scene.handover}")
        assert report.status_code == 200
        assert scene.search not in [section["board"] for section in report.json()["searches"]]
        is_public = access == "desk"
        assert [search["board"] for search in report.json()["erased"]] == ([scene.search] if is_public else [])
        assert is_public or report.json()["withheld"]
        assert (await who.http.get(f"/api/v1/handovers/{scene.handover}", params={"board": scene.search})).status_code == 404
        if who is team.ada:
            paper = (await who.http.get(f"/handovers/{scene.handover}.md")).text
            assert ("A search in this handover was erased, " in paper) == is_public
            assert (await who.http.get(f"/handovers/{scene.handover}/briefing.pdf", timeout=TIMEOUT_S)).status_code == 200
        for marker in scene.markers:
            assert marker not in report.text
            assert marker not in (await who.http.get(f"/api/v1/boards/{OPERATIONS}/events", params={"limit": 500})).text
    with pytest.raises(Refusal):
        await team.alice.command(scene.search, "note.add", {"text": "late"})
