"""Files for maps: places of a search as GeoJSON, GPX and KML by current rights; places of a track, previewed and added."""

import json

import httpx2 as httpx
import pytest
from defusedxml import ElementTree
from geojson_pydantic import FeatureCollection

from tests.support.limited_callers import add_guest, connect_guest
from tests.support.people import Person
from tests.support.search_scenario import UNKNOWN_ID, SearchScenario
from tests.support.team import Team

FILES = ("places.geojson", "places.gpx", "places.kml")
GPX, KML = "{http://www.topografix.com/GPX/1/1}", "{http://www.opengis.net/kml/2.2}"
SEEN, UNTIL = "2026-10-24T05:05:00.000Z", "2026-10-24T06:05:00.000Z"
OUTLINE = [[51.05, 3.72], [51.06, 3.72], [51.06, 3.73]]
HOSTILE = "<name>&amp;\u0001\ufffe]]>\"'🦊"
TRACK = b"""<gpx version="1.1"><trk><name>Phone of Noor</name><trkseg>
<trkpt lat="51.05" lon="3.72"><time>2026-10-24T05:05:00Z</time></trkpt><trkpt lat="51.06" lon="3.73"/></trkseg></trk></gpx>"""


@pytest.fixture
async def scene(team: Team) -> SearchScenario:
    last_seen = {"text": "Korenmarkt", "lat": 51.0545, "lon": 3.7217}
    return SearchScenario(team, await team.alice.open_search(missing_since=SEEN, last_seen=last_seen))


async def told(scene: SearchScenario) -> None:
    place = {"text": "Veldstraat 30", "lat": 51.05, "lon": 0.00001, "radius_m": 10}
    await scene.sighting(description="a girl & a dog", seen_at=SEEN, place=place)
    await scene.sighting(description="nowhere")
    withdrawn = await scene.sighting(description="typed twice", place=place)
    await scene.one("card.withdraw", {"card": withdrawn["id"], "reason": "typed twice"})
    await scene.one(
        "place.add", {"name": "Park", "kind": "area", "outline": OUTLINE, "searched_from": SEEN, "searched_until": UNTIL}
    )
    await scene.one("place.add", {"name": "Line 2", "kind": "track", "outline": OUTLINE, "location": place})
    await scene.task(title="ask at the station", place=place)


async def file_of(person: Person, board: str, name: str) -> httpx.Response:
    return await person.http.get(f"/api/v1/boards/{board}/{name}")


# -- export -------------------------------------------------------------------------------------------------------------------


async def test_geojson_is_valid_and_has_each_place(scene: SearchScenario) -> None:
    await told(scene)
    answer = await file_of(scene.team.victor, scene.search, "places.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["content-disposition"].endswith('-places.geojson"')
    FeatureCollection.model_validate_json(answer.content)
    features = answer.json()["features"]
    kinds = [(feature["properties"]["kind"], feature["geometry"]["type"]) for feature in features]
    assert kinds == [
        ("last_seen", "Point"), ("sighting", "Point"), ("place", "Polygon"), ("place", "GeometryCollection"), ("task", "Point"),
    ]  # fmt: skip
    sighting, park = features[1], features[2]
    assert sighting["geometry"]["coordinates"] == [0.00001, 51.05]
    assert sighting["properties"] | {"from": SEEN, "radius_m": 10.0, "grade": "F6"} == sighting["properties"]
    (ring,) = park["geometry"]["coordinates"]
    assert ring[0] == ring[-1]
    assert ring == [[3.72, 51.05], [3.73, 51.06], [3.72, 51.06], [3.72, 51.05]], "counterclockwise"
    assert (park["properties"]["from"], park["properties"]["until"]) == (SEEN, UNTIL)


async def test_gpx_has_waypoints_and_then_tracks(scene: SearchScenario) -> None:
    await told(scene)
    answer = await file_of(scene.team.victor, scene.search, "places.gpx")
    root = ElementTree.fromstring(answer.content)
    assert [child.tag.removeprefix(GPX) for child in root] == ["metadata", "wpt", "wpt", "wpt", "wpt", "trk", "trk"]
    names = [name.text for name in root.findall(f"{GPX}wpt/{GPX}name")]
    assert names[1].partition(" ")[2] == "a girl & a dog"
    assert root.findall(f"{GPX}wpt")[1].get("lon") == "0.00001"
    assert len(root.findall(f"{GPX}trk")[0].findall(f".//{GPX}trkpt")) == 4, "an area is closed"


async def test_kml_has_times_and_outlines(scene: SearchScenario) -> None:
    await told(scene)
    root = ElementTree.fromstring((await file_of(scene.team.victor, scene.search, "places.kml")).content)
    placemarks = root.findall(f".//{KML}Placemark")
    assert len(placemarks) == 5
    assert root.find(f".//{KML}TimeSpan/{KML}end").text == UNTIL
    assert len(root.findall(f".//{KML}Polygon")) == len(root.findall(f".//{KML}LineString")) == 1


@pytest.mark.parametrize("name", FILES)
async def test_typed_text_stays_text(scene: SearchScenario, name: str) -> None:
    await scene.one("place.add", {"name": HOSTILE.replace("\u0001", ""), "location": {"lat": 51.0, "lon": 3.0}})
    answer = await file_of(scene.team.victor, scene.search, name)
    if name == "places.geojson":
        assert answer.json()["features"][1]["properties"]["name"] == HOSTILE.replace("\u0001", "")
    else:
        assert HOSTILE.replace("\u0001", "").replace("\ufffe", "\ufffd") in "".join(
            ElementTree.fromstring(answer.content).itertext()
        )


@pytest.mark.parametrize("name", FILES)
async def test_search_without_places_is_a_valid_file(team: Team, name: str) -> None:
    answer = await file_of(team.victor, await team.alice.open_search(), name)
    if name == "places.geojson":
        assert answer.json() == {"type": "FeatureCollection", "features": []}
    else:
        assert ElementTree.fromstring(answer.content) is not None


async def test_files_are_for_those_who_see_the_search(team: Team) -> None:
    secret = await team.secret_search(team.bob)
    for name in FILES:
        assert (await file_of(team.bob, secret, name)).status_code == 200
        assert (await file_of(team.charlie, secret, name)).status_code == 404
        for other in (UNKNOWN_ID, "operations", "audit"):
            assert (await file_of(team.ada, other, name)).status_code == 404


# -- import -------------------------------------------------------------------------------------------------------------------


async def preview(scene: SearchScenario, content: bytes, who: Person | None = None) -> httpx.Response:
    return await (who or scene.team.bob).http.post(f"/api/v1/boards/{scene.search}/tracks/preview", content=content)


async def test_preview_of_a_track_becomes_a_place(scene: SearchScenario) -> None:
    head = (await scene.team.alice.snapshot(scene.search))["seq"]
    (place,) = (await preview(scene, TRACK)).json()["places"]
    assert place == {
        "name": "Phone of Noor", "kind": "line", "points": 2, "outline": [[51.05, 3.72], [51.06, 3.73]],
        "from": SEEN, "until": SEEN,
    }  # fmt: skip
    assert (await scene.team.alice.snapshot(scene.search))["seq"] == head, "nothing changed"
    data = {"name": place["name"], "kind": "track", "outline": place["outline"], "searched_from": place["from"]}
    assert (await scene.one("place.add", data, who=scene.team.bob))["state"]["outline"] == place["outline"]


async def test_own_export_can_be_imported(scene: SearchScenario) -> None:
    await told(scene)
    for name in ("places.geojson", "places.gpx"):
        content = (await file_of(scene.team.bob, scene.search, name)).content
        places = (await preview(scene, content)).json()["places"]
        assert {place["kind"] for place in places} >= {"point", "line"}


@pytest.mark.parametrize(
    ("content", "status", "says"),
    [
        (b"", 422, "cannot be read"),
        (b"\x89PNG", 422, "cannot be read"),
        (b"<gpx>" + b"<a>" * 50_000, 422, "cannot be read"),
        (b'<!DOCTYPE g [<!ENTITY a "b">]><gpx><trk><name>&a;</name></trk></gpx>', 422, "cannot be read"),
        (b"[" * 100_000, 422, "cannot be read"),
        (b"<gpx/>", 422, "no points"),
        (TRACK.replace(b"51.06", b"91"), 422, "Point 2 is not on the earth"),
        (TRACK.replace(b"lat", b"x").replace(b"lon", b"lat").replace(b"x=", b"lon="), 422, "swapped"),
        (json.dumps({"type": "Polygon", "coordinates": [[[3, 51], [4, 52], [4, 51], [3, 52]]]}).encode(), 422, "crosses itself"),
        (b"<gpx>" + b'<wpt lat="51" lon="3"/>' * 51 + b"</gpx>", 413, "more than 50 places"),
        (b"<gpx><trk>" + b'<trkpt lat="51" lon="3"/>' * 200_001 + b"</trk></gpx>", 413, "more than 200,000 points"),
    ],
)  # fmt: skip
async def test_wrong_and_hostile_files_are_refused_by_a_sentence(
    scene: SearchScenario, content: bytes, status: int, says: str
) -> None:
    answer = await preview(scene, content)
    assert answer.status_code == status, answer.text
    assert says in answer.json()["message"]


async def test_two_hundred_thousand_points_become_five_hundred(scene: SearchScenario) -> None:
    points = b"".join(b'<trkpt lat="%.6f" lon="3.7"/>' % (51 + number * 1e-6) for number in range(200_000))
    (place,) = (await preview(scene, b"<gpx><trk><trkseg>" + points + b"</trkseg></trk></gpx>")).json()["places"]
    assert (place["points"], len(place["outline"])) == (200_000, 500)


async def test_preview_is_for_those_who_may_add_places(team: Team, scene: SearchScenario) -> None:
    guest = await connect_guest(team.server, await add_guest(team.server, scene.search))
    for person, status in ((team.bob, 200), (team.victor, 403), (guest, 404)):
        assert (await preview(scene, TRACK, person)).status_code == status
    await guest.close()
    secret = SearchScenario(team, await team.secret_search(team.bob))
    assert (await preview(secret, TRACK, team.charlie)).status_code == 404
    for other in (UNKNOWN_ID, "operations", "audit"):
        assert (await preview(SearchScenario(team, other), TRACK, team.ada)).status_code == 404


async def test_too_large_file_is_refused(scene: SearchScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("board.geo_files.import_api.MAX_BYTES", 100)
    assert (await preview(scene, TRACK)).status_code == 413
