"""Rules of requests for disclosures: who may make one, how many, and until when its files can be downloaded."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from board.audit import writer
from board.audit.entries import DisclosureMade
from board.config.roles import Roles
from board.disclosure.person_match import PersonMatch
from board.disclosure.subject import KINDS, Subject, SubjectKind
from board.engine import access
from board.engine.identity import Caller, renewed
from board.errors import OperationError, Refused
from board.i18n import N_, message
from models.accounts import ROLES, Account
from models.board import OPERATIONS
from models.disclosure import Disclosure
from models.ids import new_id
from models.search import Search
from models.times import format_utc

MIN_REASON, MAX_REASON = 10, 500  # characters
MAX_NAME, MAX_REACH, MAX_REFERENCE = 120, 120, 100  # characters
MAX_PER_DAY = 10  # requests of one account in 24 hours
KEPT = timedelta(days=1)  # lifetime of a request
UNKNOWN_SEARCH = N_("You see no search with this reference.")


def require_right(session: Session, caller: Caller, roles: Roles) -> Caller:
    """Return the caller with its current account. Raises Refused `not_found` unless it is a coordinator who may export and may
    read contacts."""
    current = renewed(session, caller)
    role = current.account.role
    if ROLES.index(role) < ROLES.index("coordinator") or not (roles.allows(role, "export") and roles.allows(role, "contacts")):
        raise Refused("not_found")
    return current


def request(session: Session, caller: Caller, fields: dict[str, str], now: datetime) -> Disclosure:
    """Store a request of the caller, with the typed `fields`, and record it. Raises OperationError if a field is invalid, or if
    the caller has made MAX_PER_DAY requests."""
    reason = " ".join(fields["reason"].split())
    if not MIN_REASON <= len(reason) <= MAX_REASON:
        raise OperationError(message(N_("Enter a reason of {min} to {max} characters."), min=MIN_REASON, max=MAX_REASON))
    kind: SubjectKind = next((known for known in KINDS if known == fields["kind"]), "child")
    values = _subject_values(session, caller, kind, fields)
    _check_bounds(session, caller.account.id, now)
    at, until = format_utc(now), format_utc(now + KEPT)
    row = Disclosure(id=new_id(), account=caller.account.id, kind=kind, reason=reason, at=at, until=until, **values)
    session.add(row)
    writer.write(session, _entry(session, row, kind))
    return row


def requests_of(session: Session, account: str, now: datetime) -> list[Disclosure]:
    """Return the current requests of an account, newest first."""
    rows = select(Disclosure).where(Disclosure.account == account, col(Disclosure.until) > format_utc(now))
    return list(session.exec(rows.order_by(col(Disclosure.id).desc()).limit(MAX_PER_DAY)))


def find(session: Session, account: str, id: str, now: datetime) -> Disclosure:
    """Return a current request of an account. Raises Refused `not_found` if there is no such request or it has ended."""
    row = session.get(Disclosure, id)
    if row is None or row.account != account or row.until <= format_utc(now):
        raise Refused("not_found")
    return row


def remove(session: Session, account: str, id: str, now: datetime) -> None:
    """End a request of an account, so that nothing more can be downloaded, and clear the name and address. Idempotent. The row
    stays, because it counts towards MAX_PER_DAY."""
    row = session.get(Disclosure, id)
    if row is not None and row.account == account:
        row.until, row.name, row.reach = min(row.until, format_utc(now)), "", ""


def subject_of(row: Disclosure) -> Subject:
    """Return the person that a request is about."""
    kind = next(kind for kind in KINDS if kind == row.kind)
    return Subject(kind, row.board or row.colleague or "", row.name, row.reach)


def _entry(session: Session, row: Disclosure, kind: SubjectKind) -> DisclosureMade:
    search, board = session.get(Search, row.board) if row.board is not None else None, row.board or OPERATIONS
    return DisclosureMade(
        id=board, board=board, reference=search.reference if search is not None else None, subject=kind,
        colleague=row.colleague, typed_reason=row.reason,
    )  # fmt: skip


def _subject_values(session: Session, caller: Caller, kind: SubjectKind, fields: dict[str, str]) -> dict[str, str]:
    if kind == "child":
        return {"board": _search_of(session, caller, fields["reference"].strip())}
    if kind == "colleague":
        account = session.get(Account, fields["colleague"])
        if account is None:
            raise OperationError(N_("Choose a colleague."))
        return {"colleague": account.id}
    name, reach = " ".join(fields["name"].split()), fields["reach"].strip()
    if not (PersonMatch(name, reach).is_usable and len(name) <= MAX_NAME and len(reach) <= MAX_REACH):
        raise OperationError(N_("Enter a name, or a telephone number of at least 6 digits, or an e-mail address."))
    return {"name": name, "reach": reach}


def _search_of(session: Session, caller: Caller, reference: str) -> str:
    """Return the newest search with this reference that the caller sees."""
    is_searchable = 0 < len(reference) <= MAX_REFERENCE
    query = select(Search).where(Search.reference == reference).order_by(col(Search.id).desc())
    for search in session.exec(query).all() if is_searchable else []:
        if caller.may_reach(search.id) and access.can_see(caller.account.id, search.access, search.members):
            return search.id
    raise OperationError(UNKNOWN_SEARCH)


def _check_bounds(session: Session, account: str, now: datetime) -> None:
    since = format_utc(now - timedelta(days=1))
    query = select(func.count()).where(Disclosure.account == account, Disclosure.at > since)
    if session.exec(query).one() >= MAX_PER_DAY:
        raise OperationError(message(N_("You can make at most {count} disclosures in 24 hours."), count=MAX_PER_DAY))
