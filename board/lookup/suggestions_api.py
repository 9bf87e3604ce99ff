"""Suggestions while a sighting is typed: earlier sightings that may be the same, and the search that it may belong to.

Suggestions never decide and never block. The scores are simple, so that a person can see why:

- A sighting may be the same if it shares words (rare words count more), or is near in both time and place. Both are added.
- A search matches by its reference or by a name; a prefix is enough, and a letter may be wrong. After these come searches whose
child looks like the words, as a caller may know no name. Among equals, and without a query, the nearest is first: by where the
child was last seen, or was seen since.
"""

import math
from collections import Counter
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple

from sqlalchemy import Row, select
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.engine import access
from board.engine.identity import Caller
from board.errors import Refused, invalid, validated
from board.i18n import N_
from board.lookup.fuzzy_names import normalize_name, prefix_edit_distance
from board.lookup.place_radius import Point, metres, point_of
from board.web.endpoint import EVERYWHERE, ON_A_BOARD, Call, Param, of_state, part_of_state
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, read_json_object, service_of
from models.db.read_pacing import paced
from models.entity import State
from models.fields import Data, LocationWithRadius, LongText, Time
from models.search import Search
from models.sighting import Sighting
from models.times import parse_utc
from realtime.wire.wire_types import Count, Id

MAX_COMPARED = 500  # newest sightings of a board; twice as many of all boards for the places where a child was seen
MAX_TEXT = 1_000  # characters of a text that are compared
MAX_SIMILAR = 5  # suggestions returned
MIN_SCORE = 0.3  # minimum score, of 2
MAX_SEARCHES = 8
MAX_QUERY = 200  # characters of a name or a reference
TIME_RANGE = timedelta(hours=6)  # the score of time is 0 from here on
DISTANCE_RANGE = 10_000  # metres beyond the radius of either place; the score of place is 0 from here on
QUERY = Param("q", {"type": "string", "maxLength": MAX_QUERY})
LAT, LON = (Param(name, {"type": "number", "minimum": -most, "maximum": most}) for name, most in (("lat", 90), ("lon", 180)))
LOOKS = ("description", "build", "hair", "eyes", "features", "clothing")
SHORTEST_LOOK = 3  # letters
STEM_LENGTH = 6  # letters of a word that are compared, so that "station" and "stations" match

_S = Sighting.__table__.c  # type: ignore[attr-defined]
_SIGHTINGS = select(
    _S.id, _S.number, _S.description, _S.seen_at, _S.received_at, _S.place, _S.direction, _S.clothing, _S.company, _S.assessment
).where(~_S.withdrawn, _S.assessment != "duplicate")
_PLACES = (
    select(_S.board, _S.place)
    .where(~_S.withdrawn, _S.assessment.not_in(("duplicate", "not_the_child")), _S.place.is_not(None))
    .order_by(_S.id.desc())  # ids are in order of creation
    .limit(2 * MAX_COMPARED)
)
_F = Search.__table__.c  # type: ignore[attr-defined]
_OPEN = select(
    _F.id, _F.reference, _F.kind, _F.person, _F.missing_since, _F.last_seen, _F.worrying, _F.access, _F.members, _F.details
).where(_F.status == "open")


class Typed(Data):
    """Fields of a sighting as typed so far."""

    text: LongText | None = None
    place: LocationWithRadius | None = None
    seen_at: Time | None = None


# Score of a suggestion: shared words, and nearness in time and place.
Likeness = TypedDict("Likeness", {"words": float, "near": float})
SimilarSighting = TypedDict("SimilarSighting", {
    "sighting": Id, "number": Count, "description": Annotated[str, of_state(Sighting, "description")],
    "seen_at": Annotated[str | None, of_state(Sighting, "seen_at")],
    "received_at": Annotated[str, of_state(Sighting, "received_at")],
    "place": Annotated[State | None, of_state(Sighting, "place")], "assessment": Annotated[str, of_state(Sighting, "assessment")],
    "direction": Annotated[str | None, of_state(Sighting, "direction")],
    "clothing": Annotated[str | None, of_state(Sighting, "clothing")],
    "company": Annotated[str | None, of_state(Sighting, "company")],
    "score": Likeness,
})  # fmt: skip
SimilarSightings = TypedDict("SimilarSightings", {"similar": list[SimilarSighting]})
CHILD_FIELDS = (  # whoever may see a search may read all of them on its board
    "first_name", "last_name", "age", "sex", "description", "height_cm", "build", "hair", "eyes", "features", "clothing", "needs",
    "needs_until",
)  # fmt: skip
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
    "POST", "/boards/{board}/similar",
    N_("Finds sightings on a board that may be the same as the one being entered. Changes nothing."),
    (*ON_A_BOARD, "invalid", "too_large"), body=Typed,
)  # fmt: skip
@limited_per_account
async def similar(request: Request, caller: Caller) -> Reply[SimilarSightings]:
    """`POST /api/v1/boards/{board}/similar`: sightings of the board that may be the same.

    A POST, so that no proxy logs what a caller said. At most 5 of the board's newest 500, the best first, while somebody types.
    It decides nothing.

    `similar[].score.words`: the share of the typed words that it has, rare ones counting more; up to 1.
    `similar[].score.near`: how near it is in time (0 at 6 hours) and place (0 at 10 km beyond either radius) together; up to 1.
    """
    typed = validated(Typed, await read_json_object(request))
    service = service_of(request)
    board, now = request.path_params["board"], service.clock()

    def read(session: Session) -> list[SimilarSighting]:
        access.get_visible_board(session, caller.account.id, board)
        newest = _SIGHTINGS.where(_S.board == board).order_by(_S.id.desc()).limit(MAX_COMPARED)
        candidates = session.connection().execute(newest).all()
        return _similar(typed, candidates, parse_utc(typed.seen_at) if typed.seen_at else now)

    found = await service.lookups.read(caller, read)
    service.reads.similar(caller, board, len(found))
    return json_response({"similar": found})


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
    if len(typed) > MAX_QUERY:
        raise invalid("q", N_("At most 200 characters."))
    point = _query_point(request)

    def read(session: Session) -> list[OpenSearch]:
        connection = session.connection()
        open = [row for row in connection.execute(_OPEN) if access.can_see(caller.account.id, row.access, row.members)]
        seen = connection.execute(_PLACES).all() if point else ()
        return _best_searches(normalize_name(typed).split(), point, open, seen)

    service = service_of(request)
    found = await service.lookups.read(caller, read)
    service.reads.intake(caller, len(found))
    return json_response({"searches": found})


# -- similar sightings ----------------------------------------------------------------------------------------------------


def _similar(typed: Typed, candidates: Any, at: datetime) -> list[SimilarSighting]:
    place = typed.place.model_dump() if typed.place else None
    typed_words = _words(place, typed.text)
    candidate_words = [_words(row.place, row.description, row.direction, row.clothing, row.company) for row in paced(candidates)]
    frequency = Counter(word for words in candidate_words for word in words)
    weights = {word: 1 / max(1, frequency[word]) for word in typed_words}
    found: list[tuple[float, Row[Any], Likeness]] = []
    for row, words in paced(zip(candidates, candidate_words, strict=True)):
        shared = sum(weights[word] for word in typed_words & words) / sum(weights.values()) if typed_words else 0.0
        in_time = max(0.0, 1 - abs(parse_utc(row.seen_at or row.received_at) - at) / TIME_RANGE)
        near = in_time * _near_in_place(place, row.place)
        if shared + near >= MIN_SCORE:
            found.append((shared + near, row, {"words": round(shared, 2), "near": round(near, 2)}))
    found.sort(key=lambda each: (-each[0], -each[1].number))
    return [
        {
            "sighting": row.id, "number": row.number, "description": row.description, "seen_at": row.seen_at,
            "received_at": row.received_at, "place": row.place, "assessment": row.assessment, "direction": row.direction,
            "clothing": row.clothing, "company": row.company, "score": score,
        }
        for _, row, score in found[:MAX_SIMILAR]
    ]  # fmt: skip


def _words(place: dict[str, Any] | None, *texts: str | None) -> set[str]:
    """Return the distinctive words of these texts, and of a place without coordinates: longer ones, and numbers."""
    where = place["text"] if place and place.get("lat") is None else None
    words = normalize_name(" ".join(text[:MAX_TEXT] for text in (*texts, where) if text)).split()
    return {word[:STEM_LENGTH] for word in words if len(word) > 3 or word.isdecimal()}


def _near_in_place(typed_words: dict[str, Any] | None, candidate_words: dict[str, Any] | None) -> float:
    own_point, other_point = point_of(typed_words), point_of(candidate_words)
    if own_point is None or other_point is None:
        return 0.0
    between = metres(own_point, other_point) - sum((place or {}).get("radius_m") or 0 for place in (typed_words, candidate_words))
    return min(1.0, max(0.0, 1 - between / DISTANCE_RANGE))


# -- matching searches ---------------------------------------------------------------------------------------------------


class _Near(NamedTuple):
    distance: float
    by: Literal["last_seen", "sighting"] | None


_UNKNOWN = _Near(math.inf, None)


def _best_searches(words: list[str], point: Point | None, open: list[Any], seen: Any) -> list[OpenSearch]:
    nearest = {row.id: _distance_from(point, row.last_seen, "last_seen") for row in open}
    for board, place in paced(seen):
        if board in nearest:
            nearest[board] = min(nearest[board], _distance_from(point, place, "sighting"), key=lambda near: near.distance)
    matches = [(match, row) for row in paced(open) if (match := _score(words, row)) is not None]
    matches.sort(key=lambda each: each[1].missing_since, reverse=True)
    matches.sort(key=lambda each: (each[0], nearest[each[1].id].distance))
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
    if all(any(_score_fuzzy(word, part) for part in parts) for word in words):
        return 2
    looks, told = _looks(row.person), [word for word in words if len(word) >= SHORTEST_LOOK or word.isdecimal()]
    alike = sum(any(look.startswith(word) for look in looks) for word in told)
    enough = told and alike >= min(2, len(told)) and 2 * alike >= len(told)
    return 3 + len(told) - alike if enough else None


def _looks(person: dict[str, Any]) -> set[str]:
    """Return the words about how a child looks, without short ones, and the age."""
    words = normalize_name(" ".join(str(person.get(name) or "") for name in LOOKS)).split()
    return {word for word in words if len(word) >= SHORTEST_LOOK} | {str(person.get("age") or "")}


def _score_fuzzy(word: str, part: str) -> bool:
    allowed = 0 if len(word) < 4 or word.isdecimal() else 2 if len(word) > 6 else 1
    return prefix_edit_distance(word[:MAX_QUERY], part, allowed) <= allowed


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


def _query_point(request: Request) -> Point | None:
    """Return the point of `lat` and `lon` in the query string. Raise Refused `invalid`."""
    coordinates = {each.name: each.read(request) for each in (LAT, LON)}
    try:
        given = {name: float(text) for name, text in coordinates.items() if text is not None}
    except ValueError:
        raise Refused("invalid", fields={name: N_("This must be a number.") for name in coordinates}) from None
    return point_of(validated(LocationWithRadius, given).model_dump())
