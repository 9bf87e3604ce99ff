"""Changes of who sees a search, and with it the tips that were placed there and its part of a handover."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlmodel import Session, select

from board.engine.event_writer import EventWriter, TipAudience
from models.board import OPERATIONS, VisibilityChange
from models.display import ALL_DISPLAYS
from models.handover import SearchHandover
from models.search import Search
from models.tip import Tip


def record_change(writer: EventWriter, search: Search, accounts: set[str]) -> None:
    """Record who gained or lost sight of a search by the events just written. Its handover becomes visible with it, so it is
    written again for those who did not see it."""
    for board, seq in ((search.id, search.seq), (OPERATIONS, search.operations_seq)):
        _record(writer.session, board, search.id, seq, accounts)
    writer.result.visibility_changed_for.update(accounts)
    people = accounts - {ALL_DISPLAYS}  # displays see neither handovers nor tips
    if not people:
        return
    on_operations = replace(writer, board=writer.operations or writer.board)
    handed = writer.unit.entities.get(SearchHandover, search.id)
    if handed is not None:
        on_operations.state_again(handed, "handed.set")
    _record_tips(on_operations, search, people)


def _record_tips(writer: EventWriter, search: Search, accounts: set[str]) -> None:
    """Record that the tips placed on a search have its new audience. Those in the snapshot are written again."""
    writer.session.flush()
    placed = select(Tip.id, Tip.archived_at).where(Tip.placed_on == search.id).order_by(Tip.id)
    for id, archived_at in writer.session.exec(placed).all():
        tip = writer.unit.entities.get(Tip, id)
        if tip is not None and archived_at is None:
            writer.state_again(tip, "tip.placed")
            _record(writer.session, OPERATIONS, id, writer.board.seq, accounts)
        _record_audience(writer, id, search, accounts)


def record_tip_change(writer: EventWriter, tip: Tip, search: Search | None, accounts: Collection[str]) -> None:
    """Record that these accounts gained or lost sight of a tip by its last event: who sees this search sees it, or everybody."""
    _record(writer.session, OPERATIONS, tip.id, tip.seq, accounts)
    _record_audience(writer, tip.id, search, accounts)


def _record_audience(writer: EventWriter, tip: str, search: Search | None, changed_for: Collection[str]) -> None:
    """Record who sees a tip from the last event of this board, `operations`, on."""
    audience = ("desk", ()) if search is None else (search.access, tuple(search.members))
    writer.result.tips.append(TipAudience(tip, *audience, frozenset(changed_for), writer.board.seq))


def _record(session: Session, board: str, subject: str, seq: int, accounts: Iterable[str]) -> None:
    for account in accounts:
        session.merge(VisibilityChange(board=board, search=subject, account=account, seq=seq))
