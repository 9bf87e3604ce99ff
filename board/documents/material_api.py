"""HTTP API of materials: posters, vignettes and briefs as PDF, and previews before approval."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Literal, get_args

from pydantic import Field
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from board.commands.materials import materials, printed_texts
from board.documents import pdf, poster
from board.engine import access
from board.engine.identity import Caller
from board.errors import Refused, invalid, validated
from board.i18n import N_
from board.service import BoardService
from board.web.endpoint import ON_A_BOARD, Binary, Call, Param
from board.web.http import count_document, read_json_object, require_caller, service_of
from models.accounts import Account
from models.entity import State
from models.fields import Data, LongText, Name, Time
from models.file import File
from models.material import CustomTexts, Language, Material, PrintedWords, Shows, What
from models.search import Search
from models.times import format_utc, parse_utc

Mark = Literal["", "draft", "ended"]

PICTURE_WIDTH = 640  # pixels of a preview picture
DRAFT_DAYS = 7  # days until the end of a draft without a chosen end

LANGUAGE = Param("language", {"type": "string", "enum": list(get_args(Language))})
PAPER = Param("paper", {"type": "string", "enum": ["a3", "a4", "a6"]})


class Draft(Data):
    """Material that is not approved yet, in one language. `paper`: by default, the first size for this material."""

    what: What
    language: Language
    paper: poster.Paper | None = None
    shows: Shows = Field(default_factory=list)
    text: LongText | None = None
    place: Name | None = None
    until: Time | None = None
    words: PrintedWords = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _PrintJob:
    """Material to print: its state, mark, language and paper."""

    material: State
    mark: Mark
    language: str
    paper: poster.Paper
    approved_by: str = ""

    @property
    def file(self) -> str:
        """Name of its file, with only characters that are safe in file names."""
        reference = re.sub(r"[^A-Za-z0-9_-]+", "-", self.material["content"]["reference"]).strip("-") or "search"
        mark = f"-{self.mark}" if self.mark else ""
        return f"{reference}-{self.material['what']}-{self.language}-{self.paper}{mark}"


@Call(
    "POST", "/boards/{board}/materials/preview.pdf",
    N_("Returns a draft PDF of a poster, vignette or brief that is not approved yet."),
    (*ON_A_BOARD, "invalid", "too_large"), body=Draft, media="application/pdf", answer=Binary,
    right="export", step_up=True,
)  # fmt: skip
async def preview(request: Request) -> Response:
    """Serve the draft of a material as PDF.

    A POST, so that no proxy logs details of a child. Each page is marked “Draft: not approved”. Recorded in the audit journal.
    """
    caller = await require_caller(request)
    return await _answer_pdf(request, caller, partial(_draft, validated(Draft, await read_json_object(request))))


@Call(
    "POST", "/boards/{board}/materials/preview.png", N_("Returns the first page of such a draft as a picture."),
    (*ON_A_BOARD, "invalid", "too_large"), body=Draft, media="image/png", answer=Binary,
)  # fmt: skip
async def preview_picture(request: Request) -> Response:
    """Serve the draft of a material as a picture. The audit log records a preview, not a document.

    Same body as for the PDF. The answer is a picture of its first page.
    """
    caller = await require_caller(request)
    draft = validated(Draft, await read_json_object(request))
    body, _ = await _print(request, caller, partial(_draft, draft), PICTURE_WIDTH)
    await service_of(request).reads.material_preview(caller, request.path_params["board"])
    return Response(body, headers={"content-type": "image/png", "cache-control": "no-store"})


@Call(
    "GET", "/boards/{board}/materials/{material}.pdf",
    N_("Returns an approved material as PDF. If it must no longer be given out, each page is marked as no longer valid."),
    (*ON_A_BOARD, "invalid", "too_large"), query=(LANGUAGE, PAPER), media="application/pdf", answer=Binary,
    right="export", step_up=True,
)  # fmt: skip
async def material_pdf(request: Request) -> Response:
    """Serve an approved material as PDF.

    See *Paper of a material*. Recorded in the audit journal.

    `language`: one of its `languages`.
    `paper`: `a4` or `a3` for a poster, `a6` for a vignette, `a4` for a brief.
    """
    return await _answer_pdf(request, await require_caller(request), _approved)


async def _answer_pdf(request: Request, caller: Caller, prepare: Any) -> Response:
    body, job = await _print(request, caller, prepare, 0)
    name = f"{job.file}.pdf"
    await service_of(request).reads.export(caller, request.path_params["board"], name)
    headers = {"content-type": "application/pdf", "content-disposition": f'attachment; filename="{name}"'}
    return Response(body, headers=headers | {"cache-control": "no-store"})


async def _print(request: Request, caller: Caller, prepare: Any, picture_width: int) -> tuple[bytes, _PrintJob]:
    service = service_of(request)
    await count_document(request, caller)
    job: _PrintJob = await service.database.read(partial(prepare, request, caller, format_utc(service.clock())))
    photo = await _photo(service, request.path_params["board"], job.material["content"]["photo"])
    paper = poster.poster(job.material, job.language, job.paper, job.mark, photo, service.settings.poster_url, job.approved_by)
    html = poster.html(paper)
    async with service.queues.papers.turn(caller.account.id):
        return await pdf.pdf(html, picture_width), job


def _approved(request: Request, caller: Caller, now: str, session: Session) -> _PrintJob:
    """Return an approved material. Raises Refused `not_found` if it does not exist, `invalid` if a parameter is invalid."""
    visible_search(session, caller, request)
    row = session.get(Material, request.path_params["material"])
    if row is None or row.board != request.path_params["board"]:
        raise Refused("not_found")
    state = row.state()
    language, paper = _choice(request, LANGUAGE, state["languages"]), _choice(request, PAPER, poster.PAPERS[state["what"]])
    is_over = row.ended_at is not None or row.ends_at <= now
    approver = session.get(Account, row.approved_by)
    return _PrintJob(state, "ended" if is_over else "", language, paper, approver.name if approver is not None else "")


def _draft(draft: Draft, request: Request, caller: Caller, now: str, session: Session) -> _PrintJob:
    """Return a draft with the current facts of its search. Raises Refused `not_found` if the search does not exist, `invalid` if
    the draft is invalid."""
    search = visible_search(session, caller, request)
    papers = poster.PAPERS[draft.what]
    if draft.paper is not None and draft.paper not in papers:
        raise invalid("paper", N_("Choose one of the options."))
    data = materials.ApproveMaterial(
        what=draft.what, languages=[draft.language], shows=draft.shows, texts=CustomTexts(**{draft.language: draft.text}),
        place=draft.place, until=draft.until or format_utc(parse_utc(now) + timedelta(days=DRAFT_DAYS)), decided_by="-",
    )  # fmt: skip
    materials.check_shown(data)
    numbers = service_of(request).task_catalogue.appeal.of(search.appeal["level"]).numbers
    facts = materials.content(search, data, numbers, partial(session.get, Search))
    folder = service_of(request).settings.files_path
    state = data.model_dump(exclude={"words"}) | {
        "content": printed_texts.with_printed_texts(facts, data.languages, draft.words, folder),
        "decided_by": None,
        "approved_at": now,
    }
    return _PrintJob(state, "draft", draft.language, draft.paper or papers[0])


def visible_search(session: Session, caller: Caller, request: Request) -> Search:
    """Return the search of the board. Raises Refused `not_found` if the caller may not see it, or if the board is not a
    search."""
    board = access.get_visible_board(session, caller, request.path_params["board"])
    search = session.get(Search, board.id)
    if search is None:  # the board `operations`
        raise Refused("not_found")
    return search


def _choice(request: Request, param: Param, choices: Any) -> Any:
    """Return the value of a parameter, by default the first choice. Raises Refused `invalid` if it is not one of the choices."""
    value = param.read(request)
    if value is None:
        return choices[0]
    if value not in choices:
        raise invalid(param.name, N_("Choose one of the options."))
    return value


async def _photo(service: BoardService, board: str, file: str | None) -> tuple[str, bytes] | None:
    """Return (media type, bytes) of a photo; None if there is no photo or it was withdrawn: a silhouette replaces it. Raises
    FilesUnavailable if it can't be read, because paper must not omit it silently."""
    if file is None or not await service.database.read(lambda session: _may_be_shown(session, board, file)):
        return None
    try:
        pieces = [piece async for piece in service.files.get(f"files/{file}/view")]
    except FileNotFoundError:
        return None
    return "image/webp", b"".join(pieces)


def _may_be_shown(session: Session, board: str, file: str) -> bool:
    row = session.get(File, file)
    return row is not None and row.board == board and row.picture and row.withdrawn is None
