"""References to an erased card, note, contact or file: nothing that stays contains its id, wherever a declaration allows one."""

import pytest
from sqlmodel import Session, col, update

from board.client import Refusal
from board.commands.handover import watch_line
from board.engine import integrity
from board.errors import OperationError
from board.retention import part_references
from board.retention.parts import Part, parts_of
from models.sighting import Sighting
from models.times import format_utc, now
from tests.support import references
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.referenced_part import AT, ReferencedPart
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

OTHERS = {  # paths of ids that name no part of a search, or that may stay
    **dict.fromkeys(("briefing.authorship.by", "briefing.authorship.confirmed_by", "briefing.reads"), "account"),
    **dict.fromkeys(("briefing.restatements", "briefing.restatements.answered_by", "file.added_by"), "account"),
    **dict.fromkeys(("handover.authorship.by", "handover.authorship.confirmed_by", "missingreport.questions.by"), "account"),
    **dict.fromkeys(("search.goal.by", "sighting.looked_at.by"), "account"),
    **dict.fromkeys(("missingreport.earlier.search", "search.earlier.search", "sighting.of_both.search"), "search"),
    **dict.fromkeys(("sighting.twin.search", "visibility_changes.search", "wakes.search"), "search"),
    **dict.fromkeys(("alert_choice.handover", "alert_choice.sighting"), "setting of an account"),
    **dict.fromkeys(("briefing.kept", "duties.kept", "notification.alarm"), "alarm, whose events stay in the journal"),
    **dict.fromkeys(("erasures.entity", "event.entity", "reads.entity"), "record of an erasure, event or read"),
    "material.content.photo": "file, whose row stays without its data: a silhouette is printed",
}
KEPT = {"erasures.entity", "erasures.parts", "reads.entity"}
OF_CARD = {"note.card", "note.corrects", "file.card", "file.note", "briefing.pinned", "alarm.about", "alarm.entity"}
OF_SIGHTING = OF_CARD | {"sighting.duplicate_of", "task.sighting", "tip.placed", "earliersource.sighting", "wakes.sighting"}
SEEDED = {  # columns with the id of a part before its erasure
    "sighting": OF_SIGHTING | {"sighting.from_tip", "sighting.twin", "wakes.tip"},
    "sighting of both": OF_SIGHTING | {"sighting.of_both", "sighting.twin"},
    "task": OF_CARD,
    "note": {"note.corrects", "file.note", "briefing.pinned", "alarm.about", "alarm.entity"},
    "contact": {"note.call", "alarm.about", "alarm.entity"},
    "file": {"search.photo", "search.public_photo", "upload.file"},
}


@pytest.fixture
async def scene(team: Team) -> ReferencedPart:
    return await ReferencedPart(team).prepare()


def test_each_column_that_can_refer_to_a_part_is_listed() -> None:
    declared = {path for path in references.paths() if path not in OTHERS}
    assert {".".join(path.split(".")[:2]) for path in declared} == set().union(*SEEDED.values())
    assert references.paths() >= OTHERS.keys()


def verify(session: Session) -> None:
    integrity.verify(session)
    watch_line.verify(session)


@pytest.mark.parametrize("name", SEEDED)
async def test_nothing_refers_to_an_erased_part(scene: ReferencedPart, name: str) -> None:
    part = await scene.refer(name)
    parts = await scene.database.read(lambda session: parts_of(session, part))
    assert await scene.columns(parts) >= SEEDED[name]
    await scene.erase(part)
    assert await scene.columns(parts) <= KEPT | ({"material.content"} if name == "file" else set())
    await scene.database.read(verify)


async def test_duplicate_of_an_erased_sighting_is_assessed_again(scene: ReferencedPart) -> None:
    alice, search = scene.team.alice, scene.search
    first = await scene.new("sighting", "sighting.add", {"description": scene.seed, "priority": "urgent"})
    second = await scene.new("sighting", "sighting.add", {"description": "the same", "priority": "urgent"})
    values = {"sighting": second, "assessment": "duplicate", "duplicate_of": first}
    await alice.command(search, "sighting.grade", {"sighting": second, "grade": {"source": "B"}})
    await alice.command(search, "sighting.assess", values)
    assert {about for about, _ in await open_alarms(scene)} == {first}
    await scene.withdraw(first)
    bob = await scene.team.open_socket(scene.team.bob)
    board = await bob.subscribe(search)
    await scene.erase(Part(search, "sighting", first))
    await bob.wait_until(lambda: board.entities["sighting", second]["assessment"] == "unassessed")
    state = board.entities["sighting", second]
    assert (state["duplicate_of"], state["queue"], state["grade"]["source"]) == (None, "judge", "B")
    assert [about for about, _ in await open_alarms(scene)] == [second]
    params = {"from": AT, "to": format_utc(now())}
    assert (await alice.http.get("/api/v1/watch", params=params)).status_code == 200
    with pytest.raises(Refusal):
        await alice.command(search, "undo", {"seq": await last_seq(scene, "sighting.assessed")})


async def open_alarms(scene: ReferencedPart) -> list[tuple[str, str]]:
    """Return subject and occasion of the open alarms of the search."""
    entities = (await scene.team.alice.snapshot(scene.search))["entities"]
    alarms = [state for (kind, _), state in entities.items() if kind == "alarm"]
    return [(alarm["about"]["id"], alarm["occasion"]) for alarm in alarms if alarm["ended_at"] is None]


async def last_seq(scene: ReferencedPart, type: str) -> int:
    """Return the seq of the last event of a type on the search."""
    answer = await scene.team.alice.http.get(f"/api/v1/boards/{scene.search}/events", params={"limit": 500})
    return max(event["seq"] for event in answer.json()["events"] if event["type"] == type)


async def test_copies_of_a_former_duplicate_stay_the_same(scene: ReferencedPart) -> None:
    """The erased sighting is on one board alone, and its duplicate on two."""
    alice, search, sibling = scene.team.alice, scene.search, await scene.team.alice.open_search()
    await alice.command(search, "search.link", {"search": sibling, "how": "together"})
    first, second = [await scene.new("sighting", "sighting.add", {"description": text}) for text in (scene.seed, "the same")]
    await alice.command(search, "sighting.set_of_both", {"sighting": second, "search": sibling})
    await alice.command(search, "sighting.assess", {"sighting": second, "assessment": "duplicate", "duplicate_of": first})
    await scene.withdraw(first)
    await scene.erase(Part(search, "sighting", first))
    states = [state for board in (search, sibling) for state in (await alice.snapshot(board))["entities"].values()]
    assert [state["assessment"] for state in states if state.get("of_both")] == ["unassessed", "unassessed"]


@pytest.mark.parametrize("type", ["task.updated", "sighting.updated"])
async def test_undo_does_not_refer_to_an_erased_part_again(scene: ReferencedPart, type: str) -> None:
    alice, search = scene.team.alice, scene.search
    part = await scene.refer("sighting")
    tasks = [id for (kind, id) in (await alice.snapshot(search))["entities"] if kind == "task"]
    if type == "task.updated":  # its last reference is another one
        other = await scene.new("sighting", "sighting.add", {"description": "another"})
        await alice.command(search, "task.update", {"task": tasks[0], "sighting": other})
    await scene.erase(part)
    with pytest.raises(Refusal, match="no longer exists"):
        await alice.command(search, "undo", {"seq": await last_seq(scene, type)})


async def test_archived_reference_is_cleared_without_an_event(scene: ReferencedPart) -> None:
    alice, search = scene.team.alice, scene.search
    first, second = [await scene.new("sighting", "sighting.add", {"description": text}) for text in (scene.seed, "the same")]
    await alice.command(search, "sighting.assess", {"sighting": second, "assessment": "duplicate", "duplicate_of": first})
    archive = update(Sighting).where(col(Sighting.id) == second).values(archived_at=AT)
    await scene.database.write(lambda session: session.connection().execute(archive).rowcount)
    await scene.withdraw(first)
    seq = await last_seq(scene, "sighting.assessed")
    await scene.erase(Part(search, "sighting", first))
    row = await scene.database.read(lambda session: session.get_one(Sighting, second))
    assert (row.duplicate_of, row.assessment, row.queue, row.archived_at) == (None, "unassessed", "look", AT)
    assert await last_seq(scene, "sighting.assessed") == seq


# -- mutants: each reference that is left out is found ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["_sightings", "_others", "_twins"])
async def test_reference_left_out_is_found(scene: ReferencedPart, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    part = await scene.refer("sighting")
    parts = await scene.database.read(lambda session: parts_of(session, part))
    monkeypatch.setattr(part_references, name, lambda *_: [])
    await scene.erase(part)
    assert await scene.columns(parts) - KEPT


async def test_reference_added_before_the_locks_stops_an_erasure(
    scene: ReferencedPart, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    part = await scene.refer("task")
    boards, outdated = part_references.boards, [set[str]()]
    monkeypatch.setattr(part_references, "boards", lambda *given: outdated.pop() if outdated else boards(*given))
    id = await scene.ask(part, scene.team.alice)
    with pytest.raises(OperationError, match="has changed in the meantime"):
        await scene.agree(part, id, scene.team.ada)
