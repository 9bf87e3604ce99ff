"""Erasure of a card, note, contact or file: nothing readable is left of it anywhere, and the rest of the search stays."""

from functools import partial
from typing import Any

import pytest
from sqlmodel import Session, col, select, update

from board.commands import registry  # noqa: F401 - declares the kinds
from board.commands.handover import briefings, watch_line
from board.engine import integrity
from board.errors import OperationError, Refused
from board.retention import erasure_run, erasure_steps, erasures, holds, part_erasures, parts
from board.retention.parts import Part
from models.accounts import Account
from models.board import OPERATIONS
from models.erasure import Erasure
from models.search import Search
from models.times import DESK_TIME_ZONE, now
from tests.support import pictures_with_metadata as pictures
from tests.support import uploads
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.part_scene import REASON, PartScene
from tests.support.people import Person
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)


@pytest.fixture
async def scene(team: Team) -> PartScene:
    return await PartScene(team).prepare()


def verify(session: Session) -> None:
    integrity.verify(session)
    watch_line.verify(session)


async def erasure_of(scene: PartScene, id: str) -> Erasure:
    row: Erasure = await scene.database.read(lambda session: session.get_one(Erasure, id))
    return row


@pytest.mark.parametrize("kind", parts.chosen_models())
async def test_nothing_readable_is_left_of_an_erased_part(scene: PartScene, kind: str) -> None:
    part = Part(scene.search, kind, await scene.add(kind))
    await scene.team.alice.command(scene.search, "note.add", {"text": "this stays"})
    bob = await scene.team.open_socket(scene.team.bob)
    board = await bob.subscribe(scene.search)
    before = await scene.remains()
    assert {"tables", "events"} <= before.keys()
    id = await scene.begin(part)
    if kind != "file":  # its row stays, without data
        await bob.wait_until(lambda: (kind, part.id) not in board.entities)
    assert await scene.run().continue_one(id)
    assert await scene.remains() == {}
    row = await erasure_of(scene, id)
    assert (row.step, row.ended_at is not None) == ("done", True)
    await scene.database.read(verify)
    snapshot = await scene.team.alice.snapshot(scene.search)
    assert "this stays" in [state.get("text") for state in snapshot["entities"].values()]
    history = await scene.team.alice.http.get(f"/api/v1/boards/{scene.search}/events", params={"limit": 500})
    assert (history.status_code, scene.seed in history.text) == (200, False)
    charlie = await scene.team.open_socket(scene.team.charlie)
    assert (kind, part.id) not in (await charlie.subscribe(scene.search)).entities or kind == "file"


@pytest.mark.parametrize("step", erasure_run.PART_STEPS)
async def test_crash_at_each_step_only_delays(scene: PartScene, step: str) -> None:
    id = await scene.begin(Part(scene.search, "sighting", await scene.add("sighting")))
    while (row := await erasure_of(scene, id)).step != step:
        if await scene.run()._steps[row.step](row):
            await scene.database.write(partial(erasure_run._go_on, id=id, step=row.step))
    await scene.run()._steps[step](row)
    assert (await erasure_of(scene, id)).ended_at is None
    await scene.database.read(verify)
    assert await scene.run().continue_one(id)
    assert await scene.remains() == {}


async def test_tip_and_sibling_of_a_sighting_are_erased_too(scene: PartScene) -> None:
    alice, seed = scene.team.alice, scene.seed
    sibling = await alice.open_search()
    await alice.command(scene.search, "search.link", {"search": sibling, "how": "together"})
    _, sighting = await placed_tip(scene)
    await alice.command(scene.search, "note.add", {"text": seed, "card": sighting})
    await alice.command(scene.search, "sighting.set_of_both", {"sighting": sighting, "search": sibling})
    await alice.command(scene.search, "card.withdraw", {"card": sighting})
    assert await scene.run().continue_one(await scene.begin(Part(scene.search, "sighting", sighting)))
    assert await scene.remains() == {}
    assert not [id for kind, id in (await alice.snapshot(sibling))["entities"] if kind == "sighting"]
    await scene.database.read(verify)


async def placed_tip(scene: PartScene) -> tuple[str, str]:
    """Return a tip with the marker that was placed on the search, and its sighting."""
    alice, seed = scene.team.alice, scene.seed
    await alice.command(OPERATIONS, "tip.add", {"description": seed, "source_name": seed})
    entities = (await alice.snapshot(OPERATIONS))["entities"].items()
    (tip,) = (id for (kind, id), state in entities if kind == "tip" and state["description"] == seed)
    await alice.command(OPERATIONS, "tip.place", {"tip": tip, "search": scene.search})
    (sighting,) = await scene.ids("sighting")
    return tip, sighting


@pytest.mark.parametrize("is_placed_again", [False, True])
async def test_tip_that_was_restored_outlives_its_former_sighting(scene: PartScene, is_placed_again: bool) -> None:
    alice = scene.team.alice
    tip, sighting = await placed_tip(scene)
    await alice.command(scene.search, "card.withdraw", {"card": sighting})
    await alice.command(OPERATIONS, "tip.restore", {"tip": tip})
    other = await alice.open_search()
    if is_placed_again:
        await alice.command(OPERATIONS, "tip.place", {"tip": tip, "search": other})
    assert await scene.run().continue_one(await scene.begin(Part(scene.search, "sighting", sighting)))
    state = (await alice.snapshot(OPERATIONS))["entities"]["tip", tip]
    assert (state["description"], (state["placed"] or {}).get("board")) == (scene.seed, other if is_placed_again else None)
    await scene.database.read(verify)


async def test_separated_sighting_of_a_sibling_outlives_the_other(scene: PartScene) -> None:
    alice, sibling = scene.team.alice, await scene.team.alice.open_search()
    await alice.command(scene.search, "search.link", {"search": sibling, "how": "together"})
    await alice.command(scene.search, "sighting.add", {"description": scene.seed})
    (here,) = await scene.ids("sighting")
    await alice.command(scene.search, "sighting.set_of_both", {"sighting": here, "search": sibling})
    (there,) = (id for kind, id in (await alice.snapshot(sibling))["entities"] if kind == "sighting")
    await alice.command(scene.search, "sighting.set_of_both", {"sighting": here, "search": None})
    await alice.command(sibling, "card.restore", {"card": there})
    await alice.command(scene.search, "card.withdraw", {"card": here})
    assert await scene.run().continue_one(await scene.begin(Part(scene.search, "sighting", here)))
    assert (await alice.snapshot(sibling))["entities"]["sighting", there]["description"] == scene.seed
    await scene.database.read(verify)

    await alice.command(sibling, "sighting.set_of_both", {"sighting": there, "search": scene.search})
    (again,) = await scene.ids("sighting")  # another one: the first is gone for good
    one, other = [(await alice.snapshot(board))["entities"] for board in (scene.search, sibling)]
    assert (again == here, one["sighting", again]["description"]) == (False, scene.seed)
    assert other["sighting", there]["of_both"]["sighting"] == again
    assert one["sighting", again]["of_both"]["sighting"] == there


async def sighting_of_both(scene: PartScene) -> tuple[Part, str]:
    """Return a withdrawn sighting of the search that is also on the board of a sibling, and that board."""
    alice, sibling = scene.team.alice, await scene.team.alice.open_search()
    await alice.command(scene.search, "search.link", {"search": sibling, "how": "together"})
    await alice.command(scene.search, "sighting.add", {"description": scene.seed})
    (sighting,) = await scene.ids("sighting")
    await alice.command(scene.search, "sighting.set_of_both", {"sighting": sighting, "search": sibling})
    await alice.command(scene.search, "card.withdraw", {"card": sighting})
    return Part(scene.search, "sighting", sighting), sibling


async def restrict(scene: PartScene, search: str, *members: Person) -> None:
    values = {"access": "members", "members": [person.account["id"] for person in members]}
    change = update(Search).where(col(Search.id) == search).values(**values)
    await scene.database.write(lambda session: session.connection().execute(change).rowcount)


@pytest.mark.parametrize("is_asked", [False, True])
async def test_hold_of_the_sibling_stops_an_erasure(scene: PartScene, is_asked: bool) -> None:
    part, sibling = await sighting_of_both(scene)
    id = await scene.ask(part, scene.team.alice) if is_asked else ""
    day = now().astimezone(DESK_TIME_ZONE).date().isoformat()
    await scene.database.write(
        lambda session: holds.place(session, session.get_one(Search, sibling), day, "complaint of the family", now(), None)
    )
    with pytest.raises(OperationError, match="also on a search that is on hold"):
        await (scene.agree(part, id, scene.team.ada) if is_asked else scene.ask(part, scene.team.alice))


async def test_hold_during_the_run_of_a_part_keeps_the_search(scene: PartScene) -> None:
    """Place the hold after the agreement: it stops nothing that runs, and keeps the rest of the search."""
    id = await scene.begin(Part(scene.search, "note", await scene.add("note")))
    day = now().astimezone(DESK_TIME_ZONE).date().isoformat()
    await scene.run_as(
        scene.team.alice, lambda session, row: holds.place(session, row, day, "complaint of the family", now(), None)
    )
    assert await scene.run().continue_one(id)
    assert await scene.remains() == {}
    with pytest.raises(OperationError, match="on hold"):
        await scene.ask(Part(scene.search, "task", await scene.add("task")), scene.team.alice)


async def test_agreement_that_fails_has_not_begun(scene: PartScene, monkeypatch: pytest.MonkeyPatch) -> None:
    part = Part(scene.search, "note", await scene.add("note"))
    id = await scene.ask(part, scene.team.alice)
    monkeypatch.setattr(briefings, "unpin", fails)
    with pytest.raises(RuntimeError, match="the process ended"):
        await scene.agree(part, id, scene.team.ada)
    monkeypatch.undo()
    assert (await erasure_of(scene, id)).step == "asked"
    assert part.id in await scene.ids("note")
    await scene.agree(part, id, scene.team.ada)
    assert await scene.run().continue_one(id)
    assert await scene.remains() == {}


def fails(*_: object) -> None:
    raise RuntimeError("the process ended")


async def test_hidden_sibling_stops_an_erasure(scene: PartScene) -> None:
    part, sibling = await sighting_of_both(scene)
    id = await scene.ask(part, scene.team.alice)
    await restrict(scene, sibling, scene.team.alice)
    with pytest.raises(OperationError, match="a search that you cannot see"):
        await scene.agree(part, id, scene.team.ada)
    await restrict(scene, sibling, scene.team.ada)
    with pytest.raises(OperationError, match="may no longer erase"):
        await scene.agree(part, id, scene.team.ada)
    await scene.run_as(scene.team.alice, lambda session, _: part_erasures.withdraw(session, part, id, now()))
    with pytest.raises(OperationError, match="a search that you cannot see"):
        await scene.ask(part, scene.team.alice)
    await restrict(scene, sibling, scene.team.ada, scene.team.alice)
    assert await scene.run().continue_one(await scene.begin(part))


async def test_person_who_asked_must_still_see_the_search(scene: PartScene) -> None:
    part = Part(scene.search, "note", await scene.add("note"))
    id = await scene.ask(part, scene.team.alice)
    await restrict(scene, scene.search, scene.team.ada)
    with pytest.raises(OperationError, match="may no longer erase"):
        await scene.agree(part, id, scene.team.ada)


async def test_erased_search_ends_the_erasures_of_its_parts(scene: PartScene) -> None:
    alice, ada = scene.team.alice, scene.team.ada
    running = await scene.begin(Part(scene.search, "note", await scene.add("note")))
    asked = await scene.ask(Part(scene.search, "task", await scene.add("task")), alice)
    change = update(Search).where(col(Search.id) == scene.search).values(status="closed")
    await scene.database.write(lambda session: session.connection().execute(change).rowcount)
    search = await scene.run_as(alice, lambda session, row: erasures.ask(session, row, scene.reference, REASON, now()))

    def agree(session: Session, row: Search) -> None:
        erasures.agree(session, row, search, scene.reference, now(), seen=erasures.state(session, row.id))

    await scene.run_as(ada, agree)
    assert await scene.run().continue_all() == 2
    assert await scene.remains() == {}
    for id in (running, search):
        assert (await erasure_of(scene, id)).step == "done"
    assert await scene.database.read(lambda session: session.get(Erasure, asked)) is None
    await scene.database.read(verify)


async def test_erased_card_leaves_the_pins_and_the_photo(scene: PartScene) -> None:
    alice, search = scene.team.alice, scene.search
    before = await scene.ids("task"), await scene.ids("file")
    await alice.command(search, "task.add", {"title": scene.seed})
    (task,) = await scene.ids("task") - before[0]
    await uploads.attach(alice, search, pictures.jpeg(640), "a.jpg", card=task)
    (photo,) = await scene.ids("file") - before[1]
    await alice.command(search, "search.set_photo", {"file": photo})
    await alice.command(OPERATIONS, "shift.take", {"reason": "to hand it over"})
    await alice.command(OPERATIONS, "handover.prepare", {"incoming": scene.team.ada.account["id"]})
    number = (await alice.http.get("/api/v1/handover")).json()["handover"]["number"]
    await alice.command(search, "handover.write", {"handover": number, "pinned": [task]})
    await alice.command(search, "card.withdraw", {"card": task})
    assert await scene.run().continue_one(await scene.begin(Part(search, "task", task)))
    await alice.command(search, "handover.write", {"handover": number, "assessment": "written after it"})
    entities = (await alice.snapshot(search))["entities"]
    assert entities["briefing", search]["pinned"] == []
    assert entities["search", search]["photo"] is None
    assert (await alice.http.get("/api/v1/handover")).status_code == 200
    await alice.command(OPERATIONS, "handover.withdraw", {"handover": number})


async def test_copy_left_out_is_found(scene: PartScene, monkeypatch: pytest.MonkeyPatch) -> None:
    part = Part(scene.search, "sighting", await scene.add("sighting"))
    monkeypatch.setattr(parts, "_belonging", lambda session, part: iter(()))
    assert await scene.run().continue_one(await scene.begin(part))
    assert "note" in (await scene.remains())["tables"]


async def test_payload_that_stays_is_never_reported_done(scene: PartScene, monkeypatch: pytest.MonkeyPatch) -> None:
    id = await scene.begin(Part(scene.search, "note", await scene.add("note")))
    monkeypatch.setattr(erasure_steps, "erase", lambda session, board, seqs: 0)
    assert not await scene.run().continue_one(id)
    assert (await erasure_of(scene, id)).ended_at is None
    monkeypatch.undo()
    assert await scene.run().continue_one(id)
    assert await scene.remains() == {}


async def test_entity_that_is_unknown_or_not_withdrawn_is_refused(scene: PartScene) -> None:
    alice = scene.team.alice
    before = await scene.ids("task")
    await alice.command(scene.search, "task.add", {"title": "a task"})
    (task,) = await scene.ids("task") - before
    with pytest.raises(OperationError, match="Withdraw it first"):
        await scene.ask(Part(scene.search, "task", task), alice)
    other = await alice.open_search()
    for part in (Part(scene.search, "note", task), Part(other, "task", task), Part(scene.search, "search", scene.search)):
        with pytest.raises(Refused):
            await scene.ask(part, alice)


async def test_hold_and_the_same_person_stop_an_erasure(scene: PartScene) -> None:
    alice, part = scene.team.alice, Part(scene.search, "note", await scene.add("note"))
    id = await scene.ask(part, alice)
    with pytest.raises(OperationError, match="already asked"):
        await scene.ask(part, scene.team.ada)
    with pytest.raises(OperationError, match="Another person"):
        await scene.agree(part, id, alice)
    day = now().astimezone(DESK_TIME_ZONE).date().isoformat()

    def hold(session: Session) -> str:
        search = session.exec(select(Search).where(Search.id == scene.search)).one()
        return holds.place(session, search, day, "complaint of the family", now(), None)

    await scene.database.write(hold)
    with pytest.raises(OperationError, match="on hold"):
        await scene.agree(part, id, scene.team.ada)
    assert (await scene.remains())["tables"] == ["note"]


@pytest.mark.parametrize("change", [{"enabled": False}, {"role": "investigator"}])
async def test_request_of_a_person_without_the_right_is_void(scene: PartScene, change: dict[str, Any]) -> None:
    part = Part(scene.search, "note", await scene.add("note"))
    dora = await scene.team.add_person("Dora", "coordinator")
    id = await scene.ask(part, dora)

    def demote(session: Session) -> None:
        for name, value in change.items():
            setattr(session.get_one(Account, dora.account["id"]), name, value)

    await scene.database.write(demote)
    with pytest.raises(OperationError, match="may no longer erase"):
        await scene.agree(part, id, scene.team.ada)


async def test_account_made_after_the_request_cannot_agree(scene: PartScene) -> None:
    part = Part(scene.search, "note", await scene.add("note"))
    id = await scene.ask(part, scene.team.alice)
    dora = await scene.team.add_person("Dora", "coordinator")
    with pytest.raises(OperationError, match="newer than the request"):
        await scene.agree(part, id, dora)


@pytest.mark.parametrize("is_too_many", [False, True])
async def test_part_with_too_many_notes_is_erased_in_pieces(
    scene: PartScene, monkeypatch: pytest.MonkeyPatch, is_too_many: bool
) -> None:
    alice, search = scene.team.alice, scene.search
    task = await scene.add("task")  # with one note
    for _ in range(2):
        await alice.command(search, "note.add", {"text": scene.seed, "card": task})
    for module in (parts, part_erasures):
        monkeypatch.setattr(module, "MAX_PARTS", 3 if is_too_many else 4)
    part = Part(search, "task", task)
    assert len(await scene.database.read(lambda session: parts.parts_of(session, part))) == 4
    if is_too_many:
        with pytest.raises(OperationError, match="Too many notes and files"):
            await scene.ask(part, alice)
        note = min(await scene.ids("note"))
        assert await scene.run().continue_one(await scene.begin(Part(search, "note", note)))
    assert await scene.run().continue_one(await scene.begin(part))
    assert await scene.remains() == {}
