"""Whereabouts: a circle and a period in which the child was seen. They are never more precise than the facts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from board.config.speeds import Margin
from board.lookup.place_radius import Point, point_of
from board.reach.sphere import Vector, distance_m, gap_m, vector_of
from models.entity import State
from models.times import parse_utc

NOT_THE_SAME = ("not_the_child", "duplicate")  # assessments of sightings that are not compared

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Whereabouts(NamedTuple):
    """Circle and period. Times are in minutes since 1970. `seen`: the stated time."""

    point: Point
    vector: Vector
    radius_m: float
    seen: float
    earliest: float
    latest: float


class Seen(NamedTuple):
    """Sighting that can be compared, with its whereabouts."""

    id: str
    number: int
    assessment: str
    at: Whereabouts

    @property
    def is_confirmed(self) -> bool:
        return self.assessment == "confirmed"


def whereabouts(place: Mapping[str, Any] | None, seen_at: str | None, margin: Margin) -> Whereabouts | None:
    """Return the whereabouts of a place and a time; None if either is unknown."""
    point = point_of(place)
    if place is None or point is None or not seen_at:
        return None
    seen, radius = minutes_of(seen_at), place.get("radius_m")
    return Whereabouts(
        point, vector_of(point), margin.radius_m if radius is None else radius,
        seen, seen - margin.time_minutes, seen + margin.time_minutes,
    )  # fmt: skip


def seen_of(id: str, state: State, missing_since: str | None, margin: Margin) -> Seen | None:
    """Return a sighting with its whereabouts; None if it can't be compared: it is withdrawn, of another child, a duplicate, from
    before the disappearance, or without a place or a time."""
    if state["withdrawn"] or state["assessment"] in NOT_THE_SAME:
        return None
    at = whereabouts(state["place"], state["seen_at"], margin)
    if at is None or (missing_since and at.latest < minutes_of(missing_since)):
        return None
    return Seen(id, state["number"], state["assessment"], at)


def minutes_of(time: str) -> float:
    """Return a time in minutes since 1970."""
    return (parse_utc(time) - _EPOCH).total_seconds() / 60


def shortest_m(first: Whereabouts, second: Whereabouts) -> float:
    """Return the shortest distance between two whereabouts."""
    return gap_m(distance_m(first.vector, second.vector), first.radius_m, second.radius_m)


def longest_minutes(first: Whereabouts, second: Whereabouts) -> float:
    """Return the longest time between two whereabouts, in either order."""
    return max(second.latest - first.earliest, first.latest - second.earliest)
