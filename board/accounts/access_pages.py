"""Page and file of the access review, for administrators with a session."""

from collections.abc import AsyncIterator

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from board import labels
from board.accounts import access_review
from board.accounts.access_review import AccessRow, Batch
from board.accounts.admin_pages import PATH as ACCOUNTS
from board.audit.scopes import SCOPES
from board.engine.identity import Caller, require_active
from board.errors import Refused
from board.exports.exports import BOM, CSV, csv_lines
from board.i18n import N_, translate
from board.service import BoardService
from board.web import language, pages
from board.web.endpoint import Param
from board.web.http import count_document, service_of
from board.web.role_pages import for_admins
from models.board import OPERATIONS
from models.times import format_utc

PATH, FILE = f"{ACCOUNTS}/access", f"{ACCOUNTS}/access.csv"
PAGE_SIZE, BATCH_SIZE = 50, 200  # people or searches per page, and per read for a file
AFTER = Param("after", {"type": "string", "maxLength": 64})
STATES = {"enabled": N_("Enabled"), "disabled": N_("Disabled"), "ended": N_("Ended"), "": ""}


async def review_page(request: Request, caller: Caller) -> Response:
    """`GET /accounts/access?by=&after=`: who can see what, by person or by search, a page at a time."""
    service, by, after = service_of(request), _by(request), (AFTER.read(request) or "").replace("\0", "")
    batch = await _read(service, caller, by, after, PAGE_SIZE)
    await service.reads.report(caller, "access")
    lang = language.language_for(request, caller)
    rows = [_texts(row, lang) for row in batch.rows]
    header = [translate(word, lang) for word in access_review.HEADER]
    return pages.page(request, "access_review.html", caller, by=by, rows=rows, header=header, after=batch.after, file=FILE)


async def review_file(request: Request, caller: Caller) -> Response:
    """`GET /accounts/access.csv?by=`: all rows of the review, for a spreadsheet."""
    service, by = service_of(request), _by(request)
    await count_document(request, caller)
    name = f"access-by-{by}.csv"
    await service.reads.export(caller, OPERATIONS, name)
    body = _csv(service, caller, by, language.language_for(request, caller))
    return StreamingResponse(body, headers={"content-type": CSV, "content-disposition": f'attachment; filename="{name}"'})


async def _csv(service: BoardService, caller: Caller, by: str, lang: str) -> AsyncIterator[bytes]:
    yield BOM + csv_lines([[translate(word, lang) for word in access_review.HEADER]])
    after: str | None = ""
    while after is not None:
        batch = await _read(service, caller, by, after, BATCH_SIZE)
        after = batch.after
        yield csv_lines(_texts(row, lang) for row in batch.rows)


async def _read(service: BoardService, caller: Caller, by: str, after: str, limit: int) -> Batch:
    """Read a batch in the queue of exports, with the caller's current role. Raises Refused."""
    at = format_utc(service.clock())

    def read(session: Session) -> Batch:
        if require_active(session, caller).role != "admin":
            raise Refused("not_found")
        return access_review.READERS[by](session, after, limit, at)

    return await service.exports.read(caller, read)


def _by(request: Request) -> str:
    """Return the requested order of the review, `person` by default."""
    by = request.query_params.get("by", "person")
    return by if by in access_review.READERS else "person"


def _texts(row: AccessRow, lang: str) -> list[str]:
    """Return the cells of a row, with codes as words in a language."""
    name, email, role, state, search, through, ends_at, token, scope = row.cells()
    words = (
        labels.VALUES["account.role"].get(role, ""),
        STATES[state],
        access_review.THROUGH[through],
        SCOPES.get(scope, scope),
    )
    role, state, through, scope = (translate(word, lang) for word in words)
    return [name, email, role, state, search, through, ends_at, token, scope]


routes = [Route(PATH, for_admins(review_page)), Route(FILE, for_admins(review_file))]
