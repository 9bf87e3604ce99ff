"""HTTP API of the figures, as JSON and as a file for spreadsheets."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from board.engine.identity import Caller, require_active
from board.errors import Refused
from board.exports.exports import CSV
from board.figures import report as reports
from board.figures.csv_file import file_of
from board.figures.periods import FIRST_YEAR, LAST_YEAR
from board.figures.report import FigureReport, Question
from board.i18n import N_
from board.web import language
from board.web.compression import compressed
from board.web.endpoint import EVERYWHERE, Call, IntParam, TimeParam
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, count_document, json_response, service_of
from models.accounts import ROLES
from models.board import OPERATIONS

YEAR, MONTH, AT = IntParam("year", FIRST_YEAR, LAST_YEAR), IntParam("month", 1, 12), TimeParam("at")
QUERY = (YEAR, MONTH, AT)


@Call(
    "GET", "/figures", N_("Counts the searches of a year or a month, as of now or any earlier time. Without names."),
    (*EVERYWHERE, "invalid"), query=QUERY,
)  # fmt: skip
@limited_per_account
@compressed
async def figures(request: Request, caller: Caller) -> Reply[FigureReport]:
    """Return the figures of a year or a month over all searches. For investigators and coordinators.

    See *Definitions of the figures*. *0.4.0*

    `year`: by default the year of `as_of`, in Brussels.
    `month`: without it, the figures of the year; 0 in the answer.
    `label`: the period in words.
    `at`: time of the figures, not after now. By default, now.
    `as_of`: `at`, or now; not before 1990. If `masked`, the end of the last month before it.
    `from`: beginning of the period.
    `to`: end of the period, excluded; can be after `as_of`.
    `masked`: whether small counts are hidden and others approximate, because the reader is below coordinator.
    `first_year`: year of the first search; null if there was none by then.
    `kinds`: types of disappearance.
    `ages`: by the age when the child went missing.
    `steps`: months of the year, or days of the month, by the opening. `year_before` is complete, also after `as_of`.
    `weekdays`: reports by the day of the week, `1` for Monday.
    `hours`: reports by the hour in Brussels, `0` to `23`.
    `outcomes`: conditions of found children, `not_found` (closed without a found child), and `open`.
    `all.searches`: `under_3` is less than 3; `hidden`: the count would reveal a masked count of another line.
    `all.year_before`: searches of the same period a year before, up to the same date and time.
    `all.worrying`: searches that are worrying at `as_of`.
    `all.worrying_percent`: percentage of `searches`; null if either count is masked, or there are no searches.
    `all.public`: searches that have had an appeal `posters`, `public` or `child_alert`.
    `all.discreet`: searches that have had an appeal `discreet`.
    `all.open`: searches that are open at `as_of`.
    `all.found`: searches whose child was found.
    `all.opened_after`: time from the beginning of the first report to the opening; null if no search has a report.
    `all.found_after`: time from the disappearance of the child until it was found; null if no child was found.
    `all.found_after.within_48_h`: percentage of waits of at most 48 hours.
    """
    answer = await _read(request, caller)
    await service_of(request).reads.report(caller, "figures")
    return json_response(answer)


@Call(
    "GET", "/figures.csv", N_("The figures for a spreadsheet."), (*EVERYWHERE, "invalid"), query=QUERY, media="text/csv",
    right="export", step_up=True,
)  # fmt: skip
@limited_per_account
@compressed
async def figures_csv(request: Request, caller: Caller) -> Response:
    """Export the figures of a year or a month as CSV, as `GET /api/v1/figures` returns them.

    A file for spreadsheets; see *Files for spreadsheets*. *0.4.0*
    """
    await count_document(request, caller)
    report = await _read(request, caller)
    month = f"-{report['month']:02}" if report["month"] else ""
    file_name = f"figures-{report['year']}{month}.csv"
    await service_of(request).reads.export(caller, OPERATIONS, file_name)
    body = file_of(report, language.language_for(request, caller))
    return Response(body, headers={"content-type": CSV, "content-disposition": f'attachment; filename="{file_name}"'})


async def _read(request: Request, caller: Caller) -> FigureReport:
    service, reads = service_of(request), language.language_for(request, caller)
    question = Question(YEAR.read(request), MONTH.read(request), AT.read(request))

    def read(session: Session) -> FigureReport:
        account = require_active(session, caller)
        rank = ROLES.index(account.role)
        if rank < ROLES.index("investigator"):
            raise Refused("forbidden", N_("Your role can read searches, but not the figures."))
        masks_with = service.settings.secret() if rank < ROLES.index("coordinator") else None
        return reports.compose(session, question, service.clock(), masks_with, reads)

    return await service.heavy_reads.read(caller, read)


CALLS = (figures, figures_csv)
