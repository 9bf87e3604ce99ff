"""Searched places: where a team looked for the child, when, and how sure it is that the child is not there."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator
from pydantic import Field as PydanticField
from sqlalchemy import Index

from models.card import Card, CardKind
from models.declared import PLACE, field, group, written
from models.fields import LocationWithRadius, LongText, Name, Time, Title
from models.texts import N_, P_

MAX_OUTLINE_POINTS = 500
_DECIMALS = 5  # about 1 m

SearchedKind = Literal["building", "area", "water", "route", "track", "other", "unknown"]
KINDS = {
    "building": N_("building"), "area": N_("area"), "water": N_("water"), "route": N_("route"), "track": N_("recorded track"),
    "other": N_("other"), "unknown": P_("of a place", "not known"),
}  # fmt: skip
Certainty = Literal["sure", "fairly_sure", "not_sure", "unknown"]
CERTAINTIES = {
    "sure": N_("sure"), "fairly_sure": N_("fairly sure"), "not_sure": N_("not sure"), "unknown": P_("of a place", "not known"),
}  # fmt: skip
LINES = ("route", "track")  # kinds whose outline is a line; others have an area
Coordinates = Annotated[list[float], PydanticField(min_length=2, max_length=2)]


def _check_outline(points: list[list[float]]) -> list[list[float]]:
    if not all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in points):
        raise ValueError(N_("A point of the outline must have a latitude from -90 to 90 and a longitude from -180 to 180."))
    return [[round(lat, _DECIMALS), round(lon, _DECIMALS)] for lat, lon in points]


Outline = Annotated[list[Coordinates], PydanticField(min_length=2, max_length=MAX_OUTLINE_POINTS), AfterValidator(_check_outline)]


class Place(Card, table=True):
    """Searched place: a location with its accuracy, or an outline. *0.4.0*

    `kind`: by default, `unknown`.
    `outline`: 2 to 500 points [latitude, longitude]: a line if the kind is `route` or `track`, otherwise an area.
    `certainty`: how sure the team is that the child is not there.
    """

    KIND: ClassVar[str] = "place"
    DECLARED = CardKind(
        N_("Searched place"), N_("Searched places"), N_("Searched place added"), N_("Searched place changed"),
        first_column="done",
    )  # fmt: skip
    __tablename__ = "places"
    __table_args__ = (Index("place_in_column", "column", "rank"),)

    name: str = field(
        Title, N_("Name"), ..., by_people=True, control="text", required=True, searched=True, exported=True, personal=True,
        prose=True,
    )  # fmt: skip
    # not exported: the column `kind` of exports has the kind of card
    kind: str = field(
        SearchedKind, N_("Type of place"), "unknown", by_people=True, control="choice", required=True, choices=KINDS
    )
    location: dict[str, Any] | None = group(LocationWithRadius, N_("Place"), nullable=True, by_people=True, parts=PLACE)
    outline: list[list[float]] | None = group(
        Outline, N_("Outline"), nullable=True, by_people=True, personal=True, reads_as="internal"
    )
    searched_by: str | None = written(Name, N_("Searched by"), control="text")
    searched_from: str | None = field(Time, N_("Searched from"), by_people=True, control="time", past=True, exported=True)
    searched_until: str | None = field(Time, N_("Searched until"), by_people=True, control="time", past=True, exported=True)
    certainty: str = field(
        Certainty, N_("Certainty"), "unknown", by_people=True, control="choice", required=True, exported=True, choices=CERTAINTIES
    )
    remarks: str | None = written(LongText, N_("Remarks"), control="long")
