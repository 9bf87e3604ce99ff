"""Timeline of a search as lines on paper: what happened, in order, when it became known, and the gaps."""

from collections.abc import Iterator, Sequence

from sqlmodel import Session

from board.config import lengths, sentences
from board.documents.content import Block, Line, Section, short_datetime
from board.documents.field_values import FieldValues
from board.documents.timeline_text import MAX_PAPER_TEXT, ItemText, text_of
from board.i18n import N_, P_, fill
from board.timeline import timeline as composing
from board.timeline.gaps import Gap
from board.timeline.items import Item
from board.timeline.timeline import Timeline
from models.board import Board
from models.handover import Handover, SearchHandover
from models.search import Search
from models.times import format_utc, now, to_ms

TITLE = N_("Timeline")
KNOWN = P_("a date", "known since {at}")
SINCE = P_("a date", "since {at}")
LATEST = N_("Showing the latest {count} entries. The page “Timeline” has the others.")
MAX_LINES = 300  # items, about eight pages; the page “Timeline” shows them all


def timeline_section(session: Session, board: Board, values: FieldValues) -> Section:
    """Return the timeline of a search, up to now. The caller has checked access."""
    timeline = composing.compose(session, board, board.seq, with_handovers=True)
    shown = timeline.items[-MAX_LINES:]
    left = len(timeline.items) - len(shown) + timeline.left_out
    note = values.translate(LATEST).format(count=len(shown)) if left else ""
    return Section([values.translate(TITLE)], blocks=[Block("", list(_lines(shown, timeline, board.id, values)))], note=note)


def _lines(items: Sequence[Item], timeline: Timeline, board: str, values: FieldValues) -> Iterator[Line]:
    """Yield a line for each item, and for each gap after the item at which it begins."""
    gaps = list(timeline.gaps)
    for item in items:
        while gaps and (item.when.start is None or item.when.start > gaps[0].start):
            yield [_gap(gaps.pop(0), timeline, values)]
        yield _line(item, timeline, board, values)
    for gap in gaps:
        yield [_gap(gap, timeline, values)]


def _line(item: Item, timeline: Timeline, board: str, values: FieldValues) -> Line:
    text = text_of(item, board, values, MAX_PAPER_TEXT)
    early = (item.when.end or item.when.start or timeline.missing_since) < timeline.missing_since
    parts = [
        _when(item, values), values.translate(sentences.BEFORE_MISSING) if early else "", *_told(item, text),
        _known(item, values),
    ]  # fmt: skip
    return [values.typed(" · ".join(filter(None, parts)), item.account)]


def _told(item: Item, text: ItemText) -> Iterator[str]:
    """Yield the texts of an item. A decision and a handover need no title."""
    if item.kind not in (Search.KIND, SearchHandover.KIND, Handover.KIND):
        yield text.title
    yield from (text.grade, text.verdict, text.text, text.place, "" if text.names_author else text.by)


def _known(item: Item, values: FieldValues) -> str:
    """Return when an item became known, if that was not when it happened. Decisions are known immediately."""
    if item.kind == Search.KIND or item.when.start in (None, item.known_at):
        return ""
    return values.translate(KNOWN).format(at=_time(item.known_at, values)).replace(" ", "\u00a0")


def _when(item: Item, values: FieldValues) -> str:
    """Return when an item happened, as on the page (static/js/shared/timeline/texts.js)."""
    _, start, end = item.when
    if start is None:
        return values.translate(sentences.REPORTED).format(at=_time(item.known_at, values))
    return _time(start, values) if end is None else f"{_time(start, values)} – {_time(end, values)}"


def _time(at: str, values: FieldValues) -> str:
    return short_datetime(at, values.reads)


def _gap(gap: Gap, timeline: Timeline, values: FieldValues) -> str:
    until = gap.end or (format_utc(now()) if timeline.is_current else timeline.at)
    minutes = max(0, to_ms(until) - to_ms(gap.start)) // 60_000
    length, numbers = lengths.exact_length(minutes * 60)
    shown = values.translate(length).format(**numbers).replace(" ", "\u00a0")
    start = _time(gap.start, values)
    period = f"{start} – {_time(gap.end, values)}" if gap.end else fill(values.translate(SINCE), {"at": start})
    return f"— {values.translate(sentences.WITHOUT_CREDIBLE).format(length=shown)} · {period}"
