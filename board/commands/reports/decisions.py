"""Decisions on reports: a coordinator opens a report as a search, joins it to one, or closes it with a reason."""

from pydantic import Field

from board.commands.cards import notes
from board.commands.reports import caller_contact, first_note, shared_facts, siblings
from board.commands.reports.reports import DECIDED, find
from board.commands.searches import placing, searches
from board.engine import program_accounts
from board.engine.event_writer import EventWriter
from board.errors import Refused, invalid, validated
from board.i18n import N_
from models.accounts import ROLES, Account
from models.entity import State
from models.fields import Data, Id, LongText, Title
from models.missing_report import MissingReport, ReportStatus, Why
from models.search import Access, Search, SearchKind

NOT_CLOSED = N_("This report is not closed.")


class OpenReport(Data):
    """Open a report as a search, with all its facts, the first tasks of its type, its caller as a contact, and a note with its
    other answers. Each of its `siblings` becomes a search too, linked as `together`. The ack's `opened` is the board of the
    first child. It is a `conflict` if the report was decided in the meantime.

    `kind`: by default, the type of the report, its possible type, or `undefined`.
    `members`: besides you and the account that took the call.
    """

    report: Id
    kind: SearchKind | None = None
    access: Access = "desk"
    members: list[Id] = Field(default_factory=list, max_length=498)
    lead: Id | None = None
    reference: Title | None = None


class JoinReport(Data):
    """Join a report to a search that is not closed, because it is about the same disappearance. The search lists the report, and
    gets a note with its answers, and the caller as a contact."""

    report: Id
    search: Id


class CloseReport(Data):
    """Close a report without a search.

    `note`: required if `why` is `other`.
    """

    report: Id
    why: Why
    note: LongText | None = None


class ReopenReport(Data):
    """Reopen a report that was closed; otherwise `invalid`."""

    report: Id
    reason: LongText | None = None


def open_report(writer: EventWriter, data: OpenReport) -> None:
    """Open a report as a search. Nothing needs to be typed again."""
    row = _find_waiting(writer, data.report)
    report = row.state() | ({"kind": data.kind} if data.kind is not None else {})
    values = shared_facts.search_of(report) | {name: getattr(data, name) for name in ("access", "lead", "reference")}
    values["members"] = list(dict.fromkeys([writer.account_id, *_person(writer, row.taken_by), *data.members]))
    opened = [_open(writer, row, each) for each in (values, *siblings.searches_of(values, row.siblings))]
    siblings.link_all(opened)
    search = opened[0][0]
    _decide(writer, row, "opened", {"search": search.id}, {"kind": search.kind})
    _place(writer, row, search)


def _open(writer: EventWriter, row: MissingReport, values: State) -> siblings.Opened:
    """Open the search for one child of a report."""
    search, on_search = searches.create(writer, validated(searches.OpenSearch, values), shared_facts.reports_with(row, None))
    _add_note(on_search, row)
    caller_contact.add(on_search, row)
    return search, on_search


def join(writer: EventWriter, data: JoinReport) -> None:
    """Join a report to a search. Both keep their histories."""
    row = _find_waiting(writer, data.report)
    search, on_search = placing.find_open(writer, data.search)
    on_search.update(search, "search.reported", {"reports": shared_facts.reports_with(row, search.reports)}, conflicts=False)
    _add_note(on_search, row)
    caller_contact.add(on_search, row)
    _decide(writer, row, "joined", {"search": search.id})
    _place(writer, row, search)


def close(writer: EventWriter, data: CloseReport) -> None:
    """Close a report without a search, with a reason."""
    if data.why == "other" and not (data.note or "").strip():
        raise invalid("note", N_("Write the reason."))
    _decide(writer, _find_waiting(writer, data.report), "closed", {"why": data.why, "note": data.note})


def reopen(writer: EventWriter, data: ReopenReport) -> None:
    """Reopen a closed report, which waits again."""
    row = find(writer, data.report)
    if row.status == "waiting":
        return
    if row.status != "closed":
        raise invalid("report", NOT_CLOSED)
    writer.update(row, "report.reopened", {"status": "waiting", "decision": None}, data.reason, conflicts=False)
    writer.set_hidden(row, {"decided_at": None})


def _find_waiting(writer: EventWriter, id: str) -> MissingReport:
    """Return a report that waits. Raises Refused `not_found` or `conflict`."""
    row = find(writer, id)
    if row.status != "waiting":
        raise Refused("conflict", fields={"status": DECIDED}, current=row.state())
    return row


def _decide(writer: EventWriter, row: MissingReport, status: ReportStatus, decision: State, more: State | None = None) -> None:
    values = {"search": None, "why": None, "note": None} | decision | {"at": writer.now, "by": writer.account_id}
    writer.update(row, f"report.{status}", {"status": status, "decision": values} | (more or {}), conflicts=False)
    writer.set_hidden(row, {"decided_at": writer.now})


def _place(writer: EventWriter, row: MissingReport, search: Search) -> None:
    """Hide a report from the accounts that may not see its search."""
    writer.set_hidden(row, {"placed_on": search.id})
    placing.record_audience(writer, row, search)


def _person(writer: EventWriter, account: str) -> list[str]:
    """Return the account that took a call, if it belongs to a person who can act."""
    row = writer.unit.entities.get(Account, account)
    can_act = row is not None and row.enabled and ROLES.index(row.role) >= ROLES.index("investigator")
    return [account] if can_act and not program_accounts.program_accounts_among(writer.session, [account]) else []


def _add_note(on_search: EventWriter, row: MissingReport) -> None:
    """Add the answers that a search has no field for to its log."""
    language = (on_search.account.language if on_search.account is not None else "") or "en"
    for text in first_note.texts(row.state(), language):
        notes.add(on_search, notes.AddNote(text=text, category="contact", happened_at=row.received_at))
