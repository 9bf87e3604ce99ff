"""The installation's own places are read at start; a file with an error is refused by line; look-ups stay quick."""

import json
import random
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from board.config.own_places import MAX_PLACES, load_own_places
from board.config.settings import Settings
from board.lookup.own_places import own_places
from board.lookup.place_query import read_query
from board.lookup.place_radius import Point
from board.lookup.places_api import find_places
from models.db.errors import ConfigurationError

HEADER = "name,nl,fr,kind,lat,lon,radius_m"
KOMPAS = "Youth centre Kompas,Jeugdhuis Kompas,Maison de jeunes Kompas,youth_centre,51.0536,3.7304,50"
FEATURE = {
    "type": "Feature",
    "properties": {"name": "Kompas", "kind": "shelter", "fr": "Boussole"},
    "geometry": {"type": "Point", "coordinates": [3.7304, 51.0536]},
}  # fmt: skip


def write_csv(folder: Path, *rows: str, header: str = HEADER) -> str:
    (folder / "places.csv").write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return str(folder)


def write_geojson(folder: Path, features: Iterable[Any], **members: Any) -> str:
    collection = {"type": "FeatureCollection", **members, "features": list(features)}
    (folder / "places.geojson").write_text(json.dumps(collection, indent=1), encoding="utf-8")
    return str(folder)


def refusal(folder: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_own_places(folder)
    return str(caught.value)


def test_places_of_both_files_are_found(tmp_path: Path) -> None:
    write_csv(tmp_path, KOMPAS)
    folder = write_geojson(tmp_path, [FEATURE], name="ours", crs=None)
    assert len(load_own_places(folder)) == 2
    (first, *_) = find_places("jeugdhuis kompas", 8, None, folder)
    assert (first.name, first.kind, first.own, first.radius_m) == ("Youth centre Kompas", "youth_centre", True, 50)
    assert first.names == {"nl": "Jeugdhuis Kompas", "fr": "Maison de jeunes Kompas", "de": "Youth centre Kompas"}
    assert [place.name for place in find_places("bousole", 8, None, folder)][:1] == ["Kompas"]


def test_nothing_changes_without_files(tmp_path: Path) -> None:
    assert load_own_places(None) == load_own_places(str(tmp_path)) == ()
    assert find_places("Gent", 1, None, str(tmp_path))[0].id == "nis:44021"


def test_spreadsheet_with_semicolons_and_a_mark_is_read(tmp_path: Path) -> None:
    folder = write_csv(tmp_path, "School Noord;51.07;3.72;school", "", header="\ufeffName;lat;lon;kind")
    assert [(place.name, place.lat, place.radius_m) for place in load_own_places(folder)] == [("School Noord", 51.07, None)]


@pytest.mark.parametrize(("lat", "lon"), [("90", "0"), ("-90", "12"), ("0", "180"), ("0", "-180"), ("50.85", "4.35")])
def test_places_at_the_ends_of_the_earth_are_found(tmp_path: Path, lat: str, lon: str) -> None:
    folder = write_csv(tmp_path, f"Base Zulu,other,{lat},{lon}", header="name,kind,lat,lon")
    for near in (None, Point(90, 0), Point(0, 180), Point(0, -180), Point(50.8, 4.3)):
        (place,) = [place for place in find_places("base zulu", 3, near, folder) if place.own]
        assert place.to_json(near)["lat"] == float(lat)


def test_distance_crosses_the_date_line(tmp_path: Path) -> None:
    folder = write_csv(tmp_path, "Base Zulu,other,0,179.99", header="name,kind,lat,lon")
    distance = find_places("base zulu", 1, Point(0, -179.99), folder)[0].to_json(Point(0, -179.99))["distance_m"]
    assert distance is not None
    assert 2_000 < distance < 2_500


WRONG_ROWS = {
    "a,b,c,school,50,4": "line 3: must have 7 columns like the first line, and has 6",
    "a,b,c,school,50,4,1,2": "line 3: must have 7 columns",
    ",b,c,school,50,4,1": "line 3: name must not be empty",
    "a,b,c,zoo,50,4,1": "line 3: kind must be one of school",
    "a,b,c,school,91,4,1": "line 3: lat must be a number from -90 to 90",
    "a,b,c,school,50,181,1": "line 3: lon must be",
    "a,b,c,school,north,4,1": "line 3: lat must be",
    "a,b,c,school,nan,4,1": "line 3: lat must be",
    "a,b,c,school,inf,4,1": "line 3: lat must be",
    "a,b,c,school,,4,1": "line 3: lat must be",
    "a,b,c,school,3.72,51.05,1": "line 3: lat and lon are swapped",
    "a,b,c,school,50,4,10000000": "line 3: radius_m must be a number from 0 to 1000000",
    "a,b,c,school,50,4,-1": "line 3: radius_m must be",
    f"{'x' * 201},b,c,school,50,4,1": "line 3: name must be a text of at most 200 characters",
    f"{'x' * 5000},b,c,school,50,4,1": "line 3: must have at most 4000 characters",
    "a\u0007,b,c,school,50,4,1": "line 3: name must be a text",
    'a,b,c,school,50,4,"1': "line 3: can't be read",
}


@pytest.mark.parametrize("row", WRONG_ROWS)
def test_wrong_row_is_refused_with_its_line(tmp_path: Path, row: str) -> None:
    assert WRONG_ROWS[row] in refusal(write_csv(tmp_path, KOMPAS, row, KOMPAS))


def test_radius_zero_is_accepted(tmp_path: Path) -> None:
    assert load_own_places(write_csv(tmp_path, "a,b,c,school,50,4,0"))[0].radius_m == 0


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("naam,kind,lat,lon", "line 1: 'naam' must be one of the columns name, kind, lat, lon"),
        ("name,kind,lat", "line 1: the column lon is missing"),
        ("name,kind,lat,lon,lat", "line 1: each column must occur once"),
        ("", "line 1: the column name is missing"),
    ],
)
def test_wrong_columns_are_refused(tmp_path: Path, header: str, sentence: str) -> None:
    assert sentence in refusal(write_csv(tmp_path, header=header))


@pytest.mark.parametrize(
    ("feature", "sentence"),
    [
        ({"type": "Point"}, "must be a Feature"),
        (FEATURE | {"geometry": None}, "geometry must be a Point"),
        (FEATURE | {"geometry": {"type": "Point", "coordinates": [3]}}, "coordinates must be [lon, lat]"),
        (FEATURE | {"geometry": {"type": "Point", "coordinates": [51.05, 3.72]}}, "lat and lon are swapped"),
        (FEATURE | {"geometry": {"type": "Point", "coordinates": [True, 50]}}, "lon must be a number"),
        (FEATURE | {"properties": None}, "properties must have name and kind"),
        (FEATURE | {"properties": {"name": 7, "kind": "school"}}, "name must be a text"),
        (FEATURE | {"properties": {"name": "\ud800", "kind": "school"}}, "name must be a text"),
        (FEATURE | {"properties": {"name": "a", "kind": ["school"]}}, "kind must be one of"),
    ],
)
def test_wrong_feature_is_refused_with_its_line(tmp_path: Path, feature: Any, sentence: str) -> None:
    folder = write_geojson(tmp_path, [FEATURE, feature])
    lines = (tmp_path / "places.geojson").read_text(encoding="utf-8").splitlines()
    line = [number for number, text in enumerate(lines, 1) if text == "  {"][1]
    assert f"places.geojson, line {line}: {sentence}" in refusal(folder)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"type": "FeatureCollection"}', '{"type": "Feature", "features": []}', '{"features": [NaN]}',
     '{"features": [1e', '{"features": []} x', '{"features": [' + "[" * 100_000, '{"features": {}}',
     '{"features": [' + "9" * 10_000 + "]}"],
)  # fmt: skip
def test_text_that_is_no_collection_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "places.geojson").write_text(text, encoding="utf-8")
    assert "line 1" in refusal(str(tmp_path))


@pytest.mark.parametrize("name", ["places.csv", "places.geojson"])
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"name,kind,lat,lon\n\xff\xfe")
    assert f"{name} can't be read" in refusal(str(tmp_path))


def test_settings_with_a_wrong_file_stop_the_start(tmp_path: Path) -> None:
    folder = write_csv(tmp_path, "a,b,c,zoo,50,4,1")
    with pytest.raises(ConfigurationError, match=r"places\.csv, line 2"):
        Settings(_env_file=None, files_path=folder).check()


def many(count: int) -> list[str]:
    """Return rows of places with names of several words, many of them shared."""
    chance = random.Random(39)
    first, second = (
        ["".join(chance.choices("abdegiklmnorstuvz", k=chance.randint(4, 9))) for _ in range(5_000)] for _ in range(2)
    )
    kinds = ("School", "Shelter", "Youth centre", "Sporthal")
    return [
        f"{chance.choice(kinds)} {chance.choice(first)} {chance.choice(second)} {number},,,school,"
        f"{chance.uniform(49.5, 51.5):.5f},{chance.uniform(2.5, 6.4):.5f},50"
        for number in range(count)
    ]


def test_more_places_than_the_limit_are_refused(tmp_path: Path) -> None:
    assert "there must be at most 100,000 places" in refusal(write_csv(tmp_path, *many(MAX_PLACES + 1)))


def test_long_list_holds_no_joined_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_csv(tmp_path, KOMPAS)
    joined = own_places(folder)
    assert joined.find(read_query("jeugdhuiskompas"), None, 1)
    monkeypatch.setattr("board.lookup.own_places.MAX_JOINED", 0)
    own_places.cache_clear()
    single = own_places(folder)
    assert len(single._words.places) < len(joined._words.places)
    (found,) = single.find(read_query("jeugdhuis kompas"), None, 1)
    assert (found[1].id, found[1].name) == ("own:0", "Youth centre Kompas")
    own_places.cache_clear()


@pytest.mark.slow
def test_look_ups_among_100_000_own_places_stay_quick(tmp_path: Path) -> None:
    rows = many(MAX_PLACES)
    folder = write_csv(tmp_path, *rows)
    index = own_places(folder)
    chance = random.Random(40)
    names = [row.partition(",")[0] for row in chance.sample(rows, 100)]
    queries = [
        *names,
        *(name[:-1] for name in names),
        *(name.split()[1][:3] for name in names),
        "school",
        "s",
        "sporthal gent",
        "xqzy",
    ]
    queries += [name.replace("e", "a", 1) for name in names]
    seconds = []
    for query in queries:
        began = time.thread_time()
        index.find(read_query(query), Point(51.05, 3.72), 8)
        seconds.append(time.thread_time() - began)
    seconds.sort()
    assert seconds[int(0.95 * len(seconds))] < 0.05
    assert [index.find(read_query(name), None, 1)[0][1].name for name in names] == names


def test_nearest_of_many_equal_names_is_first(tmp_path: Path) -> None:
    rows = [f"School,,,school,{49.5 + number / 10_000:.5f},4.4,50" for number in range(20_000)]
    index = own_places(write_csv(tmp_path, *rows))
    (best, *_) = index.find(read_query("school"), Point(51.2, 4.4), 8)
    assert best[1].point == Point(51.2, 4.4)
