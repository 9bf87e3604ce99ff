"""Searched places: a declared kind of card with an outline, a certainty, and the times of the search."""

import csv
import io
from typing import Any

import pytest

from board.client import Refusal
from tests.support.search_scenario import SearchScenario
from tests.support.team import Team

PARK = {
    "name": "Citadelpark", "kind": "area", "location": {"text": "Gent", "lat": 51.0375, "lon": 3.7205, "radius_m": 300},
    "outline": [[51.0391, 3.7182], [51.0388, 3.7231], [51.0358, 3.7226]], "searched_by": "Dog team 2",
    "searched_from": "2026-11-24T05:10:00.000Z", "searched_until": "2026-11-24T06:30:00.000Z", "certainty": "fairly_sure",
}  # fmt: skip
CROSSED = [[51.0, 3.0], [51.1, 3.1], [51.1, 3.0], [51.0, 3.1]]


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    return SearchScenario(team, await team.alice.open_search())


async def test_place_is_added_to_done_and_changed_field_by_field(scene: SearchScenario) -> None:
    event = await scene.one("place.add", PARK, who=scene.team.bob)
    columns = await scene.columns()
    assert (event["type"], event["state"]["column"]) == ("place.added", columns["done"])
    assert event["state"]["outline"] == PARK["outline"]
    changed = await scene.one("place.update", {"place": event["id"], "certainty": "sure", "location": {"radius_m": 200}})
    assert changed["changes"] == ["certainty", "location.radius_m"]
    undone = await scene.one("undo", {"seq": changed["seq"]})
    assert (undone["state"]["certainty"], undone["state"]["location"]["radius_m"]) == ("fairly_sure", 300)


async def test_name_alone_makes_a_place_of_unknown_kind(scene: SearchScenario) -> None:
    state = (await scene.one("place.add", {"name": "behind the school"}))["state"]
    assert (state["kind"], state["certainty"], state["location"], state["outline"]) == ("unknown", "unknown", None, None)
    await scene.refuses("invalid", "place.add", {"kind": "area"}, "name")


@pytest.mark.parametrize(
    "outline",
    [[], [[51.0, 3.0]], [[51.0, 3.0, 1.0]] * 3, [[91.0, 3.0]] * 3, [[51.0, -180.1]] * 3, [["51", "3"]] * 3, [[51, 3]] * 501, "x"],
)
async def test_malformed_outline_is_refused(scene: SearchScenario, outline: Any) -> None:
    answer = scene.team.alice.command(scene.search, "place.add", {"name": "x", "outline": outline})
    with pytest.raises(Refusal) as refused:
        await answer
    assert refused.value.code == "invalid"
    assert any(field.startswith("outline") for field in refused.value.fields or {})


@pytest.mark.parametrize(
    "outline", [CROSSED, [[90.0, 0.0], [-90.0, 180.0], [0.0, -180.0]], [[0.0, 179.99], [0.1, -179.99]], [[51.0, 3.0]] * 500]
)
async def test_unusual_outline_is_kept(scene: SearchScenario, outline: Any) -> None:
    assert (await scene.one("place.add", {"name": "x", "outline": outline}))["state"]["outline"] == outline


async def test_outline_is_stored_to_the_metre(scene: SearchScenario) -> None:
    event = await scene.one("place.add", {"name": "x", "outline": [[51.123456789, 3.987654321], [51, 4]]})
    assert event["state"]["outline"] == [[51.12346, 3.98765], [51, 4]]


async def test_outsider_and_viewer_add_no_place(scene: SearchScenario) -> None:
    with pytest.raises(Refusal, match="forbidden"):
        await scene.team.victor.command(scene.search, "place.add", PARK)
    hidden = await scene.team.secret_search()
    with pytest.raises(Refusal, match="not_found"):
        await scene.team.charlie.command(hidden, "place.add", PARK)


async def test_place_is_found_and_exported(scene: SearchScenario) -> None:
    event = await scene.one("place.add", PARK)
    http = scene.team.bob.http
    (hit,) = (await http.get("/api/v1/find", params={"q": "citadelpark", "board": scene.search})).json()["hits"]
    assert (hit["kind"], hit["number"]) == ("place", event["state"]["number"])
    text = (await http.get(f"/api/v1/boards/{scene.search}/cards.csv")).text
    rows = [row for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff"))) if row["Type"] == "place"]
    assert len(rows) == 1
    assert "Citadelpark" in rows[0].values()


async def test_task_has_a_place(scene: SearchScenario) -> None:
    place = {"text": "Gent", "lat": 51.05, "lon": 3.72, "radius_m": 50}
    event = await scene.one("task.add", {"title": "Ask the shop", "place": place})
    assert event["state"]["place"] == place
    removed = await scene.one("task.update", {"task": event["id"], "place": {"lat": None, "lon": None, "radius_m": None}})
    assert removed["state"]["place"] == {"text": "Gent", "lat": None, "lon": None, "radius_m": None}


async def test_place_is_added_to_the_last_column_if_none_is_done(scene: SearchScenario) -> None:
    columns = await scene.columns()
    await scene.one("column.remove", {"column": columns["done"]})
    event = await scene.one("place.add", PARK)
    assert event["state"]["column"] == columns["waiting"]
