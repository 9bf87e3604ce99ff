"""HTTP API of the audit journal: entries as JSON, a page at a time, and all that match a filter as a CSV file."""

from collections.abc import AsyncIterator
from typing import Literal

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from typing_extensions import TypedDict

from board.audit.log import reading, sentences
from board.audit.log.reading import AuditEntry, EntryOfSomeKind, Filter
from board.engine import access
from board.engine.identity import Caller, require_active
from board.engine.recent_factor import require_recent_factor
from board.errors import Refused
from board.exports.exports import BOM, CSV, csv_lines
from board.i18n import N_, translate
from board.service import BoardService
from board.web import language
from board.web.endpoint import EVERYWHERE, Call, IntParam, Param, TimeParam
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, count_document, json_response, service_of
from models.accounts import Account
from models.board import AUDIT, Board
from models.times import format_utc
from realtime.wire.strict_json import MAX_INTEGER
from realtime.wire.wire_types import Count

DEFAULT_LIMIT, MAX_LIMIT = 100, 500  # entries per response: default and maximum
BATCH_SIZE = 200  # entries read per query for a file
FILE = "audit.csv"
HEADER = (
    N_("Event number"), N_("Recorded at"), N_("Event"), N_("By"), N_("History"), N_("Address"), N_("Type"), N_("Id"),
)  # fmt: skip


BEFORE, LIMIT = IntParam("before", 1, MAX_INTEGER), IntParam("limit", 1, MAX_LIMIT, DEFAULT_LIMIT)
ACCOUNT = Param("account", {"type": "string", "minLength": 1, "maxLength": 64})
KIND = Param("kind", {"enum": list(reading.KINDS)})
FROM, UNTIL = TimeParam("from"), TimeParam("until")
REFUSALS = (*EVERYWHERE, "not_found", "invalid")


AuditPage = TypedDict("AuditPage", {
    "board": Literal["audit"], "epoch": str, "seq": Count, "more": bool, "entries": list[EntryOfSomeKind],
})  # fmt: skip


def filter_of(request: Request) -> Filter:
    """Read the filter from the query string. Raises Refused `invalid`."""
    kind = KIND.read(request) or None
    if kind is not None and not Filter(kind=kind).types():
        raise Refused("invalid", fields={"kind": N_("Unknown type of entry.")})
    account = ACCOUNT.read(request) or None
    if "\0" in (account or ""):
        raise Refused("invalid", fields={"account": N_("This is not a valid id.")})
    return Filter(account, kind, _time(request, FROM), _time(request, UNTIL))


def _time(request: Request, param: TimeParam) -> str | None:
    time = param.read(request)
    return format_utc(time) if time is not None else None


def administrator(session: Session, caller: Caller) -> tuple[Account, Board]:
    """Return the caller and the audit board. Raises Refused unless the caller may read it now."""
    account = require_active(session, caller)
    return account, access.audit_board(session, account)


@Call(
    "GET", "/audit", N_("The audit log, newest first: sign-ins, refusals, and what administrators did. For administrators."),
    REFUSALS, query=(BEFORE, LIMIT, ACCOUNT, KIND, FROM, UNTIL),
)  # fmt: skip
@limited_per_account
async def entries(request: Request, caller: Caller) -> Reply[AuditPage]:
    """List entries of the audit journal, the newest first, for administrators.

    See *The entries*.

    `before`: entries before this seq.
    `limit`: 100 if not given.
    `account`: account or display that did it, or to which it was done.
    `kind`: a type, the part before its dot, or a group: `sign_ins`, `refusals`, `reads`, `administration`, `without_reads`.
    `from`: a time.
    `until`: a time.
    `more`: whether there are further entries.
    """

    def read(session: Session) -> tuple[Board, list[AuditEntry], int]:
        # first, so that the call does not exist for anyone else, whatever the query
        _, board = administrator(session, caller)
        before, limit = BEFORE.read(request, MAX_INTEGER), LIMIT.read(request)
        return board, reading.newest(session, filter_of(request), before, limit + 1), limit

    service = service_of(request)
    board, rows, limit = await service.heavy_reads.read(caller, read)
    await service.reads.audit(caller, ACCOUNT.read(request))
    page = [entry.to_json() for entry in rows[:limit]]
    return json_response({"board": "audit", "epoch": board.epoch, "seq": board.seq, "entries": page, "more": len(rows) > limit})


@Call(
    "GET", "/audit.csv", N_("The audit log for a spreadsheet."), (*REFUSALS, "step_up"), query=(ACCOUNT, KIND, FROM, UNTIL),
    media="text/csv",
)  # fmt: skip
@limited_per_account
async def csv(request: Request, caller: Caller) -> Response:
    """Export all matching entries of the audit journal as CSV, newest first.

    For administrators; see *Files for spreadsheets*. The export is itself recorded as an entry.
    """
    service = service_of(request)
    await count_document(request, caller)

    def begin(session: Session) -> tuple[Filter, int]:
        _, board = administrator(session, caller)
        require_recent_factor(caller)
        return filter_of(request), board.seq + 1

    criteria, before = await service.database.read(begin)
    await service.reads.export(caller, AUDIT, FILE)
    body = _csv(service, caller, criteria, before, language.language_for(request, caller))
    return StreamingResponse(body, headers={"content-type": CSV, "content-disposition": f'attachment; filename="{FILE}"'})


async def _csv(service: BoardService, caller: Caller, criteria: Filter, before: int, language_code: str) -> AsyncIterator[bytes]:
    yield BOM + csv_lines([[translate(word, language_code) for word in HEADER]])
    while before:

        def read(session: Session, before: int = before) -> tuple[bytes, int]:
            administrator(session, caller)
            rows = reading.newest(session, criteria, before, BATCH_SIZE)
            return csv_lines(_row(entry, language_code) for entry in rows), rows[-1].seq if len(rows) == BATCH_SIZE else 0

        part, before = await service.exports.read(caller, read)
        yield part


def _row(entry: AuditEntry, language_code: str) -> list[object]:
    actor, text = sentences.actor_name(entry.actor) if entry.payload else "", sentences.entry_text(entry)
    texts = (translate(actor, language_code), translate(text, language_code), entry.about.get("address") or "")
    return [entry.seq, entry.at, entry.type, *texts, entry.kind, entry.id]
