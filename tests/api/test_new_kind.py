"""A kind of card that is only declared (tests/support/vehicle_kind.py) works everywhere that other cards do."""

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest

from board.api.routes import document
from board.client import Refusal
from board.commands import registry
from board.labels import EVENTS
from board.retention import erasure_steps
from board.retention.parts import Part
from tests.support.part_scene import PartScene
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team
from tests.support.vehicle_kind import KIND, Vehicle, create_table

BASE = "/api/v1"
GIVEN = {"plate": "1-ABC-234", "make": "Volvo", "colour": "grey", "place": {"text": "Gent-Zuid"}}


@pytest.fixture(scope="module")
async def desk(team: Team) -> AsyncIterator[Team]:
    """Team whose board has vehicles."""
    with registry.card_kind(KIND):
        await team.server.service.database.write(create_table)
        document.cache_clear()
        yield team
        document.cache_clear()


@pytest.fixture
async def scene(desk: Team) -> SearchScenario:
    return SearchScenario(desk, await desk.alice.open_search())


async def added(scene: SearchScenario, **data: Any) -> dict[str, Any]:
    return await scene.one("vehicle.add", GIVEN | data)


async def test_it_is_added_changed_moved_withdrawn_and_restored(scene: SearchScenario) -> None:
    event = await added(scene)
    card, columns = event["id"], await scene.columns()
    assert (event["type"], event["state"]["column"], event["state"]["assignee"]) == ("vehicle.added", columns["inbox"], None)
    await scene.sighting()
    moved = await scene.one("card.move", {"card": card, "column": columns["doing"]})
    changed = await scene.one("vehicle.update", {"vehicle": card, "colour": "black", "place": {"radius_m": 50}})
    assert changed["changes"] == ["colour", "place.radius_m"]
    assigned = await scene.one("card.assign", {"card": card, "assignee": scene.team.bob.account["id"]})
    withdrawn = await scene.one("card.withdraw", {"card": card})
    assert [each["type"] for each in (moved, assigned, withdrawn)] == ["card.moved", "card.assigned", "card.withdrawn"]
    assert (await scene.one("card.restore", {"card": card}))["state"]["withdrawn"] is False
    await scene.refuses("invalid", "column.remove", {"column": columns["doing"]}, "column")


async def test_undeclared_fields_and_outsiders_are_refused(scene: SearchScenario) -> None:
    await scene.refuses("invalid", "vehicle.add", GIVEN | {"wheels": 4}, "wheels")
    await scene.refuses("invalid", "vehicle.add", {"make": "Volvo"}, "plate")
    await scene.refuses("not_found", "vehicle.update", {"vehicle": scene.search, "colour": "black"}, "vehicle")
    with pytest.raises(Refusal, match="forbidden"):
        await scene.team.victor.command(scene.search, "vehicle.add", GIVEN)
    hidden = await scene.team.secret_search()
    with pytest.raises(Refusal, match="not_found"):
        await scene.team.charlie.command(hidden, "vehicle.add", GIVEN)


async def test_concurrent_changes_of_one_field_conflict_and_are_undone(scene: SearchScenario) -> None:
    event = await added(scene)
    change = {"vehicle": event["id"], "colour": "black"}
    black = await scene.one("vehicle.update", change, who=scene.team.bob)
    await scene.refuses("conflict", "vehicle.update", change | {"colour": "red"}, "colour", base=event["seq"])
    await scene.one("vehicle.update", {"vehicle": event["id"], "make": "Saab"}, base=event["seq"])
    undone = await scene.one("undo", {"seq": black["seq"]})
    assert (undone["state"]["colour"], undone["undoes"]) == ("grey", black["seq"])


async def test_snapshot_and_events_agree(scene: SearchScenario) -> None:
    replica = await scene.team.bob.subscribe(scene.search)
    event = await added(scene)
    await scene.team.bob.wait_for_seq(scene.search, event["seq"])
    snapshot = (await scene.team.alice.snapshot(scene.search))["entities"]
    assert replica.entities == snapshot
    at = await scene.team.alice.snapshot(scene.search, at=event["seq"])
    assert at["entities"]["vehicle", event["id"]] == event["state"]


async def test_it_is_found_exported_and_new_to_others(scene: SearchScenario) -> None:
    bob, search = scene.team.bob, scene.search
    await bob.http.post(f"{BASE}/seen", json=await _head(scene))
    event = await added(scene, seen_with="a tall man")
    (hit,) = (await bob.http.get(f"{BASE}/find", params={"q": "abc tall", "board": search})).json()["hits"]
    assert (hit["kind"], hit["number"]) == ("vehicle", event["state"]["number"])
    rows = list(csv.DictReader(io.StringIO((await bob.http.get(f"{BASE}/boards/{search}/cards.csv")).text.lstrip("\ufeff"))))
    assert [(row["Plate"], row["Make"]) for row in rows if row["Type"] == "vehicle"] == [("1-ABC-234", "Volvo")]
    cards = (await bob.http.get(f"{BASE}/boards/{search}/cards.json")).json()["cards"]
    assert [each["state"] for each in cards if each["kind"] == "vehicle"] == [event["state"]]
    (since,) = (await bob.http.get(f"{BASE}/since", params={"board": search})).json()["boards"]
    assert [(change["kind"], change["change"]) for change in since["net"]] == [("vehicle", "added")]


async def _head(scene: SearchScenario) -> dict[str, Any]:
    snapshot = await scene.team.bob.snapshot(scene.search)
    return {"board": scene.search, "epoch": snapshot["epoch"], "seq": snapshot["seq"]}


async def test_it_is_in_the_handover_and_on_paper(scene: SearchScenario) -> None:
    event = await added(scene)
    report = (await scene.team.alice.http.get(f"{BASE}/handover", params={"board": scene.search})).json()
    (card,) = report["searches"][0]["cards"]["vehicle"]
    assert (card["kind"], card["title"]) == ("vehicle", "1-ABC-234")
    jsonschema_rs.validator_for({"$ref": "#/components/schemas/vehicle", **document()}).validate(event["state"])
    printed = (await scene.team.alice.http.get(f"/searches/{scene.search}/history.md")).text
    assert f" added Vehicle {event['state']['number']}: 1-ABC-234 · " in printed.replace("\\", "")
    handed = (await scene.team.alice.http.get("/handover.md")).text
    assert "### Vehicles" in handed


async def test_displays_get_no_field_that_is_not_named(scene: SearchScenario) -> None:
    assert KIND.display_fields["inner_room"] == ("number", "column", "rank", "priority", "withdrawn")


async def test_alert_names_the_card(scene: SearchScenario) -> None:
    event = await added(scene, assignee=scene.team.bob.account["id"])
    alerts = (await scene.team.bob.http.get(f"{BASE}/alerts")).json()["alerts"]
    (alert,) = [each for each in alerts if each["board"] == scene.search]
    assert (alert["kind"], alert["card"]) == (
        "assigned", {"kind": "vehicle", "id": event["id"], "number": event["state"]["number"]},
    )  # fmt: skip


async def test_its_alarm_is_raised_and_ended_as_declared(scene: SearchScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = scene.team.server.service.alarm_rules
    own = replace(rules.of("sighting_urgent")[0], key="van", when="vehicle_urgent")
    monkeypatch.setattr(rules, "rules", {**rules.rules, "van": own})
    card = (await added(scene))["id"]
    assert await alarms(scene) == []
    for command, data, open in (
        ("vehicle.update", {"vehicle": card, "priority": "urgent"}, True),
        ("vehicle.update", {"vehicle": card, "colour": "black"}, True),
        ("card.withdraw", {"card": card}, False),
        ("card.restore", {"card": card}, True),
        ("vehicle.update", {"vehicle": card, "priority": "low"}, False),
    ):
        await scene.does(command, data)
        assert [alarm["rule"] for alarm in await alarms(scene)] == ["van"] * open, command


async def alarms(scene: SearchScenario) -> list[dict[str, Any]]:
    """Return the alarms of the search that have not ended."""
    entities = (await scene.team.alice.snapshot(scene.search))["entities"]
    return [state for (kind, _), state in entities.items() if kind == "alarm" and state["ended_at"] is None]


async def test_openapi_has_its_state_and_commands(desk: Team) -> None:
    schemas = json.loads((await desk.bob.http.get(f"{BASE}/openapi.json")).text)["components"]["schemas"]
    assert schemas["vehicle"]["required"] == list(KIND.model.STATE)
    assert {"vehicle.add", "vehicle.update"} <= schemas.keys()


@pytest.mark.usefixtures("desk")
def test_its_table_is_erased_with_a_search() -> None:
    assert str(Vehicle.__tablename__) in erasure_steps.row_tables()


async def test_it_is_erased_alone_by_two_people(desk: Team) -> None:
    scene = await PartScene(desk).prepare()
    part = Part(scene.search, "vehicle", await scene.add("vehicle"))
    assert {"events", "bytes"} <= (await scene.remains()).keys()
    assert await scene.run().continue_one(await scene.begin(part))
    assert await scene.remains() == {}
    assert await scene.database.read(lambda session: session.get(Vehicle, part.id)) is None
    assert await scene.ids("vehicle") == set()
    assert EVENTS["vehicle.erased"] == "Card erased"
