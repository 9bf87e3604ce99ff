"""Times at which occasions of a search begin. They are derived from its events, and not part of its state."""

from board.engine import unit_of_work
from board.engine.event_writer import Change, EventWriter
from models.board import OPERATIONS
from models.entity import State
from models.note import Note
from models.search import Search

MIN_CRITERIA = 2  # answered "yes", after which somebody must decide if the disappearance is worrying
# events that are reviews of a search, besides decisions in its log
REVIEWS = ("search.opened", "search.status_set", "search.worrying_set", "search.appeal_set", "search.goal_set")


def record_search_times(writer: EventWriter) -> None:
    """Set the times of the searches that a command changed."""
    for change in list(writer.result.changes):
        if change.event.kind in (Search.KIND, Note.KIND):
            _record(writer, change)


def _record(writer: EventWriter, change: Change) -> None:
    event = change.event
    search = unit_of_work.get(writer.session, Search, event.board) if event.board != OPERATIONS else None
    if search is None:
        return
    values = _times_of(search, event.at) if event.kind == Search.KIND else {}
    if is_review(change):
        values["reviewed_at"] = event.at
    if any(getattr(search, name) != value for name, value in values.items()):
        writer.set_hidden(search, values)


def is_review(change: Change) -> bool:
    """Return whether an event shows that a person has reviewed its search."""
    if change.event.account is None:
        return False
    is_decision = change.event.type == "note.added" and change.after["category"] == "decision"
    return is_decision or change.event.type in REVIEWS


def _times_of(search: Search, at: str) -> State:
    level, until = search.appeal["level"], search.appeal.get("until")
    return {
        "undecided_since": (search.undecided_since or at) if needs_decision(search) else None,
        "appeal_until": until if level != "none" and search.status == "open" else None,
    }


def needs_decision(search: Search) -> bool:
    """Return whether two criteria of an open search have the answer "yes", and nobody decided if it is worrying."""
    yes = [criterion for criterion in search.criteria.values() if (criterion or {}).get("answer") == "yes"]
    return search.status == "open" and search.worrying is None and len(yes) >= MIN_CRITERIA
