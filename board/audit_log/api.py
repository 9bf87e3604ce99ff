"""HTTP API of the audit journal: entries as JSON, a page at a time, and all that match a filter as a CSV file."""

from collections.abc import AsyncIterator

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from board.audit import actor, writer
from board.audit.entries import ExportRead
from board.audit_log import reading, sentences
from board.audit_log.reading import AuditEntry, Filter
from board.engine import access
from board.engine.identity import Caller, require_active
from board.errors import Refused
from board.exports.exports import BOM, CSV, csv_lines
from board.i18n import N_, translate
from board.service import BoardService
from board.web import language
from board.web.heavy_reads import limited_per_account
from board.web.http import int_query_param, json_response, service_of
from models.accounts import Account
from models.board import AUDIT, Board
from models.times import format_utc, parse_utc
from realtime.strict_json import MAX_INTEGER

DEFAULT_LIMIT, MAX_LIMIT = 100, 500  # entries per response: default and maximum
BATCH_SIZE = 200  # entries read per query for a file
FILE = "audit.csv"
HEADER = (
    N_("Event number"), N_("Recorded at"), N_("Event"), N_("By"), N_("What happened"), N_("Address"), N_("Kind"), N_("Id"),
)  # fmt: skip


def filter_of(request: Request) -> Filter:
    """Read the filter from the query string. Raise Refused `invalid`."""
    query = request.query_params
    kind = query.get("kind") or None
    if kind is not None and not Filter(kind=kind).types():
        raise Refused("invalid", fields={"kind": N_("There is no such kind of entry.")})
    account = query.get("account") or None
    if account is not None and (len(account) > 64 or "\0" in account):
        raise Refused("invalid", fields={"account": N_("This is not an id.")})
    return Filter(account, kind, _time(request, "from"), _time(request, "until"))


def _time(request: Request, name: str) -> str | None:
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        return format_utc(parse_utc(text.replace(" ", "+")))
    except (ValueError, OverflowError):
        raise Refused("invalid", fields={name: N_("This is not a time with its offset, as in 2026-11-24T22:01:02Z.")}) from None


def administrator(session: Session, caller: Caller) -> tuple[Account, Board]:
    """Return the caller and the audit board, if the caller may read it now. Raise Refused."""
    account = require_active(session, caller)
    return account, access.audit_board(session, account)


@limited_per_account
async def entries(request: Request, caller: Caller) -> Response:
    """`GET /api/v1/audit`: the newest entries, or those before a seq."""

    def read(session: Session) -> tuple[Board, list[AuditEntry], int]:
        # First, so that for everybody else this resource does not exist, whatever the query
        _, board = administrator(session, caller)
        before, limit = (
            int_query_param(request, "before", MAX_INTEGER, 1, MAX_INTEGER),
            int_query_param(request, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT),
        )
        return board, reading.newest(session, filter_of(request), before, limit + 1), limit

    board, found, limit = await service_of(request).heavy_reads.read(caller, read)
    page = [each.to_json() for each in found[:limit]]
    return json_response({"board": AUDIT, "epoch": board.epoch, "seq": board.seq, "entries": page, "more": len(found) > limit})


@limited_per_account
async def csv(request: Request, caller: Caller) -> Response:
    """`GET /api/v1/audit.csv`: all matching entries, newest first, as CSV. The download is itself an entry."""
    service = service_of(request)

    def begin(session: Session) -> tuple[Filter, int]:
        account, board = administrator(session, caller)
        entry = ExportRead(id=AUDIT, file=FILE)
        writer.write(session, entry, by=actor.account(account, caller.token))
        return filter_of(request), board.seq + 1

    criteria, before = await service.database.write(begin)
    body = _csv(service, caller, criteria, before, language.language_for(request, caller))
    return StreamingResponse(body, headers={"content-type": CSV, "content-disposition": f'attachment; filename="{FILE}"'})


async def _csv(service: BoardService, caller: Caller, criteria: Filter, before: int, language_code: str) -> AsyncIterator[bytes]:
    yield BOM + csv_lines([[translate(word, language_code) for word in HEADER]])
    while before:

        def read(session: Session, before: int = before) -> tuple[bytes, int]:
            administrator(session, caller)
            found = reading.newest(session, criteria, before, BATCH_SIZE)
            return csv_lines(_row(each, language_code) for each in found), found[-1].seq if len(found) == BATCH_SIZE else 0

        part, before = await service.heavy_reads.read(caller, read)
        yield part


def _row(entry: AuditEntry, language_code: str) -> list[object]:
    who, what = sentences.actor_name(entry.actor) if entry.payload else "", sentences.entry_text(entry)
    texts = (translate(who, language_code), translate(what, language_code), entry.about.get("address") or "")
    return [entry.seq, entry.at, entry.type, *texts, entry.kind, entry.id]
