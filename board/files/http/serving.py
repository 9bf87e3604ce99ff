"""Downloads of files. Each request checks rights; a forbidden or withdrawn file is not found."""

from typing import Literal

import structlog
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from board.audit.entries import OriginalRead
from board.engine import access
from board.engine.identity import Caller, renewed, require_active
from board.errors import Refused
from board.files import names, stored
from board.files.recognition_process import is_sealed
from board.i18n import N_
from board.web import display_auth, etags
from board.web.auth import signed_in
from board.web.endpoint import ON_A_BOARD, Binary, Call
from board.web.http import check_rate, require_caller, service_of
from models.accounts import ROLES
from models.board import OPERATIONS
from models.file import File
from models.search import Search

log = structlog.get_logger()

HEADERS = {
    "cache-control": "private, no-cache", "vary": "cookie, authorization",
    "content-security-policy": "default-src 'none'; sandbox",
}  # fmt: skip
WEBP, BYTES = "image/webp", "application/octet-stream"


@Call(
    "GET", "/boards/{board}/files/{file}/thumb", N_("The thumbnail of a picture, without any metadata."),
    ON_A_BOARD, media=WEBP, answer=Binary, tagged=True,
)  # fmt: skip
async def thumb(request: Request) -> Response:
    """Serve the thumbnail of a picture.

    WebP, its longest side at most 320 pixels.
    """
    return await _picture(request, "thumb")


@Call(
    "GET", "/boards/{board}/files/{file}/view", N_("A picture of at most 1,600 pixels, without any metadata."),
    ON_A_BOARD, media=WEBP, answer=Binary, tagged=True,
)  # fmt: skip
async def view(request: Request) -> Response:
    """Serve the view of a picture.

    WebP, its longest side at most 1,600 pixels.
    """
    return await _picture(request, "view")


@Call(
    "GET", "/boards/{board}/files/{file}/original",
    N_("Returns the original of a picture, with its metadata. For coordinators and the person who attached it. Each download is "
       "logged."),
    ON_A_BOARD, media=BYTES, answer=Binary, step_up=True,
)  # fmt: skip
async def original(request: Request) -> Response:
    """Serve the original of a picture, with its metadata.

    Only for coordinators and the account that attached it; otherwise `forbidden`. Recorded in the audit journal.
    """
    caller = await require_caller(request)
    caller.require_unlocked()

    def read(session: Session) -> tuple[File, OriginalRead]:
        access.get_visible_board(session, renewed(session, caller), request.path_params["board"])  # not in an emergency
        file, account = _file(session, request), require_active(session, caller)
        if file.added_by != account.id and ROLES.index(account.role) < ROLES.index("coordinator"):
            raise Refused("forbidden", N_("Only coordinators, and the person who attached the file, can download the original."))
        entry = OriginalRead(id=file.id, board=file.board, reference=session.get_one(Search, file.board).reference)
        return file, entry

    service = service_of(request)
    file, entry = await service.database.read(read)
    await service.reads.disclosure(caller, entry)
    return await _send(request, file, "original", BYTES, file.name)


@Call(
    "GET", "/boards/{board}/files/{file}/content", N_("Returns a file that is not a picture, as it was uploaded."),
    ON_A_BOARD, media=BYTES, answer=Binary, tagged=True,
)  # fmt: skip
async def content(request: Request) -> Response:
    """Serve a file that is not a picture, as it was uploaded.

    For a PDF whose `picture` is true, the answer is the PDF itself.
    """
    caller = await require_caller(request)
    file = await service_of(request).database.read(lambda session: _find(session, caller, request))
    if is_sealed(file.media_type):
        raise Refused("not_found")
    await service_of(request).reads.document(caller, file.board, file.id)
    return await _send(request, file, "original", BYTES, file.name)


async def _picture(request: Request, size: Literal["thumb", "view"]) -> Response:
    caller, file = await _account_or_display(request)
    if not file.picture:
        raise Refused("not_found")
    reads = service_of(request).reads
    if size == "view":
        await reads.photo(caller, file.board, file.id)
    else:
        await reads.file_previews(caller, file.board)
    return await _send(request, file, size, WEBP, None)


async def _account_or_display(request: Request) -> tuple[Caller, File]:
    """Return the caller (an account or a display) and the file. Raises Refused if the caller may not get the file."""
    service, caller = service_of(request), await signed_in(request)
    if caller is None and (caller := await display_auth.signed_in(request)) is not None:
        check_rate(request, caller)
        display = caller
        return display, await service.database.read(lambda session: _find_for_display(session, display, request))
    person = await require_caller(request)
    return person, await service.database.read(lambda session: _find(session, person, request))


def _find(session: Session, caller: Caller, request: Request) -> File:
    access.get_readable_board(session, renewed(session, caller), request.path_params["board"])
    return _file(session, request)


def _find_for_display(session: Session, display: Caller, request: Request) -> File:
    """Return a file if it is the public photo of a search that this display shows. Raises Refused `not_found` otherwise."""
    search = session.get(Search, request.path_params["board"])
    shown_boards = display.display.shows["boards"] if display.display is not None else ()
    if search is None or not access.is_visible_on_displays(search) or not ({search.id, OPERATIONS} & set(shown_boards)):
        raise Refused("not_found")
    if search.public_photo is None or search.public_photo != request.path_params["file"]:
        raise Refused("not_found")
    return _file(session, request)


def _file(session: Session, request: Request) -> File:
    file = session.get(File, request.path_params["file"])
    if file is None or file.board != request.path_params["board"] or file.withdrawn is not None:
        raise Refused("not_found")
    session.expunge(file)
    return file


async def _send(request: Request, file: File, size: str, type: str, name: str | None) -> Response:
    """Send stored bytes, or 304 if the caller has them. Raises Refused `unavailable` if they are missing or can't be read."""
    tag = f'"{file.sha256[:32]}-{size}"'
    headers = HEADERS | {"etag": tag, "content-disposition": names.disposition(name) if name is not None else "inline"}
    if etags.matches(request, tag):
        return Response(status_code=304, headers=headers)
    key = f"files/{file.id}/{size}"
    store = service_of(request).files
    try:
        headers["content-length"] = str(await store.size(key))
        pieces = store.get(key)
        first = await anext(pieces, b"")
    except FileNotFoundError:
        log.error("file missing", file=file.id, size=size)
        raise Refused("unavailable") from None
    return StreamingResponse(stored.chain(first, pieces), media_type=type, headers=headers)
