"""Declaration of reports of disappearances, with the alarm that each raises until a coordinator decides on it."""

from dataclasses import replace

from sqlalchemy import false

from board.commands.reports import suggestions
from board.commands.reports.reports import AddReport
from board.engine.kinds import EventSpec, Kind
from board.i18n import N_, P_
from models.declared import specs_of
from models.missing_report import MissingReport
from models.occasion import Occasion

KIND = Kind(
    model=MissingReport,
    title=N_("Report"),
    plural=N_("Reports"),
    title_field="title",
    data=AddReport,
    boards=("operations",),
    fields=tuple(replace(spec, display=None) for spec in specs_of(MissingReport)),
    events={
        "report.added": EventSpec(N_("Report added"), "report.add"),
        "report.updated": EventSpec(N_("Report changed"), "report.update"),
        "report.asked": EventSpec(N_("Question asked"), "report.ask"),
        "report.call_ended": EventSpec(N_("Call ended"), "report.end_call"),
        "report.opened": EventSpec(N_("Report opened as a search"), "report.open"),
        "report.joined": EventSpec(N_("Report joined to a search"), "report.join"),
        "report.closed": EventSpec(N_("Report closed"), "report.close"),
        "report.reopened": EventSpec(N_("Report reopened"), "report.reopen"),
        "report.archived": EventSpec(N_("Report archived")),
    },
    derived=suggestions.FIELDS,
    derive=suggestions.derive,
    occasions={
        "report_waiting": Occasion(
            N_("Report of a disappearance"), N_("Report {number} of a disappearance"), P_("alarm, short", "Child missing"),
            page="/?report={id}", holds={"status": ("waiting",)},
        ),
    },
    reported=lambda report, due_before: false(),
)  # fmt: skip
