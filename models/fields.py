"""Types of the fields that people fill in: texts, times, places. Strict; an explicit null means absent.

The contract fixes the lengths: 200 characters for titles, names and places, 400 for short fields, 4,000 for long fields.
"""

import re
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from models.text_lines import multi_line, single_line
from models.texts import N_
from models.times import format_utc, parse_utc

REQUIRED = N_("This field is required.")
MAY_LACK = "x-may-lack"  # key of a schema: fields that a state may lack


class Data(BaseModel):
    """Data of a command, or a group in it. A null field counts as absent; an unknown field is an error.

    Fields in `NULLABLE` are required, and null is one of their values.
    """

    NULLABLE: ClassVar[tuple[str, ...]] = ()

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        if not isinstance(data, dict) or None not in data.values():
            return data
        not_nullable = cls.model_fields.keys() - set(cls.NULLABLE)
        return {name: value for name, value in data.items() if value is not None or name not in not_nullable}


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError(REQUIRED)
    return text


def _time(text: str) -> str:
    try:
        return format_utc(parse_utc(text))
    except (ValueError, OverflowError) as error:
        raise ValueError(N_("Enter a time with a UTC offset, like 2026-11-24T22:01:02Z.")) from error


def _date(text: str) -> str:
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError(text)
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError(N_("Enter a date like 2015-03-27.")) from error


OneLine, _Lines, _NotBlank = AfterValidator(single_line), AfterValidator(multi_line), AfterValidator(_not_blank)

# Single-line texts: titles, names, places, short texts
Title = Annotated[str, StringConstraints(max_length=200), OneLine, _NotBlank]
Name = Annotated[str, StringConstraints(max_length=200), OneLine]
ShortText = Annotated[str, StringConstraints(max_length=400), OneLine]
RequiredShortText = Annotated[str, StringConstraints(max_length=400), OneLine, _NotBlank]
# Multi-line texts
LongText = Annotated[str, StringConstraints(max_length=4_000), _Lines]
RequiredLongText = Annotated[str, StringConstraints(max_length=4_000), _Lines, _NotBlank]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Time = Annotated[str, StringConstraints(max_length=40), AfterValidator(_time)]
Date = Annotated[str, StringConstraints(max_length=10), AfterValidator(_date)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Radius = Annotated[float, Field(ge=0, le=1_000_000)]  # metres


def require_both(lat: float | None, lon: float | None) -> None:
    """Raise an error if only one coordinate is given."""
    if (lat is None) != (lon is None):
        raise PydanticCustomError("incomplete", "{sentence}", {"sentence": N_("Enter both a latitude and a longitude.")})


class Location(Data):
    """Place as text, with a point (WGS 84) if known."""

    text: Name | None = None
    lat: Latitude | None = None
    lon: Longitude | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> "Location":
        require_both(self.lat, self.lon)
        return self


class LocationWithRadius(Location):
    """Place with its accuracy, as a radius in metres."""

    radius_m: Radius | None = None


class Position(Data):
    """Position in a journal.

    `head`: hash of the chain at this position, in hex.
    """

    epoch: str
    seq: int
    head: str


def none_if_empty(group: Any) -> Any:
    """Return None if no field of the group is set."""
    return None if group is not None and all(value is None for value in group.model_dump().values()) else group
