"""Commands: events, changes, defaults, numbers and refusals of each."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from board.client import Refusal
from board.config.predefined_tasks import load_catalogue
from board.engine import board_limits
from models.ids import id_bytes, id_text, new_id
from models.times import format_utc, now
from tests.support.backends import SLOW_ON_POSTGRESQL
from tests.support.board_shares import without_reserve
from tests.support.search_scenario import UNKNOWN_ID, SearchScenario
from tests.support.team import Team

pytestmark = pytest.mark.both_backends(SLOW_ON_POSTGRESQL)

OUTCOME = {"found_at": "2026-11-24T23:00:00Z", "condition": "well", "how": "police"}
LOOKS = dict.fromkeys(["height_cm", "build", "hair", "eyes", "features", "clothing", "needs", "needs_until"])
RFC_3339 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


# -- search.open ----------------------------------------------------------------------------------------------------------


async def test_opening_writes_the_search_on_both_boards_and_its_first_cards(team: Team) -> None:
    ack = await team.alice.command(
        "operations",
        "search.open",
        {"kind": "parental_abduction", "person": {"first_name": "Noor"}, "missing_since": "2026-11-24T16:10:00+01:00"},
    )
    search, (seq,) = ack["opened"], ack["seqs"]
    scene = SearchScenario(team, search)
    board = await team.alice.snapshot(search)
    events = await scene.events(list(range(1, board["seq"] + 1)))
    tasks = len(load_catalogue().first_tasks("parental_abduction"))
    assert [event["type"] for event in events] == ["search.opened", *["column.added"] * 5, *["task.added"] * tasks]
    actors = [{name: value for name, value in event["actor"].items() if name != "token"} for event in events]
    assert actors == [{"id": team.alice.account["id"], "name": "Alice"}] * len(events)
    assert all(event["actor"]["token"]["name"].startswith("alice") for event in events)  # she uses one here
    assert {event["command"] for event in events} == {ack["id"]}
    path = "/api/v1/boards/operations/events"
    (on_operations,) = (await team.alice.http.get(path, params={"after": seq - 1, "limit": 1})).json()["events"]
    same = ("type", "kind", "id", "state", "changes", "actor", "command")
    assert {key: on_operations[key] for key in same} == {key: events[0][key] for key in same}
    state = events[0]["state"]
    year = datetime.now(UTC).year
    assert state.pop("reference").startswith(f"{year}-")
    assert state.pop("opened_at") == events[0]["at"]
    unknown = {"answer": "unknown", "basis": None}
    assert state == {
        "kind": "parental_abduction", "status": "open", "status_reason": None,
        "person": {"first_name": "Noor", "last_name": None, "age": None, "birth_date": None, "sex": None, "description": None}
        | LOOKS,
        "missing_since": "2026-11-24T15:10:00.000Z", "last_seen": None,
        "criteria": dict.fromkeys(
            ["under_13", "disability", "medication", "danger_to_life", "third_party", "out_of_character"], unknown
        ),
        "worrying": None, "worrying_basis": None, "worrying_decided_by": None,
        "appeal": {"level": "none", "from": None, "until": None},
        "access": "desk", "members": [], "lead": None, "outcome": None, "acknowledge": None, "goal": None,
        "details": None, "earlier": None, "photo": None, "public_photo": None, "links": None, "reports": None, "talk_kept": None,
    }  # fmt: skip
    for name in ("kind", "person.first_name", "missing_since", "criteria.under_13.answer", "appeal.level", "access", "reference"):
        assert name in events[0]["changes"]
    for name in ("person", "person.last_name", "lead", "outcome", "criteria.under_13.basis"):
        assert name not in events[0]["changes"]
    columns = [event["state"] for event in events if event["kind"] == "column"]
    assert [column["role"] for column in columns] == ["inbox", "todo", "doing", "waiting", "done"]
    assert [column["title"] for column in columns] == [None] * 5
    assert sorted(column["rank"] for column in columns) == [column["rank"] for column in columns]
    numbers = [event["state"]["number"] for event in events if event["kind"] == "task"]
    assert numbers == list(range(1, tasks + 1))


@pytest.mark.parametrize("kind", ["runaway", "parental_abduction", "unaccompanied_minor", "third_party_abduction", "undefined"])
async def test_each_kind_has_its_first_tasks_in_todo(team: Team, kind: str) -> None:
    scene = SearchScenario(team, await team.alice.open_search(kind=kind))
    order = await scene.order((await scene.columns())["todo"])
    titles = [(await scene.state("task", id))["title"] for id in order]
    assert titles == [task.title for task in load_catalogue().first_tasks(kind)]
    assert titles


async def test_references_are_unique_and_made_where_none_is_given(team: Team) -> None:
    year = datetime.now(UTC).year
    references = []
    for _ in range(2):
        search = await team.alice.open_search()
        references.append((await team.alice.snapshot(search))["entities"]["search", search]["reference"])
    first, second = (int(reference.removeprefix(f"{year}-")) for reference in references)
    assert second == first + 1
    mine = f"{new_id()}-X"
    search = await team.alice.open_search(reference=mine)
    with pytest.raises(Refusal, match="invalid") as refused:
        await team.alice.open_search(reference=mine)
    assert list(refused.value.fields) == ["reference"]
    scene = SearchScenario(team, await team.alice.open_search())
    await scene.refuses("invalid", "search.update", {"reference": mine}, "reference")
    assert (await scene.one("search.update", {"reference": f"{mine}2"}))["changes"] == ["reference"]
    assert await SearchScenario(team, search).does("search.update", {"reference": mine}) == []


async def test_a_reference_of_many_digits_stops_nobody_from_opening_more(team: Team) -> None:
    year = datetime.now(UTC).year
    await team.alice.open_search(reference=f"{year}-9999999999")
    searches = [await team.alice.open_search() for _ in range(3)]
    assert len(set(searches)) == 3


async def test_a_lead_is_an_account(team: Team) -> None:
    search = await team.alice.open_search(lead=team.bob.account["id"])
    scene = SearchScenario(team, search)
    assert (await scene.state("search", search))["lead"] == team.bob.account["id"]
    await scene.refuses("not_found", "search.update", {"lead": UNKNOWN_ID}, "lead")
    assert (await scene.one("search.update", {"lead": None}))["state"]["lead"] is None


# -- search.update --------------------------------------------------------------------------------------------------------


async def test_an_update_is_a_merge_patch(scene: SearchScenario) -> None:
    event = await scene.one(
        "search.update", {"person": {"age": 11, "last_name": "Peeters"}, "last_seen": {"text": "Gent", "lat": 51.05, "lon": 3.7}}
    )
    assert event["type"] == "search.updated"
    assert event["changes"] == ["last_seen.lat", "last_seen.lon", "last_seen.text", "person.age", "person.last_name"]
    event = await scene.one("search.update", {"person": {"age": None}, "criteria": {"under_13": {"answer": "yes"}}})
    assert event["changes"] == ["criteria.under_13.answer", "person.age"]
    assert event["state"]["person"]["last_name"] == "Peeters"
    event = await scene.one("search.update", {"last_seen": {"text": None, "lat": None, "lon": None}})
    assert event["state"]["last_seen"] is None
    assert await scene.does("search.update", {"person": {"last_name": "Peeters"}}) == []
    assert await scene.does("search.update", {}) == []


@pytest.mark.parametrize(
    "field",
    ["status", "status_reason", "worrying", "worrying_basis", "appeal", "access", "members", "outcome", "opened_at", "id"],
)
async def test_update_has_no_field_with_a_command_of_its_own_or_of_the_server(scene: SearchScenario, field: str) -> None:
    await scene.refuses("invalid", "search.update", {field: None}, field)
    await scene.refuses("invalid", "search.update", {"person": {"age": 3}, field: "x"}, field)


async def test_a_child_is_not_missing_from_a_time_to_come(team: Team, scene: SearchScenario) -> None:
    """Five minutes are let pass: clocks differ."""
    soon, later = (format_utc(now() + timedelta(minutes=minutes)) for minutes in (4, 6))
    for name, board in (("search.open", "operations"), ("search.update", scene.search)):
        facts = {"kind": "runaway", "person": {"first_name": "Noor"}}
        await team.alice.command(board, name, facts | {"missing_since": soon})
        with pytest.raises(Refusal) as refused:
            await team.alice.command(board, name, facts | {"missing_since": later, "lead": UNKNOWN_ID})
        assert (refused.value.code, refused.value.fields) == ("invalid", {"missing_since": "This is in the future."})
    assert (await scene.state("search", scene.search))["missing_since"] == soon


async def test_required_fields_cannot_be_cleared(scene: SearchScenario) -> None:
    await scene.refuses("invalid", "search.update", {"person": {"first_name": None}}, "person.first_name")
    await scene.refuses("invalid", "search.update", {"missing_since": None, "kind": None}, "missing_since", "kind")
    await scene.refuses("invalid", "search.update", {"person": None}, "person")
    await scene.refuses("invalid", "search.update", {"last_seen": {"lat": 51}}, "last_seen")
    await scene.refuses("invalid", "search.update", {"person": {"age": 131}}, "person.age")
    await scene.refuses("invalid", "search.update", {"criteria": {"tall": {"answer": "yes"}}}, "criteria.tall")


# -- status and access ----------------------------------------------------------------------------------------------------


async def test_found_asks_how_and_a_reopened_search_has_no_outcome(scene: SearchScenario) -> None:
    await scene.refuses("invalid", "search.set_status", {"status": "found", "reason": "x"}, "outcome")
    await scene.refuses("invalid", "search.set_status", {"status": "open", "reason": "x", "outcome": OUTCOME}, "outcome")
    await scene.refuses("invalid", "search.set_status", {"status": "closed", "reason": " ", "acknowledge": "as it is"}, "reason")
    await scene.refuses("invalid", "search.set_status", {"status": "closed"}, "reason")
    partly = {"status": "found", "reason": "x", "outcome": {"place": "Gent"}}
    await scene.refuses("invalid", "search.set_status", partly, "outcome.found_at", "outcome.condition", "outcome.how")
    event, *_ = await scene.does("search.set_status", {"status": "found", "reason": "came home", "outcome": OUTCOME})
    assert event["type"] == "search.status_set"
    assert event["reason"] == event["state"]["status_reason"] == "came home"
    assert event["state"]["outcome"] == {
        "found_at": "2026-11-24T23:00:00.000Z", "place": None, "point": None, "condition": "well", "how": "police",
        "confirmed_by": None, "family_told": None, "police_told": None, "reason": "came home",
    }  # fmt: skip
    changes = ["outcome.condition", "outcome.found_at", "outcome.how", "outcome.reason", "status", "status_reason"]
    assert event["changes"] == changes
    closed = await scene.one("search.set_status", {"status": "closed", "reason": "all told", "acknowledge": "as it is"})
    assert closed["state"]["outcome"] == event["state"]["outcome"]
    reopened = await scene.one("search.set_status", {"status": "open", "reason": "gone again"})
    assert reopened["state"]["outcome"] is None
    assert reopened["reason"] == "gone again"
    assert await scene.does("search.set_status", {"status": "open", "reason": "gone again"}) == []


async def test_a_search_command_writes_on_both_boards(scene: SearchScenario) -> None:
    alice = scene.team.alice
    for name, data in [
        ("search.update", {"person": {"age": 5}}),
        ("search.set_worrying", {"worrying": True, "basis": "under 13"}),
        ("search.set_appeal", {"level": "posters"}),
        ("search.set_goal", {"text": "find the driver"}),
        ("search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"}),
        ("search.set_status", {"status": "open", "reason": "again"}),
        ("search.set_access", {"access": "members", "members": [alice.account["id"]]}),
    ]:
        event = await scene.one(name, data)  # type: ignore[arg-type]
        operations = await alice.snapshot("operations")
        assert operations["entities"]["search", scene.search] == event["state"]
        path = "/api/v1/boards/operations/events"
        (last,) = (await alice.http.get(path, params={"after": operations["seq"] - 1})).json()["events"]
        assert (last["type"], last["command"], last["changes"]) == (event["type"], event["command"], event["changes"])


async def test_a_closed_search_takes_notes_and_can_be_reopened_and_nothing_else(scene: SearchScenario) -> None:
    sighting, columns = await scene.sighting(), await scene.columns()
    graded = await scene.one("sighting.grade", {"sighting": sighting["id"], "grade": {"source": "B"}})
    await scene.does("search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"})
    card = {"card": sighting["id"]}
    for name, data in [
        ("search.update", {"person": {"age": 3}}),
        ("search.set_worrying", {"worrying": True, "basis": "x"}),
        ("search.set_appeal", {"level": "posters"}),
        ("search.set_goal", {"text": "find the driver"}),
        ("search.set_access", {"access": "desk", "members": []}),
        ("column.add", {"title": "x", "role": "done"}),
        ("column.rename", {"column": columns["done"], "title": "x"}),
        ("column.move", {"column": columns["done"], "before": columns["inbox"]}),
        ("column.remove", {"column": columns["done"]}),
        ("sighting.add", {"description": "x"}),
        ("sighting.update", {"sighting": sighting["id"], "description": "x"}),
        ("sighting.grade", {"sighting": sighting["id"], "grade": {"source": "A"}}),
        ("sighting.assess", {"sighting": sighting["id"], "assessment": "credible"}),
        ("sighting.looked_at", {"sighting": sighting["id"]}),
        ("sighting.pass_on", {"sighting": sighting["id"], "to": "Zone Gent"}),
        ("sighting.set_of_both", {"sighting": sighting["id"], "search": None}),
        ("task.add", {"title": "x"}),
        ("task.update", {"task": UNKNOWN_ID, "title": "x"}),
        ("card.move", card | {"column": columns["done"]}),
        ("card.assign", card | {"assignee": None}),
        ("card.withdraw", card),
        ("card.restore", card),
        ("undo", {"seq": graded["seq"]}),
    ]:
        await scene.refuses("closed", name, data)  # type: ignore[arg-type]
    assert (await scene.one("note.add", {"text": "the family was told", "card": sighting["id"]}))["type"] == "note.added"
    await scene.does("search.set_status", {"status": "open", "reason": "again"})
    assert await scene.does("card.withdraw", card)


async def test_among_the_members_is_an_enabled_coordinator(team: Team, scene: SearchScenario) -> None:
    alice, bob, ada = (person.account["id"] for person in (team.alice, team.bob, team.ada))
    await scene.refuses("invalid", "search.set_access", {"access": "members", "members": []}, "members")
    await scene.refuses("invalid", "search.set_access", {"access": "members", "members": [bob]}, "members")
    await scene.refuses("not_found", "search.set_access", {"access": "members", "members": [alice, UNKNOWN_ID]}, "members")
    await scene.refuses("invalid", "search.set_access", {"access": "members"}, "members")
    with pytest.raises(Refusal, match="invalid"):
        await team.alice.open_search(access="members", members=[bob])
    gone = await team.add_person("Gone", "coordinator")
    email = (await gone.http.get("/api/v1/me")).json()["email"]
    await team.server.service.database.write(
        lambda session: session.connection().execute(text("UPDATE account SET enabled = false WHERE email = :e"), {"e": email})
    )
    await scene.refuses("invalid", "search.set_access", {"access": "members", "members": [gone.account["id"]]}, "members")
    event = await scene.one("search.set_access", {"access": "members", "members": [bob, ada, alice, bob]})
    assert (event["type"], event["state"]["members"]) == ("search.access_set", [bob, ada, alice])
    assert event["changes"] == ["access", "members"]


# -- sightings ------------------------------------------------------------------------------------------------------------


async def test_a_sighting_begins_ungraded_and_unassessed_in_the_inbox(scene: SearchScenario) -> None:
    event = await scene.sighting()
    state = event["state"]
    assert (event["type"], event["kind"]) == ("sighting.added", "sighting")
    rank = state.pop("rank")
    assert rank.isascii()
    assert state == {
        "number": len(load_catalogue().first_tasks("runaway")) + 1, "column": (await scene.columns())["inbox"],
        "description": "a girl",
        "seen_at": None, "received_at": event["at"], "late": False, "channel": "unknown",
        "source": {"kind": "unknown", "sealed": False}, "place": None, "direction": None, "clothing": None, "company": None,
        "grade": {"source": "F", "content": 6}, "assessment": "unassessed", "duplicate_of": None, "assignee": None,
        "priority": "normal", "withdrawn": False, "source_kept": None, "queue": "look", "queue_since": event["at"],
        "looked_at": None, "passed_on": None, "from_tip": None, "of_both": None,
    }  # fmt: skip
    assert event["changes"] == sorted(
        ["assessment", "channel", "column", "description", "grade.content", "grade.source", "late", "number", "priority", "queue",
         "queue_since", "rank", "received_at", "source.kind", "source.sealed", "withdrawn"]
    )  # fmt: skip


async def test_a_channel_that_is_not_given_is_not_known(scene: SearchScenario) -> None:
    sighting = await scene.sighting(channel="other")
    assert sighting["state"]["channel"] == "other"
    for channel in (None, "unknown"):
        assert (await scene.sighting(channel=channel))["state"]["channel"] == "unknown"
    event = await scene.one("sighting.update", {"sighting": sighting["id"], "channel": None})
    assert (event["changes"], event["state"]["channel"]) == (["channel"], "unknown")


@pytest.mark.parametrize("minutes", [29, 31])
async def test_recorded_half_an_hour_after_it_was_received_it_is_late(scene: SearchScenario, minutes: int) -> None:
    received = format_utc(now() - timedelta(minutes=minutes))
    sighting = await scene.sighting(received_at=received)
    assert sighting["state"]["received_at"] == received
    assert sighting["state"]["late"] is (minutes > 30)
    # correcting the time corrects the mark
    other = format_utc(now() - timedelta(minutes=60 - minutes))
    event = await scene.one("sighting.update", {"sighting": sighting["id"], "received_at": other})
    assert event["changes"] == ["late", "received_at"]
    assert event["state"]["late"] is (minutes < 30)


async def test_numbers_are_shared_by_both_kinds_of_card_and_never_given_again(scene: SearchScenario) -> None:
    first = (await scene.sighting())["state"]["number"]
    assert (await scene.task())["state"]["number"] == first + 1
    await scene.refuses("invalid", "sighting.add", {"description": ""}, "description")
    await scene.refuses("not_found", "sighting.add", {"description": "x", "column": UNKNOWN_ID}, "column")
    third = await scene.sighting()
    assert third["state"]["number"] == first + 2
    await scene.does("card.withdraw", {"card": third["id"]})
    assert (await scene.task())["state"]["number"] == first + 3


async def test_a_sighting_goes_where_and_to_whom_it_is_said(scene: SearchScenario) -> None:
    columns, bob = await scene.columns(), scene.team.bob.account["id"]
    state = (await scene.sighting(column=columns["doing"], assignee=bob, priority="urgent"))["state"]
    assert (state["column"], state["assignee"], state["priority"]) == (columns["doing"], bob, "urgent")
    await scene.refuses("not_found", "sighting.add", {"description": "x", "assignee": UNKNOWN_ID}, "assignee")
    other = SearchScenario(scene.team, await scene.team.alice.open_search())
    foreign = (await other.columns())["inbox"]
    await scene.refuses("not_found", "sighting.add", {"description": "x", "column": foreign}, "column")


@pytest.mark.sample(every=4)
@pytest.mark.parametrize(
    "field",
    ["number", "rank", "late", "grade", "assessment", "duplicate_of", "withdrawn", "id", "seq", "recorded_at", "taken_by", "zz"],
)
async def test_typed_sighting_has_no_fields_of_the_server(scene: SearchScenario, field: str) -> None:
    sighting = (await scene.sighting())["id"]
    for value in (None, 1, "x"):
        await scene.refuses("invalid", "sighting.add", {"description": "x", field: value}, field)
        await scene.refuses("invalid", "sighting.update", {"sighting": sighting, field: value}, field)
    for own in ("column", "assignee"):  # these have their own commands
        await scene.refuses("invalid", "sighting.update", {"sighting": sighting, own: None}, own)


@pytest.mark.parametrize(
    ("field", "length"),
    [
        ("description", 4_000),
        ("direction", 400),
        ("clothing", 400),
        ("company", 400),
        ("source_name", 200),
        ("source_contact", 400),
    ],
)
async def test_texts_have_limits(scene: SearchScenario, field: str, length: int) -> None:
    given = {"description": "x"}
    assert await scene.does("sighting.add", given | {field: "é" * length})
    await scene.refuses("invalid", "sighting.add", given | {field: "é" * (length + 1)}, field)


async def test_a_place_is_null_as_a_whole_and_its_point_is_whole(scene: SearchScenario) -> None:
    assert (await scene.sighting(place={"text": None, "radius_m": None}))["state"]["place"] is None
    state = (await scene.sighting(place={"text": "Gent"}))["state"]
    assert state["place"] == {"text": "Gent", "lat": None, "lon": None, "radius_m": None}
    for place, field in [
        ({"lat": 51}, "place"), ({"lat": 91, "lon": 0}, "place.lat"), ({"lat": 0, "lon": -181}, "place.lon"),
        ({"lat": "51", "lon": 3}, "place.lat"), ({"text": "x", "radius_m": -1}, "place.radius_m"), ("Gent", "place"),
    ]:  # fmt: skip
        await scene.refuses("invalid", "sighting.add", {"description": "x", "place": place}, field)


async def test_source_and_content_are_graded_apart_and_a_reason_is_kept(scene: SearchScenario) -> None:
    id = (await scene.sighting())["id"]
    event = await scene.one("sighting.grade", {"sighting": id, "grade": {"source": "B"}, "reason": "knows the family"})
    assert (event["type"], event["reason"]) == ("sighting.graded", "knows the family")
    assert event["changes"] == ["grade.source", "queue", "queue_since"]
    assert event["state"]["grade"] == {"source": "B", "content": 6}
    event = await scene.one("sighting.grade", {"sighting": id, "grade": {"content": 2}})
    assert event["state"]["grade"] == {"source": "B", "content": 2}
    assert "reason" not in event
    assert await scene.does("sighting.grade", {"sighting": id, "grade": {"content": 2}, "reason": "same"}) == []
    for grade, field in [
        ({"source": "G"}, "grade.source"), ({"content": 0}, "grade.content"), ({"content": "2"}, "grade.content"),
        ({"content": True}, "grade.content"), ({"colour": 1}, "grade.colour"), ("B2", "grade"), (None, "grade"),
    ]:  # fmt: skip
        await scene.refuses("invalid", "sighting.grade", {"sighting": id, "grade": grade}, field)
    await scene.refuses("not_found", "sighting.grade", {"sighting": UNKNOWN_ID, "grade": {}}, "sighting")


async def test_a_duplicate_names_the_other_and_is_reversible(scene: SearchScenario) -> None:
    one, two, three = [(await scene.sighting())["id"] for _ in range(3)]
    say = "sighting.assess"
    await scene.refuses("invalid", say, {"sighting": one, "assessment": "duplicate"}, "duplicate_of")
    await scene.refuses("invalid", say, {"sighting": one, "assessment": "credible", "duplicate_of": two}, "duplicate_of")
    await scene.refuses("invalid", say, {"sighting": one, "assessment": "duplicate", "duplicate_of": one}, "duplicate_of")
    await scene.refuses("invalid", say, {"sighting": one, "assessment": "sure"}, "assessment")
    await scene.refuses(
        "not_found", say, {"sighting": one, "assessment": "duplicate", "duplicate_of": UNKNOWN_ID}, "duplicate_of"
    )
    other = await SearchScenario(scene.team, await scene.team.alice.open_search()).sighting()
    await scene.refuses(
        "not_found", say, {"sighting": one, "assessment": "duplicate", "duplicate_of": other["id"]}, "duplicate_of"
    )
    await scene.refuses("not_found", say, {"sighting": other["id"], "assessment": "credible"}, "sighting")
    event = await scene.one(say, {"sighting": one, "assessment": "duplicate", "duplicate_of": two, "reason": "same rucksack"})
    assert (event["type"], event["changes"], event["reason"]) == (
        "sighting.assessed", ["assessment", "duplicate_of", "queue", "queue_since"], "same rucksack",
    )  # fmt: skip
    await scene.does(say, {"sighting": two, "assessment": "duplicate", "duplicate_of": three})
    for end in (one, two):
        await scene.refuses("invalid", say, {"sighting": three, "assessment": "duplicate", "duplicate_of": end}, "duplicate_of")
    event = await scene.one(say, {"sighting": one, "assessment": "not_the_child"})
    assert event["state"]["duplicate_of"] is None
    assert event["changes"] == ["assessment", "duplicate_of"]


async def test_source_leaves_by_one_call_only_and_each_read_is_kept(team: Team, scene: SearchScenario) -> None:
    watcher = await team.open_socket(team.alice)
    await watcher.subscribe(scene.search)
    name, contact = f"Griet-{new_id()}", f"0470-{new_id()}"
    added = await scene.sighting(source_name=name, source={"kind": "named"})
    await scene.does("sighting.update", {"sighting": added["id"], "source_contact": contact, "direction": "north"})
    await scene.does("sighting.update", {"sighting": added["id"], "clothing": "red"})
    await watcher.wait_for_seq(scene.search, (await team.alice.snapshot(scene.search))["seq"])
    said = [watcher.frames, [*(await team.alice.snapshot(scene.search))["entities"].values()]]
    said.append((await team.alice.http.get(f"/api/v1/boards/{scene.search}/events")).json())
    assert name not in json.dumps(said)
    assert contact not in json.dumps(said)
    path = f"/api/v1/boards/{scene.search}/sightings/{added['id']}/source"
    read = (await team.bob.http.get(path)).json()
    assert (read["name"], read["contact"]) == (name, contact)
    await scene.does("sighting.update", {"sighting": added["id"], "source_name": None})
    read = (await team.charlie.http.get(path)).json()
    assert (read["name"], read["contact"]) == (None, contact)
    blank = await scene.sighting()
    nothing = await team.bob.http.get(f"/api/v1/boards/{scene.search}/sightings/{blank['id']}/source")
    assert nothing.json() == {"name": None, "contact": None}
    assert (await team.victor.http.get(path)).status_code == 403
    for board, id in ((scene.search, UNKNOWN_ID), (await team.alice.open_search(), added["id"])):
        assert (await team.bob.http.get(f"/api/v1/boards/{board}/sightings/{id}/source")).status_code == 404
    kept = text("SELECT account FROM event WHERE board = 0 AND type = 'source.read' AND entity = :id ORDER BY seq")
    readers = await team.server.service.database.read(
        lambda session: session.connection().execute(kept, {"id": id_bytes(added["id"])}).scalars().all()
    )
    assert [*map(id_text, readers)] == [team.bob.account["id"], team.charlie.account["id"]]


async def test_a_change_of_the_source_alone_is_on_the_record_but_not_what_it_was(team: Team, scene: SearchScenario) -> None:
    added = await scene.sighting(source_name="Griet")
    command = {"sighting": added["id"], "source_name": "Lotte"}
    ack = await team.bob.command(scene.search, "sighting.update", command)
    found = (await team.alice.http.get(f"/api/v1/boards/{scene.search}/events?after={ack['seqs'][0] - 1}")).json()["events"]
    assert [(event["type"], event["changes"], event["actor"]["name"]) for event in found] == [("sighting.updated", [], "Bob")]
    assert found[0]["private"] == ["source_name"]


async def test_a_seal_is_broken_only_by_who_took_it_in_or_a_coordinator(team: Team, scene: SearchScenario) -> None:
    taken_in = await team.bob.command(scene.search, "sighting.add", {"description": "a girl", "source": {"sealed": True}})
    found = (await team.bob.http.get(f"/api/v1/boards/{scene.search}/events?after={taken_in['seqs'][0] - 1}")).json()["events"]
    sighting = found[0]["id"]
    with pytest.raises(Refusal, match="forbidden"):
        await team.charlie.command(scene.search, "sighting.update", {"sighting": sighting, "source": {"sealed": False}})
    assert (await team.charlie.command(scene.search, "sighting.update", {"sighting": sighting, "clothing": "red"}))["seqs"]
    path = f"/api/v1/boards/{scene.search}/sightings/{sighting}/source"
    assert (await team.charlie.http.get(path)).status_code == 403
    for who in (team.bob, team.alice):
        assert (await who.http.get(path)).status_code == 200
        assert (await who.command(scene.search, "sighting.update", {"sighting": sighting, "source": {"sealed": False}}))["seqs"]
        await who.command(scene.search, "sighting.update", {"sighting": sighting, "source": {"sealed": True}})


# -- tasks ----------------------------------------------------------------------------------------------------------------


async def test_a_task_begins_in_todo_with_everything_else_unset(scene: SearchScenario) -> None:
    event = await scene.task()
    state = event["state"]
    assert event["type"] == "task.added"
    state.pop("rank")
    assert state == {
        "number": len(load_catalogue().first_tasks("runaway")) + 1, "column": (await scene.columns())["todo"],
        "title": "call the school",
        "instruction": None, "assignee": None, "due": None, "priority": "normal", "checklist": {}, "result": None,
        "place": None, "sighting": None, "withdrawn": False, "take_down": False,
    }  # fmt: skip


async def test_two_items_of_one_checklist_are_two_fields(scene: SearchScenario) -> None:
    task = await scene.task(checklist={"a": {"text": "ring"}, "b": {"text": "go there"}})
    items = task["state"]["checklist"]
    assert items["a"]["rank"] < items["b"]["rank"]
    assert not items["a"]["done"]
    seq, team = task["seq"], scene.team
    ticked = await scene.one("task.update", {"task": task["id"], "checklist": {"a": {"done": True}}}, team.bob, base=seq)
    assert (ticked["type"], ticked["changes"]) == ("task.updated", ["checklist.a.done"])
    other = await scene.one("task.update", {"task": task["id"], "checklist": {"b": {"done": True}}}, team.charlie, base=seq)
    assert other["changes"] == ["checklist.b.done"]
    gone = await scene.one("task.update", {"task": task["id"], "checklist": {"a": None}})
    assert gone["changes"] == ["checklist.a.done", "checklist.a.rank", "checklist.a.text"]
    assert list(gone["state"]["checklist"]) == ["b"]
    more = await scene.one("task.update", {"task": task["id"], "checklist": {"c": {"text": "last"}}})
    assert more["state"]["checklist"]["c"]["rank"] > more["state"]["checklist"]["b"]["rank"]


async def test_a_checklist_has_50_items_with_short_plain_keys(scene: SearchScenario) -> None:
    full = {f"k{number}": {"text": "x"} for number in range(50)}
    task = await scene.task(checklist=full)
    await scene.refuses("invalid", "task.update", {"task": task["id"], "checklist": {"more": {"text": "x"}}}, "checklist")
    await scene.refuses("invalid", "task.add", {"title": "x", "checklist": full | {"more": {"text": "x"}}}, "checklist")
    for key in ("", "A", "a-b", "é", "x" * 17, "a\n"):
        await scene.refuses("invalid", "task.add", {"title": "x", "checklist": {key: {"text": "x"}}}, "checklist")
    assert await scene.task(checklist={"0123456789abcdef": {"text": "x"}})
    await scene.refuses("invalid", "task.update", {"task": task["id"], "checklist": {"k1": {"text": None}}}, "checklist.k1.text")


async def test_items_can_be_added_after_any_rank_and_the_task_changed_after_that(scene: SearchScenario) -> None:
    for rank in ("z" * 64, "zzz", "Zz", "a0", "0", "V" * 64):
        task = await scene.task(checklist={"a": {"text": "x", "rank": rank}})
        for key in ("b", "c"):
            await scene.does("task.update", {"task": task["id"], "checklist": {key: {"text": "x"}}})
        event = await scene.one("task.update", {"task": task["id"], "result": "done"})
        items = event["state"]["checklist"]
        assert items["a"]["rank"] <= items["b"]["rank"] <= items["c"]["rank"]


async def test_a_task_follows_from_a_sighting_of_the_same_search(scene: SearchScenario) -> None:
    sighting = (await scene.sighting())["id"]
    task, look = await scene.does("task.add", {"title": "call the school", "sighting": sighting})
    assert (task["state"]["sighting"], look["type"]) == (sighting, "sighting.looked_at")
    other = (await SearchScenario(scene.team, await scene.team.alice.open_search()).sighting())["id"]
    await scene.refuses("not_found", "task.add", {"title": "x", "sighting": other}, "sighting")
    await scene.refuses("not_found", "task.update", {"task": task["id"], "sighting": other}, "sighting")
    await scene.refuses("not_found", "task.update", {"task": sighting, "title": "x"}, "task")
    await scene.refuses("not_found", "sighting.update", {"sighting": task["id"], "description": "x"}, "sighting")
    assert (await scene.one("task.update", {"task": task["id"], "sighting": None}))["changes"] == ["sighting"]


async def test_an_item_of_a_task_that_is_not_there_is_not_found(scene: SearchScenario) -> None:
    patch = {"checklist": {"k1": {"done": True}}}
    await scene.refuses("not_found", "task.update", {"task": UNKNOWN_ID} | patch, "task")
    await scene.refuses("not_found", "sighting.update", {"sighting": UNKNOWN_ID, "place": {"lat": 51.0}}, "sighting")


# -- cards ----------------------------------------------------------------------------------------------------------------


async def test_a_card_is_put_before_after_or_at_the_end(scene: SearchScenario) -> None:
    columns = await scene.columns()
    one, two, three = [(await scene.sighting())["id"] for _ in range(3)]
    task = (await scene.task())["id"]
    inbox = columns["inbox"]
    event = await scene.one("card.move", {"card": three, "column": inbox, "before": one})
    assert (event["type"], event["changes"]) == ("card.moved", ["rank"])
    assert await scene.order(inbox) == [three, one, two]
    await scene.does("card.move", {"card": three, "column": inbox, "after": one})
    assert await scene.order(inbox) == [one, three, two]
    await scene.does("card.move", {"card": one, "column": inbox})
    assert await scene.order(inbox) == [three, two, one]
    event = await scene.one("card.move", {"card": task, "column": inbox, "after": three})
    assert (event["kind"], event["changes"]) == ("task", ["column", "rank"])
    assert await scene.order(inbox) == [three, task, two, one]
    # the card to place it before was moved meanwhile: it goes to the end
    await scene.does("card.move", {"card": task, "column": columns["done"]})
    await scene.does("card.move", {"card": three, "column": inbox, "before": task})
    assert await scene.order(inbox) == [two, one, three]
    # its present place: nothing happens
    assert await scene.does("card.move", {"card": three, "column": inbox}) == []
    assert await scene.does("card.move", {"card": two, "column": inbox, "before": one}) == []
    assert await scene.does("card.move", {"card": one, "column": inbox, "after": two}) == []


async def test_a_move_that_makes_no_sense_is_refused(scene: SearchScenario) -> None:
    columns = await scene.columns()
    one, two = [(await scene.sighting())["id"] for _ in range(2)]
    inbox, move = columns["inbox"], "card.move"
    await scene.refuses("invalid", move, {"card": one, "column": inbox, "before": one}, "before")
    await scene.refuses("invalid", move, {"card": one, "column": inbox, "after": one}, "after")
    await scene.refuses("invalid", move, {"card": one, "column": inbox, "before": two, "after": two}, "after")
    await scene.refuses("invalid", move, {"card": one}, "column")
    await scene.refuses("not_found", move, {"card": UNKNOWN_ID, "column": inbox}, "card")
    await scene.refuses("not_found", move, {"card": one, "column": UNKNOWN_ID}, "column")
    other = SearchScenario(scene.team, await scene.team.alice.open_search())
    foreign = (await other.sighting())["id"]
    await scene.refuses("not_found", move, {"card": foreign, "column": inbox}, "card")
    await scene.refuses("not_found", move, {"card": one, "column": (await other.columns())["done"]}, "column")
    await scene.refuses("not_found", move, {"card": one, "column": inbox, "after": foreign}, "after")
    await scene.refuses("not_found", move, {"card": inbox, "column": inbox}, "card")


async def test_moves_never_conflict_and_the_last_one_stands(scene: SearchScenario) -> None:
    columns, team = await scene.columns(), scene.team
    sighting = await scene.sighting()
    for person, role in ((team.alice, "doing"), (team.bob, "done"), (team.charlie, "waiting")):
        data = {"card": sighting["id"], "column": columns[role]}
        assert await scene.one("card.move", data, person, base=sighting["seq"])
    assert (await scene.state("sighting", sighting["id"]))["column"] == columns["waiting"]


async def test_ranks_stay_short_and_neighbours_that_get_new_ones_say_so(scene: SearchScenario) -> None:
    inbox = (await scene.columns())["inbox"]
    cards = [(await scene.sighting())["id"] for _ in range(3)]
    said: list[int] = []
    for turn in range(320):
        card = cards[1 + turn % 2]
        data = {"card": card, "column": inbox, "after": cards[0]}
        said.append(len((await scene.team.alice.command(scene.search, "card.move", data))["seqs"]))
        if said[-1] > 1:
            break
    else:
        pytest.fail("no neighbour was moved in 320 drops at one spot")
    entities = (await scene.team.alice.snapshot(scene.search))["entities"]
    ranks = [entities["sighting", id]["rank"] for id in cards]
    assert len(set(ranks)) == 3
    assert max(map(len, ranks)) < 10
    assert await scene.order(inbox) == [cards[0], card, cards[3 - cards.index(card)]]


async def test_a_card_is_assigned_withdrawn_and_restored(scene: SearchScenario) -> None:
    sighting, bob = await scene.sighting(), scene.team.bob.account["id"]
    card = {"card": sighting["id"]}
    event = await scene.one("card.assign", card | {"assignee": bob})
    assert (event["type"], event["changes"], event["state"]["assignee"]) == ("card.assigned", ["assignee"], bob)
    assert await scene.does("card.assign", card | {"assignee": bob}) == []
    assert (await scene.one("card.assign", card | {"assignee": None}))["state"]["assignee"] is None
    await scene.refuses("not_found", "card.assign", card | {"assignee": UNKNOWN_ID}, "assignee")
    event = await scene.one("card.withdraw", card | {"reason": "typed twice"})
    assert (event["type"], event["changes"], event["reason"]) == (
        "card.withdrawn", ["queue", "queue_since", "withdrawn"], "typed twice",
    )  # fmt: skip
    before = event["state"]
    event = await scene.one("card.restore", card | {"reason": "it was not"})
    assert (event["type"], event["reason"]) == ("card.restored", "it was not")
    assert event["state"] == before | {"withdrawn": False, "queue": "look", "queue_since": event["at"]}
    assert await scene.does("card.restore", card) == []
    for name in ("card.assign", "card.withdraw", "card.restore"):
        await scene.refuses("not_found", name, {"card": UNKNOWN_ID}, "card")
        await scene.refuses("invalid", name, {"card": sighting["id"], "kind": "sighting"}, "kind")


# -- notes ----------------------------------------------------------------------------------------------------------------


async def test_a_note_happened_at_one_time_and_was_recorded_at_another(scene: SearchScenario) -> None:
    event = await scene.one("note.add", {"text": "the aunt was called"})
    assert event["type"] == "note.added"
    assert event["state"] == {
        "text": "the aunt was called", "category": "comment", "card": None, "happened_at": event["at"], "corrects": None,
        "please_answer": None, "call": None,
    }  # fmt: skip
    card = (await scene.task())["id"]
    data = {"text": "x", "category": "decision", "card": card, "happened_at": "2026-11-24T15:10:00Z", "corrects": event["id"]}
    data |= {"please_answer": False}
    other = await scene.one("note.add", data)
    assert other["state"] == data | {"happened_at": "2026-11-24T15:10:00.000Z", "call": None}
    await scene.refuses("not_found", "note.add", {"text": "x", "card": UNKNOWN_ID}, "card")
    await scene.refuses("not_found", "note.add", {"text": "x", "corrects": card}, "corrects")
    await scene.refuses("invalid", "note.add", {"text": "x", "category": "gossip"}, "category")
    foreign = await SearchScenario(scene.team, await scene.team.alice.open_search()).one("note.add", {"text": "x"})
    await scene.refuses("not_found", "note.add", {"text": "x", "corrects": foreign["id"]}, "corrects")


async def test_a_note_may_stand_on_the_operations_board(team: Team) -> None:
    ack = await team.bob.command("operations", "note.add", {"text": "the phones are down"})
    entities = (await team.alice.snapshot("operations"))["entities"]
    assert [state["text"] for (kind, _), state in entities.items() if kind == "note"] == ["the phones are down"]
    assert len(ack["seqs"]) == 1


# -- conflicts ------------------------------------------------------------------------------------------------------------


async def test_a_conflict_is_by_field_and_says_the_state_now(scene: SearchScenario) -> None:
    team, sighting = scene.team, await scene.sighting(direction="north")
    id, seq, say = sighting["id"], sighting["seq"], "sighting.update"
    await scene.does(say, {"sighting": id, "direction": "south"}, team.bob)
    refusal = await scene.refuses("conflict", say, {"sighting": id, "direction": "east"}, "direction", base=seq)
    assert refusal.body["current"] == await scene.state("sighting", id)
    # own change, other fields, same value, a newer base, no base: no conflict
    assert await scene.does(say, {"sighting": id, "direction": "west"}, team.bob, base=seq)
    assert await scene.does(say, {"sighting": id, "clothing": "red"}, base=seq)
    assert await scene.does(say, {"sighting": id, "direction": "west"}, base=seq) == []
    head = (await team.alice.snapshot(scene.search))["seq"]
    assert await scene.does(say, {"sighting": id, "direction": "up"}, base=head)
    assert await scene.does(say, {"sighting": id, "direction": "down"}, team.bob)
    # both in one command: neither is applied
    await scene.refuses("conflict", say, {"sighting": id, "direction": "x", "company": "alone"}, "direction", base=head)
    assert (await scene.state("sighting", id))["company"] is None


async def test_base_of_another_epoch_is_a_conflict(scene: SearchScenario) -> None:
    sighting = await scene.sighting()
    epoch = (await scene.team.alice.snapshot(scene.search))["epoch"]
    data = {"sighting": sighting["id"], "direction": "north"}
    refusal = await scene.refuses("conflict", "sighting.update", data, "direction", base=1, epoch="another")
    assert refusal.body["current"]["number"] == sighting["state"]["number"]
    assert await scene.does("sighting.update", data, base=sighting["seq"], epoch=epoch)


async def test_a_base_that_is_on_no_board_is_invalid(scene: SearchScenario) -> None:
    head = (await scene.team.alice.snapshot(scene.search))["seq"]
    for base in (-1, head + 1, 2**53):
        await scene.refuses("invalid", "note.add", {"text": "x"}, "base", base=base)
    assert await scene.does("note.add", {"text": "x"}, base=0)
    assert await scene.does("note.add", {"text": "x"}, base=head + 1)


async def test_status_and_grade_and_assignee_conflict_too(scene: SearchScenario) -> None:
    team, sighting = scene.team, await scene.sighting()
    id, seq = sighting["id"], sighting["seq"]
    await scene.does("sighting.grade", {"sighting": id, "grade": {"source": "A"}}, team.bob)
    await scene.does("card.assign", {"card": id, "assignee": team.bob.account["id"]}, team.bob)
    await scene.does("sighting.assess", {"sighting": id, "assessment": "credible"}, team.bob)
    grade = {"sighting": id, "grade": {"source": "B"}}
    await scene.refuses("conflict", "sighting.grade", grade, "grade.source", base=seq)
    assert await scene.does("sighting.grade", {"sighting": id, "grade": {"content": 1}}, base=seq)
    alice = team.alice.account["id"]
    await scene.refuses("conflict", "card.assign", {"card": id, "assignee": alice}, "assignee", base=seq)
    await scene.refuses("conflict", "sighting.assess", {"sighting": id, "assessment": "confirmed"}, "assessment", base=seq)
    other = await team.add_person("Olga", "coordinator")
    await scene.does("search.set_status", {"status": "closed", "reason": "over", "acknowledge": "as it is"}, other)
    data = {"status": "found", "reason": "x", "outcome": OUTCOME}
    await scene.refuses("conflict", "search.set_status", data, "acknowledge", "status", "status_reason", base=seq)


async def test_a_conflict_is_found_however_much_has_happened_since(
    scene: SearchScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    from board.engine import journal

    monkeypatch.setattr(journal.entity_events, "__defaults__", (0, 3))
    team, sighting = scene.team, await scene.sighting()
    id, seq = sighting["id"], sighting["seq"]
    for turn in range(5):
        await scene.does("sighting.update", {"sighting": id, "clothing": f"{turn}"}, team.alice)
    await scene.does("sighting.update", {"sighting": id, "direction": "south"}, team.bob)
    await scene.refuses("conflict", "sighting.update", {"sighting": id, "direction": "east"}, "direction", base=seq)


# -- bounds ---------------------------------------------------------------------------------------------------------------


async def test_a_full_board_takes_no_more(scene: SearchScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    sighting = await scene.sighting()
    entities = (await scene.team.alice.snapshot(scene.search))["entities"]
    monkeypatch.setattr(board_limits, "MAX_ENTITIES", len(entities) + 1)
    without_reserve(monkeypatch, scene.team.server.service)
    assert await scene.does("note.add", {"text": "the last one"})
    for name, data in [("note.add", {"text": "x"}), ("sighting.add", {"description": "x"}), ("task.add", {"title": "x"})]:
        await scene.refuses("too_large", name, data)
    assert await scene.does("sighting.update", {"sighting": sighting["id"], "direction": "north"})
    monkeypatch.undo()
    number = (await scene.sighting())["state"]["number"]
    assert number == sighting["state"]["number"] + 1
    assert board_limits.MAX_ENTITIES == 10_000
