"""Documents to download: handover report, search history, map and the brief of a report, as PDF, Markdown or SVG, in the reader's
language. The API returns the same data as JSON, except for the map."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from board.audit.entries import CallerRead
from board.commands.reports import callers
from board.config import sentences
from board.config.speeds import Speeds
from board.documents import briefing as paper_briefing
from board.documents import content as paper
from board.documents import map_paper, pdf
from board.documents.briefing import BriefingDocument, BriefingPaper
from board.documents.content import Document
from board.documents.handover_report import ReportDocument
from board.documents.map_paper import MapDocument, MapPaper
from board.documents.report_brief import ReportBrief
from board.documents.search_history import HistoryDocument
from board.engine import access
from board.engine.identity import Caller
from board.engine.recent_factor import is_recent
from board.errors import Refused
from board.handover import report
from board.i18n import gettext_for
from board.reach.reported import reported_contradictions
from board.telemetry.failures import TOO_LONG
from board.web import language, pages
from board.web.http import count_document, service_of
from board.web.refusals import RETRY_S
from models.board import OPERATIONS
from models.db.database import ReadTimeout
from models.times import format_utc

MEDIA_TYPES = {"pdf": "application/pdf", "md": "text/markdown; charset=utf-8", "svg": "image/svg+xml"}
MAX_SEQ_DIGITS = 16


class Reader(NamedTuple):
    """Caller, kinds that are hidden from them, time of reading, and language. `folder`: folder with the installation's own
    vocabulary."""

    caller: Caller
    hidden_kinds: tuple[str, ...]
    now: str
    language: str
    folder: str | None


Compose = Callable[[Session, Reader], Document | BriefingPaper | MapPaper]


async def handover(request: Request, caller: Caller) -> Response:
    """Serve the current handover report, or the report of a signed handover."""
    return await _answer(request, caller, partial(_report, service_of(request).speeds, request.path_params.get("number")))


async def briefing(request: Request, caller: Caller) -> Response:
    """Serve the briefing of the current handover, or of a signed one."""
    return await _answer(request, caller, partial(_briefing, service_of(request).speeds, request.path_params.get("number")))


async def history(request: Request, caller: Caller) -> Response:
    """Serve the newest events of a search."""
    return await _answer(request, caller, partial(_events, service_of(request).speeds, request.path_params["id"]))


async def search_map(request: Request, caller: Caller) -> Response:
    """Serve the map of a search, now or at a seq, on A4 or A3."""
    size: map_paper.Size = "a3" if request.query_params.get("size", "").lower() == "a3" else "a4"
    at = request.query_params.get("at", "")
    seq = int(at) if at.isascii() and at.isdecimal() and len(at) <= MAX_SEQ_DIGITS else None
    return await _answer(request, caller, partial(_map, service_of(request).speeds, request.path_params["id"], size, seq))


async def report_brief(request: Request, caller: Caller) -> Response:
    """Serve the brief for the police from a report. Only readers with the right `contacts` get the identity of the person who
    called; this is recorded as a disclosure."""
    shows_caller = service_of(request).roles.allows(caller.account.role, "contacts")
    read_callers: list[CallerRead] = []
    response = await _answer(request, caller, partial(_brief, request.path_params["report"], shows_caller, read_callers))
    for entry in read_callers:
        await service_of(request).reads.disclosure(caller, entry)
    return response


async def _answer(request: Request, caller: Caller, compose: Compose) -> Response:
    """Serve a document to a person who proved their identity recently."""
    if not is_recent(caller):
        return _refused(request, Refused("step_up"), caller)
    service = service_of(request)
    reads = language.language_for(request, caller)
    reader = Reader(
        caller, access.hidden_kinds(caller, service.roles), format_utc(service.clock()), reads, service.settings.files_path
    )
    ending = request.url.path.rpartition(".")[2]
    is_pdf = ending == "pdf"

    def read(session: Session) -> tuple[str, str]:
        document = compose(session, reader)
        return document.file, _rendered(document, is_pdf)

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
    kind = MEDIA_TYPES[ending]
    name = f"{file}.{ending}"
    await service.reads.export(caller, request.path_params.get("id", OPERATIONS), name)
    return Response(body, headers={"content-type": kind, "content-disposition": f'attachment; filename="{name}"'})


def _rendered(document: Document | BriefingPaper | MapPaper, is_pdf: bool) -> str:
    if isinstance(document, BriefingPaper):
        return paper_briefing.html(document)
    if isinstance(document, MapPaper):
        return map_paper.html(document) if is_pdf else document.drawing
    return paper.html(document) if is_pdf else paper.markdown(document)


def _refused(request: Request, refused: Refused, caller: Caller) -> Response:
    statuses = {"not_found": 404, "unauthenticated": 401, "step_up": 403, "rate_limited": 429, "too_large": 413}
    status = statuses.get(refused.code, 503)
    page = pages.error_page(request, status, refused.message, caller)
    if status in (429, 503):
        page.headers["Retry-After"] = str(refused.retry_after_s or RETRY_S)
    return page


def _report(speeds: Speeds, number: int | None, session: Session, reader: Reader) -> Document:
    data = _composed(speeds, number, session, reader)
    return ReportDocument(session, data, reader.language, reader.folder).document(_printed(reader, data))


def _briefing(speeds: Speeds, number: int | None, session: Session, reader: Reader) -> BriefingPaper:
    data = _composed(speeds, number, session, reader)
    return BriefingDocument(session, data, reader.language, reader.folder).briefing(_printed(reader, data))


def _composed(speeds: Speeds, number: int | None, session: Session, reader: Reader) -> Any:
    """Return a report with the searches and kinds that the reader may see."""
    frame = report.current(session, reader.now) if number is None else report.as_signed(session, number)
    contradicting = partial(reported_contradictions, speeds, reader.language)
    return report.compose(session, reader.caller.account.id, frame, contradicting, hidden_kinds=reader.hidden_kinds)


def _events(speeds: Speeds, id: str, session: Session, reader: Reader) -> Document:
    board = access.get_visible_board(session, reader.caller, id)
    if board.kind != "search":
        raise Refused("not_found")
    history = HistoryDocument(session, board, reader.caller.account.id, reader.language, speeds, reader.hidden_kinds)
    document = history.document(session, _printed(reader))
    return replace(document, file=f"{_safe(document.file)}-history")


def _map(speeds: Speeds, id: str, size: map_paper.Size, seq: int | None, session: Session, reader: Reader) -> MapPaper:
    board = access.get_visible_board(session, reader.caller, id)
    if board.kind != "search" or (seq is not None and not 0 < seq <= board.seq):
        raise Refused("not_found")
    document = MapDocument(session, board, reader.caller.account.id, reader.language, seq, speeds)
    document_paper = document.paper(size, _printed(reader))
    return replace(document_paper, file=f"{_safe(document_paper.file)}-map")


def _safe(reference: str) -> str:
    """Return a reference, which people type, with only characters that are safe in file names."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", reference).strip("-") or "search"


def _brief(id: str, shows_caller: bool, read_callers: list[CallerRead], session: Session, reader: Reader) -> Document:
    row = callers.find_visible(session, reader.caller.account.id, id)
    if shows_caller and row.source_kept:
        read_callers[:] = [callers.entry_of(row)]
    return ReportBrief(session, row, reader.language, shows_caller, reader.folder).document(_printed(reader))


def _printed(reader: Reader, data: Any = None) -> str:
    """Return the footer of a document: its printer and time and, for a signed report, the time of its data."""
    is_signed = data is not None and not data["live"]
    line = sentences.PRINTED_AS_OF if is_signed else sentences.PRINTED
    then = paper.datetime_text(data["composed_at"], reader.language) if is_signed else ""
    at = paper.datetime_text(reader.now, reader.language)
    return gettext_for(reader.language)(line).format(name=reader.caller.account.name, at=at, then=then)


routes: list[Route] = [
    Route(f"{path}.{ending}", pages.for_people(endpoint, "export"))
    for ending in ("pdf", "md")
    for path, endpoint in (("/handover", handover), ("/handovers/{number:number}", handover), ("/searches/{id}/history", history))
] + [Route(f"{path}/briefing.pdf", pages.for_people(briefing, "export")) for path in ("/handover", "/handovers/{number:number}")]
routes += [Route(f"/searches/{{id}}/map.{ending}", pages.for_people(search_map, "export")) for ending in ("pdf", "svg")]
routes += [Route("/reports/{report}/brief.pdf", pages.for_people(report_brief, "export"))]
