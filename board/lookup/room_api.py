"""HTTP API of the space on a board: its size, the caller's share, and the entities that making room would move out."""

from datetime import timedelta
from typing import Annotated, NotRequired

from sqlmodel import Session
from starlette.requests import Request
from typing_extensions import TypedDict

from board.commands.handover import leaving
from board.commands.handover.leaving import LeavingFilter
from board.config.board_shares import MAX_DAYS
from board.engine import access, board_limits, snapshot
from board.engine.identity import Caller
from board.i18n import N_
from board.web.endpoint import ON_A_BOARD, Call, IntParam, Param
from board.web.heavy_reads import limited_per_account
from board.web.http import Reply, json_response, service_of
from models.board import OPERATIONS
from realtime.wire.protocol import ShareUse
from realtime.wire.wire_types import ComputedSchema, Count, Id

TIMEOUT_S = 5.0
UNCHANGED_DAYS = IntParam("unchanged_days", 0, MAX_DAYS)
ACCOUNT = Param("account", {"type": "string", "maxLength": 64})

Groups = Annotated[dict[str, Count], ComputedSchema(lambda: {"propertyNames": {"enum": list(leaving.GROUPS)}})]
Room = TypedDict("Room", {
    "board": Id, "entities": Count, "most": Count, "reserve": Count, "share": ShareUse, "leaving": NotRequired[Groups],
})  # fmt: skip


@Call(
    "GET", "/boards/{board}/room",
    N_("Tells how full a board is and how much of your share of it is used. With a number of days, how many entities "
       "unchanged for that long could leave it."),
    (*ON_A_BOARD, "invalid"), query=(UNCHANGED_DAYS, ACCOUNT),
)  # fmt: skip
@limited_per_account
async def room(request: Request, caller: Caller) -> Reply[Room]:
    """Return how full a board is, and the caller's share of it.

    See *Room*. *0.4.0*

    `leaving`: with `unchanged_days`, the number of entities of each group that could leave.
    """
    days = UNCHANGED_DAYS.read(request, -1)
    account, id = ACCOUNT.read(request) or "", request.path_params["board"]
    service = service_of(request)

    def read(session: Session) -> Room:
        board = access.get_readable_board(session, caller, id)
        share = board_limits.read_share(session, board.id, caller.account.id, caller.token, service.shares)
        answer = Room(
            board=board.id, entities=board.entities, most=board_limits.MAX_ENTITIES, reserve=service.shares.reserve, share=share
        )
        if days >= 0:
            hidden = snapshot.hidden_searches(session, caller.account.id) if board.id == OPERATIONS else frozenset[str]()
            criteria = LeavingFilter(board, service.clock() - timedelta(days=days), account, hidden)
            answer["leaving"] = {str(group): number for group, number in leaving.count(session, criteria).items()}
        return answer

    return json_response(await service.heavy_reads.read(caller, read, TIMEOUT_S))
