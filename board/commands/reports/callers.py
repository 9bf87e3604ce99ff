"""Callers of reports. Name and contact are in no state or event; each read is audited."""

from sqlmodel import Session

from board.audit.entries import CallerRead
from board.commands.sightings import sources
from board.engine import access
from board.engine.identity import Caller, require_active
from board.errors import Refused, not_found
from models.accounts import ROLES
from models.missing_report import MissingReport
from models.search import Search


def read(session: Session, caller: Caller, id: str, before: int) -> tuple[sources.Source, CallerRead]:
    """Return the caller of a report with its former values before the event `before`, and the audit entry, to write before
    the response. Current rights apply. Raises Refused."""
    account = require_active(session, caller)
    if ROLES.index(account.role) < ROLES.index("investigator"):
        raise Refused("forbidden")
    row = find_visible(session, account.id, id)
    return sources.disclose(session, row, row, before), entry_of(row)


def entry_of(row: MissingReport) -> CallerRead:
    """Return the audit entry of a read of the caller."""
    return CallerRead(id=row.id, number=row.number)


def find_visible(session: Session, account: str, id: str) -> MissingReport:
    """Return a report that an account may see. Raises Refused `not_found`."""
    row = session.get(MissingReport, id)
    search = session.get(Search, row.placed_on) if row is not None and row.placed_on is not None else None
    is_hidden = row is not None and row.placed_on is not None
    if row is None or (is_hidden and not (search and access.can_see(account, search.access, search.members))):
        raise not_found("report")
    return row
