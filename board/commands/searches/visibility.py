"""Changes in the visibility of a search, its tips and reports, and its part of a handover."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlmodel import Session, select

from board.commands.searches import links
from board.engine.event_writer import EventWriter, TipAudience
from models.board import OPERATIONS, VisibilityChange
from models.display import ALL_DISPLAYS
from models.handover import SearchHandover
from models.missing_report import MissingReport
from models.search import Search
from models.tip import Tip

# rows that a search hides, with the event that repeats their state
PLACED: dict[type[Tip] | type[MissingReport], str] = {Tip: "tip.placed", MissingReport: "report.joined"}


def record_change(writer: EventWriter, search: Search, accounts: set[str]) -> None:
    """Record that these accounts gained or lost access to a search with its last events. Repeats the state of its handover,
    tips and reports, for the accounts that gained access. Its links are shown to those who may know of them now."""
    for board, seq in ((search.id, search.seq), (OPERATIONS, search.operations_seq)):
        _record(writer.session, board, search.id, seq, accounts)
    writer.result.visibility_changed_for.update(accounts)
    links.follow_access(writer, search)
    people = accounts - {ALL_DISPLAYS}  # displays do not see handovers or tips
    if not people:
        return
    on_operations = replace(writer, board=writer.operations or writer.board)
    search_handover = writer.unit.entities.get(SearchHandover, search.id)
    if search_handover is not None:
        on_operations.repeat_state(search_handover, "handed.set")
    for model, event in PLACED.items():
        _record_placed(on_operations, model, event, search, people)


def _record_placed(
    writer: EventWriter, model: type[Tip] | type[MissingReport], event: str, search: Search, accounts: set[str]
) -> None:
    """Record that the tips or reports placed on a search have its new audience. Repeats the state of those that are not
    archived."""
    writer.session.flush()
    query = select(model.id, model.archived_at).where(model.placed_on == search.id).order_by(model.id)
    for id, archived_at in writer.session.exec(query).all():
        row = writer.unit.entities.get(model, id)
        if row is not None and archived_at is None:
            writer.repeat_state(row, event)
            _record(writer.session, OPERATIONS, id, writer.board.seq, accounts)
        _record_audience(writer, id, search, accounts)


def record_placed_change(writer: EventWriter, row: Tip | MissingReport, search: Search | None, accounts: Collection[str]) -> None:
    """Record that these accounts gained or lost access to a tip or a report with its last event. Its audience is that of
    `search`, or everybody if None."""
    _record(writer.session, OPERATIONS, row.id, row.seq, accounts)
    _record_audience(writer, row.id, search, accounts)


def _record_audience(writer: EventWriter, tip: str, search: Search | None, changed_for: Collection[str]) -> None:
    """Record the audience of a tip from the last event of `operations`, the writer's board, on."""
    audience = ("desk", ()) if search is None else (search.access, tuple(search.members))
    writer.result.tips.append(TipAudience(tip, *audience, frozenset(changed_for), writer.board.seq))


def _record(session: Session, board: str, subject: str, seq: int, accounts: Iterable[str]) -> None:
    for account in accounts:
        session.merge(VisibilityChange(board=board, search=subject, account=account, seq=seq))
