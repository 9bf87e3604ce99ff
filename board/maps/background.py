"""Background of maps, from `static/map/background.json`, which pages load too."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from board.paths import STATIC

SCALE = 10_000  # coordinates are whole numbers of 0.0001 degrees
LANGUAGES = ("fr", "nl", "de")

Line = list[tuple[float, float]]  # latitude, longitude


class Outline(NamedTuple):
    """Line or ring, with its bounds, so that those outside a drawing are skipped."""

    points: Line
    south: float
    west: float
    north: float
    east: float

    @classmethod
    def of(cls, points: Line) -> "Outline":
        lats, lons = zip(*points, strict=True)
        return cls(points, min(lats), min(lons), max(lats), max(lons))


@cache
def load() -> dict[str, Any]:
    """Return the content of the file, with decoded lines."""
    content: dict[str, Any] = json.loads((STATIC / "map" / "background.json").read_text(encoding="utf-8"))
    stations = [point_of(named) for named in content["stations"]]
    return content | {
        "countries": [Outline.of(decode(ring)) for rings in content["countries"] for ring in rings],
        "provinces": [Outline.of(decode(ring)) for rings in content["provinces"] for ring in rings],
        "cantons": [Outline.of(decode(line)) for line in content["cantons"]],
        "rail": [Outline.of([stations[start], stations[end]]) for start, end in content["rail"]],
    }


def decode(steps: list[int]) -> Line:
    """Return a line of [x, y, dx, dy, …]."""
    return list(_decode(steps))


def _decode(steps: list[int]) -> Iterator[tuple[float, float]]:
    x = y = 0
    for dx, dy in zip(steps[::2], steps[1::2], strict=True):
        x, y = x + dx, y + dy
        yield y / SCALE, x / SCALE


def point_of(named: list[Any]) -> tuple[float, float]:
    """Return the latitude and longitude of a station or town."""
    return named[1] / SCALE, named[0] / SCALE


def with_names(stations: list[list[Any]]) -> list[list[Any]]:
    """Return the stations without the junctions, which have no name."""
    return [station for station in stations if station[3]]


def name_in(named: list[Any], language: str) -> str:
    """Return the name of a station or town in a language, or its local name."""
    in_language = named[4 + LANGUAGES.index(language)] if language in LANGUAGES else ""
    return str(in_language or named[3])
