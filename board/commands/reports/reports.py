"""Reports of disappearances, on `operations`. The page of the person who answers the telephone sends them during the call."""

from datetime import date
from typing import Any

from board.commands import past_times
from board.commands.command import Patch
from board.commands.reports import callback, shared_facts, siblings
from board.commands.searches import placing, search_details
from board.commands.searches.searches import CheckedFields
from board.commands.sightings import sources
from board.engine.event_writer import EventWriter
from board.errors import Refused, invalid
from board.i18n import N_
from models.db import rows
from models.declared import data_of
from models.entity import State
from models.fields import Data, Id, RequiredShortText
from models.ids import new_id
from models.missing_report import MAX_QUESTIONS, MissingReport
from models.times import DESK_TIME_ZONE, parse_utc

Fields: Any = data_of(MissingReport, CheckedFields)
NEEDED = N_("Enter a name, or a way to call back.")
DECIDED = N_("This report was answered in the meantime.")


class AddReport(Fields, sources.SourceIdentity):  # type: ignore[misc]  # the fields that the row declares
    """Add a report of a disappearance. It raises an alarm for coordinators (`report_waiting`; see *Alarms*). It needs at least
    the name of the caller or of the child, or a way to call back.

    `received_at`: start of the call; by default, now.
    """


class UpdateReport(Patch):
    """Change a report by a merge patch on its fields, while it waits or after it was opened or joined.

    `search`: the search that the report was opened as, whose fields change too; required after it was opened.
    """

    report: Id
    search: Id | None = None


class AskReporter(Data):
    """Ask the person on the telephone something; it appears on that person's page."""

    report: Id
    text: RequiredShortText


class EndCall(Data):
    """Record that the call of a report has ended. No-op if it has ended already."""

    report: Id


def add(writer: EventWriter, data: AddReport) -> None:
    """Add a report of a disappearance, which waits for a decision."""
    values: State = data.model_dump()
    _require_name(values)
    _check_times(writer, values, {})
    search_details.check_links(writer, None, values["earlier"])
    values |= {"id": new_id(), "board": writer.board.id, "number": writer.next_card_number(), "taken_by": writer.account_id}
    values |= {"received_at": data.received_at or writer.now, "questions": [], "suggested": []}
    values["callback"] = callback.problem_of(data.source_contact)
    writer.create(rows.new_row(MissingReport, values | {"source_kept": sources.has_source(values)}), "report.added")


def update(writer: EventWriter, data: UpdateReport) -> None:
    """Correct a report. Name and contact of the caller are stored with their former values, but are not in the event."""
    patch, contact = sources.split(data)
    row, values = writer.find_patched(MissingReport, data.report, "report", Fields, patch, blank={})
    placing.check_visible(writer, row)
    _check_not_closed(row)
    if row.status == "opened" and values["siblings"] != row.siblings:
        raise invalid("siblings", siblings.LATE)
    former = {name: getattr(row, name) for name in sources.SourceIdentity.model_fields}
    _require_name(values | former | contact)
    _check_times(writer, values, row.state())
    search_details.check_links(writer, row.earlier, values["earlier"])
    values |= {"received_at": values["received_at"] or row.received_at}
    values |= {"source_kept": sources.has_source(contact, row.source_kept)}
    values["callback"] = callback.problem_of((former | contact)["source_contact"])
    if writer.update(row, "report.updated", values | contact) and contact:
        sources.keep_earlier(writer, row, former)
    if row.status == "opened":
        shared_facts.change_search(writer, row, data.search, patch)


def ask(writer: EventWriter, data: AskReporter) -> None:
    """Ask the person on the telephone a question. The 20 newest stay."""
    row = find(writer, data.report)
    _check_not_closed(row)
    question = {"text": data.text, "by": writer.account_id, "at": writer.now}
    writer.update(row, "report.asked", {"questions": [*row.questions, question][-MAX_QUESTIONS:]}, conflicts=False)


def end_call(writer: EventWriter, data: EndCall) -> None:
    """Record the end of a call."""
    row = find(writer, data.report)
    if row.ended_at is None:
        writer.update(row, "report.call_ended", {"ended_at": max(writer.now, row.received_at)}, conflicts=False)


def find(writer: EventWriter, id: str) -> MissingReport:
    """Return a report that the account may see. Raises Refused `not_found`."""
    row = writer.find(MissingReport, id, "report")
    placing.check_visible(writer, row)
    return row


def _require_name(values: State) -> None:
    """Raise Refused `invalid` if a report has neither a name nor a way to call back."""
    person = values["person"]
    names = (values["source_name"], values["source_contact"], person["first_name"], person["last_name"])
    if not any(name and name.strip() for name in names):
        raise invalid("source_name", NEEDED)


def _check_times(writer: EventWriter, values: State, before: State) -> None:
    """Check that the child's disappearance, the call and the date of birth are not in the future. Raises Refused `invalid`."""
    for name in ("missing_since", "received_at"):
        if values[name] is not None and values[name] != before.get(name):
            past_times.check(writer, name, values[name])
    born = values["person"]["birth_date"]
    today = parse_utc(max(writer.now, writer.board.at)).astimezone(DESK_TIME_ZONE).date()
    if born is not None and born != (before.get("person") or {}).get("birth_date") and date.fromisoformat(born) > today:
        raise invalid("person.birth_date", N_("This day is in the future."))


def _check_not_closed(row: MissingReport) -> None:
    if row.status == "closed":
        raise Refused("conflict", fields={"status": DECIDED}, current=row.state())
