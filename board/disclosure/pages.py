"""Page of disclosures, for coordinators who proved their identity recently: a form, the current requests, and their files."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

from sqlmodel import Session, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from board import i18n
from board.accounts.account_forms import form_reader
from board.audit import actor
from board.disclosure import files, paper, requests
from board.disclosure.subject import LABELS
from board.disclosure.walk import Walk
from board.documents import pdf
from board.documents.content import datetime_text
from board.engine import access, snapshot
from board.engine.identity import Caller
from board.engine.rights_version import lock_rights_version
from board.errors import OperationError
from board.web import language, pages
from board.web.heavy_reads import SlotHoldingResponse
from board.web.http import check_allowed, count_document, service_of
from board.web.role_pages import for_coordinators_again
from models.accounts import Account
from models.board import OPERATIONS
from models.disclosure import Disclosure
from models.search import Search
from models.times import format_utc

Answer = Callable[[Request, Caller, Disclosure], Awaitable[Response]]
PATH = "/disclosure"
FIELDS = ("kind", "reference", "name", "reach", "colleague", "reason")


class DisclosureLine(NamedTuple):
    """Request as the page shows it. `about`: reference of the search, name of the person, or name of the colleague."""

    id: str
    kind: str
    about: str
    reason: str
    until: str


async def disclosure_page(
    request: Request, caller: Caller, problem: str | None = None, typed: dict[str, str] | None = None
) -> Response:
    """`GET /disclosure`: the form, and the caller's current requests. `problem`: error of a failed request."""
    service, lang = service_of(request), language.language_for(request, caller)

    def read(session: Session) -> tuple[list[DisclosureLine], list[tuple[str, str]]]:
        current = requests.require_right(session, caller, service.roles)
        rows = requests.requests_of(session, current.account.id, service.clock())
        hidden = snapshot.hidden_searches(session, current.account.id)
        colleagues = session.exec(select(Account.id, Account.name).where(Account.guest_of == None).order_by(Account.name))  # noqa: E711
        return [_line(session, row, lang, hidden) for row in rows], [(id, name) for id, name in colleagues]

    lines, colleagues = await service.database.read(read)
    text = problem and i18n.translate(problem, lang)
    return pages.page(
        request, "disclosure.html", caller, status=422 if problem else 200, problem=text, lines=lines, colleagues=colleagues,
        typed=typed or dict.fromkeys(FIELDS, ""), bounds=requests, rules=[i18n.translate(rule, lang) for rule in files.RULES],
    )  # fmt: skip


async def make(request: Request, caller: Caller) -> Response:
    """`POST /disclosure`: store a request and record it, and redirect to the page."""
    form, service = await form_reader(request), service_of(request)
    fields = {name: form(name) for name in FIELDS}
    check_allowed(request, await service.limiter.take(service.limits.accounts, caller.account.id))

    def change(session: Session) -> None:
        lock_rights_version(session)
        current = requests.require_right(session, caller, service.roles)
        actor.set_current(session, actor.of(current))
        requests.request(session, current, fields, service.clock())

    try:
        await service.database.write(change)
    except OperationError as error:
        return await disclosure_page(request, caller, str(error), fields)
    return RedirectResponse(PATH, 303)


async def remove(request: Request, caller: Caller) -> Response:
    """`POST /disclosure/remove`: remove the request `id`."""
    id, service = (await form_reader(request))("id"), service_of(request)
    await service.database.write(lambda session: requests.remove(session, caller.account.id, id, service.clock()))
    return RedirectResponse(PATH, 303)


async def json_file(request: Request, caller: Caller) -> Response:
    """`GET /disclosure/{disclosure}.json`: everything that is stored about the person, sent page by page."""
    return await _in_turn(request, caller, _json)


async def pdf_file(request: Request, caller: Caller) -> Response:
    """`GET /disclosure/{disclosure}.pdf`: the disclosure as PDF."""
    return await _in_turn(request, caller, _pdf)


async def _in_turn(request: Request, caller: Caller, answer: Answer) -> Response:
    """Answer with a file of a current request, one at a time for each account."""
    service = service_of(request)
    await count_document(request, caller)

    def find(session: Session) -> Disclosure:
        current = requests.require_right(session, caller, service.roles)
        row = requests.find(session, current.account.id, request.path_params["disclosure"], service.clock())
        if row.board is not None:
            access.get_visible_board(session, current, row.board)
        return row

    row = await service.database.read(find)
    slot = await service.queues.disclosures.acquire(caller.account.id)
    try:
        return SlotHoldingResponse(await answer(request, caller, row), slot)
    except BaseException:
        slot.release()
        raise


async def _json(request: Request, caller: Caller, row: Disclosure) -> Response:
    service, lang, file = service_of(request), language.language_for(request, caller), f"{_file_name(row)}.json"
    head = {"kind": row.kind, "reason": row.reason, "requested_at": row.at, "composed_at": format_utc(service.clock())}
    await service.reads.export(caller, row.board or OPERATIONS, file)
    walk = Walk(caller, service.roles, requests.subject_of(row))
    body: AsyncIterator[bytes] = files.json_parts(service, caller, walk, file, head, lang)
    return StreamingResponse(body, headers=_headers("application/json", file))


async def _pdf(request: Request, caller: Caller, row: Disclosure) -> Response:
    service, lang, file = service_of(request), language.language_for(request, caller), f"{_file_name(row)}.pdf"
    await service.reads.export(caller, row.board or OPERATIONS, file)
    walk = Walk(caller, service.roles, requests.subject_of(row))
    document = await paper.compose(service, caller, walk, row, lang)
    async with service.queues.papers.turn(caller.account.id):
        body = await pdf.pdf(document)
    return Response(body, headers=_headers("application/pdf", file))


def _headers(kind: str, file: str) -> dict[str, str]:
    return {"content-type": kind, "content-disposition": f'attachment; filename="{file}"'}


def _file_name(row: Disclosure) -> str:
    """Return a file name without the person's name, because the audit log and the downloads folder show it."""
    return f"disclosure-{row.id[-12:]}"


def _line(session: Session, row: Disclosure, lang: str, hidden: frozenset[str]) -> DisclosureLine:
    search = session.get(Search, row.board) if row.board and row.board not in hidden else None
    account = session.get(Account, row.colleague) if row.colleague else None
    about = search.reference if search else account.name if account else " · ".join(filter(None, (row.name, row.reach))) or "–"
    return DisclosureLine(row.id, i18n.translate(_label(row), lang), about, row.reason, datetime_text(row.until, lang))


def _label(row: Disclosure) -> str:
    return next(label for kind, label in LABELS.items() if kind == row.kind)


routes = [
    Route(PATH, for_coordinators_again(disclosure_page)),
    Route(PATH, for_coordinators_again(make), methods=["POST"]),
    Route(f"{PATH}/remove", for_coordinators_again(remove), methods=["POST"]),
    Route(f"{PATH}/{{disclosure}}.json", for_coordinators_again(json_file)),
    Route(f"{PATH}/{{disclosure}}.pdf", for_coordinators_again(pdf_file)),
]
