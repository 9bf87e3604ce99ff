"""View of a map on paper: which part of the earth is on it, and where a point is, in the projection of web maps."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from board.maps.points import Coordinates, MapPoint

MAX_LATITUDE = 85.0511  # of the projection
EARTH_M = 40_075_017
_MAX_ZOOM = 15.0  # so that a single point is shown with its surroundings
_MIN_ZOOM = 1.0
_TILE = 256
_MARGIN = 0.12  # of the width and height, on each side
_BELGIUM: Sequence[Coordinates] = ((49.5, 2.54), (51.51, 6.41))


class Position(NamedTuple):
    """Position on the drawing, from its top left."""

    x: float
    y: float


class View(NamedTuple):
    """View of a width and height. `left`, `top`: of its corner in the world, in units of the drawing at this zoom level."""

    width: float
    height: float
    zoom: float
    left: float
    top: float

    def position(self, point: Coordinates) -> Position:
        x, y = _project(point, self.zoom)
        return Position(x - self.left, y - self.top)

    def pixels(self, metres: float, latitude: float) -> float:
        """Return a length in metres as a length on the drawing."""
        circle = EARTH_M * math.cos(math.radians(min(abs(latitude), MAX_LATITUDE)))
        return metres * _TILE * 2**self.zoom / circle

    def contains(self, position: Position, margin: float = 0) -> bool:
        return -margin <= position.x <= self.width + margin and -margin <= position.y <= self.height + margin


def view_of(points: Iterable[MapPoint], width: float, height: float) -> View:
    """Return the view that has all points and outlines; Belgium if there are none."""
    places = [place for point in points for place in (point.center, *point.outline)] or [*_BELGIUM]
    projected = [_project(place, 0) for place in places]
    (left, right), (top, bottom) = ((min(axis), max(axis)) for axis in zip(*projected, strict=True))
    usable = 1 - 2 * _MARGIN
    zoom = min(_fitting(width * usable, right - left), _fitting(height * usable, bottom - top))
    scale = 2**zoom
    return View(width, height, zoom, (left + right) / 2 * scale - width / 2, (top + bottom) / 2 * scale - height / 2)


def _fitting(space: float, size: float) -> float:
    zoom = math.log2(space / size) if size > 0 else _MAX_ZOOM
    return min(max(zoom, _MIN_ZOOM), _MAX_ZOOM)


def _project(point: Coordinates, zoom: float) -> tuple[float, float]:
    lat = math.radians(min(max(point[0], -MAX_LATITUDE), MAX_LATITUDE))
    size = _TILE * 2**zoom
    return (point[1] + 180) / 360 * size, (1 - math.asinh(math.tan(lat)) / math.pi) / 2 * size
