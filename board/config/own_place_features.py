"""Features of `places.geojson`, with the number of the line that each begins on.

The features are parsed one at a time, so that memory is bounded and errors can name the line.
"""

import json
from collections.abc import Iterator
from typing import Any

from board.config.own_place import COLUMNS
from board.config.own_place_rows import LineError, NumberedFields

SPACES = (" ", "\t", "\r", "\n")
MAX_DEPTH_ERROR = "is nested too deeply"


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")


DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


class _Text:
    """Text of a file that is parsed from its beginning."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.line = text, 0, 1

    def skip_space(self) -> str:
        """Move to the next character that is not a space, and return it. Counts the lines."""
        at = self.at
        while self.text.startswith(SPACES, at):
            at += 1
        self._go(at)
        return self.text[self.at : self.at + 1]

    def take(self, *expected: str) -> str:
        """Move past the next character, and return it. Raises LineError if it is not an `expected` one."""
        character = self.skip_space()
        if character not in expected or not character:
            raise LineError(self.line, f"must have {' or '.join(expected)} here")
        self._go(self.at + 1)
        return character

    def value(self) -> Any:
        """Move past the next JSON value, and return it. Raises LineError if it can't be parsed."""
        self.skip_space()
        try:
            value, end = DECODER.raw_decode(self.text, self.at)
        except json.JSONDecodeError as error:
            raise LineError(error.lineno, f"can't be read: {error.msg}") from None
        except RecursionError:
            raise LineError(self.line, MAX_DEPTH_ERROR) from None
        except ValueError as error:
            raise LineError(self.line, f"can't be read: {error}") from None
        self._go(end)
        return value

    def _go(self, at: int) -> None:
        self.line += self.text.count("\n", self.at, at)
        self.at = at


def read_features(text: str) -> Iterator[NumberedFields]:
    """Yield the fields of each feature of a FeatureCollection. Raises LineError."""
    source = _Text(text.removeprefix("\ufeff"))
    has_features = False
    separator = source.take("{")
    while separator != "}":
        key = source.value()
        source.take(":")
        if key == "features":
            has_features = True
            yield from _features(source)
        elif source.value() != "FeatureCollection" and key == "type":
            raise LineError(source.line, "type must be FeatureCollection")
        separator = source.take(",", "}")
    if not has_features:
        raise LineError(1, "features is missing")
    if source.skip_space():
        raise LineError(source.line, "must end after the FeatureCollection")


def _features(source: _Text) -> Iterator[NumberedFields]:
    source.take("[")
    if source.skip_space() == "]":
        source.take("]")
        return
    separator = ","
    while separator == ",":
        source.skip_space()
        line = source.line
        yield line, _fields(source.value(), line)
        separator = source.take(",", "]")


def _fields(feature: Any, line: int) -> dict[str, Any]:
    """Return the fields of a feature with a point."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise LineError(line, "must be a Feature")
    geometry, properties = feature.get("geometry"), feature.get("properties")
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        raise LineError(line, "geometry must be a Point")
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or len(coordinates) not in (2, 3):
        raise LineError(line, "coordinates must be [lon, lat]")
    if not isinstance(properties, dict):
        raise LineError(line, "properties must have name and kind")
    lon, lat = coordinates[:2]
    return {column: properties.get(column) for column in COLUMNS} | {"lon": lon, "lat": lat}
