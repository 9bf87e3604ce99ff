"""Linked searches, such as that of a sibling, that are kept longer than a search: a coordinator may wait for them."""

from datetime import datetime

from sqlmodel import Session, col, select

from board.config.retention import Retention
from board.engine import access
from board.retention import holds
from board.retention.due_searches import RetainedSearch, retained_search
from models.search import Search


def with_kept(
    session: Session, retained: RetainedSearch, rules: Retention, now: datetime, account: str | None
) -> RetainedSearch:  # fmt: skip
    """Return a search with the references of its linked searches that are still kept. `account`: only searches that it sees."""
    linked = session.exec(select(Search.linked).where(Search.id == retained.id)).first()
    if not linked:
        return retained
    searches = session.exec(select(Search).where(col(Search.id).in_(linked)).order_by(col(Search.reference))).all()
    references = [
        search.reference for search in searches
        if _is_kept(session, search, rules, now) and (account is None or access.can_see(account, search.access, search.members))
    ]  # fmt: skip
    return retained._replace(kept_links=tuple(references))


def _is_kept(session: Session, search: Search, rules: Retention, now: datetime) -> bool:
    """Return whether the retention of a search has not ended, or a hold keeps it."""
    return not retained_search(search, rules, None).is_due(now) or bool(holds.current_holds(session, now, search.id))
