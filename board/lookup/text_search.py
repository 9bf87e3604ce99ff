"""Full-text search in cards, notes and searches, on one board or on all visible ones.

Every row stores its normalized words (see `models.searchable`), and the database scans all of them in a reading thread. With
1,000 cards and 500 notes on each of 50 boards that takes 100 ms of CPU time, less if much is found, and 10 ms on one board.
"""

from collections.abc import Iterable
from itertools import takewhile
from typing import Annotated, Any

from sqlalchemy import Select, or_, select
from sqlmodel import Session
from sqlmodel import select as select_rows
from starlette.requests import Request
from typing_extensions import TypedDict

from board.engine import access, kinds, snapshot
from board.engine.identity import Caller
from board.errors import Refused
from board.i18n import N_
from board.web.compression import compressed
from board.web.endpoint import BOARD, ON_A_BOARD, Call, IntParam, Param
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from models.board import OPERATIONS
from models.db.read_pacing import paced
from models.db.tables import columns_of
from models.entity import CountedEntity, Entity
from models.missing_report import MissingReport
from models.search import Search
from models.searchable import Match, Searchable, find_matches, words
from models.tip import Tip
from realtime.wire.wire_types import ComputedSchema, Count, Id, Shape

MAX_QUERY = 200  # characters of the query
QUERY, LIMIT = Param("q", {"type": "string", "maxLength": MAX_QUERY}), IntParam("limit", 1, 200, 50)
TIMEOUT_S = 5.0
CHARS_BEFORE, CHARS_AFTER = 40, 160  # characters shown before the first word and from it on
MAX_TRIED = 50  # matches that are tried as the start of a snippet


Snippet = TypedDict("Snippet", {"field": str, "text": str, "marks": list[Annotated[list[Count], Shape(minItems=2, maxItems=2)]]})
Hit = TypedDict("Hit", {
    "board": Id, "reference": str | None,
    "kind": Annotated[str, ComputedSchema(lambda: {"enum": [kind.name for kind in kinds.every() if kind.is_searchable]})],
    "id": Id, "number": Count | None, "card": Id | None, "withdrawn": bool, "archived": bool, "left": bool,
    "found": list[Snippet],
})  # fmt: skip
Hits = TypedDict("Hits", {"more": bool, "hits": list[Hit]})


@Call(
    "GET", "/find", N_("Finds cards, tips, notes and searches that contain all of these words, newest first."),
    (*ON_A_BOARD, "invalid"), query=(QUERY, BOARD, LIMIT),
)  # fmt: skip
@limited_per_account
@compressed
async def find(request: Request, caller: Caller) -> Reply[Hits]:
    """Find entities by their words.

    See *Finding*.

    `q`: at most 200 characters; a `q` without a word finds nothing.
    `board`: without it, all boards that the reader may see.
    `more`: whether there are further hits.
    `hits[].reference`: of its search; null on `operations`.
    `hits[].number`: of a card or a tip.
    `hits[].card`: the card that a note is on.
    `hits[].archived`: its search, or the tip, is archived. *0.4.0*
    `hits[].left`: it has left its board; see *Room*. *0.4.0*
    `hits[].found`: as few fields as have all words.
    `hits[].found[].text`: the part of the field in which they are, with `…` where it was cut.
    `hits[].found[].marks`: the start and the end of each word in it (the end excluded), in UTF-16 units, as JavaScript counts.
    """
    if caller.is_limited and not BOARD.read(request):  # all searches
        raise Refused("not_found")
    board, limit, query_text = BOARD.read(request), LIMIT.read(request), QUERY.read(request) or ""
    query_words = words(query_text)

    def read(session: Session) -> list[Hit]:
        if board is not None:
            access.get_visible_board(session, caller, board)
        hidden = snapshot.hidden_searches(session, caller.account.id)
        return _find_hits(session, query_words, board, hidden, limit + 1)

    service = service_of(request)
    hits = await service.lookups.read(caller, read, TIMEOUT_S)
    service.reads.words(caller, board, len(hits[:limit]))
    return json_response({"hits": hits[:limit], "more": len(hits) > limit})


def _find_hits(session: Session, query_words: list[str], board: str | None, hidden: Iterable[str], limit: int) -> list[Hit]:
    """Return the newest entities with all words. Ids are in order of creation."""
    if not query_words:
        return []
    rows: list[Searchable] = []
    for kind in kinds.every():
        if kind.is_searchable:
            rows += session.scalars(_query(kind.model, query_words, board, hidden).limit(limit))
    rows = sorted(rows, key=lambda row: row.id, reverse=True)[:limit]
    boards = {row.board for row in rows}
    query = select_rows(Search.id, Search.reference, Search.archived_at).where(Search.id.in_(boards))  # type: ignore[attr-defined]
    searches = {id: (reference, archived_at) for id, reference, archived_at in session.exec(query)}
    return [_hit(row, query_words, *searches.get(row.board, (None, None))) for row in paced(rows)]


def _query(kind: type[Entity], query_words: list[str], board: str | None, hidden: Iterable[str]) -> Select[Any]:
    columns = columns_of(kind)
    query = select(kind).where(*(columns.folded.like(f"% {word}%") for word in query_words), columns.board.not_in(hidden))
    if kind in (Tip, MissingReport):  # those placed on a search are visible to the accounts that see the search
        query = query.where(or_(columns.placed_on.is_(None), columns.placed_on.not_in(hidden)))
    if board is not None and not (kind is Search and board == OPERATIONS):  # every search is on this board
        query = query.where(columns.board == board)
    return query.order_by(columns.id.desc())


def _hit(row: Searchable, query_words: list[str], reference: str | None, archived_at: str | None) -> Hit:
    return {
        "board": row.board,
        "reference": reference,
        "kind": row.KIND,
        "id": row.id,
        "number": getattr(row, "number", None),
        "card": getattr(row, "card", None),
        "withdrawn": getattr(row, "withdrawn", False),
        "archived": archived_at is not None or getattr(row, "archived_at", None) is not None,
        "left": isinstance(row, CountedEntity) and row.archived_at is not None,
        "found": _snippets(row, set(query_words)),
    }


def _snippets(row: Searchable, missing: set[str]) -> list[Snippet]:
    """Return the fewest texts of a row that together have all words, those with most words first."""
    kind = kinds.of(row)
    texts = {name: text for name, text in kind.searchable_texts(row).items() if text}
    matches = {name: (text, find_matches(text, missing)) for name, text in texts.items()}
    for name, spelt in kind.spellings(texts).items():
        spelt_words = _words(find_matches(spelt, missing))
        if spelt_words - _words(matches[name][1]):  # spelt differently: mark the complete text
            matches[name] = texts[name], [Match(0, len(texts[name]), spelt_words)]
    words_of = {name: _words(field_matches) for name, (_, field_matches) in matches.items()}
    snippets: list[Snippet] = []
    while best := max(
        (name for name in words_of if words_of[name] & missing), key=lambda name: len(words_of[name] & missing), default=None
    ):
        snippets.append(_snippet(best, *matches[best]))
        missing = missing - words_of[best]
    return snippets


def _snippet(field: str, text: str, matches: list[Match]) -> Snippet:
    """Return the part of a text with the most words, and their positions in UTF-16 code units, as browsers count."""
    at = max(range(min(len(matches), MAX_TRIED)), key=lambda at: len(_words(_matches_near(matches, at))))
    shown_matches = _matches_near(matches, at)
    start, end = max(0, shown_matches[0].start - CHARS_BEFORE), min(len(text), shown_matches[0].start + CHARS_AFTER)
    start += text[start : shown_matches[0].start].find(" ") + 1 if start else 0
    if end < len(text) and (space := text.rfind(" ", shown_matches[-1].end, end)) > 0:
        end = space
    head, tail = "…" if start else "", "…" if end < len(text) else ""
    marks = [[_utf16_length(head + text[start:edge]) for edge in (match.start, min(match.end, end))] for match in shown_matches]
    return {"field": field, "text": f"{head}{text[start:end]}{tail}", "marks": marks}


def _matches_near(matches: list[Match], index: int) -> list[Match]:
    """Return the match at an index, and those after it within the shown part."""
    return [matches[index], *takewhile(lambda match: match.end <= matches[index].start + CHARS_AFTER, matches[index + 1 :])]


def _words(matches: list[Match]) -> set[str]:
    return {word for match in matches for word in match.terms}


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
