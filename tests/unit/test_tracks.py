"""Reader of tracks: GPX and GeoJSON from phones and maps, wrong and hostile files, in linear work."""

import json
import sys
from collections.abc import Iterable
from typing import Any

import pytest

from board.geo_files import track_process
from board.geo_files.track_process import (
    CROSSED,
    EMPTY,
    MAX_OUTLINE,
    MAX_POINTS,
    NOT_ON_EARTH,
    TOO_MANY_PLACES,
    TOO_MANY_POINTS,
    WrongFileError,
    crosses,
    read,
    reduced,
)

SQUARE = [[3.7, 51.0], [3.8, 51.0], [3.8, 51.1], [3.7, 51.1], [3.7, 51.0]]
CROSSED_RING = [[3.7, 51.0], [3.8, 51.1], [3.8, 51.0], [3.7, 51.1], [3.7, 51.0]]
BOMB = b'<!DOCTYPE g [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(9)
)


def gpx(inside: str) -> bytes:
    return f'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{inside}</gpx>'.encode()


def trk(points: Iterable[tuple[float, float]], inside: str = "") -> bytes:
    segment = "".join(f'<trkpt lat="{lat}" lon="{lon}"/>' for lat, lon in points)
    return gpx(f"<trk>{inside}<trkseg>{segment}</trkseg></trk>")


def geojson(kind: str, coordinates: Any, **properties: Any) -> bytes:
    geometry = {"type": kind, "coordinates": coordinates}
    return json.dumps({"type": "Feature", "geometry": geometry, "properties": properties}).encode()


def refused(content: bytes) -> tuple[int, int]:
    with pytest.raises(WrongFileError) as wrong:
        read(content)
    return wrong.value.status, wrong.value.number


def test_track_of_a_phone_has_its_times_and_its_line() -> None:
    points = "".join(
        f'<trkpt lat="{51 + n / 1000}" lon="3.7"><ele>4</ele><time>2026-10-24T05:0{n}:00+02:00</time></trkpt>' for n in range(3)
    )
    (place,) = read(gpx(f"<trk><name>Noor &amp; dog</name><trkseg>{points}</trkseg></trk>"))
    assert place == {
        "name": "Noor & dog", "kind": "line", "points": 3, "outline": [[51.0, 3.7], [51.001, 3.7], [51.002, 3.7]],
        "from": "2026-10-24T03:00:00+00:00", "until": "2026-10-24T03:02:00+00:00",
    }  # fmt: skip


def test_waypoints_and_routes_are_places() -> None:
    content = gpx('<wpt lat="51" lon="3"><name>bench</name></wpt><rte><rtept lat="51" lon="3"/><rtept lat="52" lon="3"/></rte>')
    point, line = read(content)
    assert (point["kind"], point["name"], point["outline"]) == ("point", "bench", [[51.0, 3.0]])
    assert (line["kind"], line["points"]) == ("line", 2)


@pytest.mark.parametrize(
    ("kind", "coordinates", "found"),
    [
        ("Point", [3.7, 51], ["point"]),
        ("MultiPoint", [[3.7, 51], [3.8, 51]], ["point", "point"]),
        ("LineString", SQUARE, ["line"]),
        ("MultiLineString", [SQUARE, SQUARE], ["line", "line"]),
        ("Polygon", [SQUARE, CROSSED_RING], ["area"]),
        ("MultiPolygon", [[SQUARE], [SQUARE]], ["area", "area"]),
    ],
)
def test_each_geometry_of_geojson_is_read(kind: str, coordinates: Any, found: list[str]) -> None:
    places = read(geojson(kind, coordinates, name="x"))
    assert [place["kind"] for place in places] == found
    assert {place["name"] for place in places} == {"x"}
    assert places[0]["outline"][0] == [51.0, 3.7], "latitude first"


def test_collections_are_read_in_order() -> None:
    point, line = json.loads(geojson("Point", [3, 51], name="a")), json.loads(geojson("LineString", SQUARE, name="b"))
    nowhere = {"type": "Feature", "geometry": None, "properties": None}
    collection = {"type": "FeatureCollection", "features": [point, nowhere, line]}
    assert [place["name"] for place in read(json.dumps(collection).encode())] == ["a", "b"]
    geometries = {"type": "GeometryCollection", "geometries": [point["geometry"], line["geometry"]]}
    assert [place["kind"] for place in read(b"\xef\xbb\xbf" + json.dumps(geometries).encode())] == ["point", "line"]


@pytest.mark.parametrize(
    ("lat", "lon"), [(91, 3), (-90.1, 3), (51, 180.1), (51, -181), ("nan", 3), ("inf", 3), ("x", 3), ("", "")]
)
def test_point_that_is_not_on_the_earth_is_named(lat: Any, lon: Any) -> None:
    content = gpx(f'<trk><trkseg><trkpt lat="51" lon="3"/><trkpt lat="{lat}" lon="{lon}"/></trkseg></trk>')
    assert refused(content) == (NOT_ON_EARTH, 2)


@pytest.mark.parametrize("position", [[3, 91], [181, 51], ["3", "51"], [None, 51], [True, 51], [10**400, 51]])
def test_wrong_positions_of_geojson_are_named(position: Any) -> None:
    assert refused(geojson("LineString", [[3, 51], position])) == (NOT_ON_EARTH, 2)


def test_poles_and_the_date_line_are_on_the_earth() -> None:
    (place,) = read(trk([(90, 180), (-90, -180)]))
    assert place["outline"] == [[90.0, 180.0], [-90.0, -180.0]]


def test_area_that_crosses_itself_is_refused() -> None:
    assert refused(geojson("MultiPolygon", [[SQUARE], [CROSSED_RING]])) == (CROSSED, 2)
    assert read(geojson("LineString", CROSSED_RING)), "a line may"


@pytest.mark.parametrize(
    "content", [gpx(""), gpx("<trk/>"), b'{"type":"FeatureCollection","features":[]}', geojson("MultiPoint", [])]
)
def test_files_without_points_are_refused(content: bytes) -> None:
    assert refused(content) == (EMPTY, 0)


def test_long_track_is_reduced_and_keeps_its_ends() -> None:
    points = [(51 + number * 1e-6, 3 + (number % 7) * 1e-4) for number in range(20_000)]
    (place,) = read(trk(points))
    assert (place["points"], len(place["outline"])) == (20_000, MAX_OUTLINE)
    assert place["outline"][0] == [round(value, 5) for value in points[0]]
    assert place["outline"][-1] == [round(value, 5) for value in points[-1]]


def test_corner_of_a_long_track_is_kept() -> None:
    there, back = [(51.0, 3 + number * 1e-4) for number in range(1_000)], [(51.0, 3.1 - number * 1e-4) for number in range(1_000)]
    assert (52.0, 3.1) in reduced([*there, (52.0, 3.1), *back])


def test_numbers_of_points_and_places_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_POINTS == 200_000
    monkeypatch.setattr(track_process, "MAX_POINTS", 100)
    assert len(read(trk([(51, 3)] * 100))) == 1
    assert refused(trk([(51, 3)] * 101)) == (TOO_MANY_POINTS, 0)
    assert refused(gpx('<wpt lat="51" lon="3"/>' * 51)) == (TOO_MANY_PLACES, 0)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"x", b"<", b"{", b"<kml/>", b"<gpx>", b"[1]", b"null", b'{"type":"Feature"}', b'{"type":"Circle","coordinates":[]}',
        BOMB + b"]><gpx><trk><name>&j;</name></trk></gpx>",
        b'<!DOCTYPE g SYSTEM "file:///etc/passwd"><gpx/>',
        b'<!DOCTYPE g [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx><trk><name>&x;</name></trk></gpx>',
        b"<gpx>" + b"<a>" * 100_000,
        b'{"type":"FeatureCollection","features":' + b"[" * 200_000,
        b'{"type":"Point","coordinates":[NaN,51]}',
        b'{"type":"GeometryCollection","geometries":[' * 1_000,
        gpx('<trk><trkseg><trkpt lat="51" lon="3"/></trkseg></trk>').decode().encode("utf-16"),
    ],
)  # fmt: skip
def test_broken_and_hostile_files_are_refused_without_work(content: bytes) -> None:
    with pytest.raises(Exception) as wrong:  # noqa: PT011 - main() answers BROKEN for each
        read(content)
    assert not isinstance(wrong.value, MemoryError | AssertionError)


def test_nested_collections_end_at_a_depth() -> None:
    geometry: Any = {"type": "Point", "coordinates": [3, 51]}
    for _ in range(40):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    assert refused(json.dumps(geometry).encode())[0] == track_process.BROKEN


def test_work_is_linear_in_the_number_of_points() -> None:
    def steps(count: int) -> int:
        """Count the calls of functions, which do not depend on the machine."""
        calls = 0

        def count_call(_frame: Any, event: str, _argument: Any) -> None:
            nonlocal calls
            calls += event == "call"

        sys.setprofile(count_call)
        try:
            read(trk([(51 + number * 1e-6, 3.7) for number in range(count)]))
        finally:
            sys.setprofile(None)
        return calls

    assert steps(8_000) < 2.5 * steps(4_000)


@pytest.mark.parametrize(
    ("ring", "answer"), [(SQUARE[:-1], False), (CROSSED_RING[:-1], True), ([[0, 0]] * 4, False), ([[0, 0]], False)]
)
def test_crossing_edges_are_found(ring: list[list[float]], answer: bool) -> None:
    assert crosses([(a, b) for a, b in ring]) is answer


def test_odd_times_are_left_out() -> None:
    times = ("yesterday", "2026-10-24T05:00:00", "0001-01-01T00:00:00+14:00", "2026-10-24T05:00:00Z")
    points = "".join(f'<trkpt lat="51" lon="3"><time>{time}</time></trkpt>' for time in times)
    (place,) = read(gpx(f"<trk><trkseg>{points}</trkseg></trk>"))
    assert (place["from"], place["until"]) == ("2026-10-24T05:00:00+00:00",) * 2
