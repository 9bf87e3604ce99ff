"""Reader of tracks: reads a GPX or GeoJSON file on standard input, and writes its places as JSON. Run in an isolated child
process with defusedxml.

Lines and outlines are reduced to MAX_OUTLINE points, in linear time. Exit 3: a package is missing. 4: not such a file, broken, or
nested too deeply. 5: more than MAX_POINTS points. 6: more than MAX_PLACES places. 7: a point is not on the earth; its number is
written. 8: an area crosses itself; its number is written. 9: no places.
"""

import json
import math
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

MISSING, BROKEN, TOO_MANY_POINTS, TOO_MANY_PLACES, NOT_ON_EARTH, CROSSED, EMPTY = 3, 4, 5, 6, 7, 8, 9
MAX_BYTES = 32 * 1024 * 1024
MAX_POINTS = 200_000  # about two days of a phone that records a point each second
MAX_PLACES = 50
MAX_OUTLINE = 500  # points of a place
MAX_DEPTH = 32
MAX_TEXT = 200  # characters of a name
LINES, POINTS = ("trk", "rte"), ("trkpt", "rtept")
AREAS = ("Polygon", "MultiPolygon")

Point = tuple[float, float]  # latitude and longitude


class WrongFileError(Exception):
    """Refusal of a file. `status`: exit code. `number`: number of the wrong point or place."""

    def __init__(self, status: int, number: int = 0) -> None:
        super().__init__(status)
        self.status, self.number = status, number


class Places:
    """Places of a file, limited in their number and their points."""

    def __init__(self) -> None:
        self.shapes: list[dict[str, Any]] = []
        self.count = 0  # points of all places

    def begin(self, kind: str, name: str = "") -> dict[str, Any]:
        """Begin a place: a `point`, a `line` or an `area`. Raises WrongFileError if there are too many."""
        if len(self.shapes) >= MAX_PLACES:
            raise WrongFileError(TOO_MANY_PLACES)
        shape: dict[str, Any] = {"kind": kind, "name": name[:MAX_TEXT], "points": [], "times": []}
        self.shapes.append(shape)
        return shape

    def add(self, shape: dict[str, Any], lat: Any, lon: Any) -> None:
        """Add a point. Raises WrongFileError if it is not on the earth, or if there are too many."""
        self.count += 1
        if self.count > MAX_POINTS:
            raise WrongFileError(TOO_MANY_POINTS)
        try:
            point = float(lat), float(lon)
        except (TypeError, ValueError, OverflowError):
            raise WrongFileError(NOT_ON_EARTH, self.count) from None
        if not (-90 <= point[0] <= 90 and -180 <= point[1] <= 180):  # also if it is not a number
            raise WrongFileError(NOT_ON_EARTH, self.count)
        shape["points"].append(point)


class GpxHandler(ContentHandler):
    """Reader of waypoints, routes and tracks."""

    def __init__(self, places: Places) -> None:
        super().__init__()
        self._places, self._shape, self._depth = places, dict[str, Any](), 0
        self._text: str | None = None  # text of the open name or time

    def startElement(self, name: str, attrs: Any) -> None:
        tag = name.rpartition(":")[2]
        self._depth += 1
        if self._depth > MAX_DEPTH or (self._depth == 1 and tag != "gpx"):
            raise WrongFileError(BROKEN)
        if tag in LINES or (tag in POINTS and not self._shape):
            self._shape = self._places.begin("line")
        elif tag == "wpt":
            self._shape = self._places.begin("point")
        if tag in (*POINTS, "wpt"):
            self._places.add(self._shape, attrs.get("lat"), attrs.get("lon"))
        self._text = "" if tag in ("name", "time") else None

    def characters(self, content: str) -> None:
        if self._text is not None and len(self._text) < MAX_TEXT:
            self._text += content[:MAX_TEXT]

    def endElement(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        self._depth -= 1
        text = (self._text or "").strip()[:MAX_TEXT]
        self._text = None
        if tag == "time" and self._shape and text:
            self._shape["times"].append(text)
        elif tag == "name" and self._shape and text:
            self._shape["name"] = self._shape["name"] or text
        elif tag in (*LINES, "wpt"):
            self._shape = {}


def read_gpx(stream: Any, places: Places) -> None:
    """Read a GPX file. Raises WrongFileError if it is refused, or any exception of the parser if it is broken."""
    from defusedxml.expatreader import create_parser

    parser = create_parser(forbid_dtd=True)
    parser.setContentHandler(GpxHandler(places))
    parser.parse(stream)


def read_geojson(content: bytes, places: Places) -> None:
    """Read a GeoJSON file. Raises WrongFileError if it is refused, or any exception of the parser if it is broken."""
    for geometry, properties in _geometries(json.loads(content, parse_constant=_refuse_constant)):
        name = properties.get("name") or properties.get("title") or ""
        times = [properties.get(key) for key in ("time", "from", "until")]
        for kind, positions in _shapes(geometry):
            shape = places.begin(kind, str(name))
            shape["times"] += [time for time in times if isinstance(time, str)]
            for position in positions:
                lon, lat = position[:2]
                places.add(shape, _number(lat), _number(lon))


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _geometries(value: Any) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the geometries of a file with their properties. Collections may be nested, up to MAX_DEPTH."""
    left: list[tuple[Any, dict[str, Any], int]] = [(value, {}, 0)]
    while left:
        entry, properties, depth = left.pop()
        if not isinstance(entry, dict) or depth > MAX_DEPTH:
            raise WrongFileError(BROKEN)
        match entry.get("type"):
            case "FeatureCollection":
                left += [(feature, {}, depth + 1) for feature in reversed(entry["features"])]
            case "Feature":
                own = entry.get("properties")
                if entry["geometry"] is not None:
                    left.append((entry["geometry"], own if isinstance(own, dict) else {}, depth + 1))
            case "GeometryCollection":
                left += [(geometry, properties, depth + 1) for geometry in reversed(entry["geometries"])]
            case _:
                yield entry, properties


def _shapes(geometry: dict[str, Any]) -> Iterator[tuple[str, Sequence[Any]]]:
    """Yield kind and positions of each place of a geometry. Holes of areas are left out."""
    kind, coordinates = geometry.get("type"), geometry["coordinates"]
    if kind in ("Point", "MultiPoint"):
        yield from (("point", [position]) for position in ([coordinates] if kind == "Point" else coordinates))
    elif kind in ("LineString", "MultiLineString"):
        yield from (("line", line) for line in ([coordinates] if kind == "LineString" else coordinates))
    elif kind in AREAS:
        yield from (("area", polygon[0]) for polygon in ([coordinates] if kind == "Polygon" else coordinates))
    else:
        raise WrongFileError(BROKEN)


def reduced(points: Sequence[Point], limit: int = MAX_OUTLINE) -> list[Point]:
    """Return at most `limit` points: the ends, and from each part of the line the point at which it turns most. Takes linear
    time."""
    if len(points) <= limit:
        return list(points)
    parts, kept = limit - 2, [points[0]]
    bounds = [1 + part * (len(points) - 2) // parts for part in range(parts + 1)]
    for start, end in pairwise(bounds):
        following = points[end]
        kept.append(max(points[start:end], key=lambda point: _twice_area(kept[-1], point, following)))
    return [*kept, points[-1]]


def _twice_area(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]))


def crosses(ring: Sequence[Point]) -> bool:
    """Return whether two edges of a closed outline cross. Takes quadratic time; outlines have at most MAX_OUTLINE points."""
    edges = [edge for edge in zip(ring, [*ring[1:], ring[0]], strict=True) if edge[0] != edge[1]]
    return any(_cross(*edges[i], *edges[j]) for i in range(len(edges)) for j in range(i + 2, len(edges)))


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, c: Point) -> float:
    return math.copysign(1, area) if (area := (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) else 0.0


def finished(shape: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a place for the output. Raises WrongFileError if it is an area that crosses itself."""
    points = shape["points"]
    if shape["kind"] == "area" and len(points) > 1 and points[0] == points[-1]:
        points = points[:-1]
    outline = [[round(lat, 5), round(lon, 5)] for lat, lon in reduced(points)]
    if shape["kind"] == "area" and crosses([(lat, lon) for lat, lon in outline]):
        raise WrongFileError(CROSSED, number)
    times = [time for text in shape["times"] if (time := _time(text)) is not None]
    return {
        "name": shape["name"], "kind": shape["kind"] if len(outline) > 1 else "point", "points": len(points),
        "outline": outline, "from": min(times, default=None), "until": max(times, default=None),
    }  # fmt: skip


def _time(text: str) -> str | None:
    """Return a time in UTC; None if it is not one, or has no offset."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC).isoformat() if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def read(content: bytes) -> list[dict[str, Any]]:
    """Return the places of a file. Raises WrongFileError if it is refused, or any exception of a parser if it is broken."""
    from io import BytesIO

    places = Places()
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<":
        read_gpx(BytesIO(content), places)
    else:
        read_geojson(content.removeprefix(b"\xef\xbb\xbf"), places)
    shapes = [shape for shape in places.shapes if shape["points"]]
    if not shapes:
        raise WrongFileError(EMPTY)
    return [finished(shape, number) for number, shape in enumerate(shapes, 1)]


def main() -> int:
    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        import defusedxml.expatreader  # noqa: F401 - by read_gpx
    except (ImportError, OSError):
        return MISSING
    try:
        sys.stdout.write(json.dumps(read(content)))
    except WrongFileError as wrong:
        sys.stdout.write(json.dumps(wrong.number))
        return wrong.status
    except (Exception, SAXException):  # an untrusted file: the parsers can raise anything
        return BROKEN
    return 0


if __name__ == "__main__":
    sys.exit(main())
