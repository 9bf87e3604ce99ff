"""Earlier sightings and tips that may be identical to the one being typed.

Suggestions never decide and never block. The score is simple, so that a person can see why: the sum of shared words (rare words
count more), or of what the words say in any language, and nearness in both time and place.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

from sqlalchemy import Row, select
from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.engine import access
from board.engine.identity import Caller
from board.errors import validated
from board.i18n import N_
from board.lookup.fuzzy_names import normalize_name
from board.lookup.looks import Said, StatementAnswer, answers
from board.lookup.place_radius import metres, point_of
from board.vocabulary import Statement, meanings
from board.vocabulary.meaning import NOTHING
from board.web import language
from board.web.endpoint import ON_A_BOARD, Call, of_state
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, read_json_object, service_of
from models.board import OPERATIONS
from models.db.read_pacing import paced
from models.db.tables import columns_of
from models.entity import State
from models.fields import Data, LocationWithRadius, LongText, Time
from models.sighting import Sighting
from models.times import parse_utc
from models.tip import Tip
from realtime.wire.wire_types import Count, Id

MAX_COMPARED = 500  # newest sightings of a board
MAX_TEXT = 1_000  # characters of a text that are compared
MAX_SIMILAR = 5  # suggestions returned
MIN_SCORE = 0.3  # minimum score, of 2
TIME_RANGE = timedelta(hours=6)  # the score of time is 0 from here on
DISTANCE_RANGE = 10_000  # metres beyond the radius of either place; the score of place is 0 from here on
STEM_LENGTH = 6  # letters of a word that are compared, so that "station" and "stations" match

_S, _T = columns_of(Sighting), columns_of(Tip)
_SIGHTINGS = select(
    _S.id, _S.number, _S.description, _S.seen_at, _S.received_at, _S.place, _S.direction, _S.clothing, _S.company, _S.assessment
).where(~_S.withdrawn, _S.assessment != "duplicate")
_TIPS = (
    select(_T.id, _T.number, _T.description, _T.seen_at, _T.received_at, _T.place, _T.direction, _T.clothing, _T.company)
    .where(_T.placed_on.is_(None))
    .order_by(_T.id.desc())
    .limit(MAX_COMPARED)
)


class SightingDraft(Data):
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
    "score": Likeness, "statements": list[StatementAnswer],
})  # fmt: skip
SimilarTip = TypedDict("SimilarTip", {
    "tip": Id, "number": Count, "description": Annotated[str, of_state(Tip, "description")],
    "seen_at": Annotated[str | None, of_state(Tip, "seen_at")], "received_at": Annotated[str, of_state(Tip, "received_at")],
    "place": Annotated[State | None, of_state(Tip, "place")], "direction": Annotated[str | None, of_state(Tip, "direction")],
    "clothing": Annotated[str | None, of_state(Tip, "clothing")], "company": Annotated[str | None, of_state(Tip, "company")],
    "score": Likeness, "statements": list[StatementAnswer],
})  # fmt: skip
SimilarSightings = TypedDict("SimilarSightings", {"similar": list[SimilarSighting], "tips": list[SimilarTip]})


@Call(
    "POST", "/boards/{board}/similar",
    N_("Finds sightings on a board that may be the same as the one being entered. Changes nothing."),
    (*ON_A_BOARD, "invalid", "too_large"), body=SightingDraft,
)  # fmt: skip
@limited_per_account
async def similar(request: Request, caller: Caller) -> Reply[SimilarSightings]:
    """`POST /api/v1/boards/{board}/similar`: sightings of the board that may be the same.

    A POST, so that no proxy logs what a caller said. Returns at most 5 of the board's newest 500 sightings, best first. Decides
    nothing. On `operations` there are no sightings, only tips.

    `similar[].score.words`: share of the typed words, or of their statements in any language, that the sighting contains; rare
    ones count more; up to 1.
    `similar[].statements`: looks that both describe, in the reader's language. *0.4.0*
    `tips`: at most 5 of the newest 500 tips that are not on a search; none for a guest. *0.4.0*
    `similar[].score.near`: nearness in time (0 at 6 hours) and place (0 at 10 km beyond both radii) together; up to 1.
    """
    draft = validated(SightingDraft, await read_json_object(request))
    service = service_of(request)
    board, now = request.path_params["board"], service.clock()
    folder, reads = service.settings.files_path, language.language_for(request, caller)
    said = Said.typed(meanings(folder), (draft.text or "")[:MAX_TEXT], reads)

    at = parse_utc(draft.seen_at) if draft.seen_at else now

    def read(session: Session) -> tuple[list[_Suggestion], list[_Suggestion]]:
        access.get_visible_board(session, caller, board)
        newest = _SIGHTINGS.where(_S.board == board).order_by(_S.id.desc()).limit(MAX_COMPARED)
        sightings = [] if board == OPERATIONS else session.connection().execute(newest).all()
        tips = [] if caller.is_limited else session.connection().execute(_TIPS).all()
        return _similar(draft, said, sightings, at), _similar(draft, said, tips, at)

    sightings, tips = await service.lookups.read(caller, read)
    await service.reads.similar(caller, board, len(sightings) + len(tips))
    answer: SimilarSightings = {
        "similar": [_sighting_json(suggestion, reads, folder) for suggestion in sightings],
        "tips": [_tip_json(suggestion, reads, folder) for suggestion in tips],
    }
    return json_response(answer)


class _Suggestion(NamedTuple):
    score: float
    row: Row[Any]
    likeness: Likeness
    statements: tuple[Statement, ...]


def _similar(draft: SightingDraft, said: Said, candidates: Any, at: datetime) -> list[_Suggestion]:
    place = draft.place.model_dump() if draft.place else None
    typed_words = _words(place, draft.text)
    candidate_words = [_words(row.place, row.description, row.direction, row.clothing, row.company) for row in paced(candidates)]
    frequency = Counter(word for words in candidate_words for word in words)
    weights = {word: 1 / max(1, frequency[word]) for word in typed_words}
    meanings_of = [said.meanings.of(_looks(row)) for row in paced(candidates)] if said.statements else [NOTHING] * len(candidates)
    said.weigh(meanings_of)
    suggestions: list[_Suggestion] = []
    for row, words, meaning in paced(zip(candidates, candidate_words, meanings_of, strict=True)):
        word_score = sum(weights[word] for word in typed_words & words) / sum(weights.values()) if typed_words else 0.0
        looks = said.likeness(meaning)
        word_score = max(word_score, looks.share)
        time_score = max(0.0, 1 - abs(parse_utc(row.seen_at or row.received_at) - at) / TIME_RANGE)
        near_score = time_score * _near_in_place(place, row.place)
        if word_score + near_score >= MIN_SCORE:
            likeness: Likeness = {"words": round(word_score, 2), "near": round(near_score, 2)}
            suggestions.append(_Suggestion(word_score + near_score, row, likeness, looks.matched))
    suggestions.sort(key=lambda suggestion: (-suggestion.score, -suggestion.row.number))
    return suggestions[:MAX_SIMILAR]


def _looks(row: Row[Any]) -> dict[str, str | None]:
    texts = {"clothing": row.clothing, "company": row.company, "description": row.description}
    return {field: text and text[:MAX_TEXT] for field, text in texts.items()}


def _sighting_json(suggestion: _Suggestion, reads: str, folder: str | None) -> SimilarSighting:
    row = suggestion.row
    return {
        "sighting": row.id, "number": row.number, "description": row.description, "seen_at": row.seen_at,
        "received_at": row.received_at, "place": row.place, "assessment": row.assessment, "direction": row.direction,
        "clothing": row.clothing, "company": row.company, "score": suggestion.likeness,
        "statements": answers(suggestion.statements, reads, folder, spans=False),
    }  # fmt: skip


def _tip_json(suggestion: _Suggestion, reads: str, folder: str | None) -> SimilarTip:
    row = suggestion.row
    return {
        "tip": row.id, "number": row.number, "description": row.description, "seen_at": row.seen_at,
        "received_at": row.received_at, "place": row.place, "direction": row.direction, "clothing": row.clothing,
        "company": row.company, "score": suggestion.likeness,
        "statements": answers(suggestion.statements, reads, folder, spans=False),
    }  # fmt: skip


def _words(place: dict[str, Any] | None, *texts: str | None) -> set[str]:
    """Return the distinctive words of these texts, and of a place without coordinates: longer ones, and numbers."""
    place_text = place["text"] if place and place.get("lat") is None else None
    words = normalize_name(" ".join(text[:MAX_TEXT] for text in (*texts, place_text) if text)).split()
    return {word[:STEM_LENGTH] for word in words if len(word) > 3 or word.isdecimal()}


def _near_in_place(typed_words: dict[str, Any] | None, candidate_words: dict[str, Any] | None) -> float:
    own_point, other_point = point_of(typed_words), point_of(candidate_words)
    if own_point is None or other_point is None:
        return 0.0
    between = metres(own_point, other_point) - sum((place or {}).get("radius_m") or 0 for place in (typed_words, candidate_words))
    return min(1.0, max(0.0, 1 - between / DISTANCE_RANGE))
