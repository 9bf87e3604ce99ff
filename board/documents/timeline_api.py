"""HTTP API of the timeline of a search, with texts in the caller's language."""

from typing import Annotated, Any

from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.config.speeds import Margin
from board.documents.board_values import values_of
from board.documents.field_values import FieldValues
from board.documents.timeline_text import text_of
from board.engine import access
from board.engine.identity import Caller
from board.errors import Refused
from board.i18n import N_
from board.timeline import timeline as composing
from board.timeline.gaps import Gap
from board.timeline.items import LANES, Item, Sureness
from board.timeline.timeline import Timeline
from board.web import language
from board.web.compression import compressed
from board.web.endpoint import ON_A_BOARD, Call, IntParam
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from models.board import Board
from models.db.read_pacing import paced
from realtime.wire.strict_json import MAX_INTEGER
from realtime.wire.wire_types import Count, Id, Shape, Time

AT = IntParam("at", 1, MAX_INTEGER)

TimelineItem = TypedDict("TimelineItem", {
    "id": str, "lane": Annotated[str, Shape(enum=list(LANES))], "kind": str, "sureness": Sureness,
    "from": Time | None, "until": Time | None, "known_at": Time, "early": bool, "card": Id | None, "number": Count | None,
    "seq": Count | None, "title": str, "text": str, "place": str, "by": str, "grade": str, "assessment": str | None,
    "verdict": str,
})  # fmt: skip
TimelineGap = TypedDict("TimelineGap", {"from": Time, "until": Time | None, "empty": bool})
TimelineAnswer = TypedDict("TimelineAnswer", {
    "board": Id, "epoch": str, "seq": Count, "as_of": Time, "missing_since": Time, "ends_at": Time | None,
    "items": list[TimelineItem], "gaps": list[TimelineGap], "left_out": Count, "margin_minutes": float,
})  # fmt: skip


@Call(
    "GET", "/boards/{board}/timeline",
    N_("Lists what happened in a search, when, and when it became known: now, or at an event (seq)."),
    (*ON_A_BOARD, "invalid"), query=(AT,),
)  # fmt: skip
@limited_per_account
@compressed
async def timeline(request: Request, caller: Caller) -> Reply[TimelineAnswer]:
    """Return the timeline of a search, with texts in the language of the caller.

    See *Timelines*. *0.4.0*

    `at`: seq of an event, for the timeline as it was after that event. By default, now.
    `as_of`: time of the event `seq`.
    `items`: in the order in which they happened, items with an unknown time last; at most 2,000, those that became known last.
    `items[].id`: stays the same in later answers.
    `items[].kind`: kind of the entity; `last_seen` for the moment since which the child is missing, `found` for the moment
    at which it was found.
    `items[].sureness`: `at`: at `from`. `during`: from `from` to `until`. `unknown`: both are null; before `known_at`.
    `items[].known_at`: when it became known: for a sighting, when it was received.
    `items[].early`: whether it happened before the child was missing.
    `items[].card`: card to open; null if it has none.
    `items[].number`: number of the card.
    `items[].seq`: event that shows it in the history of the search; null if it is on another board.
    `items[].text`: at most 200 characters.
    `items[].by`: who recorded it, or who searched a place; empty if it is not known.
    `items[].grade`: grade of a sighting, such as `B2`, or that nobody has graded it, in words; otherwise empty.
    `items[].assessment`: assessment of a sighting; otherwise null.
    `items[].verdict`: the assessment in words; for a place, how sure the search was.
    `gaps`: periods of at least 30 minutes in which it is not known where the child was, and the period until now.
    `gaps[].until`: null if it lasts until now.
    `gaps[].empty`: whether nothing is known about it; otherwise it has sightings that nobody has confirmed or ruled out.
    `ends_at`: when the child was found or the search was closed; null while it is open.
    `left_out`: number of items that became known before those in `items`.
    `margin_minutes`: minutes by which the time of a sighting may be too early or too late; from the installation's speeds.
    """
    id, at, reads = request.path_params["board"], AT.read(request) or None, language.language_for(request, caller)

    service = service_of(request)
    hidden_kinds = access.hidden_kinds(caller, service.roles)

    def read(session: Session) -> TimelineAnswer:
        board = access.get_readable_board(session, caller, id)
        composed = compose_at(session, board, at, with_handovers=not caller.is_limited)
        return _answer(board, composed, values_of(session, id, reads, hidden_kinds), service.speeds.margin)

    answer = await service.heavy_reads.read(caller, read)
    await (service.reads.board if at is None else service.reads.history)(caller, id)
    return json_response(answer)


def compose_at(session: Session, board: Board, at: int | None, *, with_handovers: bool) -> Timeline:
    """Return the timeline of a board at the seq `at` (None: now). Raises Refused `not_found` if the board is not a search, or has
    no such event."""
    seq = board.seq if at is None else at
    if board.kind != "search" or not 0 < seq <= board.seq:
        raise Refused("not_found")
    return composing.compose(session, board, seq, with_handovers=with_handovers)


def _answer(board: Board, timeline: Timeline, values: FieldValues, margin: Margin) -> TimelineAnswer:
    return {
        "board": board.id, "epoch": board.epoch, "seq": timeline.seq, "as_of": timeline.at,
        "missing_since": timeline.missing_since, "ends_at": timeline.ends_at,
        "items": [_item(item, board.id, timeline.missing_since, values) for item in paced(timeline.items, 1)],
        "gaps": [_gap(gap, timeline) for gap in timeline.gaps], "left_out": timeline.left_out,
        "margin_minutes": margin.time_minutes,
    }  # fmt: skip


def _item(item: Item, board: str, missing_since: str, values: FieldValues) -> TimelineItem:
    text, when = text_of(item, board, values), item.when
    card: dict[str, Any] = values.names.state(item.card) or {}
    return {
        "id": item.id, "lane": item.lane, "kind": item.kind, "sureness": when.sureness, "from": when.start, "until": when.end,
        "known_at": item.known_at, "early": (when.end or when.start or missing_since) < missing_since, "card": item.card,
        "number": card.get("number"), "seq": item.seq, "title": text.title, "text": text.text, "place": text.place,
        "by": text.by, "grade": text.grade, "assessment": item.state.get("assessment"), "verdict": text.verdict,
    }  # fmt: skip


def _gap(gap: Gap, timeline: Timeline) -> TimelineGap:
    """Return a gap. In a past timeline, a gap without an end ends at the time of the timeline."""
    until = gap.end if gap.end is not None or timeline.is_current else timeline.at
    return {"from": gap.start, "until": until, "empty": gap.is_empty}
