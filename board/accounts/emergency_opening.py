"""Opening of a members-only search in an emergency. Its members are alerted, and the audit journal records it. If no other member
can sign in, the administrators are alerted too."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from board.accounts.administrators import administrators
from board.audit import writer
from board.audit.entries import SearchOpenedInEmergency
from board.engine.access import can_see, is_guest_of
from board.engine.emergency_access import DURATION
from board.engine.program_accounts import program_accounts_among
from board.engine.rights_version import bump_rights_version
from board.errors import OperationError
from board.i18n import N_, message
from models.accounts import Account
from models.emergency_opening import EmergencyOpening
from models.ids import new_id
from models.search import Search
from models.times import format_utc

MIN_REASON, MAX_REASON = 10, 500  # characters
MAX_REFERENCE = 100  # characters
MAX_PER_DAY = 10  # openings of one account in 24 hours


class UnknownSearchError(OperationError):
    """No members-only search has this reference."""


def open_search(session: Session, account: Account, reference: str, reason: str, now: datetime) -> str:
    """Let an account read a members-only search for an hour, and alert its members. Return its id. Raises OperationError."""
    bump_rights_version(session)
    reference, reason, at = reference.strip(), " ".join(reason.split()), format_utc(now)
    if not MIN_REASON <= len(reason) <= MAX_REASON or "\0" in reason:
        raise OperationError(message(N_("Enter a reason of {min} to {max} characters."), min=MIN_REASON, max=MAX_REASON))
    search = _find(session, account, reference)
    _check_bounds(session, account.id, now)
    until = format_utc(now + DURATION)
    session.add(EmergencyOpening(id=new_id(), board=search.id, account=account.id, reason=reason, at=at, until=until))
    entry = SearchOpenedInEmergency(id=search.id, board=search.id, reference=search.reference, typed_reason=reason, until=until)
    writer.write(session, entry, also_alerts=_to_alert(session, search, account))
    return search.id


def _to_alert(session: Session, search: Search, opener: Account) -> set[str]:
    """Return the members and the lead of a search, plus the administrators if nobody else in this team can sign in."""
    team = {*search.members, *([search.lead] if search.lead else ())}
    query = select(Account.id).where(col(Account.id).in_(team), Account.enabled, Account.id != opener.id)
    enabled = set(session.exec(query))
    return team if enabled - program_accounts_among(session, enabled) else team | set(administrators(session))


def _find(session: Session, account: Account, reference: str) -> Search:
    """Return the newest members-only search with this reference that the account does not see."""
    is_searchable = 0 < len(reference) <= MAX_REFERENCE and "\0" not in reference
    query = select(Search).where(Search.reference == reference).order_by(col(Search.id).desc())
    searches = session.exec(query).all() if is_searchable else []
    hidden = [row for row in searches if not can_see(account.id, row.access, row.members) and not is_guest_of(account, row)]
    if not hidden:
        is_seen = any(can_see(account.id, row.access, row.members) for row in searches)
        raise UnknownSearchError(
            N_("You already see this search.") if is_seen else N_("No members-only search has this reference.")
        )
    return hidden[0]


def _check_bounds(session: Session, account: str, now: datetime) -> None:
    since = format_utc(now - timedelta(days=1))
    query = select(func.count()).where(EmergencyOpening.account == account, EmergencyOpening.at > since)
    if session.exec(query).one() >= MAX_PER_DAY:
        raise OperationError(message(N_("You can open at most {count} searches in 24 hours. Ask a member."), count=MAX_PER_DAY))
