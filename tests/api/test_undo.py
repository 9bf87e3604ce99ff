"""Undo: people who may do a command may undo it, as long as no later change would be lost."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from board.client import Refusal
from board.engine import erasure
from models.entity import changed_paths, flatten, revert_fields
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.people import Person, new_id
from tests.support.search_scenario import UNKNOWN_ID, SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

OUTCOME = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
ITEM = {"text": "ring", "done": False, "rank": "a0"}


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


async def undone(scene: SearchScenario, event: dict[str, Any], who: Person | None = None, **more: Any) -> dict[str, Any]:
    """The event that undoes another one: of the same type, on the same entity, of the same fields."""
    undo = await scene.one("undo", {"seq": event["seq"]}, who, **more)
    assert undo["undoes"] == event["seq"]
    same = ("type", "kind", "id", "changes")
    assert {name: undo[name] for name in same} == {name: event[name] for name in same}
    return undo


async def disable(team: Team, person: Person) -> None:
    sql = text("UPDATE account SET enabled = false WHERE id = :id")
    await team.server.service.database.write(
        lambda session: session.connection().execute(sql, {"id": person.account["id"]}).rowcount
    )


async def without_alarms(scene: SearchScenario) -> dict[tuple[str, str], Any]:
    """Return the states of the board. An alarm is raised and ended by what is undone, and is not undone itself."""
    entities = (await scene.team.alice.snapshot(scene.search))["entities"]
    return {key: state for key, state in entities.items() if key[0] != "alarm"}


# -- each command ---------------------------------------------------------------------------------------------------------


async def test_each_command_that_changes_something_can_be_undone_and_that_too(scene: SearchScenario) -> None:
    columns, alice, bob = await scene.columns(), scene.team.alice.account["id"], scene.team.bob.account["id"]
    sighting = (await scene.sighting(direction="south", place={"text": "Gent", "lat": 51.05, "lon": 3.7}))["id"]
    other = (await scene.sighting())["id"]
    task = (await scene.task(checklist={"k1": {"text": "ring"}, "k2": {"text": "go"}}))["id"]
    withdrawn = (await scene.task())["id"]
    await scene.does("card.withdraw", {"card": withdrawn})
    done: list[tuple[str, dict[str, Any]]] = [
        ("search.update", {"kind": "undefined", "person": {"age": 11}, "last_seen": {"text": "Gent"}, "lead": bob}),
        ("search.update", {"details": {"aliases": ["Sam"], "hague": "no"}, "earlier": {"k1": {"days": 3}}}),
        ("search.update", {"details": {"aliases": None}, "earlier": {"k1": None, "k2": {"place": "Gent"}}}),
        ("search.update", {"last_seen": None, "reference": new_id(), "criteria": {"under_13": {"answer": "yes"}}}),
        ("search.set_worrying", {"worrying": True, "basis": "under 13"}),
        ("search.set_appeal", {"level": "public", "from": "2026-11-25T08:00:00Z", "reason": "the parents agree"}),
        ("search.set_goal", {"text": "find the driver", "until": "2026-11-25T08:00:00Z"}),
        ("search.set_goal", {"text": None}),
        ("search.set_access", {"access": "members", "members": [alice, bob]}),
        ("search.set_access", {"access": "desk", "members": []}),
        ("column.rename", {"column": columns["todo"], "title": "Next"}),
        ("column.move", {"column": columns["done"], "before": columns["inbox"]}),
        ("sighting.update", {"sighting": sighting, "place": None, "direction": None, "clothing": "red"}),
        ("sighting.update", {"sighting": other, "place": {"text": "Aalst"}, "received_at": "2026-11-24T10:00:00Z"}),
        ("sighting.grade", {"sighting": sighting, "grade": {"source": "B"}, "reason": "knows the family"}),
        ("sighting.assess", {"sighting": sighting, "assessment": "duplicate", "duplicate_of": other}),
        ("sighting.assess", {"sighting": other, "assessment": "credible"}),
        ("sighting.pass_on", {"sighting": other, "to": "Zone Gent", "reference": "PV 12/2026"}),
        ("task.update", {"task": task, "title": "anew", "sighting": sighting, "due": "2026-11-24T23:00:00Z"}),
        ("task.update", {"task": task, "checklist": {"k1": {"done": True}, "k2": None, "k3": {"text": "more"}}}),
        ("card.move", {"card": sighting, "column": columns["doing"]}),
        ("card.move", {"card": other, "column": columns["doing"], "before": sighting}),
        ("card.assign", {"card": task, "assignee": bob}),
        ("card.withdraw", {"card": task, "reason": "typed twice"}),
        ("card.restore", {"card": withdrawn}),
    ]  # fmt: skip
    for name, data in done:
        before = await without_alarms(scene)
        event = await scene.one(name, data)
        after = await without_alarms(scene)
        undo = await undone(scene, event)
        assert undo["state"] == before[event["kind"], event["id"]], name
        assert await without_alarms(scene) == before, name
        assert "reason" not in undo
        again = await undone(scene, undo)
        assert again["state"] == event["state"], name
        assert await without_alarms(scene) == after, name


async def test_later_changes_of_other_fields_stay(scene: SearchScenario) -> None:
    team, sighting = scene.team, await scene.sighting(place={"text": "Gent"})
    first = await scene.one("sighting.update", {"sighting": sighting["id"], "direction": "north", "place": {"text": "Aalst"}})
    await scene.does("sighting.update", {"sighting": sighting["id"], "clothing": "red"}, team.bob)
    await scene.does("sighting.update", {"sighting": sighting["id"], "place": {"lat": 51.0, "lon": 3.0}}, team.bob)
    state = (await undone(scene, first))["state"]
    assert (state["direction"], state["clothing"]) == (None, "red")
    assert state["place"] == {"text": "Gent", "lat": 51.0, "lon": 3.0, "radius_m": None}


async def test_other_events_of_the_same_command_stay(scene: SearchScenario) -> None:
    await scene.does("search.set_appeal", {"level": "discreet"})
    status, appeal, *tasks = await scene.does("search.set_status", {"status": "found", "reason": "home", "outcome": OUTCOME})
    await scene.refuses("invalid", "undo", {"seq": status["seq"]}, "seq")
    state = (await undone(scene, appeal))["state"]
    assert (state["status"], state["appeal"]["level"]) == ("found", "discreet")
    assert {(await scene.state("task", task["id"]))["withdrawn"] for task in tasks} == {False}


async def test_creations_removals_and_a_status_are_not_undone(scene: SearchScenario) -> None:
    columns, bob = await scene.columns(), scene.team.bob
    opened, column, *_ = await scene.events([1, 2])
    final = [
        opened,
        column,
        (await scene.does("search.set_status", {"status": "found", "reason": "home", "outcome": OUTCOME}))[0],
        await scene.one("column.remove", {"column": columns["waiting"]}),
    ]
    for event in final:
        await scene.refuses("invalid", "undo", {"seq": event["seq"]}, "seq")
        with pytest.raises(Refusal, match="forbidden"):  # a person without the right learns nothing more
            await bob.command(scene.search, "undo", {"seq": event["seq"]})
    for event in (await scene.sighting(), await scene.task(), await scene.one("note.add", {"text": "x"})):
        await scene.refuses("invalid", "undo", {"seq": event["seq"]}, "seq")
        with pytest.raises(Refusal, match="invalid"):
            await bob.command(scene.search, "undo", {"seq": event["seq"]})


async def test_missing_event_is_not_found_and_a_bad_number_is_invalid(scene: SearchScenario) -> None:
    head = (await scene.team.alice.snapshot(scene.search))["seq"]
    for seq in (head + 1, 2**31, 2**53):
        await scene.refuses("not_found", "undo", {"seq": seq}, "seq")
    for seq in (0, -1, "1", 1.5, True, None, [1]):
        await scene.refuses("invalid", "undo", {"seq": seq}, "seq")
    await scene.refuses("invalid", "undo", {}, "seq")
    await scene.refuses("invalid", "undo", {"seq": 1, "event": UNKNOWN_ID}, "event")
    with pytest.raises(Refusal, match="unknown_command"):
        await scene.team.alice.command("operations", "undo", {"seq": 1})


async def test_erased_event_is_not_undone(scene: SearchScenario) -> None:
    sighting = (await scene.sighting())["id"]
    first, second = [await scene.one("sighting.update", {"sighting": sighting, "direction": way}) for way in ("north", "south")]
    await scene.team.server.service.database.write(lambda session: erasure.erase(session, scene.search, first["seq"]))
    for event in (first, second):  # the values before the second one are unknown
        await scene.refuses("invalid", "undo", {"seq": event["seq"]}, "seq")


# -- changed since --------------------------------------------------------------------------------------------------------


async def test_later_change_of_the_field_is_a_conflict_whoever_made_it(scene: SearchScenario) -> None:
    team, sighting = scene.team, (await scene.sighting())["id"]
    for who in (team.bob, team.alice):
        first = await scene.one("sighting.update", {"sighting": sighting, "direction": "north", "clothing": "red"})
        await scene.does("sighting.update", {"sighting": sighting, "direction": "east"}, who)
        refused = await scene.refuses("conflict", "undo", {"seq": first["seq"]}, "direction")
        assert refused.body["current"] == await scene.state("sighting", sighting)
        # changed and changed back: the present value is somebody's choice
        await scene.does("sighting.update", {"sighting": sighting, "direction": "north"}, who)
        await scene.refuses("conflict", "undo", {"seq": first["seq"]}, "direction")
        await scene.does("sighting.update", {"sighting": sighting, "direction": None, "clothing": None})


async def test_event_already_undone_is_a_conflict(scene: SearchScenario) -> None:
    sighting = (await scene.sighting())["id"]
    event = await scene.one("sighting.grade", {"sighting": sighting, "grade": {"source": "A", "content": 2}})
    await undone(scene, event, scene.team.bob)
    await scene.refuses("conflict", "undo", {"seq": event["seq"]}, "grade.source", "grade.content")


async def test_one_of_two_simultaneous_undos_succeeds(scene: SearchScenario) -> None:
    sighting, (alice, bob) = (await scene.sighting())["id"], (scene.team.alice, scene.team.bob)
    event = await scene.one("sighting.grade", {"sighting": sighting, "grade": {"content": 1}})
    data = {"seq": event["seq"]}
    both = await asyncio.gather(*(each.command(scene.search, "undo", data) for each in (alice, bob)), return_exceptions=True)
    assert sorted(each.code if isinstance(each, Refusal) else "ack" for each in both) == ["ack", "conflict"]


async def test_seq_of_another_epoch_is_a_conflict(scene: SearchScenario) -> None:
    sighting = (await scene.sighting())["id"]
    event = await scene.one("sighting.grade", {"sighting": sighting, "grade": {"content": 1}})
    await scene.refuses("conflict", "undo", {"seq": event["seq"]}, "grade.content", epoch="another", base=1)
    epoch = (await scene.team.alice.snapshot(scene.search))["epoch"]
    assert await undone(scene, event, epoch=epoch, base=event["seq"])


async def test_a_group_that_was_null_was_set_and_is_null_again_is_a_conflict(scene: SearchScenario) -> None:
    sighting, place = (await scene.sighting())["id"], {"text": "Gent", "lat": 51.05, "lon": 3.7}
    was_set = await scene.one("sighting.update", {"sighting": sighting, "place": place})
    cleared = await scene.one("sighting.update", {"sighting": sighting, "place": None}, scene.team.bob)
    await scene.refuses("conflict", "undo", {"seq": was_set["seq"]}, "place.lat", "place.lon", "place.text")
    assert (await undone(scene, cleared))["state"]["place"] == place | {"radius_m": None}
    was_set = await scene.one("search.update", {"last_seen": {"text": "Gent"}})
    await scene.does("search.update", {"last_seen": None}, scene.team.bob)
    await scene.refuses("conflict", "undo", {"seq": was_set["seq"]}, "last_seen.text")


async def test_a_corrected_outcome_that_is_gone_since_is_a_conflict(scene: SearchScenario) -> None:
    await scene.does("search.set_status", {"status": "found", "reason": "home", "outcome": OUTCOME})
    corrected = await scene.one("search.set_outcome", {"outcome": {"family_told": True}})
    await scene.does("search.set_status", {"status": "open", "reason": "it was another child"})
    await scene.refuses("conflict", "undo", {"seq": corrected["seq"]}, "outcome.family_told")


# -- named events ---------------------------------------------------------------------------------------------------------


async def test_a_card_goes_back_only_where_its_column_still_is(scene: SearchScenario) -> None:
    columns, sighting = await scene.columns(), await scene.sighting()
    card = {"card": sighting["id"]}
    await scene.does("card.move", card | {"column": columns["doing"]})
    gone = await scene.one("card.move", card | {"column": columns["done"]})
    await scene.does("column.remove", {"column": columns["doing"]})
    await scene.refuses("conflict", "undo", {"seq": gone["seq"]}, "column")
    assert (await scene.state("sighting", sighting["id"]))["column"] == columns["done"]


async def test_a_column_that_was_removed_is_not_named_or_moved_any_more(scene: SearchScenario) -> None:
    columns = await scene.columns()
    renamed = await scene.one("column.rename", {"column": columns["doing"], "title": "Now"})
    moved = await scene.one("column.move", {"column": columns["doing"], "after": columns["done"]})
    await scene.does("column.remove", {"column": columns["doing"]})
    await scene.refuses("conflict", "undo", {"seq": renamed["seq"]}, "title")
    await scene.refuses("conflict", "undo", {"seq": moved["seq"]}, "rank")


async def test_nothing_is_handed_back_to_who_is_no_longer_at_the_desk(team: Team, scene: SearchScenario) -> None:
    gone, sighting = await team.add_person("Gone", "coordinator"), (await scene.sighting())["id"]
    alice, id = team.alice.account["id"], gone.account["id"]
    await scene.does("card.assign", {"card": sighting, "assignee": id})
    await scene.does("search.update", {"lead": id})
    await scene.does("search.set_access", {"access": "members", "members": [alice, id]})
    undo = {
        "assignee": await scene.one("card.assign", {"card": sighting, "assignee": None}),
        "lead": await scene.one("search.update", {"lead": alice}),
        "members": await scene.one("search.set_access", {"access": "members", "members": [alice]}),
    }
    await disable(team, gone)
    for field, event in undo.items():
        await scene.refuses("conflict", "undo", {"seq": event["seq"]}, field)


async def test_a_search_is_not_given_back_to_members_of_whom_none_could_act(team: Team, scene: SearchScenario) -> None:
    """The list names nobody anew, but its only coordinator has gone."""
    gone = await team.add_person("Gone", "coordinator")
    members = [gone.account["id"], team.bob.account["id"]]
    await gone.command(scene.search, "search.set_access", {"access": "members", "members": members})
    ack = await gone.command(scene.search, "search.set_access", {"access": "desk", "members": members})
    await disable(team, gone)
    await scene.refuses("invalid", "undo", {"seq": ack["seqs"][0]}, "members")


async def test_a_reference_that_another_search_has_by_now_is_a_conflict(team: Team, scene: SearchScenario) -> None:
    old = (await scene.state("search", scene.search))["reference"]
    event = await scene.one("search.update", {"reference": new_id()})
    await team.alice.open_search(reference=old)
    await scene.refuses("conflict", "undo", {"seq": event["seq"]}, "reference")


async def test_no_sighting_becomes_a_duplicate_of_its_own_duplicate(scene: SearchScenario) -> None:
    one, two = [(await scene.sighting())["id"] for _ in range(2)]
    await scene.does("sighting.assess", {"sighting": one, "assessment": "duplicate", "duplicate_of": two})
    event = await scene.one("sighting.assess", {"sighting": one, "assessment": "credible"})
    await scene.does("sighting.assess", {"sighting": two, "assessment": "duplicate", "duplicate_of": one})
    await scene.refuses("conflict", "undo", {"seq": event["seq"]}, "duplicate_of")


async def test_card_moved_back_beside_another_gets_a_rank_of_its_own(scene: SearchScenario) -> None:
    inbox, done = (await scene.columns())["inbox"], (await scene.columns())["done"]
    one, two, three = [(await scene.sighting())["id"] for _ in range(3)]
    rank = (await scene.state("sighting", two))["rank"]
    moved = await scene.one("card.move", {"card": two, "column": done})
    new = (await scene.sighting())["id"]
    await scene.does("card.move", {"card": new, "column": inbox, "after": one})
    assert (await scene.state("sighting", new))["rank"] == rank
    first, *others = await scene.does("undo", {"seq": moved["seq"]})
    assert (first["id"], first["state"]["rank"], first["undoes"]) == (two, rank, moved["seq"])
    assert {event["type"] for event in others} == {"card.moved"}
    assert not any("undoes" in event for event in others)
    order = await scene.order(inbox)
    assert (order[0], order[-1]) == (one, three)
    assert len({(await scene.state("sighting", id))["rank"] for id in order}) == len(order) == 4


# -- rights ---------------------------------------------------------------------------------------------------------------


async def test_command_permission_includes_undo_of_anybodys_event(team: Team, scene: SearchScenario) -> None:
    columns = await scene.columns()
    sighting = (await scene.sighting())["id"]
    for name, data in [
        ("sighting.grade", {"sighting": sighting, "grade": {"source": "A"}}),
        ("card.move", {"card": sighting, "column": columns["done"]}),
        ("search.update", {"person": {"age": 5}}),
    ]:
        event = await scene.one(name, data)
        with pytest.raises(Refusal, match="forbidden"):
            await team.victor.command(scene.search, "undo", {"seq": event["seq"]})
        assert await undone(scene, event, team.bob)
    for name, data in [  # type: ignore[assignment]
        ("search.set_worrying", {"worrying": True, "basis": "x"}),
        ("search.set_appeal", {"level": "posters"}),
        ("search.set_goal", {"text": "find the driver"}),
        ("search.set_access", {"access": "desk", "members": [team.bob.account["id"]]}),
        ("column.rename", {"column": columns["todo"], "title": "Next"}),
        ("column.move", {"column": columns["todo"], "after": columns["done"]}),
    ]:
        event = await scene.one(name, data)
        for outsider in (team.bob, team.victor):
            with pytest.raises(Refusal, match="forbidden"):
                await outsider.command(scene.search, "undo", {"seq": event["seq"]})
        assert await undone(scene, event, team.ada)


async def test_a_seal_is_not_broken_by_undoing_it(team: Team, scene: SearchScenario) -> None:
    ack = await team.bob.command(scene.search, "sighting.add", {"description": "a girl"})
    (added,) = await scene.events(ack["seqs"])
    sealed = await scene.one("sighting.update", {"sighting": added["id"], "source": {"sealed": True}})
    with pytest.raises(Refusal, match="forbidden"):
        await team.charlie.command(scene.search, "undo", {"seq": sealed["seq"]})
    assert (await scene.state("sighting", added["id"]))["source"]["sealed"]
    assert await undone(scene, sealed, team.bob)


async def test_faults_of_an_undo_are_judged_in_the_contracts_order(team: Team, scene: SearchScenario) -> None:
    bob, board = team.bob, scene.search
    renamed = await scene.one("column.rename", {"column": (await scene.columns())["todo"], "title": "Next"})
    ack = await bob.command(board, "search.update", {"person": {"age": 5}})
    await scene.does("search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})
    for seq, code in ((renamed["seq"], "forbidden"), (ack["seqs"][0], "closed"), (10_000, "closed"), ("x", "closed")):
        with pytest.raises(Refusal) as refused:
            await bob.command(board, "undo", {"seq": seq})
        assert refused.value.code == code


async def test_sent_again_it_is_done_once(scene: SearchScenario) -> None:
    sighting, bob = (await scene.sighting())["id"], scene.team.bob
    event = await scene.one("sighting.grade", {"sighting": sighting, "grade": {"content": 1}})
    id = new_id()
    first = await bob.command(scene.search, "undo", {"seq": event["seq"]}, id=id)
    assert first["seqs"]
    assert await bob.command(scene.search, "undo", {"seq": event["seq"]}, id=id) == first


# -- on both boards -------------------------------------------------------------------------------------------------------


async def test_undo_of_a_search_is_on_both_boards_and_of_a_card_on_one(scene: SearchScenario) -> None:
    alice = scene.team.alice
    for name, data in [
        ("search.update", {"person": {"age": 5}}),
        ("search.set_worrying", {"worrying": True, "basis": "x"}),
        ("search.set_appeal", {"level": "posters"}),
        ("search.set_goal", {"text": "find the driver"}),
    ]:
        undo = await undone(scene, await scene.one(name, data))  # type: ignore[arg-type]
        operations = await alice.snapshot("operations")
        assert operations["entities"]["search", scene.search] == undo["state"]
        path = "/api/v1/boards/operations/events"
        (last,) = (await alice.http.get(path, params={"after": operations["seq"] - 1})).json()["events"]
        assert (last["type"], last["command"], last["changes"]) == (undo["type"], undo["command"], undo["changes"])
    graded = await scene.one("sighting.grade", {"sighting": (await scene.sighting())["id"], "grade": {"content": 1}})
    await undone(scene, graded)
    assert (await alice.snapshot("operations"))["seq"] == operations["seq"]


async def test_undoing_who_sees_a_search_acts_on_open_sockets(team: Team) -> None:
    search = await team.alice.open_search()
    charlie = await team.open_socket(team.charlie)
    operations, screen = await charlie.subscribe("operations"), await charlie.subscribe(search)
    members = [team.alice.account["id"]]
    (closed,) = (await team.alice.command(search, "search.set_access", {"access": "members", "members": members}))["seqs"]
    await charlie.wait_until(lambda: screen.unsubscribed == "forbidden")
    assert ("search", search) not in operations.entities
    (opened,) = (await team.alice.command(search, "undo", {"seq": closed}))["seqs"]
    await charlie.wait_until(lambda: ("search", search) in operations.entities)
    screen = await charlie.subscribe(search)
    assert screen.entities == (await team.alice.snapshot(search))["entities"]
    await team.alice.command(search, "undo", {"seq": opened})
    await charlie.wait_until(lambda: screen.unsubscribed == "forbidden")
    await charlie.wait_until(lambda: ("search", search) not in operations.entities)
    with pytest.raises(Refusal, match="not_found"):
        await charlie.command(search, "undo", {"seq": closed})


# -- the pure rule --------------------------------------------------------------------------------------------------------

_leaf = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "a", "b"])
_place = st.none() | st.fixed_dictionaries({"text": _leaf, "lat": _leaf}).filter(flatten)  # null as a whole, or not empty
_item = st.fixed_dictionaries({"text": st.sampled_from(["a", "b"]), "done": st.booleans()})
_state = st.fixed_dictionaries(
    {
        "title": _leaf,
        "members": st.lists(st.sampled_from("xyz"), max_size=2),
        "person": st.fixed_dictionaries({"age": _leaf, "name": _leaf}),
        "place": _place,
        "checklist": st.dictionaries(st.sampled_from(["k1", "k2"]), _item),
    }
)


@settings(database=None, max_examples=300)
@given(before=_state, after=_state)
def test_undone_fields_are_as_they_were(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert after | revert_fields(after, before, changed_paths(before, after)) == before


@settings(database=None, max_examples=300)
@given(before=_state, after=_state, later=_state)
def test_null_groups_can_be_put_back_before_and_after(
    before: dict[str, Any], after: dict[str, Any], later: dict[str, Any]
) -> None:
    fields = changed_paths(before, after)
    undone = later | revert_fields(later, before, fields)
    assert not set(changed_paths(undone, before)) & set(fields)


@settings(database=None, max_examples=300)
@given(before=_state, after=_state)
def test_a_field_that_an_earlier_version_did_not_have_was_null(before: dict[str, Any], after: dict[str, Any]) -> None:
    earlier = {name: value for name, value in before.items() if name != "title"}
    undone = after | revert_fields(after, earlier, changed_paths(earlier, after))
    assert undone == before | {"title": None}


@settings(database=None, max_examples=300)
@given(before=_state, after=_state, later=_state)
def test_and_nothing_else_is_touched(before: dict[str, Any], after: dict[str, Any], later: dict[str, Any]) -> None:
    fields = changed_paths(before, after)
    if set(fields) & set(changed_paths(after, later)):
        return  # a conflict
    undone = later | revert_fields(later, before, fields)
    assert set(changed_paths(later, undone)) == set(fields)
    assert not set(changed_paths(undone, before)) & set(fields)
