"""How far apart two points are, and within how many metres "in this place" lies.

The gazetteer has points, no outlines. So a municipality reaches as far as its farthest locality, and as half the way to the next
one; a locality as half the way to its neighbour.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

BEYOND = 1_000  # metres around the farthest locality's point
MUNICIPALITY = (2_000, 2_000, 2_000, 2_000, 3_000, 4_000, 6_000)  # at least, by class of population
FARTHEST = 20_000
LOCALITY = (500, 5_000)  # at least, at most
APPROXIMATE = 2_000  # more where the point is no town's own but the mean of several
CELL = 0.1  # degrees; neighbours are looked for in nine cells, within 7 km at least


class Point(NamedTuple):
    """WGS 84."""

    lat: float
    lon: float


Grid = dict[tuple[int, int], list[Point]]


def metres(one: Point, other: Point) -> float:
    """How far two points are apart: as on a map, which is good enough for a hundred kilometres."""
    across = (other.lon - one.lon) * math.cos(math.radians((one.lat + other.lat) / 2))
    return 111_195 * math.hypot(other.lat - one.lat, across)


def grid(points: Iterable[Point]) -> Grid:
    """Points by the cell they lie in."""
    cells: Grid = defaultdict(list)
    for point in points:
        cells[_cell(point)].append(point)
    return cells


def of_municipality(point: Point, localities: Iterable[Point], seats: Grid, size: int, approximate: bool) -> int:
    """Radius of a municipality; `seats` are the points of all, `size` is its class of population."""
    farthest = max((metres(point, each) + BEYOND for each in localities), default=0)
    half = _half_way(point, seats)
    reach = max(farthest, half if half < math.inf else 0)
    return _rounded(reach + (APPROXIMATE if approximate else 0), MUNICIPALITY[size], FARTHEST)


def of_locality(point: Point, everywhere: Grid) -> int:
    """Radius of a locality; `everywhere` are the points of all places."""
    return _rounded(_half_way(point, everywhere), *LOCALITY)


def _half_way(point: Point, cells: Grid) -> float:
    """Half of the distance to the nearest other; infinite where there is none near."""
    row, column = _cell(point)
    near = [each for i in (-1, 0, 1) for j in (-1, 0, 1) for each in cells.get((row + i, column + j), ())]
    return min((metres(point, each) for each in near if each != point), default=math.inf) / 2


def _cell(point: Point) -> tuple[int, int]:
    return math.floor(point.lat / CELL), math.floor(point.lon / CELL)


def _rounded(exact: float, least: int, most: int) -> int:
    return math.ceil(min(max(exact, least), most) / 100) * 100
