"""HTTP API of handovers: the current and earlier ones, and the report of each, as it was signed."""

from functools import partial

from sqlmodel import Session, select
from starlette.requests import Request

from board.engine import access
from board.engine.identity import Caller
from board.errors import Refused
from board.handover import report
from board.handover.report_types import HANDOVER_FIELDS, HandoverList, HandoverReport
from board.i18n import N_
from board.reach.reported import reported_contradictions
from board.web import language
from board.web.compression import compressed
from board.web.endpoint import BOARD, EVERYWHERE, ON_A_BOARD, Call, IntParam
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from models.accounts import Account
from models.handover import Handover
from models.times import format_utc
from realtime.wire.strict_json import MAX_INTEGER

MAX_LISTED = 100
BEFORE = IntParam("before", 1, MAX_INTEGER)


@Call(
    "GET", "/handover", N_("The report of the current handover, as far as you may see it: live, or as it was signed."),
    ON_A_BOARD, query=(BOARD,),
)  # fmt: skip
@limited_per_account
@compressed
async def current(request: Request, caller: Caller) -> Reply[HandoverReport]:
    """Return the current report of the searches, or the signed one while a handover is signed.

    See *The report*.

    `board`: only the section of this search; `operations`: no section.
    `handover`: current state of the handover, also after it has ended; or null.
    `shift`: state of the shift at the time of the report; or null.
    `live`: whether the report is current, not as signed.
    `people`: names of all accounts in the report, by id.
    `withheld`: whether the report omits searches that the reader may not see.
    `previous`: the handover before this one, if it was refused or withdrawn. *0.4.0*
    `previous.signed`: whether it was signed.
    `alarms`: alarms of `operations`, about tips and duties, in the form of a section's `alarms`. Omits alarms about tips that
    were placed on a search that the reader may not see. *0.4.0*
    `watch`: addends of `unwatched_s` in the `watch` of the handover; null before the signature. *0.4.0*
    `watch.longest`: at most 5 alarms of searches that the reader may see, the longest unwatched first.
    `watch.others_s`: unwatched time of all other alarms together, in seconds.
    `erased`: searches of the signed handover that were erased later, oldest first. They have no section. Members-only searches
    count in `withheld` instead. *0.4.0*
    `erased[].at`: time of the erasure.
    `watch.longest_taken`: alarm of the longest wait, `longest_taken_s`; null if there is none, or if the reader may not see it.
    """
    return await _report_response(request, caller, None)


@Call("GET", "/handovers/{number}", N_("The report of a signed handover."), ON_A_BOARD, query=(BOARD,))
@limited_per_account
@compressed
async def signed(request: Request, caller: Caller) -> Reply[HandoverReport]:
    """Return the report of a handover as it was signed, also after the handover has ended.

    `not_found` if it was never signed. The answer has the form of `GET /api/v1/handover`.

    `board`: only the section of this search; `operations`: no section.
    """
    text = request.path_params["number"]
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise Refused("not_found")
    return await _report_response(request, caller, int(text))


@Call("GET", "/handovers", N_("Lists the handovers, newest first."), (*EVERYWHERE, "invalid"), query=(BEFORE,))
@limited_per_account
@compressed
async def list_handovers(request: Request, caller: Caller) -> Reply[HandoverList]:
    """List the newest 100 handovers.

    `before`: only handovers with a lower number.
    """
    before = BEFORE.read(request) or None

    def read(session: Session) -> HandoverList:
        found = report.list_states(session, before, MAX_LISTED)
        ids = {state.get(name) for state in found for name in report.person_fields(Handover)}
        people = {id: name for id, name in session.exec(select(Account.id, Account.name)) if id in ids}
        return {"handovers": [{name: state[name] for name in HANDOVER_FIELDS} for state in found], "people": people}

    service = service_of(request)
    found = await service.heavy_reads.read(caller, read)
    await service.reads.report(caller, "handovers")
    return json_response(found)


async def _report_response(request: Request, caller: Caller, number: int | None) -> Reply[HandoverReport]:
    service = service_of(request)
    now, board = format_utc(service.clock()), BOARD.read(request)
    contradicting = partial(reported_contradictions, service.speeds, language.language_for(request, caller))
    hidden_kinds = access.hidden_kinds(caller, service.roles)

    def read(session: Session) -> HandoverReport:
        scope = report.current(session, now) if number is None else report.as_signed(session, number)
        return report.compose(session, caller.account.id, scope, contradicting, board, hidden_kinds)

    found = await service.heavy_reads.read(caller, read)
    await service.reads.report(caller, "handover" if number is None else f"handover/{number}")
    return json_response(found)
