"""Places of a GPX or GeoJSON file, read in a child process. Nothing changes until they are sent back as `place.add`."""

from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import TypedDict

from board.child_process import parent
from board.config.own_place import is_in_europe
from board.errors import Refused
from board.geo_files import track_process
from board.i18n import N_, message
from models.times import format_utc, parse_utc
from realtime.wire.wire_types import Count, Time

LIMITS = parent.Limits(seconds=30, memory=768 * 1024 * 1024, output=2 * 1024 * 1024, file_size=0)

MISSING = N_("This server cannot read tracks, because a package is missing. Its administrator must install it again.")
BROKEN = N_("This file cannot be read as GPX or GeoJSON. Export it again from the phone or the map.")
TOO_MANY_POINTS = N_("This file has more than 200,000 points. Export a shorter part.")
TOO_MANY_PLACES = N_("This file has more than 50 places. Export fewer.")
NOT_ON_EARTH = N_("Point {number} is not on the earth: its latitude must be from -90 to 90, its longitude from -180 to 180.")
CROSSED = N_("The outline of place {number} crosses itself. Draw it again.")
EMPTY = N_("This file has no points.")
SWAPPED = N_("Latitude and longitude are swapped in this file: in Belgium, the latitude is about 50 and the longitude about 4.")
TOO_HARD = N_("Reading this file takes too long. Export a shorter part.")
_REFUSALS = {
    track_process.MISSING: ("unavailable", MISSING), track_process.BROKEN: ("invalid", BROKEN),
    track_process.TOO_MANY_POINTS: ("too_large", TOO_MANY_POINTS), track_process.TOO_MANY_PLACES: ("too_large", TOO_MANY_PLACES),
    track_process.NOT_ON_EARTH: ("invalid", NOT_ON_EARTH), track_process.CROSSED: ("invalid", CROSSED),
    track_process.EMPTY: ("invalid", EMPTY),
}  # fmt: skip

TrackPlace = TypedDict("TrackPlace", {
    "name": str, "kind": str, "points": Count, "outline": list[list[float]], "from": Time | None, "until": Time | None,
})  # fmt: skip
TrackPreview = TypedDict("TrackPreview", {"places": list[TrackPlace]})


class _Place(BaseModel):
    """Place of a file, written by the child process."""

    model_config = ConfigDict(extra="allow")

    name: str
    kind: str
    points: int
    outline: list[list[float]]


class _Places(BaseModel):
    places: list[_Place]


async def read(content: bytes) -> TrackPreview:
    """Return the places of a file, with at most 500 points each. Raises Refused `invalid` or `too_large` if the file is refused,
    `unavailable` if a package is missing."""
    try:
        status, output = await parent.run(track_process.__file__, content, LIMITS)
    except (parent.TimeLimitExceeded, parent.OutputLimitExceeded):
        raise Refused("too_large", TOO_HARD) from None
    if status:
        code, sentence = _REFUSALS.get(status, ("invalid", BROKEN))
        raise Refused(code, message(sentence, number=int(output)) if "{number}" in sentence else sentence)
    try:
        places = _Places.model_validate_json(b'{"places":' + output + b"}").places
    except ValidationError:
        raise Refused("invalid", BROKEN) from None
    if _is_swapped([point for place in places for point in place.outline]):
        raise Refused("invalid", SWAPPED)
    return {"places": [_to_json(place) for place in places]}


def _is_swapped(points: list[list[float]]) -> bool:
    """Return whether all points are far away, but would be in Europe with latitude and longitude swapped."""
    return not any(is_in_europe(lat, lon) for lat, lon in points) and all(is_in_europe(lon, lat) for lat, lon in points)


def _to_json(place: _Place) -> TrackPlace:
    times = place.model_extra or {}
    start, end = (format_utc(parse_utc(times[key])) if times.get(key) else None for key in ("from", "until"))
    return {
        "name": place.name, "kind": place.kind, "points": place.points, "outline": place.outline, "from": start, "until": end,
    }  # fmt: skip
