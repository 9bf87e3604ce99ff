"""Pages on which two coordinators erase a card, note, contact or file: a list, and a page to ask and to agree."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from board import i18n, labels
from board.accounts import typed_words
from board.accounts.account_forms import form_reader
from board.audit import actor
from board.engine import access
from board.engine.identity import Caller
from board.engine.rights_version import lock_rights_version
from board.errors import OperationError, Refused
from board.retention import erasures, other_searches, part_erasures, part_list, requests
from board.retention.erasure_texts import AskedTexts, asked_texts, count_texts
from board.retention.pages import OF_SEARCH, PATH, visible_search
from board.retention.part_list import ListedPart
from board.retention.parts import Part, chosen_models, parts_of
from board.web import language, pages
from board.web.http import check_allowed, service_of
from board.web.role_pages import for_coordinators_again
from models.erasure import Erasure
from models.search import Search

PARTS = f"{OF_SEARCH}/parts"
ONE = f"{PARTS}/{{kind}}/{{entity}}"
Typed = tuple[str, str]  # reference and reason of a form that failed


class PartPage(NamedTuple):
    """Data of the page of one part. `problem`: why it can't be erased now, empty if it can. `seen`: digest of the parts."""

    reference: str
    part: ListedPart
    counts: dict[str, int]
    problem: str
    erasure: Erasure | None
    asked_by: str
    seen: str


async def list_page(request: Request, caller: Caller) -> Response:
    """`GET /retention/{id}/parts?words=`: parts that can be erased separately, by kind, with this text."""
    service, board, find = service_of(request), request.path_params["id"], typed_words.read(request, caller).strip()

    def read(session: Session) -> tuple[str, list[ListedPart]]:
        current, search = visible_search(session, caller, board)
        return search.reference, part_list.listed(session, board, find, access.hidden_kinds(current, service.roles))

    reference, lines = await service.heavy_reads.read(caller, read)
    await service.reads.part_of_board(caller, board)
    lang = language.language_for(request, caller)
    kinds = {kind: i18n.translate(labels.KINDS[kind], lang) for kind in chosen_models()}
    return pages.page(
        request, "erasure_parts.html", caller, reference=reference, lines=lines[: part_list.MAX_LISTED], find=find, kinds=kinds,
        is_cut=len(lines) > part_list.MAX_LISTED, board_id=board, max_find=part_list.MAX_FIND,
    )  # fmt: skip


async def part_page(request: Request, caller: Caller, problem: str | None = None, typed: Typed = ("", "")) -> Response:
    """`GET /retention/{id}/parts/{kind}/{entity}`: everything that is erased with a part. `problem`: of a failed form."""
    service, part = service_of(request), _part(request)

    def read(session: Session) -> PartPage:
        return _read(session, *_visible(request, session, caller), part, service.clock())

    page = await service.heavy_reads.read(caller, read)
    await service.reads.part_of_board(caller, part.board)
    lang = language.language_for(request, caller)
    asked: AskedTexts | None = asked_texts(page.erasure, page.asked_by, caller.account.id, lang) if page.erasure else None
    return pages.page(
        request, "erasure_part.html", caller, status=422 if problem else 200, problem=problem and i18n.translate(problem, lang),
        part=page.part, reference=page.reference, kind=i18n.translate(labels.KINDS[part.kind], lang), asked=asked,
        groups=count_texts(page.counts, lang), path=f"{PATH}/{part.board}/parts/{part.kind}/{part.id}", board_id=part.board,
        obstacle=page.problem and i18n.translate(page.problem, lang), typed=typed, min_reason=erasures.MIN_REASON,
        max_reason=erasures.MAX_REASON, seen=page.seen,
    )  # fmt: skip


async def ask(request: Request, caller: Caller) -> Response:
    """`POST /retention/{id}/parts/{kind}/{entity}`: ask to erase the part, with the search's `reference` and a `reason`."""
    form, part = await form_reader(request), _part(request)
    reference, reason = form("reference"), form("reason")

    def change(session: Session, search: Search, now: datetime) -> None:
        part_erasures.ask(session, search, part, reference, reason, now)

    return await _change(request, caller, change, request.url.path, (reference, reason))


async def agree(request: Request, caller: Caller) -> Response:
    """`POST /retention/{id}/parts/{kind}/{entity}/agree`: agree to the request `erasure` with the `reference`, and begin."""
    form, part = await form_reader(request), _part(request)
    id, reference, seen = form("erasure"), form("reference"), form("seen")

    def change(session: Session, search: Search, now: datetime) -> None:
        part_erasures.agree(session, search, part, id, reference, now, seen=seen, rules=service_of(request).alarm_rules)

    response = await _change(request, caller, change, PATH, (reference, ""))
    service_of(request).erasures_agreed.set()
    return response


async def withdraw(request: Request, caller: Caller) -> Response:
    """`POST /retention/{id}/parts/{kind}/{entity}/withdraw`: withdraw the request `erasure`."""
    id, part = (await form_reader(request))("erasure"), _part(request)

    def change(session: Session, search: Search, now: datetime) -> None:
        part_erasures.withdraw(session, part, id, now)

    return await _change(request, caller, change, f"{PATH}/{part.board}/parts")


async def _change(
    request: Request, caller: Caller, fn: Callable[[Session, Search, datetime], None], then: str, typed: Typed = ("", "")
) -> Response:  # fmt: skip
    """Change an erasure after checking the caller in the same transaction, and redirect."""
    service = service_of(request)
    check_allowed(request, await service.limiter.take(service.limits.accounts, caller.account.id))

    def change(session: Session) -> None:
        lock_rights_version(session)
        current, search = _visible(request, session, caller)
        actor.set_current(session, actor.of(current))
        fn(session, search, service.clock())

    try:
        await service.database.write(change)
    except OperationError as error:
        return await part_page(request, caller, str(error), typed)
    return RedirectResponse(then, 303)


def _part(request: Request) -> Part:
    params = request.path_params
    return Part(params["id"], params["kind"], params["entity"])


def _visible(request: Request, session: Session, caller: Caller) -> tuple[Caller, Search]:
    """Return the caller with current rights, and the search. Raises Refused `not_found` if the caller may not see the part's
    kind."""
    current, search = visible_search(session, caller, request.path_params["id"])
    if request.path_params["kind"] in access.hidden_kinds(current, service_of(request).roles):
        raise Refused("not_found")
    return current, search


def _read(session: Session, caller: Caller, search: Search, part: Part, now: datetime) -> PartPage:
    parts = parts_of(session, part)
    row, problem = part_erasures.row_of(session, part), ""
    try:
        part_erasures.check(session, part, parts)
        other_searches.check(session, part.board, parts, caller.account.id, now)
    except OperationError as error:
        problem = str(error)
    asked = requests.find(session, part, now)
    asked_by = erasures.person_name(session, asked.asked_by) if asked is not None else ""
    counts = part_erasures.count_by_kind(parts)
    seen = requests.digest(parts)
    return PartPage(search.reference, part_list.line(part.kind, row), counts, problem, asked, asked_by, seen)


routes = [
    Route(PARTS, for_coordinators_again(list_page)),
    Route(PARTS, for_coordinators_again(typed_words.redirect), methods=["POST"]),
    Route(ONE, for_coordinators_again(part_page)),
    Route(ONE, for_coordinators_again(ask), methods=["POST"]),
    Route(f"{ONE}/agree", for_coordinators_again(agree), methods=["POST"]),
    Route(f"{ONE}/withdraw", for_coordinators_again(withdraw), methods=["POST"]),
]
