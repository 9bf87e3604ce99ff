"""Open searches suggested while a sighting is typed.

Suggestions never decide and never block. A search matches by its reference or by a name; a prefix is enough, and a letter may be
wrong. Next are searches whose child's appearance matches the words, because a caller may not know the name. Among equals, and
without a query, the nearest is first: the distance to where the child was last seen, or to a later sighting.
"""

import math
from typing import Annotated, Any, Literal, NamedTuple

from sqlalchemy import Row, select
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.engine import access
from board.engine.identity import Caller
from board.i18n import N_
from board.lookup.fuzzy_names import normalize_name, prefix_edit_distance
from board.lookup.place_radius import Point, metres, point_of
from board.lookup.query_point import LAT, LON, query_point
from board.web.endpoint import EVERYWHERE, Call, Param, of_state, part_of_state
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from models.db.read_pacing import paced
from models.db.tables import columns_of
from models.entity import State
from models.search import CHILD_FIELDS, COMPARED, Search
from models.sighting import Sighting
from realtime.wire.wire_types import Count, Id

MAX_SEARCHES = 8
MAX_PLACES = 1_000  # newest sightings of all boards, for the places where a child was seen
MAX_QUERY = 200  # characters of a name or a reference
QUERY = Param("q", {"type": "string", "maxLength": MAX_QUERY})
SHORTEST_WORD = 3  # letters of a word about appearance

_S = columns_of(Sighting)
_PLACES = (
    select(_S.board, _S.place)
    .where(~_S.withdrawn, _S.assessment.not_in(("duplicate", "not_the_child")), _S.place.is_not(None))
    .order_by(_S.id.desc())  # ids are in order of creation
    .limit(MAX_PLACES)
)
_F = columns_of(Search)
_OPEN = select(
    _F.id, _F.reference, _F.kind, _F.person, _F.missing_since, _F.last_seen, _F.worrying, _F.access, _F.members, _F.details
).where(_F.status == "open")

OpenSearch = TypedDict("OpenSearch", {
    "board": Id, "reference": Annotated[str, of_state(Search, "reference")], "kind": Annotated[str, of_state(Search, "kind")],
    "person": Annotated[State, part_of_state(Search, *CHILD_FIELDS, group="person")],
    "missing_since": Annotated[str, of_state(Search, "missing_since")],
    "last_seen": Annotated[State | None, of_state(Search, "last_seen")],
    "worrying": Annotated[bool | None, of_state(Search, "worrying")], "distance_m": Count | None,
    "nearest": Literal["last_seen", "sighting"] | None,
})  # fmt: skip
OpenSearches = TypedDict("OpenSearches", {"searches": list[OpenSearch]})


@Call(
    "GET", "/intake/searches", N_("Suggests open searches by name, reference or place."),
    (*EVERYWHERE, "invalid"), query=(QUERY, LAT, LON),
)  # fmt: skip
@limited_per_account
async def searches(request: Request, caller: Caller) -> Reply[OpenSearches]:
    """Suggest at most 8 open searches that the caller may see.

    Not by scope `intake`. By name or reference (a beginning is enough, one letter may be wrong), after them by words of how the
    child looks and by age, then by nearness. It decides nothing.

    `searches[].distance_m`: null if no place is known.
    `searches[].nearest`: `last_seen` or `sighting`: whose distance it is; null if no place is known.
    """
    typed = QUERY.read(request) or ""
    point = query_point(request)

    def read(session: Session) -> list[OpenSearch]:
        connection = session.connection()
        open_searches = [row for row in connection.execute(_OPEN) if access.can_see(caller.account.id, row.access, row.members)]
        sighting_places = connection.execute(_PLACES).all() if point else ()
        return _best_searches(normalize_name(typed).split(), point, open_searches, sighting_places)

    service = service_of(request)
    matches = await service.lookups.read(caller, read)
    service.reads.intake(caller, len(matches))
    return json_response({"searches": matches})


class _Near(NamedTuple):
    distance: float
    by: Literal["last_seen", "sighting"] | None


_UNKNOWN = _Near(math.inf, None)


def _best_searches(words: list[str], point: Point | None, searches: list[Any], sighting_places: Any) -> list[OpenSearch]:
    nearest = {row.id: _distance_from(point, row.last_seen, "last_seen") for row in searches}
    for board, place in paced(sighting_places):
        if board in nearest:
            nearest[board] = min(nearest[board], _distance_from(point, place, "sighting"), key=lambda near: near.distance)
    matches = [(match, row) for row in paced(searches) if (match := _score(words, row)) is not None]
    matches.sort(key=lambda match_and_row: match_and_row[1].missing_since, reverse=True)
    matches.sort(key=lambda match_and_row: (match_and_row[0], nearest[match_and_row[1].id].distance))
    return [_to_json(row, nearest[row.id]) for _, row in matches[:MAX_SEARCHES]]


def _score(words: list[str], row: Row[Any]) -> int | None:
    """Return how well a search matches the words: 0 is best, None is no match."""
    if not words:
        return 0
    aliases = " ".join((row.details or {}).get("aliases") or ())
    reference = normalize_name(row.reference)
    names = normalize_name(f"{row.person['first_name']} {row.person['last_name'] or ''} {aliases}").split()
    if " ".join(words) in (reference, " ".join(names), *names):
        return 0
    parts = [*names, *reference.split()]
    if all(any(part.startswith(word) for part in parts) for word in words):
        return 1
    if all(any(_is_near(word, part) for part in parts) for word in words):
        return 2
    appearance = _appearance(row.person)
    traits = [word for word in words if len(word) >= SHORTEST_WORD or word.isdecimal()]
    alike = sum(any(trait.startswith(word) for trait in appearance) for word in traits)
    enough = traits and alike >= min(2, len(traits)) and 2 * alike >= len(traits)
    return 3 + len(traits) - alike if enough else None


def _appearance(person: dict[str, Any]) -> set[str]:
    """Return the longer words about a child's appearance, and its age."""
    words = normalize_name(" ".join(str(person.get(name) or "") for name in COMPARED)).split()
    return {word for word in words if len(word) >= SHORTEST_WORD} | {str(person.get("age") or "")}


def _is_near(word: str, part: str) -> bool:
    max_errors = 0 if len(word) < 4 or word.isdecimal() else 2 if len(word) > 6 else 1
    return prefix_edit_distance(word[:MAX_QUERY], part, max_errors) <= max_errors


def _to_json(row: Row[Any], near: _Near) -> OpenSearch:
    person = {name: row.person.get(name) for name in CHILD_FIELDS}
    return {
        "board": row.id, "reference": row.reference, "kind": row.kind, "person": person, "missing_since": row.missing_since,
        "last_seen": row.last_seen, "worrying": row.worrying,
        "distance_m": round(near.distance) if near.by else None, "nearest": near.by,
    }  # fmt: skip


def _distance_from(point: Point | None, place: State | None, by: Literal["last_seen", "sighting"]) -> _Near:
    other_point = point_of(place)
    return _Near(metres(point, other_point), by) if point and other_point else _UNKNOWN
