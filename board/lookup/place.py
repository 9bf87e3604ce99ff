"""Place that the finder knows: a municipality, a station, a place of the installation; and its form in answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from typing_extensions import TypedDict

from board.config.own_place import OwnKind
from board.lookup.place_radius import Point, metres

PlaceKind = Literal["municipality", "locality", "city", "station", OwnKind]  # a city is abroad
KINDS: tuple[str, ...] = tuple(dict.fromkeys(get_args(PlaceKind)))

PlaceNames = TypedDict("PlaceNames", {"fr": str, "nl": str, "de": str})
PlaceWithin = TypedDict("PlaceWithin", {"fr": str, "nl": str, "de": str, "id": str})
GazetteerPlace = TypedDict("GazetteerPlace", {
    "fr": str, "nl": str, "de": str, "en": str, "id": str, "kind": PlaceKind, "own": bool, "name": str, "postal": Sequence[str],
    "within": PlaceWithin | None, "province": PlaceNames | None, "country": str | None, "lat": float | None, "lon": float | None,
    "radius_m": float | None, "distance_m": int | None,
})  # fmt: skip


@dataclass(slots=True)
class Place:
    """Place. `names`: display names by language. `name`: name in its own region. `within`: municipality of a locality."""

    id: str
    kind: PlaceKind
    name: str
    names: PlaceNames
    point: Point | None
    size: int  # class of population, 0 to 6; of a station, how many travel there
    country: str | None = "BE"
    codes: tuple[str, ...] = ()
    province: PlaceNames | None = None
    within: "Place | None" = None
    radius_m: float | None = None
    en: str = ""  # if it differs from `name`
    own: bool = False  # of the installation

    def to_json(self, near: Point | None = None) -> GazetteerPlace:
        """Return the place in the contract's format, with its distance to `near`."""
        lat, lon = self.point or (None, None)
        within: PlaceWithin | None = {"id": self.within.id, **self.within.names} if self.within else None
        return {
            "id": self.id, "kind": self.kind, "own": self.own, "name": self.name, **self.names, "en": self.en or self.name,
            "postal": self.codes, "within": within, "province": self.province, "country": self.country, "lat": lat, "lon": lon,
            "radius_m": self.radius_m, "distance_m": round(metres(near, self.point)) if near and self.point else None,
        }  # fmt: skip
