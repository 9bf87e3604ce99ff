"""HTTP API of handovers: the current one, earlier ones, and each as it was signed."""

from functools import partial
from typing import Any

from sqlmodel import Session, select
from starlette.requests import Request
from starlette.responses import Response

from board.engine.identity import Caller
from board.errors import Refused
from board.handover import report
from board.web.compression import compressed
from board.web.heavy_reads import limited_per_account
from board.web.http import int_query_param, json_response, service_of
from models.accounts import Account
from models.entity import State
from models.times import format_utc
from realtime.strict_json import MAX_INTEGER

MAX_LISTED = 100
FIELDS = (
    "number",
    "status",
    "outgoing",
    "incoming",
    "prepared_by",
    "prepared_at",
    "signed_at",
    "ended_by",
    "ended_at",
    "searches",
)
_PEOPLE = ("outgoing", "incoming", "prepared_by", "ended_by")


@limited_per_account
@compressed
async def current(request: Request, caller: Caller) -> Response:
    """`GET /api/v1/handover`: the report of the searches now, or as signed while a signed handover has not ended."""
    return await _report_response(request, caller, None)


@limited_per_account
@compressed
async def signed(request: Request, caller: Caller) -> Response:
    """`GET /api/v1/handovers/{number}`: the report of a handover as it was signed."""
    text = request.path_params["number"]
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise Refused("not_found")
    return await _report_response(request, caller, int(text))


@limited_per_account
@compressed
async def list_handovers(request: Request, caller: Caller) -> Response:
    """`GET /api/v1/handovers`: the handovers, newest first, without their texts."""
    before = int_query_param(request, "before", 0, 1, MAX_INTEGER) or None

    def read(session: Session) -> dict[str, Any]:
        found = report.list_states(session, before, MAX_LISTED)
        ids = {state[name] for state in found for name in _PEOPLE}
        people = {id: name for id, name in session.exec(select(Account.id, Account.name)) if id in ids}
        return {"handovers": [{name: state[name] for name in FIELDS} for state in found], "people": people}

    return json_response(await service_of(request).heavy_reads.read(caller, read))


async def _report_response(request: Request, caller: Caller, number: int | None) -> Response:
    service = service_of(request)
    now, board = format_utc(service.clock()), request.query_params.get("board")
    return json_response(await service.heavy_reads.read(caller, partial(_compose, caller.account.id, number, now, board)))


def _compose(account: str, number: int | None, now: str, board: str | None, session: Session) -> State:
    scope = report.current(session, now) if number is None else report.as_signed(session, number)
    return report.compose(session, account, scope, board)
