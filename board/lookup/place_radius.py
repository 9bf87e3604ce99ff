"""Distances, and the radius in metres that a place covers.

The gazetteer has points, not outlines. So a municipality extends to its farthest locality and halfway to the next municipality;
a locality halfway to its neighbour.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

LOCALITY_MARGIN = 1_000  # metres around the farthest locality's point
MIN_MUNICIPALITY = (2_000, 2_000, 2_000, 2_000, 3_000, 4_000, 6_000)  # minimum, by class of population
MAX_MUNICIPALITY = 20_000
LOCALITY_RANGE = (500, 5_000)  # minimum, maximum
APPROXIMATE_MARGIN = 2_000  # added if the point is the mean of several
CELL = 0.1  # degrees; nine cells are searched, which finds every neighbour within 7 km
COLUMNS = round(360 / CELL)  # around the earth
MAX_RINGS = 12  # of cells around a point: about 100 km


class Point(NamedTuple):
    """WGS 84 coordinates."""

    lat: float
    lon: float


def point_of(place: Mapping[str, Any] | None) -> Point | None:
    """Return the point of a place, if it has one."""
    return Point(place["lat"], place["lon"]) if place and place.get("lat") is not None else None


Cell = tuple[int, int]
Grid = dict[Cell, list[Point]]


def metres(start: Point, end: Point) -> float:
    """Return the distance in metres, on a flat map, which is accurate enough for a hundred kilometres."""
    across = math.remainder(end.lon - start.lon, 360) * math.cos(math.radians((start.lat + end.lat) / 2))
    return 111_195 * math.hypot(end.lat - start.lat, across)


def grid(points: Iterable[Point]) -> Grid:
    """Return the points by the cell they are in."""
    cells: Grid = defaultdict(list)
    for point in points:
        cells[cell_of(point)].append(point)
    return cells


def municipality_radius(point: Point, localities: Iterable[Point], seats: Grid, size: int, approximate: bool) -> int:
    """Return the radius of a municipality; `seats` are the points of all municipalities, `size` is its class of population."""
    farthest = max((metres(point, locality) + LOCALITY_MARGIN for locality in localities), default=0)
    half = _half_way(point, seats)
    reach = max(farthest, half if half < math.inf else 0)
    return _rounded(reach + (APPROXIMATE_MARGIN if approximate else 0), MIN_MUNICIPALITY[size], MAX_MUNICIPALITY)


def locality_radius(point: Point, everywhere: Grid) -> int:
    """Return the radius of a locality; `everywhere` are the points of all places."""
    return _rounded(_half_way(point, everywhere), *LOCALITY_RANGE)


def _half_way(point: Point, cells: Grid) -> float:
    """Return half the distance to the nearest other point; infinite if there is none near."""
    row, column = cell_of(point)
    around = [(row + i, (column + j) % COLUMNS) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    neighbours = [other for cell in around for other in cells.get(cell, ())]
    return min((metres(point, other) for other in neighbours if other != point), default=math.inf) / 2


def cell_of(point: Point) -> Cell:
    """Return the row and the column of the cell that a point is in."""
    return math.floor(point.lat / CELL), math.floor(point.lon / CELL) % COLUMNS


def rings(point: Point) -> Iterator[list[Cell]]:
    """Yield the cell of a point, then the rings of cells around it."""
    row, column = cell_of(point)
    for radius in range(MAX_RINGS + 1):
        span = range(-radius, radius + 1)
        yield [(row + i, (column + j) % COLUMNS) for i in span for j in span if radius in (abs(i), abs(j))]


def _rounded(exact: float, minimum: int, maximum: int) -> int:
    return math.ceil(min(max(exact, minimum), maximum) / 100) * 100
