"""Open searches suggested while a sighting is typed.

Suggestions never decide and never block. A search matches by its reference or by a name; a prefix is enough, and a letter may be
wrong. Next are searches whose child's appearance matches the words or their meaning in any language, because a caller may not
know the name. Among equals, and without a query, the nearest is first: by the distance to where the child was last seen, or to a
later sighting.
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
from board.lookup.looks import NONE, Likeness, Said, StatementAnswer, answers
from board.lookup.place_radius import Point, metres, point_of
from board.lookup.query_point import LAT, LON, query_point
from board.vocabulary import Statement, meanings
from board.web import language
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
BY_LOOKS = 3  # best rank of a search that only the looks match
MIN_SHARE = 0.5  # share of the typed statements that must fit
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
    "nearest": Literal["last_seen", "sighting"] | None, "statements": list[StatementAnswer],
})  # fmt: skip
OpenSearches = TypedDict("OpenSearches", {"searches": list[OpenSearch]})


@Call(
    "GET", "/intake/searches", N_("Suggests open searches by name, reference or place."),
    (*EVERYWHERE, "invalid"), query=(QUERY, LAT, LON),
)  # fmt: skip
@limited_per_account
async def searches(request: Request, caller: Caller) -> Reply[OpenSearches]:
    """Suggest at most 8 open searches that the caller may see.

    Not allowed for scope `intake`. Searches that match by name or reference are first (a beginning is enough, one letter may be
    wrong), then matches by the child's looks and age; among equals, the nearest. Decides nothing.

    `searches[].distance_m`: null if no place is known.
    `searches[].nearest`: place that the distance is to, `last_seen` or `sighting`; null if no place is known.
    `searches[].statements`: typed looks that the child has, in the reader's language. *0.4.0*
    """
    typed = QUERY.read(request) or ""
    point = query_point(request)
    service = service_of(request)
    folder, reads = service.settings.files_path, language.language_for(request, caller)
    typed_looks = TypedLooks(normalize_name(typed).split(), Said.typed(meanings(folder), typed, reads))

    def read(session: Session) -> list[_Suggestion]:
        connection = session.connection()
        open_searches = [row for row in connection.execute(_OPEN) if access.can_see(caller.account.id, row.access, row.members)]
        sighting_places = connection.execute(_PLACES).all() if point else ()
        return _best_searches(typed_looks, point, open_searches, sighting_places)

    matches = await service.lookups.read(caller, read)
    await service.reads.intake(caller, len(matches))
    return json_response({"searches": [_to_json(match, reads, folder) for match in matches]})


class TypedLooks(NamedTuple):
    """Words of a typed text, and its statements about looks."""

    words: list[str]
    said: Said


class _Near(NamedTuple):
    distance: float
    by: Literal["last_seen", "sighting"] | None


_UNKNOWN = _Near(math.inf, None)


class _Suggestion(NamedTuple):
    """Suggested search. `rank`: 0 is best. `statements`: typed looks that the child has."""

    rank: float
    row: Row[Any]
    near: _Near
    statements: tuple[Statement, ...]


def _best_searches(typed: TypedLooks, point: Point | None, searches: list[Any], sighting_places: Any) -> list[_Suggestion]:
    nearest = {row.id: _distance_from(point, row.last_seen, "last_seen") for row in searches}
    for board, place in paced(sighting_places):
        if board in nearest:
            nearest[board] = min(nearest[board], _distance_from(point, place, "sighting"), key=lambda near: near.distance)
    said = typed.said
    looks = {row.id: said.meanings.of(_looks(row.person)) for row in paced(searches)} if said.statements else {}
    said.weigh(looks.values())
    matches: list[_Suggestion] = []
    for row in paced(searches):
        likeness = said.likeness(looks[row.id]) if looks else NONE
        if (rank := _score(typed, likeness, row)) is not None:
            matches.append(_Suggestion(rank, row, nearest[row.id], likeness.matched if rank >= BY_LOOKS else ()))
    matches.sort(key=lambda match: match.row.missing_since, reverse=True)
    matches.sort(key=lambda match: (match.rank, match.near.distance))
    return matches[:MAX_SEARCHES]


def _score(typed: TypedLooks, likeness: Likeness, row: Row[Any]) -> float | None:
    """Return how well a search matches what was typed: 0 is best, None is no match."""
    words = typed.words
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
    return _looks_rank(words, likeness, row)


def _looks_rank(words: list[str], likeness: Likeness, row: Row[Any]) -> float | None:
    """Return the rank by looks, at best BY_LOOKS: by the words or by their meaning, whichever is better. None is no match."""
    appearance = _appearance(row.person)
    traits = [word for word in words if len(word) >= SHORTEST_WORD or word.isdecimal()]
    alike = sum(any(trait.startswith(word) for trait in appearance) for word in traits)
    is_alike = traits and alike >= min(2, len(traits)) and 2 * alike >= len(traits)
    ranks: list[float] = [BY_LOOKS + len(traits) - alike] if is_alike else []
    if likeness.matched and likeness.share >= MIN_SHARE:
        ranks.append(BY_LOOKS + (1 - likeness.share) * len(traits))
    return min(ranks, default=None)


def _looks(person: dict[str, Any]) -> dict[str, str]:
    """Return the texts about a child's looks, by field."""
    return {name: text for name in COMPARED if isinstance(text := person.get(name), str)}


def _appearance(person: dict[str, Any]) -> set[str]:
    """Return the longer words about a child's appearance, and its age."""
    words = normalize_name(" ".join(str(person.get(name) or "") for name in COMPARED)).split()
    return {word for word in words if len(word) >= SHORTEST_WORD} | {str(person.get("age") or "")}


def _is_near(word: str, part: str) -> bool:
    max_errors = 0 if len(word) < 4 or word.isdecimal() else 2 if len(word) > 6 else 1
    return prefix_edit_distance(word[:MAX_QUERY], part, max_errors) <= max_errors


def _to_json(suggestion: _Suggestion, reads: str, folder: str | None) -> OpenSearch:
    row, near = suggestion.row, suggestion.near
    person = {name: row.person.get(name) for name in CHILD_FIELDS}
    return {
        "board": row.id, "reference": row.reference, "kind": row.kind, "person": person, "missing_since": row.missing_since,
        "last_seen": row.last_seen, "worrying": row.worrying,
        "distance_m": round(near.distance) if near.by else None, "nearest": near.by,
        "statements": answers(suggestion.statements, reads, folder, spans=False),
    }  # fmt: skip


def _distance_from(point: Point | None, place: State | None, by: Literal["last_seen", "sighting"]) -> _Near:
    other_point = point_of(place)
    return _Near(metres(point, other_point), by) if point and other_point else _UNKNOWN
