"""Documents to download: handover report, search history and the brief of a report, as PDF and Markdown, in the language of the
reader. The API has them as JSON."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.audit.entries import CallerRead
from board.commands.reports import callers
from board.config import sentences
from board.documents import briefing as paper_briefing
from board.documents import content as paper
from board.documents import pdf
from board.documents.briefing import BriefingDocument, BriefingPaper
from board.documents.content import Document
from board.documents.handover_report import ReportDocument
from board.documents.report_brief import ReportBrief
from board.documents.search_history import HistoryDocument
from board.engine import access
from board.engine.identity import Caller
from board.engine.recent_factor import is_recent
from board.errors import Refused
from board.handover import report
from board.i18n import gettext_for
from board.telemetry.failures import TOO_LONG
from board.web import language, pages
from board.web.http import count_document, service_of
from board.web.refusals import RETRY_S
from models.board import OPERATIONS
from models.db.database import ReadTimeout
from models.times import format_utc

Compose = Callable[
    [Session, Caller, str, str], Document | BriefingPaper
]  # the last arguments are the time and the reader's language


async def handover(request: Request, caller: Caller) -> Response:
    """Serve the current handover report, or the report of a signed handover."""
    return await _answer(request, caller, partial(_report, request.path_params.get("number")))


async def briefing(request: Request, caller: Caller) -> Response:
    """Serve the briefing of the current handover, or of a signed one."""
    return await _answer(request, caller, partial(_briefing, request.path_params.get("number")))


async def history(request: Request, caller: Caller) -> Response:
    """Serve the newest events of a search."""
    return await _answer(request, caller, partial(_events, request.path_params["id"]))


async def report_brief(request: Request, caller: Caller) -> Response:
    """Serve the brief for the police of a report. It has the caller only for readers with the right to contacts, and is then
    recorded as a read of the caller."""
    shows_caller = service_of(request).roles.allows(caller.account.role, "contacts")
    read_callers: list[CallerRead] = []
    response = await _answer(request, caller, partial(_brief, request.path_params["report"], shows_caller, read_callers))
    for entry in read_callers:
        await service_of(request).reads.disclosure(caller, entry)
    return response


async def _answer(request: Request, caller: Caller, compose: Compose) -> Response:
    """Serve a document to people who proved their identity lately."""
    if not is_recent(caller):
        return _refused(request, Refused("step_up"), caller)
    service = service_of(request)
    reads = language.language_for(request, caller)
    is_pdf = request.url.path.endswith(".pdf")

    def read(session: Session) -> tuple[str, str]:
        document = compose(session, caller, format_utc(service.clock()), reads)
        if isinstance(document, BriefingPaper):
            return document.file, paper_briefing.html(document)
        return document.file, paper.html(document) if is_pdf else paper.markdown(document)

    try:
        await count_document(request, caller)
        async with service.queues.answers.turn(caller.account.id):
            file, text = await service.heavy_reads.read(caller, read)
        if is_pdf:
            async with service.queues.papers.turn(caller.account.id):
                body: bytes | str = await pdf.pdf(text)
        else:
            body = text
    except ReadTimeout:
        return _refused(request, Refused("unavailable", TOO_LONG), caller)
    except Refused as refused:
        return _refused(request, refused, caller)
    kind, ending = ("application/pdf", "pdf") if is_pdf else ("text/markdown; charset=utf-8", "md")
    name = f"{file}.{ending}"
    await service.reads.export(caller, request.path_params.get("id", OPERATIONS), name)
    return Response(body, headers={"content-type": kind, "content-disposition": f'attachment; filename="{name}"'})


def _refused(request: Request, refused: Refused, caller: Caller) -> Response:
    statuses = {"not_found": 404, "unauthenticated": 401, "step_up": 403, "rate_limited": 429, "too_large": 413}
    status = statuses.get(refused.code, 503)
    page = pages.error_page(request, status, refused.message, caller)
    if status in (429, 503):
        page.headers["Retry-After"] = str(refused.retry_after_s or RETRY_S)
    return page


def _report(number: int | None, session: Session, caller: Caller, now: str, reads: str) -> Document:
    data = _composed(number, session, caller, now)
    return ReportDocument(session, data, reads).document(_printed(caller.account.name, now, data, reads))


def _briefing(number: int | None, session: Session, caller: Caller, now: str, reads: str) -> BriefingPaper:
    data = _composed(number, session, caller, now)
    return BriefingDocument(session, data, reads).briefing(_printed(caller.account.name, now, data, reads))


def _composed(number: int | None, session: Session, caller: Caller, now: str) -> Any:
    """Return a report with the searches that the caller may see."""
    frame = report.current(session, now) if number is None else report.as_signed(session, number)
    return report.compose(session, caller.account.id, frame)


def _events(id: str, session: Session, caller: Caller, now: str, reads: str) -> Document:
    account = caller.account
    board = access.get_visible_board(session, caller, id)
    if board.kind != "search":
        raise Refused("not_found")
    document = HistoryDocument(session, board, reads).document(session, _printed(account.name, now, None, reads))
    reference = re.sub(r"[^A-Za-z0-9_-]+", "-", document.file).strip("-") or "search"  # people can type any reference
    return replace(document, file=f"{reference}-history")


def _brief(
    id: str, shows_caller: bool, read_callers: list[CallerRead], session: Session, caller: Caller, now: str, reads: str
) -> Document:
    row = callers.find_visible(session, caller.account.id, id)
    if shows_caller and row.source_kept:
        read_callers[:] = [callers.entry_of(row)]
    return ReportBrief(session, row, reads, shows_caller).document(_printed(caller.account.name, now, None, reads))


def _printed(name: str, now: str, data: Any, reads: str) -> str:
    """Return the footer of a document: its printer and time and, for a signed report, the time of its data."""
    is_signed = data is not None and not data["live"]
    line = sentences.PRINTED_AS_OF if is_signed else sentences.PRINTED
    then = paper.datetime_text(data["composed_at"], reads) if is_signed else ""
    return gettext_for(reads)(line).format(name=name, at=paper.datetime_text(now, reads), then=then)


routes: list[Route] = (
    [
        Route(f"{path}.{ending}", pages.for_people(endpoint, "export"))
        for ending in ("pdf", "md")
        for path, endpoint in (
            ("/handover", handover),
            ("/handovers/{number:number}", handover),
            ("/searches/{id}/history", history),
        )
    ]
    + [
        Route("/reports/{report}/brief.pdf", pages.for_people(report_brief, "export")),
    ]
    + [
        Route(f"{path}/briefing.pdf", pages.for_people(briefing, "export"))
        for path in ("/handover", "/handovers/{number:number}")
    ]
)
