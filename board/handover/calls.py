"""The calls about handovers: the present one, those that were, and each as it was signed."""

from functools import partial
from typing import Any

from sqlmodel import Session, select
from starlette.requests import Request
from starlette.responses import Response

from board.answers import answer, caller_of, desk_of, number
from board.errors import Refused
from board.handover import report
from board.people.sign_in import Caller, still_signed_in
from models.accounts import Account
from models.entity import State
from models.times import stamp
from realtime.strict import MAX_INTEGER

LISTED = 100
TOLD = ("number", "status", "outgoing", "incoming", "prepared_by", "prepared_at", "signed_at", "ended_by", "ended_at", "searches")
_PEOPLE = ("outgoing", "incoming", "prepared_by", "ended_by")


async def present(request: Request) -> Response:
    """The report of the present handover: composed now, or as it was signed."""
    return await _composed(request, None)


async def one(request: Request) -> Response:
    """The report of a handover as it was signed."""
    text = request.path_params["number"]
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise Refused("not_found")
    return await _composed(request, int(text))


async def listed(request: Request) -> Response:
    """The handovers, newest first, without what was written."""
    caller = await caller_of(request)
    desk = desk_of(request)
    before = number(request, "before", 0, 1, MAX_INTEGER) or None

    def read(session: Session) -> dict[str, Any]:
        still_signed_in(session, caller)
        found = report.listed(session, before, LISTED)
        ids = {state[name] for state in found for name in _PEOPLE}
        people = {id: name for id, name in session.exec(select(Account.id, Account.name)) if id in ids}
        return {"handovers": [{name: state[name] for name in TOLD} for state in found], "people": people}

    return answer(await desk.database.read(read))


async def _composed(request: Request, number: int | None) -> Response:
    caller = await caller_of(request)
    desk = desk_of(request)
    now, board = stamp(desk.clock()), request.query_params.get("board")
    return answer(await desk.database.read(partial(_compose, caller, number, now, board)))


def _compose(caller: Caller, number: int | None, now: str, board: str | None, session: Session) -> State:
    account = still_signed_in(session, caller)
    frame = report.present(session, now) if number is None else report.signed(session, number)
    return report.compose(session, account.id, frame, board)
