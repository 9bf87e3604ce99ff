"""Place of the installation, read from one row of its files, with the checks of its fields."""

import math
import unicodedata
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

OwnKind = Literal["school", "shelter", "youth_centre", "hospital", "service_area", "stop", "station", "other"]
KINDS: tuple[str, ...] = get_args(OwnKind)
LANGUAGES = ("fr", "nl", "de", "en")
COLUMNS = ("name", "kind", "lat", "lon", *LANGUAGES, "radius_m")
REQUIRED = COLUMNS[:4]
MAX_NAME = 200  # characters
MAX_RADIUS = 1_000_000  # metres, as for a place on a card
EXAMPLES = {"lat": "50.8503", "lon": "4.3517", "radius_m": "250"}
UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")  # Unicode categories: control characters, surrogates, ends of lines
EUROPE = ((27, 72), (-32, 45))  # latitudes and longitudes; a point outside may have the two swapped


class OwnPlace(NamedTuple):
    """Place of the installation. `names`: pairs of language and name, without names that equal `name`."""

    name: str
    names: tuple[tuple[str, str], ...]
    kind: OwnKind
    lat: float
    lon: float
    radius_m: float | None


def own_place(fields: Mapping[str, Any]) -> OwnPlace:
    """Return the place with these fields, named as in COLUMNS. Raises ValueError with a sentence about the first wrong field."""
    name = _name(fields, "name")
    if not name:
        raise ValueError("name must not be empty")
    kind = fields.get("kind")
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    lat, lon = _number(fields, "lat", 90), _number(fields, "lon", 180)
    if not is_in_europe(lat, lon) and is_in_europe(lon, lat):
        raise ValueError("lat and lon are swapped: in Belgium, lat is about 50 and lon about 4")
    names = tuple((language, text) for language in LANGUAGES if (text := _name(fields, language)) and text != name)
    return OwnPlace(name, names, kind, lat, lon, _radius(fields))


def _name(fields: Mapping[str, Any], column: str) -> str:
    text = fields.get(column) or ""
    if not isinstance(text, str) or len(text) > MAX_NAME or not _is_one_line(text):
        raise ValueError(f"{column} must be a text of at most {MAX_NAME} characters on one line")
    return text.strip()


def _is_one_line(text: str) -> bool:
    return text.isprintable() or not any(unicodedata.category(sign) in UNPRINTABLE for sign in text)


def _radius(fields: Mapping[str, Any]) -> float | None:
    return None if fields.get("radius_m") in (None, "") else _number(fields, "radius_m", MAX_RADIUS, lowest=0)


def _number(fields: Mapping[str, Any], column: str, highest: int, lowest: int | None = None) -> float:
    lowest = -highest if lowest is None else lowest
    value = fields.get(column)
    try:
        number = float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not lowest <= number <= highest:  # also if it is not a number
        raise ValueError(f"{column} must be a number from {lowest} to {highest}, such as {EXAMPLES[column]}")
    return number


def is_in_europe(lat: float, lon: float) -> bool:
    """Return whether a point is in Europe or near it."""
    (south, north), (west, east) = EUROPE
    return south <= lat <= north and west <= lon <= east
