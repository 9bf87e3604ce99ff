"""Quarters, and other names of municipalities, against the outlines, stations and postal codes."""

import json
from itertools import pairwise
from typing import Any

import pytest

from board.lookup.gazetteer import gazetteer
from board.lookup.other_names import OTHER_NAMES
from board.lookup.place_radius import Point, metres
from board.lookup.quarters import BRUSSELS, QUARTERS, Quarter
from board.lookup.stations import load_stations
from board.paths import DATA

STATION_OF = {"quarter:laeken": "Bockstael", "quarter:haren": "Haren"}  # in the quarter
AROUND_M = 1_500


def rings(topology: dict[str, Any], geometry: dict[str, Any]) -> list[list[tuple[float, float]]]:
    """Return the outer and inner rings of a shape as (longitude, latitude)."""
    shapes = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    return [[point for number in ring for point in arc(topology, number)] for shape in shapes for ring in shape]


def arc(topology: dict[str, Any], number: int) -> list[tuple[float, float]]:
    (scale_x, scale_y), (left, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    points: list[tuple[float, float]] = []
    x = y = 0
    for dx, dy in topology["arcs"][number if number >= 0 else ~number]:
        x, y = x + dx, y + dy
        points.append((x * scale_x + left, y * scale_y + bottom))
    return points if number >= 0 else points[::-1]


def contains(outline: list[list[tuple[float, float]]], point: Point) -> bool:
    crossings = 0
    for ring in outline:
        for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
            if (y1 > point.lat) != (y2 > point.lat):
                crossings += point.lon < (x2 - x1) * (point.lat - y1) / (y2 - y1) + x1
    return crossings % 2 == 1


def cantons_with(point: Point) -> list[dict[str, Any]]:
    topology = json.loads((DATA / "map" / "be-cantons.topojson").read_text(encoding="utf-8"))
    shapes = topology["objects"]["cantons"]["geometries"]
    return [shape["properties"] for shape in shapes if contains(rings(topology, shape), point)]


@pytest.mark.parametrize("quarter", QUARTERS, ids=lambda quarter: quarter.fr)
def test_quarter_is_in_a_canton_of_its_municipality(quarter: Quarter) -> None:
    (canton,) = cantons_with(quarter.point)
    assert quarter.nis in (*canton["nis"], *canton.get("part", ()))


def test_point_outside_the_city_is_in_none_of_its_cantons() -> None:
    (canton,) = cantons_with(Point(51.05, 3.72))
    assert BRUSSELS not in (*canton["nis"], *canton["part"])


@pytest.mark.parametrize("quarter", QUARTERS, ids=lambda quarter: quarter.fr)
def test_quarter_has_a_postal_code_of_its_municipality(quarter: Quarter) -> None:
    (town,) = [place for place in gazetteer().places if place.id == f"nis:{quarter.nis}"]
    assert quarter.code in town.codes


def test_quarter_is_near_its_station() -> None:
    stations = {station.place.name: station.place.point for station in load_stations()}
    for quarter in QUARTERS:
        point = stations.get(STATION_OF.get(quarter.id, ""))
        assert point is None or metres(quarter.point, point) <= AROUND_M, quarter.id


def test_quarters_are_apart_and_no_other_place_has_their_name() -> None:
    points = [quarter.point for quarter in QUARTERS]
    assert all(metres(one, other) > AROUND_M for at, one in enumerate(points) for other in points[:at])
    others = {place.name for place in gazetteer().places if not place.id.startswith("quarter:") and place.kind != "station"}
    assert not others & {name for quarter in QUARTERS for name in (quarter.fr, quarter.nl)}


def test_other_names_are_of_municipalities_and_name_no_second_one() -> None:
    towns = {place.name: place for place in gazetteer().places if place.kind == "municipality"}
    assert set(OTHER_NAMES) <= set(towns)
    named = {name for place in towns.values() for name in (place.name, *place.names.values())}
    assert not named & {name for names in OTHER_NAMES.values() for name in names}
