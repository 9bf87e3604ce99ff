"""Composition of a timeline from the facts of a search."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session

from board.timeline import facts as reading
from board.timeline.facts import Facts
from board.timeline.gaps import Gap, gaps
from board.timeline.items import Item, found, last_seen, of_decisions, of_entity, of_handovers
from models.board import Board
from models.db.read_pacing import paced

MAX_ITEMS = 2_000  # items in an answer; a board may have 10,000 notes


@dataclass(frozen=True, slots=True)
class Timeline:
    """Timeline of a search. `items`: in the order in which they happened. `left_out`: number of further items, which became known
    before those in `items`."""

    seq: int
    at: str
    is_current: bool
    missing_since: str
    ends_at: str | None
    items: list[Item]
    gaps: list[Gap]
    left_out: int


def compose(session: Session, board: Board, seq: int, *, with_handovers: bool) -> Timeline:
    """Return the timeline of a search at `seq`. The caller has checked access. `with_handovers`: whether to include handovers,
    which concern all searches and must not be shown to guests."""
    facts = reading.read(session, board, seq, with_handovers)
    items = sorted(_items(board.id, facts), key=lambda item: item.became_known)
    shown = sorted(items[-MAX_ITEMS:], key=lambda item: item.happened)
    ends_at = _end_of(facts)
    return Timeline(
        seq, facts.at, facts.is_current, facts.search["missing_since"], ends_at, shown, gaps(items, ends_at, facts.at),
        len(items) - len(shown),
    )  # fmt: skip


def _items(board: str, facts: Facts) -> Iterator[Item]:
    yield last_seen(facts.search, facts.creations.get(board))
    if (item := found(facts.search, facts.decisions)) is not None:
        yield item
    for entity in paced(facts.entities):
        if (item := of_entity(entity, facts.creations.get(entity.id))) is not None:
            yield item
    yield from of_decisions(facts.decisions)
    yield from of_handovers(facts.handovers)


def _end_of(facts: Facts) -> str | None:
    """Return when the search ended: when the child was found, otherwise when its status was set; None while it is open."""
    if facts.search["status"] == "open":
        return None
    outcome = facts.search["outcome"] or {}
    return outcome.get("found_at") or next(
        (event.at for event in reversed(facts.decisions) if event.type == "search.status_set"), facts.at
    )
