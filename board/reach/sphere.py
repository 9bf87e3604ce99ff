"""Distances on the sphere, exact at the poles and across the date line."""

import math
from typing import NamedTuple

from board.lookup.place_radius import Point

EARTH_RADIUS_M = 6_371_008.8  # mean radius
HALF_WAY_ROUND_M = math.pi * EARTH_RADIUS_M  # the longest distance


class Vector(NamedTuple):
    """Point on the unit sphere, so that distances need no trigonometry of coordinates."""

    x: float
    y: float
    z: float


def vector_of(point: Point) -> Vector:
    """Return a point on the unit sphere."""
    lat, lon = math.radians(point.lat), math.radians(point.lon)
    return Vector(math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))


def distance_m(start: Vector, end: Vector) -> float:
    """Return the distance along the surface, in metres."""
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.dist(start, end) / 2))


def gap_m(between_m: float, *radii_m: float) -> float:
    """Return the shortest distance between two circles (or a point and a circle) whose centres are `between_m` apart."""
    return max(0.0, between_m - sum(radii_m))
