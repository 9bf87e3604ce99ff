"""Facts of a report that its search gets: when it is opened, and while the call continues."""

from board.commands.reports import suggestions
from board.commands.searches import placing, searches
from board.engine.event_writer import EventWriter
from board.engine.merge_patch import apply_patch
from board.errors import Refused
from board.i18n import N_
from models.entity import State
from models.missing_report import MissingReport
from models.search import Search

SHARED = ("person", "missing_since", "last_seen", "details", "criteria", "earlier", "kind")
OPENED = N_("This report was opened as a search in the meantime.")


def search_of(report: State) -> State:
    """Return the fields of a search with the facts of a report. If nobody knows since when the child is missing, the time of the
    call counts. Criteria that the answers suggest are answered."""
    values = {name: report[name] for name in SHARED} | {"kind": suggestions.kind_of(report)}
    values["missing_since"] = report["missing_since"] or report["received_at"]
    values["criteria"] = report["criteria"] | {key: _answered(report, key) for key in report["suggested"]}
    return values


def change_search(writer: EventWriter, report: MissingReport, search: str | None, patch: State) -> None:
    """Change the search that a report was opened as by the shared fields of a merge patch. Raises Refused `conflict` if `search`
    is not that search: the page does not know it yet."""
    shared = {name: value for name, value in patch.items() if name in SHARED and value is not None}
    if search != report.placed_on:
        raise Refused("conflict", fields={"status": OPENED}, current=report.state())
    row, on_search = placing.find_open(writer, search or "")
    if row.status != "open" or not shared:
        return
    on_search.update(row, "search.updated", _merged(row, shared), conflicts=False)


def _merged(row: Search, shared: State) -> State:
    """Return the columns of a search after a merge patch. Raises Refused `invalid`."""
    former = {key: answer for key, answer in row.criteria.items() if key not in searches.Criteria.model_fields}
    before = {name: getattr(row, name) for name in searches.Fields.model_fields}
    before["criteria"] = {key: answer for key, answer in row.criteria.items() if key not in former}
    after = apply_patch(searches.Fields, before, shared)
    after["criteria"] |= former
    return {name: after[name] for name in shared}


def reports_with(report: MissingReport, former: State | None) -> State:
    """Return the reports of a search with one more. `former`: its reports so far."""
    entry = {"number": report.number, "role": report.caller_role, "taken_by": report.taken_by, "at": report.received_at}
    return {**(former or {}), report.id: entry}


def _answered(report: State, key: str) -> State:
    """Return the answer to a criterion that the answers of a report suggest."""
    needs = report["person"]["needs"] if key == "medication" else None
    basis = report["belongings"]["company_note"] if key == "third_party" else needs
    return {"answer": "yes", "basis": basis}
