"""Full-text search in cards, notes and searches, on one board or on all visible ones.

Every row stores its normalized words (see `models.searchable`), and the database scans all of them in a reading thread. With
1,000 cards and 500 notes on each of 50 boards that takes 100 ms of CPU time, less if much is found, and 10 ms on one board.
Rows that say the same in other words or in another language are found by their meaning: see `rows_by_meaning`.
"""

from collections.abc import Collection, Iterable
from itertools import takewhile
from typing import Annotated, Any, NamedTuple

from sqlalchemy import ColumnElement, Select, or_, select
from sqlmodel import Session
from sqlmodel import select as select_rows
from starlette.requests import Request
from typing_extensions import TypedDict

from board.engine import access, kinds, snapshot
from board.engine.identity import Caller
from board.errors import Refused
from board.i18n import N_
from board.lookup.looks import Said, StatementAnswer, answers
from board.lookup.rows_by_meaning import rows_by_meaning
from board.vocabulary import meanings
from board.web import language
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
    "found": list[Snippet], "statements": list[StatementAnswer],
})  # fmt: skip
Hits = TypedDict("Hits", {"more": bool, "hits": list[Hit]})


@Call(
    "GET", "/find", N_("Finds cards, tips, notes and searches that contain all of these words, or say the same, newest first."),
    (*ON_A_BOARD, "invalid"), query=(QUERY, BOARD, LIMIT),
)  # fmt: skip
@limited_per_account
@compressed
async def find(request: Request, caller: Caller) -> Reply[Hits]:
    """Find entities by their words, or by what they say in other words or another language.

    See *Finding*.

    `q`: at most 200 characters; a `q` without a word finds nothing.
    `board`: without it, all boards that the reader may see.
    `more`: whether there are further hits.
    `hits[].reference`: of its search; null on `operations`.
    `hits[].number`: of a card or a tip.
    `hits[].card`: the card that a note is on.
    `hits[].archived`: whether its search, or the tip itself, is archived. *0.4.0*
    `hits[].left`: whether it has left its board; see *Room*. *0.4.0*
    `hits[].found`: fewest fields that together have all words.
    `hits[].found[].text`: part of the field with the words, with `…` where it was cut.
    `hits[].found[].marks`: start and end (excluded) of each word in it, in UTF-16 units, as JavaScript counts.
    `hits[].statements`: what was typed, as the server understood it, if the hit says it in other words; otherwise empty. *0.4.0*
    """
    if caller.is_limited and not BOARD.read(request):  # all searches
        raise Refused("not_found")
    board, limit, query_text = BOARD.read(request), LIMIT.read(request), QUERY.read(request) or ""
    service = service_of(request)
    folder, reads = service.settings.files_path, language.language_for(request, caller)
    query = _Query(words(query_text), Said.typed(meanings(folder), query_text, reads), reads, folder)

    def read(session: Session) -> list[Hit]:
        if board is not None:
            access.get_readable_board(session, caller, board)
        hidden = snapshot.hidden_searches(session, caller.account.id)
        return _find_hits(session, query, board, hidden, limit + 1)

    hits = await service.lookups.read(caller, read, TIMEOUT_S)
    await service.reads.words(caller, board, len(hits[:limit]))
    return json_response({"hits": hits[:limit], "more": len(hits) > limit})


class _Query(NamedTuple):
    """Words of a typed text, and its statements. `reads`: language of the reader. `folder`: FILES_PATH."""

    words: list[str]
    said: Said
    reads: str
    folder: str | None


def _find_hits(session: Session, query: _Query, board: str | None, hidden: Collection[str], limit: int) -> list[Hit]:
    """Return the newest entities with all words, or with the same meaning. Ids are in order of creation."""
    if not query.words:
        return []
    rows: list[Searchable] = []
    by_meaning: set[str] = set()
    for kind in kinds.every():
        if kind.is_searchable:
            found = list(session.scalars(_query(kind.model, query.words, board, hidden).limit(limit)))
            others = rows_by_meaning(session, kind, query.said, _visible(kind.model, board, hidden), limit)
            others = [row for row in others if row not in found]
            by_meaning |= {row.id for row in others}
            rows += [*found, *others]
    rows = sorted(rows, key=lambda row: row.id, reverse=True)[:limit]
    boards = {row.board for row in rows}
    searches = {
        id: (reference, archived_at)
        for id, reference, archived_at in session.exec(
            select_rows(Search.id, Search.reference, Search.archived_at).where(Search.id.in_(boards))  # type: ignore[attr-defined]
        )
    }
    return [_hit(row, query, row.id in by_meaning, *searches.get(row.board, (None, None))) for row in paced(rows)]


def _query(kind: type[Entity], query_words: list[str], board: str | None, hidden: Iterable[str]) -> Select[Any]:
    columns = columns_of(kind)
    query = select(kind).where(*(columns.folded.like(f"% {word}%") for word in query_words), *_visible(kind, board, hidden))
    return query.order_by(columns.id.desc())


def _visible(kind: type[Entity], board: str | None, hidden: Iterable[str]) -> list[ColumnElement[bool]]:
    """Return the conditions for rows that the reader may see."""
    columns = columns_of(kind)
    conditions = [columns.board.not_in(hidden)]
    if kind in (Tip, MissingReport):  # those placed on a search are visible to people who see the search
        conditions.append(or_(columns.placed_on.is_(None), columns.placed_on.not_in(hidden)))
    if board is not None and not (kind is Search and board == OPERATIONS):  # every search is on this board
        conditions.append(columns.board == board)
    return conditions


def _hit(row: Searchable, query: _Query, is_by_meaning: bool, reference: str | None, archived_at: str | None) -> Hit:
    said = query.said if is_by_meaning else None
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
        "found": _snippets(row, set(query.words) if said is None else set(said.names), said),
        "statements": answers(said.statements, query.reads, query.folder, spans=False) if said else [],
    }


def _snippets(row: Searchable, missing: set[str], said: Said | None) -> list[Snippet]:
    """Return the fewest texts of a row that together have all words or statements, those with most of them first."""
    kind = kinds.of(row)
    texts = {name: text for name, text in kind.searchable_texts(row).items() if text}
    matches = {name: (text, find_matches(text, missing)) for name, text in texts.items()}
    if said is not None:
        matches = {name: (text, _with_statements(found, text, name, said)) for name, (text, found) in matches.items()}
        missing = missing | {term for _, found in matches.values() for match in found for term in match.terms}
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


def _with_statements(found: list[Match], text: str, field: str, said: Said) -> list[Match]:
    """Add the passages of a text that contain a typed statement, as matches. Their term, `#` and a number, equals no word."""
    spans = [Match(*span, {f"#{number}"}) for number, span in said.found_in(text, field)]
    return sorted([*found, *spans], key=lambda match: (match.start, match.end))


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
